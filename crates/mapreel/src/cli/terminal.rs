//! Files, standard input and standard output of a command.

use mapreel_spec::Limits;
use std::io::Read;
use std::path::Path;

/// The bytes of a request: a file, or `-` for standard input.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_up_to(path, Limits::default().document_bytes_max)
}

/// The bytes of a document, at most one more than the limit, so that its parser sees that it exceeds the limit.
pub(crate) fn read_up_to(path: &Path, bytes_max: usize) -> anyhow::Result<Vec<u8>> {
    use anyhow::Context;
    let limit = bytes_max as u64 + 1;
    let mut document = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut document).context("cannot read standard input")?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        file.take(limit).read_to_end(&mut document).with_context(|| format!("cannot read `{}`", path.display()))?;
    }
    Ok(document)
}

/// Writes to standard output. A reader that closes the pipe (`mapreel check … | head`) is no error.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

//! The file that comes out: written beside its name, hashed, and put in place whole or not at all.

use anyhow::Context;
use sha2::{Digest, Sha256};
use std::io::{BufWriter, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// A file under way.
pub(crate) struct Draft {
    file: BufWriter<NamedTempFile>,
    hash: Sha256,
    size_bytes: u64,
}

impl Draft {
    /// A draft for `path`, in the same folder.
    pub(crate) fn new(path: &Path) -> anyhow::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".mapreel-").suffix(".part");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder
            .tempfile_in(folder)
            .with_context(|| format!("cannot write to the folder `{}`", folder.display()))?;
        Ok(Self { file: BufWriter::with_capacity(256 << 10, file), hash: Sha256::new(), size_bytes: 0 })
    }

    /// Finds out before the work whether a draft for `path` will be possible.
    pub(crate) fn check(path: &Path) -> anyhow::Result<()> {
        Self::new(path).map(drop)
    }

    /// Puts the file in its place; its size and SHA-256.
    pub(crate) fn publish(self, path: &Path) -> anyhow::Result<(u64, String)> {
        let file =
            self.file.into_inner().map_err(std::io::IntoInnerError::into_error).context("cannot write the file")?;
        file.persist(path).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok((self.size_bytes, hex(&self.hash.finalize())))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size_bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

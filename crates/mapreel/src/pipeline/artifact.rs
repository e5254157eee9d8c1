//! The finished file: written to a temporary file in the same folder, hashed, and renamed atomically; or written to standard output.

use anyhow::Context;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{BufWriter, IntoInnerError, Stdout, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The destination of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A file of this name.
    File(PathBuf),
    /// Standard output, whose reader gets the bytes as they are written.
    StandardOutput,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::StandardOutput => write!(f, "standard output"),
        }
    }
}

impl Destination {
    /// Checks, before the work begins, that the destination can be written to.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        Draft::new(self).map(drop)
    }
}

/// A file that is being written.
pub(crate) struct Draft {
    place: Place,
    hash: Sha256,
    size_bytes: u64,
}

enum Place {
    /// A temporary file beside the path that it will get.
    Beside(BufWriter<NamedTempFile>, PathBuf),
    StandardOutput(BufWriter<Stdout>),
}

const BUFFER_BYTES: usize = 256 << 10;

impl Draft {
    /// Begins a file.
    pub(crate) fn new(to: &Destination) -> anyhow::Result<Self> {
        let place = match to {
            Destination::File(path) => {
                Place::Beside(BufWriter::with_capacity(BUFFER_BYTES, beside(path)?), path.clone())
            }
            Destination::StandardOutput => {
                Place::StandardOutput(BufWriter::with_capacity(BUFFER_BYTES, std::io::stdout()))
            }
        };
        Ok(Self { place, hash: Sha256::new(), size_bytes: 0 })
    }

    /// Renames the file to its path; returns its size and SHA-256.
    pub(crate) fn publish(self) -> anyhow::Result<(u64, String)> {
        match self.place {
            Place::Beside(file, path) => {
                let file = file.into_inner().map_err(IntoInnerError::into_error).context("cannot write the file")?;
                file.persist(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
            }
            Place::StandardOutput(mut out) => out.flush().context("cannot write to standard output")?,
        }
        Ok((self.size_bytes, hex::encode(self.hash.finalize())))
    }
}

/// A temporary file in the folder of `path`.
fn beside(path: &Path) -> anyhow::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mapreel-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).with_context(|| format!("cannot write to the folder `{}`", folder.display()))
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = match &mut self.place {
            Place::Beside(file, _) => file.write(bytes)?,
            Place::StandardOutput(out) => out.write(bytes)?,
        };
        self.hash.update(&bytes[..written]);
        self.size_bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.place {
            Place::Beside(file, _) => file.flush(),
            Place::StandardOutput(out) => out.flush(),
        }
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

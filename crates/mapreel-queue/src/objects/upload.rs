//! Writing an object, whole or piece by piece; returns its length and hash.

use crate::Error;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use std::io::Read;

/// Larger objects are written in pieces of this size, so that no object need fit into memory.
const PIECE: usize = 8 << 20;
/// Shorter bytes are hashed on the caller's thread: that takes less time than handing them to another thread.
const SHORT: usize = 64 << 10;

/// The size and the hash of a stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Length in bytes.
    pub size_bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Writes bytes.
pub(super) async fn whole(store: &dyn ObjectStore, path: &Path, bytes: Bytes) -> Result<Stored, Error> {
    let (size_bytes, hashed) = (bytes.len() as u64, bytes.clone());
    let hash = move || hex(&Sha256::digest(&hashed));
    let sha256 = match bytes.len() < SHORT {
        true => hash(),
        false => tokio::task::spawn_blocking(hash).await.map_err(std::io::Error::other)?,
    };
    store.put(path, PutPayload::from(bytes)).await?;
    Ok(Stored { size_bytes, sha256 })
}

/// Writes the bytes of a reader, piece by piece. An object shorter than a piece is written whole.
pub(super) async fn piecewise(
    store: &dyn ObjectStore,
    path: &Path,
    from: impl Read + Send + 'static,
) -> Result<Stored, Error> {
    let (mut piece, mut reader) = Hashing::new(from).piece().await?;
    if piece.len() < PIECE {
        let stored = Stored { size_bytes: piece.len() as u64, sha256: reader.sha256() };
        store.put(path, PutPayload::from(piece)).await?;
        return Ok(stored);
    }
    let mut upload = WriteMultipart::new_with_chunk_size(store.put_multipart(path).await?, PIECE);
    let mut size_bytes = 0;
    while !piece.is_empty() {
        size_bytes += piece.len() as u64;
        upload.wait_for_capacity(1).await?;
        upload.put(Bytes::from(piece));
        (piece, reader) = match reader.piece().await {
            Ok(read) => read,
            Err(error) => {
                upload.abort().await?;
                return Err(error.into());
            }
        };
    }
    upload.finish().await?;
    Ok(Stored { size_bytes, sha256: reader.sha256() })
}

/// A reader, and the hash of the bytes read so far.
struct Hashing<R> {
    reader: R,
    hash: Sha256,
}

impl<R: Read + Send + 'static> Hashing<R> {
    fn new(reader: R) -> Self {
        Self { reader, hash: Sha256::new() }
    }

    /// Reads the next piece, on a thread that may block; one that is shorter than [`PIECE`] is the last.
    async fn piece(mut self) -> std::io::Result<(Vec<u8>, Self)> {
        let read = move || -> std::io::Result<_> {
            let mut piece = Vec::with_capacity(PIECE);
            self.reader.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
            self.hash.update(&piece);
            Ok((piece, self))
        };
        tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?
    }

    fn sha256(self) -> String {
        hex(&self.hash.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

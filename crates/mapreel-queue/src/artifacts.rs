//! Objects: segments under way, artifacts, manifests. By `object_store`, so that a folder and a bucket look the same.

use crate::{Error, JobId};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// Larger objects are written in pieces of this size, so that no object need fit into memory.
const PIECE: usize = 8 << 20;

/// The store of objects. A key shows a whole object or nothing: objects are put in place when they are complete.
#[derive(Clone)]
pub struct Artifacts {
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Length in bytes.
    pub size_bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Artifacts {
    /// The store of a URL: `file:FOLDER`, which is made if it is not there.
    ///
    /// # Errors
    /// The URL is of another kind, or the folder cannot be made.
    pub fn open(url: &str) -> Result<Self, Error> {
        let Some(folder) = url.strip_prefix("file:").map(|rest| rest.strip_prefix("//").unwrap_or(rest)) else {
            return Err(Error::Setting(format!("`{url}` is not a place for artifacts; expected `file:FOLDER`")));
        };
        std::fs::create_dir_all(folder)?;
        // Flushed before they are named: a job must not say SUCCESS of bytes that a loss of power takes away.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: PathBuf::from(folder) })
    }

    /// Stores bytes.
    ///
    /// # Errors
    /// They cannot be written; then nothing is there.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<Stored, Error> {
        let stored = Stored { size_bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(&bytes)) };
        self.store.put(&Path::from(key), PutPayload::from(bytes)).await?;
        Ok(stored)
    }

    /// Stores what is read, piece by piece.
    ///
    /// # Errors
    /// It cannot be read or written; then nothing is there.
    pub async fn put_from(&self, key: &str, mut from: impl Read + Send + 'static) -> Result<Stored, Error> {
        let mut upload = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&Path::from(key)).await?, PIECE);
        let (mut hash, mut size_bytes) = (Sha256::new(), 0);
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = Vec::with_capacity(PIECE);
                from.by_ref().take(PIECE as u64).read_to_end(&mut piece).map(|_| (piece, from))
            });
            let piece = match read.await.map_err(std::io::Error::other).and_then(|result| result) {
                Ok((piece, rest)) => {
                    from = rest;
                    piece
                }
                Err(error) => {
                    upload.abort().await?;
                    return Err(error.into());
                }
            };
            if piece.is_empty() {
                break;
            }
            hash.update(&piece);
            size_bytes += piece.len() as u64;
            upload.wait_for_capacity(1).await?;
            upload.put(Bytes::from(piece));
        }
        upload.finish().await?;
        Ok(Stored { size_bytes, sha256: hex(&hash.finalize()) })
    }

    /// A whole object; `None` when there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, Error> {
        match self.store.get(&Path::from(key)).await {
            Ok(object) => Ok(Some(object.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a range of an object, as they come; `None` when there is no such object.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn stream(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<BoxStream<'static, Result<Bytes, Error>>>, Error> {
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        match self.store.get_opts(&Path::from(key), options).await {
            Ok(object) => Ok(Some(object.into_stream().map_err(Error::from).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an object; one that is not there is deleted already.
    ///
    /// # Errors
    /// It cannot be deleted.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes all objects of a job but those in `keep`, and what writers who died have left; how many objects.
    ///
    /// # Errors
    /// One cannot be listed or deleted.
    pub async fn clean(&self, job: JobId, keep: &[String]) -> Result<usize, Error> {
        let keep: HashSet<&str> = keep.iter().map(String::as_str).collect();
        let keys: Vec<Path> =
            self.store.list(Some(&Path::from(job.to_string()))).map_ok(|meta| meta.location).try_collect().await?;
        let mut deleted = 0;
        for key in keys.iter().filter(|key| !keep.contains(key.as_ref())) {
            self.delete(key.as_ref()).await?;
            deleted += 1;
        }
        let folder = self.folder.join(job.to_string());
        tokio::task::spawn_blocking(move || remove_staged(&folder)).await.map_err(std::io::Error::other)?;
        Ok(deleted)
    }

    /// Every object: its key, and when it was last written.
    ///
    /// # Errors
    /// They cannot be listed.
    pub async fn list(&self) -> Result<Vec<(String, SystemTime)>, Error> {
        let entry = |meta: object_store::ObjectMeta| (meta.location.to_string(), SystemTime::from(meta.last_modified));
        Ok(self.store.list(None).map_ok(entry).try_collect().await?)
    }
}

/// Removes what `object_store` writes beside the final name, `NAME#1`, and does not list: the half objects of writers who
/// died. The job has ended, so nobody writes to it whose object counts.
fn remove_staged(folder: &std::path::Path) {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in files.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains('#'))) {
        let _ = std::fs::remove_file(path);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

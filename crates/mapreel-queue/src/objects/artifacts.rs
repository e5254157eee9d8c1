//! The object store: it puts, reads, lists and deletes objects in a folder or in a bucket.

use super::bucket::Bucket;
use super::local;
use super::upload::{self, Stored};
use crate::Error;
use crate::model::JobId;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The object store. A key gives a whole object or nothing: an object gets its key only when it is complete.
#[derive(Clone)]
pub struct Artifacts {
    store: Arc<dyn ObjectStore>,
    /// The prefix of all keys.
    prefix: Path,
    place: Place,
}

/// The folder or the bucket, for operations that only one of them has.
#[derive(Clone)]
enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

impl Artifacts {
    /// Opens the store at a URL: `file:FOLDER`, which is made if it is missing, or `s3://BUCKET/PREFIX`.
    ///
    /// Endpoint, region and credentials of a bucket come from the environment as AWS describes it (`AWS_ENDPOINT_URL`,
    /// `AWS_REGION`, `AWS_ACCESS_KEY_ID`, …), from the host's shared files (`AWS_PROFILE`), or from the roles of the pod,
    /// container or instance; never from the URL.
    ///
    /// # Errors
    /// The URL is of another kind, the folder cannot be made, the settings of the bucket cannot be used, or it is a bucket and this build
    /// has no `cluster`.
    pub fn open(url: &str) -> Result<Self, Error> {
        let variables = std::env::vars_os().filter_map(|(k, v)| k.into_string().ok().zip(v.into_string().ok()));
        Self::open_with(url, &variables.collect())
    }

    /// Opens the store at a URL, with `environment` instead of the process's environment.
    ///
    /// # Errors
    /// Those of [`Artifacts::open`].
    pub fn open_with(url: &str, environment: &HashMap<String, String>) -> Result<Self, Error> {
        match url.split_once(':') {
            Some(("file", rest)) => Self::in_folder(rest.strip_prefix("//").unwrap_or(rest).into()),
            Some(("s3", rest)) => {
                Bucket::open(rest.strip_prefix("//").unwrap_or(rest), environment).map(Self::in_bucket)
            }
            _ => Err(Error::Setting(format!(
                "`{url}` is not a place for artifacts; expected `file:FOLDER` or `s3://BUCKET/PREFIX`"
            ))),
        }
    }

    fn in_folder(folder: PathBuf) -> Result<Self, Error> {
        Ok(Self { store: Arc::new(local::open(&folder)?), prefix: Path::default(), place: Place::Folder(folder) })
    }

    fn in_bucket(bucket: Bucket) -> Self {
        Self { store: bucket.store(), prefix: bucket.prefix(), place: Place::Bucket(bucket) }
    }

    /// A signed URL: for this time, anybody can fetch the object from it, with this `Content-Type` and `Content-Disposition` in the answer.
    /// `None`: the objects are in a folder, which has no such URLs.
    ///
    /// # Errors
    /// There are no credentials to sign with.
    pub async fn signed_url(
        &self,
        key: &str,
        content_type: &str,
        disposition: &str,
        valid: Duration,
    ) -> Result<Option<String>, Error> {
        match &self.place {
            Place::Folder(_) => Ok(None),
            Place::Bucket(bucket) => {
                bucket.signed_url(&self.path(key), content_type, disposition, valid).await.map(Some)
            }
        }
    }

    /// Stores bytes.
    ///
    /// # Errors
    /// They cannot be written; then the key has no object.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<Stored, Error> {
        upload::whole(&*self.store, &self.path(key), bytes).await
    }

    /// Stores the bytes of a reader, piece by piece.
    ///
    /// # Errors
    /// They cannot be read or written; then the key has no object.
    pub async fn put_from(&self, key: &str, from: impl Read + Send + 'static) -> Result<Stored, Error> {
        upload::piecewise(&*self.store, &self.path(key), from).await
    }

    /// A whole object; `None` when there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, Error> {
        match self.store.get(&self.path(key)).await {
            Ok(object) => Ok(Some(object.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a range of an object, as a stream; `None` when there is no such object.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn stream(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<BoxStream<'static, Result<Bytes, Error>>>, Error> {
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        match self.store.get_opts(&self.path(key), options).await {
            Ok(object) => Ok(Some(object.into_stream().map_err(Error::from).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an object. A missing object is no error.
    ///
    /// # Errors
    /// It cannot be deleted.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        match self.store.delete(&self.path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes all objects of a job except those in `keep`, and the incomplete files that dead workers have left in a folder. Returns the number
    /// of objects.
    ///
    /// # Errors
    /// An object cannot be listed or deleted.
    pub async fn clean(&self, job: JobId, keep: &[String]) -> Result<usize, Error> {
        let keep: HashSet<&str> = keep.iter().map(String::as_str).collect();
        let mut deleted = 0;
        for (key, _) in self.list_of(&self.path(&job.to_string())).await? {
            if !keep.contains(&*key) {
                self.delete(&key).await?;
                deleted += 1;
            }
        }
        if let Place::Folder(folder) = &self.place {
            local::sweep(folder.join(job.to_string())).await?;
        }
        Ok(deleted)
    }

    /// Every object: its key, and when it was last written.
    ///
    /// # Errors
    /// They cannot be listed.
    pub async fn list(&self) -> Result<Vec<(String, SystemTime)>, Error> {
        self.list_of(&self.prefix).await
    }

    async fn list_of(&self, prefix: &Path) -> Result<Vec<(String, SystemTime)>, Error> {
        let metas: Vec<_> = self.store.list(Some(prefix)).try_collect().await?;
        let entry = |meta: &object_store::ObjectMeta| Some((self.key(&meta.location)?, meta.last_modified.into()));
        Ok(metas.iter().filter_map(entry).collect())
    }

    fn path(&self, key: &str) -> Path {
        self.prefix.parts().chain(Path::from(key).parts()).collect()
    }

    fn key(&self, path: &Path) -> Option<String> {
        let parts: Vec<_> = path.prefix_match(&self.prefix)?.collect();
        Some(parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("/"))
    }
}

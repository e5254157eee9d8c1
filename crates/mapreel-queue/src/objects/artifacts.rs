//! Objects: segments under way, artifacts, manifests. By `object_store`, so that a folder and a bucket look the same.

use super::connector::Connector;
use super::profile::{self, Profile, ProfileCredentials};
use crate::model::JobId;
use crate::{Error, folder};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig, WriteMultipart,
};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Larger objects are written in pieces of this size, so that no object need fit into memory.
const PIECE: usize = 8 << 20;
/// What is shorter is hashed where it is: that takes less than a thread for it would.
const SHORT: usize = 64 << 10;

/// Attempts at a request to a bucket: for so long, with waits that double up to a few seconds. Who gives up hands his part
/// back and tries again later.
const BUCKET_PATIENCE: Duration = Duration::from_secs(60);
const BUCKET_WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];
/// A request to a bucket that was not answered after so long is made again.
const BUCKET_REQUEST: Duration = Duration::from_secs(15);

/// The store of objects. A key shows a whole object or nothing: objects are put in place when they are complete.
#[derive(Clone)]
pub struct Artifacts {
    store: Arc<dyn ObjectStore>,
    /// What all keys begin with.
    prefix: Path,
    /// Only of a folder.
    folder: Option<PathBuf>,
    /// Only of a bucket.
    signer: Option<Arc<dyn Signer>>,
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
    /// The store of a URL: `file:FOLDER`, which is made if it is not there, or `s3://BUCKET/PREFIX`.
    ///
    /// Endpoint, region and credentials of a bucket come from the environment as AWS describes it (`AWS_ENDPOINT_URL`,
    /// `AWS_REGION`, `AWS_ACCESS_KEY_ID`, …), from the host's shared files (`AWS_PROFILE`), or from the roles of the pod,
    /// container or instance; never from the URL.
    ///
    /// # Errors
    /// The URL is of another kind, the folder cannot be made, or the settings of the bucket cannot be used.
    pub fn open(url: &str) -> Result<Self, Error> {
        Self::open_with(
            url,
            &std::env::vars_os().filter_map(|(k, v)| k.into_string().ok().zip(v.into_string().ok())).collect(),
        )
    }

    /// The same, with this for the environment.
    ///
    /// # Errors
    /// As [`Artifacts::open`].
    pub fn open_with(url: &str, environment: &HashMap<String, String>) -> Result<Self, Error> {
        match url.split_once(':') {
            Some(("file", rest)) => Self::folder(rest.strip_prefix("//").unwrap_or(rest)),
            Some(("s3", rest)) => Self::bucket(rest.strip_prefix("//").unwrap_or(rest), environment),
            _ => Err(Error::Setting(format!(
                "`{url}` is not a place for artifacts; expected `file:FOLDER` or `s3://BUCKET/PREFIX`"
            ))),
        }
    }

    fn folder(folder: &str) -> Result<Self, Error> {
        folder::make(folder.as_ref())?;
        // Flushed before they are named: a job must not say SUCCESS of bytes that a loss of power takes away.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { store: Arc::new(store), prefix: Path::default(), folder: Some(folder.into()), signer: None })
    }

    fn bucket(rest: &str, environment: &HashMap<String, String>) -> Result<Self, Error> {
        // Empty is as good as not there: that is how a compose file passes on what is not set.
        let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty()).cloned();
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() || bucket.contains(['@', ':']) {
            let expected = "expected `s3://BUCKET/PREFIX`; credentials and endpoint come from the environment";
            return Err(Error::Setting(format!("the place for artifacts names no bucket; {expected}")));
        }
        // Another part of the program may have chosen already; it is the same choice.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retry = RetryConfig {
            backoff: BackoffConfig { init_backoff: BUCKET_WAITS[0], max_backoff: BUCKET_WAITS[1], base: 2.0 },
            max_retries: 100,
            retry_timeout: BUCKET_PATIENCE,
        };
        let mut builder = AmazonS3Builder::new();
        for (name, value) in environment.iter().filter(|(name, value)| name.starts_with("AWS_") && !value.is_empty()) {
            // Many of them are not about this.
            if let Ok(key) = name.to_ascii_lowercase().parse() {
                builder = builder.with_config(key, value);
            }
        }
        builder = builder.with_bucket_name(bucket).with_retry(retry);
        // The environment's keys come first, then its web identity, then the files, then the roles of where this runs.
        let given = |key: AmazonS3ConfigKey| builder.get_config_value(&key).is_some();
        let by_environment = given(AmazonS3ConfigKey::AccessKeyId) || given(AmazonS3ConfigKey::WebIdentityTokenFile);
        let (has_endpoint, profile) = (given(AmazonS3ConfigKey::Endpoint), Profile::from_environment(variable));
        let section = match profile.read() {
            // A profile that nobody needs may be wrong.
            Err(_) if by_environment => None,
            read => read?,
        };
        if let Some(section) = section {
            if let Some(region) = section.get("region")
                && variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).is_none()
            {
                builder = builder.with_region(region);
            }
            if let Some(endpoint) = section.get("endpoint_url")
                && !has_endpoint
            {
                builder = builder.with_endpoint(endpoint);
            }
            if profile::is_usable(&section) && !by_environment {
                builder = builder.with_credentials(Arc::new(ProfileCredentials::new(profile)));
            }
        }
        let endpoint = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
        let endpoint = endpoint.iter().find_map(|key| builder.get_config_value(key));
        let plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
        let client = ClientOptions::new().with_allow_http(plain).with_timeout(BUCKET_REQUEST);
        let unusable = |error| Error::Setting(format!("the bucket `{bucket}` cannot be used: {error}"));
        let store =
            Arc::new(builder.with_client_options(client).with_http_connector(Connector).build().map_err(unusable)?);
        Ok(Self { store: store.clone(), prefix: Path::from(prefix), folder: None, signer: Some(store) })
    }

    fn path(&self, key: &str) -> Path {
        self.prefix.parts().chain(Path::from(key).parts()).collect()
    }

    fn key(&self, path: &Path) -> Option<String> {
        let parts: Vec<_> = path.prefix_match(&self.prefix)?.collect();
        Some(parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("/"))
    }

    /// A URL at which anybody can fetch an object for so long; `None` where there is no such thing. The answer has this
    /// `Content-Type` and `Content-Disposition`.
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
        let Some(signer) = &self.signer else { return Ok(None) };
        let options = SignedUrlOptions::new()
            .with_query([("response-content-type", content_type), ("response-content-disposition", disposition)]);
        let url = signer.signed_url_opts("GET".parse().expect("a method"), &self.path(key), valid, &options).await?;
        Ok(Some(url.to_string()))
    }

    /// Stores bytes.
    ///
    /// # Errors
    /// They cannot be written; then nothing is there.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<Stored, Error> {
        let (size_bytes, hashed) = (bytes.len() as u64, bytes.clone());
        let hash = move || hex(&Sha256::digest(&hashed));
        let sha256 = match bytes.len() < SHORT {
            true => hash(),
            false => tokio::task::spawn_blocking(hash).await.map_err(std::io::Error::other)?,
        };
        let stored = Stored { size_bytes, sha256 };
        self.store.put(&self.path(key), PutPayload::from(bytes)).await?;
        Ok(stored)
    }

    /// Stores what is read, piece by piece.
    ///
    /// # Errors
    /// It cannot be read or written; then nothing is there.
    pub async fn put_from(&self, key: &str, from: impl Read + Send + 'static) -> Result<Stored, Error> {
        let (mut piece, mut hashed) = read_piece((from, Sha256::new())).await?;
        if piece.len() < PIECE {
            let stored = Stored { size_bytes: piece.len() as u64, sha256: hex(&hashed.1.finalize()) };
            self.store.put(&self.path(key), PutPayload::from(piece)).await?;
            return Ok(stored);
        }
        let mut upload = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&self.path(key)).await?, PIECE);
        let mut size_bytes = 0;
        while !piece.is_empty() {
            size_bytes += piece.len() as u64;
            upload.wait_for_capacity(1).await?;
            upload.put(Bytes::from(piece));
            (piece, hashed) = match read_piece(hashed).await {
                Ok(read) => read,
                Err(error) => {
                    upload.abort().await?;
                    return Err(error.into());
                }
            };
        }
        upload.finish().await?;
        Ok(Stored { size_bytes, sha256: hex(&hashed.1.finalize()) })
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
        match self.store.get_opts(&self.path(key), options).await {
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
        match self.store.delete(&self.path(key)).await {
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
        let mut deleted = 0;
        for (key, _) in self.list_of(&self.path(&job.to_string())).await? {
            if !keep.contains(&*key) {
                self.delete(&key).await?;
                deleted += 1;
            }
        }
        if let Some(folder) = &self.folder {
            let folder = folder.join(job.to_string());
            let end = move || {
                remove_staged(&folder);
                // Whoever is told that they are gone does not ask again: a loss of power must not bring them back.
                folder::forget_deleted(&folder)
            };
            tokio::task::spawn_blocking(end).await.map_err(std::io::Error::other)??;
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
}

/// The next piece, which goes into the hash; a shorter one is the last.
async fn read_piece<R: Read + Send + 'static>(
    (mut reader, mut hash): (R, Sha256),
) -> std::io::Result<(Vec<u8>, (R, Sha256))> {
    let read = move || -> std::io::Result<_> {
        let mut piece = Vec::with_capacity(PIECE);
        reader.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        hash.update(&piece);
        Ok((piece, (reader, hash)))
    };
    tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?
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

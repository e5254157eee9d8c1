//! Objects in a bucket. Its endpoint, region and credentials come from the environment, from the host's shared AWS files, or from the role of
//! the pod, container or instance; never from the URL.

use super::connector::Connector;
use super::profile::{self, Profile};
use super::profile_credentials::ProfileCredentials;
use crate::Error;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a request to a bucket is retried. Then the worker hands its part back, and a worker claims the part again later.
const PATIENCE: Duration = Duration::from_secs(60);
/// The backoff between attempts: the first wait, and the longest; each is twice the one before.
const WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];
/// The time limit of one request; then the request is retried.
const REQUEST: Duration = Duration::from_secs(15);

/// A bucket, and the prefix of all its keys.
#[derive(Clone)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Path,
}

impl Bucket {
    /// Opens `BUCKET/PREFIX`, with the variables of `environment`. An empty variable counts as unset: a compose file passes unset variables on
    /// as empty ones.
    pub(super) fn open(name: &str, environment: &HashMap<String, String>) -> Result<Self, Error> {
        let (bucket, prefix) = name.split_once('/').unwrap_or((name, ""));
        if bucket.is_empty() || bucket.contains(['@', ':']) {
            let expected = "expected `s3://BUCKET/PREFIX`; credentials and endpoint come from the environment";
            return Err(Error::Setting(format!("the place for artifacts names no bucket; {expected}")));
        }
        // An error means that another part of the program has already installed a provider, and it is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = from_environment(environment).with_bucket_name(bucket).with_retry(retries());
        let builder = with_profile(builder, environment)?;
        let client = ClientOptions::new().with_allow_http(is_plain(&builder)).with_timeout(REQUEST);
        let store = builder.with_client_options(client).with_http_connector(Connector).build();
        let store = store.map_err(|error| Error::Setting(format!("the bucket `{bucket}` cannot be used: {error}")))?;
        Ok(Self { store: Arc::new(store), prefix: Path::from(prefix) })
    }

    /// The client that reads and writes the objects.
    pub(super) fn store(&self) -> Arc<dyn ObjectStore> {
        self.store.clone()
    }

    /// The prefix of all keys.
    pub(super) fn prefix(&self) -> Path {
        self.prefix.clone()
    }

    /// A signed URL: for the time `valid`, anybody can fetch the object from it, with these headers in the answer.
    pub(super) async fn signed_url(
        &self,
        path: &Path,
        content_type: &str,
        disposition: &str,
        valid: Duration,
    ) -> Result<String, Error> {
        let options = SignedUrlOptions::new()
            .with_query([("response-content-type", content_type), ("response-content-disposition", disposition)]);
        let get = "GET".parse().expect("GET is a method of HTTP");
        Ok(self.store.signed_url_opts(get, path, valid, &options).await?.to_string())
    }
}

fn retries() -> RetryConfig {
    let [init_backoff, max_backoff] = WAITS;
    RetryConfig {
        backoff: BackoffConfig { init_backoff, max_backoff, base: 2.0 },
        max_retries: 100,
        retry_timeout: PATIENCE,
    }
}

/// A builder with the settings of the variables `AWS_…`. Variables that `object_store` does not know are ignored.
fn from_environment(environment: &HashMap<String, String>) -> AmazonS3Builder {
    let variables = environment.iter().filter(|(name, value)| name.starts_with("AWS_") && !value.is_empty());
    variables.fold(AmazonS3Builder::new(), |builder, (name, value)| match name.to_ascii_lowercase().parse() {
        Ok(key) => builder.with_config(key, value),
        Err(_) => builder,
    })
}

/// Adds the settings of the host's AWS profile. Credentials are looked for in this order: keys in the environment, its web identity, the
/// profile, the role of the pod, container or instance.
fn with_profile(builder: AmazonS3Builder, environment: &HashMap<String, String>) -> Result<AmazonS3Builder, Error> {
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty()).cloned();
    let given = |key: AmazonS3ConfigKey| builder.get_config_value(&key).is_some();
    let by_environment = given(AmazonS3ConfigKey::AccessKeyId) || given(AmazonS3ConfigKey::WebIdentityTokenFile);
    let has_endpoint = given(AmazonS3ConfigKey::Endpoint);
    let has_region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).is_some();
    let profile = Profile::from_environment(variable);
    let section = match profile.read() {
        // The environment has credentials, so an error in the profile does not matter.
        Err(_) if by_environment => None,
        read => read?,
    };
    let Some(section) = section else { return Ok(builder) };
    let value = |name: &str, is_given: bool| section.get(name).filter(|_| !is_given);
    let builder = value("region", has_region).into_iter().fold(builder, AmazonS3Builder::with_region);
    let builder = value("endpoint_url", has_endpoint).into_iter().fold(builder, AmazonS3Builder::with_endpoint);
    Ok(if profile::is_usable(&section) && !by_environment {
        builder.with_credentials(Arc::new(ProfileCredentials::new(profile)))
    } else {
        builder
    })
}

/// Whether the endpoint is without TLS.
fn is_plain(builder: &AmazonS3Builder) -> bool {
    let endpoint = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
    let endpoint = endpoint.iter().find_map(|key| builder.get_config_value(key));
    endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))
}

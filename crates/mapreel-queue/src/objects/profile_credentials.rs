//! The credentials of a profile. They are read anew after a change of its files, so that rotated keys need no restart.

use super::profile::Profile;
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use serde::Deserialize;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Mutex;

/// How long the credentials that a process has printed are used.
const PROCESS_KEPT: Duration = Duration::from_secs(300);
/// The time limit of a process.
const PROCESS_PATIENCE: Duration = Duration::from_secs(30);

/// Credentials of a profile.
#[derive(Debug)]
pub(super) struct ProfileCredentials {
    profile: Profile,
    kept: Mutex<Option<Kept>>,
}

/// Credentials, and how long they are used.
#[derive(Debug)]
struct Kept {
    credential: Arc<AwsCredential>,
    /// The modification times of the files from which they come.
    files: [Option<SystemTime>; 2],
    until: Option<Instant>,
}

/// Why a profile gives no credentials.
#[derive(Debug, thiserror::Error)]
enum NoCredentials {
    #[error(transparent)]
    Profile(#[from] crate::Error),
    #[error("the profile has no credentials any more")]
    Removed,
    #[error("`credential_process` takes more than {} s", PROCESS_PATIENCE.as_secs())]
    TooSlow,
    #[error(transparent)]
    Stopped(#[from] tokio::task::JoinError),
    #[error("`credential_process` cannot be run: {0}")]
    NotRun(std::io::Error),
    #[error("`credential_process` ended with {0}")]
    Failed(ExitStatus),
    /// The message leaves out the output: it may contain a secret even if it is not the expected JSON.
    #[error("`credential_process` does not print the JSON that AWS describes")]
    NotJson,
}

impl ProfileCredentials {
    pub(super) fn new(profile: Profile) -> Self {
        Self { profile, kept: Mutex::default() }
    }

    async fn ask(&self) -> Result<(AwsCredential, Option<Instant>), NoCredentials> {
        let section = self.profile.read()?.unwrap_or_default();
        let value = |key: &str| section.get(key).cloned();
        if let (Some(key_id), Some(secret_key)) = (value("aws_access_key_id"), value("aws_secret_access_key")) {
            return Ok((AwsCredential { key_id, secret_key, token: value("aws_session_token") }, None));
        }
        let process = value("credential_process").ok_or(NoCredentials::Removed)?;
        Ok((run(&process).await?, Some(Instant::now() + PROCESS_KEPT)))
    }
}

#[async_trait::async_trait]
impl CredentialProvider for ProfileCredentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let (mut kept, files) = (self.kept.lock().await, self.profile.changed());
        let fresh = |kept: &&Kept| kept.files == files && kept.until.is_none_or(|until| Instant::now() < until);
        if let Some(kept) = kept.as_ref().filter(fresh) {
            return Ok(kept.credential.clone());
        }
        let failed = |why: NoCredentials| object_store::Error::Generic {
            store: "S3",
            source: format!("no credentials from the profile `{}`: {why}", self.profile.name).into(),
        };
        let (credential, until) = self.ask().await.map_err(failed)?;
        let credential = Arc::new(credential);
        *kept = Some(Kept { credential: credential.clone(), files, until });
        Ok(credential)
    }
}

/// What a `credential_process` prints: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

async fn run(process: &str) -> Result<AwsCredential, NoCredentials> {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", process]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = tokio::time::timeout(PROCESS_PATIENCE, output).await.map_err(|_| NoCredentials::TooSlow)??;
    let output = output.map_err(NoCredentials::NotRun)?;
    if !output.status.success() {
        return Err(NoCredentials::Failed(output.status));
    }
    let printed: Printed = serde_json::from_slice(&output.stdout).map_err(|_| NoCredentials::NotJson)?;
    Ok(AwsCredential {
        key_id: printed.access_key_id,
        secret_key: printed.secret_access_key,
        token: printed.session_token,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn profile(folder: &Path, name: Option<&str>) -> Profile {
        let folder = folder.display().to_string();
        Profile::from_environment(move |variable| match variable {
            "AWS_PROFILE" => name.map(str::to_owned),
            "AWS_SHARED_CREDENTIALS_FILE" => Some(format!("{folder}/credentials")),
            "AWS_CONFIG_FILE" => Some(format!("{folder}/config")),
            _ => None,
        })
    }

    fn write(folder: &Path, name: &str, text: &str) {
        std::fs::write(folder.join(name), text).expect("a temporary folder can be written to");
    }

    async fn key(credentials: &ProfileCredentials) -> Result<String, String> {
        credentials.get_credential().await.map(|c| c.key_id.clone()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_profile_is_read_and_read_again_after_a_change() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = folder.path();
        write(
            at,
            "credentials",
            "[default]\naws_access_key_id = A # mine\naws_secret_access_key=B\n\n[ other ]\naws_access_key_id=C\naws_secret_access_key=D\naws_session_token=E\n",
        );
        write(at, "config", "[profile other]\nregion = eu-central-1\ns3 =\n  addressing_style = path\n");
        let other = profile(at, Some("other"));
        assert_eq!(other.read().ok().flatten().and_then(|s| s.get("region").cloned()).as_deref(), Some("eu-central-1"));
        assert_eq!(key(&ProfileCredentials::new(profile(at, None))).await.as_deref(), Ok("A"));
        let credentials = ProfileCredentials::new(other);
        assert_eq!(key(&credentials).await.as_deref(), Ok("C"));
        tokio::time::sleep(Duration::from_millis(20)).await;
        write(at, "credentials", "[other]\naws_access_key_id=F\naws_secret_access_key=G\n");
        assert_eq!(key(&credentials).await.as_deref(), Ok("F"), "rotated");
    }

    #[tokio::test]
    async fn a_process_gives_credentials_and_its_failure_is_reported() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = folder.path();
        write(
            at,
            "config",
            "[profile p]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"Q\"}'\n[profile bad]\ncredential_process = echo secret; false\n",
        );
        assert_eq!(key(&ProfileCredentials::new(profile(at, Some("p")))).await.as_deref(), Ok("P"));
        let error = key(&ProfileCredentials::new(profile(at, Some("bad")))).await.expect_err("it fails");
        assert!(error.contains("ended with exit status: 1") && !error.contains("secret"), "{error}");
    }
}

//! The shared AWS files of the host: `~/.aws/credentials` and `~/.aws/config`, with the profile that `AWS_PROFILE` names.
//!
//! Read anew before they are used again after a change, so that rotated keys need no restart. Static keys and
//! `credential_process` are understood; for anything else, such as SSO or a chain of roles, the AWS CLI is the process:
//! `credential_process = aws configure export-credentials --profile NAME`.

use crate::Error;
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Mutex;

/// What a process has given is asked for again after so long, or sooner if it says so.
const PROCESS_KEPT: Duration = Duration::from_secs(300);
/// A process that takes longer has failed.
const PROCESS_PATIENCE: Duration = Duration::from_secs(30);

type Section = BTreeMap<String, String>;

/// The files and the profile.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    name: String,
    /// Whether somebody asked for it by name.
    named: bool,
    credentials: PathBuf,
    config: PathBuf,
}

impl Profile {
    /// The profile that the environment names, or `default`.
    pub(crate) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let home = PathBuf::from(variable("HOME").unwrap_or_default()).join(".aws");
        let path = |name: &str, file: &str| variable(name).map_or_else(|| home.join(file), PathBuf::from);
        let named = variable("AWS_PROFILE").filter(|name| !name.is_empty());
        Self {
            named: named.is_some(),
            name: named.unwrap_or_else(|| "default".to_owned()),
            credentials: path("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            config: path("AWS_CONFIG_FILE", "config"),
        }
    }

    /// Settings of the profile: of both files, the credentials file first. `None`: nobody asked for one, and there is none.
    ///
    /// # Errors
    /// The profile that was asked for is in neither file, or says nothing that is understood.
    pub(crate) fn read(&self) -> Result<Option<Section>, Error> {
        let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let in_config = if self.name == "default" { self.name.clone() } else { format!("profile {}", self.name) };
        let mut section = sections(&text(&self.config)).remove(&in_config);
        if let Some(own) = sections(&text(&self.credentials)).remove(&self.name) {
            section.get_or_insert_default().extend(own);
        }
        let files = format!("`{}` and `{}`", self.credentials.display(), self.config.display());
        match section {
            None if self.named => {
                Err(Error::Setting(format!("the profile `{}` of `AWS_PROFILE` is not in {files}", self.name)))
            }
            Some(section) if self.named && !is_usable(&section) => Err(Error::Setting(format!(
                "the profile `{}` in {files} has neither keys nor `credential_process`; for SSO and roles set \
                 `credential_process = aws configure export-credentials --profile NAME` in a profile of its own",
                self.name
            ))),
            section => Ok(section.filter(|section| self.named || is_usable(section) || section.contains_key("region"))),
        }
    }

    /// When the files were last changed.
    fn changed(&self) -> [Option<SystemTime>; 2] {
        let changed = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
        [changed(&self.credentials), changed(&self.config)]
    }
}

/// Whether credentials can be had from it.
pub(crate) fn is_usable(section: &Section) -> bool {
    section.contains_key("credential_process")
        || section.contains_key("aws_access_key_id") && section.contains_key("aws_secret_access_key")
}

/// The sections of an INI file as AWS writes them; what is indented belongs to the line above, and is skipped.
fn sections(text: &str) -> BTreeMap<String, Section> {
    let (mut sections, mut name): (BTreeMap<String, Section>, _) = (BTreeMap::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with(['#', ';', ' ', '\t'])) {
        let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name = header.split_whitespace().collect::<Vec<_>>().join(" ");
            sections.entry(name.clone()).or_default();
        } else if let Some((key, value)) = line.split_once('=') {
            sections.entry(name.clone()).or_default().insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    sections
}

/// Credentials of a profile.
#[derive(Debug)]
pub(crate) struct ProfileCredentials {
    profile: Profile,
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    credential: Arc<AwsCredential>,
    files: [Option<SystemTime>; 2],
    until: Option<Instant>,
}

impl ProfileCredentials {
    pub(crate) fn new(profile: Profile) -> Self {
        Self { profile, kept: Mutex::default() }
    }

    async fn ask(&self) -> Result<(AwsCredential, Option<Instant>), String> {
        let section = self.profile.read().map_err(|error| error.to_string())?.unwrap_or_default();
        let value = |key: &str| section.get(key).cloned();
        if let (Some(key_id), Some(secret_key)) = (value("aws_access_key_id"), value("aws_secret_access_key")) {
            return Ok((AwsCredential { key_id, secret_key, token: value("aws_session_token") }, None));
        }
        let process = value("credential_process").ok_or("the profile has no credentials any more")?;
        let credential = run(&process).await?;
        Ok((credential, Some(Instant::now() + PROCESS_KEPT)))
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
        let failed = |why: String| object_store::Error::Generic {
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

async fn run(process: &str) -> Result<AwsCredential, String> {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", process]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = tokio::time::timeout(PROCESS_PATIENCE, output)
        .await
        .map_err(|_| format!("`credential_process` takes more than {} s", PROCESS_PATIENCE.as_secs()))?
        .map_err(|stopped| stopped.to_string())?
        .map_err(|error| format!("`credential_process` cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("`credential_process` ended with {}", output.status));
    }
    // What it printed is a secret, also when it is not what was expected.
    let printed: Printed = serde_json::from_slice(&output.stdout)
        .map_err(|_| "`credential_process` does not print the JSON that AWS describes".to_owned())?;
    Ok(AwsCredential {
        key_id: printed.access_key_id,
        secret_key: printed.secret_access_key,
        token: printed.session_token,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    async fn a_process_gives_credentials_and_its_failure_is_said() {
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

    #[test]
    fn a_profile_that_cannot_be_used_is_refused_and_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = folder.path();
        write(at, "config", "[profile sso]\nsso_session = x\n");
        let said = |name: Option<&str>| profile(at, name).read().map_err(|error| error.to_string());
        assert!(said(Some("sso")).is_err_and(|why| why.contains("credential_process = aws configure")));
        assert!(said(Some("none")).is_err_and(|why| why.contains("is not in")));
        assert_eq!(said(None), Ok(None), "nobody asked for one");
    }
}

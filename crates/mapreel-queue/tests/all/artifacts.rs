//! An object is whole, or missing.

use mapreel_queue::{Artifacts, JobId};
use std::io::Read;

/// A folder, and the artifacts in it.
fn folder() -> (tempfile::TempDir, Artifacts) {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::open(&format!("file:{}", folder.path().display())).unwrap();
    (folder, artifacts)
}

/// A new prefix in the bucket that all tests share.
fn bucket() -> Artifacts {
    let environment = mapreel_testkit::servers::s3::shared().environment().into_iter().collect();
    let url = format!("s3://{}/tests/{}", mapreel_testkit::servers::s3::BUCKET, JobId::random());
    Artifacts::open_with(&url, &environment).unwrap()
}

/// A reader that gives this many bytes and then fails.
struct Breaks(usize);

impl Read for Breaks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::Error::other("gone"));
        }
        let n = buffer.len().min(self.0);
        self.0 -= n;
        Ok(n)
    }
}

#[tokio::test]
async fn an_object_has_the_size_and_hash_of_what_was_put() {
    let (_folder, in_folder) = folder();
    for artifacts in [in_folder, bucket()] {
        objects_are_what_was_put(artifacts).await;
    }
}

async fn objects_are_what_was_put(artifacts: Artifacts) {
    let bytes: Vec<u8> = (0..20_000_000u32).map(|i| (i % 251) as u8).collect();
    let small = artifacts.put("a/1", bytes.clone().into()).await.unwrap();
    let large = artifacts.put_from("a/2", std::io::Cursor::new(bytes.clone())).await.unwrap();
    assert_eq!(small, large);
    assert_eq!(large.size_bytes, 20_000_000);
    for key in ["a/1", "a/2"] {
        assert!(artifacts.get(key).await.unwrap().unwrap()[..] == bytes[..]);
    }
    assert!(artifacts.get("a/3").await.unwrap().is_none());
    let short = artifacts.put_from("a/4", &b"short"[..]).await.unwrap();
    assert_eq!(short.size_bytes, 5);
    let range = artifacts.stream("a/2", 9_000_000..9_000_010).await.unwrap().unwrap();
    let pieces: Vec<bytes::Bytes> = futures_util::TryStreamExt::try_collect(range).await.unwrap();
    assert_eq!(pieces.concat(), bytes[9_000_000..9_000_010]);
}

#[tokio::test]
async fn an_upload_that_fails_leaves_no_object() {
    let in_bucket = bucket();
    assert!(in_bucket.put_from("a/1", Breaks(20_000_000)).await.is_err());
    assert!(in_bucket.list().await.unwrap().is_empty());
    let (folder, artifacts) = folder();
    assert!(artifacts.put_from("a/1", Breaks(20_000_000)).await.is_err());
    assert!(artifacts.list().await.unwrap().is_empty());
    let files = std::fs::read_dir(folder.path().join("a")).map(|files| files.count()).unwrap_or(0);
    assert_eq!(files, 0, "not even a half file under another name");
}

#[tokio::test]
async fn cleaning_keeps_named_objects_and_other_jobs() {
    let in_bucket = bucket();
    let (one, other) = (JobId::random(), JobId::random());
    for key in [format!("{one}/a"), format!("{one}/b"), format!("{other}/a")] {
        in_bucket.put(&key, "x".into()).await.unwrap();
    }
    assert_eq!(in_bucket.clean(one, &[format!("{one}/b")]).await.unwrap(), 1);
    assert_eq!(in_bucket.list().await.unwrap().len(), 2);
    let (folder, artifacts) = folder();
    let (one, other) = (JobId::random(), JobId::random());
    for key in [format!("{one}/a"), format!("{one}/b"), format!("{other}/a")] {
        artifacts.put(&key, "x".into()).await.unwrap();
    }
    let half = folder.path().join(format!("{one}/c#1"));
    std::fs::write(&half, "left by a writer who died").unwrap();
    assert_eq!(artifacts.clean(one, &[format!("{one}/b")]).await.unwrap(), 1);
    assert!(!half.exists());
    let mut left: Vec<String> = artifacts.list().await.unwrap().into_iter().map(|(key, _)| key).collect();
    left.sort();
    let mut expected = [format!("{one}/b"), format!("{other}/a")];
    expected.sort();
    assert_eq!(left, expected);
}

#[tokio::test]
async fn a_signed_url_gives_the_object_for_a_while() {
    let (_folder, in_folder) = folder();
    let valid = std::time::Duration::from_secs(60);
    assert_eq!(in_folder.signed_url("a", "image/png", "attachment", valid).await.unwrap(), None);
    let artifacts = bucket();
    artifacts.put("a/film.mp4", "film".into()).await.unwrap();
    let url = artifacts
        .signed_url("a/film.mp4", "video/mp4", "attachment; filename=\"a.mp4\"", valid)
        .await
        .unwrap()
        .unwrap();
    assert!(url.contains("X-Amz-Signature=") && url.contains("X-Amz-Expires=60"), "{url}");
    let wrong = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600");
    assert_eq!(reqwest::get(&wrong).await.unwrap().status(), 403, "it is signed for a minute and not for ten");
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "film"));
}

#[tokio::test]
async fn keys_come_from_the_environment_or_else_from_a_profile() {
    use mapreel_testkit::servers::s3::{ACCESS_KEY, SECRET_KEY, shared};
    let folder = tempfile::tempdir().unwrap();
    let (credentials, config) = (folder.path().join("credentials"), folder.path().join("config"));
    let keys = format!("[maps]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n");
    std::fs::write(&credentials, keys).unwrap();
    std::fs::write(&config, format!("[profile maps]\nregion = us-east-1\nendpoint_url = {}\n", shared().url()))
        .unwrap();
    let put = async |more: &[(&str, &str)]| {
        let files = [
            ("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap()),
            ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ];
        let environment = files.iter().chain(more).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Artifacts::open_with("s3://maps/profiles", &environment)?.put("a", "x".into()).await
    };
    put(&[("AWS_PROFILE", "maps"), ("AWS_ACCESS_KEY_ID", "")])
        .await
        .expect("the profile has keys, region and endpoint");
    let endpoint = ("AWS_ENDPOINT_URL", shared().url());
    let keys = [("AWS_ACCESS_KEY_ID", ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", SECRET_KEY)];
    put(&[("AWS_PROFILE", "none"), endpoint, keys[0], keys[1]]).await.expect("nobody needs the profile");
    let error = put(&[("AWS_PROFILE", "none"), endpoint]).await.unwrap_err().to_string();
    assert!(error.contains("the profile `none` of `AWS_PROFILE` is not in"), "{error}");
}

#[tokio::test]
async fn wrong_keys_are_refused() {
    let mut environment: std::collections::HashMap<_, _> =
        mapreel_testkit::servers::s3::shared().environment().into_iter().collect();
    environment.insert("AWS_SECRET_ACCESS_KEY".into(), "wrong".into());
    let artifacts = Artifacts::open_with("s3://maps/x", &environment).unwrap();
    let error = artifacts.put("a", "x".into()).await.unwrap_err().to_string();
    assert!(error.contains("the artifacts are not available"), "{error}");
    assert!(!error.contains("wrong"), "a secret in a message: {error}");
}

#[test]
fn other_places_and_credentials_in_urls_are_refused() {
    let open = |url: &str| Artifacts::open(url).err().unwrap().to_string();
    assert!(open("s3://").contains("names no bucket"));
    let error = open("s3://key:secret@bucket/x");
    assert!(error.contains("credentials and endpoint come from the environment") && !error.contains("secret"));
    assert!(Artifacts::open("ftp://x/").err().unwrap().to_string().contains("`ftp://x/` is not a place for artifacts"));
}

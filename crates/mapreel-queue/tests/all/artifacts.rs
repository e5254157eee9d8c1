//! Objects are whole or not there.

use mapreel_queue::{Artifacts, JobId};
use std::io::Read;

fn store() -> (tempfile::TempDir, Artifacts) {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::open(&format!("file:{}", folder.path().display())).unwrap();
    (folder, artifacts)
}

/// Gives so many bytes, then fails.
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
    let (_folder, artifacts) = store();
    let bytes: Vec<u8> = (0..20_000_000u32).map(|i| (i % 251) as u8).collect();
    let small = artifacts.put("a/1", bytes.clone().into()).await.unwrap();
    let large = artifacts.put_from("a/2", std::io::Cursor::new(bytes.clone())).await.unwrap();
    assert_eq!(small, large);
    assert_eq!(large.size_bytes, 20_000_000);
    for key in ["a/1", "a/2"] {
        assert!(artifacts.get(key).await.unwrap().unwrap()[..] == bytes[..]);
    }
    assert!(artifacts.get("a/3").await.unwrap().is_none());
}

#[tokio::test]
async fn what_breaks_under_way_leaves_nothing() {
    let (folder, artifacts) = store();
    assert!(artifacts.put_from("a/1", Breaks(20_000_000)).await.is_err());
    assert!(artifacts.list().await.unwrap().is_empty());
    let files = std::fs::read_dir(folder.path().join("a")).map(|files| files.count()).unwrap_or(0);
    assert_eq!(files, 0, "not even a half file under another name");
}

#[tokio::test]
async fn cleaning_keeps_what_is_named_and_other_jobs() {
    let (folder, artifacts) = store();
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

#[test]
fn only_folders_are_known() {
    assert!(Artifacts::open("ftp://x/").err().unwrap().to_string().contains("`ftp://x/` is not a place for artifacts"));
}

//! A store whose files are deleted, replaced or damaged, while it is in use or closed.

use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{Filter, Queue, Settings, Unsupervised};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::bench::{image, submit};

/// `harm` changes the files of a store in use: the store soon reports trouble, and accepts no more jobs.
async fn assert_noticed(what: &str, harm: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let queue = Sqlite::open(&path, Settings::default(), &Unsupervised).unwrap();
    for _ in 0..3 {
        submit(&queue, image()).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(queue.trouble(), None);
    harm(&path);
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if queue.trouble().is_some() {
            break;
        }
    }
    assert!(queue.trouble().is_some(), "{what}: it has not noticed");
    assert!(queue.submit(image()).await.is_err(), "{what}: it accepts a job that will be lost");
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_taken_away_is_noticed() {
    assert_noticed("deleted", |path| std::fs::remove_file(path).unwrap()).await;
    assert_noticed("deleted with all that belongs to it", |path| {
        for suffix in ["", "-wal", "-shm"] {
            std::fs::remove_file(beside(path, suffix)).unwrap();
        }
    })
    .await;
    assert_noticed("cut to nothing", |path| {
        std::fs::File::options().write(true).open(path).unwrap().set_len(0).unwrap()
    })
    .await;
    assert_noticed("replaced", |path| {
        std::fs::copy(path, beside(path, ".copy")).unwrap();
        std::fs::rename(beside(path, ".copy"), path).unwrap();
    })
    .await;
    assert_noticed("its log deleted", |path| std::fs::remove_file(beside(path, "-wal")).unwrap()).await;
    assert_noticed("its log cut", |path| {
        std::fs::File::options().write(true).open(beside(path, "-wal")).unwrap().set_len(0).unwrap();
    })
    .await;
    assert_noticed("overwritten", |path| {
        for suffix in ["", "-wal"] {
            let length = std::fs::metadata(beside(path, suffix)).unwrap().len() as usize;
            let file = std::fs::File::options().write(true).open(beside(path, suffix)).unwrap();
            std::os::unix::fs::FileExt::write_all_at(&file, &vec![0x5a; length], 0).unwrap();
        }
    })
    .await;
}

/// Damages the files of a store whose database has this path.
type Harm = fn(&Path);

/// Commits are lost while no process has the store open: opening it fails and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_has_lost_commits_is_not_opened() {
    let open = |path: &Path| Sqlite::open(path, Settings::default(), &Unsupervised);
    let harms: [(&str, Harm); 3] = [
        ("its log damaged", |path| {
            let log = beside(path, "-wal");
            let length = std::fs::metadata(&log).unwrap().len();
            let file = std::fs::File::options().write(true).open(log).unwrap();
            std::os::unix::fs::FileExt::write_all_at(&file, &[0x5a; 600], length / 2).unwrap();
        }),
        ("its log cut", |path| {
            let file = std::fs::File::options().write(true).open(beside(path, "-wal")).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        }),
        ("its log deleted", |path| std::fs::remove_file(beside(path, "-wal")).unwrap()),
    ];
    for (what, harm) in harms {
        let folder = tempfile::tempdir().unwrap();
        // The files as a killed process leaves them. They are copied from an open store, since SQLite empties its log when it closes the store.
        let [used, whole, path] = ["used.db", "whole.db", "jobs.db"].map(|name| folder.path().join(name));
        let queue = open(&used).unwrap();
        // The checkpoint moves the mark from the log to the database, as in every store that is not quite new. A store that has lost its mark
        // would count as another store.
        rusqlite::Connection::open(&used).unwrap().query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(())).unwrap();
        for _ in 0..6 {
            submit(&queue, image()).await;
        }
        for (suffix, to) in
            ["", "-wal", "-shm", ".commits"].iter().flat_map(|suffix| [(suffix, &whole), (suffix, &path)])
        {
            std::fs::copy(beside(&used, suffix), beside(to, suffix)).unwrap();
        }
        let jobs = open(&whole).unwrap().jobs(Filter { limit: 10, ..Filter::default() }).await.unwrap();
        assert_eq!(jobs.len(), 6, "the unharmed copy has all jobs");
        harm(&path);
        let error = open(&path).err().unwrap_or_else(|| panic!("{what}: it is opened")).to_string();
        assert!(error.contains("its last ones are lost") && error.contains("jobs.db.commits"), "{what}: {error}");
        std::fs::remove_file(beside(&path, ".commits")).unwrap();
        assert!(open(&path).is_ok(), "{what}: what is left can be used");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_submission_checks_the_files_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let queue = Sqlite::open(&path, Settings::default(), &Unsupervised).unwrap();
    submit(&queue, image()).await;
    std::fs::remove_file(&path).unwrap();
    assert!(queue.submit(image()).await.is_err(), "before the watching thread has noticed");
}

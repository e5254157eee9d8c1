//! What becomes of a store whose file is taken away while it is in use.

use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{Filter, Queue, Settings, Unsupervised};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::bench::{image, submit};

/// Something happens to the file of a store in use: it says so soon, and answers for no more jobs.
async fn noticed(what: &str, harm: impl Fn(&Path)) {
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
    assert!(queue.submit(image()).await.is_err(), "{what}: it answers for a job that will be lost");
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_taken_away_is_noticed() {
    noticed("deleted", |path| std::fs::remove_file(path).unwrap()).await;
    noticed("deleted with all that belongs to it", |path| {
        for suffix in ["", "-wal", "-shm"] {
            std::fs::remove_file(beside(path, suffix)).unwrap();
        }
    })
    .await;
    noticed("cut to nothing", |path| std::fs::File::options().write(true).open(path).unwrap().set_len(0).unwrap())
        .await;
    noticed("replaced", |path| {
        std::fs::copy(path, beside(path, ".copy")).unwrap();
        std::fs::rename(beside(path, ".copy"), path).unwrap();
    })
    .await;
    noticed("its log deleted", |path| std::fs::remove_file(beside(path, "-wal")).unwrap()).await;
    noticed("its log cut", |path| {
        std::fs::File::options().write(true).open(beside(path, "-wal")).unwrap().set_len(0).unwrap();
    })
    .await;
    noticed("overwritten", |path| {
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
        // As a process leaves it that is killed: a copy of the files, since SQLite puts them in order when they are closed.
        let [used, whole, path] = ["used.db", "whole.db", "jobs.db"].map(|name| folder.path().join(name));
        let queue = open(&used).unwrap();
        // Its mark is in the file, as in every store that is not quite new: one that has lost its mark is another store.
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
        assert_eq!(jobs.len(), 6, "unharmed it has all");
        harm(&path);
        let error = open(&path).err().unwrap_or_else(|| panic!("{what}: it is opened")).to_string();
        assert!(error.contains("its last ones are lost") && error.contains("jobs.db.commits"), "{what}: {error}");
        std::fs::remove_file(beside(&path, ".commits")).unwrap();
        assert!(open(&path).is_ok(), "{what}: what is left can be used");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_submission_looks_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let queue = Sqlite::open(&path, Settings::default(), &Unsupervised).unwrap();
    submit(&queue, image()).await;
    std::fs::remove_file(&path).unwrap();
    assert!(queue.submit(image()).await.is_err(), "in the moment before it is noticed");
}

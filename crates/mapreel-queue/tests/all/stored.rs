//! This version reads the documents that earlier versions have stored in MongoDB. `tests/stored/VERSION/COLLECTION.bson` holds the documents
//! of that version, one after another, as `mongodump` writes them. Every released version adds its own files
//! (`MAPREEL_BLESS=1 cargo test --workspace --test all stored::`); existing files are never changed.

use super::bench::{ANY, Bench, animation, image, outcome, submit};
use futures_util::TryStreamExt;
use mapreel_queue::{Filter, NewJob, State, Submitted};
use mongodb::bson::Document;
use mongodb::{Client, Database};
use std::path::{Path, PathBuf};

const COLLECTIONS: [&str; 4] = ["jobs", "requests", "keys", "turns"];

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored")
}

async fn database(bench: &Bench) -> Database {
    let url = bench.database().unwrap();
    Client::with_uri_str(url).await.unwrap().database(url.rsplit('/').next().unwrap())
}

fn keyed() -> NewJob {
    NewJob { idempotency_key: Some("somebody key".into()), ..image() }
}

/// Stores jobs of every kind: done, cancelled, half drawn, waiting, and one that has a key.
async fn make(bench: &Bench, to: &Path) {
    let queue = bench.open().await;
    submit(&*queue, image()).await;
    let done = queue.claim(ANY, &[]).await.unwrap().unwrap();
    assert!(queue.finish(&done.lease, None, outcome()).await.unwrap());
    let cancelled = submit(&*queue, image()).await;
    queue.cancel(cancelled).await.unwrap();
    submit(&*queue, animation(&[12, 12, 6])).await;
    for _ in 0..2 {
        let part = queue.claim(ANY, &[]).await.unwrap().unwrap();
        assert!(queue.finish(&part.lease, Some("a/part".into()), None).await.unwrap());
    }
    queue.claim(ANY, &[]).await.unwrap().unwrap();
    submit(&*queue, keyed()).await;
    std::fs::create_dir_all(to).unwrap();
    let database = database(bench).await;
    for name in COLLECTIONS {
        let documents: Vec<Document> =
            database.collection(name).find(Document::new()).await.unwrap().try_collect().await.unwrap();
        let bytes: Vec<u8> = documents.iter().flat_map(|document| document.to_vec().unwrap()).collect();
        std::fs::write(to.join(name).with_extension("bson"), bytes).unwrap();
    }
}

async fn restore(bench: &Bench, from: &Path) {
    let database = database(bench).await;
    for name in COLLECTIONS {
        let bytes = std::fs::read(from.join(name).with_extension("bson")).unwrap();
        let (mut documents, mut rest) = (Vec::new(), &bytes[..]);
        while !rest.is_empty() {
            documents.push(Document::from_reader(&mut rest).unwrap());
        }
        if !documents.is_empty() {
            database.collection(name).insert_many(documents).await.unwrap();
        }
    }
}

#[tokio::test]
async fn documents_of_every_version_in_mongodb_are_read() {
    let Some(bench) = Bench::mongodb() else { return };
    let this = stored().join(env!("CARGO_PKG_VERSION"));
    if std::env::var_os("MAPREEL_BLESS").is_some() && !this.exists() {
        make(&bench, &this).await;
    }
    let versions: Vec<_> = std::fs::read_dir(stored()).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(versions.contains(&this), "run `MAPREEL_BLESS=1 cargo test --workspace --test all stored::`");
    for version in versions {
        let bench = Bench::mongodb().unwrap();
        restore(&bench, &version).await;
        // The holder of the running part is dead, and its lease is over.
        bench.pass(20);
        let queue = bench.open().await;
        queue.tend().await.unwrap();
        assert!(matches!(queue.submit(keyed()).await.unwrap(), Submitted::Known(_)), "its key is remembered");
        while let Some(claim) = queue.claim(ANY, &[]).await.unwrap() {
            assert!(queue.request(claim.lease.job).await.unwrap().is_some());
            let is_last = claim.job.parts.len() == claim.lease.part + 1;
            let (key, end) = if is_last { (None, outcome()) } else { (Some("a/part".into()), None) };
            assert!(queue.finish(&claim.lease, key, end).await.unwrap());
        }
        let jobs = queue.jobs(Filter { limit: 10, ..Filter::default() }).await.unwrap();
        let count = |state| jobs.iter().filter(|job| job.state == state).count();
        assert_eq!((count(State::Success), count(State::Cancelled), jobs.len()), (3, 1, 4), "{jobs:#?}");
    }
}

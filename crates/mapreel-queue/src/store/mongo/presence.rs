//! Who holds leases, and whether it still lives: each handle counts up a number in the store several times a second, and
//! looks at the numbers of the others. Whose number stands still while this one's goes up is dead, or frozen.
//!
//! Nobody's clock is compared with anybody's, and an outage of the store, in which nobody can count, kills nobody.

use super::collections::Collections;
use super::operations::within;
use crate::model::Time;
use crate::{Error, Task};
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use mongodb::options::WriteConcern;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How often a handle counts.
const BEAT: Duration = Duration::from_millis(250);
/// Rounds of this handle in which another one has not counted: it is dead.
const SILENT_ROUNDS: u64 = 6;
/// Rounds after an outage of the store before leases that are over are taken: their holders could not renew them.
const RECOVERY_ROUNDS: u64 = 8;
/// How long nobody else takes the leases of one who died.
const INHERITING: Duration = Duration::from_secs(5);
/// Numbers that nobody counts for so long are removed; a lease is over long before.
const FORGOTTEN: Duration = Duration::from_secs(600);
const FORGOTTEN_ROUNDS: u64 = 4 * FORGOTTEN.as_secs();

pub(super) struct Presence {
    pub owner: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// Rounds that succeeded.
    rounds: u64,
    /// The round in which the store was back after an outage.
    recovered: Option<u64>,
    /// The last number of each owner, and the round in which it was new.
    owners: HashMap<String, (i64, u64)>,
}

impl Presence {
    /// Makes this handle known; the task goes on counting until it is dropped.
    pub(super) async fn start(collections: Collections, now: Time) -> Result<(Self, Task), Error> {
        let owner = uuid::Uuid::now_v7().simple().to_string();
        round(&collections, &owner, 0, now).await?;
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let count = Count { owner: owner.clone(), seen: Arc::downgrade(&seen), began: Instant::now(), since: now };
        // The task goes on from here after a panic: others take a number that they have seen for one that stands still.
        let beats = Arc::new(AtomicI64::new(1));
        let task = Task::new("presence", move || count.clone().run(collections.clone(), beats.clone()));
        Ok((Self { owner, seen }, task))
    }

    /// Makes this handle the one that takes the leases of a dead owner, for a while. Only one does: which of the dead one's
    /// parts are to be suspected can be told only of all of them together.
    pub(super) async fn inherit(&self, collections: &Collections, dead: &str, now: Time) -> Result<bool, Error> {
        let (owners, own, dead) = (collections.owners.clone(), self.owner.clone(), dead.to_owned());
        let until = now.after(INHERITING).0;
        let free = [doc! { "heir": &own }, doc! { "heir": null }, doc! { "heir_until": { "$lte": now.0 } }];
        let filter = doc! { "_id": &dead, "$or": free.to_vec() };
        let fields = doc! { "$set": { "heir": &own, "heir_until": until } };
        let taken = within(async move { owners.update_one(filter, fields).await }).await?;
        Ok(taken.matched_count == 1)
    }

    /// Owners that do not count any more.
    pub(super) fn dead(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_silent = |last: u64| seen.rounds - last >= SILENT_ROUNDS;
        let silent = seen.owners.iter().filter(|(owner, (_, last))| **owner != self.owner && is_silent(*last));
        silent.map(|(owner, _)| owner.clone()).collect()
    }

    /// Whether the store has been there long enough for all holders to have renewed their leases.
    pub(super) fn is_settled(&self) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.recovered.is_none_or(|round| seen.rounds - round >= RECOVERY_ROUNDS)
    }
}

/// What counting needs to know.
#[derive(Clone)]
struct Count {
    owner: String,
    seen: Weak<Mutex<Seen>>,
    began: Instant,
    since: Time,
}

impl Count {
    async fn run(self, collections: Collections, beats: Arc<AtomicI64>) {
        loop {
            tokio::time::sleep(BEAT).await;
            crate::failpoint::hit("presence", None);
            if self.seen.strong_count() == 0 {
                return;
            }
            let (beat, now) = (beats.fetch_add(1, Ordering::Relaxed), self.since.after(self.began.elapsed()));
            let others = round(&collections, &self.owner, beat, now).await;
            let Some(seen) = self.seen.upgrade() else { return };
            seen.lock().unwrap_or_else(PoisonError::into_inner).note(others);
        }
    }
}

impl Seen {
    fn note(&mut self, others: Result<Vec<(String, i64)>, Error>) {
        let Ok(others) = others else {
            self.recovered = Some(self.rounds);
            return;
        };
        self.rounds += 1;
        let round = self.rounds;
        self.owners.retain(|_, (_, last)| round - *last < FORGOTTEN_ROUNDS);
        for (owner, beat) in others {
            let entry = self.owners.entry(owner).or_insert((beat, round));
            if entry.0 != beat {
                *entry = (beat, round);
            }
        }
    }
}

/// Counts, and reads what the others have counted.
async fn round(collections: &Collections, owner: &str, beat: i64, now: Time) -> Result<Vec<(String, i64)>, Error> {
    let (owners, owner) = (collections.owners.clone(), owner.to_owned());
    within(async move {
        let fields = doc! { "$set": { "beat": beat, "at": now.0 } };
        // Its loss costs nothing but a beat.
        let light = WriteConcern::nodes(1);
        owners.update_one(doc! { "_id": &owner }, fields).upsert(true).write_concern(light.clone()).await?;
        if beat % 1000 == 1 {
            let long_ago = now.0 - FORGOTTEN.as_millis() as i64;
            owners.delete_many(doc! { "at": { "$lt": long_ago } }).write_concern(light).await?;
        }
        let documents: Vec<Document> = owners.find(doc! {}).await?.try_collect().await?;
        let beat =
            |document: &Document| Some((document.get_str("_id").ok()?.to_owned(), document.get_i64("beat").ok()?));
        Ok(documents.iter().filter_map(beat).collect())
    })
    .await
}

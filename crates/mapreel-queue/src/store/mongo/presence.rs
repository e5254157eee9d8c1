//! Owners of leases, and whether they are alive. Each handle counts up a number in the store several times a second, and reads the numbers
//! of the other handles. An owner whose number stays the same while this handle's number grows is taken for dead; it may also be frozen.
//!
//! The clocks of two machines are never compared. During an outage of the store no handle counts up, so none is taken for dead.

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

/// How often a handle counts up.
const BEAT: Duration = Duration::from_millis(250);
/// An owner that has not counted up in this many rounds of this handle is taken for dead.
const SILENT_ROUNDS: u64 = 6;
/// In this many rounds after an outage of the store, no lease is taken because its time is over: its holder could not renew it.
const RECOVERY_ROUNDS: u64 = 8;
/// How long a handle stays the heir of a dead owner: the only handle that takes the dead owner's leases.
const INHERITING: Duration = Duration::from_secs(5);
/// A number that was not counted up for this long is deleted; the leases of its owner are over long before.
const FORGOTTEN: Duration = Duration::from_secs(600);
const FORGOTTEN_ROUNDS: u64 = 4 * FORGOTTEN.as_secs();

/// This handle as an owner of leases, and the numbers that it has seen of the other owners.
pub(super) struct Presence {
    /// The name by which leases refer to this owner.
    pub owner: String,
    seen: Arc<Mutex<Seen>>,
}

/// The numbers of all owners, as this handle has seen them.
#[derive(Default)]
struct Seen {
    /// Rounds that succeeded.
    rounds: u64,
    /// The number of successful rounds at the last failed round; `None`: no round has failed.
    recovered: Option<u64>,
    /// The last number of each owner, and the round in which this handle first saw that number.
    owners: HashMap<String, (i64, u64)>,
}

impl Presence {
    /// Registers this handle; returns it with the task that counts up until the handle is dropped.
    pub(super) async fn start(collections: Collections, now: Time) -> Result<(Self, Task), Error> {
        let owner = uuid::Uuid::now_v7().simple().to_string();
        round(&collections, &owner, 0, now).await?;
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let count = Count { owner: owner.clone(), seen: Arc::downgrade(&seen), began: Instant::now(), since: now };
        // The number lives outside of the task, so that it goes on growing after a panic. If it started again, the other handles could see a
        // number that they know already, and take this handle for dead.
        let beats = Arc::new(AtomicI64::new(1));
        let task = Task::new("presence", move || count.clone().run(collections.clone(), beats.clone()));
        Ok((Self { owner, seen }, task))
    }

    /// Makes this handle, for a while, the heir of a dead owner: the handle that takes its leases. False: another handle is the heir. There is
    /// only one, because it must see all leases of the dead owner at once: their number decides whether the death is charged to a part.
    pub(super) async fn inherit(&self, collections: &Collections, dead: &str, now: Time) -> Result<bool, Error> {
        let (owners, own, dead) = (collections.owners.clone(), self.owner.clone(), dead.to_owned());
        let until = now.after(INHERITING).0;
        let free = [doc! { "heir": &own }, doc! { "heir": null }, doc! { "heir_until": { "$lte": now.0 } }];
        let filter = doc! { "_id": &dead, "$or": free.to_vec() };
        let fields = doc! { "$set": { "heir": &own, "heir_until": until } };
        let taken = within(async move { owners.update_one(filter, fields).await }).await?;
        Ok(taken.matched_count == 1)
    }

    /// The owners that have stopped counting up.
    pub(super) fn dead(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_silent = |last: u64| seen.rounds - last >= SILENT_ROUNDS;
        let silent = seen.owners.iter().filter(|(owner, (_, last))| **owner != self.owner && is_silent(*last));
        silent.map(|(owner, _)| owner.clone()).collect()
    }

    /// Whether the store has answered for long enough that all living holders have renewed their leases.
    pub(super) fn is_settled(&self) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.recovered.is_none_or(|round| seen.rounds - round >= RECOVERY_ROUNDS)
    }
}

/// The state of the task that counts up.
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
    /// Notes the numbers of a round, or that the store did not answer.
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

/// Counts up this handle's number, and reads the numbers of all.
async fn round(collections: &Collections, owner: &str, beat: i64, now: Time) -> Result<Vec<(String, i64)>, Error> {
    let (owners, owner) = (collections.owners.clone(), owner.to_owned());
    within(async move {
        let fields = doc! { "$set": { "beat": beat, "at": now.0 } };
        // Acknowledged before it is durable: a lost write costs one count.
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

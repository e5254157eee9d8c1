//! Which part is claimed: `model/fair.rs` chooses, by the owners, leases and turns that these queries read. The owner's turn is updated
//! after the claim; a worker that dies between the claim and the update has given its owner one part that is not charged to the owner's
//! turn.

use super::contention::{TRIES_MAX, back_off};
use super::handle::Mongo;
use super::operations::within;
use super::record::Stored;
use crate::Error;
use crate::model::{Claim, Contender, Job, Service, Time, Turn, Turns, cost};
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::WriteConcern;

/// On average, one of this many claims deletes the turns that the clock has passed.
const FORGET_AFTER: u8 = 32;

impl Mongo {
    /// Takes the part whose turn it is in this lane, passing over the owners in `except`. If another process has claimed the part first, this
    /// process chooses again.
    pub(super) async fn claim_in(&self, lane: Service, except: &[String]) -> Result<Option<Claim>, Error> {
        for tries in 0..TRIES_MAX {
            let now = self.time();
            let (contenders, turns) = tokio::try_join!(self.contenders(lane, now), self.turns(lane))?;
            let Some(next) = turns.next(&contenders, except) else { return Ok(None) };
            let began = turns.of(&next.owner);
            let Some(stored) = self.first_of(lane, &next.owner, now, tries).await? else { continue };
            let mut job = stored.job.clone();
            if let Some(claim) = job.claim(&self.presence.owner, began, now, &self.settings)
                && self.swap(&stored, &job).await?
            {
                let frames = job.parts[claim.lease.part].frames;
                let (clock, behind) = (turns.clock_among(&contenders), turns.is_behind(&job.owner));
                self.move_on(lane, &job, clock, cost(frames), behind).await;
                return Ok(Some(claim));
            }
            back_off(tries).await;
        }
        Err(Error::Store("too many claim at once".into()))
    }

    /// The owner's job that was served least recently. After two failed tries it is a random one of the first few, so that processes that
    /// claim at the same time take different jobs. A single failed try may only be due to the broker's confirmation, which is also written to
    /// the job; then it is still this job's turn.
    async fn first_of(&self, lane: Service, owner: &str, now: Time, tries: usize) -> Result<Option<Stored>, Error> {
        let filter = doc! { "service": lane.name(), "owner": owner, "turn": { "$gte": 0_i64 },
        "claimable_at": { "$lte": now.0 }, "plan_version": self.readable() };
        let mut first =
            self.find(filter, doc! { "turn": 1, "_id": 1 }, 1 + tries.saturating_sub(1).min(7) as i64).await?;
        Ok((!first.is_empty()).then(|| first.swap_remove(fastrand::usize(..first.len()))))
    }

    /// The condition that this process can read the version of a job's plan. A job of an earlier version of the program has no such field.
    fn readable(&self) -> Document {
        doc! { "$not": { "$gt": i64::from(self.settings.plan_version) } }
    }

    /// The owners with a part that can be claimed in this lane. The query reads only an index.
    pub(super) async fn contenders(&self, lane: Service, now: Time) -> Result<Vec<Contender>, Error> {
        let jobs = self.collections.jobs.clone();
        let of_lane = doc! { "$match": { "service": lane.name(), "open": true } };
        let fields = doc! { "_id": 1, "owner": 1, "held": 1, "ready": 1, "claimable_at": 1, "plan_version": 1 };
        // A job of an earlier version of the program has no such field; MongoDB orders a missing field before all numbers.
        let is_readable = doc! { "$lte": ["$plan_version", i64::from(self.settings.plan_version)] };
        let is_ready = doc! { "$and": [{ "$gt": ["$claimable_at", Bson::Null] }, { "$lte": ["$claimable_at", now.0] }, is_readable] };
        let of_ready = |field: &str, none: Bson| doc! { "$cond": [is_ready.clone(), field, none] };
        let group = doc! { "_id": "$owner", "held": { "$sum": "$held" }, "ready": { "$sum": of_ready("$ready", Bson::Int64(0)) },
        "first": { "$min": of_ready("$_id", Bson::Null) } };
        let pipeline = [of_lane, doc! { "$project": fields }, doc! { "$group": group }];
        let groups: Vec<Document> = within(async move { jobs.aggregate(pipeline).await?.try_collect().await }).await?;
        Ok(groups.iter().filter_map(contender).collect())
    }

    /// How many claims it takes until a part of this job is claimed.
    pub(super) async fn position_of(&self, job: &Job) -> Result<u64, Error> {
        let now = self.time();
        let (contenders, turns) = tokio::try_join!(self.contenders(job.service, now), self.turns(job.service))?;
        let before =
            [doc! { "turn": { "$lt": job.turn } }, doc! { "turn": job.turn, "_id": { "$lt": job.id.to_string() } }];
        let filter = doc! { "service": job.service.name(), "owner": &job.owner, "turn": { "$gte": 0_i64 },
        "claimable_at": { "$lte": now.0 }, "plan_version": self.readable(), "$or": before.to_vec() };
        Ok(1 + turns.ahead(&contenders, &job.owner, self.count(filter).await?))
    }

    /// The turns of a lane.
    pub(super) async fn turns(&self, lane: Service) -> Result<Turns, Error> {
        let turns = self.collections.turns.clone();
        let find = async move { turns.find(doc! { "lane": lane.name() }).await?.try_collect::<Vec<_>>().await };
        let turn = |turn: &Document| {
            let (owner, clock) = (turn.get_str("owner").ok()?.to_owned(), turn.get_i64("clock").ok()?);
            Some(Turn { owner, turn: turn.get_i64("turn").ok()?, clock })
        };
        Ok(Turns::new(within(find).await?.iter().filter_map(turn)))
    }

    /// Advances the turn of the owner whose part was claimed.
    async fn move_on(&self, lane: Service, job: &Job, clock: i64, cost: i64, behind: bool) {
        let (turns, owner, next) = (self.collections.turns.clone(), job.owner.clone(), job.turn);
        let moved = async move {
            // Acknowledged before it is durable: a lost write only means that this claim is not charged to the owner's turn.
            let light = WriteConcern::nodes(1);
            let id = doc! { "_id": format!("{}/{owner}", lane.name()) };
            // `$inc` and `$max` commute: the order of concurrent claims for the same owner does not matter.
            let named = doc! { "lane": lane.name(), "owner": &owner };
            let on = doc! { "$inc": { "turn": cost }, "$max": { "clock": clock }, "$setOnInsert": named };
            turns.update_one(id.clone(), on).upsert(true).write_concern(light.clone()).await?;
            if behind {
                turns.update_one(id, doc! { "$max": { "turn": next } }).write_concern(light.clone()).await?;
            }
            if fastrand::u8(..FORGET_AFTER) == 0 {
                let passed = doc! { "lane": lane.name(), "turn": { "$lte": clock } };
                turns.delete_many(passed).write_concern(light).await?;
            }
            Ok(())
        };
        if let Err(error) = within(moved).await {
            tracing::warn!(%error, "a part was given away without its owner's turn being moved on");
        }
    }
}

/// An owner who has a part that can be claimed; `None`: the owner has no such part.
fn contender(group: &Document) -> Option<Contender> {
    let number = |name: &str| {
        let number = group.get_i64(name).or_else(|_| group.get_i32(name).map(i64::from));
        number.unwrap_or(0).max(0) as u64
    };
    let first = group.get_str("first").ok()?.parse().ok()?;
    let owner = group.get_str("_id").unwrap_or_default().to_owned();
    Some(Contender { owner, held: number("held"), first, ready: number("ready") })
}

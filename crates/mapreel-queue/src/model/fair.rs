//! The order of claims: in each lane they go round the owners of open jobs. This is arithmetic; a store keeps the numbers.
//!
//! Fair queueing over frames. An owner has a *turn*, the position on the lane's clock at which the owner's next part begins. Every claim
//! advances the owner's turn by the frames of the claimed part. The clock counts frames, not time: it is the least turn of the owners that
//! had claimable parts when the newest claim was made. A turn that is less than the clock counts as equal to it. So an owner who comes, or
//! comes back, begins level with the owner who has the least turn: the newcomer is not compensated for the time without jobs, and does not
//! wait until it has paid for the frames of the others. An owner who waits keeps its turn.
//!
//! Leases are compared before turns: the owner with the fewest leases goes first. So an owner whose parts take long has no more than a share
//! of the slots.

use super::id::JobId;
use std::collections::HashMap;

/// An owner who has a part that can be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contender {
    /// The owner.
    pub owner: String,
    /// How many leases there are on the owner's parts in this lane.
    pub held: u64,
    /// The oldest of the owner's jobs that can be claimed.
    pub first: JobId,
    /// How many of the owner's parts can be claimed.
    pub ready: u64,
}

/// The turns of a lane's owners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Turns {
    clock: i64,
    of: HashMap<String, i64>,
}

/// The turn of one owner, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    /// The owner.
    pub owner: String,
    /// The turn of the owner's next part.
    pub turn: i64,
    /// The clock when the owner's newest part was claimed.
    pub clock: i64,
}

impl Turns {
    /// From the stored turns. An owner without a stored turn has the clock as its turn.
    pub(crate) fn new(stored: impl IntoIterator<Item = Turn>) -> Self {
        let mut turns = Self::default();
        for Turn { owner, turn, clock } in stored {
            turns.clock = turns.clock.max(clock);
            turns.of.insert(owner, turn);
        }
        turns
    }

    /// The lane's clock. Turns up to it need not be stored.
    pub(crate) fn clock(&self) -> i64 {
        self.clock
    }

    /// The clock at a claim: the least turn of the owners that have claimable parts.
    pub(crate) fn clock_among(&self, contenders: &[Contender]) -> i64 {
        contenders.iter().map(|contender| self.of(&contender.owner)).min().unwrap_or(self.clock)
    }

    /// The turn of an owner.
    pub(crate) fn of(&self, owner: &str) -> i64 {
        self.of.get(owner).map_or(self.clock, |turn| self.clock.max(*turn))
    }

    /// Whether an owner's turn is not stored, or less than the clock.
    #[cfg(feature = "cluster")]
    pub(crate) fn is_behind(&self, owner: &str) -> bool {
        self.of.get(owner).is_none_or(|turn| *turn < self.clock)
    }

    /// The owner that the next claim serves: of the owners with the fewest leases, the one with the least turn; of equal turns, the
    /// owner of the oldest job. Owners in `except` are passed over, and keep their turns.
    pub(crate) fn next<'a>(&self, contenders: &'a [Contender], except: &[String]) -> Option<&'a Contender> {
        let served = contenders.iter().filter(|contender| !except.contains(&contender.owner));
        served.min_by_key(|contender| self.rank(contender))
    }

    /// How many claims come before a job's next claim, if `own_before` of them are for its owner and no other owner comes. The estimate gives
    /// every other owner that has claimable parts one claim for each claim of this owner; so it counts parts, where turns count frames.
    pub(crate) fn ahead(&self, contenders: &[Contender], owner: &str, own_before: u64) -> u64 {
        let own = contenders.iter().find(|contender| contender.owner == owner).map(|own| self.rank(own));
        let others = contenders.iter().filter(|contender| contender.owner != owner);
        let before = |other: &Contender| own_before + u64::from(own.is_none_or(|own| self.rank(other) < own));
        own_before + others.map(|other| other.ready.min(before(other))).sum::<u64>()
    }

    fn rank(&self, contender: &Contender) -> (u64, i64, JobId) {
        (contender.held, self.of(&contender.owner), contender.first)
    }
}

/// By how much a claim of a part with so many frames advances its owner's turn. Preparing and assembling have no frames and cost one.
pub(crate) fn cost(frames: u32) -> i64 {
    i64::from(frames.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(of: &[(&str, i64, i64)]) -> Turns {
        Turns::new(of.iter().map(|(owner, turn, clock)| Turn { owner: (*owner).into(), turn: *turn, clock: *clock }))
    }

    fn contender(owner: &str, held: u64) -> Contender {
        Contender { owner: owner.into(), held, first: JobId::random(), ready: 1 }
    }

    #[test]
    fn an_owner_who_was_away_begins_at_the_clock() {
        let turns = turns(&[("away", 5, 0), ("busy", 1_012, 1_000)]);
        assert_eq!((turns.of("away"), turns.of("new"), turns.of("busy")), (1_000, 1_000, 1_012));
    }

    #[test]
    fn an_owner_who_waits_while_another_holds_fewer_parts_keeps_its_turn() {
        let turns = turns(&[("waits", 100, 90), ("ahead", 112, 100)]);
        let contenders = [contender("waits", 1), contender("ahead", 0)];
        assert_eq!(turns.next(&contenders, &[]).map(|next| next.owner.as_str()), Some("ahead"));
        assert_eq!(turns.clock_among(&contenders), 100, "not the turn of `ahead`");
    }

    #[test]
    fn the_fewest_leases_then_the_least_turn_then_the_oldest_job() {
        let turns = turns(&[("a", 24, 12), ("b", 30, 18)]);
        let [a, b, new, newer] = [contender("a", 0), contender("b", 0), contender("new", 0), contender("newer", 0)];
        let next = |contenders: &[&Contender]| {
            let contenders: Vec<Contender> = contenders.iter().map(|contender| (*contender).clone()).collect();
            turns.next(&contenders, &[]).map(|contender| contender.owner.clone())
        };
        assert_eq!(next(&[&newer, &b, &a, &new]).as_deref(), Some("new"));
        assert_eq!(next(&[&b, &a]).as_deref(), Some("a"));
        assert_eq!(next(&[&b, &contender("a", 1)]).as_deref(), Some("b"));
        assert_eq!(next(&[]), None);
    }
}

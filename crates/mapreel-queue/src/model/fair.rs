//! The order of claims: in each lane they go round the owners of open jobs. This is arithmetic; a store keeps the numbers.
//!
//! Fair queueing over frames. An owner has a *turn*, the position on the lane's clock at which the owner's next part begins; every claim
//! moves it on by the frames of its part. The clock counts frames, not time: it stands at the least turn of the owners that had claimable
//! parts when the newest claim was made. A turn behind the clock counts as being on it. So an owner who comes, or comes back, begins level with
//! the owner who has had the least: the time before is not made up for, and the frames that others have had are not waited for. An owner who
//! waits loses nothing.
//!
//! Before turns are compared, the owner who holds the fewest parts goes first, so that an owner whose parts take long has no more than a
//! share of the slots.

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
    /// Where the owner's next part begins.
    pub turn: i64,
    /// Where the clock stood when the owner's newest part was claimed.
    pub clock: i64,
}

impl Turns {
    /// The turns that are stored. An owner whose turn is not stored is on the clock.
    pub(crate) fn new(stored: impl IntoIterator<Item = Turn>) -> Self {
        let mut turns = Self::default();
        for Turn { owner, turn, clock } in stored {
            turns.clock = turns.clock.max(clock);
            turns.of.insert(owner, turn);
        }
        turns
    }

    /// Turns at or before it need not be stored.
    pub(crate) fn clock(&self) -> i64 {
        self.clock
    }

    /// Where the clock stands at a claim: the least turn of the owners that have claimable parts.
    pub(crate) fn clock_among(&self, contenders: &[Contender]) -> i64 {
        contenders.iter().map(|contender| self.of(&contender.owner)).min().unwrap_or(self.clock)
    }

    /// Where the next part of an owner begins.
    pub(crate) fn of(&self, owner: &str) -> i64 {
        self.of.get(owner).map_or(self.clock, |turn| self.clock.max(*turn))
    }

    /// Whether an owner's turn is not stored, or behind the clock.
    #[cfg(feature = "cluster")]
    pub(crate) fn is_behind(&self, owner: &str) -> bool {
        self.of.get(owner).is_none_or(|turn| *turn < self.clock)
    }

    /// The owner that the next claim serves: of the owners who hold the fewest parts, the one whose turn is first; of equals, the
    /// owner of the oldest job. Owners in `except` are passed over, and lose nothing by it.
    pub(crate) fn next<'a>(&self, contenders: &'a [Contender], except: &[String]) -> Option<&'a Contender> {
        let served = contenders.iter().filter(|contender| !except.contains(&contender.owner));
        served.min_by_key(|contender| self.rank(contender))
    }

    /// How many claims come before that of a job, if so many of its owner's own go before it and no other owner comes: with each
    /// of the owner's claims, one of every other owner who has claimable parts. An estimate: it counts parts, and turns count frames.
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

/// By how much a part of so many frames moves its owner's turn on. Preparing and assembling have no frames and cost one.
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
    fn who_was_away_begins_now() {
        let turns = turns(&[("away", 5, 0), ("busy", 1_012, 1_000)]);
        assert_eq!((turns.of("away"), turns.of("new"), turns.of("busy")), (1_000, 1_000, 1_012));
    }

    #[test]
    fn who_waits_while_others_hold_less_loses_nothing() {
        let turns = turns(&[("waits", 100, 90), ("ahead", 112, 100)]);
        let contenders = [contender("waits", 1), contender("ahead", 0)];
        assert_eq!(turns.next(&contenders, &[]).map(|next| next.owner.as_str()), Some("ahead"));
        assert_eq!(turns.clock_among(&contenders), 100, "and not where the part of `ahead` begins");
    }

    #[test]
    fn the_fewest_held_then_the_first_turn_then_the_longest_wait() {
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

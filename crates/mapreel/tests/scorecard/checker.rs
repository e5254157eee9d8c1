//! Checks for each job whether the answers that clients saw are a history that the states of a job allow.
//!
//! An answer was true at some moment between the begin and the end of its call. So only calls that did not overlap are compared: if one
//! call ended before another began, the second answer must be a possible successor of the first. Rules:
//!
//! 1. An accepted job is known from then on.
//! 2. Progress never falls.
//! 3. SUCCESS, FAILED, CANCELLED and EXPIRED are final; only SUCCESS becomes EXPIRED.
//! 4. A cancelled job stays cancelled. (This is rule 3 for one state; it is listed separately, because a zombie worker breaks it.)
//! 5. All hashes of a job's artifact, in the job's status and of the downloaded file, are the same.
//! 6. An idempotency key gives one job.

use crate::history::{Event, What};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    Known,
    Progress,
    Final,
    Cancelled,
    OneArtifact,
    OneJobOfAKey,
}

/// The broken rule, and the job or key that broke it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub rule: Rule,
    pub of: String,
}

/// All violations in a history, each rule at most once for each job.
pub fn check(events: &[Event]) -> Vec<Violation> {
    let mut broken = BTreeSet::new();
    let mut by_job: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        if let Some(job) = job_of(event) {
            by_job.entry(job).or_default().push(event);
        }
    }
    for (job, events) in &by_job {
        broken.extend(of_job(events).into_iter().map(|rule| Violation { rule, of: (*job).to_owned() }));
    }
    broken.extend(of_keys(events).into_iter().map(|key| Violation { rule: Rule::OneJobOfAKey, of: key }));
    broken.into_iter().collect()
}

fn job_of(event: &Event) -> Option<&str> {
    match &event.what {
        What::NotAccepted { .. } => None,
        What::Accepted { job, .. }
        | What::Seen { job, .. }
        | What::Unknown { job }
        | What::Cancelled { job, .. }
        | What::Downloaded { job, .. } => Some(job),
    }
}

/// The rules that the calls about one job break.
fn of_job(events: &[&Event]) -> BTreeSet<Rule> {
    let mut broken = BTreeSet::new();
    let hashes: BTreeSet<&str> = events.iter().filter_map(|event| hash_of(event)).collect();
    if hashes.len() > 1 {
        broken.insert(Rule::OneArtifact);
    }
    // Calls sorted by their end: the calls that ended before another call began are a prefix of this list.
    let mut ended = events.to_vec();
    ended.sort_by_key(|event| event.to);
    for event in events {
        let before = ended.iter().take_while(|earlier| earlier.to <= event.from && !std::ptr::eq(**earlier, *event));
        for earlier in before {
            broken.extend(cannot_follow(&earlier.what, &event.what));
        }
    }
    broken
}

fn hash_of(event: &Event) -> Option<&str> {
    match &event.what {
        What::Seen { sha256, .. } => sha256.as_deref(),
        What::Downloaded { sha256, .. } => Some(sha256),
        _ => None,
    }
}

/// The rule that a later call about a job breaks after an earlier one.
fn cannot_follow(earlier: &What, later: &What) -> Option<Rule> {
    if matches!(later, What::Unknown { .. }) {
        return Some(Rule::Known);
    }
    if let (What::Seen { done: before, .. }, What::Seen { done: after, .. }) = (earlier, later)
        && after < before
    {
        return Some(Rule::Progress);
    }
    match (state_of(earlier)?, state_of(later)?) {
        ("CANCELLED", after) if after != "CANCELLED" => Some(Rule::Cancelled),
        ("SUCCESS", after) if !matches!(after, "SUCCESS" | "EXPIRED") => Some(Rule::Final),
        (before @ ("FAILED" | "EXPIRED"), after) if after != before => Some(Rule::Final),
        _ => None,
    }
}

fn state_of(what: &What) -> Option<&str> {
    match what {
        What::Seen { state, .. } | What::Cancelled { state, .. } => Some(state),
        _ => None,
    }
}

/// Keys that gave more than one job.
fn of_keys(events: &[Event]) -> BTreeSet<String> {
    let mut jobs: BTreeMap<&str, &str> = BTreeMap::new();
    let mut broken = BTreeSet::new();
    for event in events {
        if let What::Accepted { job, key: Some(key), .. } = &event.what
            && *jobs.entry(key).or_insert(job) != job
        {
            broken.insert(key.clone());
        }
    }
    broken
}

/// Histories that a correct service cannot produce, and the rule that each breaks. [`prove`] gives them to the checker.
pub fn sabotages() -> Vec<(&'static str, Vec<Event>, Rule)> {
    let accepted = |job: &str, key: &str| {
        let key = Some(key.to_owned()).filter(|key| !key.is_empty());
        What::Accepted { job: job.to_owned(), key, frames: 1 }
    };
    let seen = |state: &str, done, sha256: Option<&str>| What::Seen {
        job: "a".to_owned(),
        state: state.to_owned(),
        done,
        sha256: sha256.map(str::to_owned),
    };
    let cancelled = || What::Cancelled { job: "a".to_owned(), state: "CANCELLED".to_owned() };
    let downloaded = |sha256: &str| What::Downloaded { job: "a".to_owned(), sha256: sha256.to_owned() };
    vec![
        (
            "an accepted job that the API does not know",
            in_turn([accepted("a", ""), What::Unknown { job: "a".into() }]),
            Rule::Known,
        ),
        (
            "a job that is known, then unknown",
            in_turn([seen("RUNNING", 1, None), What::Unknown { job: "a".into() }]),
            Rule::Known,
        ),
        ("progress that falls", in_turn([seen("RUNNING", 12, None), seen("RUNNING", 0, None)]), Rule::Progress),
        ("a success that is taken back", in_turn([seen("SUCCESS", 1, None), seen("RUNNING", 1, None)]), Rule::Final),
        ("a failure that succeeds", in_turn([seen("FAILED", 1, None), seen("SUCCESS", 1, None)]), Rule::Final),
        ("an expired job that comes back", in_turn([seen("EXPIRED", 1, None), seen("SUCCESS", 1, None)]), Rule::Final),
        ("a cancelled job that succeeds", in_turn([cancelled(), seen("SUCCESS", 1, None)]), Rule::Cancelled),
        ("a cancelled job that goes on", in_turn([cancelled(), seen("RUNNING", 1, None)]), Rule::Cancelled),
        (
            "two artifacts of one job",
            in_turn([seen("SUCCESS", 1, Some("x")), seen("SUCCESS", 1, Some("y"))]),
            Rule::OneArtifact,
        ),
        (
            "a downloaded file with another hash than the job's status names",
            in_turn([seen("SUCCESS", 1, Some("x")), downloaded("y")]),
            Rule::OneArtifact,
        ),
        ("one key, two jobs", in_turn([accepted("a", "k"), accepted("b", "k")]), Rule::OneJobOfAKey),
    ]
}

/// Calls one after another, each of which takes a second.
fn in_turn<const N: usize>(what: [What; N]) -> Vec<Event> {
    let at = Duration::from_secs;
    (0..).zip(what).map(|(i, what)| Event { from: at(2 * i), to: at(2 * i + 1), what }).collect()
}

/// Proves that the checker finds the broken rule in each sabotaged history, no other rule, and none in correct histories.
pub fn prove() {
    for (name, events, rule) in sabotages() {
        let found: Vec<Rule> = check(&events).into_iter().map(|violation| violation.rule).collect();
        assert_eq!(found, [rule], "{name}");
    }
    let seen = |state: &str, done, sha256: Option<&str>| What::Seen {
        job: "a".to_owned(),
        state: state.to_owned(),
        done,
        sha256: sha256.map(str::to_owned),
    };
    let accepted = What::Accepted { job: "a".into(), key: Some("k".into()), frames: 1 };
    let good = in_turn([
        accepted.clone(),
        accepted,
        seen("PENDING", 0, None),
        seen("RUNNING", 3, None),
        seen("PENDING", 3, None),
        seen("SUCCESS", 4, Some("x")),
        seen("EXPIRED", 4, Some("x")),
    ]);
    assert_eq!(check(&good), []);
    // Two overlapping calls may have been answered in either order.
    let mut overlapping = in_turn([seen("RUNNING", 12, None), seen("RUNNING", 11, None)]);
    overlapping[1].from = overlapping[0].from;
    assert_eq!(check(&overlapping), []);
}

//! A hostile upstream: hundreds of different answers, each played against the command line and against a service. Whatever
//! comes, a case costs little time and memory, it ends as its row says, the process lives on, and the next honest job comes
//! out as before.
//!
//! - [`xml`], [`wms`], [`wmts`], [`json`], [`features`]: documents
//! - [`png`], [`jpeg`], [`webp`], [`gif`], [`tiles`]: pictures
//! - [`http`], [`encodings`], [`exceptions`]: how answers come
//! - [`requests`]: what a client may send itself
//!
//! By itself a sample of each family is played, `MAPREEL_HOSTILE=usual` plays all that say something new, `MAPREEL_HOSTILE=all` the
//! thorough ones, too, `MAPREEL_HOSTILE=WORDS` those whose family and name contain the words. `MAPREEL_HOSTILE_ROWS=1` prints every
//! row, `MAPREEL_HOSTILE_FRONTS=render,job,layers,preview` leaves out the others, `MAPREEL_PROGRAM=target/release/mapreel` measures
//! another build.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod ask;
mod bounds;
mod bytes;
mod case;
mod command_line;
mod encodings;
mod exceptions;
mod features;
mod gif;
mod http;
mod jpeg;
mod json;
mod measure;
mod outcome;
mod png;
mod report;
mod requests;
mod run;
mod service;
#[allow(dead_code, reason = "shared with the other tests")]
#[path = "../support/mod.rs"]
mod support;
mod tiles;
mod webp;
mod wms;
mod wmts;
mod xml;

use case::Case;

/// A family: its name, and its table.
type Family = (&'static str, fn() -> Vec<Case>);

#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    ("features", features::cases), ("tiles", tiles::cases), ("xml", xml::cases), ("wms", wms::cases), ("wmts", wmts::cases),
    ("json", json::cases), ("png", png::cases), ("jpeg", jpeg::cases), ("webp", webp::cases), ("gif", gif::cases),
    ("http", http::cases), ("encodings", encodings::cases), ("exceptions", exceptions::cases), ("requests", requests::cases),
];

/// Cases of each family that are played where nothing else is said.
const SAMPLE: usize = 6;

/// So many of a family's cases that take little time, evenly spread.
fn sample(cases: Vec<Case>) -> Vec<Case> {
    let quick: Vec<Case> = cases.into_iter().filter(|case| !case.thorough && !case.waits && !case.burns).collect();
    let count = quick.len();
    let is_chosen = |i: usize| i * SAMPLE / count != (i + 1) * SAMPLE / count;
    quick.into_iter().enumerate().filter(|(i, _)| is_chosen(*i)).map(|(_, case)| case).collect()
}

#[test]
fn every_hostile_answer_costs_little_and_ends_as_its_row_says() {
    let wanted = std::env::var("MAPREEL_HOSTILE").unwrap_or_default();
    let of_family = |(family, cases): &Family| cases().into_iter().map(|case| Case { family, ..case }).collect();
    let families: Vec<Vec<Case>> = FAMILIES.iter().map(of_family).collect();
    let mut names: Vec<String> = families.iter().flatten().map(Case::full_name).collect();
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None, "two cases have one name");
    assert!(names.len() >= 250, "{} answers are not enough", names.len());
    let families: Vec<Vec<Case>> =
        if wanted.is_empty() { families.into_iter().map(sample).collect() } else { families };
    let is_chosen = |case: &Case| match &*wanted {
        "" | "all" => true,
        "usual" => !case.thorough,
        words => case.full_name().contains(words),
    };
    let chosen = families.into_iter().flatten().filter(is_chosen).collect();
    let rows = run::all(chosen, bounds::Bounds::new());
    report::summary(&rows);
    let wrong = rows.iter().filter(|row| !row.wrong.is_empty()).count();
    assert_eq!(wrong, 0, "cases that went wrong; they are printed above");
}

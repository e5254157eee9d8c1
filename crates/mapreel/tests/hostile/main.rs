//! A hostile upstream: hundreds of different answers, each sent to the command line and to a service. Every case must cost little time and
//! memory and end as its row says. The service's process must survive it, and the next honest job must give the same picture as before.
//!
//! - [`xml`], [`wms`], [`wmts`], [`json`], [`features`]: documents
//! - [`png`], [`jpeg`], [`webp`], [`gif`], [`tiles`]: pictures
//! - [`http`], [`encodings`], [`exceptions`]: transport of answers
//! - [`requests`]: hostile requests of a client
//!
//! By default a sample of each family runs. `MAPREEL_HOSTILE=usual` runs all cases except the thorough ones, `MAPREEL_HOSTILE=all` all cases,
//! and `MAPREEL_HOSTILE=WORDS` those whose family and name contain the words. `MAPREEL_HOSTILE_ROWS=1` prints every row.
//! `MAPREEL_HOSTILE_FRONTS=render,job,layers,preview` selects front ends. `MAPREEL_PROGRAM=target/release/mapreel` measures another build.

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

/// The number of cases of each family that run by default.
const SAMPLE: usize = 6;

/// A sample of a family's quick cases, evenly spread.
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

//! A hostile upstream: hundreds of different answers, each played against the command line and against a service. Whatever
//! comes, a case costs little time and memory, it ends as its row says, the process lives on, and the next honest job comes
//! out as before.
//!
//! - [`xml`], [`wms`], [`wmts`], [`json`], [`features`]: documents
//! - [`png`], [`jpeg`], [`webp`], [`gif`], [`tiles`]: pictures
//! - [`http`], [`encodings`], [`exceptions`]: how answers come
//! - [`requests`]: what a client may send itself
//!
//! `MAPREEL_HOSTILE=all` plays the thorough ones, too, `MAPREEL_HOSTILE=WORDS` those whose family and name contain the words; `MAPREEL_HOSTILE_ROWS=1` prints every row,
//! `MAPREEL_HOSTILE_FRONTS=render,job,layers,preview` leaves out the others, `MAPREEL_PROGRAM=target/release/mapreel` measures another build.

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

#[test]
fn every_hostile_answer_costs_little_and_ends_as_its_row_says() {
    let wanted = std::env::var("MAPREEL_HOSTILE").unwrap_or_default();
    let of_family = |(family, cases): &Family| cases().into_iter().map(|case| Case { family, ..case });
    let all: Vec<Case> = FAMILIES.iter().flat_map(of_family).collect();
    let mut names: Vec<String> = all.iter().map(|case| format!("{}: {}", case.family, case.name)).collect();
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None, "two cases have one name");
    let is_chosen = |case: &Case| match &*wanted {
        "" => !case.thorough,
        "all" => true,
        words => format!("{}: {}", case.family, case.name).contains(words),
    };
    let chosen: Vec<Case> = all.into_iter().filter(is_chosen).collect();
    assert!(chosen.len() >= 250 || !wanted.is_empty(), "{} answers are not enough", chosen.len());
    let rows = run::all(chosen, bounds::Bounds::new());
    report::summary(&rows);
    let wrong = rows.iter().filter(|row| !row.wrong.is_empty()).count();
    assert_eq!(wrong, 0, "cases that went wrong; they are printed above");
}

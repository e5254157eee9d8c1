//! Entry points for fuzzing: the parsers of this crate for bytes of clients, operators and other processes. They are not part of the
//! library's interface.

use crate::config::config::Config;
use crate::config::problems::ConfigProblems;
use crate::config::values::Values;
use crate::http::byte_range;
use crate::pipeline::drawn_segment::DrawnSegment;
use crate::pipeline::gap_log::LayerGap;
use crate::pipeline::recording::{Planned, Preparation};
use crate::pipeline::stored;
use crate::pipeline::stored_plan::StoredPlan;
use bytes::Bytes;
use mapreel_spec::{Gap, Limits, Plan, Resolved, View, parse_request};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// Reads a configuration file, without its settings of files of credentials and fonts, which would open those files.
///
/// # Errors
/// Everything that is wrong with it.
pub fn config(text: &str) -> Result<(), ConfigProblems> {
    let no_files = ["credentials", "fonts"].map(|key| (key.to_owned(), String::new()));
    let values = Values::gather(&BTreeMap::from(no_files), |_| None, Some((Path::new("fuzz.toml"), text)))?;
    Config::read(&values).map(|_| ())
}

/// Reads a file of credentials.
///
/// # Errors
/// Everything that is wrong with it.
pub fn credentials(text: &str) -> Result<(), ConfigProblems> {
    crate::config::credentials::parse(text).map(|_| ())
}

/// The bytes of a file of `size` bytes that a header `Range` asks for; `None`: the whole file; an empty range: it cannot be satisfied.
pub fn range(header: &str, size: u64) -> Option<Range<u64>> {
    match byte_range::wanted(header, size) {
        byte_range::Wanted::Whole => None,
        byte_range::Wanted::Nothing => Some(0..0),
        byte_range::Wanted::Part(range) => Some(range),
    }
}

/// Reads a preparation and writes it again; `None`: the bytes are no preparation.
pub fn preparation(bytes: &[u8]) -> Option<Vec<u8>> {
    let read: Preparation = stored::from_bytes(bytes).ok()?;
    if let Planned::By(plan) = &read.planned
        && let Ok(plan) = plan.read()
    {
        assert!(plan.is_sound());
    }
    Some(stored::to_bytes(&read).expect("what was read can be written"))
}

/// A preparation of these answers.
pub fn a_preparation(answers: &[(&str, &[u8])]) -> Vec<u8> {
    let mut answers: Vec<_> =
        answers.iter().map(|(url, body)| ((*url).to_owned(), Ok(Bytes::copy_from_slice(body)))).collect();
    answers.push(("http://h/none".to_owned(), Err("status 500".to_owned())));
    let request = br#"{ "map": { "bbox": [-20, 30, 20, 60], "width": 64 }, "times": ["2020-01-01", "2020-01-02"],
        "layers": [{ "type": "natural-earth" }, { "type": "xyz", "url": "http://h/{z}/{x}/{y}.png" }] }"#;
    let request = parse_request(request, &Limits::default()).expect("it is valid");
    let plan =
        Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &Limits::default()).expect("it is small");
    let planned = Planned::By(StoredPlan::of(&plan).expect("it is small"));
    let preparation = Preparation { now_ms: 1_767_268_800_000, planned, answers, palette: vec![[0, 128, 255]; 16] };
    stored::to_bytes(&preparation).expect("it can be written")
}

/// Reads the object of a segment and writes it again; `None`: the bytes are no such object.
pub fn segment(bytes: &[u8]) -> Option<Vec<u8>> {
    let read: DrawnSegment = stored::from_bytes(bytes).ok()?;
    Some(stored::to_bytes(&read).expect("what was read can be written"))
}

/// The object of a segment with these frames.
pub fn a_segment(encoded: &[u8]) -> Vec<u8> {
    let missing = vec![
        LayerGap { frame: Some(3), layer: 1, gap: Gap::missing("status 404") },
        LayerGap { frame: None, layer: 0, gap: Gap::incomplete("3 of 12 tiles are missing") },
    ];
    let segment = DrawnSegment { missing, encoded: Bytes::copy_from_slice(encoded) };
    stored::to_bytes(&segment).expect("it can be written")
}

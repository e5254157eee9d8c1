//! The list of targets, one file for each kind of input.

mod documents;
mod films;
mod geojson;
mod http;
mod operator;
mod pictures;
mod requests;
mod times;
mod upstreams;

use crate::Target;
use std::borrow::Cow;

macro_rules! targets {
    ($($room:ident: $($name:ident),+;)+) => {
        /// Every target.
        pub const TARGETS: &[Target] = &[$($(Target {
            name: stringify!($name),
            check: $room::$name,
            seeds: $room::seeds::$name,
            words: $room::WORDS,
        }),+),+];
    };
}

targets! {
    requests: first_dialect, second_dialect;
    times: instant, period, interval, time_axis, value_axis;
    documents: wms_capabilities, wmts_capabilities, tilejson, arcgis, ogc_api, ncwms_details, styles, exception_report;
    geojson: geojson;
    pictures: png, jpeg, webp, gif;
    films: mp4_segments, gif_segments, preparation, segment_object;
    upstreams: request_url, tile_url, egress_url, egress_address, allowed_upstreams, redirect;
    http: range, gzip_body;
    operator: configuration, credentials;
}

/// The present time of all targets.
fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_767_268_800).expect("2026-01-01T12:00:00Z can be counted")
}

/// An input as text; invalid UTF-8 is replaced.
fn text(input: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(input)
}

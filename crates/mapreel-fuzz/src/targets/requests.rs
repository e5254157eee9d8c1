//! Requests of both dialects, from parsing to the plan.

use super::{documents, now};
use mapreel_spec::{
    DocumentKind, FramesUnknown, LayerSource, Limits, Plan, Problems, Purpose, Request, Resolved, View, parse_request,
    parse_request_for,
};
use std::collections::HashSet;

pub(super) const WORDS: &[&str] = &[
    "\"map\"",
    "\"layers\"",
    "\"times\"",
    "\"bbox\"",
    "\"crs\"",
    "\"EPSG:3413\"",
    "\"EPSG:32633\"",
    "\"EPSG:4326\"",
    "\"width\"",
    "\"type\"",
    "\"wms\"",
    "\"wmts\"",
    "\"xyz\"",
    "\"tilejson\"",
    "\"geojson\"",
    "\"image\"",
    "\"graticule\"",
    "\"natural-earth\"",
    "\"url\"",
    "\"params\"",
    "\"dimensions\"",
    "\"animate\"",
    "\"last\"",
    "\"of\"",
    "\"within\"",
    "\"time_match\"",
    "\"nearest\"",
    "\"legend\"",
    "\"auto\"",
    "\"output\"",
    "\"format\"",
    "\"mp4\"",
    "\"gif\"",
    "\"webp\"",
    "\"header\"",
    "\"timezone\"",
    "\"Europe/Berlin\"",
    "\"min_zoom\"",
    "\"max_zoom\"",
    "\"tile_size\"",
    "\"opacity\"",
    "\"on_error\"",
    "\"hold\"",
    "\"keep\"",
    "\"basemap\"",
    "\"overlays\"",
    "\"general\"",
    "\"zoom\"",
    "\"isTileLayer\"",
    "\"labels\"",
    "\"http://h/{z}/{x}/{y}.png\"",
    "2000-01-01/2000-02-01/P1D",
    "P1M",
    "null",
    "true",
    "{}",
    "[]",
    "\\u0000",
    "\\ud800",
];

pub(super) mod seeds {
    use crate::seeds::{file, files};

    pub fn first_dialect() -> Vec<Vec<u8>> {
        let examples =
            ["first-dialect-animation", "first-dialect-image"].map(|name| file(&format!("examples/{name}.json")));
        [examples.to_vec(), vec![file("crates/mapreel/tests/golden/first-dialect.json")]].concat()
    }

    pub fn second_dialect() -> Vec<Vec<u8>> {
        let all = [files("examples", &[".json"]), files("crates/mapreel/tests/golden", &[".json"])].concat();
        let is_first = |bytes: &Vec<u8>| bytes.windows(10).any(|window| window == b"\"basemap\"");
        let further = crate::seeds::texts(&[
            r#"{"map":{"bbox":[-10,40,10,60],"crs":"EPSG:32633","width":200,"height":200},"times":{"last":24,"of":"a"},"layers":[{"type":"wms","name":"a","url":"http://h/wms","layers":"a","dimensions":{"elevation":"nearest 10"}},{"type":"wmts","url":"http://h/wmts","layer":"b"},{"type":"tilejson","url":"http://h/t.json"},{"type":"arcgis","url":"http://h/MapServer","layers":"0,1","layer_defs":{"0":"A>1"}},{"type":"ogc-maps","url":"http://h/api","collection":"sst","dimensions":{"elevation":-10}},{"type":"geojson","url":"http://h/g.json"}]}"#,
            r#"{"map":{"bbox":[-180,50,180,90],"crs":"EPSG:3413","width":64,"height":64},"animate":{"dimension":"elevation","values":["0","10"]},"layers":[{"type":"wms","url":"http://h/ncwms","layers":"a/b","legend":"auto"}],"output":{"format":"gif","frame_rate":5}}"#,
            r#"{"map":{"bbox":[170,-20,200,10],"width":800},"times":["2020-01-01","2020-01-02/P5D/PT6H"],"layers":[{"type":"xyz","url":"http://{s}.h/{z}/{x}/{-y}.png","subdomains":"abc","min_zoom":3,"max_zoom":9,"tile_size":512}]}"#,
        ]);
        all.into_iter().filter(|bytes| !is_first(bytes)).chain(further).collect()
    }
}

/// A refused request has problems with reasons; an accepted one keeps the limits, for each purpose.
pub(super) fn second_dialect(input: &[u8]) {
    let limits = Limits::default();
    let request = match parse_request(input, &limits) {
        Ok(request) => request,
        Err(problems) => return named(&problems),
    };
    kept(&request, &limits);
    for purpose in [Purpose::Image, Purpose::Animation] {
        match parse_request_for(purpose, input, &limits) {
            Ok(request) => kept(&request, &limits),
            Err(problems) => named(&problems),
        }
    }
    if let Err(problems) = Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &limits) {
        named(&problems);
    }
    let Ok(resolved) = resolved(&request) else { return };
    match Plan::of_map_alone(&resolved, View::of(&request), &limits) {
        Ok(plan) => {
            planned(&plan, &resolved, &limits);
            let again = Plan::of_map_alone(&resolved, View::of(&request), &limits);
            assert_eq!(again.as_ref(), Ok(&plan), "planned twice, it differs");
            for index in [0, plan.frames.len() - 1] {
                narrowed(&plan, &resolved, index, &limits);
            }
        }
        Err(problems) => named(&problems),
    }
}

/// A frame that is planned alone has the same pictures, labels and times as in the film.
fn narrowed(film: &Plan, resolved: &Resolved, index: usize, limits: &Limits) {
    let view = View::Frame { index, side_px_max: u32::MAX, format: film.output.format };
    // The film kept the limits, so one of its frames does.
    let alone = Plan::of_map_alone(resolved, view, limits).expect("the film was planned");
    assert_eq!(alone.frames.len(), 1);
    assert_eq!((&alone.frames[0].time, &alone.frames[0].value), (&film.frames[index].time, &film.frames[index].value));
    for (one, layer) in alone.layers.iter().zip(&film.layers) {
        match (&one.drawing, &layer.drawing) {
            (LayerSource::Pictures(one), LayerSource::Pictures(all)) => assert_eq!(one.at(0), all.at(index)),
            (one, all) => assert_eq!(one, all),
        }
        assert_eq!(one.caption.labels.at(0), layer.caption.labels.at(index), "{}", layer.caption.name);
        assert_eq!(one.dimensions.at(0), layer.dimensions.at(index), "{}", layer.caption.name);
    }
}

/// The same check: the fields of a request decide its dialect.
pub(super) fn first_dialect(input: &[u8]) {
    second_dialect(input);
}

fn named(problems: &Problems) {
    assert!(!problems.0.is_empty());
    for problem in &problems.0 {
        assert!(problem.pointer.is_empty() || problem.pointer.starts_with('/'), "{problem:?}");
        assert!(!problem.detail.is_empty() && problem.code != "internal", "{problem:?}");
    }
}

fn kept(request: &Request, limits: &Limits) {
    let frames = request.frames.expected();
    assert!(frames <= limits.frames_max, "{frames} frames");
    let (width, height) = (request.map().width, request.map().height);
    assert!(width.max(height) <= limits.side_px_max && width > 0 && height > 0, "{width} × {height}");
}

fn planned(plan: &Plan, resolved: &Resolved, limits: &Limits) {
    assert_eq!(plan.frames.len(), resolved.frames());
    assert_eq!(plan.layers.len(), resolved.layers.len());
    assert!(plan.upstream_urls().len() <= limits.upstream_requests_max);
    let covered: Vec<usize> = plan.segments.iter().cloned().flatten().collect();
    assert_eq!(covered, (0..plan.frames.len()).collect::<Vec<_>>(), "every frame is in one segment");
    assert!(plan.is_sound());
    for layer in &plan.layers {
        match &layer.drawing {
            LayerSource::Missing(why) => assert!(!why.is_empty(), "a gap without a reason"),
            LayerSource::Pictures(series) => {
                for mosaic in series.iter().filter(|mosaic| mosaic.pieces.is_empty()) {
                    assert!(mosaic.gap.as_ref().is_some_and(|gap| !gap.why.is_empty()), "a gap without a reason");
                }
            }
            _ => {}
        }
    }
    assert!(plan.duration_s().is_finite() && plan.duration_s() >= 0.0);
}

/// Resolves a request with recorded answers. No layer asks the same question twice, and resolving ends.
pub(super) fn resolved(request: &Request) -> Result<Resolved, FramesUnknown> {
    let mut asked = HashSet::new();
    Resolved::answered(request, now(), |layer, question, next| {
        let what = format!("{layer}: {question:?}");
        // Several layers that came of one layer of the request may each ask for the same details.
        assert!(asked.insert(what.clone()) || question.kind == DocumentKind::Details, "asked twice: {what}");
        documents::answered(request, layer, &question, next)
    })
}

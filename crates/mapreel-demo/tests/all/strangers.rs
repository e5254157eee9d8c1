//! Whatever a client sends, the demo answers, in little time: mutated requests (fuzzing).

use crate::support::{DEMO, LAND};
use fastrand::Rng;
use mapreel_demo::{BrokenData, Demo};

const SEEDS: [(&str, &str); 6] = [
    (
        "/demo/wms",
        "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=sst&STYLES=classes&CRS=EPSG:4326&BBOX=-80,-170,80,190&WIDTH=37&HEIGHT=23&FORMAT=image/png&TIME=2018-05",
    ),
    (
        "/demo/wms",
        "SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=sst_departure&SRS=EPSG:3857&BBOX=-2e7,-1e7,2.1e7,3e7&WIDTH=40&HEIGHT=9&FORMAT=image/png&BGCOLOR=0x112233",
    ),
    ("/demo/wms", "SERVICE=WMS&REQUEST=GetLegendGraphic&LAYER=sst&STYLE=classes&FORMAT=image/png"),
    ("/demo/wms", "SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1"),
    (
        "/demo/wmts",
        "SERVICE=WMTS&REQUEST=GetTile&LAYER=sst&STYLE=classes&FORMAT=image/png&TILEMATRIXSET=WorldCRS84Quad&TILEMATRIX=8&TILEROW=255&TILECOL=511&TIME=2019-12",
    ),
    ("/demo/wmts/1.0.0/sst/classes/2018-05/GoogleMapsCompatible/8/3/255.png", ""),
];
const WORDS: [&str; 16] = [
    "NaN",
    "inf",
    "-1e308",
    "1e-12",
    "1e9",
    "-999999999",
    "%00",
    "%ff",
    "é",
    "99999999999",
    "=",
    "&",
    ",",
    "current",
    "2018-05",
    "",
];

/// A request with a few changes: signs, words, parts doubled or left out.
fn mutated(seed: &str, rng: &mut Rng) -> String {
    let mut text: Vec<char> = seed.chars().collect();
    for _ in 0..rng.usize(1..3) {
        let at = rng.usize(0..=text.len());
        let end = (at + rng.usize(0..8)).min(text.len());
        match rng.u8(0..4) {
            0 => drop(text.splice(at..end, WORDS[rng.usize(0..WORDS.len())].chars())),
            1 => drop(text.splice(at..at, [rng.char(..)])),
            2 => drop(text.drain(at..end)),
            _ => {
                let part = text[at..end].to_vec();
                text.splice(at..at, part);
            }
        }
    }
    text.into_iter().collect()
}

/// The request with one of its values replaced by another word.
fn revalued(seed: &str, rng: &mut Rng) -> String {
    let mut parts: Vec<String> = seed.split([',', '&']).map(str::to_owned).collect();
    let at = rng.usize(0..parts.len());
    let word = WORDS[rng.usize(0..WORDS.len())];
    parts[at] = match parts[at].split_once('=') {
        Some((name, _)) => format!("{name}={word}"),
        None => word.to_owned(),
    };
    // A part without a name follows a comma: it is one of several values.
    parts
        .into_iter()
        .reduce(|all, part| if part.contains('=') { all + "&" + &part } else { all + "," + &part })
        .unwrap_or_default()
}

/// Whether no side of the picture is long: a test has no time for large pictures.
fn is_small(query: &str) -> bool {
    let sides = query.split('&').filter_map(|pair| pair.split_once('='));
    !sides.into_iter().any(|(_, value)| value.parse::<u32>().is_ok_and(|side| (400..=2048).contains(&side)))
}

#[test]
fn no_request_is_without_an_answer() {
    let mut rng = Rng::with_seed(7);
    let (mut drawn, mut refused) = (0, 0);
    for round in 0..6000 {
        let (path, query) = SEEDS[round % SEEDS.len()];
        let change = |text: &str, rng: &mut Rng| if rng.bool() { mutated(text, rng) } else { revalued(text, rng) };
        let (path, query) = match query.is_empty() {
            true => (path[..17].to_owned() + &mutated(&path[17..], &mut rng), String::new()),
            false => (path.to_owned(), change(query, &mut rng)),
        };
        if !is_small(&query) {
            continue;
        }
        let answer = DEMO.answer(&path, &query, Some(&mutated("localhost:5005", &mut rng)));
        assert!(!answer.body.is_empty() && answer.body.len() < 1 << 20, "{path}?{query}");
        match answer.media_type {
            "image/png" => drawn += 1,
            _ => refused += 1,
        }
    }
    assert!(drawn > 300 && refused > 500, "{drawn} {refused}");
}

#[test]
fn broken_outlines_are_refused() {
    let mut rng = Rng::with_seed(7);
    for _ in 0..20 {
        let mut land = LAND[..rng.usize(0..LAND.len())].to_vec();
        for _ in 0..3 {
            if let Some(byte) = rng.usize(0..=land.len()).checked_sub(1) {
                land[byte] = rng.u8(..);
            }
        }
        if let Err(broken) = Demo::new(&land) {
            assert_eq!(broken, BrokenData::Land);
        }
    }
}

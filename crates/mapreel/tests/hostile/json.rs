//! JSON in the places of TileJSON, of an ncWMS's details and of GeoJSON, made to hurt whoever reads it.

use super::ask::Ask;
use super::bytes::many;
use super::case::{Case, End};

fn row(name: &str, end: End, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(format!("TileJSON: {name}"), Ask::TileJson, end, move || make().into_bytes())
}

/// JSON that no reader of any kind can use; each of them must come away from it.
fn for_all(name: &str, make: fn() -> String) -> [Case; 3] {
    let case = |kind: &str, ask, end| Case::body(format!("{kind}: {name}"), ask, end, move || make().into_bytes());
    [
        case("TileJSON", Ask::TileJson, End::Lost),
        case("details", Ask::Details, End::Made),
        case("GeoJSON", Ask::Features, End::Made),
    ]
}

fn tiles(template: &str, further: &str) -> String {
    format!(r#"{{ "tilejson": "3.0.0", "tiles": ["http://127.0.0.1:9/{template}"] {further} }}"#)
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    use End::{Lost, Made};
    let shared: Vec<Case> = [
        for_all("lists a million deep", || "[".repeat(1_000_000)),
        for_all("lists 100 deep and closed", || "[".repeat(100) + &"]".repeat(100)),
        for_all("objects 500 000 deep", || r#"{"a":"#.repeat(500_000)),
        for_all("objects 100 000 deep and closed", || r#"{"a":"#.repeat(100_000) + "1" + &"}".repeat(100_000)),
        for_all("8 million small numbers", || format!("[{}1]", "1,".repeat(8_000_000))),
        for_all("5 million empty lists", || format!("[{}1]", "[],".repeat(5_000_000))),
        for_all("a million keys", || format!("{{{}\"z\":1}}", many(1_000_000, |i| format!("\"k{i}\":1,")))),
        for_all("one key a million times", || format!("{{{}\"z\":1}}", "\"tiles\":1,".repeat(1_000_000))),
        for_all("a key of 15 MB", || format!("{{\"{}\":1}}", "k".repeat(15 << 20))),
        for_all("a text of 15 MB", || format!("{{\"attribution\":\"{}\"}}", "x".repeat(15 << 20))),
        for_all("a text of 2 million escapes", || format!("{{\"name\":\"{}\"}}", "\\u0041".repeat(2_000_000))),
        for_all("a lone surrogate", || r#"{"attribution":"\ud800","tiles":["\udfff"]}"#.into()),
        for_all("numbers beyond all numbers", || r#"{"minzoom":1e999999,"maxzoom":-1e999999,"min":1e400,"max":2e400,"coordinates":[1e999,1e999]}"#.into()),
        for_all("a number of 10 million digits", || format!("{{\"minzoom\":{}}}", "9".repeat(10_000_000))),
        for_all("a number of 10 million decimals", || format!("{{\"minzoom\":0.{}1}}", "0".repeat(10_000_000))),
        for_all("10 000 lists, each of 100 lists", || format!("[{}1]", format!("[{}1],", "[],".repeat(100)).repeat(10_000))),
        for_all("text behind its end", || r#"{"tiles":[]}{"tiles":[]}"#.into()),
        for_all("a text that does not end", || format!("{{\"a\":\"{}", "\\\\".repeat(5 << 20))),
        for_all("NUL bytes", || "{\0\"a\0\":\x001}".into()),
        for_all("all kinds of brackets, mixed", || "[{".repeat(200_000)),
    ].into_iter().flatten().collect();
    let own = vec![
        row("a million templates", Lost, || format!(r#"{{ "tiles": [{} "http://127.0.0.1:9/z"] }}"#, r#""http://127.0.0.1:9/{z}/{x}/{y}.png","#.repeat(300_000))),
        row("no template", Lost, || r#"{ "tiles": [] }"#.into()),
        row("a template without a place", Made, || tiles("t.png", "")),
        row("a template of 10 MB", Lost, || tiles(&format!("{}/{{z}}/{{x}}/{{y}}", "x".repeat(10 << 20)), "")),
        row("a template with a place a million times", Lost, || tiles(&"{z}/{x}/{y}/".repeat(300_000), "")),
        row("a template to a file", Lost, || r#"{ "tiles": ["file:///etc/{z}/{x}/{y}"] }"#.into()),
        row("a template of alternatives", Lost, || tiles("{s}{r}{q}{z}{x}{y}{-y}{bbox}{time}", "")),
        row("levels beyond all levels", Lost, || tiles("{z}/{x}/{y}", r#", "minzoom": 4294967296, "maxzoom": 18446744073709551616"#)),
        row("levels below nothing", Lost, || tiles("{z}/{x}/{y}", r#", "minzoom": -5, "maxzoom": -10"#)),
        row("levels that are halves", Lost, || tiles("{z}/{x}/{y}", r#", "minzoom": 1.5, "maxzoom": 0.5"#)),
        row("only levels of the finest kind", Made, || tiles("{z}/{x}/{y}", r#", "minzoom": 30, "maxzoom": 30"#)),
        row("bounds of nothing", Made, || tiles("{z}/{x}/{y}", r#", "bounds": [0, 0, 0, 0]"#)),
        row("bounds of 1e308", Lost, || tiles("{z}/{x}/{y}", r#", "bounds": [-1e308, -1e308, 1e308, 1e308]"#)),
        row("a million bounds", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "bounds": [{}1]"#, "1,".repeat(1_000_000)))),
        row("an attribution of a million tags", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, "<a>&amp;</a>".repeat(1_000_000)))),
        row("an attribution of marks that are laid on each other", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "a{}""#, "\u{0301}".repeat(500_000)))),
        row("an attribution of 100 000 lines", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, "word\\n".repeat(100_000)))),
        row("an attribution of one word of 100 kB", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, "w".repeat(100_000)))),
        row("an attribution in every script, 1 MB", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, many(300_000, |i| char::from_u32(0x0600 + i as u32 % 0x2000).filter(|c| !c.is_control()).map(String::from).unwrap_or_default())))),
    ];
    shared.into_iter().chain(own).collect()
}

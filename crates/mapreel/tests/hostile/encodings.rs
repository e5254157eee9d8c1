//! Content encodings: decompression bombs, wrong headers, and encodings that the client did not offer.

use super::ask::Ask::{self, Features, Map, TileJson, Wms, Wmts};
use super::bytes::{cut, gzip, gzip_zeros};
use super::case::{Case, End, Offer};
use mapreel_testkit::upstreams::{capabilities, capabilities_of, picture};

fn said() -> Vec<u8> {
    capabilities("a", "1900-01-01T00:00:00Z/2100-01-01T00:00:00Z").into_bytes()
}

fn map() -> Vec<u8> {
    picture("/?WIDTH=256&HEIGHT=128")
}

const GZIP: &str = "Content-Encoding: gzip\r\n";

fn row(name: &str, ask: Ask, end: End, encoding: &str, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(name, ask, end, make).headed(encoding)
}

pub fn cases() -> Vec<Case> {
    [honest(), lies(), large(), not_offered(), bombs(), cut_short()].into_iter().flatten().collect()
}

/// Compressed once or several times.
#[rustfmt::skip]
fn honest() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    vec![
        row("capabilities, packed", Wms, Fine, GZIP, || gzip(&said())),
        row("a map, packed", Map, Fine, GZIP, || gzip(&map())),
        row("packed twice", Map, Lost, GZIP, || gzip(&gzip(&map()))),
        row("packed twice, and said so", Map, Lost, "Content-Encoding: gzip, gzip\r\n", || gzip(&gzip(&map()))),
        row("packed twice, in two headers", Map, Made, "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", || gzip(&gzip(&map()))),
        row("1 GiB of zeros, packed twice", Wms, Lost, GZIP, || gzip(&gzip_zeros(1024))),
        row("in 1 000 members", Map, Made, GZIP, || map().chunks(1).flat_map(gzip).collect()),
        row("a million empty members", Map, Lost, GZIP, || gzip(&[]).repeat(700_000)),
        row("1 000 members of 1 MiB each", Wms, Lost, GZIP, || gzip_zeros(1).repeat(1_000)),
    ]
}

/// Bodies that contradict their headers.
#[rustfmt::skip]
fn lies() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("a checksum that is wrong", Map, Lost, GZIP, || { let mut bytes = gzip(&map()); let at = bytes.len() - 6; bytes[at] ^= 1; bytes }),
        row("a length that is wrong", Map, Lost, GZIP, || { let mut bytes = gzip(&map()); let at = bytes.len() - 1; bytes[at] ^= 1; bytes }),
        row("plain, said to be packed", Map, Lost, GZIP, map),
        row("plain capabilities, said to be packed", Wms, Lost, GZIP, said),
        row("packed, said to be plain", Map, Lost, "", || gzip(&map())),
        row("nothing, said to be packed", Map, Lost, GZIP, Vec::new),
        row("the signature alone", Map, Lost, GZIP, || vec![0x1F, 0x8B]),
        row("a name of 15 MB", Map, Lost, GZIP, || [vec![0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 255], vec![b'x'; 15 << 20]].concat()),
        row("all header fields", Map, Made, GZIP, || [vec![0x1F, 0x8B, 8, 0x1F, 0, 0, 0, 0, 0, 255, 4, 0, 1, 2, 3, 4], b"name\0comment\0".to_vec(), vec![0, 0], gzip(&map())[10..].to_vec()].concat()),
        row("a method that nobody knows", Map, Lost, GZIP, || { let mut bytes = gzip(&map()); bytes[2] = 7; bytes }),
        row("15 MB behind the end", Map, Made, GZIP, || [gzip(&map()), vec![0; 15 << 20]].concat()),
    ]
}

/// Bodies that are large after decompression.
#[rustfmt::skip]
fn large() -> Vec<Case> {
    use End::Made;
    vec![
        row("one element of 60 MB, packed", Wms, Made, GZIP, || gzip(capabilities_of("a", &format!("<Abstract>{}</Abstract>", "x".repeat(60_000_000))).as_bytes())),
        row("4 million elements, packed", Wms, Made, GZIP, || gzip(capabilities_of("a", &"<x/>".repeat(4_000_000)).as_bytes())),
        row("GeoJSON of 15 MB, packed", Features, Made, GZIP, || gzip(format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, r#"{"type":"Feature","properties":{},"geometry":null},"#.repeat(300_000).trim_end_matches(',')).as_bytes())),
    ]
}

fn not_offered() -> Vec<Case> {
    let of = |encoding| {
        let header = format!("Content-Encoding: {encoding}\r\n");
        row(&format!("`{encoding}`, which was not offered"), Map, End::Lost, &header, || gzip(&map()))
    };
    ["br", "zstd", "deflate", "compress", "gzip;q=1", "GZIP2", "identity, gzip", "\u{fffd}"].map(of).into()
}

fn bombs() -> Vec<Case> {
    let of = |(what, ask): (&str, Ask)| {
        [1, 12].map(|gib| {
            let name = format!("{what}: {gib} GiB of zeros, packed");
            row(&name, ask.clone(), End::Lost, GZIP, move || gzip_zeros(gib * 1024))
        })
    };
    [("map", Map), ("capabilities", Wms), ("WMTS", Wmts), ("features", Features), ("TileJSON", TileJson)]
        .into_iter()
        .flat_map(of)
        .collect()
}

fn cut_short() -> Vec<Case> {
    let of = |percent| {
        let map =
            row(&format!("packed, cut after {percent} %"), Map, End::Lost, GZIP, move || cut(&gzip(&map()), percent));
        let name = format!("packed capabilities, cut after {percent} %");
        let said = row(&name, Wms, End::Lost, GZIP, move || cut(&gzip(&said()), percent));
        [map, said.offer(Offer::Refused)]
    };
    [0, 5, 50, 99].into_iter().flat_map(of).collect()
}

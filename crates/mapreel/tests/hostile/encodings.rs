//! Content encodings: bombs, lies, and what was not offered.

use super::ask::Ask;
use super::bytes::{cut, gzip, gzip_zeros};
use super::case::{Case, End, Offer};
use mapreel_testkit::upstreams::picture;
use mapreel_testkit::upstreams::{capabilities, capabilities_of};

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

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    use Ask::{Features, Map, TileJson, Wms, Wmts};
    use End::{Fine, Lost, Made};
    let mut cases = vec![
        row("capabilities, packed", Wms, Fine, GZIP, || gzip(&said())),
        row("a map, packed", Map, Fine, GZIP, || gzip(&map())),
        row("packed twice", Map, Lost, GZIP, || gzip(&gzip(&map()))),
        row("packed twice, and said so", Map, Lost, "Content-Encoding: gzip, gzip\r\n", || gzip(&gzip(&map()))),
        row("packed twice, in two headers", Map, Made, "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", || gzip(&gzip(&map()))),
        row("1 GiB of zeros, packed twice", Wms, Lost, GZIP, || gzip(&gzip_zeros(1024))),
        row("in 1 000 members", Map, Made, GZIP, || map().chunks(1).flat_map(gzip).collect()),
        row("a million empty members", Map, Lost, GZIP, || gzip(&[]).repeat(700_000)),
        row("1 000 members of 1 MiB each", Wms, Lost, GZIP, || gzip_zeros(1).repeat(1_000)),
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
        row("one element of 60 MB, packed", Wms, Made, GZIP, || gzip(capabilities_of("a", &format!("<Abstract>{}</Abstract>", "x".repeat(60_000_000))).as_bytes())),
        row("4 million elements, packed", Wms, Made, GZIP, || gzip(capabilities_of("a", &"<x/>".repeat(4_000_000)).as_bytes())),
        row("GeoJSON of 15 MB, packed", Features, Made, GZIP, || gzip(format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, r#"{"type":"Feature","properties":{},"geometry":null},"#.repeat(300_000).trim_end_matches(',')).as_bytes())),
    ];
    for encoding in ["br", "zstd", "deflate", "compress", "gzip;q=1", "GZIP2", "identity, gzip", "\u{fffd}"] {
        cases.push(row(&format!("`{encoding}`, which was not offered"), Map, Lost, &format!("Content-Encoding: {encoding}\r\n"), || gzip(&map())));
    }
    for (what, ask) in [("map", Map), ("capabilities", Wms), ("WMTS", Wmts), ("features", Features), ("TileJSON", TileJson)] {
        for gib in [1, 12] {
            cases.push(row(&format!("{what}: {gib} GiB of zeros, packed"), ask.clone(), Lost, GZIP, move || gzip_zeros(gib * 1024)));
        }
    }
    for percent in [0, 5, 50, 99] {
        cases.push(row(&format!("packed, cut after {percent} %"), Map, Lost, GZIP, move || cut(&gzip(&map()), percent)));
        cases.push(row(&format!("packed capabilities, cut after {percent} %"), Wms, Lost, GZIP, move || cut(&gzip(&said()), percent)).offer(Offer::Refused));
    }
    cases
}

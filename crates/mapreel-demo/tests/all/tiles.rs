//! Tiles show what maps of the same place show.

use crate::support::{DEMO, Pixels, WORLD, map, pixels, wmts};

fn tile(rest: &str) -> Pixels {
    pixels(&wmts(&format!("SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&LAYER=sst&FORMAT=image/png&{rest}")))
}

fn all(pixels: &Pixels) -> Vec<[u8; 4]> {
    (0..pixels.width * pixels.height).map(|i| pixels.at(i % pixels.width, i / pixels.width)).collect()
}

#[test]
fn a_tile_is_the_map_of_its_place() {
    let of_map = |srs: &str, bbox: &str| {
        let world = WORLD.replace("EPSG:4326", srs).replace("-180,-90,180,90", bbox);
        map(&format!("{world}&LAYERS=sst&STYLES=classes&WIDTH=256&HEIGHT=256&TIME=2018-05"))
    };
    let degrees = tile("STYLE=classes&TIME=2018-05&TILEMATRIXSET=WorldCRS84Quad&TILEMATRIX=2&TILEROW=1&TILECOL=6");
    assert_eq!(all(&degrees), all(&of_map("EPSG:4326", "90,0,135,45")));
    let metres = tile("STYLE=classes&TIME=2018-05&TILEMATRIXSET=GoogleMapsCompatible&TILEMATRIX=1&TILEROW=1&TILECOL=0");
    assert_eq!(all(&metres), all(&of_map("EPSG:3857", "-20037508.342789244,-20037508.342789244,0,0")));
}

#[test]
fn both_encodings_show_the_same() {
    let by_parameters =
        tile("STYLE=classes&TIME=2018-05&TILEMATRIXSET=WorldCRS84Quad&TILEMATRIX=3&TILEROW=2&TILECOL=15");
    for time in ["2018-05-01T00:00:00.000Z", "2018-05-01T00%3A00%3A00.000Z"] {
        let path = format!("/demo/wmts/1.0.0/sst/classes/{time}/WorldCRS84Quad/3/2/15.png");
        assert_eq!(all(&pixels(&DEMO.answer(&path, "", None))), all(&by_parameters), "{path}");
    }
    let newest = tile("TILEMATRIXSET=WorldCRS84Quad&TILEMATRIX=0&TILEROW=0&TILECOL=0");
    let path = "/demo/wmts/1.0.0/sst/default/default/WorldCRS84Quad/0/0/0.png";
    assert_eq!(all(&pixels(&DEMO.answer(path, "", None))), all(&newest));
}

#[test]
fn tiles_meet_without_a_seam() {
    let at = |row: u32, column: u32| {
        tile(&format!("TILEMATRIXSET=GoogleMapsCompatible&TILEMATRIX=8&TILEROW={row}&TILECOL={column}"))
    };
    // The open sea at 180°, and the Strait of Gibraltar.
    for (row, columns) in [(128, [255, 0]), (99, [123, 124])] {
        let [west, east] = columns.map(|column| at(row, column));
        for y in 0..256 {
            let (a, b) = (west.at(255, y), east.at(0, y));
            if a[3] == 255 && b[3] == 255 {
                crate::support::same(a, b, 1, &format!("row {y}"));
            }
        }
    }
}

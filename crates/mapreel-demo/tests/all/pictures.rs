//! Maps have the sizes, places, values and axes that were asked for.

use crate::support::{Pixels, WORLD, map, same, wms};

/// Points of the grid with their temperatures in the NetCDF file: month, latitude, longitude, degrees Celsius.
const KNOWN: [(&str, f64, f64, f64); 6] = [
    ("2018-01", 0.0, -150.0, 25.23),
    ("2018-07", 40.0, -150.0, 18.78),
    ("2018-08", 26.0, -78.0, 29.71),
    ("2019-12", 0.0, -180.0, 30.06),
    ("2019-12", -60.0, 0.0, -0.71),
    ("2018-09", 60.0, 2.0, 13.74),
];

/// The colour of a temperature in the default style, interpolated between the colours that the legend has at -2, 0 … 32 °C.
fn colour(celsius: f64) -> [u8; 4] {
    let json: serde_json::Value =
        serde_json::from_slice(&wms("REQUEST=GetLegendGraphic&LAYER=sst&FORMAT=application/json").body).unwrap();
    let entries =
        json["Legend"][0]["rules"][0]["symbolizers"][0]["Raster"]["colormap"]["entries"].as_array().unwrap().clone();
    let stop = |i: usize| {
        let number = |field: &str| entries[i][field].as_str().unwrap().to_owned();
        (
            number("quantity").parse::<f64>().unwrap(),
            u32::from_str_radix(&number("color")[1..], 16).unwrap().to_be_bytes(),
        )
    };
    let above = (0..entries.len()).find(|i| stop(*i).0 >= celsius).unwrap().max(1);
    let ((from, a), (to, b)) = (stop(above - 1), stop(above));
    let part = (celsius - from) / (to - from);
    let mixed = |i: usize| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * part).round() as u8;
    [mixed(1), mixed(2), mixed(3), 255]
}

#[test]
fn a_picture_has_the_size_that_was_asked_for() {
    for (width, height) in [(1, 1), (7, 2048), (2048, 3), (800, 400)] {
        let map = map(&format!("{WORLD}&LAYERS=sst&WIDTH={width}&HEIGHT={height}"));
        assert_eq!((map.width, map.height), (width, height));
        assert!(map.has_alpha());
    }
}

#[test]
fn known_places_have_the_colours_of_their_values() {
    for (time, latitude, longitude, celsius) in KNOWN {
        // One pixel, whose middle is the point.
        let (west, south) = (longitude - 0.01, latitude - 0.01);
        let bbox = format!("{west},{south},{},{}", west + 0.02, south + 0.02);
        let one = map(&format!("{WORLD}&LAYERS=sst&WIDTH=1&HEIGHT=1&TIME={time}").replace("-180,-90,180,90", &bbox));
        same(one.at(0, 0), colour(celsius), 3, &format!("{time} {latitude} {longitude}"));
    }
}

#[test]
fn land_is_transparent_and_has_the_background_of_an_opaque_picture() {
    let query = format!("{WORLD}&LAYERS=sst&STYLES=classes&WIDTH=720&HEIGHT=360");
    let (clear, opaque) = (map(&query), map(&query.replace("TRANSPARENT=TRUE", "BGCOLOR=0x123456")));
    assert!(!opaque.has_alpha());
    for (latitude, longitude) in
        [(0.0, 20.0), (50.0, 90.0), (-80.0, 0.0), (40.0, -100.0), (-25.0, 134.0), (72.0, -40.0)]
    {
        assert_eq!(clear.place(latitude, longitude)[3], 0, "{latitude} {longitude}");
        assert_eq!(opaque.place(latitude, longitude), [0x12, 0x34, 0x56, 255]);
    }
    for (latitude, longitude) in [(0.0, -30.0), (35.0, 18.0), (43.0, 35.0), (42.0, 51.0), (89.9, 10.0), (-60.0, 100.0)]
    {
        assert_eq!(clear.place(latitude, longitude), opaque.place(latitude, longitude), "{latitude} {longitude}");
        assert_eq!(clear.place(latitude, longitude)[3], 255, "{latitude} {longitude}");
    }
    let has_half_pixels = (0..360).any(|y| (0..720).any(|x| (1..255).contains(&clear.at(x, y)[3])));
    assert!(has_half_pixels, "a coast without smooth edges");
    assert_eq!(map(&query.replace("TRANSPARENT=TRUE", "")).place(0.0, 20.0), [255; 4]);
}

#[test]
fn inlets_are_sea_and_ice_shelves_are_not() {
    let map = map(&format!("{WORLD}&LAYERS=sst&WIDTH=2048&HEIGHT=1024"));
    // The Saint Lawrence, the Gulf of Ob, the White Sea, the Gulf of Finland.
    for (latitude, longitude) in [(48.9, -68.0), (71.0, 73.0), (65.3, 37.0), (60.0, 26.0)] {
        assert_eq!(map.place(latitude, longitude)[3], 255, "{latitude} {longitude}");
    }
    for (latitude, longitude) in [(-80.5, -175.0), (-81.0, -55.0)] {
        assert_eq!(map.place(latitude, longitude), [0; 4], "{latitude} {longitude}");
    }
}

#[test]
fn there_is_no_seam_at_the_date_line_nor_at_greenwich() {
    for style in ["thermal", "classes"] {
        let of = |bbox: &str| {
            map(&format!("{WORLD}&LAYERS=sst&STYLES={style}&WIDTH=80&HEIGHT=200").replace("-180,-90,180,90", bbox))
        };
        let (across, other_side) = (of("170,-50,190,60"), of("-190,-50,-170,60"));
        let (east, west) = (of("170,-50,180,60"), of("-180,-50,-170,60"));
        for y in 0..200 {
            // The same 20 degrees, reached from both sides.
            assert_eq!(
                (0..80).map(|x| across.at(x, y)).collect::<Vec<_>>(),
                (0..80).map(|x| other_side.at(x, y)).collect::<Vec<_>>()
            );
            let edge = [east.at(79, y), west.at(0, y)];
            if style == "thermal" && edge.iter().all(|pixel| pixel[3] == 255) {
                same(edge[0], edge[1], 2, &format!("row {y}"));
            }
        }
        let greenwich = of("-1,-60,1,-10");
        for y in 0..200 {
            (0..79).for_each(|x| same(greenwich.at(x, y), greenwich.at(x + 1, y), 255, "a column"));
            if style == "thermal" {
                same(greenwich.at(39, y), greenwich.at(40, y), 2, &format!("row {y}"));
            }
        }
    }
}

#[test]
fn beyond_the_poles_and_far_worlds_there_is_nothing() {
    let far = map(&WORLD
        .replace("-180,-90,180,90", "-900,-180,900,180")
        .replace("WMS", "WMS&LAYERS=sst&WIDTH=500&HEIGHT=100"));
    for (x, y) in [(0, 50), (99, 50), (400, 50), (250, 0), (250, 24), (250, 75)] {
        assert_eq!(far.at(x, y), [0; 4], "{x} {y}");
    }
    // The Pacific at 540° W, 180° W, 180° E and 540° E.
    for x in [101, 200, 299, 398] {
        assert_eq!(far.at(x, 50)[3], 255, "{x}");
    }
}

/// A map of the same place in another version or CRS.
fn of_place(crs: &str, bbox: &str) -> Pixels {
    map(&format!("REQUEST=GetMap&FORMAT=image/png&TRANSPARENT=true&LAYERS=sst&WIDTH=40&HEIGHT=20&{crs}&BBOX={bbox}"))
}

#[test]
fn the_axes_are_those_of_version_and_crs() {
    let old = of_place("VERSION=1.1.1&SRS=EPSG:4326", "10,20,50,40");
    let new = of_place("VERSION=1.3.0&CRS=EPSG:4326", "20,10,40,50");
    let plain = of_place("VERSION=1.3.0&CRS=CRS:84", "10,20,50,40");
    let swapped = of_place("VERSION=1.3.0&CRS=EPSG:4326", "10,20,50,40");
    let all = |map: &Pixels| (0..800).map(|i| map.at(i % 40, i / 40)).collect::<Vec<_>>();
    assert_eq!(all(&old), all(&new));
    assert_eq!(all(&old), all(&plain));
    assert_ne!(all(&old), all(&swapped));
}

#[test]
fn both_projections_agree_at_the_same_place() {
    let radius = 6_378_137.0f64;
    for (latitude, longitude) in [(0.0, -30.0), (45.0, -40.0), (70.0, 0.0), (-55.0, 170.0), (80.0, -175.0)] {
        let x = radius * f64::to_radians(longitude);
        let y = radius * f64::to_radians(latitude).tan().asinh();
        let metres =
            of_place("VERSION=1.3.0&CRS=EPSG:3857", &format!("{},{},{},{}", x - 50.0, y - 50.0, x + 50.0, y + 50.0));
        let (w, s) = (longitude - 5e-4, latitude - 5e-4);
        let degrees = of_place("VERSION=1.1.1&SRS=EPSG:4326", &format!("{w},{s},{},{}", w + 1e-3, s + 1e-3));
        same(metres.at(20, 10), degrees.at(20, 10), 1, &format!("{latitude} {longitude}"));
        assert_eq!(metres.at(20, 10)[3], 255);
    }
}

#[test]
fn times_layers_and_styles_differ() {
    let of = |rest: &str| map(&format!("{WORLD}&WIDTH=90&HEIGHT=45&{rest}")).place(40.0, -30.0);
    let winter = of("LAYERS=sst&TIME=2018-02-01T00:00:00.000Z");
    assert_ne!(winter, of("LAYERS=sst&TIME=2018-08"));
    assert_ne!(winter, of("LAYERS=sst&TIME=2018-02&STYLES=classes"));
    assert_ne!(winter, of("LAYERS=sst_departure&TIME=2018-02"));
    assert_eq!(winter, of("layers=sst&time=2018-02&styles=thermal"));
    assert_eq!(of("LAYERS=sst"), of("LAYERS=sst&TIME=current"));
    assert_eq!(of("LAYERS=sst"), of("LAYERS=sst&TIME=2019-12"));
    // In February the northern sea is colder than in the mean: blue.
    let departure = of("LAYERS=sst_departure&TIME=2018-02");
    assert!(departure[2] > departure[0], "{departure:?}");
}

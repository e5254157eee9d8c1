//! Layers that show nothing, or only a part, of the map, and the sentences that tell so.

use crate::resolved::gap::Gap;
use mapreel_geo::{Bbox, Crs, Extent};

/// Why nothing of an area lies on the map; `None` where some of it does, as far as the two boxes tell.
pub(crate) fn beside(bbox: &Bbox, crs: Crs, map: &Extent) -> Option<Gap> {
    match map.bbox.convert(map.crs, crs) {
        None => Some(not_in(crs)),
        Some(shown) => (!bbox.touches(&wider(&shown), crs)).then(|| covers(bbox, crs)),
    }
}

/// Why a layer's pictures may be empty on a map: the server says that its data are elsewhere. `degrees` is the area of
/// the data.
pub(crate) fn elsewhere(degrees: Option<&Bbox>, map: &Extent) -> Option<String> {
    beside(degrees?, Crs::Geographic, map).map(|gap| gap.why)
}

/// The gap where nothing of the map is in a CRS.
pub(crate) fn not_in(crs: Crs) -> Gap {
    Gap::outside(format!("nothing of the map is in {}, the coordinate system of the layer", crs.code()))
}

/// The gap where a layer's area lies beside the map.
pub(crate) fn covers(bbox: &Bbox, crs: Crs) -> Gap {
    let place = match bbox.convert(crs, Crs::Geographic) {
        Some(degrees) => in_words(&degrees),
        None => format!("x {} to {}, y {} to {}", bbox.min_x, bbox.max_x, bbox.min_y, bbox.max_y),
    };
    Gap::outside(format!("it lies outside the map: it covers {place}"))
}

fn in_words(degrees: &Bbox) -> String {
    let short = |degrees: f64| format!("{:.2}", degrees + 0.0).trim_end_matches('0').trim_end_matches('.').to_owned();
    let [west, south, east, north] = <[f64; 4]>::from(*degrees).map(short);
    format!("longitudes {west} to {east} and latitudes {south} to {north}")
}

/// The box, slightly larger: a box that was found from a grid of points may be too small.
fn wider(bbox: &Bbox) -> Bbox {
    let (dx, dy) = (bbox.width() / 100.0, bbox.height() / 100.0);
    Bbox { min_x: bbox.min_x - dx, max_x: bbox.max_x + dx, min_y: bbox.min_y - dy, max_y: bbox.max_y + dy }
}

/// The part of the map that a worldwide layer in EPSG:3857 leaves empty, because EPSG:3857 does not reach the poles.
/// `degrees` is the area of the layer's data; a layer with a smaller area is not worldwide.
pub(crate) fn beyond_mercator(crs: Crs, degrees: Option<&Bbox>, map: &Extent) -> Option<String> {
    if crs != Crs::WebMercator || map.crs == crs {
        return None;
    }
    let (end, shown) = (crs.latitude_max(), map.bbox.convert(map.crs, Crs::Geographic)?);
    let goes_on = |edge: fn(&Bbox) -> f64| degrees.is_none_or(|degrees| edge(degrees).abs() > end - 0.1);
    let north = shown.max_y > end && goes_on(|bbox| bbox.max_y);
    let south = shown.min_y < -end && goes_on(|bbox| bbox.min_y);
    let where_ = match (north, south) {
        (true, true) => format!("{end}° north and {end}° south"),
        (true, false) => format!("{end}° north"),
        (false, true) => format!("{end}° south"),
        (false, false) => return None,
    };
    Some(format!("it has no data beyond {where_}, where its tiles in EPSG:3857 end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(code: &str, bbox: [f64; 4]) -> Extent {
        Extent { crs: Crs::parse(code).unwrap(), bbox: Bbox::new(bbox), width: 100, height: 100 }
    }

    #[test]
    fn boxes_are_compared_on_whichever_side_of_the_date_line() {
        let check = |map_box: [f64; 4], bbox: [f64; 4], expected: bool| {
            let found = beside(&Bbox::new(bbox), Crs::Geographic, &map("EPSG:4326", map_box)).is_some();
            assert_eq!(found, expected, "{map_box:?} {bbox:?}");
        };
        check([170.0, -10.0, 190.0, 10.0], [-180.0, -5.0, -175.0, 5.0], false);
        check([170.0, -10.0, 190.0, 10.0], [-160.0, -5.0, -150.0, 5.0], true);
        check([-190.0, -10.0, -170.0, 10.0], [175.0, -5.0, 178.0, 5.0], false);
        check([-10.0, 0.0, 10.0, 10.0], [350.0, 5.0, 355.0, 6.0], false);
        check([-10.0, 0.0, 10.0, 10.0], [-5.0, 11.0, 5.0, 12.0], true);
    }

    #[test]
    fn the_place_of_a_layer_is_from_server_in_degrees() {
        let gap =
            beside(&Bbox::new([100.0, -40.25, 150.0, -0.0]), Crs::Geographic, &map("EPSG:4326", [0.0, 1.0, 9.0, 9.0]));
        let why = gap.unwrap().why;
        assert_eq!(why, "it lies outside the map: it covers longitudes 100 to 150 and latitudes -40.25 to 0");
        let utm = Crs::parse("EPSG:32633").unwrap();
        let why =
            beside(&Bbox::new([0.0, 0.0, 1e6, 1e6]), utm, &map("EPSG:4326", [100.0, 0.0, 110.0, 1.0])).unwrap().why;
        assert!(why.starts_with("nothing of the map is in EPSG:32633"), "{why}");
    }

    #[test]
    fn only_worldwide_mercator_layers_on_maps_with_a_pole_end_before_it() {
        let polar = map("EPSG:3031", [-3e6, -3e6, 3e6, 3e6]);
        let says = |degrees: Option<[f64; 4]>, map: &Extent| {
            beyond_mercator(Crs::WebMercator, degrees.map(Bbox::new).as_ref(), map)
        };
        assert!(says(None, &polar).unwrap().contains("beyond 85.06° south, "));
        assert!(says(Some([-180.0, -85.05, 180.0, 85.05]), &polar).is_some());
        assert_eq!(says(Some([-180.0, -70.0, 180.0, 85.05]), &polar), None);
        assert_eq!(beyond_mercator(Crs::Geographic, None, &polar), None);
        let world = map("EPSG:4326", [-180.0, -90.0, 180.0, 90.0]);
        assert!(says(None, &world).unwrap().contains("85.06° north and 85.06° south"));
        assert_eq!(says(None, &map("EPSG:4326", [-180.0, -85.0, 180.0, 85.0])), None);
    }
}

//! Warnings about the place of a map, which are known before anything is drawn.

use super::manifest::Warning;
use mapreel_geo::{Crs, Extent};

/// Warnings about the map, and about layers whose CRS is not the map's. `layers` are their names and the CRSs of their
/// pictures.
pub(crate) fn warnings<'a>(map: &Extent, layers: impl Iterator<Item = (&'a str, Crs)>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    warnings.extend(beyond_the_world(map));
    if let Some(metres) = map.crs.datum_shift_m() {
        let pixel_m = map.resolution()[0] * map.crs.metres_per_unit();
        warnings.push(Warning::of_map("datum_shift", shifted(map.crs, metres, pixel_m)));
    }
    for (layer, crs) in layers.filter(|(_, crs)| *crs != map.crs) {
        if let Some(metres) = crs.datum_shift_m() {
            let pixel_m = map.degrees_per_pixel() * Crs::Geographic.metres_per_unit();
            warnings.push(Warning::of_layer("datum_shift", layer, shifted(crs, metres, pixel_m)));
        }
    }
    warnings
}

fn beyond_the_world(map: &Extent) -> Option<Warning> {
    let [south, north] = map.beyond_the_world()?;
    let reaches = format!("the map reaches from latitude {south:.1} to {north:.1}");
    let message = match map.crs {
        Crs::Geographic => format!("{reaches}: beyond the poles there is nothing, and plain ground is drawn"),
        _ => format!(
            "{reaches}: {} ends at {}, and layers may have nothing beyond",
            map.crs.code(),
            map.crs.latitude_max()
        ),
    };
    Some(Warning::of_map("beyond_the_world", message))
}

fn shifted(crs: Crs, metres: u16, pixel_m: f64) -> String {
    let pixels = f64::from(metres) / pixel_m;
    format!(
        "{} is on another datum than WGS 84: its places may lie up to {metres} m off ({pixels:.1} pixels of this map)",
        crs.code()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::Bbox;

    fn messages(code: &str, bbox: [f64; 4], width: u32, height: u32) -> Vec<String> {
        let map = Extent { crs: Crs::parse(code).unwrap(), bbox: Bbox::new(bbox), width, height };
        warnings(&map, std::iter::empty())
            .into_iter()
            .map(|warning| format!("{}: {}", warning.code, warning.message))
            .collect()
    }

    #[test]
    fn a_map_beyond_the_poles_is_said_to_be_so() {
        let expected = "beyond_the_world: the map reaches from latitude -97.0 to 105.0: beyond the poles there is nothing, and plain \
             ground is drawn";
        assert_eq!(messages("EPSG:4326", [-180.0, -97.0, 180.0, 105.0], 720, 404), [expected]);
        assert!(messages("EPSG:3857", [-2e7, -2e7, 2e7, 2.2e7], 400, 420)[0].contains("ends at 85.06"));
        for code in ["EPSG:4326", "EPSG:3857", "EPSG:3413"] {
            assert_eq!(messages(code, [-10.0, -80.0, 30.0, 90.0], 40, 170), [""; 0], "{code}");
        }
    }

    #[test]
    fn a_datum_whose_shift_is_not_made_is_said_with_its_metres() {
        let [messages] = &messages("EPSG:24047", [4e5, 1e6, 5e5, 1.1e6], 1000, 1000)[..] else { panic!() };
        assert!(
            messages.starts_with("datum_shift: EPSG:24047 is on another datum") && messages.contains(" m off ("),
            "{messages}"
        );
        for code in ["EPSG:32633", "EPSG:3035", "EPSG:3413", "EPSG:25832", "EPSG:2154", "EPSG:3857", "EPSG:4326"] {
            assert_eq!(Crs::parse(code).unwrap().datum_shift_m(), None, "{code}");
        }
    }
}

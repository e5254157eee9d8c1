//! A legend has the map's values and colours, as a picture and as JSON.

use crate::support::{pixels, wms};
use mapreel_geo::NumberStyle;
use mapreel_ogc::{LegendSource, wms::legend};

fn told(layer: &str, style: &str) -> LegendSource {
    let query = format!("REQUEST=GetLegendGraphic&LAYER={layer}&STYLE={style}&FORMAT=application/json");
    legend::of_json(&wms(&query).body).unwrap()
}

#[test]
fn mapreel_sets_a_ramp_as_a_strip_with_its_unit() {
    for (layer, style, ends) in [("sst", "thermal", ["-2", "32"]), ("sst_departure", "balance", ["-10", "10"])] {
        let LegendSource::Strip { range, unit, .. } = told(layer, style) else { panic!("{layer}") };
        assert_eq!((range, unit.as_deref()), (ends.map(str::to_owned), Some("°C")));
    }
}

#[test]
fn mapreel_sets_classes_with_their_words() {
    let labels = |layer| match told(layer, "classes") {
        LegendSource::Classes { classes, .. } => {
            classes.into_iter().map(|class| class.label.text(&NumberStyle::default())).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let of_sea = labels("sst");
    assert_eq!(of_sea.len(), 9);
    assert!(of_sea.contains(&"below 0 °C".to_owned()) && of_sea.contains(&"28 °C and above".to_owned()));
    assert!(of_sea.contains(&"8 to 12 °C".to_owned()), "{of_sea:?}");
    assert!(labels("sst_departure").contains(&"−3 to −1 °C".to_owned()));
}

#[test]
fn a_picture_has_bar_and_numbers() {
    for (layer, style) in [("sst", ""), ("sst", "classes"), ("sst_departure", ""), ("sst_departure", "classes")] {
        let legend = pixels(&wms(&format!("REQUEST=GetLegendGraphic&LAYER={layer}&STYLE={style}&FORMAT=image/png")));
        assert_eq!((legend.width, legend.height), (68, 232));
        assert_ne!(legend.at(18, 40), legend.at(18, 210), "{layer} {style}");
        let is_dark = |x, y| legend.at(x, y)[0] < 120;
        assert!((36..68).any(|x| (32..222).any(|y| is_dark(x, y))), "{layer} {style} has no numbers");
        assert!((0..232).all(|y| legend.at(67, y) == [255; 4]), "{layer} {style}: numbers are cut");
    }
}

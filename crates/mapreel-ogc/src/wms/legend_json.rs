//! The legend of a WMS as JSON: classes with their colours, as GeoServer tells them, or small pictures with their words, as QGIS
//! Server does. What says less than its picture is left to the picture.

use crate::json::Json;
use crate::legend_source::{LegendClass, LegendSource, Swatch};
use crate::text;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mapreel_geo::time::time_error::shortened;

/// The most classes of a legend; more fit on no page.
const CLASSES_MAX: usize = 64;
/// The most entries of a ramp.
const STOPS_MAX: usize = 4096;
/// The colours of a strip.
const STRIP: usize = 256;
/// How deep groups lie in one another.
const DEPTH_MAX: usize = 16;

/// A legend, if all of it is understood.
pub fn legend(json: &Json) -> Option<LegendSource> {
    let legend = match (json.get("Legend"), json.get("nodes")) {
        (Some(_), _) => match ramp_of(json) {
            Some(map) => strip(map)?,
            None => LegendSource::Classes { title: None, unit: None, classes: of_geoserver(json)? },
        },
        (_, Some(_)) => LegendSource::Swatches(of_qgis(json)?),
        _ => return None,
    };
    Some(legend)
}

/// The colour map of a document that has no other rule, if its colours pass into one another.
fn ramp_of(json: &Json) -> Option<&Json> {
    let mut rules = json.list("Legend").iter().flat_map(|layer| layer.list("rules"));
    let (rule, None) = (rules.next()?, rules.next()) else { return None };
    let map = rule.list("symbolizers").iter().find_map(|symbolizer| symbolizer.get("Raster")?.get("colormap"))?;
    map.text("type").unwrap_or("ramp").eq_ignore_ascii_case("ramp").then_some(map)
}

/// The colours of a ramp, between whose entries they change evenly (GeoServer's manual, Raster Symbolizer).
fn strip(map: &Json) -> Option<LegendSource> {
    let entries = map.list("entries");
    if entries.len() > STOPS_MAX {
        return None;
    }
    let stop = |entry: &Json| Some((number(entry.get("quantity")?)?, colour(entry, "color", "opacity")?));
    let stops: Vec<(f64, [u8; 4])> = entries.iter().map(stop).collect::<Option<_>>()?;
    // Entries that are not drawn stand for what is beyond the data.
    let (first, last) = (stops.iter().position(|(_, c)| c[3] > 0)?, stops.iter().rposition(|(_, c)| c[3] > 0)?);
    let stops = &stops[first..=last];
    let (min, max) = (stops[0].0, stops[stops.len() - 1].0);
    if !stops.is_sorted_by(|a, b| a.0 < b.0) || !(max - min).is_normal() {
        return None;
    }
    let value = |i: usize| max - (max - min) * i as f64 / (STRIP - 1) as f64;
    let colours = (0..STRIP).map(|i| between(stops, value(i))).collect();
    Some(LegendSource::Strip { colours, range: [min.to_string(), max.to_string()] })
}

/// The colour of a value that lies between the first and the last stop.
fn between(stops: &[(f64, [u8; 4])], value: f64) -> [u8; 4] {
    let above = stops.partition_point(|(at, _)| *at < value).clamp(1, stops.len() - 1);
    let ((from, a), (to, b)) = (stops[above - 1], stops[above]);
    let part = ((value - from) / (to - from)).clamp(0.0, 1.0);
    std::array::from_fn(|i| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * part).round() as u8)
}

/// The classes of all rules of GeoServer's document.
fn of_geoserver(json: &Json) -> Option<Vec<LegendClass>> {
    let mut classes = Vec::new();
    for rule in json.list("Legend").iter().flat_map(|layer| layer.list("rules")) {
        let name = rule.text("title").filter(|title| !title.is_empty()).or(rule.text("name")).unwrap_or_default();
        let Json::Object(_) = rule else { return None };
        classes.extend(of_symbolizers(rule.list("symbolizers"), name)?);
        if classes.len() > CLASSES_MAX {
            return None;
        }
    }
    (!classes.is_empty()).then_some(classes)
}

/// The classes of a rule: those of its colour map, or the one that it is itself.
fn of_symbolizers(symbolizers: &[Json], name: &str) -> Option<Vec<LegendClass>> {
    if let Some(map) = symbolizers.iter().find_map(|symbolizer| symbolizer.get("Raster")?.get("colormap")) {
        return of_colour_map(map);
    }
    // Words that stand on the map are no class.
    let mut drawn = symbolizers.iter().filter(|symbolizer| symbolizer.get("Text").is_none());
    let Some(first) = drawn.next() else { return Some(Vec::new()) };
    let colour = match (first.get("Polygon"), first.get("Line"), first.get("Point")) {
        (Some(polygon), ..) => colour(polygon, "fill", "fill-opacity"),
        (_, Some(line), _) => colour(line, "stroke", "stroke-opacity"),
        (.., Some(point)) => point.list("graphics").first().and_then(|mark| colour(mark, "fill", "fill-opacity")),
        _ => None,
    };
    Some(vec![LegendClass { colour: colour?, label: label(name)? }])
}

/// The entries of a colour map; where they are numbers, the highest first, as a scale is read.
fn of_colour_map(map: &Json) -> Option<Vec<LegendClass>> {
    let entries = map.list("entries");
    if entries.len() > CLASSES_MAX {
        return None;
    }
    let mut classes = Vec::new();
    let mut quantities = Vec::new();
    for entry in entries {
        let quantity = entry.get("quantity").and_then(number);
        let words = entry.text("label").filter(|words| !words.trim().is_empty()).map(str::to_owned);
        let Some(words) = words.or_else(|| quantity.map(|quantity| quantity.to_string())) else { continue };
        let colour = colour(entry, "color", "opacity")?;
        // What is not drawn is no class.
        if colour[3] > 0 {
            quantities.extend(quantity);
            classes.push(LegendClass { colour, label: label(&words)? });
        }
    }
    if quantities.len() == classes.len() && quantities.is_sorted() {
        classes.reverse();
    }
    Some(classes)
}

/// A colour that is written out; `None` of one that is reckoned from the data.
fn colour(of: &Json, field: &str, opacity: &str) -> Option<[u8; 4]> {
    let hex = of.text(field)?.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    let opacity = match of.get(opacity) {
        Some(opacity) => number(opacity)?.clamp(0.0, 1.0),
        None => 1.0,
    };
    Some([channel(0)?, channel(2)?, channel(4)?, (opacity * 255.0).round() as u8])
}

/// A number, also one that is written as a text.
fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => Some(*number),
        Json::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// The small pictures of QGIS's document, those of groups in their order.
fn of_qgis(json: &Json) -> Option<Vec<Swatch>> {
    let mut swatches = Vec::new();
    nodes(json, DEPTH_MAX, &mut swatches)?;
    (!swatches.is_empty()).then_some(swatches)
}

fn nodes(of: &Json, depth: usize, swatches: &mut Vec<Swatch>) -> Option<()> {
    let children = of.list("nodes").iter().chain(of.list("symbols"));
    for node in children {
        nodes(node, depth.checked_sub(1)?, swatches)?;
        if let Some(icon) = node.text("icon") {
            let picture = BASE64_STANDARD.decode(icon).ok()?;
            swatches.push(Swatch { label: label(node.text("title").unwrap_or_default())?, picture });
        }
        if swatches.len() > CLASSES_MAX {
            return None;
        }
    }
    Some(())
}

/// A stranger's words as they may stand on a page, with the signs that typewriters lack.
fn label(words: &str) -> Option<String> {
    let words = shortened(&text::clean(words).ok()?);
    let words = words.replace(">=", "≥").replace("<=", "≤");
    let parts: Vec<&str> = words.split(" - ").collect();
    let ends_in_digit = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
    let begins_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '−'));
    Some(match parts[..] {
        [from, to] if ends_in_digit(from) && begins_with_digit(to) => format!("{from} – {to}"),
        _ => words,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadLimits;

    fn read(json: &str) -> Option<LegendSource> {
        legend(&Json::read(json.as_bytes(), &ReadLimits::default()).unwrap())
    }

    #[track_caller]
    fn check(json: &str, expected: &[([u8; 4], &str)]) {
        let classes: Vec<LegendClass> = expected
            .iter()
            .map(|(colour, label)| LegendClass { colour: *colour, label: (*label).to_owned() })
            .collect();
        assert_eq!(read(json), Some(LegendSource::Classes { title: None, unit: None, classes }), "{json}");
    }

    fn rules(rules: &str) -> String {
        format!(r#"{{ "Legend": [{{ "layerName": "a", "title": "A", "rules": [{rules}] }}] }}"#)
    }

    fn raster(kind: &str, entries: &str) -> String {
        rules(&format!(
            r#"{{ "symbolizers": [{{ "Raster": {{ "colormap": {{ "type": "{kind}", "entries": [{entries}] }} }} }}] }}"#
        ))
    }

    #[test]
    fn rules_are_classes_of_their_own_colour() {
        let polygon = |name: &str, fill: &str| {
            format!(
                r#"{{ "name": "{name}", "symbolizers": [{{ "Polygon": {{ "fill": "{fill}", "fill-opacity": "0.7" }} }}] }}"#
            )
        };
        let text = rules(&format!("{}, {}", polygon(">= 4 M", "#A6CEE3"), polygon("2 - 4", "#0F4902")));
        check(&text, &[([0xa6, 0xce, 0xe3, 179], "≥ 4 M"), ([0x0f, 0x49, 0x02, 179], "2 – 4")]);
        let line = r##"{ "title": "Roads", "name": "r", "symbolizers": [{ "Text": {} }, { "Line": { "stroke": "#112233" } }] }"##;
        check(&rules(line), &[([0x11, 0x22, 0x33, 255], "Roads")]);
        let point = r##"{ "name": "p", "symbolizers": [{ "Point": { "graphics": [{ "mark": "circle", "fill": "#FF0000" }] } }] }"##;
        check(&rules(point), &[([255, 0, 0, 255], "p")]);
    }

    #[test]
    fn a_colour_map_is_read_from_its_highest_value() {
        let entries = r##"{ "label": "no data", "quantity": -9999, "color": "#000000", "opacity": 0 },
            { "label": "0 - 5", "quantity": "5", "color": "#0000ff" }, { "quantity": 10, "color": "#00ff00", "opacity": "1" }"##;
        check(&raster("intervals", entries), &[([0, 255, 0, 255], "10"), ([0, 0, 255, 255], "0 – 5")]);
        let falling = r##"{ "label": "high", "quantity": 9, "color": "#ff0000" }, { "label": "low", "quantity": 1, "color": "#0000ff" }"##;
        check(&raster("values", falling), &[([255, 0, 0, 255], "high"), ([0, 0, 255, 255], "low")]);
    }

    #[test]
    fn a_ramp_is_a_strip_of_its_colours() {
        let entries = r##"{ "quantity": "-9999", "color": "#000000", "opacity": "0" }, { "quantity": "-2", "color": "#0000ff" },
            { "quantity": 8, "color": "#00ff00" }, { "quantity": 38, "color": "#ff0000" }"##;
        let Some(LegendSource::Strip { colours, range }) = read(&raster("ramp", entries)) else { panic!() };
        assert_eq!((colours.len(), range), (256, ["-2".to_owned(), "38".to_owned()]));
        assert_eq!((colours[0], colours[255]), ([255, 0, 0, 255], [0, 0, 255, 255]));
        // Three quarters down lies 8, between two of the colours.
        assert!(colours[191][1] > 250 && colours[191][0] < 5 && colours[100][2] == 0, "{:?}", colours[191]);
        for wrong in [
            r##"{ "quantity": 1, "color": "#0000ff" }"##,
            r##"{ "quantity": 1, "color": "#0000ff" }, { "quantity": 1, "color": "#00ff00" }"##,
            r##"{ "quantity": 2, "color": "#0000ff" }, { "quantity": 1, "color": "#00ff00" }"##,
            r##"{ "quantity": 1, "color": "#0000ff" }, { "color": "#00ff00" }"##,
        ] {
            assert_eq!(read(&raster("ramp", wrong)), None, "{wrong}");
        }
        let many = |count: usize| {
            let entry = |i| format!(r##"{{ "quantity": {i}, "color": "#0000ff" }}"##);
            (0..count).map(entry).collect::<Vec<_>>().join(",")
        };
        assert!(read(&raster("values", &many(CLASSES_MAX))).is_some());
        assert_eq!(read(&raster("values", &many(CLASSES_MAX + 1))), None);
        assert_eq!(read(&raster("ramp", &many(STOPS_MAX + 1))), None);
    }

    #[test]
    fn pictures_of_groups_stand_in_their_order() {
        let json = r#"{ "title": "", "nodes": [{ "type": "group", "title": "G", "nodes": [
            { "type": "layer", "title": "Land", "icon": "AID/" },
            { "type": "layer", "title": "Wind", "symbols": [{ "icon": "AAA=", "title": "<= 5" }, { "icon": "AQ==", "title": "5 - 10" }] }] }] }"#;
        let Some(LegendSource::Swatches(swatches)) = read(json) else { panic!() };
        let labels: Vec<&str> = swatches.iter().map(|swatch| swatch.label.as_str()).collect();
        assert_eq!(labels, ["Land", "≤ 5", "5 – 10"]);
        assert_eq!(swatches[0].picture, [0, 128, 255]);
    }

    #[test]
    fn what_is_not_understood_whole_is_left_to_the_picture() {
        let reckoned = r#"{ "symbolizers": [{ "Polygon": { "fill": "[Interpolate(a, 0, 1)]" } }] }"#;
        let graphic = r#"{ "symbolizers": [{ "Point": { "graphics": [{ "url": "http://h/x.png" }] } }] }"#;
        for text in [
            &rules(reckoned),
            &rules(graphic),
            &rules(""),
            &rules("1"),
            r#"{ "Legend": 1 }"#,
            r#"{ "nodes": [1, null] }"#,
            "[]",
            "{}",
            r#"{ "nodes": [{ "icon": "no base64!" }] }"#,
            &raster("values", r##"{ "quantity": 1, "color": "blue" }"##),
            &rules(r##"{ "name": "a\u202eb", "symbolizers": [{ "Polygon": { "fill": "#000000" } }] }"##),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let deep = format!("{}{}", r#"{ "nodes": ["#.repeat(20), "]}".repeat(20));
        assert_eq!(read(&deep), None);
    }
}

//! Documents as real servers write them, and hostile ones.

use super::of_json;
use crate::legend_source::LegendSource;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mapreel_geo::NumberStyle;

type ExpectedClasses = [([u8; 4], &'static str)];

#[track_caller]
fn check(json: &str, expected: &ExpectedClasses) {
    check_in(json, None, expected);
}

#[track_caller]
fn check_in(json: &str, unit: Option<&str>, expected: &ExpectedClasses) {
    let class = |(colour, label): &([u8; 4], &str)| (*colour, (*label).to_owned());
    let (unit, classes) = (unit.map(str::to_owned), expected.iter().map(class).collect::<Vec<_>>());
    assert_eq!(of_json(json.as_bytes()).map(unit_and_classes), Some((unit, classes)), "{json}");
}

/// The unit of a legend of classes, and the colour and label of each class.
fn unit_and_classes(legend: LegendSource) -> (Option<String>, Vec<([u8; 4], String)>) {
    let LegendSource::Classes { title: None, unit, classes } = legend else { panic!("{legend:?}") };
    (unit, classes.into_iter().map(|class| (class.colour, class.label.text(&NumberStyle::default()))).collect())
}

#[track_caller]
fn check_none(json: &str) {
    assert_eq!(of_json(json.as_bytes()), None, "{json}");
}

fn rules(rules: &str) -> String {
    format!(r#"{{ "Legend": [{{ "layerName": "a", "title": "Layer", "rules": [{rules}] }}] }}"#)
}

/// A rule with this title and these symbolizers.
fn rule(title: &str, symbolizers: &str) -> String {
    format!(r#"{{ "name": "rule", "title": "{title}", "filter": "[a > 1]", "symbolizers": [{symbolizers}] }}"#)
}

fn raster_rule(kind: &str, entries: &str, opacity: &str) -> String {
    format!(
        r#"{{ "name": "r", "symbolizers": [{{ "Raster": {{ "colormap": {{ "entries": [{entries}], "type": "{kind}" }},
        "opacity": {opacity} }} }}] }}"#
    )
}

fn raster(kind: &str, entries: &str) -> String {
    rules(&raster_rule(kind, entries, "\"1.0\""))
}

/// An entry of a colour map, as GeoServer writes it.
fn entry(quantity: impl ToString, colour: &str, label: &str) -> String {
    format!(r#"{{ "label": "{label}", "quantity": "{}", "color": "{colour}" }}"#, quantity.to_string())
}

const POLYGON: &str = r##"{ "Polygon": { "stroke": "#000000", "stroke-width": "0.5", "stroke-opacity": "1", "fill": "#0099CC",
    "fill-opacity": "1.0" } }"##;
const LINE: &str = r##"{ "Line": { "stroke": "#aa3333", "stroke-width": "2", "stroke-linecap": "butt" } }"##;
const POINT: &str = r##"{ "Point": { "title": "t", "url": "http://h/kml/icon/c?0.0.0=", "size": "6", "opacity": "0.5", "rotation": "0.0",
    "graphics": [{ "mark": "circle", "fill": "#FFFFFF", "fill-opacity": "1.0", "stroke": "#000000" }] } }"##;
const TEXT: &str = r##"{ "Text": { "label": "[STATE_ABBR]", "fonts": [{ "font-family": ["Times New Roman"] }], "fill": "#000000" } }"##;

/// The example of GeoServer's manual.
#[test]
fn rules_are_classes_of_their_own_colours() {
    let area = |fill: &str| format!(r#"{{ "Polygon": {{ "fill": "{fill}", "fill-opacity": "0.7" }} }}"#);
    let boundary = r##"{ "Line": { "stroke": "#000000", "stroke-width": "0.2", "stroke-opacity": "1" } }"##;
    let states = [
        rule("< 2M", &area("#4DFF4D")),
        rule("2M - 4M", &area("#FF4D4D")),
        rule("> 4M", &area("#4D4DFF")),
        rule("Boundary", &format!("{boundary}, {TEXT}")),
    ];
    let expected = [
        ([0x4d, 0xff, 0x4d, 179], "< 2M"),
        ([0xff, 0x4d, 0x4d, 179], "2M - 4M"),
        ([0x4d, 0x4d, 0xff, 179], "> 4M"),
        ([0, 0, 0, 255], "Boundary"),
    ];
    check(&rules(&states.join(",")), &expected);
}

#[test]
fn areas_lines_and_points_have_each_a_colour() {
    check(&rules(&rule(">= 5", POLYGON)), &[([0, 0x99, 0xcc, 255], "≥ 5")]);
    check(&rules(&rule("Road", LINE)), &[([0xaa, 0x33, 0x33, 255], "Road")]);
    check(&rules(&rule("Town", POINT)), &[([255, 255, 255, 128], "Town")]);
    check(&rules(&rule("Lake", &format!("{LINE}, {POLYGON}, {TEXT}"))), &[([0, 0x99, 0xcc, 255], "Lake")]);
    let outlined = r##"{ "Polygon": { "stroke": "#000000" } }"##;
    check(&rules(&rule("Lake", &format!("{POLYGON}, {outlined}"))), &[([0, 0x99, 0xcc, 255], "Lake")]);
}

#[test]
fn a_rule_is_called_by_its_title_or_its_name_and_a_sole_one_by_its_layer() {
    let named = |name: &str, symbolizer: &str| format!(r#"{{ "name": "{name}", "symbolizers": [{symbolizer}] }}"#);
    let two = rules(&format!("{}, {}", named("0 - 5", POLYGON), named("5 - 10", LINE)));
    check(&two, &[([0, 0x99, 0xcc, 255], "0 – 5"), ([0xaa, 0x33, 0x33, 255], "5 – 10")]);
    check(&rules(&named("rule1", POLYGON)), &[([0, 0x99, 0xcc, 255], "Layer")]);
    let nameless = r##"{ "symbolizers": [{ "Polygon": { "fill": "#000001" } }] }"##;
    check(&format!(r#"{{ "Legend": [{{ "rules": [{nameless}] }}] }}"#), &[([0, 0, 1, 255], "")]);
    check_none(&rules(&format!("{nameless}, {}", rule("a", LINE))));
}

#[test]
fn rules_that_differ_in_more_than_their_colour_are_left_to_the_picture() {
    let again = rules(&format!("{}, {}", rule("Road", LINE), rule("Road", LINE)));
    check(&again, &[([0xaa, 0x33, 0x33, 255], "Road")]);
    check_none(&rules(&format!("{}, {}", rule("Road", LINE), rule("Motorway", LINE))));
    // A road: a line on a wider line.
    check_none(&rules(&rule("Road", &format!(r##"{{ "Line": {{ "stroke": "#000000" }} }}, {LINE}"##))));
    check_none(&rules(&rule("Church", &format!("{POLYGON}, {POINT}"))));
    let one = format!(r#"{{ "layerName": "a", "rules": [{}] }}"#, rule("a", LINE));
    check_none(&format!(r#"{{ "Legend": [{one}, {one}] }}"#));
    let own = r#"{ "title": "a", "LegendGraphic": { "external-graphic-url": "http://h/a.png" }, "symbolizers": ["#;
    check_none(&rules(&format!("{own}{LINE}] }}")));
}

#[test]
fn colours_that_are_reckoned_or_drawn_make_a_legend_unknown() {
    for symbolizer in [
        r#"{ "Polygon": { "fill": "'[Interpolate(a, 0, '#000000')]'" } }"#,
        r#"{ "Polygon": { "fill": "[Recode(a)]" } }"#,
        r##"{ "Polygon": { "fill": "#112233", "fill-opacity": "'[a / 10]'" } }"##,
        r##"{ "Polygon": { "fill": "#112233", "fill-opacity": "0" } }"##,
        r##"{ "Polygon": { "stroke": "#112233" } }"##,
        r##"{ "Polygon": { "graphic-fill": { "graphics": [{ "mark": "slash", "fill": "#112233" }] } } }"##,
        r##"{ "Line": { "stroke": "#112233", "stroke-dasharray": "5 2" } }"##,
        r##"{ "Line": { "graphic-stroke": { "graphics": [] }, "stroke-opacity": "1" } }"##,
        r##"{ "Point": { "graphics": [{ "external-graphic-url": "http://h/x.png", "external-graphic-type": "image/png" }] } }"##,
        r##"{ "Point": { "graphics": [{ "mark": "ttf://W#0xF1", "fill": "#112233", "external-graphic-url": "x" }] } }"##,
        r##"{ "Point": { "graphics": [{ "mark": "cross", "stroke": "#112233" }] } }"##,
        r##"{ "Point": { "graphics": [] } }"##,
        r##"{ "Raster": { "opacity": "1.0" } }"##,
        r##"{ "Other": { "fill": "#112233" } }"##,
        r##"{ "Polygon": { "fill": "red" } }"##,
        r##"{ "Polygon": { "fill": "#12345" } }"##,
        r##"{ "Polygon": { "fill": "#+1+2+3" } }"##,
        r##"{ "Polygon": { "fill": "#1é345" } }"##,
        r##"{ "Polygon": { "fill": 1 } }"##,
        r##"{ "Polygon": 1 }"##,
    ] {
        check_none(&rules(&rule("a", symbolizer)));
        check_none(&rules(&format!("{}, {}", rule("b", LINE), rule("a", symbolizer))));
    }
}

#[test]
fn values_are_classes_the_highest_first() {
    let entries =
        [entry(1, "#0000ff", ""), entry("2.50", "#00FF00", ""), entry(11, "#00FF00", "Wood, 11 - 20")].join(",");
    let expected = [([0, 255, 0, 255], "Wood, 11 – 20"), ([0, 255, 0, 255], "2.5"), ([0, 0, 255, 255], "1")];
    check(&raster("values", &entries), &expected);
    let falling = [entry(9, "#ff0000", "high"), entry(1, "#0000ff", "low")].join(",");
    check(&raster("values", &falling), &[([255, 0, 0, 255], "high"), ([0, 0, 255, 255], "low")]);
    // A quantity as a JSON number; an entry without label and quantity; an invisible entry.
    let odd = r##"{ "quantity": 3, "color": "#000003" }, { "color": "#000004" },
        { "label": "no data", "quantity": "-9999", "color": "#000000", "opacity": "0.0" }"##;
    check(&raster("values", odd), &[([0, 0, 3, 255], "3")]);
    check_none(&raster("values", &[entry("'[env('a', 1)]'", "#000001", ""), entry(2, "#000002", "")].join(",")));
    check_none(&raster("values", &entry(1, "'[env('a')]'", "a")));
    check_none(&raster("hillshade", &entry(1, "#000001", "a")));
}

/// GeoServer's intervals end at the quantity of their entry.
#[test]
fn an_interval_without_words_is_named_by_its_ends() {
    let entries = [
        r##"{ "label": "", "quantity": "0", "color": "#000000", "opacity": "0" }"##.to_owned(),
        entry("0.1", "#0000ff", ""),
        entry(5, "#00ff00", ""),
        entry("'[\\\"Infinity\\\"]'", "#ff0000", ""),
    ];
    let expected = [([255, 0, 0, 255], "≥ 5"), ([0, 255, 0, 255], "0.1 – 5"), ([0, 0, 255, 255], "0 – 0.1")];
    check(&raster("intervals", &entries.join(",")), &expected);
    let first = [entry(-5, "#0000ff", ""), entry(0, "#00ff00", "mild")].join(",");
    check(&raster("intervals", &first), &[([0, 255, 0, 255], "mild"), ([0, 0, 255, 255], "< −5")]);
    check_none(&raster("intervals", &[entry("'[a]'", "#0000ff", "low"), entry(2, "#00ff00", "")].join(",")));
    check_none(&raster("intervals", &[entry(3, "#0000ff", ""), entry(3, "#00ff00", "")].join(",")));
}

#[test]
fn the_opacity_of_a_raster_is_that_of_its_classes() {
    let half = r##"{ "label": "a", "quantity": "1", "color": "#102030", "opacity": "0.5" }"##;
    check(&rules(&raster_rule("values", half, "\"0.5\"")), &[([0x10, 0x20, 0x30, 64], "a")]);
    check_none(&rules(&raster_rule("values", half, "\"'[env('o')]'\"")));
}

#[test]
fn a_raster_may_have_the_same_rule_for_several_scales() {
    let of = |colour: &str| raster_rule("values", &entry(1, colour, "a"), "1");
    check(&rules(&[of("#000001"), of("#000001")].join(",")), &[([0, 0, 1, 255], "a")]);
    check_none(&rules(&[of("#000001"), of("#000002")].join(",")));
    check_none(&rules(&[of("#000001"), rule("b", LINE)].join(",")));
}

fn strip(json: &str) -> (Vec<[u8; 4]>, [String; 2], Option<String>) {
    match of_json(json.as_bytes()) {
        Some(LegendSource::Strip { colours, range, unit }) => (colours, range, unit),
        other => panic!("{json}: {other:?}"),
    }
}

#[test]
fn a_ramp_is_a_strip_of_its_colours() {
    let no_data = r##"{ "quantity": "-9999", "color": "#000000", "opacity": "0" }"##.to_owned();
    let entries = [no_data, entry(-2, "#0000ff", ""), entry(8, "#00ff00", "8 °C"), entry("38", "#ff0000", "38 °C")];
    let (colours, range, unit) = strip(&raster("ramp", &entries.join(",")));
    assert_eq!((colours.len(), range, unit.as_deref()), (256, ["-2".to_owned(), "38".to_owned()], Some("°C")));
    assert_eq!((colours[0], colours[255]), ([255, 0, 0, 255], [0, 0, 255, 255]));
    // Three quarters down the strip is the value 8, between two of the colours.
    assert!(colours[191][1] > 250 && colours[191][0] < 5 && colours[100][2] == 0, "{:?}", colours[191]);
    // The example of GeoServer's manual, with the same label on every entry.
    let manual =
        [(0, "#AAFFAA"), (1000, "#00FF00"), (1200, "#FFFF00"), (1400, "#FF7F00"), (1600, "#BF7F3F"), (2000, "#000000")];
    let manual: Vec<String> = manual.iter().map(|(quantity, colour)| entry(quantity, colour, "values")).collect();
    let (_, range, unit) = strip(&raster("ramp", &manual.join(",")));
    assert_eq!((range, unit), (["0".to_owned(), "2000".to_owned()], None));
}

#[test]
fn a_ramp_whose_numbers_do_not_say_all_is_classes_if_they_are_few() {
    let entries = [entry(1, "#0000ff", "Water"), entry(2, "#00ff00", ""), entry(3, "#ff0000", "Wood")];
    let expected = [([255, 0, 0, 255], "Wood"), ([0, 255, 0, 255], "2"), ([0, 0, 255, 255], "Water")];
    check(&raster("ramp", &entries.join(",")), &expected);
    let uneven = [entry("0.1", "#0000ff", "0.1 mm"), entry(1, "#00ff00", "1 mm"), entry(100, "#ff0000", "100 mm")];
    let expected = [([255, 0, 0, 255], "100"), ([0, 255, 0, 255], "1"), ([0, 0, 255, 255], "0.1")];
    check_in(&raster("ramp", &uneven.join(",")), Some("mm"), &expected);
    let many = |count: i32, label: fn(i32) -> String| {
        let entries: Vec<String> = (0..count).map(|i| entry(i, "#0000ff", &label(i))).collect();
        of_json(raster("ramp", &entries.join(",")).as_bytes())
    };
    assert!(matches!(many(24, |i| format!("class {i}")), Some(LegendSource::Classes { .. })));
    assert_eq!(many(25, |i| format!("class {i}")), None);
    assert!(matches!(many(25, |i| i.to_string()), Some(LegendSource::Strip { .. })));
    assert!(matches!(many(4096, |_| String::new()), Some(LegendSource::Strip { .. })));
    assert_eq!(many(4097, |_| String::new()), None);
}

#[test]
fn a_ramp_whose_numbers_do_not_rise_is_left_to_the_picture() {
    let check = |quantities: &[&str]| {
        let entries: Vec<String> = quantities.iter().map(|quantity| entry(quantity, "#0000ff", "")).collect();
        check_none(&raster("ramp", &entries.join(",")));
    };
    check(&["1"]);
    check(&["1", "1"]);
    check(&["2", "1"]);
    check(&["1", "x"]);
    check(&["1", "Infinity"]);
    check(&["1e300", "1.0000000000000002e300"]);
    check(&["-1.7e308", "1.7e308"]);
    check_none(&raster("ramp", r##"{ "quantity": 1, "color": "#0000ff" }, { "color": "#00ff00" }"##));
    check_none(&raster("ramp", ""));
}

/// The header of a PNG: the reader looks at nothing else.
fn icon(width: u32, height: u32) -> String {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    BASE64_STANDARD.encode([b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &sides[..]].concat())
}

fn symbol(title: &str) -> String {
    format!(r#"{{ "icon": "{}", "title": "{title}" }}"#, icon(16, 16))
}

fn layer(title: &str, symbols: &[String]) -> String {
    format!(r#"{{ "symbols": [{}], "title": "{title}", "type": "layer" }}"#, symbols.join(","))
}

fn qgis(nodes: &str) -> String {
    format!(r#"{{ "nodes": [{nodes}], "title": "" }}"#)
}

#[track_caller]
fn check_swatches(json: &str, expected: &[&str]) {
    let Some(LegendSource::Swatches(swatches)) = of_json(json.as_bytes()) else { panic!("{json}") };
    assert_eq!(swatches.iter().map(|swatch| &*swatch.label).collect::<Vec<_>>(), expected, "{json}");
    assert!(swatches.iter().all(|swatch| swatch.picture.starts_with(b"\x89PNG")));
}

/// As QGIS Server 3.22 writes them.
#[test]
fn the_pictures_of_qgis_are_swatches() {
    let alone = format!(r#"{{ "icon": "{}", "title": "Land", "type": "layer" }}"#, icon(16, 16));
    check_swatches(&qgis(&alone), &["Land"]);
    let categories = layer("Cover", &[symbol("Forest"), symbol("<= 5"), symbol("5 - 10"), symbol("")]);
    check_swatches(&qgis(&categories), &["Forest", "≤ 5", "5 – 10", ""]);
    let raster = layer("Raster", &[r#"{ "title": "Band 1 (Gray)" }"#.to_owned(), symbol("Low"), symbol("High")]);
    check_swatches(&qgis(&raster), &["Low", "High"]);
    let group = format!(r#"{{ "nodes": [{alone}, {{ "nodes": [{categories}], "title": "G", "type": "group" }}] }}"#);
    check_swatches(&qgis(&group), &["Land", "Forest", "≤ 5", "5 – 10", ""]);
}

#[test]
fn what_pictures_of_qgis_do_not_tell_is_left_to_the_whole_picture() {
    let heading = r#"{ "title": "Roads" }"#.to_owned();
    check_none(&qgis(&layer("Rules", &[symbol("a"), heading.clone(), symbol("b")])));
    check_none(&qgis(&layer("Rules", &[heading.clone(), heading])));
    // Ramps, of 3.22 and of later versions.
    let band = r#"{ "title": "Band 1 (Gray)" }"#.to_owned();
    check_none(&qgis(&layer("Ramp", &[band.clone(), r#"{ "title": "" }"#.to_owned()])));
    let ramp = format!(r#"{{ "icon": "{}", "max": 255, "min": 1, "title": "" }}"#, icon(20, 60));
    check_none(&qgis(&layer("Ramp", &[band, ramp])));
    check_none(&qgis(""));
    check_none(&qgis(r#"{ "title": "", "type": "layer" }"#));
    let two = [layer("Rain", &[symbol("low"), symbol("high")]), layer("Wind", &[symbol("low"), symbol("high")])];
    check_none(&qgis(&two.join(",")));
    let pictures =
        ["no base64!".to_owned(), "AID/".to_owned(), icon(7, 4), icon(0, 16), icon(16, 129), icon(1 << 31, 16)];
    for picture in pictures {
        check_none(&qgis(&format!(r#"{{ "icon": "{picture}", "title": "a", "type": "layer" }}"#)));
    }
    check_none(&qgis(r#"{ "icon": 5, "title": "a" }"#));
}

#[test]
fn a_legend_of_more_classes_than_fit_is_left_to_the_picture() {
    let many = |count: usize| {
        let entries: Vec<String> = (0..count).map(|i| entry(i, "#0000ff", "")).collect();
        let colour = |i| format!(r##"{{ "Polygon": {{ "fill": "#{i:06x}" }} }}"##);
        let rules_of: Vec<String> = (0..count).map(|i| rule("a", &colour(i))).collect();
        let symbols: Vec<String> = (0..count).map(|_| symbol("a")).collect();
        [raster("values", &entries.join(",")), rules(&rules_of.join(",")), qgis(&layer("a", &symbols))]
    };
    for json in many(64) {
        assert!(of_json(json.as_bytes()).is_some(), "{json}");
    }
    many(65).iter().for_each(|json| check_none(json));
}

#[test]
fn hostile_documents_are_refused() {
    let deep = |count: usize| format!("{}{}{}", r#"{ "nodes": ["#.repeat(count), symbol("a"), "]}".repeat(count));
    check_swatches(&deep(15), &["a"]);
    check_none(&deep(20));
    check_none(&deep(100_000));
    let entries: Vec<String> = (0..100_000).map(|i| entry(i, "#0000ff", "")).collect();
    for kind in ["values", "intervals", "ramp"] {
        assert_eq!(of_json(raster(kind, &entries.join(",")).as_bytes()), None);
    }
    let same: Vec<String> = (0..100_000).map(|_| rule("a", LINE)).collect();
    assert_eq!(of_json(rules(&same.join(",")).as_bytes()), None);
    let padded = format!("{}{}", rules(&rule("a", LINE)), " ".repeat(4 << 20));
    assert_eq!(of_json(padded.as_bytes()), None);
    for words in ["a\\u202eb", "a\\u0000b", "\\u2066a", &"x".repeat(301)] {
        check_none(&rules(&rule(words, LINE)));
        check_none(&raster("values", &entry(1, "#000001", words)));
        check_none(&qgis(&layer("a", &[symbol(words)])));
    }
    for json in [
        "",
        "null",
        "[]",
        "{}",
        "<ServiceExceptionReport/>",
        r#"{ "Legend": 1 }"#,
        r#"{ "Legend": [] }"#,
        r#"{ "Legend": [[]] }"#,
        r#"{ "Legend": [{ "rules": {} }] }"#,
        r#"{ "Legend": [{ "rules": [1, null, []] }] }"#,
        r#"{ "Legend": [{ "rules": [{ "symbolizers": {} }] }] }"#,
        r#"{ "Legend": [{ "rules": [{ "symbolizers": [{ "Raster": { "colormap": [] } }] }] }] }"#,
        r#"{ "Legend": [{ "rules": [{ "symbolizers": [{ "Raster": { "colormap": { "entries": [1] } } }] }] }] }"#,
        r#"{ "nodes": 1 }"#,
        r#"{ "nodes": [1, null] }"#,
        r#"{ "nodes": [{ "symbols": 1, "nodes": 2 }] }"#,
        r#"{ "layers": [{ "legend": [] }] }"#,
    ] {
        check_none(json);
    }
}

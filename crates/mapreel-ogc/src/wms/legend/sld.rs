//! The legend from a style in SLD (OGC 02-070 and, with Symbology Encoding, 05-078r4 and 05-077r4), whatever the namespaces.

use super::colour::{number, opaque};
use super::colour_map::{ColourMap, ENTRIES_MAX, Meaning};
use super::entry::Entry;
use super::rule::{self, Colour, Rule, Symbolizer};
use crate::legend_source::LegendSource;
use crate::xml::document::{at, child, child_words, children, words};
use crate::xml::tree::Node;

/// The legend of a layer in a style; an empty name means the default style.
pub(super) fn legend(root: Node, layer: &str, style: &str) -> Option<LegendSource> {
    let style = user_style(root, layer, style)?;
    let types = style.children().filter(|node| matches!(node.name(), "FeatureTypeStyle" | "CoverageStyle"));
    let rules: Vec<Rule> = types.flat_map(|types| children(types, "Rule")).map(read_rule).collect();
    rule::legend(title(style).as_deref(), &rules)
}

/// The style of this name, or the default one. Where a layer has only one style, MapServer writes it without a name. GetStyles asks for
/// one layer, so a single `NamedLayer` is that layer, also where the server writes a workspace before its name.
fn user_style<'a>(root: Node<'a>, layer: &str, style: &str) -> Option<Node<'a>> {
    let is_alone = children(root, "NamedLayer").count() == 1;
    let is_asked = |named: &Node| is_alone || child_words(*named, "Name").as_deref() == Some(layer);
    let of_layer = children(root, "NamedLayer").filter(is_asked);
    let styles: Vec<Node> = of_layer.flat_map(|named| children(named, "UserStyle")).collect();
    let is_default =
        |node: &&Node| child_words(**node, "IsDefault").is_some_and(|is| is == "1" || is.eq_ignore_ascii_case("true"));
    let is_named = |node: &&Node| child_words(**node, "Name").as_deref() == Some(style);
    let named = if style.is_empty() { styles.iter().find(is_default) } else { styles.iter().find(is_named) };
    named.copied().or_else(|| match styles[..] {
        [only] if style.is_empty() || child(only, "Name").is_none() => Some(only),
        _ => None,
    })
}

fn title(of: Node) -> Option<String> {
    child_words(of, "Title").or_else(|| at(of, &["Description", "Title"]).and_then(words))
}

fn read_rule(node: Node) -> Rule {
    let is_drawn = |child: &Node| child.name().ends_with("Symbolizer") && child.name() != "TextSymbolizer";
    Rule {
        title: title(node),
        name: child_words(node, "Name"),
        symbolizers: node.children().filter(is_drawn).map(symbolizer).collect(),
        has_own_legend: child(node, "LegendGraphic").is_some(),
    }
}

fn symbolizer(node: Node) -> Symbolizer {
    match (node.name(), child(node, "Fill")) {
        ("RasterSymbolizer", _) => Symbolizer::Raster(colour_map(node)),
        ("PolygonSymbolizer", Some(fill)) => Symbolizer::Area(paint(fill, "fill", 1.0)),
        ("PolygonSymbolizer", None) => Symbolizer::Outline,
        ("LineSymbolizer", _) => {
            Symbolizer::Line(child(node, "Stroke").and_then(|stroke| paint(stroke, "stroke", 1.0)))
        }
        ("PointSymbolizer", _) => Symbolizer::Point(child(node, "Graphic").and_then(mark)),
        _ => Symbolizer::Unknown,
    }
}

/// The fill of the mark. The server draws the first graphic that is listed; an external picture has no fill.
fn mark(graphic: Node) -> Colour {
    let first = graphic.children().find(|node| matches!(node.name(), "Mark" | "ExternalGraphic"))?;
    let opacity = opacity(child(graphic, "Opacity"))?;
    paint(child(first, "Fill")?, "fill", opacity)
}

/// The colour of a `Fill` or a `Stroke`, with its own opacity multiplied by that of the graphic.
fn paint(of: Node, parameter: &str, opacity_of_graphic: f64) -> Colour {
    let is_drawn = |node: Node| matches!(node.name(), "GraphicFill" | "GraphicStroke");
    if of.children().any(is_drawn) {
        return None;
    }
    let find = |wanted: &str| {
        let parameters = of.children().filter(|node| matches!(node.name(), "CssParameter" | "SvgParameter"));
        parameters.into_iter().find(|node| node.attribute("name").as_deref() == Some(wanted))
    };
    // A line of dashes is shown by the server's picture: a box of its colour would not tell it from a whole line.
    if find("stroke-dasharray").is_some() {
        return None;
    }
    let opacity = opacity(find(&format!("{parameter}-opacity")))?;
    opaque(&literal(find(parameter)?)?, opacity * opacity_of_graphic)
}

/// An opacity, 0 to 1; 1 where there is none, `None` where it is an expression of the data.
fn opacity(node: Option<Node>) -> Option<f64> {
    let Some(node) = node else { return Some(1.0) };
    number(&literal(node)?).filter(|opacity| opacity.is_finite()).map(|opacity| opacity.clamp(0.0, 1.0))
}

/// The text of an element: written directly or as a single `Literal`; `None` where it is an expression of the data.
fn literal(node: Node) -> Option<String> {
    let mut children = node.children();
    match (children.next(), children.next()) {
        (None, _) => words(node),
        (Some(only), None) if only.name() == "Literal" && only.children().next().is_none() => words(only),
        _ => None,
    }
}

/// The colour map of a raster.
fn colour_map(raster: Node) -> Option<ColourMap> {
    let map = child(raster, "ColorMap")?;
    let opacity = opacity(child(raster, "Opacity"))?;
    match (child(map, "Categorize"), child(map, "Interpolate")) {
        (None, None) => {
            let entries: Vec<Node> = children(map, "ColorMapEntry").take(ENTRIES_MAX + 1).collect();
            let meaning = Meaning::named(map.attribute("type").as_deref().unwrap_or("ramp"))?;
            bounded(meaning, entries.iter().map(|entry| listed(*entry, opacity)).collect::<Option<_>>()?)
        }
        (Some(categories), None) => bounded(Meaning::Intervals, intervals(categories, opacity)?),
        (None, Some(points)) => {
            let point = |node: Node| {
                let quantity = number(&literal(child(node, "Data")?)?)?;
                Entry::new(opaque(&literal(child(node, "Value")?)?, opacity)?, None, Some(Some(quantity)))
            };
            let points = children(points, "InterpolationPoint").take(ENTRIES_MAX + 1);
            bounded(Meaning::Ramp, points.map(point).collect::<Option<_>>()?)
        }
        _ => None,
    }
}

/// A `ColorMapEntry` of a raster that is so opaque.
fn listed(entry: Node, opacity_of_raster: f64) -> Option<Entry> {
    let opacity = match entry.attribute("opacity") {
        Some(text) => number(text.trim()).filter(|opacity| opacity.is_finite())?.clamp(0.0, 1.0),
        None => 1.0,
    };
    let colour = opaque(entry.attribute("color")?.trim(), opacity_of_raster * opacity)?;
    let quantity = entry.attribute("quantity").map(|text| number(text.trim()));
    Entry::new(colour, entry.attribute("label").as_deref(), quantity)
}

/// The intervals of `Categorize`: the first value is for all below the first threshold, each other value begins at a threshold.
fn intervals(categories: Node, opacity: f64) -> Option<Vec<Entry>> {
    // With `preceding`, a threshold belongs to the interval below it, which `ClassLabel::Interval` cannot express.
    if categories.attribute("thresholdsBelongTo").or(categories.attribute("threshholdsBelongTo")).as_deref()
        == Some("preceding")
    {
        return None;
    }
    let colours: Vec<[u8; 4]> = children(categories, "Value")
        .take(ENTRIES_MAX + 1)
        .map(|value| opaque(&literal(value)?, opacity))
        .collect::<Option<_>>()?;
    let ends: Vec<f64> = children(categories, "Threshold")
        .take(ENTRIES_MAX + 1)
        .map(|threshold| number(&literal(threshold)?))
        .collect::<Option<_>>()?;
    let ends = ends.into_iter().chain([f64::INFINITY]);
    let is_whole = colours.len() == ends.clone().count();
    let entry = |(colour, end)| Entry::new(colour, None, Some(Some(end)));
    is_whole.then(|| colours.into_iter().zip(ends).map(entry).collect::<Option<_>>()).flatten()
}

fn bounded(meaning: Meaning, entries: Vec<Entry>) -> Option<ColourMap> {
    (entries.len() <= ENTRIES_MAX).then_some(ColourMap { meaning, entries })
}

#[cfg(test)]
mod tests {
    use super::super::of_sld;
    use crate::legend_source::LegendSource;
    use mapreel_geo::NumberStyle;

    /// Colours and labels of a legend of classes.
    fn classes(sld: &str, style: &str) -> Option<Vec<([u8; 4], String)>> {
        let LegendSource::Classes { classes, .. } = of_sld(sld.as_bytes(), "a", style)? else { panic!("{sld}") };
        Some(classes.into_iter().map(|class| (class.colour, class.label.text(&NumberStyle::default()))).collect())
    }

    #[track_caller]
    fn check(sld: &str, expected: &[([u8; 4], &str)]) {
        let expected = expected.iter().map(|(colour, label)| (*colour, (*label).to_owned())).collect();
        assert_eq!(classes(sld, ""), Some(expected), "{sld}");
    }

    #[track_caller]
    fn check_none(sld: &str) {
        assert_eq!(of_sld(sld.as_bytes(), "a", ""), None, "{sld}");
    }

    fn style(rules: &str) -> String {
        let style = format!("<UserStyle><FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle>");
        format!("<StyledLayerDescriptor><NamedLayer><Name>a</Name>{style}</NamedLayer></StyledLayerDescriptor>")
    }

    fn rule(name: &str, symbolizers: &str) -> String {
        format!("<Rule><Name>{name}</Name>{symbolizers}</Rule>")
    }

    fn area(colour: &str) -> String {
        let fill = format!(r#"<Fill><CssParameter name="fill">{colour}</CssParameter></Fill>"#);
        format!("<PolygonSymbolizer>{fill}</PolygonSymbolizer>")
    }

    fn raster(map: &str) -> String {
        style(&rule("r", &format!("<RasterSymbolizer><Opacity>1.0</Opacity>{map}</RasterSymbolizer>")))
    }

    /// An answer of MapServer 8.0: a style without a name, and a text symbolizer in each rule.
    #[test]
    fn rules_of_mapserver_are_classes() {
        let line = r##"<LineSymbolizer><Stroke><CssParameter name="stroke">#786e78</CssParameter>
            <CssParameter name="stroke-width">0.70</CssParameter></Stroke></LineSymbolizer>"##;
        let text = r##"<TextSymbolizer><Label><![CDATA[name]]></Label><Fill><CssParameter name="fill">#141414</CssParameter></Fill>
            </TextSymbolizer>"##;
        let rules = [rule("0 - 5", &area("#DED8C8")), rule("Border", &format!("{line}{text}"))].concat();
        check(&style(&rules), &[([0xde, 0xd8, 0xc8, 255], "0 – 5"), ([0x78, 0x6e, 0x78, 255], "Border")]);
        // MapServer's answer for a raster.
        check_none("<StyledLayerDescriptor/>");
        // MapServer's answer for symbols of its own.
        check_none(&style(&rule("Wind", "<PointSymbolizer>\n</PointSymbolizer>")));
    }

    /// Symbology Encoding, with prefixes and titles, as QGIS Server and deegree write it.
    #[test]
    fn symbology_encoding_says_the_same_by_other_names() {
        let fill = r##"<se:Fill><se:SvgParameter name="fill"><ogc:Literal>#102030</ogc:Literal></se:SvgParameter>
            <se:SvgParameter name="fill-opacity">0.5</se:SvgParameter></se:Fill>"##;
        let title = "<se:Name>r</se:Name><se:Description><se:Title>&gt;= 5</se:Title></se:Description>";
        let mark =
            format!("<se:Graphic><se:Mark><se:WellKnownName>circle</se:WellKnownName>{fill}</se:Mark></se:Graphic>");
        for symbolizer in [
            format!("<se:PolygonSymbolizer>{fill}</se:PolygonSymbolizer>"),
            format!("<se:PointSymbolizer>{mark}</se:PointSymbolizer>"),
        ] {
            check(&style(&format!("<se:Rule>{title}{symbolizer}</se:Rule>")), &[([0x10, 0x20, 0x30, 128], "≥ 5")]);
        }
    }

    #[test]
    fn a_colour_map_is_classes_or_a_ramp() {
        let entries = r##"<ColorMapEntry color="#0000ff" quantity="0" label="cold"/><ColorMapEntry color="#ff0000" quantity="30"/>"##;
        let values = format!(r#"<ColorMap type="values">{entries}</ColorMap>"#);
        check(&raster(&values), &[([255, 0, 0, 255], "30"), ([0, 0, 255, 255], "cold")]);
        let ramp = raster(&format!("<ColorMap>{}</ColorMap>", entries.replace(r#" label="cold""#, "")));
        let Some(LegendSource::Strip { range, .. }) = of_sld(ramp.as_bytes(), "a", "") else { panic!("{ramp}") };
        assert_eq!(range, ["0", "30"]);
        let categories = "<ColorMap><Categorize fallbackValue=\"#000000\"><LookupValue>Rasterdata</LookupValue>\
            <Value>#0000ff</Value><Threshold>0</Threshold><Value>#00ff00</Value><Threshold>7.5</Threshold><Value>#ff0000</Value>\
            </Categorize></ColorMap>";
        let expected = [([255, 0, 0, 255], "≥ 7.5"), ([0, 255, 0, 255], "0 – 7.5"), ([0, 0, 255, 255], "< 0")];
        check(&raster(categories), &expected);
        let point = |data: &str, value: &str| {
            format!("<InterpolationPoint><Data>{data}</Data><Value>{value}</Value></InterpolationPoint>")
        };
        let points = [point("-2", "#0000ff"), point("34", "#ff0000")].concat();
        let ramp = raster(&format!("<ColorMap><Interpolate><LookupValue/>{points}</Interpolate></ColorMap>"));
        let Some(LegendSource::Strip { range, .. }) = of_sld(ramp.as_bytes(), "a", "") else { panic!("{ramp}") };
        assert_eq!(range, ["-2", "34"]);
    }

    #[test]
    fn what_is_reckoned_or_drawn_otherwise_is_left_to_the_picture() {
        let recoded = "<Function name=\"Recode\"><PropertyName>a</PropertyName></Function>";
        for symbolizer in [
            area(recoded),
            area("<PropertyName>#102030</PropertyName>"),
            area("red"),
            "<PolygonSymbolizer><Fill><GraphicFill/></Fill></PolygonSymbolizer>".to_owned(),
            "<PolygonSymbolizer><Stroke/></PolygonSymbolizer>".to_owned(),
            "<LineSymbolizer/>".to_owned(),
            r##"<LineSymbolizer><Stroke><CssParameter name="stroke">#786e78</CssParameter>
                <CssParameter name="stroke-dasharray">4 2</CssParameter></Stroke></LineSymbolizer>"##
                .to_owned(),
            "<PointSymbolizer><Graphic><ExternalGraphic/></Graphic></PointSymbolizer>".to_owned(),
            "<OtherSymbolizer/>".to_owned(),
            "<RasterSymbolizer/>".to_owned(),
            area("#102030") + &area("#102031"),
        ] {
            check_none(&style(&rule("a", &symbolizer)));
        }
        check_none(&style(&rule("a", &format!("<LegendGraphic/>{}", area("#102030")))));
        check_none(&raster(r##"<ColorMap><ColorMapEntry color="${a}" quantity="1"/></ColorMap>"##));
        check_none(&raster(r##"<ColorMap type="unknown"><ColorMapEntry color="#102030" quantity="1"/></ColorMap>"##));
        let preceding = "<ColorMap><Categorize thresholdsBelongTo=\"preceding\"><Value>#0000ff</Value><Threshold>0</Threshold>\
            <Value>#00ff00</Value></Categorize></ColorMap>";
        check_none(&raster(preceding));
        check_none(&raster(
            "<ColorMap><Categorize><Value>#0000ff</Value><Threshold>0</Threshold></Categorize></ColorMap>",
        ));
    }

    #[test]
    fn the_style_is_the_one_that_is_asked_for() {
        let named = |name: &str, colour: &str, is_default: &str| {
            let rule = rule("r", &area(colour));
            format!("<UserStyle><Name>{name}</Name>{is_default}<FeatureTypeStyle>{rule}</FeatureTypeStyle></UserStyle>")
        };
        let of_layer = |layer: &str, styles: &str| format!("<NamedLayer><Name>{layer}</Name>{styles}</NamedLayer>");
        let [plain, default] = [named("x", "#000001", ""), named("y", "#000002", "<IsDefault>1</IsDefault>")];
        let sld = |layers: &str| format!("<StyledLayerDescriptor>{layers}</StyledLayerDescriptor>");
        let both = sld(&(of_layer("b", &named("x", "#000009", "")) + &of_layer("a", &(plain.clone() + &default))));
        let blue = |style: &str| classes(&both, style).map(|classes| classes[0].0[2]);
        assert_eq!([blue("x"), blue("y"), blue(""), blue("z")], [Some(1), Some(2), Some(2), None]);
        let alone = sld(&of_layer("workspace:a", &plain));
        assert_eq!(
            [classes(&alone, "x").is_some(), classes(&alone, "").is_some(), classes(&alone, "z").is_some()],
            [true, true, false]
        );
    }

    #[test]
    fn hostile_documents_are_refused() {
        let many = |count: usize| {
            style(&(0..count).map(|i| rule(&format!("r{i}"), &area(&format!("#{i:06x}")))).collect::<String>())
        };
        assert!(classes(&many(64), "").is_some());
        check_none(&many(65));
        check_none(&many(30_000));
        let entries = r##"<ColorMapEntry color="#0000ff" quantity="1"/>"##.repeat(4097);
        check_none(&raster(&format!("<ColorMap>{entries}</ColorMap>")));
        check_none(&style(&("<Rule>".repeat(40) + &"</Rule>".repeat(40))));
        check_none(&(style(&rule("a", &area("#102030"))) + &" ".repeat(4 << 20)));
        for text in
            ["", "<", "{}", "<ServiceExceptionReport/>", "<StyledLayerDescriptor><NamedLayer/></StyledLayerDescriptor>"]
        {
            check_none(text);
        }
        check_none(&style(&rule("a\u{202e}b", &area("#102030"))));
    }
}

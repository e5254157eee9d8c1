//! The JSON legend of GeoServer (`JSONLegendGraphicBuilder`; its manual, GetLegendGraphic, "JSON Output Format"): rules, and the
//! symbolizers of each. Colours and numbers are texts. A value that depends on the data is an expression instead.

use super::colour::{number, opaque};
use super::colour_map::{ColourMap, ENTRIES_MAX, Meaning};
use super::entry::Entry;
use super::rule::{self, Colour, Rule, Symbolizer};
use crate::json::Json;
use crate::legend_source::LegendSource;

/// The legend of one layer. A legend of several layers has headings, which classes cannot show: `None`.
pub(super) fn legend(json: &Json) -> Option<LegendSource> {
    let [layer] = json.list("Legend") else { return None };
    let rules: Vec<Rule> = layer.list("rules").iter().map(read_rule).collect();
    rule::legend(layer.text("title"), &rules)
}

fn read_rule(json: &Json) -> Rule {
    let text = |field: &str| json.text(field).map(str::to_owned);
    let symbolizers = json.list("symbolizers").iter().filter(|symbolizer| symbolizer.get("Text").is_none());
    Rule {
        title: text("title"),
        name: text("name"),
        symbolizers: symbolizers.map(symbolizer).collect(),
        has_own_legend: json.get("LegendGraphic").is_some(),
    }
}

fn symbolizer(json: &Json) -> Symbolizer {
    let kinds = ["Raster", "Polygon", "Line", "Point"].map(|kind| json.get(kind));
    match kinds {
        [Some(raster), None, None, None] => Symbolizer::Raster(colour_map(raster)),
        [None, Some(polygon), None, None] if is_filled(polygon) => Symbolizer::Area(fill(polygon)),
        [None, Some(_), None, None] => Symbolizer::Outline,
        [None, None, Some(line), None] => Symbolizer::Line(stroke(line)),
        [None, None, None, Some(point)] => Symbolizer::Point(mark(point)),
        _ => Symbolizer::Unknown,
    }
}

fn is_filled(polygon: &Json) -> bool {
    ["fill", "graphic-fill"].iter().any(|field| polygon.get(field).is_some())
}

fn fill(of: &Json) -> Colour {
    opaque(of.text("fill")?, opacity(of, "fill-opacity")?)
}

/// A line of dashes is shown by the server's picture: a box of its colour would not tell it from a whole line.
fn stroke(line: &Json) -> Colour {
    if line.get("stroke-dasharray").is_some() {
        return None;
    }
    opaque(line.text("stroke")?, opacity(line, "stroke-opacity")?)
}

/// The fill of the mark. The server draws the first graphic that is listed; an external picture has no fill.
fn mark(point: &Json) -> Colour {
    let mark = point.list("graphics").first().filter(|mark| mark.get("external-graphic-url").is_none())?;
    opaque(mark.text("fill")?, opacity(point, "opacity")? * opacity(mark, "fill-opacity")?)
}

/// The colour map of a raster.
fn colour_map(raster: &Json) -> Option<ColourMap> {
    let map = raster.get("colormap")?;
    let entries = map.list("entries");
    if entries.len() > ENTRIES_MAX {
        return None;
    }
    let meaning = Meaning::named(map.text("type").unwrap_or("ramp"))?;
    let opacity = opacity(raster, "opacity")?;
    let entries = entries.iter().map(|entry| read_entry(entry, opacity)).collect::<Option<_>>()?;
    Some(ColourMap { meaning, entries })
}

/// `None` where the entry's colour or meaning is not clear.
fn read_entry(json: &Json, raster_opacity: f64) -> Option<Entry> {
    let colour = opaque(json.text("color")?, raster_opacity * opacity(json, "opacity")?)?;
    let quantity = json.get("quantity").map(value);
    Entry::new(colour, json.text("label"), quantity)
}

/// An opacity, 0 to 1; 1 where there is none, `None` where it is an expression of the data.
fn opacity(of: &Json, field: &str) -> Option<f64> {
    match of.get(field) {
        Some(opacity) => value(opacity).filter(|opacity| opacity.is_finite()).map(|opacity| opacity.clamp(0.0, 1.0)),
        None => Some(1.0),
    }
}

/// A number, or a number in a text. GeoServer writes infinite ones as expressions (`'["Infinity"]'`).
fn value(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => Some(*number),
        Json::Text(text) => number(text.trim_matches(|c: char| c.is_whitespace() || "'[\"]".contains(c))),
        _ => None,
    }
}

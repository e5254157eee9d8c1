//! What GeoServer tells of a style (`JSONLegendGraphicBuilder`; its manual, GetLegendGraphic, "JSON Output Format"): rules, and how
//! each is drawn.

use super::CLASSES_MAX;
use super::colour::{opacity, paint};
use super::colour_map;
use super::label::label;
use crate::json::Json;
use crate::legend_source::{LegendClass, LegendSource};

/// The legend of one layer. Of several each has a heading, which classes do not have.
pub(super) fn legend(json: &Json) -> Option<LegendSource> {
    let [layer] = json.list("Legend") else { return None };
    let rules = layer.list("rules");
    // The author of a style has drawn the legend of such a rule.
    if rules.iter().any(|rule| rule.get("LegendGraphic").is_some()) {
        return None;
    }
    let rasters: Vec<Option<&Json>> = rules.iter().flat_map(drawn).map(|drawn| drawn.get("Raster")).collect();
    match rasters.split_first() {
        // A raster may have a rule for each range of scales.
        Some((Some(raster), others)) if others.iter().all(|other| *other == Some(raster)) => colour_map::legend(raster),
        _ => classes(layer).map(|classes| LegendSource::Classes { title: None, unit: None, classes }),
    }
}

/// What a rule draws on the map, words apart.
fn drawn(rule: &Json) -> impl Iterator<Item = &Json> {
    rule.list("symbolizers").iter().filter(|symbolizer| symbolizer.get("Text").is_none())
}

/// The classes of all rules.
fn classes(layer: &Json) -> Option<Vec<LegendClass>> {
    let rules = layer.list("rules");
    let title_of_layer = layer.text("title").filter(|_| rules.len() == 1);
    let mut classes: Vec<LegendClass> = Vec::new();
    for rule in rules {
        let symbolizers: Vec<&Json> = drawn(rule).collect();
        if symbolizers.is_empty() {
            continue;
        }
        let names = [rule.text("title"), title_of_layer, rule.text("name")];
        let name = names.into_iter().flatten().find(|name| !name.trim().is_empty());
        let class = LegendClass { colour: colour(&symbolizers)?, label: label(name.unwrap_or_default())? };
        if classes.contains(&class) {
            // The rule of another range of scales.
            continue;
        }
        // Rules of one colour differ in what a box of it does not show: the shape of a mark, the width of a line.
        if classes.len() == CLASSES_MAX || classes.iter().any(|known| known.colour == class.colour) {
            return None;
        }
        classes.push(class);
    }
    let are_told = classes.len() == 1 || classes.iter().all(|class| !class.label.is_empty());
    (are_told && !classes.is_empty()).then_some(classes)
}

/// The one colour of a rule; `None` if there are several, or none that is written out and seen.
fn colour(symbolizers: &[&Json]) -> Option<[u8; 4]> {
    let of = |kind: &str| symbolizers.iter().filter_map(|symbolizer| symbolizer.get(kind)).collect::<Vec<_>>();
    let (polygons, lines, points) = (of("Polygon"), of("Line"), of("Point"));
    if polygons.len() + lines.len() + points.len() < symbolizers.len() {
        return None;
    }
    let colours: Option<Vec<[u8; 4]>> = match (&polygons[..], &lines[..], &points[..]) {
        // The lines of areas are outlines.
        ([_, ..], _, []) => polygons.into_iter().filter(|polygon| is_filled(polygon)).map(fill).collect(),
        ([], [_, ..], []) => lines.into_iter().map(stroke).collect(),
        ([], [], [_, ..]) => points.into_iter().map(mark).collect(),
        _ => None,
    };
    let colours = colours?;
    let first = colours.first().copied()?;
    (first[3] > 0 && colours.iter().all(|colour| *colour == first)).then_some(first)
}

fn is_filled(polygon: &Json) -> bool {
    ["fill", "graphic-fill"].iter().any(|field| polygon.get(field).is_some())
}

fn fill(of: &Json) -> Option<[u8; 4]> {
    paint(of, "fill", opacity(of, "fill-opacity")?)
}

fn stroke(line: &Json) -> Option<[u8; 4]> {
    paint(line, "stroke", opacity(line, "stroke-opacity")?)
}

/// The filling of the mark that is drawn, the first of those that are named; a picture has none.
fn mark(point: &Json) -> Option<[u8; 4]> {
    let mark = point.list("graphics").first().filter(|mark| mark.get("external-graphic-url").is_none())?;
    paint(mark, "fill", opacity(point, "opacity")? * opacity(mark, "fill-opacity")?)
}

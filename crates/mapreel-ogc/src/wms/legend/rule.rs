//! The rules of a style, whatever the format that they were read from, and the classes that they make.

use super::CLASSES_MAX;
use super::colour_map::{self, ColourMap};
use super::label::label;
use crate::legend_source::{ClassLabel, LegendClass, LegendSource};

/// Red, green, blue and alpha, 0 to 255, straight (not premultiplied); `None` for a colour that depends on the data, or for a
/// pattern.
pub(super) type Colour = Option<[u8; 4]>;

/// A rule of a style: its symbolizers, its title and its name.
pub(super) struct Rule {
    pub title: Option<String>,
    pub name: Option<String>,
    /// What it draws on the map, without text.
    pub symbolizers: Vec<Symbolizer>,
    /// Whether the style's author has supplied a picture for the rule's legend.
    pub has_own_legend: bool,
}

/// A symbolizer: a part of a rule's drawing.
pub(super) enum Symbolizer {
    /// A raster; `None` where its colours are not known.
    Raster(Option<ColourMap>),
    /// Filled areas.
    Area(Colour),
    /// Areas with an outline and no fill.
    Outline,
    Line(Colour),
    Point(Colour),
    /// A symbolizer that no standard names.
    Unknown,
}

/// The legend of a layer with this title and these rules; `None` where any rule is not understood.
pub(super) fn legend(title: Option<&str>, rules: &[Rule]) -> Option<LegendSource> {
    if rules.iter().any(|rule| rule.has_own_legend) {
        return None;
    }
    let symbolizers: Vec<&Symbolizer> = rules.iter().flat_map(|rule| &rule.symbolizers).collect();
    match symbolizers.split_first() {
        // A raster may repeat the same rule for several ranges of scales.
        Some((Symbolizer::Raster(first), others)) => {
            let first = first.as_ref()?;
            let is_same = |other: &&Symbolizer| matches!(other, Symbolizer::Raster(Some(other)) if other == first);
            others.iter().all(is_same).then(|| colour_map::legend(first)).flatten()
        }
        _ => classes(title, rules).map(|classes| LegendSource::Classes { title: None, unit: None, classes }),
    }
}

/// The classes of all rules.
fn classes(title_of_layer: Option<&str>, rules: &[Rule]) -> Option<Vec<LegendClass>> {
    let title_of_layer = title_of_layer.filter(|_| rules.len() == 1);
    let mut classes: Vec<LegendClass> = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.symbolizers.is_empty()) {
        let names = [rule.title.as_deref(), title_of_layer, rule.name.as_deref()];
        let name = names.into_iter().flatten().find(|name| !name.trim().is_empty());
        let class = LegendClass {
            colour: colour(&rule.symbolizers)?,
            label: ClassLabel::Words(label(name.unwrap_or_default())?),
        };
        if classes.contains(&class) {
            // The same rule for another range of scales.
            continue;
        }
        // Two rules of the same colour differ in something that a coloured box does not show: the shape of a mark, the width of a
        // line.
        if classes.len() == CLASSES_MAX || classes.iter().any(|known| known.colour == class.colour) {
            return None;
        }
        classes.push(class);
    }
    let has_label = |class: &LegendClass| class.label != ClassLabel::Words(String::new());
    let all_labelled = classes.len() == 1 || classes.iter().all(has_label);
    (all_labelled && !classes.is_empty()).then_some(classes)
}

/// The colour of a rule; `None` where it has several, or where the colour is unknown or invisible.
fn colour(symbolizers: &[Symbolizer]) -> Colour {
    let (mut areas, mut lines, mut points, mut has_area) = (Vec::new(), Vec::new(), Vec::new(), false);
    for symbolizer in symbolizers {
        match symbolizer {
            Symbolizer::Area(colour) => areas.push(*colour),
            Symbolizer::Outline => has_area = true,
            Symbolizer::Line(colour) => lines.push(*colour),
            Symbolizer::Point(colour) => points.push(*colour),
            Symbolizer::Raster(_) | Symbolizer::Unknown => return None,
        }
    }
    let colours = match (has_area || !areas.is_empty(), lines.is_empty(), points.is_empty()) {
        // Lines beside areas are their outlines.
        (true, _, true) => areas,
        (false, false, true) => lines,
        (false, true, false) => points,
        _ => return None,
    };
    let first = (*colours.first()?)?;
    (first[3] > 0 && colours.iter().all(|colour| *colour == Some(first))).then_some(first)
}

//! The rules of a style, in whatever form a server tells them, and the classes that they make.

use super::CLASSES_MAX;
use super::colour_map::{self, ColourMap};
use super::label::label;
use crate::legend_source::{ClassLabel, LegendClass, LegendSource};

/// Red, green, blue and alpha, 0 to 255, not multiplied; `None` of a colour that is reckoned from the data, or drawn as a pattern.
pub(super) type Colour = Option<[u8; 4]>;

/// A rule of a style: what it draws, and what it is called.
pub(super) struct Rule {
    pub title: Option<String>,
    pub name: Option<String>,
    /// What it draws on the map, words apart.
    pub symbolizers: Vec<Symbolizer>,
    /// The style's author has drawn the legend of the rule.
    pub has_own_legend: bool,
}

/// What a rule draws.
pub(super) enum Symbolizer {
    /// A raster; `None` where its colours are not told.
    Raster(Option<ColourMap>),
    /// Areas with a filling.
    Area(Colour),
    /// The outline of areas alone.
    Outline,
    Line(Colour),
    Point(Colour),
    /// Something that no standard names.
    Unknown,
}

/// The legend of a layer with this title and these rules, if all of them are understood.
pub(super) fn legend(title: Option<&str>, rules: &[Rule]) -> Option<LegendSource> {
    if rules.iter().any(|rule| rule.has_own_legend) {
        return None;
    }
    let symbolizers: Vec<&Symbolizer> = rules.iter().flat_map(|rule| &rule.symbolizers).collect();
    match symbolizers.split_first() {
        // A raster may have a rule for each range of scales.
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
            // The rule of another range of scales.
            continue;
        }
        // Rules of one colour differ in what a box of it does not show: the shape of a mark, the width of a line.
        if classes.len() == CLASSES_MAX || classes.iter().any(|known| known.colour == class.colour) {
            return None;
        }
        classes.push(class);
    }
    let is_told = |class: &LegendClass| class.label != ClassLabel::Words(String::new());
    let are_told = classes.len() == 1 || classes.iter().all(is_told);
    (are_told && !classes.is_empty()).then_some(classes)
}

/// The one colour of a rule; `None` if there are several, or none that is written out and seen.
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
        // The lines of areas are outlines.
        (true, _, true) => areas,
        (false, false, true) => lines,
        (false, true, false) => points,
        _ => return None,
    };
    let first = (*colours.first()?)?;
    (first[3] > 0 && colours.iter().all(|colour| *colour == Some(first))).then_some(first)
}

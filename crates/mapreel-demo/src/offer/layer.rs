//! The layers and their styles.

use super::palettes::{BALANCE, BALANCE_STEPS, DEPTHS, THERMAL};
use super::scale::{Kind, Scale};

/// A layer that can be asked for.
pub(crate) struct Layer {
    /// The name in requests.
    pub(crate) name: &'static str,
    /// The title for people.
    pub(crate) title: &'static str,
    /// The description of the layer, for its `Abstract` in the capabilities.
    pub(crate) summary: &'static str,
    pub(crate) quantity: Quantity,
    /// The default style first.
    pub(crate) styles: [Style; 2],
}

/// What of the sea a layer shows, in degrees Celsius.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// The mean of a month.
    Temperature,
    /// The mean of a month less the mean of all 24 months at the same place.
    Departure,
}

/// A rendering of a layer.
pub(crate) struct Style {
    /// The name in requests.
    pub(crate) name: &'static str,
    /// The title for people.
    pub(crate) title: &'static str,
    pub(crate) scale: Scale,
}

/// The unit of all values.
pub(crate) const UNIT: &str = "°C";

/// All layers.
pub(crate) static LAYERS: [Layer; 2] = [
    Layer {
        name: "sst",
        title: "Sea surface temperature",
        summary: "Mean temperature of the sea's surface in each month of 2018 and 2019, in degrees Celsius (NOAA ERSSTv5).",
        quantity: Quantity::Temperature,
        styles: [
            Style {
                name: "thermal",
                title: "Night blue to pale yellow, -2 to 32 °C",
                scale: Scale { kind: Kind::Ramp, from: -2.0, step: 2.0, colours: THERMAL },
            },
            Style {
                name: "classes",
                title: "Classes of 4 °C, blue to yellow",
                scale: Scale { kind: Kind::Classes, from: 0.0, step: 4.0, colours: DEPTHS },
            },
        ],
    },
    Layer {
        name: "sst_departure",
        title: "Sea surface, departure from its 2018–2019 mean",
        summary: "How much warmer or colder the sea's surface is in a month than in the mean of all 24 months of 2018 and 2019 at the \
            same place, in degrees Celsius: the seasons of the sea, and not a departure from a climatology (NOAA ERSSTv5).",
        quantity: Quantity::Departure,
        styles: [
            Style {
                name: "balance",
                title: "Blue to brown, -10 to 10 °C",
                scale: Scale { kind: Kind::Ramp, from: -10.0, step: 1.0, colours: BALANCE },
            },
            Style {
                name: "classes",
                title: "Classes of 2 °C, blue to brown",
                scale: Scale { kind: Kind::Classes, from: -7.0, step: 2.0, colours: BALANCE_STEPS },
            },
        ],
    },
];

impl Layer {
    /// A layer by its name, which is case-sensitive (OGC 06-042, 6.8.1).
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        LAYERS.iter().find(|layer| layer.name == name)
    }

    /// A style by its name; without a name, the default style.
    pub(crate) fn style(&'static self, name: Option<&str>) -> Option<&'static Style> {
        match name {
            Some(name) => self.styles.iter().find(|style| style.name == name),
            None => self.styles.first(),
        }
    }
}

//! The source of a layer's legend.

use base64::prelude::BASE64_STANDARD;
use mapreel_geo::NumberStyle;
use serde::{Deserialize, Serialize};

/// A layer's legend, in the form in which its server offers it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LegendSource {
    /// A picture at this address.
    Url(String),
    /// Small pictures, each with its label, top first.
    Swatches(Vec<Swatch>),
    /// Classes with a colour each.
    Classes {
        /// The heading, where it is not the layer's title.
        title: Option<String>,
        /// The unit of the values.
        unit: Option<String>,
        /// The classes, top first.
        classes: Vec<LegendClass>,
    },
    /// A colour ramp.
    Strip {
        /// Red, green, blue and alpha, 0 to 255, straight (not premultiplied), at equal distances; the highest value
        /// first.
        colours: Vec<[u8; 4]>,
        /// The lowest and the highest value, as numbers.
        range: [String; 2],
        /// The unit of the values.
        unit: Option<String>,
    },
    /// There is no legend; this text tells why.
    Missing(String),
}

/// A picture of a legend, with its label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Swatch {
    /// The label; empty where the layer's name is enough.
    pub label: String,
    /// The server's PNG or other picture, unchanged.
    #[serde(with = "as_base64")]
    pub picture: Vec<u8>,
}

/// A class of a legend.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LegendClass {
    /// Red, green, blue and alpha, 0 to 255, straight (not premultiplied).
    pub colour: [u8; 4],
    /// The label of the class.
    pub label: ClassLabel,
}

/// The label of a class. Numbers are written in ASCII, with a decimal point.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClassLabel {
    /// A text.
    Words(String),
    /// A value.
    Value(String),
    /// The values from the first number up to, but not including, the second; `None` where the interval has no such
    /// end.
    Interval([Option<String>; 2]),
}

impl ClassLabel {
    /// The label as a text beside the colour.
    pub fn text(&self, numbers: &NumberStyle) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Value(value) => numbers.exact(value),
            Self::Interval([Some(from), Some(to)]) => format!("{} – {}", numbers.exact(from), numbers.exact(to)),
            Self::Interval([None, Some(to)]) => format!("< {}", numbers.exact(to)),
            Self::Interval([Some(from), None]) => format!("≥ {}", numbers.exact(from)),
            Self::Interval([None, None]) => String::new(),
        }
    }
}

impl LegendSource {
    /// The legend with every label of a class turned into a text.
    pub fn in_words(mut self, numbers: &NumberStyle) -> Self {
        if let Self::Classes { classes, .. } = &mut self {
            classes.iter_mut().for_each(|class| class.label = ClassLabel::Words(class.label.text(numbers)));
        }
        self
    }

    /// Every text in the legend that is not a number.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Url(_) | Self::Missing(_) => Vec::new(),
            Self::Strip { unit, .. } => unit.iter().map(String::as_str).collect(),
            Self::Swatches(swatches) => swatches.iter().map(|swatch| swatch.label.as_str()).collect(),
            Self::Classes { title, unit, classes } => {
                let labels = classes.iter().filter_map(|class| match &class.label {
                    ClassLabel::Words(words) => Some(words),
                    ClassLabel::Value(_) | ClassLabel::Interval(_) => None,
                });
                title.iter().chain(unit).chain(labels).map(String::as_str).collect()
            }
        }
    }

    /// The address of the legend's picture, where the legend is one that must be fetched.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Url(url) => Some(url),
            Self::Swatches(_) | Self::Classes { .. } | Self::Strip { .. } | Self::Missing(_) => None,
        }
    }
}

/// Bytes: in base64 in formats for people, such as JSON, otherwise as they are.
mod as_base64 {
    use super::{BASE64_STANDARD, Deserialize, Serialize};
    use base64::Engine as _;
    use serde::de::Error;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &Vec<u8>, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => BASE64_STANDARD.encode(bytes).serialize(serializer),
            false => bytes.serialize(serializer),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        match deserializer.is_human_readable() {
            true => BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom),
            false => Vec::deserialize(deserializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_labels_are_written_as_the_page_writes_them() {
        let german = NumberStyle::of(mapreel_geo::Language::parse("de"));
        let check = |label: ClassLabel, expected: [&str; 2]| {
            assert_eq!([label.text(&NumberStyle::default()), label.text(&german)], expected);
        };
        let number = |text: &str| Some(text.to_owned());
        check(ClassLabel::Words("1.5 and more".into()), ["1.5 and more", "1.5 and more"]);
        check(ClassLabel::Value("12.50".into()), ["12.50", "12,50"]);
        check(ClassLabel::Interval([number("-0.5"), number("1000.5")]), ["−0.5 – 1000.5", "−0,5 – 1.000,5"]);
        check(ClassLabel::Interval([None, number("0.1")]), ["< 0.1", "< 0,1"]);
        check(ClassLabel::Interval([number("30"), None]), ["≥ 30", "≥ 30"]);
    }

    #[test]
    fn a_picture_is_a_text_for_people() {
        let swatch = Swatch { label: "Calm".into(), picture: vec![0, 128, 255] };
        let json = serde_json::to_string(&swatch).unwrap();
        assert_eq!(json, r#"{"label":"Calm","picture":"AID/"}"#);
        assert_eq!(serde_json::from_str::<Swatch>(&json).unwrap(), swatch);
    }
}

//! The texts on the page that are the same in every frame, and the place of its legends.

use crate::request::design::LegendPlace;
use crate::resolved::resolved::Resolved;
use mapreel_geo::NumberStyle;
use serde::{Deserialize, Serialize};

/// The texts on the page that are the same in every frame, and the place of its legends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageTexts {
    /// The title of the whole picture.
    pub title: Option<String>,
    /// A line below it.
    pub subtitle: Option<String>,
    /// The source of the data, in the author's words; it comes before the credits.
    pub source: Option<String>,
    /// Whether layers with a title have lines of their own.
    pub shows_layers: bool,
    /// The form of the frame's number and the number of frames; in languages other than English only `2/24`.
    pub count_words: CountWords,
    /// How these numbers are written.
    pub numbers: NumberStyle,
    /// Where legends stand.
    pub legends: LegendPlace,
}

/// The form in which the number of a frame is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CountWords {
    /// `(2 of 24)`
    #[default]
    English,
    /// `2/24`
    Slash,
}

impl PageTexts {
    /// The number of frame `index` of `frames`: `(2 of 24)`, or `2/24`. Leading figure spaces (U+2007), which are as wide as a digit,
    /// keep its end at the same place from 9 to 10.
    pub fn count(&self, index: usize, frames: usize) -> String {
        let [number, of] = [index + 1, frames].map(|number| self.numbers.whole(number as u64));
        let pad = "\u{2007}".repeat(of.chars().count().saturating_sub(number.chars().count()));
        match self.count_words {
            CountWords::English => format!("{pad}({number} of {of})"),
            CountWords::Slash => format!("{pad}{number}/{of}"),
        }
    }

    pub(crate) fn of(resolved: &Resolved) -> Self {
        let header = &resolved.header;
        Self {
            title: header.title.clone(),
            subtitle: header.subtitle.clone(),
            source: header.source.clone(),
            shows_layers: header.shows_layers,
            count_words: if header.times.is_english() { CountWords::English } else { CountWords::Slash },
            numbers: header.times.numbers(),
            legends: resolved.design.legend,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::Language;

    #[test]
    fn a_count_ends_at_the_same_place_in_every_frame() {
        let texts = |count_words, tag: &str| {
            let numbers = NumberStyle::of(Language::parse(tag));
            PageTexts { count_words, numbers, ..PageTexts::default() }
        };
        let english = texts(CountWords::English, "");
        assert_eq!([english.count(1, 24), english.count(9, 24)], ["\u{2007}(2 of 24)", "(10 of 24)"]);
        let egyptian = texts(CountWords::Slash, "ar-EG");
        assert_eq!([egyptian.count(1, 24), egyptian.count(9, 24)], ["\u{2007}٢/٢٤", "١٠/٢٤"]);
    }
}

//! What stands on the page in every frame, whatever its layers are, and where its legends stand.

use crate::request::design::LegendPlace;
use crate::resolved::resolved::Resolved;
use serde::{Deserialize, Serialize};

/// What stands on the page in every frame, whatever its layers are, and where its legends stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageTexts {
    /// The title of the whole picture.
    pub title: Option<String>,
    /// A line below it.
    pub subtitle: Option<String>,
    /// Where the data come from: before the credits at the foot.
    pub source: Option<String>,
    /// Whether layers with a title have lines of their own.
    pub shows_layers: bool,
    /// What stands between the number of a frame and how many there are; of languages other than English only `/`.
    pub count_words: CountWords,
    /// Where legends stand.
    pub legends: LegendPlace,
}

/// How the number of a frame is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CountWords {
    /// `(2 of 24)`
    #[default]
    English,
    /// `2/24`
    Slash,
}

impl PageTexts {
    pub(crate) fn of(resolved: &Resolved) -> Self {
        let header = &resolved.header;
        Self {
            title: header.title.clone(),
            subtitle: header.subtitle.clone(),
            source: header.source.clone(),
            shows_layers: header.shows_layers,
            count_words: if header.times.is_english() { CountWords::English } else { CountWords::Slash },
            legends: resolved.design.legend,
        }
    }
}

//! The fonts of a plan: those in the binary, and fallback fonts of the operator or the system. Fallback fonts are loaded only if a text needs
//! them, since loading takes time.

use cosmic_text::fontdb::Database;
use mapreel_ogc::LegendSource;
use mapreel_render::{Fonts, MissingGlyphs, MissingScript};
use mapreel_spec::manifest::Warning;
use mapreel_spec::{Caption, Frame, PageTexts};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The most characters and texts that a warning names.
const NAMED_MAX: usize = 8;

/// The places of fallback fonts, for scripts that the fonts in the binary do not cover. They are read once, when they are needed.
#[derive(Debug, Clone, Default)]
pub struct FontSource {
    /// Files and folders; `None`: the font folders of the system.
    places: Option<Vec<PathBuf>>,
    faces: Arc<OnceLock<Database>>,
}

impl FontSource {
    /// The fonts of files and folders, separated by commas; if the list is empty, those of the system.
    ///
    /// # Errors
    /// One of them is missing, or is a file that is no font.
    pub fn named(places: &str) -> Result<Self, BadFonts> {
        let places: Vec<PathBuf> =
            places.split(',').map(str::trim).filter(|place| !place.is_empty()).map(PathBuf::from).collect();
        places.iter().try_for_each(|place| check(place))?;
        Ok(Self { places: (!places.is_empty()).then_some(places), faces: Arc::default() })
    }

    /// The fonts for the texts of a page, the times of its frames, and the captions of its layers.
    pub(crate) fn for_texts<'a>(
        &self,
        page: &'a PageTexts,
        frames: &'a [Frame],
        captions: impl Iterator<Item = &'a Caption> + Clone,
    ) -> Fonts {
        let of_page = || [&page.title, &page.subtitle, &page.source].into_iter().flatten();
        let times = || frames.iter().filter_map(|frame| frame.time_text.as_ref());
        let texts = || of_page().chain(times()).map(String::as_str).chain(captions.clone().flat_map(texts));
        if Fonts::bundled_cover(texts()) {
            return Fonts::bundled();
        }
        Fonts::with_fallbacks(self.faces().clone()).for_texts(texts())
    }

    fn faces(&self) -> &Database {
        self.faces.get_or_init(|| {
            let mut faces = Database::new();
            match &self.places {
                None => faces.load_system_fonts(),
                Some(places) => places.iter().for_each(|place| load(&mut faces, place)),
            }
            faces
        })
    }
}

/// Why fonts cannot be loaded from a place.
#[derive(Debug, thiserror::Error)]
pub enum BadFonts {
    /// The file is missing, or cannot be read.
    #[error("cannot read `{}`: {error}", place.display())]
    Unreadable {
        /// The file.
        place: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is no font.
    #[error("`{}` is neither a font nor a folder", .0.display())]
    NoFont(PathBuf),
}

fn check(place: &Path) -> Result<(), BadFonts> {
    if place.is_dir() {
        return Ok(());
    }
    let mut faces = Database::new();
    faces.load_font_file(place).map_err(|error| BadFonts::Unreadable { place: place.to_owned(), error })?;
    if faces.is_empty() { Err(BadFonts::NoFont(place.to_owned())) } else { Ok(()) }
}

fn load(faces: &mut Database, place: &Path) {
    if place.is_dir() {
        faces.load_fonts_dir(place);
    } else if let Err(error) = faces.load_font_file(place) {
        tracing::warn!(%error, "cannot read the font `{}` any more", place.display());
    }
}

/// Every text of a layer that may be on the page.
fn texts(caption: &Caption) -> impl Iterator<Item = &str> {
    let Caption { title, name, attribution, labels, legend, colour_bar, .. } = caption;
    let units = colour_bar.as_ref().and_then(|bar| bar.units.as_deref());
    let once = [title.as_deref(), Some(name.as_str()), attribution.as_deref(), units];
    let words = legend.iter().flat_map(LegendSource::texts);
    once.into_iter().flatten().chain(labels.iter().flatten().map(|label| label.text.as_str())).chain(words)
}

/// A warning for each script with missing glyphs, whose characters are boxes in the picture: the characters, where they are, and what to do.
pub(crate) fn warnings(missing: &MissingGlyphs) -> Vec<Warning> {
    let warning = |(script, MissingScript { texts, characters }): (Option<&str>, &MissingScript)| {
        let of_script = script.map(|script| format!("{script} ")).unwrap_or_default();
        let characters = few(characters.iter().map(char::to_string), " ");
        let texts = few(texts.iter().map(|text| format!("“{text}”")), ", ");
        let message = format!(
            "no font has the {of_script}characters {characters} of {texts}; boxes stand for them. Install fonts that have them \
             (Noto; in Debian fonts-noto-core and fonts-noto-cjk), or name some with MAPREEL_FONTS"
        );
        Warning::of_map("text_missing_glyphs", message)
    };
    missing.scripts().map(warning).collect()
}

/// The first of many.
fn few(mut all: impl ExactSizeIterator<Item = String>, separator: &str) -> String {
    let more = all.len().saturating_sub(NAMED_MAX);
    let named = all.by_ref().take(NAMED_MAX).collect::<Vec<_>>().join(separator);
    if more > 0 { format!("{named} and {more} more") } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_hold_no_font_are_refused() {
        assert!(FontSource::named("").is_ok());
        assert!(FontSource::named(env!("CARGO_MANIFEST_DIR")).is_ok(), "a folder may be filled later");
        assert!(
            FontSource::named("/nowhere/a.otf").unwrap_err().to_string().starts_with("cannot read `/nowhere/a.otf`")
        );
        let no_font = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert!(FontSource::named(no_font).unwrap_err().to_string().ends_with("is neither a font nor a folder"));
    }

    #[test]
    fn many_are_named_by_the_first() {
        let all: Vec<String> = ('a'..='k').map(String::from).collect();
        assert_eq!(few(all.into_iter(), " "), "a b c d e f g h and 3 more");
    }
}

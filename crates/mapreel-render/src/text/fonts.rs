//! The fonts of the page.
//!
//! Two weights of one family are in the binary, so that a picture looks the same on every machine. Scripts that they do
//! not cover come from fallback fonts, which the program adds.

use super::missing_glyphs::is_visible;
use cosmic_text::fontdb::{Database, FaceInfo, Source};
use cosmic_text::{FontSystem, Weight};
use std::sync::Arc;
use unicode_script::{Script, UnicodeScript};

/// The family in the binary: Latin, Greek and Cyrillic.
pub(super) const FAMILY: &str = "Inter";
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const SEMIBOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");

/// The fonts to draw with.
#[derive(Clone)]
pub struct Fonts {
    faces: Database,
    /// The language whose forms of Chinese characters are preferred.
    locale: &'static str,
}

impl Fonts {
    /// The fonts in the binary alone.
    pub fn bundled() -> Self {
        Self::with_fallbacks(Database::new())
    }

    /// The fonts in the binary first, and others for what they lack.
    pub fn with_fallbacks(mut others: Database) -> Self {
        for (data, weight) in [(REGULAR, Weight::NORMAL), (SEMIBOLD, Weight::BOLD)] {
            for id in others.load_font_source(Source::Binary(Arc::new(data))) {
                // Glyph fallback prefers a face of exactly the wanted weight, and other families have a bold face but rarely a
                // semi-bold one. Our semi-bold face is registered as bold, so that a title falls back to its script's bold face.
                if let Some(face) = others.face(id).cloned() {
                    others.remove_face(id);
                    others.push_face_info(FaceInfo { weight, ..face });
                }
            }
        }
        Self { faces: others, locale: "en" }
    }

    /// The fonts for these texts: beside kana, Chinese characters have their Japanese forms, beside Hangul their Korean ones.
    pub fn for_texts<'a>(self, mut texts: impl Iterator<Item = &'a str>) -> Self {
        let language = |c: char| match c.script() {
            Script::Hiragana | Script::Katakana => Some("ja"),
            Script::Hangul => Some("ko"),
            _ => None,
        };
        let locale = texts.find_map(|text| text.chars().find_map(language)).unwrap_or(self.locale);
        Self { locale, ..self }
    }

    /// Whether the fonts in the binary have a shape for every character.
    pub fn bundled_cover<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
        let mut fonts = Self::bundled().system();
        texts.all(|text| text.is_ascii() || first_face_covers(&mut fonts, text))
    }

    /// The faces, ready for shaping.
    pub(super) fn system(&self) -> FontSystem {
        FontSystem::new_with_locale_and_db(self.locale.into(), self.faces.clone())
    }
}

fn first_face_covers(fonts: &mut FontSystem, text: &str) -> bool {
    let Some(id) = fonts.db().faces().next().map(|face| face.id) else { return false };
    let Some(font) = fonts.get_font(id, Weight::NORMAL) else { return false };
    let charmap = font.as_swash().charmap();
    text.chars().all(|c| !is_visible(c) || charmap.map(c) != 0)
}

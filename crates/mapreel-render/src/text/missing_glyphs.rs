//! Characters that no font has. The typesetter notes them while it shapes text, so that every box on the picture is reported.

use std::collections::{BTreeMap, BTreeSet};
use unicode_script::{Script, UnicodeScript};

/// The characters that no font has, by script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissingGlyphs(BTreeMap<&'static str, MissingScript>);

/// The characters of one script that no font has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissingScript {
    /// The texts with such characters, each once.
    pub texts: BTreeSet<String>,
    /// The characters.
    pub characters: BTreeSet<char>,
}

impl MissingGlyphs {
    /// Script by script, with the script's name; `None`: of characters that belong to no script, such as symbols.
    pub fn scripts(&self) -> impl Iterator<Item = (Option<&'static str>, &MissingScript)> {
        self.0.iter().map(|(name, missing)| ((!name.is_empty()).then_some(*name), missing))
    }

    /// Whether every character was shaped.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the missing characters of `other`.
    pub fn extend(&mut self, other: Self) {
        for (name, MissingScript { texts, characters }) in other.0 {
            let known = self.0.entry(name).or_default();
            known.texts.extend(texts);
            known.characters.extend(characters);
        }
    }

    /// Notes the characters of a cluster for which there is no glyph, and the text in which it stands.
    pub(crate) fn note(&mut self, text: &str, cluster: &str) {
        for character in cluster.chars().filter(|c| is_visible(*c)) {
            let name = match character.script() {
                Script::Common | Script::Inherited | Script::Unknown => "",
                script => script.full_name(),
            };
            let missing = self.0.entry(name).or_default();
            missing.characters.insert(character);
            if !missing.texts.contains(text) {
                missing.texts.insert(text.to_owned());
            }
        }
    }
}

/// Whether a character leaves ink: not white space, and none of those that only govern their neighbours (Unicode's
/// Default_Ignorable_Code_Point).
pub(crate) fn is_visible(c: char) -> bool {
    let governs = matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}');
    !governs && !c.is_whitespace() && !c.is_control()
}

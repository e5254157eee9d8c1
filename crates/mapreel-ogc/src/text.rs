//! Which texts may be drawn on a page.

use mapreel_geo::time::time_error::shortened;

/// The longest title or label, in characters.
pub const CHARS_MAX: usize = 300;

/// Why a text may not be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnshowableText {
    /// The text is longer than any title or label.
    #[error("the text is longer than {CHARS_MAX} characters")]
    TooLong,
    /// The text contains a character that is invisible, or that changes the direction of text.
    #[error("the text contains the character U+{:04X}, which cannot be shown", u32::from(*.0))]
    Character(char),
}

/// The text without white space at its ends.
///
/// # Errors
/// The text is too long, or contains a character that must not be drawn.
///
/// Two kinds of characters are refused. Direction overrides could make a header read differently from its characters
/// (Trojan Source). Control characters are invisible. Tabs and line ends become spaces.
pub fn clean(raw: &str) -> Result<String, UnshowableText> {
    let text: String =
        raw.chars().map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }).collect::<String>().trim().into();
    if text.chars().count() > CHARS_MAX {
        return Err(UnshowableText::TooLong);
    }
    match text.chars().find(|c| c.is_control() || is_direction_control(*c)) {
        Some(c) => Err(UnshowableText::Character(c)),
        None => Ok(text),
    }
}

/// The first few items of a list, shortened, and the number of the others.
pub fn few<T: AsRef<str>>(items: impl Iterator<Item = T>) -> String {
    const NAMED: usize = 6;
    let (mut named, mut more) = (Vec::new(), 0);
    for item in items {
        match named.len() {
            NAMED => more += 1,
            _ => named.push(shortened(item.as_ref())),
        }
    }
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

/// Unicode's bidirectional embeddings, overrides and isolates.
fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The text of a piece of HTML, without its tags.
pub fn without_tags(html: &str) -> String {
    let mut words = String::new();
    for (i, part) in html.split('<').enumerate() {
        words += if i == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) };
    }
    let entities = [("&copy;", "©"), ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    entities.iter().fold(words, |words, (entity, character)| words.replace(entity, character))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn text_is_trimmed_and_keeps_every_script() {
        assert_eq!(clean("  Θερμοκρασία \n Ветер 風 ").as_deref(), Ok("Θερμοκρασία   Ветер 風"));
    }

    #[test]
    fn what_cannot_be_shown_is_refused_by_its_code_point() {
        assert!(clean("a\u{7}b").unwrap_err().to_string().contains("U+0007"));
        assert!(clean("safe\u{202E}gpj.exe").unwrap_err().to_string().contains("U+202E"));
        assert!(clean(&"x".repeat(301)).unwrap_err().to_string().contains("300"));
    }
}

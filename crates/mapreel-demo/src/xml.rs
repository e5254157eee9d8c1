//! Escaping: text of a request, as it may stand in XML.

/// The most characters that an exception quotes of a request.
const QUOTED_CHARS_MAX: usize = 60;

/// A text as the content of an element or the value of an attribute. What XML 1.0 cannot hold (its section 2.2) becomes U+FFFD.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
    out
}

/// The beginning of a value of a request, in backticks, for the sentence of an exception; not yet escaped.
pub(crate) fn quoted(value: &str) -> String {
    match value.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, quoted};

    #[test]
    fn text_of_a_request_cannot_end_an_element() {
        assert_eq!(escaped("a<b>&\"'\u{1}é"), "a&lt;b&gt;&amp;&quot;&apos;\u{fffd}é");
    }

    #[test]
    fn a_long_value_is_quoted_in_part() {
        assert_eq!(quoted("é"), "`é`");
        assert_eq!(quoted(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
    }
}

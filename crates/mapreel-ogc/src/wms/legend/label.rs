//! Labels of a server's legend, checked for the page.

use crate::text;
use mapreel_geo::time::time_error::shortened;

/// The label with `≥`, `≤` and dashes in place of `>=`, `<=` and hyphens where these are certainly meant; `None` where
/// the text must not be drawn.
pub(super) fn label(words: &str) -> Option<String> {
    let words = shortened(&text::clean(words).ok()?);
    Some(with_dashes(&words.replace(">=", "≥").replace("<=", "≤")))
}

/// Replaces a hyphen with spaces round it by an en dash where it joins two numbers: there it means "to".
fn with_dashes(words: &str) -> String {
    let mut parts = words.split(" - ");
    let mut dashed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let joins_numbers = dashed.ends_with(|c: char| c.is_ascii_digit()) && begins_with_number(part);
        dashed += if joins_numbers { " – " } else { " - " };
        dashed += part;
    }
    dashed
}

fn begins_with_number(text: &str) -> bool {
    text.trim_start_matches(['-', '−', '+']).starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn only_what_is_certain_is_written_anew() {
        let check = |words: &str, expected: Option<&str>| assert_eq!(label(words).as_deref(), expected, "{words}");
        check(" 0 - 5 ", Some("0 – 5"));
        check("-10 - -5 °C", Some("-10 – -5 °C"));
        check("1 - 2 - 3", Some("1 – 2 – 3"));
        check(">= 40 and <= 50", Some("≥ 40 and ≤ 50"));
        for kept in ["0-5", "5 -10", "2M - 4M", "sand - mud", "3 - mud", "=> 5", "a <b> & c", "Τιμή 風"] {
            check(kept, Some(kept));
        }
        check("rain\nor snow", Some("rain or snow"));
        check("", Some(""));
        check("a\u{7}b", None);
        check("a\u{202e}b", None);
        check(&"x".repeat(301), None);
        check(&"x".repeat(300), Some(&format!("{}…", "x".repeat(60))));
    }
}

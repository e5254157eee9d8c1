//! The parameters of a request: names without case (OGC 06-042, 6.8.1), values without their percent-encoding, both within bounds.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The longest query that is read, in bytes.
const QUERY_BYTES_MAX: usize = 8192;
/// The most parameters that are read.
const PARAMETERS_MAX: usize = 64;

/// The parameters of one request.
pub(crate) struct Parameters<'q>(Vec<(Cow<'q, str>, Cow<'q, str>)>);

impl<'q> Parameters<'q> {
    /// Reads the query of a URL: what follows its question mark. `None` if it is longer than 8192 bytes or has more than 64 parameters.
    pub(crate) fn read(query: &'q str) -> Option<Self> {
        if query.len() > QUERY_BYTES_MAX || query.split('&').count() > PARAMETERS_MAX {
            return None;
        }
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Some(Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (plain(n), plain(v))).collect(),
        ))
    }

    /// The value of a parameter, the first where a query has it twice; `None` where it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// A text without its percent-encoding; in a query a plus sign is a space.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    #[test]
    fn names_have_no_case_and_values_no_encoding() {
        let read = Parameters::read("Layers=a%2Cb&&styles&time=2018%2D01+&TIME=later&x=%ff").unwrap();
        assert_eq!(read.get("LAYERS"), Some("a,b"));
        assert_eq!(read.get("STYLES"), None);
        assert_eq!(read.get("Time"), Some("2018-01"));
        assert_eq!(read.get("x"), Some("\u{fffd}"));
        assert_eq!(read.get("y"), None);
    }

    #[test]
    fn a_query_is_bounded() {
        assert!(Parameters::read(&"a".repeat(8193)).is_none());
        assert!(Parameters::read(&"a&".repeat(64)).is_none());
        assert!(Parameters::read(&"a&".repeat(63)).is_some());
    }
}

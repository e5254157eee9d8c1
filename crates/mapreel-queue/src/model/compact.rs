//! A request document without padding: the same JSON values, written the same way, without white space between them.

use bytes::Bytes;

/// Leaves out the white space outside of strings. Nothing else changes: neither the order and the spelling of names, numbers and
/// strings, nor members that occur twice. The result of a document that is not JSON is not JSON either.
pub(crate) fn compact(document: &Bytes) -> Bytes {
    let (mut in_string, mut escaped) = (false, false);
    let mut is_kept = |byte: u8| {
        if in_string {
            (in_string, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            return true;
        }
        in_string = byte == b'"';
        !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
    };
    let kept: Vec<u8> = document.iter().copied().filter(|byte| is_kept(*byte)).collect();
    // A copy: the document may be a slice of a larger buffer, and a slice would keep that whole buffer in memory.
    Bytes::from(kept.into_boxed_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(document: &str) -> String {
        String::from_utf8(compact(&Bytes::copy_from_slice(document.as_bytes())).to_vec()).unwrap()
    }

    #[test]
    fn only_white_space_between_values_is_left_out() {
        assert_eq!(
            text(" { \"a b\" : [ 1.50 ,\t-0e+3 ,\r\n\"\\\" \\\\\" , \" \" ] , \"a b\" : null } "),
            "{\"a b\":[1.50,-0e+3,\"\\\" \\\\\",\" \"],\"a b\":null}"
        );
        assert_eq!(text(&format!("{{}}{}", " ".repeat(1_000_000))), "{}");
        assert_eq!(text("\"\\u0020 \u{a0}\u{2028}\""), "\"\\u0020 \u{a0}\u{2028}\"");
    }

    /// Documents as the tokens that they are made of.
    fn tokens() -> impl Strategy<Value = Vec<String>> {
        let string = proptest::collection::vec(
            prop_oneof![
                Just("\\\"".to_owned()),
                Just("\\\\".to_owned()),
                Just(" ".to_owned()),
                Just("\\n".to_owned()),
                Just("\\u0041".to_owned()),
                "[a-z{}:,é\u{a0}\\[\\]]"
            ],
            0..6,
        )
        .prop_map(|pieces| format!("\"{}\"", pieces.concat()));
        let number = prop_oneof!["-?[1-9][0-9]{0,30}(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", Just("0".to_owned())];
        let word = prop_oneof![Just("true".to_owned()), Just("false".to_owned()), Just("null".to_owned())];
        let leaf = prop_oneof![string.clone(), number, word].prop_map(|leaf| vec![leaf]);
        leaf.prop_recursive(4, 40, 5, move |inner| {
            let join = |open: &'static str, close: &'static str| {
                move |items: Vec<Vec<String>>| {
                    let mut all = vec![open.to_owned()];
                    for (i, item) in items.into_iter().enumerate() {
                        all.extend((i > 0).then(|| ",".to_owned()));
                        all.extend(item);
                    }
                    all.push(close.to_owned());
                    all
                }
            };
            let member = (string.clone(), inner.clone())
                .prop_map(|(name, value)| [name, ":".to_owned()].into_iter().chain(value).collect::<Vec<_>>());
            prop_oneof![
                proptest::collection::vec(inner, 0..5).prop_map(join("[", "]")),
                proptest::collection::vec(member, 0..5).prop_map(join("{", "}")),
            ]
        })
    }

    proptest! {
        #[test]
        fn tokens_survive_any_padding_between_them(
            tokens in tokens(),
            padding in proptest::collection::vec("[ \t\r\n]{0,3}", 1..9),
        ) {
            let mut padding = padding.iter().cycle();
            let padded: String = tokens.iter().flat_map(|token| [padding.next().unwrap().as_str(), token.as_str()]).collect();
            prop_assert_eq!(text(&padded), tokens.concat());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&padded).is_ok());
        }

        #[test]
        fn compact_is_idempotent(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let once = compact(&Bytes::from(bytes));
            prop_assert_eq!(compact(&once), once);
        }
    }
}

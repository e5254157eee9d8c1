//! Character references of XML: the five predefined names, and numbers.

use quick_xml::escape::resolve_xml_entity;
use std::borrow::Cow;

/// A text with its references replaced by characters; unknown references stay as they are.
pub(super) fn resolved(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return text.into() };
    let (mut out, mut rest) = (text[..first].to_owned(), &text[first..]);
    while let Some(after) = rest.strip_prefix('&') {
        // The longest reference that is replaced.
        const NAME_BYTES_MAX: usize = 12;
        let end = after.bytes().take(NAME_BYTES_MAX).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&after[..end])?, &after[end + 1..]))) {
            Some((character, further)) => {
                out.push(character);
                rest = further;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
        let next = rest.find('&').unwrap_or(rest.len());
        out += &rest[..next];
        rest = &rest[next..];
    }
    out.into()
}

/// The character of a reference.
fn character(name: &str) -> Option<char> {
    match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32).filter(|c| *c != '\0')
        }
        None => resolve_xml_entity(name)?.chars().next(),
    }
}

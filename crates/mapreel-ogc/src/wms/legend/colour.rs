//! The colours and numbers of GeoServer's legend, which it writes as texts, and expressions in their places.

use crate::json::Json;

/// A colour that is written out, that opaque; `None` of one that is reckoned from the data.
pub(super) fn paint(of: &Json, field: &str, opacity: f64) -> Option<[u8; 4]> {
    let hex = of.text(field)?.strip_prefix('#')?;
    if hex.len() != 6 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let [_, r, g, b] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
    Some([r, g, b, (opacity * 255.0).round() as u8])
}

/// An opacity, 0 to 1; 1 where there is none, `None` where it is reckoned from the data.
pub(super) fn opacity(of: &Json, field: &str) -> Option<f64> {
    match of.get(field) {
        Some(opacity) => number(opacity).filter(|opacity| opacity.is_finite()).map(|opacity| opacity.clamp(0.0, 1.0)),
        None => Some(1.0),
    }
}

/// A number, also one that is written as a text; the infinite ones are written as expressions (`'["Infinity"]'`).
pub(super) fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => Some(*number),
        Json::Text(text) => {
            let bare = text.trim_matches(|c: char| c.is_whitespace() || "'[\"]".contains(c));
            bare.parse().ok().filter(|number: &f64| !number.is_nan())
        }
        _ => None,
    }
}

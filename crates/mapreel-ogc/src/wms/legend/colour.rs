//! Colours and numbers in styles.

/// The colour `#rrggbb` with this opacity, 0 to 1; `None` where `colour` has another form.
pub(super) fn opaque(colour: &str, opacity: f64) -> Option<[u8; 4]> {
    let hex = colour.strip_prefix('#')?;
    if hex.len() != 6 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let [_, r, g, b] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
    Some([r, g, b, (opacity * 255.0).round() as u8])
}

/// A number, which may be infinite.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| !number.is_nan())
}

//! A colour as people write it in styles.

use serde::{Deserialize, Serialize};

/// Straight (not premultiplied) RGBA, 8 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity: 0 is transparent, 255 opaque.
    pub a: u8,
}

impl Colour {
    /// An opaque colour.
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    /// `#rgb`, `#rrggbb` or `#rrggbbaa`; simplestyle-spec 1.1 allows the `#` to be left out.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').unwrap_or(text);
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let at = |i: usize, n: usize| u8::from_str_radix(&hex[i..i + n], 16).ok();
        match hex.len() {
            3 => Some(Self::rgb(at(0, 1)? * 17, at(1, 1)? * 17, at(2, 1)? * 17)),
            6 => Some(Self::rgb(at(0, 2)?, at(2, 2)?, at(4, 2)?)),
            8 => Some(Self { a: at(6, 2)?, ..Self::rgb(at(0, 2)?, at(2, 2)?, at(4, 2)?) }),
            _ => None,
        }
    }

    /// The same colour with its opacity multiplied by `opacity` (0 to 1).
    pub fn faded(self, opacity: f32) -> Self {
        Self { a: (f32::from(self.a) * opacity.clamp(0.0, 1.0)).round() as u8, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn colours_are_read_as_css_writes_them() {
        let check = |text: &str, expected| assert_eq!(Colour::parse(text), expected, "{text}");
        check("#fff", Some(Colour::rgb(255, 255, 255)));
        check("1e90ff", Some(Colour::rgb(30, 144, 255)));
        check("#00000080", Some(Colour { r: 0, g: 0, b: 0, a: 128 }));
        check("#ggg", None);
        check("red", None);
        check("#ffé", None);
        check("", None);
    }
}

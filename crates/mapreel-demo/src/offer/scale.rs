//! How a style colours a value: by a ramp, or by classes of equal width.

/// Red, green and blue, as PNG has them.
pub(crate) type Rgb = [u8; 3];

/// Colours for values, evenly apart.
pub(crate) struct Scale {
    pub(crate) kind: Kind,
    /// The value of the first colour of a ramp, or the upper end of the first class.
    pub(crate) from: f32,
    /// From one colour of a ramp to the next, or the width of a class.
    pub(crate) step: f32,
    /// Two or more colours.
    pub(crate) colours: &'static [u32],
}

/// How the values between two colours are coloured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Colours change evenly with the values.
    Ramp,
    /// A colour stands for all values of a class. The first and the last class are open-ended.
    Classes,
}

impl Scale {
    /// The colour of a value that changes by `slope` from one pixel to the next. Two classes blend within one pixel (anti-aliasing).
    pub(crate) fn colour(&self, value: f32, slope: f32) -> Rgb {
        let place = (value - self.from) / self.step;
        match self.kind {
            Kind::Ramp => {
                let before = place.floor();
                mixed(self.rgb(before), self.rgb(before + 1.0), place - before)
            }
            Kind::Classes => {
                let boundary = place.round().clamp(0.0, self.colours.len() as f32 - 2.0);
                let pixels = (place - boundary) * self.step / slope.max(1e-9);
                mixed(self.rgb(boundary), self.rgb(boundary + 1.0), (0.5 + pixels).clamp(0.0, 1.0))
            }
        }
    }

    /// A colour by its number; below the first it is the first, beyond the last it is the last.
    fn rgb(&self, number: f32) -> Rgb {
        rgb(self.colours[(number.max(0.0) as usize).min(self.colours.len() - 1)])
    }

    /// The values at which a legend has its numbers: those of a ramp's colours, or the boundaries of the classes.
    pub(crate) fn values(&self) -> impl Iterator<Item = f32> + '_ {
        let count = match self.kind {
            Kind::Ramp => self.colours.len(),
            Kind::Classes => self.colours.len() - 1,
        };
        (0..count).map(|number| self.from + self.step * number as f32)
    }
}

/// A colour of a palette.
pub(crate) fn rgb(colour: u32) -> Rgb {
    let [_, r, g, b] = colour.to_be_bytes();
    [r, g, b]
}

/// A colour between two others; `part` of the second.
pub(crate) fn mixed(first: Rgb, second: Rgb, part: f32) -> Rgb {
    std::array::from_fn(|i| {
        let (a, b) = (f32::from(first[i]), f32::from(second[i]));
        (a + (b - a) * part + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::{Kind, Scale, rgb};

    const COLOURS: &[u32] = &[0x00_00_00, 0x64_00_00, 0xc8_00_00];

    #[test]
    fn a_ramp_passes_through_its_colours_and_ends() {
        let ramp = Scale { kind: Kind::Ramp, from: 10.0, step: 2.0, colours: COLOURS };
        for (value, red) in [(-50.0, 0), (10.0, 0), (11.0, 50), (12.0, 100), (13.0, 150), (14.0, 200), (90.0, 200)] {
            assert_eq!(ramp.colour(value, 0.1), [red, 0, 0], "{value}");
        }
        assert_eq!(ramp.values().collect::<Vec<_>>(), [10.0, 12.0, 14.0]);
    }

    #[test]
    fn classes_meet_within_a_pixel() {
        let classes = Scale { kind: Kind::Classes, from: 10.0, step: 2.0, colours: COLOURS };
        for (value, red) in [(-50.0, 0), (9.94, 0), (10.0, 50), (10.05, 100), (11.0, 100), (12.0, 150), (90.0, 200)] {
            assert_eq!(classes.colour(value, 0.1), [red, 0, 0], "{value}");
        }
        assert_eq!(classes.colour(10.5, 0.0), rgb(COLOURS[1]));
        assert_eq!(classes.values().collect::<Vec<_>>(), [10.0, 12.0]);
    }

    #[test]
    fn every_value_has_a_colour() {
        for kind in [Kind::Ramp, Kind::Classes] {
            let scale = Scale { kind, from: 0.0, step: 1.0, colours: COLOURS };
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
                for slope in [0.0, f32::NAN, f32::INFINITY] {
                    scale.colour(value, slope);
                }
            }
        }
    }
}

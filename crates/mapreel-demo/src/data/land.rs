//! The outlines of the land: Natural Earth (public domain) as `mapreel-render/geography/convert.py` packs it, handed over by the caller
//! so that the program holds it once.

use super::broken_data::BrokenData;
use super::mercator;
use super::numbers::Numbers;

/// The most outlines, and the most corners of one, that are read.
const COUNT_MAX: usize = 1_000_000;

/// All land.
pub(crate) struct Land {
    pub(crate) rings: Vec<Ring>,
}

/// An outline: clockwise around land, counter-clockwise around water within land. Its longitudes go on past ±180°.
pub(crate) struct Ring {
    pub(crate) corners: Vec<Corner>,
    pub(crate) west: f64,
    pub(crate) east: f64,
    pub(crate) south: f64,
    pub(crate) north: f64,
}

/// A corner of an outline, in degrees.
#[derive(Clone, Copy)]
pub(crate) struct Corner {
    pub(crate) longitude: f64,
    pub(crate) latitude: f64,
    /// The latitude on the axis of [`mercator`].
    pub(crate) mercator: f64,
}

impl Land {
    /// Reads the first list of the packed data.
    ///
    /// # Errors
    /// The data have another form.
    pub(crate) fn read(packed: &[u8]) -> Result<Self, BrokenData> {
        let mut numbers = Numbers::inflate(packed).ok_or(BrokenData::Land)?;
        let rings = Self::rings(&mut numbers).ok_or(BrokenData::Land)?;
        Ok(Self { rings })
    }

    fn rings(numbers: &mut Numbers) -> Option<Vec<Ring>> {
        let count = length(numbers)?;
        (0..count).map(|_| Ring::read(numbers)).collect()
    }
}

impl Ring {
    fn read(numbers: &mut Numbers) -> Option<Self> {
        let (mut x, mut y) = (0i32, 0i32);
        let mut corners = Vec::new();
        for _ in 0..length(numbers)? {
            x = x.checked_add(numbers.signed()?)?;
            y = y.checked_add(numbers.signed()?)?;
            let (longitude, latitude) = (f64::from(x) / 1000.0, f64::from(y) / 1000.0);
            corners.push(Corner { longitude, latitude, mercator: mercator::of_latitude(latitude) });
        }
        let least = |of: fn(&Corner) -> f64| corners.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&Corner) -> f64| corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (west, east) = (least(|c| c.longitude), most(|c| c.longitude));
        let (south, north) = (least(|c| c.latitude), most(|c| c.latitude));
        Some(Self { corners, west, east, south, north })
    }
}

/// The length of a list; `None` if it is longer than any list of outlines or corners.
fn length(numbers: &mut Numbers) -> Option<usize> {
    numbers.unsigned().map(|length| length as usize).filter(|length| *length <= COUNT_MAX)
}

#[cfg(test)]
mod tests {
    use super::Land;
    use crate::data::broken_data::BrokenData;

    #[test]
    fn other_data_are_refused() {
        for broken in [&b""[..], b"land", &[3, 0], &[0x4b, 0x04, 0x00]] {
            assert_eq!(Land::read(broken).err(), Some(BrokenData::Land), "{broken:?}");
        }
    }
}

//! All data that pictures are drawn from.

use super::broken_data::BrokenData;
use super::land::Land;
use super::sea::Sea;

/// The sea, and the land before it.
pub(crate) struct World {
    pub(crate) sea: Sea,
    pub(crate) land: Land,
}

impl World {
    /// Unpacks the temperatures, and the given outlines of the land.
    ///
    /// # Errors
    /// One of them has another form.
    pub(crate) fn unpack(land: &[u8]) -> Result<Self, BrokenData> {
        Ok(Self { sea: Sea::unpack()?, land: Land::read(land)? })
    }
}

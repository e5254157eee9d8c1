//! The axes of a server's pictures beside place: time, and the other dimensions.

use super::dimension::{Dimensions, Naming};
use super::gap::Gap;
use super::timing::Timing;
use jiff::Timestamp;
use mapreel_geo::{TimeStyle, ValidTime};

/// The time and the other dimensions of a layer: the request's choices, and what the server has.
#[derive(Debug, Clone)]
pub(crate) struct Axes {
    pub timing: Timing,
    /// Empty where the service has no dimension but time.
    pub dimensions: Dimensions,
}

/// Values of dimensions, each with its parameter.
pub(crate) type Values<'d> = Vec<(&'d str, &'d str)>;

impl Axes {
    /// The axes of a service without dimensions other than time.
    pub(crate) fn of_time(timing: Timing) -> Self {
        Self { timing, dimensions: Dimensions::default() }
    }

    /// Whether every frame asks for the same.
    pub(crate) fn are_fixed(&self) -> bool {
        self.timing.is_fixed() && !self.dimensions.vary()
    }

    /// The request of frame `frame`, from 0, and its time: values of dimensions with their parameters, and the time as the server
    /// writes it.
    ///
    /// # Errors
    /// The server has no such value, or no such time.
    pub(crate) fn at(
        &self,
        frame: usize,
        time: Option<&ValidTime>,
        style: &TimeStyle,
    ) -> Result<(Values<'_>, Option<String>), Gap> {
        Ok((self.dimensions.at(frame)?, self.timing.at(time, style)?))
    }

    /// The axes in a film along a dimension, with the value of each frame; `None` where the film does not change them
    /// ([`Dimensions::along`]).
    pub(crate) fn along(&self, dimension: &str, values: &[String], naming: Naming, now: Timestamp) -> Option<Self> {
        let dimensions = self.dimensions.along(dimension, values, naming, now)?;
        Some(Self { dimensions, timing: self.timing.clone() })
    }
}

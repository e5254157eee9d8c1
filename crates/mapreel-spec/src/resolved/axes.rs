//! What a server's pictures depend on besides the place: time, and the other dimensions.

use super::dimension::{Dimensions, Naming};
use super::gap::Gap;
use super::timing::Timing;
use jiff::Timestamp;
use mapreel_geo::{TimeStyle, ValidTime};

/// What a request asks of a server's times and other dimensions, and what the server has of them.
#[derive(Debug, Clone)]
pub(crate) struct Axes {
    pub timing: Timing,
    /// None where the service has no dimension but time.
    pub dimensions: Dimensions,
}

/// Values of dimensions, each behind its parameter.
pub(crate) type Values<'d> = Vec<(&'d str, &'d str)>;

impl Axes {
    /// Of a service that has no dimension but time.
    pub(crate) fn of_time(timing: Timing) -> Self {
        Self { timing, dimensions: Dimensions::default() }
    }

    /// Whether every frame is asked for the same.
    pub(crate) fn are_fixed(&self) -> bool {
        self.timing.is_fixed() && !self.dimensions.vary()
    }

    /// What a server is asked for in a frame, counted from 0, and at its time: values of dimensions by their parameters, and the
    /// time as the server writes it.
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

    /// The same in a film that runs along a dimension, with its value in each frame; `None`: the film is not concerned with these
    /// ([`Dimensions::along`]).
    pub(crate) fn along(&self, dimension: &str, values: &[String], naming: Naming, now: Timestamp) -> Option<Self> {
        let dimensions = self.dimensions.along(dimension, values, naming, now)?;
        Some(Self { dimensions, timing: self.timing.clone() })
    }
}

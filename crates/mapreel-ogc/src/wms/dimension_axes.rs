//! The time axes of a document. Equal texts are parsed once, and one limit holds for all of them.

use super::capabilities::Dimension;
use crate::read_limits::{Exceeded, ReadLimits};
use jiff::Timestamp;
use mapreel_geo::{Allowance, TimeAxis, TimeError};
use std::collections::HashMap;
use std::sync::Arc;

/// The time axes of a document, and the number of its dimensions so far.
pub(crate) struct Axes {
    now: Timestamp,
    allowance: Allowance,
    /// Axes by their text; dimensions of equal text share one axis.
    read: HashMap<Arc<str>, Option<Result<TimeAxis, TimeError>>>,
    dimensions: usize,
    dimensions_max: usize,
}

impl Axes {
    pub(crate) fn new(now: Timestamp, limits: &ReadLimits) -> Self {
        Self {
            now,
            allowance: Allowance::new(limits.times, limits.intervals),
            read: HashMap::new(),
            dimensions: 0,
            dimensions_max: limits.dimensions,
        }
    }

    /// Gives a dimension its extent and, for a dimension of times, its time axis.
    pub(crate) fn complete(&mut self, dimension: Dimension, extent: String) -> Result<Arc<Dimension>, Exceeded> {
        self.dimensions += 1;
        Exceeded::check(self.dimensions, self.dimensions_max, "dimensions")?;
        let extent = match self.read.get_key_value(extent.as_str()) {
            Some((known, _)) => known.clone(),
            None => Arc::from(extent),
        };
        let axis = self.read.entry(extent.clone()).or_default();
        if axis.is_none() && dimension.is_time() {
            *axis = Some(TimeAxis::parse_within(&extent, self.now, &mut self.allowance));
        }
        let axis = axis.clone().filter(|_| dimension.is_time());
        Ok(Arc::new(Dimension { extent, axis, ..dimension }))
    }
}

//! The values of a field at the pixels of a row, and how fast they change there.

use super::view::View;
use crate::data::field::{Field, Taps};

/// The columns of a view.
pub(crate) struct Columns(Vec<Option<Taps>>);

/// A field row by row.
pub(crate) struct Sampler<'a> {
    field: &'a Field,
    columns: &'a Columns,
    /// The values of the current row, and of the row below it. A row beyond a pole has the values of the row before it.
    present: Vec<f32>,
    below: Vec<f32>,
}

impl Columns {
    /// Where the columns of a view lie.
    pub(crate) fn of(view: &View) -> Self {
        Self((0..view.width).map(|column| view.longitude(column).map(Taps::of_longitude)).collect())
    }

    /// Whether a column lies on the world.
    pub(crate) fn is_on_world(&self, column: usize) -> bool {
        self.0[column].is_some()
    }
}

impl<'a> Sampler<'a> {
    /// Begins above the first row of a view.
    pub(crate) fn new(field: &'a Field, columns: &'a Columns, view: &View) -> Self {
        let zeros = vec![0.0; columns.0.len()];
        let mut sampler = Self { field, columns, present: zeros.clone(), below: zeros };
        sampler.look_below(view, 0);
        sampler
    }

    /// Goes to the next row, whose number is `row`.
    pub(crate) fn go_to(&mut self, view: &View, row: u32) {
        std::mem::swap(&mut self.present, &mut self.below);
        self.look_below(view, row + 1);
    }

    fn look_below(&mut self, view: &View, row: u32) {
        let Some(latitude) = view.latitude(row) else {
            self.below.copy_from_slice(&self.present);
            return;
        };
        let parallel = self.field.parallel(latitude);
        for (value, taps) in self.below.iter_mut().zip(&self.columns.0) {
            *value = taps.as_ref().map_or(0.0, |taps| parallel.at(taps));
        }
    }

    /// The value of a pixel of the row.
    pub(crate) fn value(&self, column: usize) -> f32 {
        self.present[column]
    }

    /// By how much the value changes from the pixel to one beside it, in the direction in which it changes most.
    pub(crate) fn slope(&self, column: usize) -> f32 {
        let beside = if column + 1 < self.present.len() { column + 1 } else { column.saturating_sub(1) };
        let here = self.present[column];
        (self.present[beside] - here).hypot(self.below[column] - here)
    }
}

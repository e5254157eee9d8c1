//! Values on a grid of 2 degrees over the whole earth, interpolated by cubic convolution (Keys 1981). The interpolation passes through
//! every value of the grid, goes on over the date line, and has one value at each pole.

/// The rows of a grid, from pole to pole: 90° S, 88° S … 90° N.
pub(crate) const ROWS: usize = 91;
/// The columns of a grid, from 180° W to 178° E.
pub(crate) const COLUMNS: usize = 180;
/// The degrees between two rows, and between two columns.
const STEP_DEG: f64 = 2.0;

/// A value for every place on earth.
pub(crate) struct Field {
    values: Vec<f32>,
}

/// The four neighbouring columns of the grid around a longitude: the index of the first, and the weight of each.
#[derive(Clone, Copy)]
pub(crate) struct Taps {
    first: usize,
    shares: [f32; 4],
}

/// One row of a field at any latitude: the values at its columns, with the first four repeated after the last.
pub(crate) struct Parallel([f32; COLUMNS + 4]);

impl Field {
    /// A field of the values from 88° S to 88° N, row by row from 180° W. A pole has the mean of the row beside it.
    pub(crate) fn new(between_poles: &[f32]) -> Self {
        let mean = |row: &[f32]| row.iter().sum::<f32>() / row.len().max(1) as f32;
        let rows: Vec<&[f32]> = between_poles.chunks(COLUMNS).collect();
        let pole = |row: Option<&&[f32]>| vec![row.map_or(0.0, |row| mean(row)); COLUMNS];
        let mut values = pole(rows.first());
        values.extend_from_slice(between_poles);
        values.extend(pole(rows.last()));
        values.resize(ROWS * COLUMNS, 0.0);
        Self { values }
    }

    /// The row at a latitude in degrees; beyond a pole, the row at the pole.
    pub(crate) fn parallel(&self, latitude: f64) -> Parallel {
        let (row, shares) = split((latitude.clamp(-90.0, 90.0) + 90.0) / STEP_DEG);
        let mut out = [0.0; COLUMNS + 4];
        for (tap, share) in shares.into_iter().enumerate() {
            let row = (row as usize + tap).saturating_sub(1).min(ROWS - 1);
            let values = &self.values[row * COLUMNS..][..COLUMNS];
            out.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
        }
        out.copy_within(0..4, COLUMNS);
        Parallel(out)
    }
}

impl Taps {
    /// The columns around a longitude in degrees, which may lie any number of times round the earth.
    pub(crate) fn of_longitude(longitude: f64) -> Self {
        let (column, shares) = split((longitude + 180.0) / STEP_DEG - 1.0);
        Self { first: column.rem_euclid(COLUMNS as f64) as usize % COLUMNS, shares }
    }
}

impl Parallel {
    /// The value at a longitude, interpolated between four columns.
    pub(crate) fn at(&self, taps: &Taps) -> f32 {
        let near: &[f32; 4] = self.0[taps.first..].first_chunk().expect("a column has four behind it");
        near.iter().zip(taps.shares).map(|(value, share)| value * share).sum()
    }
}

/// The grid line at or before a place, and the weights of four grid lines: the one before it, itself, and the next two.
fn split(place: f64) -> (f64, [f32; 4]) {
    let before = place.floor();
    let t = (place - before) as f32;
    let (t2, t3) = (t * t, t * t * t);
    let shares =
        [-0.5 * t3 + t2 - 0.5 * t, 1.5 * t3 - 2.5 * t2 + 1.0, -1.5 * t3 + 2.0 * t2 + 0.5 * t, 0.5 * t3 - 0.5 * t2];
    (before, shares)
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, Field, ROWS, Taps};

    /// Each cell has its own number.
    fn numbered() -> Field {
        Field::new(&(0..(ROWS - 2) * COLUMNS).map(|cell| cell as f32).collect::<Vec<_>>())
    }

    #[test]
    fn a_cell_has_its_own_value_at_its_centre() {
        let field = numbered();
        for (latitude, longitude, cell) in
            [(-88.0, -180.0, 0), (0.0, 0.0, 44 * COLUMNS + 90), (88.0, 178.0, 89 * COLUMNS - 1)]
        {
            for world in [-360.0, 0.0, 360.0] {
                let value = field.parallel(latitude).at(&Taps::of_longitude(longitude + world));
                assert!((value - cell as f32).abs() < 0.01, "{latitude} {longitude}: {value}");
            }
        }
    }

    #[test]
    fn a_pole_is_one_value() {
        let field = numbered();
        let value = |longitude| field.parallel(90.0).at(&Taps::of_longitude(longitude));
        assert!((value(-77.0) - value(103.3)).abs() < 0.01);
        assert!((field.parallel(99.0).at(&Taps::of_longitude(0.0)) - value(0.0)).abs() < 0.01);
    }

    #[test]
    fn no_longitude_is_too_far() {
        for longitude in [f64::MIN, f64::MAX, f64::INFINITY, f64::NAN, -1e-300, 1e17] {
            let _ = numbered().parallel(longitude).at(&Taps::of_longitude(longitude));
        }
    }
}

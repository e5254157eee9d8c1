//! The temperatures of the sea: NOAA ERSSTv5, of which `data/pack.py` makes the packed form.

use super::broken_data::BrokenData;
use super::field::{COLUMNS, Field, ROWS};
use super::months;
use super::numbers::Numbers;

const PACKED: &[u8] = include_bytes!("../../data/sst_2018_2019.bin");
/// The rows of the grid between the poles.
const DATA_ROWS: usize = ROWS - 2;
const CELLS: usize = DATA_ROWS * COLUMNS;
/// Steps of the packed temperatures for each degree Celsius.
const STEPS_PER_DEGREE: f32 = 20.0;
/// From 66° S northward, sea of Natural Earth that has no temperature in ERSSTv5 lies in inlets. Up to three cells from the sea of ERSSTv5
/// it gets the temperature that was extrapolated there.
const REACH_OF_INLETS: usize = 3;
const FIRST_ROW_OF_INLETS: usize = 11;
/// South of that row, such sea lies under the ice shelves of Antarctica, which are no open sea.
const REACH_OF_SHELVES: usize = 1;

/// The temperatures of the sea, month by month, their departures from the mean, and where the sea is.
pub(crate) struct Sea {
    /// The temperature of each month in degrees Celsius. Under land it is extrapolated smoothly.
    pub(crate) temperature: Vec<Field>,
    /// How far the temperature of each month is from the mean of all 24 months at the same place, in degrees Celsius.
    pub(crate) departure: Vec<Field>,
    /// 1 in cells that have a temperature in ERSSTv5 and in cells near them, 0 in all others. The sea is drawn where it is above one half.
    pub(crate) reach: Field,
}

impl Sea {
    /// Unpacks the temperatures.
    ///
    /// # Errors
    /// The packed data are not in the form of `data/pack.py`.
    pub(crate) fn unpack() -> Result<Self, BrokenData> {
        let mut numbers = Numbers::inflate(PACKED).ok_or(BrokenData::Sea)?;
        let bits = numbers.raw(CELLS.div_ceil(8)).ok_or(BrokenData::Sea)?;
        let known: Vec<bool> = (0..CELLS).map(|cell| bits[cell / 8] & 128 >> (cell % 8) != 0).collect();
        let months = read_months(&mut numbers).ok_or(BrokenData::Sea)?;
        let mut mean = vec![0.0; CELLS];
        for month in &months {
            mean.iter_mut().zip(month).for_each(|(sum, value)| *sum += value / months::COUNT as f32);
        }
        let departure = |month: &Vec<f32>| {
            Field::new(&month.iter().zip(&mean).map(|(value, mean)| value - mean).collect::<Vec<_>>())
        };
        Ok(Self {
            departure: months.iter().map(departure).collect(),
            temperature: months.iter().map(|month| Field::new(month)).collect(),
            reach: Field::new(&reach(&known)),
        })
    }
}

/// The temperatures of each month, cell by cell.
fn read_months(numbers: &mut Numbers) -> Option<Vec<Vec<f32>>> {
    let mut before = vec![0i32; CELLS];
    let mut months = Vec::new();
    for _ in 0..months::COUNT {
        // The change from the month before is packed as its difference to the cell in the west, and of that the difference to the row
        // in the south.
        let mut change = vec![0i32; CELLS];
        for cell in 0..CELLS {
            let west = if cell % COLUMNS == 0 { 0 } else { change[cell - 1] };
            let south = if cell < COLUMNS { 0 } else { change[cell - COLUMNS] };
            let south_west = if cell % COLUMNS == 0 || cell < COLUMNS { 0 } else { change[cell - COLUMNS - 1] };
            let predicted = west.wrapping_add(south).wrapping_sub(south_west);
            change[cell] = predicted.wrapping_add(numbers.signed()?);
        }
        before.iter_mut().zip(&change).for_each(|(value, change)| *value = value.wrapping_add(*change));
        months.push(before.iter().map(|value| *value as f32 / STEPS_PER_DEGREE).collect());
    }
    Some(months)
}

/// 1 in known cells and those near them in all eight directions.
fn reach(known: &[bool]) -> Vec<f32> {
    let is_near = |cell: usize| {
        let (row, column) = (cell / COLUMNS, cell % COLUMNS);
        let far = if row < FIRST_ROW_OF_INLETS { REACH_OF_SHELVES } else { REACH_OF_INLETS };
        let rows = row.saturating_sub(far)..=(row + far).min(DATA_ROWS - 1);
        let columns = || (0..=2 * far).map(|step| (column + COLUMNS - far + step) % COLUMNS);
        rows.flat_map(|row| columns().map(move |column| row * COLUMNS + column)).any(|near| known[near])
    };
    (0..CELLS).map(|cell| f32::from(u8::from(is_near(cell)))).collect()
}

#[cfg(test)]
mod tests {
    use super::Sea;
    use crate::data::field::Taps;

    /// Values of the NetCDF file.
    #[test]
    fn the_temperatures_are_those_of_noaa() {
        let sea = Sea::unpack().unwrap();
        let check = |month: usize, latitude: f64, longitude: f64, expected: f32| {
            let value = sea.temperature[month].parallel(latitude).at(&Taps::of_longitude(longitude));
            assert!((value - expected).abs() < 0.03, "{month} {latitude} {longitude}: {value}");
        };
        for (month, latitude, longitude, expected) in KNOWN {
            check(month, latitude, longitude, expected);
        }
    }

    /// Month, latitude, longitude, degrees Celsius.
    const KNOWN: [(usize, f64, f64, f32); 9] = [
        (0, 0.0, -150.0, 25.23),
        (6, 40.0, -150.0, 18.78),
        (7, 26.0, -78.0, 29.71),
        (13, -34.0, 16.0, 20.59),
        (18, 44.0, 16.0, 25.35),
        (23, 0.0, -180.0, 30.06),
        (23, -60.0, 0.0, -0.71),
        (8, 60.0, 2.0, 13.74),
        (14, 10.0, 90.0, 29.22),
    ];

    #[test]
    fn the_departures_of_a_place_have_no_mean() {
        let sea = Sea::unpack().unwrap();
        for (latitude, longitude) in [(40.0, -150.0), (0.0, 0.0), (-50.0, 179.0)] {
            let of = |field: &crate::data::field::Field| field.parallel(latitude).at(&Taps::of_longitude(longitude));
            assert!(sea.departure.iter().map(of).sum::<f32>().abs() < 0.01);
        }
    }
}

//! The area of use of each projected CRS of the EPSG registry. It decides in which axis order a server has written its
//! coordinates.

use super::bbox::Bbox;

/// Made by `areas-of-use/convert.py`, which describes the format.
const AREAS: &[u8] = include_bytes!("../../areas-of-use/areas.bin");
const RECORD_BYTES: usize = 10;

/// West, south, east and north in degrees; east runs past 180 where the area crosses the date line.
pub(crate) fn area_of_use(code: u16) -> Option<Bbox> {
    let (records, _) = AREAS.as_chunks::<RECORD_BYTES>();
    let at = records.binary_search_by_key(&code, |record| u16::from_le_bytes([record[0], record[1]])).ok()?;
    let edge = |i: usize| f64::from(i16::from_le_bytes([records[at][2 * i], records[at][2 * i + 1]])) / 10.0;
    Some(Bbox::new([edge(1), edge(2), edge(3), edge(4)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_those_of_the_registry() {
        assert_eq!(area_of_use(32633), Some(Bbox::new([12.0, 0.0, 18.0, 84.0])));
        assert_eq!(area_of_use(3035), Some(Bbox::new([-35.6, 24.6, 44.9, 84.8])));
        // Fiji crosses the date line.
        assert_eq!(area_of_use(3460).map(|area| (area.min_x, area.max_x)), Some((176.8, 181.9)));
        assert_eq!((area_of_use(2000).is_some(), area_of_use(1), area_of_use(4326)), (true, None, None));
    }
}

//! The built-in geography: Natural Earth (public domain) at 1:110m and 1:50m, chosen by scale.
//!
//! `geography/convert.py` makes the data and describes its form. Longitudes are unwrapped there: an outline over the date
//! line is one piece, so that no map shows a seam at 180°.

use super::paint::{fill_together, round, stroke};
use super::projection::{Projection, span};
use super::work::{Halt, Work};
use crate::theme;
use flate2::read::DeflateDecoder;
use mapreel_spec::geojson::Position;
use mapreel_spec::vector::natural_earth::Feature as NaturalEarthFeature;
use mapreel_spec::{Colour, NaturalEarth};
use std::io::Read;
use std::sync::OnceLock;
use tiny_skia::{Color, PathBuilder, Pixmap};

static COARSE: OnceLock<Geography> = OnceLock::new();
static FINE: OnceLock<Geography> = OnceLock::new();
const COARSE_DATA: &[u8] = include_bytes!("../../geography/110m.bin");
/// The outlines at 1:50m, packed as `geography/convert.py` describes it.
pub const FINE_DATA: &[u8] = include_bytes!("../../geography/50m.bin");

/// From this many degrees for each pixel on, 1:110m shows all that can be seen.
const COARSE_FROM_DEG: f64 = 0.35;

struct Geography {
    land: Vec<Line>,
    coastline: Vec<Line>,
    borders: Vec<Line>,
}

struct Line {
    positions: Vec<Position>,
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

/// Draws what is asked for; lengths are multiplied by `scale`.
pub(crate) fn draw(
    sheet: &mut Pixmap,
    geography: &NaturalEarth,
    projection: &Projection,
    scale: f32,
    work: &Work,
) -> Result<(), Halt> {
    let data = if projection.plane().degrees_per_pixel() >= COARSE_FROM_DEG {
        COARSE.get_or_init(|| Geography::read(COARSE_DATA))
    } else {
        FINE.get_or_init(|| Geography::read(FINE_DATA))
    };
    for feature in &geography.show {
        work.look()?;
        match feature {
            // `globe.rs` covers what lies off the globe.
            NaturalEarthFeature::Ocean => {
                let c = theme::OCEAN;
                sheet.fill(Color::from_rgba8(c.r, c.g, c.b, 255));
            }
            NaturalEarthFeature::Land => land(sheet, &data.land, projection, work)?,
            NaturalEarthFeature::Borders => {
                lines(sheet, &data.borders, projection, (theme::BORDER, 0.8 * scale), work)?
            }
            NaturalEarthFeature::Coastline => {
                lines(sheet, &data.coastline, projection, (theme::COASTLINE, 0.9 * scale), work)?
            }
        }
    }
    Ok(())
}

fn land(sheet: &mut Pixmap, rings: &[Line], projection: &Projection, work: &Work) -> Result<(), Halt> {
    // An outline over the date line may lie wholly in a neighbouring world.
    let west = rings.iter().fold(0.0f64, |west, ring| west.min(ring.west));
    let east = rings.iter().fold(0.0f64, |east, ring| east.max(ring.east));
    let mut paths = Vec::new();
    for copy in projection.copies(west, east) {
        let mut path = PathBuilder::new();
        for ring in rings.iter().filter(|ring| copy.may_show(ring.bounds())) {
            projection.add_ring(&mut path, &ring.positions, &copy, work)?;
        }
        paths.extend(path.finish());
    }
    fill_together(sheet, &paths, theme::LAND, work)
}

fn lines(
    sheet: &mut Pixmap,
    lines: &[Line],
    projection: &Projection,
    (colour, width): (Colour, f32),
    work: &Work,
) -> Result<(), Halt> {
    let mut path = PathBuilder::new();
    for line in lines {
        if projection.copies(line.west, line.east).any(|copy| copy.may_show(line.bounds())) {
            projection.add_line(&mut path, &line.positions, work)?;
        }
    }
    match path.finish() {
        Some(path) => stroke(sheet, &path, colour, &round(width.max(0.6)), work),
        None => Ok(()),
    }
}

impl Line {
    /// West, south, east, north.
    fn bounds(&self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

impl Geography {
    fn read(data: &[u8]) -> Self {
        let mut bytes = Vec::new();
        DeflateDecoder::new(data).read_to_end(&mut bytes).expect("made by convert.py, tested");
        let mut numbers = Numbers(bytes.iter());
        Self { land: numbers.lines(), coastline: numbers.lines(), borders: numbers.lines() }
    }
}

struct Numbers<'a>(std::slice::Iter<'a, u8>);

impl Numbers<'_> {
    fn lines(&mut self) -> Vec<Line> {
        (0..self.leb128()).map(|_| self.line()).collect()
    }

    fn line(&mut self) -> Line {
        let mut at = [0i64; 2];
        let positions: Vec<Position> = (0..self.leb128())
            .map(|_| {
                at = [at[0] + self.zigzag(), at[1] + self.zigzag()];
                [at[0] as f64 / 1000.0, at[1] as f64 / 1000.0]
            })
            .collect();
        let (west, east) = span(&positions);
        let latitudes = positions.iter().map(|[_, lat]| *lat);
        let (south, north) = latitudes.fold((90.0f64, -90.0f64), |(s, n), lat| (s.min(lat), n.max(lat)));
        Line { positions, west, east, south, north }
    }

    fn leb128(&mut self) -> u64 {
        let mut value = 0;
        for (i, byte) in self.0.by_ref().enumerate() {
            value |= u64::from(byte & 127) << (7 * i);
            if byte & 128 == 0 {
                break;
            }
        }
        value
    }

    fn zigzag(&mut self) -> i64 {
        let value = self.leb128();
        (value >> 1) as i64 ^ -((value & 1) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;
    use mapreel_geo::{Bbox, Crs, Extent};

    #[test]
    fn both_scales_can_be_read_and_are_in_the_world() {
        for data in [COARSE_DATA, FINE_DATA] {
            let geography = Geography::read(data);
            for lines in [&geography.land, &geography.coastline, &geography.borders] {
                assert!(lines.len() > 50);
                assert!(lines.iter().all(|l| l.west > -541.0 && l.east < 541.0 && l.south >= -90.0 && l.north < 84.0));
                assert!(lines.iter().all(|l| l.positions.len() > 1));
            }
        }
    }

    /// Whether the middle of a small map is land.
    fn is_land(lon: f64, lat: f64) -> bool {
        let bbox = Bbox::new([lon - 2.0, lat - 2.0, lon + 2.0, lat + 2.0]);
        let map = Extent { crs: Crs::Geographic, bbox, width: 40, height: 40 };
        let mut sheet = crate::vector::sheet(40, 40);
        let (land, never) = (NaturalEarth { show: vec![NaturalEarthFeature::Land] }, Stop::never());
        draw(&mut sheet, &land, &Projection::new(&map), 1.0, &Work::unlimited(&never)).unwrap();
        sheet.pixel(20, 20).is_some_and(|pixel| pixel.alpha() == 255)
    }

    #[test]
    fn land_is_where_it_is_on_every_copy_of_the_world() {
        let check = |name: &str, lon: f64, lat: f64, expected: bool| {
            for shift in [-360.0, 0.0, 360.0] {
                assert_eq!(is_land(lon + shift, lat), expected, "{name} at {}", lon + shift);
            }
        };
        check("Brasília", -47.9, -15.8, true);
        check("Paris", 2.3, 48.8, true);
        check("Novosibirsk", 82.9, 55.0, true);
        check("Nairobi", 36.8, -1.3, true);
        check("Kansas City", -94.6, 39.1, true);
        check("Alice Springs", 133.9, -23.7, true);
        check("Chukotka, east of 180°", -175.0, 67.0, true);
        check("Chukotka, on 180°", 180.0, 67.5, true);
        check("Antarctica on 180°", 180.0, -86.0, true);
        check("South Pole", 0.0, -89.0, true);
        check("Caspian Sea", 50.5, 42.0, false);
        check("South Pacific", -130.0, -30.0, false);
        check("North Pole", 0.0, 89.0, false);
    }
}

//! What of a map is off the globe: outside the area of its projection, or beyond the poles.
//!
//! A neutral ground covers it after all layers, since a server may colour it like the sea. The outline of the globe is drawn
//! where the ground ends. The outline is found by asking pixels whether they are on the globe (marching squares), so that it is
//! right in every projection.

use super::paint::{fill, paint, round, stroke};
use super::plane::Plane;
use super::work::{Halt, Work};
use crate::theme;
use mapreel_geo::{Crs, Extent};
use mapreel_spec::Colour;
use tiny_skia::{FillRule, PathBuilder, Pixmap, Rect, Transform};

/// The side of the cells that are looked at first, in pixels.
const CELL_PX: u32 = 16;
/// The side of those that the outline may pass.
const FINE_PX: u32 = 2;
/// How often the place where the outline crosses the side of a cell is halved.
const HALVINGS: u32 = 12;
/// What a cell costs at most: each of its fine cells asks for four pixels.
const CELL_STEPS: u64 = 4 * ((CELL_PX / FINE_PX) as u64).pow(2) * 150;

/// The ground and the outline on a clean sheet; `None` where all of the map is on the globe.
pub(crate) fn ground(map: &Extent, line_px: f32, work: &Work) -> Result<Option<Pixmap>, Halt> {
    // A map in web Mercator shows nothing that is off the globe.
    if map.crs == Crs::WebMercator {
        return Ok(None);
    }
    let globe = Globe { plane: Plane::new(map), size: [map.width, map.height] };
    let cells = globe.cells(work)?;
    if cells.iter().all(|(_, kind)| *kind == Cell::On) {
        return Ok(None);
    }
    let mut sheet = crate::vector::sheet(map.width, map.height);
    let (mut ground, mut outline) = (PathBuilder::new(), PathBuilder::new());
    for (cell, kind) in cells {
        work.pass(CELL_STEPS)?;
        match kind {
            Cell::On => {}
            Cell::Off => cover(&mut sheet, cell),
            Cell::Near => globe.divide(cell, &mut sheet, &mut ground, &mut outline),
        }
    }
    if let Some(path) = ground.finish() {
        fill(&mut sheet, &path, FillRule::Winding, theme::OFF_GLOBE, work)?;
    }
    if let Some(path) = outline.finish() {
        stroke(&mut sheet, &path, theme::GLOBE_OUTLINE, &round(line_px), work)?;
    }
    Ok(Some(sheet))
}

/// Left, top, right, bottom in pixels.
type CellBox = [u32; 4];

#[derive(Clone, Copy, PartialEq)]
enum Cell {
    On,
    Off,
    /// The outline passes it, or its neighbour.
    Near,
}

struct Globe {
    plane: Plane,
    size: [u32; 2],
}

impl Globe {
    fn is_off(&self, pixel: [f64; 2]) -> bool {
        self.plane.place(pixel).is_none()
    }

    /// The map's cells.
    fn cells(&self, work: &Work) -> Result<Vec<(CellBox, Cell)>, Halt> {
        let [columns, rows] = self.size.map(|side| side.div_ceil(CELL_PX) as usize);
        let at = |i: usize, side: u32| (i as u32 * CELL_PX).min(side);
        let corner = |column: usize, row: usize| [at(column, self.size[0]).into(), at(row, self.size[1]).into()];
        let row_of_corners = |row: usize| {
            work.pass(columns as u64 * 150)?;
            Ok((0..=columns).map(|column| self.is_off(corner(column, row))).collect())
        };
        let corners = (0..=rows).map(row_of_corners).collect::<Result<Vec<Vec<bool>>, Halt>>()?;
        let off = |column: usize, row: usize| {
            [(0, 0), (1, 0), (0, 1), (1, 1)].iter().filter(|(x, y)| corners[row + y][column + x]).count()
        };
        let mixed = |column: usize, row: usize| (1..4).contains(&off(column, row));
        let near = |column: usize, row: usize| {
            let around = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
            around(row, rows).any(|row| around(column, columns).any(|column| mixed(column, row)))
        };
        let kind = |column: usize, row: usize| match off(column, row) {
            _ if near(column, row) => Cell::Near,
            4 => Cell::Off,
            _ => Cell::On,
        };
        let cell = |column: usize, row: usize| {
            let ([left, right], [top, bottom]) =
                ([column, column + 1].map(|i| at(i, self.size[0])), [row, row + 1].map(|i| at(i, self.size[1])));
            ([left, top, right, bottom], kind(column, row))
        };
        Ok((0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))).map(|(c, r)| cell(c, r)).collect())
    }

    /// A cell that the outline may pass, in small ones.
    fn divide(
        &self,
        [left, top, right, bottom]: CellBox,
        sheet: &mut Pixmap,
        ground: &mut PathBuilder,
        outline: &mut PathBuilder,
    ) {
        for y in (top..bottom).step_by(FINE_PX as usize) {
            for x in (left..right).step_by(FINE_PX as usize) {
                let cell = [x, y, (x + FINE_PX).min(right), (y + FINE_PX).min(bottom)];
                let [left, top, right, bottom] = cell.map(f64::from);
                let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
                let off = corners.map(|corner| self.is_off(corner));
                match off.iter().filter(|off| **off).count() {
                    0 => {}
                    4 => cover(sheet, cell),
                    _ => self.part(corners, off, ground, outline),
                }
            }
        }
    }

    /// What of a small cell is off the globe (marching squares).
    fn part(&self, corners: [[f64; 2]; 4], off: [bool; 4], ground: &mut PathBuilder, outline: &mut PathBuilder) {
        let (mut area, mut crossings) = (Vec::new(), Vec::new());
        for i in 0..4 {
            let next = (i + 1) % 4;
            if off[i] {
                area.push(corners[i]);
            }
            if off[i] != off[next] {
                let crossing = self.crossing(corners[i], corners[next]);
                area.push(crossing);
                crossings.push(crossing);
            }
        }
        for (i, [x, y]) in area.iter().map(|p| p.map(|v| v as f32)).enumerate() {
            if i == 0 { ground.move_to(x, y) } else { ground.line_to(x, y) }
        }
        ground.close();
        for pair in crossings.chunks_exact(2) {
            outline.move_to(pair[0][0] as f32, pair[0][1] as f32);
            outline.line_to(pair[1][0] as f32, pair[1][1] as f32);
        }
    }

    /// Where the outline crosses a side; the same from both of its cells.
    fn crossing(&self, a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
        let (mut on, mut off) = if self.is_off(a) { (b, a) } else { (a, b) };
        for _ in 0..HALVINGS {
            let middle = [(on[0] + off[0]) / 2.0, (on[1] + off[1]) / 2.0];
            if self.is_off(middle) { off = middle } else { on = middle }
        }
        on
    }
}

fn cover(sheet: &mut Pixmap, [left, top, right, bottom]: CellBox) {
    let Colour { r, g, b, .. } = theme::OFF_GLOBE;
    let mut flat = paint(Colour::rgb(r, g, b));
    flat.anti_alias = false;
    if let Some(rect) = Rect::from_ltrb(left as f32, top as f32, right as f32, bottom as f32) {
        sheet.fill_rect(rect, &flat, Transform::identity(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;
    use mapreel_geo::Bbox;

    fn sheet(code: &str, bbox: [f64; 4], width: u32, height: u32) -> Option<Pixmap> {
        let map = Extent { crs: Crs::parse(code).unwrap(), bbox: Bbox::new(bbox), width, height };
        ground(&map, 1.0, &Work::unlimited(&Stop::never())).unwrap()
    }

    #[test]
    fn what_is_off_the_globe_is_covered_and_what_is_on_it_is_not() {
        let equal_earth = sheet("EPSG:8857", [-17.5e6, -8.6e6, 17.5e6, 8.6e6], 350, 172).unwrap();
        let alpha = |sheet: &Pixmap, x: u32, y: u32| sheet.pixel(x, y).unwrap().alpha();
        for (x, y) in [(0, 0), (349, 0), (0, 171), (349, 171), (40, 10), (175, 0)] {
            assert_eq!(alpha(&equal_earth, x, y), 255, "{x} {y}");
        }
        for (x, y) in [(175, 86), (10, 86), (340, 86), (175, 10), (100, 160)] {
            assert_eq!(alpha(&equal_earth, x, y), 0, "{x} {y}");
        }
        let beyond_poles = sheet("EPSG:4326", [-180.0, -100.0, 180.0, 110.0], 360, 210).unwrap();
        for (y, expected) in [(0, 255), (18, 255), (22, 0), (100, 0), (197, 0), (202, 255), (209, 255)] {
            assert_eq!(alpha(&beyond_poles, 7, y), expected, "{y}");
        }
    }

    #[test]
    fn a_map_of_the_globe_alone_has_no_such_ground() {
        assert!(sheet("EPSG:4326", [-180.0, -90.0, 180.0, 90.0], 360, 180).is_none());
        assert!(sheet("EPSG:4326", [100.0, -90.0, 460.0, 90.0], 360, 180).is_none());
        assert!(sheet("EPSG:3857", [-2e7, -3e7, 2e7, 3e7], 200, 300).is_none());
        assert!(sheet("EPSG:3413", [-4e6, -4e6, 4e6, 4e6], 200, 200).is_none());
        assert!(sheet("EPSG:3035", [2.5e6, 1.4e6, 7.4e6, 5.5e6], 300, 251).is_none());
        assert!(sheet("EPSG:32633", [1e5, 1e6, 9e5, 8e6], 80, 700).is_none());
    }
}

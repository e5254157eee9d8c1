//! Cuts an extent into pictures that a server draws: into cells, and each cell at ±180° and at the poles.

use super::cell::Cell;
use super::mosaic::{Fit, Mosaic, Piece};
use mapreel_geo::Extent;
use mapreel_geo::place::parts::Part;

/// The pictures of an extent. `url` makes the URL of a part, whose box lies within one world.
pub(crate) fn mosaic(extent: &Extent, cell: Cell, url: impl Fn(&Part) -> String) -> Mosaic {
    let mut pieces = Vec::new();
    for (y, height) in runs(extent.height, cell.height) {
        for (x, width) in runs(extent.width, cell.width) {
            let [left, top] = [x.min(cell.gutter), y.min(cell.gutter)];
            let [right, bottom] =
                [(extent.width - x - width).min(cell.gutter), (extent.height - y - height).min(cell.gutter)];
            let window = extent.window(x - left, y - top, left + width + right, top + height + bottom);
            for part in window.parts() {
                // How much of the part lies in the gutters: the cut at ±180° may fall into a gutter.
                let [cut_left, cut_right] = in_gutters(part.x, part.width, left, width);
                let [cut_top, cut_bottom] = in_gutters(part.y, part.height, top, height);
                if cut_left + cut_right >= part.width || cut_top + cut_bottom >= part.height {
                    continue;
                }
                pieces.push(Piece {
                    url: url(&part),
                    x: x + (part.x + cut_left) - left,
                    y: y + (part.y + cut_top) - top,
                    width: part.width - cut_left - cut_right,
                    height: part.height - cut_top - cut_bottom,
                    fit: Fit::Exact,
                    gutter: [cut_left, cut_top, cut_right, cut_bottom],
                });
            }
        }
    }
    Mosaic { crs: extent.crs, bbox: extent.bbox, size: Some((extent.width, extent.height)), pieces, gap: None }
}

/// The pixels of a run that lie in the gutter before it and in the gutter after it. Between the gutters, `length`
/// pixels are shown.
fn in_gutters(start: u32, pixels: u32, gutter: u32, length: u32) -> [u32; 2] {
    let after = (start + pixels).saturating_sub(gutter + length);
    [gutter.saturating_sub(start).min(pixels), after.min(pixels)]
}

/// Cuts a side into even runs of at most `longest`: the start and the length of each.
fn runs(side: u32, longest: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..side).step_by(longest as usize).map(move |start| (start, longest.min(side - start)))
}

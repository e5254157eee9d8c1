//! A layer on a part of the world.

use super::coverage::Coverage;
use super::png;
use super::sampler::{Columns, Sampler};
use super::view::View;
use crate::data::world::World;
use crate::offer::layer::{Layer, Quantity};
use crate::offer::scale::{Kind, Rgb, Scale, mixed};

/// The rows whose land is found at once.
const BAND_ROWS: u32 = 64;

/// The map that is drawn.
#[derive(Clone, Copy)]
pub(crate) struct Picture {
    pub(crate) layer: &'static Layer,
    pub(crate) scale: &'static Scale,
    /// The index of the month, from 0.
    pub(crate) month: usize,
    pub(crate) view: View,
    /// The colour of land and of pixels without data; `None`: they are transparent.
    pub(crate) background: Option<Rgb>,
}

/// The picture as PNG. It is drawn band by band, so that memory holds only some rows beside the PNG.
pub(crate) fn draw(world: &World, picture: &Picture) -> Vec<u8> {
    let view = &picture.view;
    let columns = Columns::of(view);
    let fields = match picture.layer.quantity {
        Quantity::Temperature => &world.sea.temperature,
        Quantity::Departure => &world.sea.departure,
    };
    let mut values = Sampler::new(&fields[picture.month], &columns, view);
    let mut reach = Sampler::new(&world.sea.reach, &columns, view);
    let mut land = land_of_band(world, view, 0);
    png::encode(view.width, view.height, picture.background.is_none(), |row, pixels| {
        if row % BAND_ROWS == 0 && row > 0 {
            land = land_of_band(world, view, row);
        }
        values.go_to(view, row);
        reach.go_to(view, row);
        if view.latitude(row).is_none() {
            fill(pixels, picture.background);
            return;
        }
        let drawn = Row { values: &values, reach: &reach, columns: &columns };
        drawn.paint(land.row(row as usize), picture, pixels);
    })
}

/// The land on a band of rows that begins with this one.
fn land_of_band(world: &World, view: &View, first: u32) -> Coverage {
    let rows = BAND_ROWS.min(view.height - first);
    let (top, bottom) = (f64::from(first), f64::from(first + rows));
    let mut coverage = Coverage::new(view.width as usize, first as usize, rows as usize);
    for ring in &world.land.rings {
        let (begin, end) = view.rows(ring.south, ring.north);
        if end <= top || begin >= bottom {
            continue;
        }
        for turn in view.turns(ring.west, ring.east) {
            let Some(last) = ring.corners.last() else { continue };
            let mut from = view.pixel(last, turn);
            for corner in &ring.corners {
                let to = view.pixel(corner, turn);
                coverage.edge(from, to);
                from = to;
            }
        }
    }
    coverage
}

/// A row without anything on it.
fn fill(pixels: &mut [u8], background: Option<Rgb>) {
    match background {
        Some(background) => pixels.as_chunks_mut::<3>().0.fill(background),
        None => pixels.fill(0),
    }
}

/// The data for one row of pixels.
struct Row<'a> {
    values: &'a Sampler<'a>,
    reach: &'a Sampler<'a>,
    columns: &'a Columns,
}

impl Row<'_> {
    fn paint(&self, land: impl Iterator<Item = f32>, picture: &Picture, pixels: &mut [u8]) {
        match picture.background {
            Some(background) => {
                for (column, (pixel, land)) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(land).enumerate() {
                    let sea = self.sea(column, land);
                    *pixel = mixed(background, self.colour(column, picture.scale, sea), sea);
                }
            }
            None => {
                for (column, (pixel, land)) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(land).enumerate() {
                    let sea = self.sea(column, land);
                    let [r, g, b] = self.colour(column, picture.scale, sea);
                    *pixel = [r, g, b, (sea * 255.0 + 0.5) as u8];
                }
            }
        }
    }

    /// The colour of the sea; black where there is none, so that transparent pixels compress well.
    fn colour(&self, column: usize, scale: &Scale, sea: f32) -> Rgb {
        if sea == 0.0 {
            return [0; 3];
        }
        let slope = if scale.kind == Kind::Classes { self.values.slope(column) } else { 0.0 };
        scale.colour(self.values.value(column), slope)
    }

    /// How much of a pixel is sea, within reach of the data, 0 to 1.
    fn sea(&self, column: usize, land: f32) -> f32 {
        if !self.columns.is_on_world(column) {
            return 0.0;
        }
        let reach = self.reach.value(column);
        // Most pixels are far from the edge of the reach: there the slope is not needed.
        let within = match reach {
            1.0.. => 1.0,
            _ => (0.5 + (reach - 0.5) / self.reach.slope(column).max(1e-9)).clamp(0.0, 1.0),
        };
        (1.0 - land) * within
    }
}

//! A legend as a picture: a bar of colours, the highest value on top, with its numbers and their unit.

use super::digits::Ink;
use super::png;
use crate::offer::layer::UNIT;
use crate::offer::scale::{Kind, Rgb, Scale, mixed, rgb};

/// The width of every legend, in pixels.
pub(crate) const WIDTH_PX: u32 = 68;
/// The height of every legend, in pixels.
pub(crate) const HEIGHT_PX: u32 = 232;

const PAPER: Rgb = [255; 3];
const INK: Rgb = [0x22, 0x2b, 0x36];
const BAR_LEFT: u32 = 10;
const BAR_RIGHT: u32 = 28;
const BAR_TOP: u32 = 32;
/// Ten pixels are left below the bar.
const BAR_HEIGHT: u32 = 190;
const TICK_PX: u32 = 4;
const DIGIT_PX: f32 = 9.0;

/// The legend of a style as PNG, opaque.
pub(crate) fn draw(scale: &Scale) -> Vec<u8> {
    let mut words = vec![Ink::of(UNIT, (BAR_LEFT as f32 + 1.0, 11.0), DIGIT_PX + 1.0)];
    let labelled: Vec<f32> = labelled(scale);
    let ticks: Vec<u32> = labelled.iter().map(|value| row_of(scale, *value)).collect();
    for (value, row) in labelled.iter().zip(&ticks) {
        let corner = ((BAR_RIGHT + TICK_PX + 5) as f32, *row as f32 + 0.5 - DIGIT_PX / 2.0);
        words.push(Ink::of(&value.to_string(), corner, DIGIT_PX));
    }
    png::encode(WIDTH_PX, HEIGHT_PX, false, |row, pixels| {
        for (column, pixel) in (0..).zip(pixels.as_chunks_mut::<3>().0) {
            let is_bar = (BAR_LEFT..BAR_RIGHT).contains(&column) && (BAR_TOP..BAR_TOP + BAR_HEIGHT).contains(&row);
            let is_tick = (BAR_RIGHT..BAR_RIGHT + TICK_PX).contains(&column) && ticks.contains(&row);
            let ink = words.iter().map(|word| word.at(column, row)).fold(0.0, f32::max);
            *pixel = match (is_bar, is_tick) {
                (true, _) => colour_of(scale, row),
                (_, true) => mixed(PAPER, INK, 0.6),
                _ => mixed(PAPER, INK, ink),
            };
        }
    })
}

/// The values that have a number beside the bar: every boundary of classes, every other colour of a ramp.
fn labelled(scale: &Scale) -> Vec<f32> {
    let is_labelled = |value: &f32| match scale.kind {
        Kind::Ramp => (value / (2.0 * scale.step)).fract() == 0.0,
        Kind::Classes => true,
    };
    scale.values().filter(is_labelled).collect()
}

/// The values at the lower and at the upper end of the bar.
fn ends(scale: &Scale) -> (f32, f32) {
    let last = scale.from + scale.step * (scale.colours.len() - 1) as f32;
    match scale.kind {
        Kind::Ramp => (scale.from, last),
        Kind::Classes => (scale.from - scale.step, last),
    }
}

/// The row at which a value lies.
fn row_of(scale: &Scale, value: f32) -> u32 {
    let (low, high) = ends(scale);
    BAR_TOP + ((high - value) / (high - low) * (BAR_HEIGHT - 1) as f32).round() as u32
}

/// The colour of the bar in a row.
fn colour_of(scale: &Scale, row: u32) -> Rgb {
    let (low, high) = ends(scale);
    let part = (BAR_TOP + BAR_HEIGHT - 1 - row) as f32 / (BAR_HEIGHT - 1) as f32;
    match scale.kind {
        Kind::Ramp => scale.colour(low + (high - low) * part, 0.0),
        Kind::Classes => {
            let class = (part * scale.colours.len() as f32) as usize;
            rgb(scale.colours[class.min(scale.colours.len() - 1)])
        }
    }
}

//! A strip of colours with numbers beside it: the legend of a layer whose server draws the colours only.

use super::scale::Scale;
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::raster::Raster;
use crate::raster::resample::resized;
use crate::stop::{Stop, Stopped};
use crate::text::bidi::Direction;
use crate::text::span::Span;
use crate::text::typesetter::{Typesetter, line_height};
use crate::theme;
use mapreel_spec::{ColourBar, LegendForm};

/// The strip's width in multiples of the text size, or its height where the strip is horizontal.
const THICKNESS: f32 = 1.3;
/// How many numbers stand beside it at most.
const TICKS: u32 = 6;

/// A number, where it stands (0 to 1, from the lowest value), and how wide it is in pixels.
struct Tick {
    at: f64,
    spans: [Span; 1],
    width: u32,
}

/// The bar as a picture; `strip` is upright, the highest value at its top. Numbers stand on that side of an upright bar to which the page
/// is read; a lying one rises to the right in every script.
pub(crate) fn draw(
    strip: &Raster,
    bar: &ColourBar,
    form: LegendForm,
    direction: Direction,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Raster, Stopped> {
    let page = match form.is_lying {
        true => lying(&turned(strip), bar, form, typesetter, stop)?,
        false => upright(strip, bar, form, direction, typesetter, stop)?,
    };
    Ok(Raster::straight(page.width(), page.height(), page.pixels().to_vec()))
}

fn ticks(bar: &ColourBar, wanted: u32, size_px: f32, typesetter: &mut Typesetter) -> Vec<Tick> {
    let mut tick = |(value, at)| {
        let spans = [Span::ink(bar.text(value))];
        let width = typesetter.measure(&spans, size_px, f32::MAX).0;
        Tick { at, spans, width }
    };
    bar.ticks(wanted).into_iter().map(&mut tick).collect()
}

fn upright(
    strip: &Raster,
    bar: &ColourBar,
    form: LegendForm,
    direction: Direction,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Canvas, Stopped> {
    let (size_px, Scale { unit, hairline: edge, .. }) = (form.text_px, Scale::of(form.text_px / 0.8));
    let (line, width, height) = (line_height(size_px), (size_px * THICKNESS).round() as u32, form.bar_px);
    let ticks = ticks(bar, TICKS.min(height / (2 * line)), size_px, typesetter);
    let (mark, gap) = (unit / 2, unit / 2);
    let numbers = ticks.iter().map(|tick| tick.width).max().unwrap_or(0);
    // Half a line above and below, for the numbers at the ends.
    let top = line / 2;
    let mut page =
        Canvas::new(2 * edge + width + mark + gap + numbers + 1, top + 2 * edge + height + line / 2 + 1, theme::GROUND);
    let all = page.width();
    let left_of = |start: u32, wide: u32| direction.left_of(start, wide, all);
    lay(&mut page, strip, [left_of(0, width + 2 * edge), top, width, height], edge, stop)?;
    for Tick { at, spans, width: wide } in &ticks {
        let y = top as f32 + edge as f32 + (1.0 - *at as f32) * height as f32;
        page.fill([left_of(width + 2 * edge, mark), y.round() as u32, mark, edge], theme::MUTED);
        let x = left_of(width + 2 * edge + mark + gap, *wide) as f32;
        typesetter.draw(&mut page, spans, size_px, f32::MAX, x, y - line as f32 / 2.0);
    }
    Ok(page)
}

fn lying(
    strip: &Raster,
    bar: &ColourBar,
    form: LegendForm,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Canvas, Stopped> {
    let (size_px, Scale { unit, hairline: edge, .. }) = (form.text_px, Scale::of(form.text_px / 0.8));
    let (line, width, height) = (line_height(size_px), form.bar_px, (size_px * THICKNESS).round() as u32);
    let widest = |ticks: &[Tick]| ticks.iter().map(|tick| tick.width).max().unwrap_or(0);
    let all = ticks(bar, TICKS, size_px, typesetter);
    // Neighbouring numbers are a digit or two apart.
    let wanted = (f64::from(width) / (f64::from(widest(&all)) + 1.5 * f64::from(size_px))) as u32;
    let ticks = if wanted < TICKS { ticks(bar, wanted.max(2), size_px, typesetter) } else { all };
    let (mark, half) = (unit / 2, widest(&ticks).div_ceil(2));
    let mut page = Canvas::new(2 * half + 2 * edge + width + 1, 2 * edge + height + mark + line + 1, theme::GROUND);
    lay(&mut page, strip, [half, 0, width, height], edge, stop)?;
    for Tick { at, spans, width: wide } in &ticks {
        let x = (half + edge) as f32 + *at as f32 * width as f32;
        page.fill([x.round() as u32, height + 2 * edge, edge, mark], theme::MUTED);
        let top = (height + 2 * edge + mark) as f32;
        typesetter.draw(&mut page, spans, size_px, f32::MAX, x - *wide as f32 / 2.0, top);
    }
    Ok(page)
}

/// Lays the strip down with a line of `edge` pixels round it.
fn lay(page: &mut Canvas, strip: &Raster, place: [u32; 4], edge: u32, stop: &Stop) -> Result<(), Stopped> {
    let [x, y, width, height] = place;
    page.fill([x, y, width + 2 * edge, height + 2 * edge], theme::HAIRLINE);
    let inner = [x + edge, y + edge, width, height];
    page.fill(inner, theme::GROUND);
    let strip = resized(strip, width, height, stop)?;
    composite::blend(page, &strip, (x + edge).into(), (y + edge).into(), inner, 255);
    Ok(())
}

/// An upright strip, turned to a horizontal one with its lowest value at the left.
fn turned(strip: &Raster) -> Raster {
    let (width, height) = (strip.width as usize, strip.height as usize);
    let mut pixels = Vec::with_capacity(strip.pixels.len());
    for row in 0..width {
        for column in 0..height {
            let at = ((height - 1 - column) * width + row) * 4;
            pixels.extend_from_slice(&strip.pixels[at..at + 4]);
        }
    }
    Raster::straight(strip.height, strip.width, pixels)
}

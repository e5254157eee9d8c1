//! A strip of colours with numbers beside it: the legend of a layer whose server draws the colours only.

use super::scale::Scale;
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::raster::Raster;
use crate::raster::resample::resized;
use crate::stop::{Stop, Stopped};
use crate::text::span::Span;
use crate::text::typesetter::{Typesetter, line_height};
use crate::theme;
use mapreel_spec::ColourBar;

/// The strip's height and width, in sizes of text.
const HEIGHT: f32 = 17.0;
const WIDTH: f32 = 1.3;

/// The bar as a picture; `strip` is upright, the highest value at its top.
pub(crate) fn draw(
    strip: &Raster,
    bar: &ColourBar,
    scale: Scale,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Raster, Stopped> {
    let size_px = scale.small_px();
    let line = line_height(size_px);
    let (width, height) = ((size_px * WIDTH).round() as u32, (size_px * HEIGHT).round() as u32);
    let ticks: Vec<(f64, Vec<Span>)> =
        bar.ticks(6).into_iter().map(|(value, at)| (at, vec![Span::ink(bar.text(value))])).collect();
    let units = bar.units.as_ref().map(|units| vec![Span::muted(units)]);
    let mut measure = |spans: &[Span]| typesetter.measure(spans, size_px, f32::MAX).0;
    let (edge, tick, gap) = (scale.hairline, scale.unit / 2, scale.unit / 2);
    let numbers = ticks.iter().map(|(_, spans)| measure(spans)).max().unwrap_or(0);
    let units_width = units.as_ref().map_or(0, |units| measure(units));
    // Half a line above and below, for the numbers at the ends; and a line for the units.
    let head = if units.is_some() { line + gap } else { 0 };
    let top = head + line / 2;
    let page_width = (2 * edge + width + tick + gap + numbers).max(units_width) + 1;
    let mut page = Canvas::new(page_width, top + 2 * edge + height + line / 2 + 1, theme::GROUND);
    if let Some(units) = &units {
        typesetter.draw(&mut page, units, size_px, f32::MAX, 0.0, 0.0);
    }
    page.fill([0, top, width + 2 * edge, height + 2 * edge], theme::HAIRLINE);
    let place = [edge, top + edge, width, height];
    let strip = resized(strip, width, height, stop)?;
    page.fill(place, theme::GROUND);
    composite::blend(&mut page, &strip, edge.into(), (top + edge).into(), place, 255);
    for (at, spans) in &ticks {
        let y = top as f32 + edge as f32 + (1.0 - *at as f32) * height as f32;
        page.fill([width + 2 * edge, y.round() as u32, tick, edge], theme::MUTED);
        let x = (width + 2 * edge + tick + gap) as f32;
        typesetter.draw(&mut page, spans, size_px, f32::MAX, x, y - line as f32 / 2.0);
    }
    Ok(Raster::straight(page.width(), page.height(), page.pixels().to_vec()))
}

//! Filling and stroking paths.
//!
//! tiny-skia draws light paths. A path of so many edges, or of so many crossings, that tiny-skia would take long is drawn by
//! `coverage.rs`. Large sheets are drawn in bands, with a look at the stop token before each.

use super::coverage::Edges;
use super::weight::Weight;
use super::work::{Halt, Work};
use mapreel_spec::Colour;
use tiny_skia::{
    FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, PathSegment, Pixmap, PixmapMut, Stroke, Transform,
};

/// Pixels that are drawn by one call: larger sheets are drawn in bands.
const BAND_PX: usize = 4 << 20;
/// Points of a line that are stroked by one call.
const STROKED_POINTS: usize = 1 << 14;

pub(crate) fn paint(colour: Colour) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(tiny_skia::Color::from_rgba8(colour.r, colour.g, colour.b, colour.a));
    paint
}

/// A line with round ends and joins.
pub(crate) fn round(width: f32) -> Stroke {
    Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() }
}

pub(crate) fn fill(sheet: &mut Pixmap, path: &Path, rule: FillRule, colour: Colour, work: &Work) -> Result<(), Halt> {
    let (weight, whole) = (Weight::of(path), pixel_box(sheet, path, 0.0));
    let is_light = weight.is_light(path);
    work.spend(weight.steps(is_light))?;
    if is_light {
        return in_bands(sheet, whole, work, |band, shift| band.fill_path(path, &paint(colour), rule, shift, None));
    }
    let mut covered = vec![0; area(&whole) as usize];
    Edges::of(path, whole).cover(rule, &mut covered, work)?;
    blend(sheet, &covered, whole, colour, work)
}

pub(crate) fn stroke(
    sheet: &mut Pixmap,
    path: &Path,
    colour: Colour,
    stroke: &Stroke,
    work: &Work,
) -> Result<(), Halt> {
    let (weight, whole) = (Weight::of(path).stroked(stroke.width), pixel_box(sheet, path, stroke.width / 2.0 + 1.0));
    let is_light = weight.is_light(path);
    work.spend(weight.steps(is_light))?;
    if is_light {
        return in_bands(sheet, whole, work, |band, shift| band.stroke_path(path, &paint(colour), stroke, shift, None));
    }
    let mut covered = vec![0; area(&whole) as usize];
    each_part(path, |part| {
        work.look()?;
        match part.stroke(stroke, 1.0) {
            Some(outline) => Edges::of(&outline, whole).cover(FillRule::Winding, &mut covered, work),
            None => Ok(()),
        }
    })?;
    blend(sheet, &covered, whole, colour, work)
}

/// Draws on a sheet, or on each band of a large one.
fn in_bands(
    sheet: &mut Pixmap,
    [_, top, _, bottom]: [u32; 4],
    work: &Work,
    draw: impl Fn(&mut PixmapMut, Transform),
) -> Result<(), Halt> {
    let (width, height) = (sheet.width(), sheet.height());
    if width as usize * height as usize <= BAND_PX {
        draw(&mut sheet.as_mut(), Transform::identity());
        return Ok(());
    }
    let stride = width as usize * 4;
    let rows = (BAND_PX / width as usize).max(1);
    for (i, band) in sheet.data_mut().chunks_mut(rows * stride).enumerate() {
        let (from, rows) = ((i * rows) as u32, (band.len() / stride) as u32);
        if from < bottom && from + rows > top {
            work.look()?;
            let mut band = PixmapMut::from_bytes(band, width, rows).expect("whole rows of the sheet");
            draw(&mut band, Transform::from_translate(0.0, -(from as f32)));
        }
    }
    Ok(())
}

/// A path of lines in parts of so many points that stroking one takes some milliseconds. Where a line is parted its parts
/// share a point.
fn each_part(path: &Path, mut each: impl FnMut(Path) -> Result<(), Halt>) -> Result<(), Halt> {
    let mut part = PathBuilder::new();
    let (mut points, mut first, mut last) = (0, None, None);
    for segment in path.segments() {
        let to = match segment {
            PathSegment::MoveTo(p) => {
                part.move_to(p.x, p.y);
                (first, last) = (Some(p), Some(p));
                continue;
            }
            PathSegment::LineTo(p) | PathSegment::QuadTo(_, p) | PathSegment::CubicTo(_, _, p) => Some(p),
            PathSegment::Close => first,
        };
        let Some(to) = to else { continue };
        if points >= STROKED_POINTS {
            std::mem::take(&mut part).finish().map_or(Ok(()), &mut each)?;
            last.iter().for_each(|p| part.move_to(p.x, p.y));
            points = 0;
        }
        part.line_to(to.x, to.y);
        (points, last) = (points + 1, Some(to));
    }
    part.finish().map_or(Ok(()), each)
}

/// Paths whose boxes are together larger than so many maps are filled one by one: together they would cost too much.
const AREAS_MAX: u64 = 64;

/// Fills several paths as one area: where they overlap it is no darker, and where they meet no line shows.
///
/// The coverages of the paths are added up. Of two paths that meet within a pixel each covers a part of it, and together
/// they cover it all.
pub(crate) fn fill_together(sheet: &mut Pixmap, paths: &[Path], colour: Colour, work: &Work) -> Result<(), Halt> {
    if let [path] = paths {
        return fill(sheet, path, FillRule::EvenOdd, colour, work);
    }
    let boxes: Vec<[u32; 4]> = paths.iter().map(|path| pixel_box(sheet, path, 0.0)).collect();
    let Some(all) = boxes
        .iter()
        .copied()
        .filter(|b| b[2] > b[0] && b[3] > b[1])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
    else {
        return Ok(());
    };
    if boxes.iter().map(area).sum::<u64>() > AREAS_MAX * u64::from(sheet.width()) * u64::from(sheet.height()) {
        return paths.iter().try_for_each(|path| fill(sheet, path, FillRule::EvenOdd, colour, work));
    }
    let width = (all[2] - all[0]) as usize;
    let mut coverage = vec![0u8; width * (all[3] - all[1]) as usize];
    for (path, whole) in paths.iter().zip(boxes) {
        let [left, top, right, bottom] = whole;
        if left >= right || top >= bottom {
            continue;
        }
        let covered = covered(path, whole, work)?;
        for (row, covered) in covered.chunks_exact((right - left) as usize).enumerate() {
            let start = (row + (top - all[1]) as usize) * width + (left - all[0]) as usize;
            work.pass(covered.len() as u64)?;
            for (sum, new) in coverage[start..].iter_mut().zip(covered) {
                *sum = sum.saturating_add(*new);
            }
        }
    }
    blend(sheet, &coverage, all, colour, work)
}

/// How far a path covers each pixel of its box.
fn covered(path: &Path, whole: [u32; 4], work: &Work) -> Result<Vec<u8>, Halt> {
    let [left, top, right, bottom] = whole;
    let weight = Weight::of(path);
    let is_light = weight.is_light(path);
    work.spend(weight.steps(is_light))?;
    if is_light && let Some(mut mask) = Mask::new(right - left, bottom - top) {
        let to_mask = Transform::from_translate(-(left as f32), -(top as f32));
        mask.fill_path(path, FillRule::EvenOdd, true, to_mask);
        return Ok(mask.take());
    }
    let mut covered = vec![0; area(&whole) as usize];
    Edges::of(path, whole).cover(FillRule::EvenOdd, &mut covered, work)?;
    Ok(covered)
}

fn area([left, top, right, bottom]: &[u32; 4]) -> u64 {
    u64::from(right.saturating_sub(*left)) * u64::from(bottom.saturating_sub(*top))
}

/// The pixels of the sheet that a path may touch, and so many around it: left, top, right, bottom.
fn pixel_box(sheet: &Pixmap, path: &Path, around: f32) -> [u32; 4] {
    let bounds = path.bounds();
    let (width, height) = (sheet.width() as f32, sheet.height() as f32);
    let [left, right] = [(bounds.left() - around).floor(), (bounds.right() + around).ceil()];
    let [top, bottom] = [(bounds.top() - around).floor(), (bounds.bottom() + around).ceil()];
    let ([left, right], [top, bottom]) =
        ([left, right].map(|x| x.clamp(0.0, width) as u32), [top, bottom].map(|y| y.clamp(0.0, height) as u32));
    [left, top, right, bottom]
}

/// Lays a colour over the pixels of a box, as far as each is covered.
fn blend(
    sheet: &mut Pixmap,
    coverage: &[u8],
    [left, top, right, _]: [u32; 4],
    colour: Colour,
    work: &Work,
) -> Result<(), Halt> {
    let (stride, width) = (sheet.width() as usize * 4, (right - left) as usize);
    for (row, covered) in coverage.chunks_exact(width.max(1)).enumerate() {
        work.pass(width as u64)?;
        let start = (top as usize + row) * stride + left as usize * 4;
        let pixels = sheet.data_mut()[start..start + width * 4].chunks_exact_mut(4);
        pixels.zip(covered).for_each(|(pixel, covered)| lay_over(pixel, colour, *covered));
    }
    Ok(())
}

/// Lays a colour over a premultiplied pixel, as far as it is covered, 0 to 255.
pub(crate) fn lay_over(pixel: &mut [u8], colour: Colour, covered: u8) {
    if covered == 0 {
        return;
    }
    let alpha = (u32::from(colour.a) * u32::from(covered) + 127) / 255;
    if alpha == 255 {
        return pixel.copy_from_slice(&[colour.r, colour.g, colour.b, 255]);
    }
    for (old, new) in pixel.iter_mut().zip([colour.r, colour.g, colour.b, 255]) {
        *old = ((u32::from(new) * alpha + u32::from(*old) * (255 - alpha) + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;
    use tiny_skia::Rect;

    #[test]
    fn areas_that_meet_within_a_pixel_show_no_line_and_overlap_without_a_shade() {
        let mut sheet = Pixmap::new(20, 10).unwrap();
        let area = |left: f32, right: f32| PathBuilder::from_rect(Rect::from_ltrb(left, 0.0, right, 10.0).unwrap());
        let colour = Colour { r: 200, g: 0, b: 0, a: 128 };
        let (areas, never) = ([area(-50.0, 7.4), area(7.4, 15.0), area(10.0, 60.0)], Stop::never());
        fill_together(&mut sheet, &areas, colour, &Work::unlimited(&never)).unwrap();
        let first = sheet.pixel(0, 5).unwrap();
        assert_eq!((first.red(), first.alpha()), (100, 128));
        assert!(sheet.pixels().iter().all(|pixel| *pixel == first));
    }
}

//! Filling and stroking paths.

use mapreel_spec::Colour;
use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Paint, Path, Pixmap, Stroke, Transform};

pub(super) fn paint(colour: Colour) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(tiny_skia::Color::from_rgba8(colour.r, colour.g, colour.b, colour.a));
    paint
}

pub(super) fn fill(sheet: &mut Pixmap, path: &Path, colour: Colour) {
    sheet.fill_path(path, &paint(colour), FillRule::EvenOdd, Transform::identity(), None);
}

pub(super) fn stroke(sheet: &mut Pixmap, path: &Path, colour: Colour, width: f32) {
    let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    sheet.stroke_path(path, &paint(colour), &stroke, Transform::identity(), None);
}

/// Paths whose boxes are together larger than so many maps are filled one by one: they would cost too much.
const AREAS_MAX: u64 = 64;

/// Fills several paths as one area: where they overlap it is no darker, and where they meet no line shows.
///
/// The coverages of the paths are added up. Of two paths that meet within a pixel each covers a part of it, and together
/// they cover it all.
pub(super) fn fill_together(sheet: &mut Pixmap, paths: &[Path], colour: Colour) {
    if let [path] = paths {
        return fill(sheet, path, colour);
    }
    let boxes: Vec<[u32; 4]> = paths.iter().map(|path| pixel_box(sheet, path)).collect();
    let Some(all) = boxes
        .iter()
        .copied()
        .filter(|b| b[2] > b[0] && b[3] > b[1])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
    else {
        return;
    };
    if boxes.iter().map(area).sum::<u64>() > AREAS_MAX * u64::from(sheet.width()) * u64::from(sheet.height()) {
        return paths.iter().for_each(|path| fill(sheet, path, colour));
    }
    let width = (all[2] - all[0]) as usize;
    let mut coverage = vec![0u8; width * (all[3] - all[1]) as usize];
    for (path, [left, top, right, bottom]) in paths.iter().zip(boxes) {
        let Some(mut mask) = Mask::new(right.saturating_sub(left), bottom.saturating_sub(top)) else { continue };
        let to_mask = Transform::from_translate(-(left as f32), -(top as f32));
        mask.fill_path(path, FillRule::EvenOdd, true, to_mask);
        for (row, covered) in mask.data().chunks_exact((right - left) as usize).enumerate() {
            let start = (row + (top - all[1]) as usize) * width + (left - all[0]) as usize;
            for (sum, new) in coverage[start..].iter_mut().zip(covered) {
                *sum = sum.saturating_add(*new);
            }
        }
    }
    blend(sheet, &coverage, all, colour);
}

fn area([left, top, right, bottom]: &[u32; 4]) -> u64 {
    u64::from(right.saturating_sub(*left)) * u64::from(bottom.saturating_sub(*top))
}

/// The pixels of the sheet that a path may touch: left, top, right, bottom.
fn pixel_box(sheet: &Pixmap, path: &Path) -> [u32; 4] {
    let bounds = path.bounds();
    let (width, height) = (sheet.width() as f32, sheet.height() as f32);
    let [left, right] = [bounds.left().floor(), bounds.right().ceil()].map(|x| x.clamp(0.0, width) as u32);
    let [top, bottom] = [bounds.top().floor(), bounds.bottom().ceil()].map(|y| y.clamp(0.0, height) as u32);
    [left, top, right, bottom]
}

/// Lays a colour over the pixels of a box, as far as each is covered.
fn blend(sheet: &mut Pixmap, coverage: &[u8], [left, top, right, _]: [u32; 4], colour: Colour) {
    let (stride, width) = (sheet.width() as usize * 4, (right - left) as usize);
    for (row, covered) in coverage.chunks_exact(width).enumerate() {
        let start = (top as usize + row) * stride + left as usize * 4;
        let pixels = sheet.data_mut()[start..start + width * 4].chunks_exact_mut(4);
        for (pixel, covered) in pixels.zip(covered).filter(|(_, covered)| **covered > 0) {
            let alpha = (u32::from(colour.a) * u32::from(*covered) + 127) / 255;
            for (old, new) in pixel.iter_mut().zip([colour.r, colour.g, colour.b, 255]) {
                *old = ((u32::from(new) * alpha + u32::from(*old) * (255 - alpha) + 127) / 255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiny_skia::{PathBuilder, Rect};

    #[test]
    fn areas_that_meet_within_a_pixel_show_no_line_and_overlap_without_a_shade() {
        let mut sheet = Pixmap::new(20, 10).unwrap();
        let area = |left: f32, right: f32| PathBuilder::from_rect(Rect::from_ltrb(left, 0.0, right, 10.0).unwrap());
        let colour = Colour { r: 200, g: 0, b: 0, a: 128 };
        fill_together(&mut sheet, &[area(-50.0, 7.4), area(7.4, 15.0), area(10.0, 60.0)], colour);
        let first = sheet.pixel(0, 5).unwrap();
        assert_eq!((first.red(), first.alpha()), (100, 128));
        assert!(sheet.pixels().iter().all(|pixel| *pixel == first));
    }
}

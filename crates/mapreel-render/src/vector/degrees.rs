//! The degrees of meridians and parallels, where the lines leave the map or the globe.

use super::clip;
use super::graticule::{Line, Net, is_light};
use super::plane::Plane;
use super::projection::Projection;
use super::work::{Halt, Work};
use crate::page::layout::Layout;
use crate::raster::canvas::Canvas;
use crate::text::span::Span;
use crate::text::typesetter::Typesetter;
use crate::theme;
use mapreel_spec::Graticule;

/// A pixel so far beyond the outline of the globe is certainly off the globe.
const OFF_PX: f64 = 4.0;

/// Writes the degree labels over everything else on the map.
pub(crate) fn draw(
    page: &mut Canvas,
    graticule: &Graticule,
    projection: &Projection,
    layout: &Layout,
    typesetter: &mut Typesetter,
    work: &Work,
) -> Result<(), Halt> {
    let net = Net::new(graticule, projection, layout.scale.length(1.0));
    let ([left, top, ..], size_px) = (layout.map, layout.scale.small_px());
    let gap = f64::from(layout.scale.unit) * 0.7;
    let mut taken: Vec<[f64; 4]> = layout.plate.map(|plate| on_the_map(plate, layout)).into_iter().collect();
    // On a dark map, where lines are light, so are degrees.
    let (ink, halo) =
        if is_light(graticule.stroke) { (theme::GROUND, theme::INK) } else { (theme::DEGREES, theme::GROUND) };
    let every = every(&net, layout, typesetter);
    for (line, every) in net.lines.iter().map(|line| (*line, every[usize::from(matches!(line, Line::Parallel(_)))])) {
        if !is_multiple(line, &net, every) {
            continue;
        }
        work.look()?;
        let spans = [Span { colour: ink, ..Span::ink(text(line)) }];
        let (w, h) = typesetter.measure(&spans, size_px, f32::MAX);
        for anchor in anchors(&net, projection, line, work)? {
            let place = anchor.place([w.into(), h.into()], projection.plane().size(), gap);
            let Some([x, y]) = place else { continue };
            let taking = [x - gap / 2.0, y, x + f64::from(w) + gap / 2.0, y + f64::from(h)];
            if taken.iter().all(|t| taking[2] < t[0] || t[2] < taking[0] || taking[3] < t[1] || t[3] < taking[1]) {
                taken.push(taking);
                let at = (left as f32 + x as f32, top as f32 + y as f32);
                typesetter.draw_with_halo(page, &spans, size_px, at, halo.faded(0.8));
            }
        }
    }
    Ok(())
}

/// The left, top, right and bottom of a box of the page, from the map's upper left corner.
fn on_the_map([x, y, width, height]: [u32; 4], layout: &Layout) -> [f64; 4] {
    let (left, top) = (f64::from(x) - f64::from(layout.map[0]), f64::from(y) - f64::from(layout.map[1]));
    [left, top, left + f64::from(width), top + f64::from(height)]
}

/// Which meridians and which parallels are labelled: every n-th of each. On a map whose lines are straight, n is so large that the
/// labels have room. On other maps it is 1, and a label without a place of its own is left out.
fn every(net: &Net, layout: &Layout, typesetter: &mut Typesetter) -> [i64; 2] {
    let size_px = layout.scale.small_px();
    let mut measure = |line: Line| typesetter.measure(&[Span::ink(text(line))], size_px, f32::MAX);
    let (mut width, mut height) = (0, 0);
    for line in &net.lines {
        let (w, h) = measure(*line);
        (width, height) = (width.max(w), height.max(h));
    }
    let needed = [f64::from(width) + f64::from(layout.scale.unit) * 2.0, f64::from(height) * 1.6];
    [0, 1].map(|axis| {
        let apart_px = net.apart_px(axis);
        [1, 2, 3, 4, 5, 6, 9, 10, 12, 15, 18, 20, 30, 36, 60, 90, 180, 360]
            .into_iter()
            .find(|every| f64::from(*every) * apart_px >= needed[axis])
            .map_or(1000, i64::from)
    })
}

fn is_multiple(line: Line, net: &Net, every: i64) -> bool {
    let index = match line {
        Line::Meridian(lon) => lon / net.steps_deg[0],
        Line::Parallel(lat) => lat / net.steps_deg[1],
    };
    index.round() as i64 % every == 0
}

/// Where a label may stand.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Anchor {
    /// The place at the left or lower edge of a map whose lines are straight.
    Row { at: [f64; 2], is_left: bool },
    /// Inside the map's edge, where the line leaves it.
    Edge([f64; 2]),
    /// Beyond the outline of the globe.
    Beyond { at: [f64; 2], way: [f64; 2] },
    /// On the line.
    On([f64; 2]),
}

impl Anchor {
    /// The upper left corner of a label, if there is room for it.
    fn place(self, [w, h]: [f64; 2], [width, height]: [f64; 2], gap: f64) -> Option<[f64; 2]> {
        let low = gap * 0.4;
        let fits = |[x, y]: [f64; 2]| x >= gap && y >= low && x + w <= width - gap && y + h <= height - low;
        match self {
            // Only whole labels, and none in the corner where the two rows of them would meet.
            Self::Row { at, is_left: true } => {
                let y = at[1] - h / 2.0;
                (y > h * 0.3 && y + h < height - 1.6 * h).then_some([gap, y])
            }
            Self::Row { at, is_left: false } => {
                let (x, y) = (at[0] - w / 2.0, height - h - low);
                (x > 3.2 * h && y > 0.0 && x + w < width - gap).then_some([x, y])
            }
            Self::Edge(at) => {
                let x = (at[0] - w / 2.0).clamp(gap, (width - w - gap).max(gap));
                let y = (at[1] - h / 2.0).clamp(low, (height - h - low).max(gap));
                Some([x, y])
            }
            Self::Beyond { at, way } => {
                // Beyond the outline; where there is no room, inside it.
                let beside = |side: f64| {
                    let centre = [at[0] + side * way[0] * (w / 2.0 + gap), at[1] + side * way[1] * (h / 2.0 + low)];
                    Some([centre[0] - w / 2.0, centre[1] - h / 2.0]).filter(|place| fits(*place))
                };
                beside(1.0).or_else(|| beside(-1.0))
            }
            Self::On(at) => Some([at[0] - w / 2.0, at[1] - h / 2.0]).filter(|place| fits(*place)),
        }
    }
}

/// Where the labels of a line may stand.
fn anchors(net: &Net, projection: &Projection, line: Line, work: &Work) -> Result<Vec<Anchor>, Halt> {
    let plane = projection.plane();
    let size = plane.size();
    let runs: Vec<Vec<[f64; 2]>> = net.runs(line, work)?.iter().flat_map(|run| on_map(run, size)).collect();
    if plane.is_cylindrical() {
        // Each copy of a meridian has a label; parallels are labelled once, at the left.
        return Ok(match line {
            Line::Meridian(_) => runs.iter().map(|run| Anchor::Row { at: run[0], is_left: false }).collect(),
            Line::Parallel(_) => {
                runs.first().map(|run| Anchor::Row { at: run[0], is_left: true }).into_iter().collect()
            }
        });
    }
    let ends: Vec<[f64; 2]> = runs.iter().flat_map(|run| [run.first(), run.last()]).flatten().copied().collect();
    let from_side = |p: &[f64; 2]| match line {
        Line::Meridian(_) => size[1] - p[1],
        Line::Parallel(_) => p[0],
    };
    let first =
        |points: &mut dyn Iterator<Item = [f64; 2]>| points.min_by(|a, b| from_side(a).total_cmp(&from_side(b)));
    let at_edge = |[x, y]: &[f64; 2]| x.min(size[0] - x).min(*y).min(size[1] - y) < 1.0;
    if let Some(at) = first(&mut ends.iter().copied().filter(at_edge)) {
        return Ok(vec![Anchor::Edge(at)]);
    }
    let way = match line {
        Line::Meridian(_) => [0.0, 1.0],
        Line::Parallel(_) => [-1.0, 0.0],
    };
    let leaves = |at: &[f64; 2]| is_off(plane, [at[0] + way[0] * OFF_PX, at[1] + way[1] * OFF_PX]);
    if let Some(at) = first(&mut ends.iter().copied().filter(leaves)) {
        return Ok(vec![Anchor::Beyond { at, way }]);
    }
    let on_line = match line {
        // A whole circle: at its lowest point.
        Line::Parallel(_) => runs.iter().flatten().copied().max_by(|a, b| a[1].total_cmp(&b[1])),
        Line::Meridian(lon) => projection.pixels([lon, 0.0]).first().copied(),
    };
    Ok(on_line.map(Anchor::On).into_iter().collect())
}

fn is_off(plane: &Plane, pixel: [f64; 2]) -> bool {
    plane.place(pixel).is_none()
}

/// The parts of a run that lie on the map.
fn on_map(run: &[[f64; 2]], [width, height]: [f64; 2]) -> Vec<Vec<[f64; 2]>> {
    let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
    for pair in run.windows(2) {
        let Some([a, b]) = clip::segment([0.0, 0.0, width, height], pair[0], pair[1]) else { continue };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&a) => part.push(b),
            _ => parts.push(vec![a, b]),
        }
    }
    parts
}

fn text(line: Line) -> String {
    match line {
        Line::Meridian(lon) => label((lon + 180.0).rem_euclid(360.0) - 180.0, "E", "W"),
        Line::Parallel(lat) => label(lat, "N", "S"),
    }
}

/// Degrees with the letter of their side.
fn label(degrees: f64, positive: &str, negative: &str) -> String {
    let rounded = (degrees.abs() * 1000.0).round() / 1000.0;
    let letter = match () {
        () if rounded == 0.0 || rounded == 180.0 => "",
        () if degrees > 0.0 => positive,
        () => negative,
    };
    format!("{rounded}°{letter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_named_as_on_a_globe() {
        let check = |line: Line, expected: &str| assert_eq!(text(line), expected);
        check(Line::Meridian(190.0), "170°W");
        check(Line::Meridian(180.0), "180°");
        check(Line::Meridian(-190.0), "170°E");
        check(Line::Meridian(-30.0), "30°W");
        check(Line::Meridian(360.0), "0°");
        check(Line::Parallel(0.0), "0°");
        check(Line::Parallel(-12.5), "12.5°S");
    }
}

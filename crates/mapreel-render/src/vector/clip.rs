//! Cutting segments and rings at the edges of a box: west, south, east, north, or left, top, right, bottom.

use mapreel_spec::geojson::Position;

/// The part of a segment in a box (Liang and Barsky).
pub(crate) fn segment(bounds: [f64; 4], a: Position, b: Position) -> Option<[Position; 2]> {
    let delta = [b[0] - a[0], b[1] - a[1]];
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        for (edge, sign) in [(bounds[axis], -1.0), (bounds[axis + 2], 1.0)] {
            let (room, speed) = (sign * (edge - a[axis]), sign * delta[axis]);
            if speed == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if speed > 0.0 {
                to = to.min(room / speed);
            } else {
                from = from.max(room / speed);
            }
        }
    }
    let at = |t: f64| {
        if t == 0.0 {
            a
        } else if t == 1.0 {
            b
        } else {
            [a[0] + delta[0] * t, a[1] + delta[1] * t]
        }
    };
    (from <= to).then(|| [at(from), at(to)])
}

/// The ring cut at a box's four edges (Sutherland and Hodgman): the part outside becomes a path along the edges.
pub(crate) fn ring(bounds: [f64; 4], mut ring: Vec<Position>) -> Vec<Position> {
    for axis in 0..2 {
        for (edge, sign) in [(bounds[axis], 1.0), (bounds[axis + 2], -1.0)] {
            let inside = |p: &Position| sign * (p[axis] - edge) >= 0.0;
            if ring.iter().all(inside) {
                continue;
            }
            let mut out = Vec::with_capacity(ring.len());
            for (i, p) in ring.iter().enumerate() {
                let before = ring[(i + ring.len() - 1) % ring.len()];
                if inside(p) != inside(&before) {
                    let t = (edge - before[axis]) / (p[axis] - before[axis]);
                    let mut crossing = [before[0] + (p[0] - before[0]) * t, before[1] + (p[1] - before[1]) * t];
                    crossing[axis] = edge;
                    out.push(crossing);
                }
                if inside(p) {
                    out.push(*p);
                }
            }
            ring = out;
        }
    }
    ring
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_ends_at_the_box_and_a_ring_goes_along_it() {
        let bounds = [0.0, 0.0, 10.0, 10.0];
        assert_eq!(segment(bounds, [-5.0, 5.0], [5.0, 5.0]), Some([[0.0, 5.0], [5.0, 5.0]]));
        assert_eq!(segment(bounds, [-5.0, 11.0], [5.0, 11.0]), None);
        let around = vec![[-5.0, -5.0], [15.0, -5.0], [15.0, 15.0], [-5.0, 15.0]];
        let mut cut = ring(bounds, around);
        cut.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(cut, [[0.0, 0.0], [0.0, 10.0], [10.0, 0.0], [10.0, 10.0]]);
        assert!(ring(bounds, vec![[20.0, 0.0], [30.0, 0.0], [30.0, 5.0]]).is_empty());
    }
}

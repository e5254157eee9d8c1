//! Where the parts of one area meet at ±180.
//!
//! By RFC 7946 (3.1.9) an area that crosses the antimeridian is cut in two. The cut is no edge of the area: no outline is drawn
//! there.

use mapreel_spec::geojson::Position;

/// The most parts of an area that meet at ±180 on one side; an area of more is outlined whole.
const CUTS_MAX: usize = 1000;
/// The greatest product of an area's edges along ±180 and its cuts, since each edge may be divided at each cut; an area of more is
/// outlined whole.
const PARTS_MAX: usize = 1_000_000;

/// The latitudes between which parts of an area meet at ±180.
pub(crate) struct Cuts(Vec<[f64; 2]>);

impl Cuts {
    /// The cuts of an area, from all its rings.
    pub(crate) fn of<'a>(rings: impl Iterator<Item = &'a Vec<Position>>) -> Self {
        let (mut eastern, mut western) = (Vec::new(), Vec::new());
        for edge in rings.flat_map(|ring| ring.windows(2)) {
            match side(edge) {
                Some(Side::East(latitudes)) => eastern.push(latitudes),
                Some(Side::West(latitudes)) => western.push(latitudes),
                None => {}
            }
        }
        let edges = eastern.len() + western.len();
        let (eastern, western) = (merged(eastern), merged(western));
        if eastern.len().max(western.len()) > CUTS_MAX {
            return Self(Vec::new());
        }
        let meet = |a: &[f64; 2]| {
            let a = *a;
            western.iter().map(move |b| [a[0].max(b[0]), a[1].min(b[1])]).filter(|[low, high]| low < high)
        };
        let cuts = merged(eastern.iter().flat_map(meet).collect());
        Self(if edges.saturating_mul(cuts.len()) > PARTS_MAX { Vec::new() } else { cuts })
    }

    /// The outline of a ring without the cuts, as lines.
    pub(crate) fn outlines(&self, ring: &[Position]) -> Vec<Vec<Position>> {
        if self.0.is_empty() {
            return vec![ring.to_vec()];
        }
        let mut lines: Vec<Vec<Position>> = Vec::new();
        for edge in ring.windows(2) {
            let parts = if side(edge).is_some() { self.off_cuts(edge[0], edge[1]) } else { vec![[edge[0], edge[1]]] };
            for [a, b] in parts {
                match lines.last_mut() {
                    Some(line) if line.last() == Some(&a) => line.push(b),
                    _ => lines.push(vec![a, b]),
                }
            }
        }
        lines
    }

    /// The parts of an edge at ±180 that lie on no cut, in the edge's direction.
    fn off_cuts(&self, a: Position, b: Position) -> Vec<[Position; 2]> {
        let (low, high) = (a[1].min(b[1]), a[1].max(b[1]));
        let mut parts = Vec::new();
        let mut from = low;
        for [cut_low, cut_high] in &self.0 {
            if from < cut_low.min(high) {
                parts.push([from, cut_low.min(high)]);
            }
            from = from.max(*cut_high);
        }
        if from < high {
            parts.push([from, high]);
        }
        if a[1] > b[1] {
            parts.reverse();
            parts.iter_mut().for_each(|part| part.reverse());
        }
        parts.into_iter().map(|[from, to]| [[a[0], from], [a[0], to]]).collect()
    }
}

/// An edge along ±180, with its latitudes, the southern first.
enum Side {
    East([f64; 2]),
    West([f64; 2]),
}

fn side(edge: &[Position]) -> Option<Side> {
    let ([a, lat_a], [b, lat_b]) = (edge[0], edge[1]);
    let latitudes = [lat_a.min(lat_b), lat_a.max(lat_b)];
    match (a, b) {
        (180.0, 180.0) => Some(Side::East(latitudes)),
        (-180.0, -180.0) => Some(Side::West(latitudes)),
        _ => None,
    }
}

/// Intervals in order, those that touch joined.
fn merged(mut intervals: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    intervals.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut out: Vec<[f64; 2]> = Vec::new();
    for [low, high] in intervals {
        match out.last_mut() {
            Some(last) if low <= last[1] => last[1] = last[1].max(high),
            _ => out.push([low, high]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Vec<Position> {
        vec![[west, south], [east, south], [east, north], [west, north], [west, south]]
    }

    #[test]
    fn no_outline_is_drawn_where_two_parts_meet_at_the_antimeridian() {
        let parts = [rectangle(170.0, 0.0, 180.0, 20.0), rectangle(-180.0, 5.0, -170.0, 30.0)];
        let cuts = Cuts::of(parts.iter());
        assert_eq!(
            cuts.outlines(&parts[0]),
            [vec![[170.0, 0.0], [180.0, 0.0], [180.0, 5.0]], vec![[180.0, 20.0], [170.0, 20.0], [170.0, 0.0]]]
        );
        let alone = [rectangle(170.0, 0.0, 180.0, 20.0)];
        assert_eq!(Cuts::of(alone.iter()).outlines(&alone[0]), alone);
    }
}

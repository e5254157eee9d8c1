//! How much of each pixel of a row lies on land: exact areas, summed up from the edges of all outlines (as in font-rs, Levien 2016).
//!
//! An edge that goes down adds one to the winding number of all pixels right of it; an edge that goes up takes one away. So drawing an
//! outline costs its length in pixels, and an edge left of the picture costs its height.

/// Some rows of a picture.
pub(crate) struct Coverage {
    /// For each pixel, by how much its cover differs from that of the pixel left of it; two more in a row than it has pixels.
    changes: Vec<f32>,
    width: usize,
    first_row: usize,
    rows: usize,
}

/// Pixels to the right, and pixels down.
type Point = (f64, f64);

impl Coverage {
    /// `rows` rows of `width` pixels from `first_row` on, on which nothing is drawn.
    pub(crate) fn new(width: usize, first_row: usize, rows: usize) -> Self {
        Self { changes: vec![0.0; (width + 2) * rows], width, first_row, rows }
    }

    /// Adds an edge of an outline. An outline is closed, clockwise on the page.
    pub(crate) fn edge(&mut self, from: Point, to: Point) {
        let first = self.first_row as f64;
        let (from, to) = ((from.0, from.1 - first), (to.0, to.1 - first));
        let (sign, upper, lower) = if from.1 < to.1 { (1.0, from, to) } else { (-1.0, to, from) };
        let (top, bottom) = (upper.1.max(0.0), lower.1.min(self.rows as f64));
        if top >= bottom {
            return;
        }
        let slope = (lower.0 - upper.0) / (lower.1 - upper.1);
        let x_at = |y: f64| upper.0 + (y - upper.1) * slope;
        // The edge is cut where it enters or leaves the picture on the left or right.
        let right = self.width as f64;
        let crossing = |x: f64| (upper.1 + (x - upper.0) / slope).clamp(top, bottom);
        let (left_at, right_at) = if slope == 0.0 { (top, top) } else { (crossing(0.0), crossing(right)) };
        let cuts = [top, left_at.min(right_at), left_at.max(right_at), bottom];
        for (begin, end) in cuts.into_iter().zip(cuts.into_iter().skip(1)).filter(|(begin, end)| begin < end) {
            let middle = x_at((begin + end) / 2.0);
            if middle < right {
                let x = |y| if middle <= 0.0 { 0.0 } else { x_at(y).clamp(0.0, right) };
                self.piece((x(begin), begin), (x(end), end), sign);
            }
        }
    }

    /// Adds a part of an edge that lies within the rows, row by row.
    fn piece(&mut self, upper: Point, lower: Point, sign: f64) {
        let slope = (lower.0 - upper.0) / (lower.1 - upper.1);
        let last = (lower.1.ceil() as usize).min(self.rows);
        let mut x = upper.0;
        for row in upper.1 as usize..last {
            let height = (lower.1.min(row as f64 + 1.0) - upper.1.max(row as f64)).max(0.0);
            let next = (x + slope * height).clamp(0.0, self.width as f64);
            let begin = row * (self.width + 2);
            let pixels = &mut self.changes[begin..begin + self.width + 2];
            within_row(pixels, x.min(next), x.max(next), sign * height);
            x = next;
        }
    }

    /// How much of each pixel of a row is covered, 0 to 1.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = f32> + '_ {
        let begin = (row - self.first_row) * (self.width + 2);
        let mut sum = 0.0;
        self.changes[begin..begin + self.width].iter().map(move |change| {
            sum += change;
            // Outlines may lie on one another.
            f32::abs(sum).min(1.0)
        })
    }
}

/// Adds the area that an edge covers in a row: it runs from `from` to `to`, which is farther right, and `height` is its signed height.
fn within_row(pixels: &mut [f32], from: f64, to: f64, height: f64) {
    let (first, end) = (from as usize, to.ceil() as usize);
    if end <= first + 1 {
        let outside = (from + to) / 2.0 - first as f64;
        pixels[first] += (height * (1.0 - outside)) as f32;
        pixels[first + 1] += (height * outside) as f32;
        return;
    }
    // Pixel by pixel, from where the edge enters the row to where it leaves it, more of a pixel lies right of the edge.
    let per_pixel = height / (to - from);
    let mut before = 0.0;
    for (pixel, change) in pixels.iter_mut().enumerate().take(end + 1).skip(first) {
        let end = pixel as f64 + 1.0;
        let (left, right) = ((end - 1.0).max(from), end.min(to));
        let covered = match left < right {
            true => per_pixel * (left - from + (right - left) * (end - (left + right) / 2.0)),
            false => height,
        };
        *change += (covered - before) as f32;
        before = covered;
    }
}

#[cfg(test)]
mod tests {
    use super::Coverage;

    /// What an outline covers of each pixel of a picture.
    fn covered(width: usize, rows: usize, outline: &[(f64, f64)]) -> Vec<Vec<f32>> {
        let mut coverage = Coverage::new(width, 0, rows);
        for (i, from) in outline.iter().enumerate() {
            coverage.edge(*from, outline[(i + 1) % outline.len()]);
        }
        (0..rows).map(|row| coverage.row(row).collect()).collect()
    }

    fn check(outline: &[(f64, f64)], expected: [[f32; 4]; 2]) {
        for (row, expected) in covered(4, 2, outline).iter().zip(expected) {
            assert!(
                row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5),
                "{outline:?}: {row:?}, not {expected:?}"
            );
        }
    }

    #[test]
    fn a_pixel_is_covered_by_its_area() {
        check(&[(1.0, 0.0), (3.0, 0.0), (3.0, 1.0), (1.0, 1.0)], [[0.0, 1.0, 1.0, 0.0], [0.0; 4]]);
        check(&[(0.5, 0.5), (2.25, 0.5), (2.25, 2.0), (0.5, 2.0)], [[0.25, 0.5, 0.125, 0.0], [0.5, 1.0, 0.25, 0.0]]);
        check(&[(0.0, 0.0), (4.0, 0.0), (0.0, 2.0)], [[1.0, 1.0, 0.75, 0.25], [0.75, 0.25, 0.0, 0.0]]);
        check(&[(0.0, 0.0), (0.0, 2.0), (4.0, 0.0)], [[1.0, 1.0, 0.75, 0.25], [0.75, 0.25, 0.0, 0.0]]);
    }

    #[test]
    fn edges_outside_the_picture_cover_it_as_a_whole_or_not_at_all() {
        check(&[(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)], [[1.0; 4]; 2]);
        check(&[(-8.0, -4.0), (-2.0, -4.0), (-2.0, 9.0), (-8.0, 9.0)], [[0.0; 4]; 2]);
        check(&[(5.0, -4.0), (9.0, -4.0), (9.0, 9.0), (5.0, 9.0)], [[0.0; 4]; 2]);
        // The same slope as within, cut at both sides.
        check(&[(-4.0, -2.0), (12.0, -2.0), (-4.0, 6.0)], [[1.0; 4], [1.0; 4]]);
        check(&[(-2.0, -1.0), (6.0, -1.0), (-2.0, 3.0)], [[1.0, 1.0, 0.75, 0.25], [0.75, 0.25, 0.0, 0.0]]);
        check(&[(f64::NAN, 0.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)], [[0.0; 4]; 2]);
    }

    #[test]
    fn outlines_on_one_another_cover_once_and_holes_nothing() {
        let square = [(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0), (0.0, 0.0)];
        let hole = [(1.0, 0.0), (1.0, 2.0), (2.0, 2.0), (2.0, 0.0), (1.0, 0.0)];
        let mut coverage = Coverage::new(4, 7, 2);
        let mut add = |outline: &[(f64, f64)]| {
            outline
                .windows(2)
                .for_each(|edge| coverage.edge((edge[0].0, edge[0].1 + 7.0), (edge[1].0, edge[1].1 + 7.0)));
        };
        add(&square);
        add(&hole);
        assert_eq!(coverage.row(8).collect::<Vec<_>>(), [1.0, 0.0, 1.0, 1.0]);
        let mut add = |outline: &[(f64, f64)]| {
            outline
                .windows(2)
                .for_each(|edge| coverage.edge((edge[0].0, edge[0].1 + 7.0), (edge[1].0, edge[1].1 + 7.0)));
        };
        add(&square);
        assert_eq!(coverage.row(7).collect::<Vec<_>>(), [1.0; 4]);
    }
}

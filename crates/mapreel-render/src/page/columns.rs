//! Lines beside one another: in as few rows as there can be of lines that are not broken, and no fewer in the last column than need be.

/// Columns of lines, which are read downwards, then in the next column.
#[derive(Debug, PartialEq)]
pub(crate) struct Columns {
    /// How many lines stand below one another; in the last column there may be fewer.
    pub rows: usize,
    /// How far each column begins from where reading does, and its width.
    pub places: Vec<[u32; 2]>,
}

impl Columns {
    /// The columns of lines that are so wide. All are as wide as the widest line where they fit so, and otherwise each as wide as its own;
    /// where no two fit side by side there is one, of the whole width.
    pub(crate) fn of(widths: &[u32], room: u32, gap: u32) -> Self {
        let lines = widths.len();
        let are_even = |rows: &usize| *rows == lines.div_ceil(lines.div_ceil(*rows));
        let fitting = (1..lines).filter(are_even).find_map(|rows| {
            let own: Vec<u32> = widths.chunks(rows).map(|lines| lines.iter().copied().max().unwrap_or(0)).collect();
            let equal = vec![own.iter().copied().max().unwrap_or(0); own.len()];
            [equal, own].into_iter().find_map(|columns| Self::side_by_side(rows, &columns, room, gap))
        });
        fitting.unwrap_or_else(|| Self { rows: lines, places: vec![[0, room]] })
    }

    fn side_by_side(rows: usize, widths: &[u32], room: u32, gap: u32) -> Option<Self> {
        let (mut places, mut left) = (Vec::new(), 0u32);
        for width in widths {
            places.push([left, *width]);
            left = left.saturating_add(*width).saturating_add(gap);
        }
        (left - gap.min(left) <= room).then_some(Self { rows, places })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(widths: &[u32], room: u32, rows: usize, places: &[[u32; 2]]) {
        assert_eq!(Columns::of(widths, room, 10), Columns { rows, places: places.to_vec() }, "{widths:?} in {room}");
    }

    #[test]
    fn lines_have_as_few_rows_as_the_width_allows() {
        check(&[100; 6], 650, 1, &[[0, 100], [110, 100], [220, 100], [330, 100], [440, 100], [550, 100]]);
        check(&[100; 6], 649, 2, &[[0, 100], [110, 100], [220, 100]]);
        check(&[100; 6], 320, 2, &[[0, 100], [110, 100], [220, 100]]);
        check(&[100; 6], 319, 3, &[[0, 100], [110, 100]]);
        check(&[100; 6], 209, 6, &[[0, 209]]);
        check(&[100; 5], 320, 2, &[[0, 100], [110, 100], [220, 100]]);
    }

    #[test]
    fn columns_are_of_one_width_where_they_fit_so() {
        check(&[90, 40, 100, 30], 210, 2, &[[0, 100], [110, 100]]);
        check(&[90, 100, 40, 30], 150, 2, &[[0, 100], [110, 40]]);
        check(&[30, 200, 30], 200, 3, &[[0, 200]]);
    }

    #[test]
    fn no_line_stands_alone_beside_many() {
        check(&[100, 100, 100, 100, 100, 30], 150, 6, &[[0, 150]]);
        check(&[100, 100, 100, 30, 30, 30], 150, 3, &[[0, 100], [110, 30]]);
    }

    #[test]
    fn a_line_alone_has_the_whole_width() {
        check(&[500], 300, 1, &[[0, 300]]);
        check(&[], 300, 0, &[[0, 300]]);
    }
}

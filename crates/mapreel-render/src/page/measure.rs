//! Where everything stands, in pixels: found by measuring, the same for all frames.
//!
//! One size of text and one unit of space grow with the map, so that a thumbnail and a 4K frame are the same design.

use super::legend::LegendPicture;
use super::scale::Scale;
use super::texts::Page;
use super::{attribution, header, legend};
use crate::stop::{Stop, Stopped};
use crate::text::fonts::Fonts;
use crate::text::typesetter::Typesetter;
use mapreel_spec::{PageContent, PageLayout};

/// Measures what stands beside a map of so many pixels, and finds the place of everything. Both sides of the page are even, as
/// H.264 4:2:0 needs them. The legends are in the order of the column, topmost layer first.
///
/// # Errors
/// Nobody wants it any more.
pub fn measure(
    content: &PageContent,
    map: [u32; 2],
    legends: &[LegendPicture],
    fonts: &Fonts,
    stop: &Stop,
) -> Result<PageLayout, Stopped> {
    measure_page(&Page::from(content), map, legends, &mut Typesetter::new(fonts), stop)
}

/// Measures a page from its texts, of a plan or of the content of a page.
pub(crate) fn measure_page(
    page: &Page,
    [map_width, map_height]: [u32; 2],
    legends: &[LegendPicture],
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<PageLayout, Stopped> {
    let scale = Scale::of(map_width, map_height);
    let (margin, line) = (scale.margin(), scale.hairline);
    let legends = legend::lettered(page, map_width, legends, scale, typesetter, stop)?;
    let column = legend::measure(page, [map_width, map_height], &legends, scale, typesetter);
    let column_width = if column.width > 0 { column.width + margin } else { 0 };
    // A tiny map still gets a header that can be read.
    let inner = (map_width + 2 * line + column_width).max((scale.body_px * 17.0) as u32);
    let (header_lines, header_height) = header::measure(page, scale, inner, margin, typesetter);
    let top = margin + header_height + if header_height > 0 { (scale.unit * 3).div_ceil(2) } else { 0 };
    let map = [margin + line, top + line, map_width, map_height];
    let legends = column.boxes(map[0] + map[2] + line + margin, map[1]);
    // The column may be longer than a small map: what is below makes room for it.
    let column_bottom = legends.iter().map(|l| l.picture[1] + l.picture[3]).max().unwrap_or(0);
    let map_bottom = (map[1] + map[3] + line).max(column_bottom);
    let credits = attribution::measure(page, scale, inner, typesetter);
    let attribution = credits.map(|height| [margin, map_bottom + scale.unit, inner, height]);
    let bottom = attribution.map_or(map_bottom, |[_, y, _, height]| y + height);
    let even = |n: u32| n + n % 2;
    Ok(PageLayout {
        width: even(margin + inner + margin),
        height: even(bottom + if attribution.is_some() { scale.unit } else { margin }),
        map,
        header: [margin, margin, inner, header_height],
        header_lines,
        legends,
        attribution,
    })
}

//! The line round the map.

use super::layout::Layout;
use crate::raster::canvas::Canvas;
use crate::theme;

pub(crate) fn draw(page: &mut Canvas, layout: &Layout) {
    let ([x, y, w, h], line) = (layout.map, layout.scale.hairline);
    page.fill([x.saturating_sub(line), y.saturating_sub(line), w + 2 * line, line], theme::HAIRLINE);
    page.fill([x.saturating_sub(line), y + h, w + 2 * line, line], theme::HAIRLINE);
    page.fill([x.saturating_sub(line), y, line, h], theme::HAIRLINE);
    page.fill([x + w, y, line, h], theme::HAIRLINE);
}

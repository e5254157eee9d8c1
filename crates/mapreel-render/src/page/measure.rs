//! Where everything stands, in pixels: found by measuring, the same for all frames.
//!
//! One size of text and one unit of space grow with the map or the page, so that a thumbnail and a 4K frame are the same design.

use super::arrange::{Arranged, Arranger};
use super::legend::LegendPicture;
use super::scale::Scale;
use super::side::{Side, inside_max, plate};
use super::texts::Page;
use super::{attribution, canvas, header};
use crate::stop::{Stop, Stopped};
use crate::text::fonts::Fonts;
use crate::text::typesetter::Typesetter;
use mapreel_spec::{HeaderForm, LegendPlace, MapArea, PageContent, PageLayout, Room};

/// Measures what stands beside a map, and finds the place of everything. Round a map of so many pixels both sides of the page are
/// even, as H.264 4:2:0 needs them; a canvas has its own size. The legends are topmost layer first. A legend for which a canvas
/// has no room is left out. A canvas has its legends on the side where most of `area` is seen.
///
/// # Errors
/// The stop token is set.
pub fn measure(
    content: &PageContent,
    room: &Room,
    area: &MapArea,
    legends: &[LegendPicture],
    fonts: &Fonts,
    stop: &Stop,
) -> Result<PageLayout, Stopped> {
    let (page, mut typesetter) = (Page::from(content), Typesetter::new(fonts));
    match room {
        Room::Map(map) => round_a_map(&page, *map, legends, &mut typesetter, stop),
        Room::Canvas(room) => canvas::measure(&page, room, area, legends, &mut typesetter, stop),
    }
}

/// The column of legends may be this part of the map's width …
const WIDTH_PART: f32 = 0.3;
/// … and on a small map at least this many times the size of text.
const WIDTH_MIN: f32 = 9.0;
/// The widest that the column of legends becomes beside a map.
pub(crate) fn column_width_max(map_width: u32, scale: Scale) -> u32 {
    (map_width as f32 * WIDTH_PART).max(scale.body_px * WIDTH_MIN).floor() as u32
}

/// The page that grows round a map of so many pixels.
pub(crate) fn round_a_map(
    page: &Page,
    map: [u32; 2],
    legends: &[LegendPicture],
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<PageLayout, Stopped> {
    let scale = Scale::of_map(map);
    let legends: Vec<&LegendPicture> = legends.iter().collect();
    let mut arranger = Arranger { page, scale, typesetter, stop };
    let column_max = [column_width_max(map[0], scale), map[1]];
    let arranged = match page.texts.legends {
        LegendPlace::None => None,
        _ if legends.is_empty() => None,
        LegendPlace::Right => Some((Side::Right, arranger.stacked(&legends, column_max)?)),
        LegendPlace::Bottom => Some((Side::Bottom, arranger.flowing(&legends, [map[0], map[1]])?)),
        LegendPlace::Auto => {
            let (column, rows) = (arranger.stacked(&legends, column_max)?, arranger.flowing(&legends, map)?);
            Some(less_wasteful(map, scale, column, rows))
        }
        place => {
            let max = inside_max(map, scale);
            let arranged = arranger.stacked(&legends, max)?;
            // Legends under which a small map would vanish stand beside it.
            match arranged.width <= max[0] && arranged.height <= max[1] {
                true => Some((Side::Inside(place), arranged)),
                false => Some((Side::Right, arranger.stacked(&legends, column_max)?)),
            }
        }
    };
    Ok(laid_out(page, map, scale, arranged, typesetter))
}

/// The column or the rows, whichever makes the page smaller.
fn less_wasteful([width, height]: [u32; 2], scale: Scale, column: Arranged, rows: Arranged) -> (Side, Arranged) {
    let gap = scale.margin();
    let beside = u64::from(width + gap + column.width) * u64::from(height.max(column.height));
    let below = u64::from(width.max(rows.width)) * u64::from(height + gap + rows.height);
    if below < beside { (Side::Bottom, rows) } else { (Side::Right, column) }
}

fn laid_out(
    page: &Page,
    [map_width, map_height]: [u32; 2],
    scale: Scale,
    arranged: Option<(Side, Arranged)>,
    typesetter: &mut Typesetter,
) -> PageLayout {
    let (margin, line, form, direction) = (scale.margin(), scale.hairline, HeaderForm::WHOLE, page.direction());
    let column_width = match &arranged {
        Some((Side::Right, column)) => margin + column.width,
        _ => 0,
    };
    // A tiny map still gets a header that can be read.
    let inner = (map_width + 2 * line + column_width).max((scale.body_px * 17.0) as u32);
    let (header_lines, header_height) = header::measure(page, scale, form, [margin, margin, inner], typesetter);
    let top = margin + header_height + if header_height > 0 { (scale.unit * 3).div_ceil(2) } else { 0 };
    let map = [margin + line, top + line, map_width, map_height];
    let map_bottom = map[1] + map[3] + line;
    let (mut legends, mut plate_box, mut content_bottom) = (Vec::new(), None, map_bottom);
    match arranged {
        // The column may be longer than a small map: the credits move down.
        Some((Side::Right, column)) => {
            content_bottom = map_bottom.max(map[1] + column.height);
            legends = column.boxes(direction, map[0] + map[2] + line + margin, map[1]);
        }
        Some((Side::Bottom, rows)) => {
            content_bottom = map_bottom + margin + rows.height;
            let left = rows.left_in([margin, inner], direction);
            legends = rows.boxes(direction, left, map_bottom + margin);
        }
        Some((Side::Inside(corner), arranged)) => {
            let plate = plate(map, corner, &arranged, scale);
            legends = arranged.boxes(direction, plate[0] + scale.unit, plate[1] + scale.unit);
            plate_box = Some(plate);
        }
        None => {}
    }
    let credits = attribution::measure(page, scale, inner, u32::MAX, typesetter);
    let attribution = credits.map(|height| [margin, content_bottom + scale.unit, inner, height]);
    let bottom = attribution.map_or(content_bottom, |[_, y, _, height]| y + height);
    let even = |n: u32| n + n % 2;
    PageLayout {
        width: even(margin + inner + margin),
        height: even(bottom + if attribution.is_some() { scale.unit } else { margin }),
        text_px: scale.body_px,
        map,
        header: [margin, margin, inner, header_height],
        header_lines,
        header_form: form,
        legends,
        plate: plate_box,
        attribution,
    }
}

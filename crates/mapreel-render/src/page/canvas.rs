//! The layout of a page of an exact size: header, legends and credits take what they need, and the map has the rest.
//!
//! Nothing is cut. Where there is not room for all, letters become smaller, then layers lose their lines in the header, then long
//! texts end in an ellipsis, and legends are left out from the lowest layer's upwards.

use super::arrange::{Arranged, Arranger};
use super::legend::LegendPicture;
use super::scale::Scale;
use super::side::{Side, inside_max, plate};
use super::texts::Page;
use super::{attribution, header};
use crate::stop::{Stop, Stopped};
use crate::text::bidi::Direction;
use crate::text::typesetter::Typesetter;
use mapreel_spec::{Canvas, HeaderForm, LayerLines, LegendBox, LegendPlace, MapArea, PageLayout};

/// The part of the page's height that header and credits may take.
const TEXTS_PART: f32 = 0.42;
/// The parts of the width that a column of legends may take, and of the height that rows of them may take, between header and credits: as a
/// rule, and before a legend is left out.
const LEGEND_PARTS: [[f32; 2]; 2] = [[0.36, 0.45], [0.5, 0.5]];
/// The forms of header and credits, in the order in which they are tried: by how much letters become smaller, whether layers have
/// lines, and the most lines of a long text.
const FORMS: [(f32, HeaderForm); 8] = {
    const fn form(layers: LayerLines, lines_max: u32) -> HeaderForm {
        HeaderForm { layers, lines_max }
    }
    [
        (1.0, form(LayerLines::Informative, u32::MAX)),
        (0.85, form(LayerLines::Informative, u32::MAX)),
        (0.72, form(LayerLines::Informative, u32::MAX)),
        (0.85, form(LayerLines::None, u32::MAX)),
        (0.72, form(LayerLines::None, 3)),
        (0.6, form(LayerLines::None, 2)),
        (0.6, form(LayerLines::None, 1)),
        (0.5, form(LayerLines::None, 1)),
    ]
};

/// Header and credits, measured, and the box between them.
struct Texts {
    scale: Scale,
    form: HeaderForm,
    header: [u32; 4],
    header_lines: Vec<[u32; 4]>,
    attribution: Option<[u32; 4]>,
    between: [u32; 4],
}

pub(crate) fn measure(
    page: &Page,
    canvas: &Canvas,
    area: &MapArea,
    legends: &[LegendPicture],
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<PageLayout, Stopped> {
    let texts = measured_texts(page, canvas, typesetter);
    let mut arranger = Arranger { page, scale: texts.scale, typesetter, stop };
    let mut shown: Vec<&LegendPicture> =
        if page.texts.legends == LegendPlace::None { Vec::new() } else { legends.iter().collect() };
    let (map, arranged) = loop {
        if shown.is_empty() {
            break (texts.between, None);
        }
        // A map becomes small for all legends, or for the only one, and not for some of many.
        let is_worth_it = shown.len() == 1 || shown.len() == legends.len();
        let mut ways = LEGEND_PARTS.iter().take(if is_worth_it { 2 } else { 1 });
        let way = ways.find_map(|parts| beside(&mut arranger, &shown, texts.between, area, *parts).transpose());
        if let Some((map, side, arranged)) = way.transpose()? {
            break (map, Some((side, arranged)));
        }
        shown.pop();
    };
    let (legends, plate) = placed(page.direction(), texts.between, map, arranged, texts.scale);
    let line = texts.scale.hairline;
    Ok(PageLayout {
        width: canvas.width,
        height: canvas.height,
        text_px: texts.scale.body_px,
        map: within(map, line),
        header: texts.header,
        header_lines: texts.header_lines,
        header_form: texts.form,
        legends,
        plate,
        attribution: texts.attribution,
    })
}

/// Header and credits in the first form that leaves enough of the page.
fn measured_texts(page: &Page, canvas: &Canvas, typesetter: &mut Typesetter) -> Texts {
    let usual = Scale::of_canvas(canvas);
    let mut last = None;
    for (text, form) in FORMS {
        let texts = texts_in(page, canvas, usual.smaller(text), form, typesetter);
        if texts.between[3] as f32 >= canvas.height as f32 * (1.0 - TEXTS_PART) - margins_height(canvas) {
            return texts;
        }
        last = Some(texts);
    }
    last.unwrap_or_else(|| texts_in(page, canvas, usual, HeaderForm::WHOLE, typesetter))
}

fn margins_height(canvas: &Canvas) -> f32 {
    (canvas.margins[0] + canvas.margins[2]) as f32
}

fn texts_in(page: &Page, canvas: &Canvas, scale: Scale, form: HeaderForm, typesetter: &mut Typesetter) -> Texts {
    let [top, right, bottom, left] = canvas.margins.map(|margin| margin.max(scale.margin()));
    let width = canvas.width.saturating_sub(left + right).max(1);
    let (header_lines, header_height) = header::measure(page, scale, form, [left, top, width], typesetter);
    let credits = attribution::measure(page, scale, width, form.lines_max, typesetter);
    let below_header = top + header_height + if header_height > 0 { (scale.unit * 3).div_ceil(2) } else { 0 };
    // Credits reach a little into the lower margin, unless the canvas sets that margin.
    let foot = bottom - if canvas.margins[2] == 0 && credits.is_some() { scale.unit } else { 0 };
    let above_credits = canvas.height.saturating_sub(foot + credits.map_or(0, |height| height + scale.unit));
    let attribution = credits.map(|height| [left, above_credits + scale.unit, width, height]);
    Texts {
        scale,
        form,
        header: [left, top, width, header_height],
        header_lines,
        attribution,
        between: [left, below_header, width, above_credits.saturating_sub(below_header).max(1)],
    }
}

/// The map's box and the legends on the side where most of the map's area is seen; `None`: there is no room for legends.
fn beside(
    arranger: &mut Arranger,
    legends: &[&LegendPicture],
    between: [u32; 4],
    area: &MapArea,
    [column_part, rows_part]: [f32; 2],
) -> Result<Option<([u32; 4], Side, Arranged)>, Stopped> {
    let [x, y, width, height] = between;
    let (gap, place) = (arranger.scale.margin(), arranger.page.texts.legends);
    let part = |px: u32, part: f32| (px as f32 * part) as u32;
    let mut ways = Vec::new();
    if matches!(place, LegendPlace::Auto | LegendPlace::Right) {
        let max = [part(width, column_part), height];
        let column = arranger.stacked(legends, max)?;
        if column.width <= max[0] && column.height <= max[1] {
            ways.push(([x, y, width.saturating_sub(column.width + gap), height], Side::Right, column));
        }
    }
    if matches!(place, LegendPlace::Auto | LegendPlace::Bottom) {
        let max = [width, part(height, rows_part)];
        let rows = arranger.flowing(legends, max)?;
        if rows.width <= max[0] && rows.height <= max[1] {
            ways.push(([x, y, width, height.saturating_sub(rows.height + gap)], Side::Bottom, rows));
        }
    }
    if !matches!(place, LegendPlace::Auto | LegendPlace::Right | LegendPlace::Bottom) {
        let max = inside_max([width, height], arranger.scale);
        let arranged = arranger.stacked(legends, max)?;
        if arranged.width <= max[0] && arranged.height <= max[1] {
            ways.push((between, Side::Inside(place), arranged));
        }
    }
    // `max_by` takes the last of equals: in reverse order that is the right side, not the one below.
    let shown = |[_, _, width, height]: [u32; 4]| area.pixels_shown([width, height]);
    Ok(ways.into_iter().rev().max_by(|a, b| shown(a.0).total_cmp(&shown(b.0))))
}

fn placed(
    direction: Direction,
    between: [u32; 4],
    map: [u32; 4],
    arranged: Option<(Side, Arranged)>,
    scale: Scale,
) -> (Vec<LegendBox>, Option<[u32; 4]>) {
    let [x, y, width, height] = map;
    match arranged {
        None => (Vec::new(), None),
        Some((Side::Right, column)) => (column.boxes(direction, x + width + scale.margin(), y), None),
        Some((Side::Bottom, rows)) => {
            let left = rows.left_in([between[0], between[2]], direction);
            (rows.boxes(direction, left, y + height + scale.margin()), None)
        }
        Some((Side::Inside(corner), arranged)) => {
            let plate = plate(within(map, scale.hairline), corner, &arranged, scale);
            (arranged.boxes(direction, plate[0] + scale.unit, plate[1] + scale.unit), Some(plate))
        }
    }
}

/// A box without the line round it.
fn within([x, y, width, height]: [u32; 4], line: u32) -> [u32; 4] {
    [x + line, y + line, width.saturating_sub(2 * line).max(1), height.saturating_sub(2 * line).max(1)]
}

//! The header: the title, the subtitle, the map time and `(k of n)`, and a line for each layer that has a title, topmost first. Lines
//! of layers stand beside one another where they fit.
//!
//! Every line has one place in all frames: lines that change are redrawn there, and nothing moves.

use super::columns::Columns;
use super::layout::Layout;
use super::scale::Scale;
use super::texts::Page;
use crate::raster::canvas::Canvas;
use crate::text::span::Span;
use crate::text::typesetter::Typesetter;
use mapreel_spec::{Caption, Cause, Gap, GapKind, HeaderForm, LayerLines, LegendPlace, PlannedLabel, Series};

/// One line of the header in one frame.
struct Line {
    spans: Vec<Span>,
    size_px: f32,
    /// Space above it.
    gap: u32,
    is_of_layer: bool,
}

/// A frame, and what the header says of its layers.
pub(crate) struct Moment<'a> {
    /// The frame's index, from 0.
    pub frame: usize,
    /// The gap of a layer in this frame, by the layer's index in the plan.
    pub gap: &'a dyn Fn(usize) -> Option<&'a Gap>,
}

/// The lines of a frame.
fn lines(page: &Page, scale: Scale, form: HeaderForm, moment: &Moment) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(title) = &page.texts.title {
        lines.push(Line { spans: vec![Span::bold(title)], size_px: scale.title_px(), gap: 0, is_of_layer: false });
    }
    if let Some(subtitle) = &page.texts.subtitle {
        let size_px = scale.body_px * 1.1;
        lines.push(Line { spans: vec![Span::muted(subtitle)], size_px, gap: 0, is_of_layer: false });
    }
    lines.extend(time_line(page, scale, moment.frame));
    for (index, caption) in page.captions.iter().enumerate().rev() {
        let Some(title) = title_of(page, form, caption) else { continue };
        let mut spans = vec![Span::ink(title)];
        spans.extend(layer_spans(page, caption, moment.frame, (moment.gap)(index)));
        lines.push(Line { spans, size_px: scale.body_px, gap: scale.unit / 2, is_of_layer: true });
    }
    if let Some(first) = lines.first_mut() {
        first.gap = 0;
    }
    lines
}

/// The title of a layer that has a line of its own.
fn title_of<'a>(page: &Page<'a>, form: HeaderForm, caption: &'a Caption) -> Option<&'a String> {
    let title = caption.title.as_ref().filter(|_| page.texts.shows_layers)?;
    match form.layers {
        LayerLines::All => Some(title),
        LayerLines::None => None,
        LayerLines::Informative => {
            let stands_over_legend = page.texts.legends != LegendPlace::None
                && caption.legend.is_some()
                && caption.legend_title().0 == Some(title);
            let tells = |frame: usize| labels_at(page, caption, frame).next().is_some();
            (!stands_over_legend || (0..page.frames.len()).any(tells)).then_some(title)
        }
    }
}

/// The labels after a layer's title in a frame. The layer's time is left out where it is the time that the header shows.
fn labels_at<'a>(page: &Page<'a>, caption: &'a Caption, frame: usize) -> impl Iterator<Item = &'a PlannedLabel> {
    let shown = page.frames[frame].time_text.as_ref();
    caption.labels.at(frame).iter().filter(move |label| label.marked || Some(&label.text) != shown)
}

/// The frame's time, and in a film which frame it is.
fn time_line(page: &Page, scale: Scale, frame: usize) -> Option<Line> {
    let mut spans = vec![Span::bold(page.frames[frame].time_text.as_ref()?)];
    if page.frames.len() > 1 {
        spans.push(Span::muted(format!("  {}", page.texts.count(frame, page.frames.len()))));
    }
    Some(Line { spans, size_px: scale.time_px(), gap: scale.unit / 2, is_of_layer: false })
}

/// What stands after a layer's title: its labels, and its gap if it has one.
fn layer_spans(page: &Page, caption: &Caption, frame: usize, gap: Option<&Gap>) -> Vec<Span> {
    let is_only_time = |of: usize| page.frames[frame].shown.is_none() && is_timed(caption, of);
    let own = || labels(labels_at(page, caption, frame), is_only_time(frame));
    // A picture that is held is of another time than the frame.
    let held = |from: usize| labels(caption.labels.at(from).iter(), is_only_time(from));
    let with_labels = |alarm: &str| own().chain([Span::alarm(alarm)]).collect();
    match gap.map(|gap| (gap.kind, &gap.cause)) {
        Some((GapKind::Missing, Cause::Incomplete)) => with_labels("  –  incomplete"),
        Some((GapKind::Missing | GapKind::Outside, _)) => vec![Span::alarm("  –  not shown")],
        Some((GapKind::Empty, _)) => with_labels("  –  empty"),
        Some((GapKind::Held { from }, _)) => [Span::alarm("  –  held")].into_iter().chain(held(from)).collect(),
        None => own().collect(),
    }
}

/// Whether a layer's pictures are of a time, which is then its first label.
fn is_timed(caption: &Caption, frame: usize) -> bool {
    caption.has_pictures && caption.times_used.at(frame).is_some()
}

/// The labels after a title, as texts. A marked label is bold: it says that a time is not the frame's, or may not be. The first label is bold,
/// too, where the page shows the time of the data nowhere else.
fn labels<'a>(labels: impl Iterator<Item = &'a PlannedLabel>, first_is_time: bool) -> impl Iterator<Item = Span> {
    labels.enumerate().map(move |(i, label)| {
        let text = format!("{}{}", if i == 0 { "   " } else { "  ·  " }, label.text);
        if label.marked || i == 0 && first_is_time { Span::bold(text) } else { Span::muted(text) }
    })
}

/// A line as it is in all frames.
struct Measured {
    /// Space above it.
    gap: u32,
    is_of_layer: bool,
    /// The greatest of all frames where it is not broken.
    width: u32,
    /// The greatest of all frames within the width of the header.
    height: u32,
}

/// Whether a layer may be so instead of what was asked for.
fn may_have(caption: &Caption, gap: &Gap) -> bool {
    match (gap.kind, &gap.cause) {
        (GapKind::Held { .. }, _) => caption.may_be_held,
        (GapKind::Missing, Cause::Unavailable) => true,
        // A layer of features can only be missing as a whole.
        _ => caption.has_pictures,
    }
}

/// The lines of all frames.
fn measured(page: &Page, scale: Scale, form: HeaderForm, width: u32, typesetter: &mut Typesetter) -> Vec<Measured> {
    let mut all: Vec<Measured> = Vec::new();
    for frame in measured_frames(page) {
        let gap = |kind| Some(Gap { kind, ..Gap::missing("") });
        let held = gap(GapKind::Held { from: frame });
        for gap in [None, gap(GapKind::Missing), Some(Gap::incomplete("")), gap(GapKind::Empty), held] {
            let may_have = |layer: usize, gap: &Gap| may_have(page.captions[layer], gap);
            let gap_of = |layer: usize| gap.as_ref().filter(|gap| may_have(layer, gap));
            for (i, line) in lines(page, scale, form, &Moment { frame, gap: &gap_of }).iter().enumerate() {
                let spans = typesetter.shortened(&line.spans, line.size_px, width as f32, form.lines_max);
                let (unbroken, mut height) = typesetter.measure(&spans, line.size_px, f32::MAX);
                if unbroken > width {
                    height = typesetter.measure(&spans, line.size_px, width as f32).1;
                }
                match all.get_mut(i) {
                    Some(known) => (known.width, known.height) = (known.width.max(unbroken), known.height.max(height)),
                    None => {
                        all.push(Measured { gap: line.gap, is_of_layer: line.is_of_layer, width: unbroken, height })
                    }
                }
            }
        }
    }
    all
}

/// The frames whose lines must be measured. Digits are all of one width, so frames whose texts differ in nothing but
/// digits — times, as a rule — are as wide as one another, and one of them stands for all.
fn measured_frames(page: &Page) -> Vec<usize> {
    let mut seen = std::collections::HashSet::new();
    let shape = |text: &String| text.replace(|c: char| c.is_ascii_digit(), "0");
    let shapes = |frame: usize| -> Vec<String> {
        let labels = page.captions.iter().flat_map(|caption| caption.labels.at(frame)).map(|label| shape(&label.text));
        labels.chain(page.frames[frame].time_text.as_ref().map(shape)).collect()
    };
    (0..page.frames.len()).filter(|frame| seen.insert(shapes(*frame))).collect()
}

/// From one column of layers to the next, in units: more than between a title and what stands behind it.
const COLUMN_GAP: u32 = 6;

/// The place of each line of a header of this left, top and width, and the height of the whole.
pub(crate) fn measure(
    page: &Page,
    scale: Scale,
    form: HeaderForm,
    [left, top, width]: [u32; 3],
    typesetter: &mut Typesetter,
) -> (Vec<[u32; 4]>, u32) {
    let lines = measured(page, scale, form, width, typesetter);
    let (texts, layers) = lines.split_at(lines.iter().take_while(|line| !line.is_of_layer).count());
    let (mut boxes, mut y) = (Vec::new(), top);
    for line in texts {
        boxes.push([left, y + line.gap, width, line.height]);
        y += line.gap + line.height;
    }
    // A line that was measured in whole pixels is not broken in them.
    let widths: Vec<u32> = layers.iter().map(|line| line.width + 1).collect();
    let columns = Columns::of(&widths, width, COLUMN_GAP * scale.unit);
    let mut tops = Vec::new();
    for row in 0..columns.rows {
        tops.push(y + layers[row].gap);
        let height = layers.iter().skip(row).step_by(columns.rows).map(|line| line.height).max().unwrap_or(0);
        y += layers[row].gap + height;
    }
    boxes.extend(layers.iter().enumerate().map(|(i, line)| {
        let [start, wide] = columns.places[i / columns.rows];
        let x = left + page.direction().left_of(start, wide, width);
        [x, tops[i % columns.rows], wide, line.height]
    }));
    (boxes, y - top)
}

/// The header of an animation: which of its lines change.
pub(crate) struct Header {
    changes: Vec<bool>,
}

impl Header {
    pub(crate) fn new(page: &Page, form: HeaderForm, may_be_missing: &dyn Fn(usize) -> bool) -> Self {
        let many = page.frames.len() > 1;
        let title = page.texts.title.iter().chain(&page.texts.subtitle).map(|_| false);
        let time = page.frames[0].time_text.iter().map(|_| many);
        let titled =
            page.captions.iter().enumerate().rev().filter(|(_, caption)| title_of(page, form, caption).is_some());
        let layers =
            titled.map(|(i, caption)| many && (may_be_missing(i) || matches!(caption.labels, Series::PerFrame(_))));
        Self { changes: title.chain(time).chain(layers).collect() }
    }

    /// Draws the lines that change (`true`) or those that stay (`false`).
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas,
        page: &Page,
        layout: &Layout,
        moment: &Moment,
        changing: bool,
        typesetter: &mut Typesetter,
    ) {
        let lines = lines(page, layout.scale, layout.header_form, moment);
        for ((line, [x, top, width, _]), changes) in lines.iter().zip(&layout.header_lines).zip(&self.changes) {
            if *changes == changing {
                let (place, width) = ((*x as f32, *top as f32), *width as f32);
                let spans = typesetter.shortened(&line.spans, line.size_px, width, layout.header_form.lines_max);
                typesetter.draw_towards(layout.direction, canvas, &spans, line.size_px, width, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fonts::Fonts;
    use crate::text::typesetter::line_height;
    use mapreel_spec::{Limits, Plan, Resolved, View, parse_request};

    fn planned(header: &str, layers: &str) -> Plan {
        let request = format!(
            r#"{{ "map": {{ "bbox": [0, 0, 9, 9], "width": 100 }}, "times": ["2020-01-01", "2020-01-02"],
                 "layers": [{layers}], "header": {{ {header} }} }}"#
        );
        let request = parse_request(request.as_bytes(), &Limits::default()).unwrap();
        Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &Limits::default()).unwrap()
    }

    fn places(plan: &Plan, width: u32) -> Vec<[u32; 4]> {
        let (page, scale) = (Page::from(plan), Scale::of(13.0));
        measure(&page, scale, HeaderForm::WHOLE, [10, 5, width], &mut Typesetter::new(&Fonts::bundled())).0
    }

    #[test]
    fn lines_of_layers_stand_side_by_side_from_where_reading_begins() {
        let layer =
            |title| format!(r#"{{ "type": "xyz", "url": "http://h/{{z}}/{{x}}/{{y}}.png", "title": "{title}" }}"#);
        let layers = ["Waves", "Wind", "Rain", "Ice"].map(layer).join(",");
        let check = |title: &str, width: u32, rows: usize| {
            let boxes = places(&planned(&format!(r#""title": "{title}""#), &layers), width);
            let (texts, lines) = boxes.split_at(2);
            assert!(texts.iter().all(|at| (at[0], at[2]) == (10, width)), "{boxes:?}");
            let mut tops: Vec<u32> = lines.iter().map(|at| at[1]).collect();
            tops.dedup();
            assert_eq!(tops[..rows], [lines[0][1], lines[1][1], lines[2][1], lines[3][1]][..rows], "{boxes:?}");
            assert!(lines.iter().all(|[x, _, wide, _]| *x >= 10 && x + wide <= 10 + width), "{boxes:?}");
            lines.to_vec()
        };
        let ltr = check("Sea", 900, 1);
        assert!(ltr.is_sorted_by(|a, b| a[0] + a[2] < b[0]), "{ltr:?}");
        let rtl = check("\u{5d9}\u{5dd}", 900, 1);
        let mirrored: Vec<[u32; 4]> = rtl.iter().map(|[x, y, w, h]| [10 + 910 - x - w, *y, *w, *h]).collect();
        assert_eq!(mirrored, ltr);
        let two = check("Sea", ltr[1][0] + ltr[1][2] - 10, 2);
        assert_eq!([two[0][1], two[1][1], two[0][0]], [two[2][1], two[3][1], 10], "downwards, then in the next column");
        check("Sea", 60, 4);
    }

    #[test]
    fn a_picture_that_is_held_has_room_for_its_time() {
        let plan = planned(
            "",
            r#"{ "type": "image", "url": "http://h/{time}.png", "bbox": [0, 0, 9, 9], "title": "Radar", "on_error": "hold" }"#,
        );
        let gap = Gap { kind: GapKind::Held { from: 0 }, ..Gap::missing("") };
        let line =
            lines(&Page::from(&plan), Scale::of(13.0), HeaderForm::WHOLE, &Moment { frame: 1, gap: &|_| Some(&gap) });
        let spans = &line.last().unwrap().spans;
        assert!(spans.iter().any(|span| span.text.contains("2020-01-01")), "{spans:?}");
        let width = Typesetter::new(&Fonts::bundled()).measure(spans, 13.0, f32::MAX).0;
        let height_in = |width: u32| places(&plan, width).last().unwrap()[3];
        assert_eq!(height_in(width), line_height(13.0));
        assert_eq!(height_in(width - 5), 2 * line_height(13.0));
    }
}

//! The header: the title, the subtitle, the map time and `(k of n)`, and a line for each layer that has a title, topmost first.
//!
//! Every line has one place in all frames: lines that change are redrawn there, and nothing moves.

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
        lines.push(Line { spans: vec![Span::bold(title)], size_px: scale.title_px(), gap: 0 });
    }
    if let Some(subtitle) = &page.texts.subtitle {
        lines.push(Line { spans: vec![Span::muted(subtitle)], size_px: scale.body_px * 1.1, gap: 0 });
    }
    lines.extend(time_line(page, scale, moment.frame));
    for (index, caption) in page.captions.iter().enumerate().rev() {
        let Some(title) = title_of(page, form, caption) else { continue };
        let mut spans = vec![Span::ink(title)];
        spans.extend(layer_spans(page, caption, moment.frame, (moment.gap)(index)));
        lines.push(Line { spans, size_px: scale.body_px, gap: scale.unit / 2 });
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
    Some(Line { spans, size_px: scale.time_px(), gap: scale.unit / 2 })
}

/// What stands after a layer's title: its labels, and its gap if it has one.
fn layer_spans(page: &Page, caption: &Caption, frame: usize, gap: Option<&Gap>) -> Vec<Span> {
    let labels = |of: usize| -> Vec<Span> {
        let is_only_time = page.frames[frame].shown.is_none() && is_timed(caption, of);
        // A picture that is held is of another time than the frame.
        match of == frame {
            true => labels(labels_at(page, caption, frame), is_only_time).collect(),
            false => labels(caption.labels.at(of).iter(), is_only_time).collect(),
        }
    };
    let with_labels = |alarm: &str| [labels(frame), vec![Span::alarm(alarm)]].concat();
    match gap.map(|gap| (gap.kind, &gap.cause)) {
        Some((GapKind::Missing, Cause::Incomplete)) => with_labels("  –  incomplete"),
        Some((GapKind::Missing | GapKind::Outside, _)) => vec![Span::alarm("  –  not shown")],
        Some((GapKind::Empty, _)) => with_labels("  –  empty"),
        Some((GapKind::Held { from }, _)) => [vec![Span::alarm("  –  held")], labels(from)].concat(),
        None => labels(frame),
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

/// The gap above each line, and its height: the greatest of all frames.
fn heights(page: &Page, scale: Scale, form: HeaderForm, width: u32, typesetter: &mut Typesetter) -> Vec<(u32, u32)> {
    let mut heights: Vec<(u32, u32)> = Vec::new();
    for frame in measured_frames(page) {
        let gap = |kind| Some(Gap { kind, ..Gap::missing("") });
        let held = gap(GapKind::Held { from: frame });
        for gap in [None, gap(GapKind::Missing), Some(Gap::incomplete("")), gap(GapKind::Empty), held] {
            // A layer of features can only be missing as a whole.
            let may_have = |layer: usize, gap: &Gap| {
                page.captions[layer].has_pictures || (gap.kind, &gap.cause) == (GapKind::Missing, &Cause::Unavailable)
            };
            let gap_of = |layer: usize| gap.as_ref().filter(|gap| may_have(layer, gap));
            for (i, line) in lines(page, scale, form, &Moment { frame, gap: &gap_of }).iter().enumerate() {
                let spans = typesetter.shortened(&line.spans, line.size_px, width as f32, form.lines_max);
                let height = typesetter.measure(&spans, line.size_px, width as f32).1;
                match heights.get_mut(i) {
                    Some(known) => known.1 = known.1.max(height),
                    None => heights.push((line.gap, height)),
                }
            }
        }
    }
    heights
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

/// The top of each line of a header that begins at `top`, and the height of the whole.
pub(crate) fn measure(
    page: &Page,
    scale: Scale,
    form: HeaderForm,
    width: u32,
    top: u32,
    typesetter: &mut Typesetter,
) -> (Vec<u32>, u32) {
    let (mut tops, mut y) = (Vec::new(), top);
    for (gap, height) in heights(page, scale, form, width, typesetter) {
        tops.push(y + gap);
        y += gap + height;
    }
    (tops, y - top)
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
        let [x, _, width, _] = layout.header;
        let lines = lines(page, layout.scale, layout.header_form, moment);
        for ((line, top), changes) in lines.iter().zip(&layout.header_lines).zip(&self.changes) {
            if *changes == changing {
                let (place, width) = ((x as f32, *top as f32), width as f32);
                let spans = typesetter.shortened(&line.spans, line.size_px, width, layout.header_form.lines_max);
                typesetter.draw_towards(layout.direction, canvas, &spans, line.size_px, width, place);
            }
        }
    }
}

//! The notice on the map: a sentence for its readers on each layer that is not as it was asked for. A server's own words stand in
//! the manifest.

use super::layout::Layout;
use crate::raster::canvas::Canvas;
use crate::text::span::Span;
use crate::text::typesetter::Typesetter;
use crate::theme;
use mapreel_spec::{Cause, Colour, Gap, GapKind, Plan};

/// Draws a panel at the map's lower left corner with a sentence for each layer (its index in the plan) that is not what was
/// asked for, topmost first as in the header.
pub(crate) fn draw(
    page: &mut Canvas,
    plan: &Plan,
    gaps: &[(usize, &Gap)],
    layout: &Layout,
    typesetter: &mut Typesetter,
) {
    if !gaps.is_empty() {
        page.within(layout.map, |page| panel(page, plan, gaps, layout, typesetter));
    }
}

fn panel(page: &mut Canvas, plan: &Plan, gaps: &[(usize, &Gap)], layout: &Layout, typesetter: &mut Typesetter) {
    let (scale, [x, y, width, height]) = (layout.scale, layout.map);
    let size_px = scale.body_px;
    let (padding, bar) = (scale.unit, scale.hairline * 3);
    let room = width.saturating_sub(4 * padding + bar).max(1) as f32;
    let mut measure = |sentences: &[Vec<Span>]| -> Vec<(u32, u32)> {
        sentences.iter().map(|spans| typesetter.measure(spans, size_px, room)).collect()
    };
    let total = |sizes: &[(u32, u32)]| sizes.iter().map(|(_, h)| h).sum::<u32>() + 2 * padding;
    let mut text: Vec<Vec<Span>> = gaps.iter().rev().map(|(layer, gap)| sentence(plan, *layer, gap)).collect();
    let mut sizes = measure(&text);
    // A notice that would be higher than half of the map becomes one sentence.
    if total(&sizes) > height / 2 {
        let all_missing = gaps.iter().all(|(_, gap)| gap.is_lack());
        let all = format!("{} layers are not {}", gaps.len(), if all_missing { "shown" } else { "as asked for" });
        text = vec![vec![name(all)]];
        sizes = measure(&text);
    }
    let panel_height = total(&sizes).min(height);
    let panel_width = (sizes.iter().map(|(w, _)| *w).max().unwrap_or(0) + bar + 2 * padding).min(width);
    let (left, mut top) =
        (x + padding.min(width - panel_width), y + height - panel_height - padding.min(height - panel_height));
    page.fill([left, top, panel_width, panel_height], Colour { a: 235, ..theme::GROUND });
    page.fill([left, top, bar, panel_height], theme::ALARM);
    top += padding;
    for (spans, (_, height)) in text.iter().zip(sizes) {
        typesetter.draw(page, spans, size_px, room, (left + bar + padding) as f32, top as f32);
        top += height;
    }
}

/// The layer's name as it stands in a notice.
pub(crate) fn name(name: impl Into<String>) -> Span {
    Span { bold: true, ..Span::alarm(name) }
}

/// The sentence that tells readers how a layer is not what was asked for.
fn sentence(plan: &Plan, layer: usize, gap: &Gap) -> Vec<Span> {
    let caption = &plan.layers[layer].caption;
    let what = match (gap.kind, &gap.cause) {
        (GapKind::Empty, _) => ": there is nothing in this picture".to_owned(),
        (GapKind::Outside, _) => ": there is nothing of it at this place".to_owned(),
        // A name may be in the plural.
        (_, Cause::Unavailable) => ": not available".to_owned(),
        (_, Cause::Incomplete) => ": incomplete".to_owned(),
        (_, Cause::NoData { of }) => format!(": no data for {of}"),
    };
    let instead = match gap.kind {
        GapKind::Held { from } => match caption.labels.at(from).first().filter(|_| caption.has_times()) {
            Some(time) => format!("; shown instead: {}", time.text),
            None => "; an earlier picture is shown".to_owned(),
        },
        GapKind::Missing | GapKind::Outside | GapKind::Empty => String::new(),
    };
    vec![name(&caption.name), Span::ink(what + &instead)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_spec::{Limits, Resolved, View, parse_request};

    #[test]
    fn a_notice_is_a_sentence_for_readers() {
        let request = r#"{ "map": { "bbox": [0, 0, 9, 9], "width": 100 },
            "layers": [{ "type": "xyz", "url": "http://h/{z}/{x}/{y}.png", "title": "Radar" }] }"#;
        let limits = Limits::default();
        let request = parse_request(request.as_bytes(), &limits).unwrap();
        let plan = Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &limits).unwrap();
        let check = |gap: Gap, expected: &str| {
            let said: String = sentence(&plan, 0, &gap).into_iter().map(|span| span.text).collect();
            assert_eq!(said, expected);
        };
        let why = "`h` answered with XML: <Exception>";
        let no_data = || Gap::no_data("2020-01-01 07:00 UTC".into(), why);
        check(Gap::missing(why), "Radar: not available");
        check(Gap::incomplete(why), "Radar: incomplete");
        check(no_data(), "Radar: no data for 2020-01-01 07:00 UTC");
        check(Gap { kind: GapKind::Empty, ..Gap::missing(why) }, "Radar: there is nothing in this picture");
        check(Gap::outside(why), "Radar: there is nothing of it at this place");
        let held = GapKind::Held { from: 0 };
        check(Gap { kind: held, ..no_data() }, "Radar: no data for 2020-01-01 07:00 UTC; an earlier picture is shown");
    }
}

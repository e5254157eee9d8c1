//! Plan: asks the servers, measures header, legends and credits, and plans the pictures of the map in the room that they leave.

use super::draw_context::DrawContext;
use super::error::Error;
use super::legends::fetch_legends;
use super::resolve::{Heard, resolve};
use jiff::Timestamp;
use mapreel_render::LegendPicture;
use mapreel_render::measure;
use mapreel_spec::{
    Format, Limits, PageContent, PageLayout, Plan, Problem, Problems, Request, Resolved, Room, View, legends_mib,
};

/// The plan of a request at a time, and the legends that were measured for it. Documents are fetched by `context`; legends, which all
/// frames share, are fetched by `recording`.
pub(crate) fn plan(
    request: &Request,
    view: View,
    limits: &Limits,
    context: &DrawContext,
    recording: &DrawContext,
    now: Timestamp,
) -> Result<(Plan, Vec<LegendPicture>), Error> {
    let Heard { resolved, may_pass, .. } = resolve(request, limits, context, now)?;
    let resolved = resolved.map_err(|why| Error::Frames { why, may_pass })?;
    on_a_page(&resolved, view, limits, recording)
}

/// The plan of a resolved request, on the page whose layout its legends and texts decide; and the legends.
pub(crate) fn on_a_page(
    resolved: &Resolved,
    view: View,
    limits: &Limits,
    context: &DrawContext,
) -> Result<(Plan, Vec<LegendPicture>), Error> {
    let content = PageContent::of(resolved, view, limits)?;
    // This memory is only for measuring. The cost of the plan, when it is known, includes the legends.
    let _legends = context.take_memory(legends_mib(content.captions.iter()))?;
    let legends = fetch_legends(context, content.captions.iter())?;
    let fonts = context.fonts.for_texts(&content.texts, &content.frames, content.captions.iter());
    let (room, stop) = (view.room_of(resolved), context.drawing());
    let layout = measure(&content, &room, &resolved.area, &legends, &fonts, &stop)?;
    if matches!(room, Room::Canvas(_)) {
        has_room(&layout)?;
    }
    fits(view.format_of(resolved), &layout)?;
    Ok((Plan::new(resolved, view, content, layout, limits)?, legends))
}

/// Whether a page of an exact size has room for a map beside its texts.
fn has_room(layout: &PageLayout) -> Result<(), Problems> {
    if layout.has_room() {
        return Ok(());
    }
    let PageLayout { width, height, .. } = layout;
    let detail = format!("{width} × {height} pixels are too few for a map beside title, times and credits");
    let hint = Some("a larger picture, a smaller `scale`, or fewer and shorter texts".to_owned());
    Err(Problems(vec![Problem { pointer: "/output".into(), code: "too_small", detail, hint }]))
}

/// Whether a format can hold a page. Header and legends are measured only here, so the page of a small enough map may be too large. A retry
/// would not help, so this is an error in the request.
fn fits(format: Format, &PageLayout { width, height, .. }: &PageLayout) -> Result<(), Problems> {
    let Some(why) = format.why_not([width, height]) else { return Ok(()) };
    let detail = format!("with header and legends the page is too large for {}: {why}", format.name());
    let hint = Some("a smaller map, shorter texts, or another format".to_owned());
    Err(Problems(vec![Problem { pointer: "/map".into(), code: "too_large", detail, hint }]))
}

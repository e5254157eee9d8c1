//! Reads the file's format, its frame rate, and the size of the whole picture where the request gives one.

use super::purpose::Purpose;
use crate::request::limits::Limits;
use crate::request::output::{Format, Output};
use crate::request::read::Node;
use crate::request::room::{Canvas, Preset, SafeArea};
use crate::schema::fields::fields;
use crate::schema::given::{At, Given, Noted};
use crate::schema::numbers::{Hundredths, Side};
use crate::schema::shape::Shape;
use crate::schema::texts::{Flag, in_any_case};
use serde_json::{Value, json};

fields! {
    /// The file.
    pub(crate) struct OutputFields {
        /// `png`, `jpeg` or `webp` for an image, `mp4` or `gif` for an animation.
        format: FormatWord, default "png; mp4 for an animation";
        /// The picture's size by a name: `square` 1080 × 1080, `portrait` 1080 × 1350, `story` 1080 × 1920 with margins, `landscape`
        /// 1200 × 675, `hd` 1280 × 720, `full-hd` 1920 × 1080, `uhd` 3840 × 2160, `thumbnail` 480 × 270.
        preset: Preset;
        /// The picture's width in pixels, to the pixel: map, header and legends share it. An MP4 has even sides: an odd one gets a
        /// pixel more, which the manifest says.
        width: Side;
        /// The picture's height in pixels.
        height: Side;
        /// By how much type and lines are larger than usual, where the picture's size is given.
        scale: Hundredths<50, 400>, default "1";
        /// Where nothing stands but the ground, because the medium cuts or covers it: `broadcast` (5 % at each side, EBU R 95),
        /// `story` (13 % at the top and the bottom) or `none`.
        safe_area: SafeArea, default "the preset's";
        /// Frames per second; of a GIF at most 50.
        fps: FrameRate, default "4";
        /// How much longer than the others the last frame is shown, in seconds.
        hold_last_s: Hundredths<0, 6_000>, default "0";
        /// Whether a GIF begins again at its end.
        repeat as "loop": Flag, default "true";
    }
    rules {
        "not": { "anyOf": [{ "required": ["preset", "width"] }, { "required": ["preset", "height"] }] },
        "allOf": [
            { "anyOf": [
                { "required": ["width", "height"] },
                { "not": { "anyOf": [{ "required": ["width"] }, { "required": ["height"] }] } }
            ] },
            { "anyOf": [
                { "required": ["preset"] },
                { "required": ["width"] },
                { "not": { "anyOf": [{ "required": ["scale"] }, { "required": ["safe_area"] }] } }
            ] }
        ]
    }
}

/// Frames per second of the second dialect where `output.fps` is not given.
pub(super) const FRAME_RATE_FPS: f64 = 4.0;

/// Formats of docs/API.md that this version does not support.
const FORMATS_LATER: [&str; 3] = ["webm", "apng", "zip"];
const HINT: &str = "`png`, `jpeg` or `webp` for an image, `mp4` or `gif` for an animation";

/// The name of a format, in upper or lower case.
pub(crate) struct FormatWord;

impl Shape for FormatWord {
    type Value = Format;

    fn schema(_: &Limits) -> Value {
        let names = Format::ALL.map(Format::name);
        let words: Vec<String> = names.iter().chain(&["jpg"]).map(|name| in_any_case(name)).collect();
        json!({ "type": "string", "pattern": format!("^({})$", words.join("|")), "examples": names })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Format> {
        let word = node.string()?;
        let format = Format::parse(word);
        if format.is_none() && FORMATS_LATER.contains(&word) {
            node.refuse("not_supported", format!("the format `{word}` is not supported by this version"), Some(HINT));
        } else if format.is_none() {
            node.invalid(format!("`{word}` is not a format"), HINT);
        }
        format
    }
}

/// Frames per second. `frame_rate` checks the format's own maximum.
pub(crate) struct FrameRate;

impl FrameRate {
    const MIN: f64 = 0.05;
    const MAX: f64 = 60.0;
    /// Browsers show a GIF frame ten times longer if it is shorter than 2/100 s.
    const MAX_OF_GIF: f64 = 50.0;
}

impl Shape for FrameRate {
    type Value = f64;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "number", "minimum": Self::MIN, "maximum": Self::MAX })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<f64> {
        node.number(f64::MIN, f64::MAX)
    }
}

/// The file, and the size of the whole picture where the request gives one.
pub(super) fn read_output(
    node: &Node,
    frames: usize,
    purpose: Purpose,
    limits: &Limits,
) -> Option<(Output, Option<Canvas>)> {
    let fields = node.fields()?;
    let read = OutputFields::read(&fields, limits);
    let format = format(read.format, frames, purpose);
    let mut output = output(format, frame_rate(read.fps, format, FRAME_RATE_FPS));
    if let Some(hold) = read.hold_last_s.value() {
        output.hold_last_s = hold;
    }
    if let Some(repeat) = read.repeat.value() {
        output.repeat = repeat;
    }
    let size = canvas_size(node, read.preset, read.width, read.height);
    let canvas = size.and_then(|size| canvas(size, output.format, read.scale, read.safe_area));
    fields.later("max_bytes");
    fields.finish();
    Some((output, canvas.ok()?))
}

/// The size of the whole picture, and the safe area of its preset.
struct CanvasSize<'a> {
    at: At<'a, [u32; 2]>,
    safe_area: SafeArea,
}

fn canvas_size<'a>(
    node: &Node<'a>,
    preset: Given<'a, Preset>,
    width: Given<'a, u32>,
    height: Given<'a, u32>,
) -> Result<Option<CanvasSize<'a>>, Noted> {
    match (preset.optional_at()?, width.optional_at()?, height.optional_at()?) {
        (None, None, None) => Ok(None),
        (Some(At { value: preset, node }), None, None) => {
            let at = At { value: preset.size(), node };
            Ok(Some(CanvasSize { at, safe_area: preset.safe_area() }))
        }
        (None, Some(width), Some(height)) => {
            let at = At { value: [width.value, height.value], node: width.node };
            Ok(Some(CanvasSize { at, safe_area: SafeArea::None }))
        }
        (None, ..) => {
            let hint = "give both, or a `preset`; `map.width` alone is the map's";
            node.refuse("missing", "the picture has a width or a height, and not both", Some(hint));
            Err(Noted)
        }
        (Some(preset), ..) => {
            preset.node.invalid("both a preset and a size are given", "give `preset`, or `width` and `height`");
            Err(Noted)
        }
    }
}

fn canvas(
    size: Option<CanvasSize>,
    format: Format,
    scale: Given<f64>,
    safe_area: Given<SafeArea>,
) -> Result<Option<Canvas>, Noted> {
    let Some(CanvasSize { at: At { value: [width, height], node }, safe_area: of_preset }) = size else {
        let given: Vec<_> = [scale.node(), safe_area.node()].into_iter().flatten().collect();
        for node in &given {
            node.invalid("the size of the whole picture is not given", "give `preset`, or `width` and `height`");
        }
        return if given.is_empty() { Ok(None) } else { Err(Noted) };
    };
    if let Some(why) = format.why_not([width, height]) {
        node.refuse("too_large", why, Some("a smaller picture, or another format"));
        return Err(Noted);
    }
    let margins = safe_area.or(of_preset).ok_or(Noted)?.margins([width, height]);
    Ok(Some(Canvas { width, height, scale: scale.or(1.0).ok_or(Noted)?, margins }))
}

/// The format. A format for images cannot hold more than one frame.
pub(super) fn format(given: Given<Format>, frames: usize, purpose: Purpose) -> Option<Format> {
    let Some(At { value: format, node }) = given.optional_at().ok()? else {
        return Some(if frames > 1 || purpose == Purpose::Animation { Format::Mp4 } else { Format::Png });
    };
    if frames > 1 && !format.is_animation() {
        let word = node.string()?;
        node.invalid(format!("`{word}` holds one frame and the request has {frames}"), HINT);
        return None;
    }
    Some(format)
}

/// Frames per second, within what the format can store.
pub(super) fn frame_rate(given: Given<f64>, format: Option<Format>, default: f64) -> f64 {
    let max = if format == Some(Format::Gif) { FrameRate::MAX_OF_GIF } else { FrameRate::MAX };
    let given = given.and_then(|node, _| node.number(FrameRate::MIN, max));
    given.value().unwrap_or(default)
}

pub(super) fn output(format: Option<Format>, frame_rate_fps: f64) -> Output {
    Output { format: format.unwrap_or(Format::Png), frame_rate_fps, hold_last_s: 0.0, repeat: true }
}

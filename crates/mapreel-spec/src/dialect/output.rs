//! How formats and frame rates are read.

use super::purpose::Purpose;
use crate::request::limits::Limits;
use crate::request::output::{Format, Output};
use crate::request::read::Node;
use crate::schema::given::{At, Given};
use crate::schema::shape::Shape;
use crate::schema::texts::in_any_case;
use serde_json::{Value, json};

/// Formats that the contract knows and this version does not.
const FORMATS_LATER: [&str; 3] = ["webm", "apng", "zip"];
const HINT: &str = "`png`, `jpeg` or `webp` for an image, `mp4` or `gif` for an animation";

/// The word for a format, in any case.
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

/// Frames per second; their bounds are the format's.
pub(crate) struct FrameRate;

impl FrameRate {
    const MIN: f64 = 0.05;
    const MAX: f64 = 60.0;
    /// Browsers show GIF frames of less than 2/100 s as ten times slower.
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

/// The format, which must be able to hold this many frames.
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

/// Frames per second, which the format must be able to say.
pub(super) fn frame_rate(given: Given<f64>, format: Option<Format>, default: f64) -> f64 {
    let max = if format == Some(Format::Gif) { FrameRate::MAX_OF_GIF } else { FrameRate::MAX };
    let given = given.and_then(|node, _| node.number(FrameRate::MIN, max));
    given.value().unwrap_or(default)
}

pub(super) fn output(format: Option<Format>, frame_rate_fps: f64) -> Output {
    Output { format: format.unwrap_or(Format::Png), frame_rate_fps, hold_last_s: 0.0, repeat: true }
}

//! How formats and frame rates are read.

use super::purpose::Purpose;
use crate::request::output::{Format, Output};
use crate::request::read::Node;

/// Formats that the contract knows and this version does not.
const FORMATS_LATER: [&str; 3] = ["webm", "apng", "zip"];

/// The format, which must be able to hold this many frames.
pub(super) fn format(node: Option<Node>, frames: usize, purpose: Purpose) -> Option<Format> {
    let Some(node) = node else {
        return Some(if frames > 1 || purpose == Purpose::Animation { Format::Mp4 } else { Format::Png });
    };
    const HINT: &str = "`png`, `jpeg` or `webp` for an image, `mp4` or `gif` for an animation";
    let word = node.string()?;
    let Some(format) = Format::parse(word) else {
        if FORMATS_LATER.contains(&word) {
            node.refuse("not_supported", format!("the format `{word}` is not supported by this version"), Some(HINT));
        } else {
            node.invalid(format!("`{word}` is not a format"), HINT);
        }
        return None;
    };
    if frames > 1 && !format.is_animation() {
        node.invalid(format!("`{word}` holds one frame and the request has {frames}"), HINT);
        return None;
    }
    Some(format)
}

/// Frames per second. Browsers show GIF frames of less than 2/100 s as ten times slower.
pub(super) fn frame_rate(node: Option<Node>, format: Option<Format>, default: f64) -> f64 {
    let max = if format == Some(Format::Gif) { 50.0 } else { 60.0 };
    node.and_then(|node| node.number(0.05, max)).unwrap_or(default)
}

pub(super) fn output(format: Option<Format>, frame_rate_fps: f64) -> Output {
    Output { format: format.unwrap_or(Format::Png), frame_rate_fps, hold_last_s: 0.0, repeat: true }
}

//! The two dialects of a request, each read into the same [`Request`].

mod basemap_overlays;
mod dimensions;
pub(crate) mod layer;
mod map_layers;
mod place;

use crate::json::Json;
use crate::problem::Problem;
use crate::read::{Node, Notes};
use crate::read_limits::ReadLimits;
use crate::service_url::ServiceUrl;
use crate::{Crs, Format, Limits, Output, Problems, Request, TileTemplate};
pub(crate) use place::bbox_in_units;

/// What a request is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Whatever it describes.
    #[default]
    Any,
    /// One still picture.
    Image,
    /// A film, if only of one frame.
    Animation,
}

/// Reads a document in the dialect that its fields name.
pub(crate) fn parse(document: &[u8], limits: &Limits, purpose: Purpose) -> Result<Request, Problems> {
    let whole = |code, detail: String, hint: Option<&str>| {
        Problems(vec![Problem { pointer: String::new(), code, detail, hint: hint.map(str::to_owned) }])
    };
    if document.len() > limits.document_bytes_max {
        let detail = format!("the request has {} bytes; the limit is {}", document.len(), limits.document_bytes_max);
        return Err(whole("too_large", detail, None));
    }
    let json = Json::read(document, &ReadLimits { json_depth: limits.depth_max, ..ReadLimits::default() });
    let json = json.map_err(|error| whole(error.code(), error.to_string(), None))?;
    let notes = Notes::default();
    let root = Node::root(&json, &notes);
    let has = |names: [&str; 2]| names.iter().any(|name| json.get(name).is_some());
    let request = match (has(["basemap", "overlays"]), has(["map", "layers"])) {
        (true, false) => basemap_overlays::read(&root, limits, purpose),
        (false, true) => map_layers::read(&root, limits, purpose),
        (both, _) => {
            let detail = match json {
                Json::Object(_) if both => "the request mixes two dialects",
                Json::Object(_) => "the request has neither `map` and `layers` nor `basemap` and `overlays`",
                _ => "a request is an object",
            };
            root.invalid(detail, "give either `map` and `layers`, or `basemap` and `overlays`");
            None
        }
    };
    if let Some(request) = &request {
        check_purpose(&root, request, purpose);
    }
    if request.is_none() && notes.is_empty() {
        root.invalid("the request cannot be read", "please report this request");
    }
    match request {
        Some(request) if notes.is_empty() => Ok(request),
        _ => Err(Problems(notes.into_problems())),
    }
}

fn check_purpose(root: &Node, request: &Request, purpose: Purpose) {
    let (frames, format) = (request.frames.expected(), request.output.format);
    match purpose {
        Purpose::Image if frames > 1 => {
            root.invalid(format!("an image has one frame and the request has {frames}"), "ask for an animation")
        }
        Purpose::Image if format.is_animation() => {
            root.invalid(format!("`{}` is no format for an image", format.name()), "`png`, `jpeg` or `webp`")
        }
        Purpose::Animation if !format.is_animation() => {
            root.invalid(format!("`{}` is no format for an animation", format.name()), "`mp4` or `gif`")
        }
        _ => {}
    }
}

/// Which CRSs there are.
const CRS_HINT: &str = "EPSG:3857, EPSG:4326, or the EPSG code of a projection, such as EPSG:3413 or EPSG:32633";

/// Formats that the contract knows and this version does not.
const FORMATS_LATER: [&str; 3] = ["webm", "apng", "zip"];

/// The format, which must be able to hold this many frames.
fn format(node: Option<Node>, frames: usize, purpose: Purpose) -> Option<Format> {
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

/// A tile URL, template or sample.
pub(crate) fn template(node: &Node, hint: &str) -> Option<TileTemplate> {
    match TileTemplate::parse(node.url()?) {
        Ok(template) => Some(template),
        Err(error) => {
            node.invalid(error.to_string(), hint);
            None
        }
    }
}

/// Refuses parameters that make a URL longer than servers read.
fn check_length(node: &Node, url: &ServiceUrl) -> Option<()> {
    if url.is_too_long() {
        node.refuse("too_large", "the URL with its parameters is longer than 8192 bytes", Some("shorter parameters"));
        return None;
    }
    Some(())
}

/// Frames per second. Browsers show GIF frames of less than 2/100 s as ten times slower.
fn frame_rate(node: Option<Node>, format: Option<Format>, default: f64) -> f64 {
    let max = if format == Some(Format::Gif) { 50.0 } else { 60.0 };
    node.and_then(|node| node.number(0.05, max)).unwrap_or(default)
}

fn output(format: Option<Format>, frame_rate_fps: f64) -> Output {
    Output { format: format.unwrap_or(Format::Png), frame_rate_fps, hold_last_s: 0.0, repeat: true }
}

/// Checks a bbox in degrees, which may run past 180: its sides in order, no wider than the world, between the poles.
pub(crate) fn bbox_in_degrees(node: &Node, crs: Crs) -> Option<[f64; 4]> {
    let [west, south, east, north] = node.four_numbers()?;
    let max = crs.latitude_max();
    let before = |what: &str, hint: &str| {
        node.invalid(what.to_owned(), hint);
        None::<[f64; 4]>
    };
    if west.abs() > 540.0 || east.abs() > 540.0 {
        return before("the longitudes are not between -540 and 540", "[west, south, east, north] in degrees");
    }
    if west >= east {
        return before(
            "west is not less than east",
            "across the date line, let east run past 180: [170, -20, 200, 10]",
        );
    }
    if east - west > 360.0 {
        return before("the box is wider than the world", "at most 360 degrees from west to east");
    }
    if south >= north {
        return before("south is not less than north", "[west, south, east, north]");
    }
    if south < -max || north > max {
        let detail = format!("the latitudes are not between -{max} and {max}, where {} ends", crs.code());
        let hint = match crs {
            Crs::WebMercator => "cut the box at 85 degrees, or use \"crs\": \"EPSG:4326\" in the second dialect",
            Crs::Geographic | Crs::Projected(_) => "[west, south, east, north] in degrees",
        };
        node.refuse("out_of_range", detail, Some(hint));
        return None;
    }
    Some([west, south, east, north])
}

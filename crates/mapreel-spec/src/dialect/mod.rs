//! The two dialects of a request, each read into the same [`Request`].

pub(crate) mod basemap_overlays;
pub(crate) mod dimensions;
pub(crate) mod header;
pub(crate) mod layer;
pub(crate) mod legend;
pub(crate) mod map;
pub(crate) mod map_layers;
pub(crate) mod output;
pub(crate) mod params;
pub(crate) mod place;
pub mod purpose;
pub mod schema;
mod times;

pub use crate::dialect::purpose::Purpose;
use crate::request::limits::Limits;
use crate::request::problem::Problem;
use crate::request::problem::Problems;
use crate::request::read::{Node, Notes};
use crate::request::request::Request;
use mapreel_ogc::ReadLimits;
use mapreel_ogc::json::Json;

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
        _ => Err(Problems(notes.into_problems(&json))),
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

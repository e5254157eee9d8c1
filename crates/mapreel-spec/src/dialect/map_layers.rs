//! The second dialect: `map` + `layers`. It says what is wanted and leaves the URLs to Mapreel.

use super::dimensions::read_value;
use super::layer::read_layer;
use super::output;
use super::place::{bbox_in_degrees, bbox_in_units, read_crs};
use super::purpose::Purpose;
use crate::layers::layer::Layer;
use crate::layers::reader::Reader;
use crate::request::limits::Limits;
use crate::request::read::{Node, Transposed};
use crate::request::request::{AskedFrames, Header, Request, TimesOf};
use mapreel_geo::Side;
use mapreel_geo::time::entry::expand;
use mapreel_geo::{Bbox, Crs, Extent, Zone};
use mapreel_ogc::json::Json;

/// Frames per second where `output.fps` is not given.
const FRAME_RATE_FPS: f64 = 4.0;

pub(crate) fn read(root: &Node, limits: &Limits, purpose: Purpose) -> Option<Request> {
    let fields = root.fields()?;
    let map = fields.required("map", "an object with `bbox` and `width`").and_then(|node| read_map(&node, limits));
    let film = fields.optional("animate");
    let frames = match (fields.optional("times"), &film) {
        (Some(node), Some(_)) => {
            node.invalid("a film runs along its times or along a dimension", "leave out `times` or `animate`");
            None
        }
        (Some(node), None) => read_times(&node, limits),
        (None, Some(node)) => read_animate(node, limits).map(Frames::Known),
        (None, None) => Some(Frames::Known(AskedFrames::Timeless)),
    };
    let count = frames.as_ref().map_or(1, Frames::count);
    let timed = frames.as_ref().is_none_or(Frames::are_times);
    let crs = map.as_ref().map_or(Crs::WebMercator, |map| map.crs);
    let reader = Reader { crs, timed, limits, credential: None };
    let layers = fields.required("layers", "a list of layers, bottom first").and_then(|node| {
        let layers: Vec<_> =
            node.items(limits.layers_max)?.iter().enumerate().map(|(i, n)| read_layer(&reader, n, i + 1)).collect();
        layers.into_iter().collect::<Option<Vec<_>>>()
    });
    let header = fields.optional("header").map_or(Some(Header::default()), |node| read_header(&node));
    let output = match fields.optional("output") {
        Some(node) => read_output(&node, count, purpose),
        None => Some(output::output(output::format(None, count, purpose), FRAME_RATE_FPS)),
    };
    fields.finish();
    let (frames, layers) = (frames?, layers?);
    let frames = match frames {
        Frames::Known(frames) => frames,
        Frames::TimesOf { side, count, of } => {
            AskedFrames::TimesOf(TimesOf { side, count, layer: of_layer(of.as_ref(), &layers, root)? })
        }
    };
    Some(Request { map: map?, frames, layers, header: header?, output: output? })
}

/// What decides the frames, before the layers have been read.
enum Frames<'a> {
    /// Known.
    Known(AskedFrames),
    /// The last or next times of a layer's, `of` being its title.
    TimesOf { side: Side, count: usize, of: Option<Node<'a>> },
}

impl Frames<'_> {
    fn count(&self) -> usize {
        match self {
            Self::Known(frames) => frames.expected(),
            Self::TimesOf { count, .. } => *count,
        }
    }

    fn are_times(&self) -> bool {
        match self {
            Self::Known(frames) => frames.are_times(),
            Self::TimesOf { .. } => true,
        }
    }
}

/// The layer whose times are meant: the one of that title, or the only one that can have times.
fn of_layer(of: Option<&Node>, layers: &[Layer], root: &Node) -> Option<usize> {
    let has_times = |layer: &Layer| layer.kind.asked_time().is_some_and(|asked| !asked.is_fixed());
    let timed: Vec<usize> = (0..layers.len()).filter(|i| has_times(&layers[*i])).collect();
    let names = || timed.iter().map(|i| format!("`{}`", layers[*i].name)).collect::<Vec<_>>().join(", ");
    match of {
        Some(node) => {
            let wanted = node.string()?;
            let found = timed.iter().copied().find(|i| layers[*i].name == wanted);
            if found.is_none() {
                let hint =
                    if timed.is_empty() { "add a `wms` layer".to_owned() } else { format!("one of {}", names()) };
                node.invalid(format!("`{wanted}` is not the title of a layer whose times can be known"), &hint);
            }
            found
        }
        None => {
            let [only] = timed[..] else {
                let node = root.child(root.json.get("times")?, "times");
                node.refuse("missing", "`of` is missing: the title of the layer whose times are meant", Some(&names()));
                return None;
            };
            Some(only)
        }
    }
}

fn read_map(node: &Node, limits: &Limits) -> Option<Extent> {
    let fields = node.fields()?;
    let crs = read_crs(fields.optional("crs"), Crs::WebMercator);
    let bbox_crs = fields.optional("bbox_crs").map(|node| read_crs(Some(node), Crs::Geographic));
    let side = |name| fields.optional(name).map(|node| node.integer(16, limits.side_px_max));
    let (width, height) = (side("width"), side("height"));
    let zoom = fields.optional("zoom").map(|node| (node.number(0.0, 22.0), node));
    let bbox = fields.required("bbox", "[west, south, east, north]").and_then(|node| {
        let crs = crs?;
        match bbox_crs {
            None | Some(Some(Crs::Geographic)) => {
                let bbox = Bbox::new(bbox_in_degrees(&node, crs)?).convert(Crs::Geographic, crs);
                if bbox.is_none() {
                    let hint = "a box where the projection holds, or `bbox_crs` and the projection's own units";
                    node.invalid(format!("nothing of the box is in {}", crs.code()), hint);
                }
                bbox
            }
            Some(from) => bbox_in_units(&node, from?, crs),
        }
    });
    fields.finish();
    let (crs, bbox) = (crs?, bbox?);
    let max = f64::from(limits.side_px_max);
    let sized = |width: f64, height: f64| {
        if (1.0..=max).contains(&width) && (1.0..=max).contains(&height) {
            return Some((width as u32, height as u32));
        }
        let detail = format!("the map would have {width} × {height} pixels; the limits are 1 and {max}");
        node.refuse("out_of_range", detail, Some("give both `width` and `height`, or a box of another shape"));
        None
    };
    let ratio = bbox.height() / bbox.width();
    let (width, height) = match (width, height, zoom) {
        (None, None, Some((zoom, _))) => {
            let [width, height] = Extent::size_at_zoom(crs, &bbox, zoom?);
            sized(width, height)?
        }
        (Some(width), Some(height), None) => (width?, height?),
        (Some(width), None, None) => sized(f64::from(width?), (f64::from(width?) * ratio).round().max(1.0))?,
        (None, Some(height), None) => sized((f64::from(height?) / ratio).round().max(1.0), f64::from(height?))?,
        (None, None, None) => {
            node.refuse(
                "missing",
                "the size of the map is missing",
                Some("`width`, `height` or both in pixels, or `zoom`"),
            );
            return None;
        }
        (_, _, Some((_, zoom))) => {
            zoom.invalid("both a size and a zoom are given", "give `width` and `height`, or `zoom`");
            return None;
        }
    };
    Some(Extent::fitted(crs, bbox, width, height))
}

fn read_times<'a>(node: &Node<'a>, limits: &Limits) -> Option<Frames<'a>> {
    let max = limits.frames_max;
    let read = |node: &Node| match expand(node.string()?, max) {
        Ok(times) => Some(times),
        Err(error) => {
            node.invalid(error.to_string(), &error.hint());
            None
        }
    };
    let times: Vec<_> = match node.json {
        Json::Object(_) => {
            let fields = node.fields()?;
            let (side, count) = match (fields.optional("next"), fields.optional("last")) {
                (None, None) => (Side::Last, fields.required("last", "how many frames, or `next`")),
                (None, last) => (Side::Last, last),
                (next, None) => (Side::Next, next),
                (Some(_), Some(last)) => {
                    last.invalid("both `last` and `next` are given", "give one of them");
                    return None;
                }
            };
            let count = count.and_then(|node| node.integer(1, max as u32));
            let of = fields.optional("of");
            fields.finish();
            return Some(Frames::TimesOf { side, count: count? as usize, of });
        }
        Json::List(_) => {
            let all: Vec<_> = node.items(max)?.iter().map(read).collect();
            all.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect()
        }
        _ => read(node)?,
    };
    if times.len() > max {
        node.refuse("too_many", format!("{} frames; the limit is {max}", times.len()), Some("use a longer step"));
        return None;
    }
    if !times.is_sorted_by_key(|time| time.instant()) {
        node.invalid("the times are not in order", "earliest first");
        return None;
    }
    Some(Frames::Known(AskedFrames::Times(times)))
}

fn read_header(node: &Node) -> Option<Header> {
    let fields = node.fields()?;
    let title = fields.optional("title").map(|node| node.text());
    let zone = fields.optional("timezone").map(|node| read_zone(&node));
    fields.later("logo");
    fields.finish();
    let title = match title {
        Some(title) => Some(title?).filter(|title| !title.is_empty()),
        None => None,
    };
    Some(Header { title, time_prefix: None, zone: zone.transposed()?.unwrap_or_default() })
}

fn read_zone(node: &Node) -> Option<Zone> {
    let name = node.string()?;
    let zone = Zone::parse(name);
    if zone.is_none() {
        node.invalid(
            format!("`{name}` is not a time zone"),
            "a name of the IANA database, such as `UTC` or `Australia/Perth`",
        );
    }
    zone
}

fn read_output(node: &Node, frames: usize, purpose: Purpose) -> Option<crate::request::output::Output> {
    let fields = node.fields()?;
    let format = output::format(fields.optional("format"), frames, purpose);
    let mut output = output::output(format, output::frame_rate(fields.optional("fps"), format, FRAME_RATE_FPS));
    if let Some(hold) = fields.optional("hold_last_s").and_then(|node| node.number(0.0, 60.0)) {
        output.hold_last_s = hold;
    }
    if let Some(repeat) = fields.optional("loop").and_then(|node| node.boolean()) {
        output.repeat = repeat;
    }
    fields.later("max_bytes");
    fields.finish();
    Some(output)
}

/// `{ "dimension": "elevation", "values": [0, -10, -50] }`, or `"all"` of them.
fn read_animate(node: &Node, limits: &Limits) -> Option<AskedFrames> {
    let fields = node.fields()?;
    let dimension = fields.required("dimension", "the name of a dimension, such as `elevation`").and_then(|node| {
        let name = node.string()?;
        if name.eq_ignore_ascii_case("time") {
            node.invalid("a film along time has no need of `animate`", "use `times`");
            return None;
        }
        Some(name.to_owned())
    });
    let values = fields.required("values", "a list of values, or `\"all\"`").and_then(|node| match node.json {
        Json::Text(text) if text == "all" => Some(Vec::new()),
        Json::List(_) => {
            let all: Vec<_> = node.items(limits.frames_max)?.iter().map(read_value).collect();
            all.into_iter().collect()
        }
        _ => {
            node.invalid("`values` is neither a list nor `all`", "a list of values, or `\"all\"`");
            None
        }
    });
    fields.finish();
    let (dimension, values) = (dimension?, values?);
    // A list is never empty.
    Some(match values.is_empty() {
        true => AskedFrames::AllValues { dimension },
        false => AskedFrames::Values { dimension, values },
    })
}

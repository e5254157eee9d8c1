//! The second dialect: `map` + `layers`. It says what is wanted and leaves the URLs to Mapreel.

use super::dimensions::DimensionValue;
use super::layer::{Layers, read_layer};
use super::output::{self, FormatWord, FrameRate};
use super::place::{bbox_in_degrees, bbox_in_units};
use super::purpose::Purpose;
use super::times::{AskedTimes, Newest, Times};
use crate::layers::layer::Layer;
use crate::layers::reader::Reader;
use crate::request::limits::Limits;
use crate::request::output::Output;
use crate::request::read::{Fields, Node};
use crate::request::request::{AskedFrames, Header, Request, TimesOf};
use crate::schema::fields::{Nested, fields};
use crate::schema::given::{At, Given};
use crate::schema::numbers::{FourNumbers, Hundredths, Side};
use crate::schema::shape::Shape;
use crate::schema::texts::{CrsCode, Flag, Shown, ZoneName};
use mapreel_geo::{Bbox, Crs, Extent};
use mapreel_ogc::json::Json;
use serde_json::{Value, json};

/// Frames per second where `output.fps` is not given.
const FRAME_RATE_FPS: f64 = 4.0;

fields! {
    /// Says what is wanted and leaves the URLs to Mapreel.
    pub(crate) struct MapLayersFields {
        /// What the map shows, and how large it is.
        map: Nested<MapFields<'static>>, required "an object with `bbox` and `width`";
        /// The times of the frames; without them, the request is an image.
        times: Times;
        /// Instead of `times`: the film runs along another dimension.
        animate: Nested<AnimateFields<'static>>;
        /// Bottom first.
        layers: Layers, required "a list of layers, bottom first";
        /// What stands above the map.
        header: Nested<HeaderFields<'static>>;
        /// The file.
        output: Nested<OutputFields<'static>>;
    }
    rules { "not": { "required": ["times", "animate"] } }
}

fields! {
    /// What the map shows, and how large it is.
    pub(crate) struct MapFields {
        /// `[west, south, east, north]` in degrees; east may run past 180: `[170, -20, 200, 10]` crosses the date line.
        bbox: FourNumbers, required "[west, south, east, north]";
        /// Give it to write the box in another CRS's units, x before y.
        bbox_crs: CrsCode, default "EPSG:4326";
        /// The CRS of the map: `EPSG:4326` or `CRS:84` (plate carrée), or the EPSG code of any projection with a PROJ definition.
        crs: CrsCode, default "EPSG:3857";
        /// The map's width in pixels, without header and legends; where only one side is given, the other follows from the box.
        width: Side;
        /// The map's height in pixels.
        height: Side;
        /// Instead of a size: one world is `256 · 2^zoom` pixels wide.
        zoom: Zoom;
    }
    rules {
        "anyOf": [{ "required": ["width"] }, { "required": ["height"] }, { "required": ["zoom"] }],
        "not": { "anyOf": [{ "required": ["width", "zoom"] }, { "required": ["height", "zoom"] }] }
    }
}

/// A level of the tile pyramid of the web, which may be fractional.
pub(super) type Zoom = Hundredths<0, 2_200>;

fields! {
    /// The film runs down the water column, or through the members of an ensemble.
    pub(crate) struct AnimateFields {
        /// The name of a dimension other than time.
        dimension: OtherDimension, required "the name of a dimension, such as `elevation`";
        /// The value of each frame; `all` for every value of the first layer that has the dimension.
        values: FilmValues, required "a list of values, or `\"all\"`";
    }
}

fields! {
    /// What stands above the map.
    pub(crate) struct HeaderFields {
        /// The title; the page is read in its direction.
        title: Shown;
        /// The time zone in which times are shown, by its name in the IANA database.
        timezone: ZoneName, default "UTC";
    }
}

fields! {
    /// The file.
    pub(crate) struct OutputFields {
        /// `png`, `jpeg` or `webp` for an image, `mp4` or `gif` for an animation.
        format: FormatWord, default "png; mp4 for an animation";
        /// Frames per second; of a GIF at most 50.
        fps: FrameRate, default "4";
        /// How much longer than the others the last frame is shown, in seconds.
        hold_last_s: Hundredths<0, 6_000>, default "0";
        /// Whether a GIF begins again at its end.
        repeat as "loop": Flag, default "true";
    }
}

pub(crate) fn read(root: &Node, limits: &Limits, purpose: Purpose) -> Option<Request> {
    let fields = root.fields()?;
    let read = MapLayersFields::read(&fields, limits);
    let map = read.map.at().and_then(|at| read_map(&at.node, limits));
    let frames = read_frames(&fields, read.times, read.animate, limits);
    let count = frames.as_ref().map_or(1, Frames::count);
    let timed = frames.as_ref().is_none_or(Frames::are_times);
    let crs = map.as_ref().map_or(Crs::WebMercator, |map| map.crs);
    let reader = Reader { crs, timed, limits, credential: None };
    let layers = read.layers.at().and_then(|at| {
        let items = at.node.items(limits.layers_max)?;
        let layers: Vec<_> = items.iter().enumerate().map(|(i, node)| read_layer(&reader, node, i + 1)).collect();
        layers.into_iter().collect::<Option<Vec<_>>>()
    });
    let header = read.header.and_then(|node, ()| read_header(node, limits)).or_default();
    let output = match read.output.optional_at().ok() {
        Some(Some(at)) => read_output(&at.node, count, purpose, limits),
        Some(None) => Some(output::output(output::format(Given::Absent, count, purpose), FRAME_RATE_FPS)),
        None => None,
    };
    fields.finish();
    let (frames, layers) = (frames?, layers?);
    let frames = match frames {
        Frames::Known(frames) => frames,
        Frames::TimesOf(times) => AskedFrames::TimesOf(TimesOf {
            side: times.side,
            count: times.count,
            layer: of_layer(&times, &layers, root)?,
        }),
    };
    Some(Request { map: map?, frames, layers, header: header?, output: output? })
}

/// What decides the frames: times, a dimension, or neither.
fn read_frames(fields: &Fields, times: Given<AskedTimes>, animate: Given<()>, limits: &Limits) -> Option<Frames> {
    if times.is_there() && animate.is_there() {
        let node = fields.optional("times")?;
        node.invalid("a film runs along its times or along a dimension", "leave out `times` or `animate`");
        return None;
    }
    if animate.is_there() {
        return read_animate(&animate.at()?.node, limits).map(Frames::Known);
    }
    Some(match times.optional().ok()? {
        None => Frames::Known(AskedFrames::Timeless),
        Some(AskedTimes::Listed(times)) => Frames::Known(AskedFrames::Times(times)),
        Some(AskedTimes::Newest(newest)) => Frames::TimesOf(newest),
    })
}

/// What decides the frames, before the layers have been read.
enum Frames {
    /// Known.
    Known(AskedFrames),
    /// The last or next times of a layer's.
    TimesOf(Newest),
}

impl Frames {
    fn count(&self) -> usize {
        match self {
            Self::Known(frames) => frames.expected(),
            Self::TimesOf(newest) => newest.count,
        }
    }

    fn are_times(&self) -> bool {
        match self {
            Self::Known(frames) => frames.are_times(),
            Self::TimesOf(_) => true,
        }
    }
}

/// The layer whose times are meant: the one of that title, or the only one that can have times.
fn of_layer(times: &Newest, layers: &[Layer], root: &Node) -> Option<usize> {
    let has_times = |layer: &Layer| layer.kind.asked_time().is_some_and(|asked| !asked.is_fixed());
    let timed: Vec<usize> = (0..layers.len()).filter(|i| has_times(&layers[*i])).collect();
    let names = || timed.iter().map(|i| format!("`{}`", layers[*i].name)).collect::<Vec<_>>().join(", ");
    let node = root.child(root.json.get("times")?, "times");
    match &times.of {
        Some(wanted) => {
            let found = timed.iter().copied().find(|i| layers[*i].name == *wanted);
            if found.is_none() {
                let hint =
                    if timed.is_empty() { "add a `wms` layer".to_owned() } else { format!("one of {}", names()) };
                let of = node.child(node.json.get("of")?, "of");
                of.invalid(format!("`{wanted}` is not the title of a layer whose times can be known"), &hint);
            }
            found
        }
        None => {
            let [only] = timed[..] else {
                node.refuse("missing", "`of` is missing: the title of the layer whose times are meant", Some(&names()));
                return None;
            };
            Some(only)
        }
    }
}

fn read_map(node: &Node, limits: &Limits) -> Option<Extent> {
    let fields = node.fields()?;
    let MapFields { bbox, bbox_crs, crs, width, height, zoom } = MapFields::read(&fields, limits);
    let is_sized_twice = zoom.is_there() && (width.is_there() || height.is_there());
    if let Some(zoom) = fields.optional("zoom").filter(|_| is_sized_twice) {
        zoom.invalid("both a size and a zoom are given", "give `width` and `height`, or `zoom`");
    }
    fields.finish();
    let (crs, bbox_crs) = (crs.or(Crs::WebMercator), bbox_crs.or(Crs::Geographic));
    let bbox = bbox.and_then(|node, numbers| map_box(node, numbers, bbox_crs?, crs?)).value();
    let size = (width.optional_at().ok(), height.optional_at().ok(), zoom.optional_at().ok());
    let (crs, bbox) = (crs?, bbox?);
    let (width, height) = map_size(node, crs, &bbox, (size.0?, size.1?, size.2?), limits)?;
    Some(Extent::fitted(crs, bbox, width, height))
}

/// A box as it is written, as one of the map's CRS.
fn map_box(node: &Node, numbers: [f64; 4], from: Crs, crs: Crs) -> Option<Bbox> {
    if from != Crs::Geographic {
        return bbox_in_units(node, numbers, from, crs);
    }
    let bbox = Bbox::new(bbox_in_degrees(node, numbers, crs)?).convert(Crs::Geographic, crs);
    if bbox.is_none() {
        let hint = "a box where the projection holds, or `bbox_crs` and the projection's own units";
        node.invalid(format!("nothing of the box is in {}", crs.code()), hint);
    }
    bbox
}

/// Width, height and zoom, as far as they are given.
type Sizes<'a> = (Option<At<'a, u32>>, Option<At<'a, u32>>, Option<At<'a, f64>>);

/// The size of a map in pixels: what is given, and what follows from its box.
fn map_size(node: &Node, crs: Crs, bbox: &Bbox, sizes: Sizes, limits: &Limits) -> Option<(u32, u32)> {
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
    match sizes {
        (None, None, Some(zoom)) => {
            let [width, height] = Extent::size_at_zoom(crs, bbox, zoom.value);
            sized(width, height)
        }
        (Some(width), Some(height), None) => Some((width.value, height.value)),
        (Some(At { value: width, .. }), None, None) => {
            sized(f64::from(width), (f64::from(width) * ratio).round().max(1.0))
        }
        (None, Some(At { value: height, .. }), None) => {
            sized((f64::from(height) / ratio).round().max(1.0), f64::from(height))
        }
        (None, None, None) => {
            let hint = "`width`, `height` or both in pixels, or `zoom`";
            node.refuse("missing", "the size of the map is missing", Some(hint));
            None
        }
        // Noted.
        (_, _, Some(_)) => None,
    }
}

fn read_header(node: &Node, limits: &Limits) -> Option<Header> {
    let fields = node.fields()?;
    let HeaderFields { title, timezone } = HeaderFields::read(&fields, limits);
    fields.later("logo");
    fields.finish();
    let title = title.optional().ok()?.filter(|title| !title.is_empty());
    Some(Header { title, time_prefix: None, zone: timezone.or_default()? })
}

fn read_output(node: &Node, frames: usize, purpose: Purpose, limits: &Limits) -> Option<Output> {
    let fields = node.fields()?;
    let read = OutputFields::read(&fields, limits);
    let format = output::format(read.format, frames, purpose);
    let mut output = output::output(format, output::frame_rate(read.fps, format, FRAME_RATE_FPS));
    if let Some(hold) = read.hold_last_s.value() {
        output.hold_last_s = hold;
    }
    if let Some(repeat) = read.repeat.value() {
        output.repeat = repeat;
    }
    fields.later("max_bytes");
    fields.finish();
    Some(output)
}

/// The name of a dimension other than time.
pub(crate) struct OtherDimension;

impl Shape for OtherDimension {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "not": { "pattern": "^[Tt][Ii][Mm][Ee]$" }, "examples": ["elevation"] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        let name = node.string()?;
        if name.eq_ignore_ascii_case("time") {
            node.invalid("a film along time has no need of `animate`", "use `times`");
            return None;
        }
        Some(name.to_owned())
    }
}

/// A list of values, one for each frame, or `"all"`, which is an empty one.
pub(crate) struct FilmValues;

impl Shape for FilmValues {
    type Value = Vec<String>;

    fn schema(limits: &Limits) -> Value {
        let value = DimensionValue::schema(limits);
        let list = json!({ "type": "array", "items": value, "minItems": 1, "maxItems": limits.frames_max });
        json!({ "anyOf": [{ "const": "all" }, list] })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<Vec<String>> {
        match node.json {
            Json::Text(text) if text == "all" => Some(Vec::new()),
            Json::List(_) => {
                let items = node.items(limits.frames_max)?;
                let all: Vec<_> = items.iter().map(|item| DimensionValue::read(item, limits)).collect();
                all.into_iter().collect()
            }
            _ => {
                node.invalid("`values` is neither a list nor `all`", "a list of values, or `\"all\"`");
                None
            }
        }
    }
}

/// `{ "dimension": "elevation", "values": [0, -10, -50] }`, or `"all"` of them.
fn read_animate(node: &Node, limits: &Limits) -> Option<AskedFrames> {
    let fields = node.fields()?;
    let AnimateFields { dimension, values } = AnimateFields::read(&fields, limits);
    fields.finish();
    let (dimension, values) = (dimension.value()?, values.value()?);
    Some(match values.is_empty() {
        true => AskedFrames::AllValues { dimension },
        false => AskedFrames::Values { dimension, values },
    })
}

//! The second dialect: `map` + `layers`. A request describes the map, and Mapreel builds the URLs.

use super::dimensions::DimensionValue;
use super::header::{DesignFields, HeaderFields, read_design, read_header};
use super::layer::{Layers, read_layer};
use super::map::{MapFields, SizeOf, read_map};
use super::output::{self, OutputFields};
use super::purpose::Purpose;
use super::times::{AskedTimes, Newest, Times};
use crate::layers::layer::Layer;
use crate::layers::reader::Reader;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::request::request::{AskedFrames, Request, TimesOf};
use crate::schema::fields::{Nested, fields};
use crate::schema::given::Given;
use crate::schema::shape::Shape;
use mapreel_geo::Crs;
use mapreel_ogc::json::Json;
use serde_json::{Value, json};

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
        /// How the page looks.
        design: Nested<DesignFields<'static>>;
        /// The file.
        output: Nested<OutputFields<'static>>;
    }
    rules {
        "not": { "required": ["times", "animate"] },
        "oneOf": [
            { "properties": { "map": { "anyOf": [
                { "required": ["width"] }, { "required": ["height"] }, { "required": ["zoom"] }
            ] } } },
            { "required": ["output"], "properties": { "output": { "type": "object", "anyOf": [
                { "required": ["preset"] }, { "required": ["width"] }
            ] } } }
        ]
    }
}

fields! {
    /// The film runs down the water column, or through the members of an ensemble.
    pub(crate) struct AnimateFields {
        /// The name of a dimension other than time.
        dimension: OtherDimension, required "the name of a dimension, such as `elevation`";
        /// The value of each frame; `all` for every value of the first layer that has the dimension.
        values: FilmValues, required "a list of values, or `\"all\"`";
    }
}

pub(crate) fn read(root: &Node, limits: &Limits, purpose: Purpose) -> Option<Request> {
    let fields = root.fields()?;
    let read = MapLayersFields::read(&fields, limits);
    let frames = read_frames(&fields, read.times, read.animate, limits);
    let count = frames.as_ref().map_or(1, Frames::count);
    let output = match read.output.optional_at().ok() {
        Some(Some(at)) => output::read_output(&at.node, count, purpose, limits),
        Some(None) => {
            Some((output::output(output::format(Given::Absent, count, purpose), output::FRAME_RATE_FPS), None))
        }
        None => None,
    };
    let size_of = match &output {
        Some((_, Some(canvas))) => SizeOf::Picture(*canvas),
        Some((_, None)) => SizeOf::Map,
        None => SizeOf::Unknown,
    };
    let map = read.map.at().and_then(|at| read_map(&at.node, size_of, limits));
    let timed = frames.as_ref().is_none_or(Frames::are_times);
    let crs = map.as_ref().map_or(Crs::WebMercator, |(area, _)| area.crs);
    let reader = Reader { crs, timed, limits, credential: None };
    let layers = read.layers.at().and_then(|at| {
        let items = at.node.items(limits.layers_max)?;
        let layers: Vec<_> = items.iter().enumerate().map(|(i, node)| read_layer(&reader, node, i + 1)).collect();
        layers.into_iter().collect::<Option<Vec<_>>>()
    });
    let header = read.header.and_then(|node, ()| read_header(node, limits)).or_default();
    let design = read.design.and_then(|node, ()| read_design(node, limits)).or_default();
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
    let ((area, room), (output, _)) = (map?, output?);
    Some(Request { area, room, frames, layers, header: header?, design: design?, output })
}

/// The frames of the request: times, values of a dimension, or a single frame without a time.
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

/// The frames of a request before its layers have been read.
enum Frames {
    /// The request's times or values, or the frame without a time.
    Known(AskedFrames),
    /// The last or next times of a layer, whose index is not known yet.
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

/// The layer that `times` refers to: the one with the title in `of`, or the only layer whose times a server can name.
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

/// A list of values, one for each frame; `"all"` is read as an empty list.
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

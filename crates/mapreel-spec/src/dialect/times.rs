//! Reads `times`.

use crate::request::limits::Limits;
use crate::request::read::Node;
use crate::schema::fields::{Object, fields};
use crate::schema::given::Given;
use crate::schema::numbers::FrameCount;
use crate::schema::shape::Shape;
use crate::schema::texts::Name;
use mapreel_geo::time::entry::expand;
use mapreel_geo::{Side, ValidTime};
use mapreel_ogc::json::Json;
use serde_json::{Value, json};

/// An interval, a list of times and intervals, or the newest times of a layer.
pub(crate) struct Times;

/// The times of a request.
pub(crate) enum AskedTimes {
    /// These times, in order; at least one.
    Listed(Vec<ValidTime>),
    /// The last or next times of a layer's server.
    Newest(Newest),
}

/// The last or next times of a layer's server.
pub(crate) struct Newest {
    pub side: Side,
    pub count: usize,
    /// The layer's title.
    pub of: Option<String>,
}

fields! {
    /// The newest times that the server of a layer has.
    pub(crate) struct NewestFields {
        /// How many of the last times that are not later than now.
        last: FrameCount;
        /// How many of the first that are: a forecast's.
        next: FrameCount;
        /// The title of the layer whose times are meant; it may be left out where only one has times.
        of: Name;
    }
    rules { "oneOf": [{ "required": ["last"] }, { "required": ["next"] }] }
}

impl Shape for Times {
    type Value = AskedTimes;

    fn schema(limits: &Limits) -> Value {
        let text = json!({ "type": "string", "examples": ["2018-01-01/2019-12-01/P1M", "2020-08-30T12:00:00Z"] });
        let list = json!({ "type": "array", "items": text, "minItems": 1, "maxItems": limits.frames_max });
        json!({ "anyOf": [text, list, NewestFields::schema(limits)] })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<AskedTimes> {
        let max = limits.frames_max;
        let read = |node: &Node| match expand(node.string()?, max) {
            Ok(times) => Some(times),
            Err(error) => {
                node.invalid(error.to_string(), &error.hint());
                None
            }
        };
        let times: Vec<_> = match node.json {
            Json::Object(_) => return newest(node, limits).map(AskedTimes::Newest),
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
        Some(AskedTimes::Listed(times))
    }
}

fn newest(node: &Node, limits: &Limits) -> Option<Newest> {
    let fields = node.fields()?;
    let NewestFields { last, next, of } = NewestFields::read(&fields, limits);
    let chosen = match (last, next) {
        (Given::Absent, Given::Absent) => {
            fields.required("last", "how many frames, or `next`");
            None
        }
        (last, Given::Absent) => last.value().map(|count| (Side::Last, count)),
        (Given::Absent, next) => next.value().map(|count| (Side::Next, count)),
        _ => {
            let last = fields.optional("last")?;
            last.invalid("both `last` and `next` are given", "give one of them");
            None
        }
    };
    fields.finish();
    let ((side, count), of) = (chosen?, of.optional().ok()?);
    Some(Newest { side, count, of })
}

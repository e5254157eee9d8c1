//! Reads the `dimensions` of a layer.

use crate::request::limits::Limits;
use crate::request::read::Node;
use crate::resolved::dimension::AskedDimension;
use crate::resolved::offered::AskedValue;
use crate::schema::fields::{Object, fields};
use crate::schema::shape::Shape;
use crate::schema::texts::shown;
use crate::schema::words::words;
use mapreel_ogc::json::Json;
use mapreel_ogc::wms::capabilities::bare_name;
use serde_json::{Value, json};

/// The most dimensions of a layer that a request may name.
const DIMENSIONS_MAX: usize = 16;

/// How a value is matched to the server's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    Exact,
    Nearest,
}

words! { Match: "exact" => Exact, "nearest" => Nearest }

fields! {
    /// A value of a dimension, and what may stand for it.
    pub(crate) struct DimensionFields {
        /// The value.
        value: DimensionValue, required "the value";
        /// Which of the server's values stands for it.
        matching as "match": Match, default "exact";
    }
}

/// A value of a dimension, as servers write it.
pub(crate) struct DimensionValue;

impl Shape for DimensionValue {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        let mut text = shown();
        text["minLength"] = json!(1);
        json!({ "anyOf": [{ "type": "number" }, text] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        match node.json {
            Json::Number(number) => Some(number.to_string()),
            Json::Text(_) => node.text().filter(|text| {
                if text.is_empty() {
                    node.invalid("the value is empty", "leave the dimension out");
                }
                !text.is_empty()
            }),
            _ => {
                node.refuse("wrong_type", format!("expected a number or a string, found {}", node.json.kind()), None);
                None
            }
        }
    }
}

/// `{ "elevation": -10, "reference_time": "latest", "depth": { "value": 7, "match": "nearest" } }`.
pub(crate) struct DimensionValues;

impl Shape for DimensionValues {
    type Value = Vec<AskedDimension>;

    fn schema(limits: &Limits) -> Value {
        json!({
            "type": "object",
            "maxProperties": DIMENSIONS_MAX,
            "propertyNames": { "not": { "pattern": "^[Tt][Ii][Mm][Ee]$" } },
            "additionalProperties": { "anyOf": [DimensionValue::schema(limits), DimensionFields::schema(limits)] },
        })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<Vec<AskedDimension>> {
        read_dimensions(node, limits)
    }
}

fn read_dimensions(node: &Node, limits: &Limits) -> Option<Vec<AskedDimension>> {
    let entries = node.fields()?.entries;
    if entries.len() > DIMENSIONS_MAX {
        let detail = format!("{} dimensions; the limit is {DIMENSIONS_MAX}", entries.len());
        node.refuse("too_many", detail, Some("name those that the server has"));
        return None;
    }
    let read = |(name, json): &(String, Json)| {
        let node = node.child(json, name);
        if name.eq_ignore_ascii_case("time") {
            node.invalid("time is not among the other dimensions", "use `times` and the layer's `time`");
            return None;
        }
        let (value, nearest) = match json {
            Json::Object(_) => {
                let fields = node.fields()?;
                let DimensionFields { value, matching } = DimensionFields::read(&fields, limits);
                fields.finish();
                (value.value()?, matching.or(Match::Exact)? == Match::Nearest)
            }
            _ => (DimensionValue::read(&node, limits)?, false),
        };
        let value = if value == "latest" { AskedValue::Latest } else { AskedValue::Text(value) };
        Some(AskedDimension { name: name.clone(), value, nearest })
    };
    for (index, (name, json)) in entries.iter().enumerate() {
        let bare = |name: &str| bare_name(name).to_ascii_lowercase();
        if entries[..index].iter().any(|(other, _)| bare(other) == bare(name)) {
            node.child(json, name).invalid(format!("`{name}` is named twice"), "one value for each dimension");
            return None;
        }
    }
    // All entries are read before the first wrong one ends the reading, so that every problem is noted.
    let all: Vec<_> = entries.iter().map(read).collect();
    all.into_iter().collect()
}

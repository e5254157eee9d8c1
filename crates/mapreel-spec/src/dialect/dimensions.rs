//! How `dimensions` are read.

use crate::request::read::Node;
use crate::resolved::dimension::AskedDimension;
use crate::resolved::offered::AskedValue;
use mapreel_ogc::json::Json;
use mapreel_ogc::wms::capabilities::bare_name;

/// The most dimensions of a layer that a request may name.
const DIMENSIONS_MAX: usize = 16;

/// `{ "elevation": -10, "reference_time": "latest", "depth": { "value": 7, "match": "nearest" } }`.
pub(crate) fn read_dimensions(node: &Node) -> Option<Vec<AskedDimension>> {
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
                let value = fields.required("value", "the value").and_then(|node| read_value(&node));
                let matching = fields.optional("match").map_or(Some(0), |node| node.word(&["exact", "nearest"]));
                fields.finish();
                (value?, matching? == 1)
            }
            _ => (read_value(&node)?, false),
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
    // All are read before the first that is wrong ends it.
    let all: Vec<_> = entries.iter().map(read).collect();
    all.into_iter().collect()
}

/// A value as servers write it.
pub(super) fn read_value(node: &Node) -> Option<String> {
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

//! How free parameters, addresses of tiles and labels are read.

use crate::request::appearance::Label;
use crate::request::read::Node;
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::TileTemplate;
use mapreel_ogc::json::Json;

/// Names and values together, in bytes: servers take no longer URLs, and a plan holds one for every picture.
const PARAMS_BYTES_MAX: usize = 8192;

/// Free parameters for a WMS: texts, numbers and truth values.
pub(crate) fn read_params(node: &Node) -> Option<Vec<(String, String)>> {
    let mut params = Vec::new();
    for (key, json) in node.fields()?.entries {
        let value = match json {
            Json::Text(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(value) => value.to_string(),
            Json::Null => continue,
            _ => {
                node.child(json, key).refuse(
                    "wrong_type",
                    format!("expected a string or a number, found {}", json.kind()),
                    None,
                );
                continue;
            }
        };
        params.push((key.clone(), value));
    }
    let bytes: usize = params.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > PARAMS_BYTES_MAX {
        let detail = format!("the parameters come to {bytes} bytes; the limit is {PARAMS_BYTES_MAX}");
        node.refuse("too_large", detail, Some("every picture's URL has them all"));
        return None;
    }
    Some(params)
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
pub(crate) fn check_length(node: &Node, url: &ServiceUrl) -> Option<()> {
    if url.is_too_long() {
        node.refuse("too_large", "the URL with its parameters is longer than 8192 bytes", Some("shorter parameters"));
        return None;
    }
    Some(())
}

/// A list of labels; it may be empty.
pub(super) fn labels(node: &Node) -> Option<Vec<Label>> {
    if matches!(node.json, Json::List(items) if items.is_empty()) {
        return Some(Vec::new());
    }
    let labels: Vec<_> = node.items(20)?.iter().map(label).collect();
    labels.into_iter().collect()
}

fn label(node: &Node) -> Option<Label> {
    let fields = node.fields()?;
    let show_key = fields.optional("showKey").map_or(Some(true), |node| node.boolean());
    let key = fields.optional("key").map(|node| node.text());
    let value = fields.required("value", "the text of the label").and_then(|node| match node.json {
        Json::Number(number) => Some(number.to_string()),
        _ => node.text(),
    });
    fields.finish();
    let key = match key {
        Some(key) => Some(key?).filter(|key| !key.is_empty()),
        None => None,
    };
    Some(Label { key: key.filter(|_| show_key == Some(true)), value: value? })
}

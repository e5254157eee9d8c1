//! The free parameters of a service.

use super::shape::Shape;
use super::texts::in_any_case;
use crate::request::limits::Limits;
use crate::request::read::Node;
use mapreel_ogc::json::Json;
use serde_json::{Value, json};
use std::marker::PhantomData;

/// The most bytes of all names and values. Servers do not read longer URLs, and a plan holds a URL for every picture.
const PARAMS_BYTES_MAX: usize = 8192;

/// The parameters of a service that Mapreel sets itself.
pub(crate) trait Reserved {
    /// Their names in lower case, and the field that sets each.
    const PARAMS: &'static [(&'static str, &'static str)];
}

/// No reserved parameters.
pub(crate) struct Nothing;

impl Reserved for Nothing {
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
}

/// Names and values (texts, numbers or booleans), without the parameters that Mapreel sets itself.
pub(crate) struct Params<R = Nothing>(PhantomData<R>);

impl<R: Reserved> Shape for Params<R> {
    type Value = Vec<(String, String)>;

    fn schema(_: &Limits) -> Value {
        let mut schema =
            json!({ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean", "null"] } });
        if !R::PARAMS.is_empty() {
            let names: Vec<String> = R::PARAMS.iter().map(|(name, _)| in_any_case(name)).collect();
            schema["propertyNames"] = json!({ "not": { "pattern": format!("^({})$", names.join("|")) } });
        }
        schema
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Self::Value> {
        let params = read(node)?;
        for (key, _) in &params {
            if let Some((_, field)) = R::PARAMS.iter().find(|(name, _)| key.eq_ignore_ascii_case(name)) {
                let hint = format!("use {field}");
                node.child(node.json.get(key)?, key).invalid(format!("`{key}` is set by Mapreel"), &hint);
            }
        }
        Some(params)
    }
}

fn read(node: &Node) -> Option<Vec<(String, String)>> {
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

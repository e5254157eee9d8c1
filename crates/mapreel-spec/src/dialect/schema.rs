//! The description of a request for readers and tools: JSON Schema, and the tables of its fields.

use super::basemap_overlays::{BasemapFields, BasemapOverlaysFields, GeneralFields, OverlayFields};
use super::dimensions::DimensionFields;
use super::header::{DesignFields, HeaderFields};
use super::layer::{AddressedFields, LayerFields, TiledFields, layer_schema};
use super::legend::{LegendClassFields, LegendFields};
use super::map::MapFields;
use super::map_layers::{AnimateFields, MapLayersFields};
use super::output::OutputFields;
use super::params::LabelFields;
use super::times::NewestFields;
use crate::layers::kinds::KINDS;
use crate::request::limits::Limits;
use crate::schema::fields::{Object, Property};
use crate::vector::simplestyle::StyleFields;
use serde_json::{Map, Value, json};

/// The names of the schemas of both dialects.
const DIALECTS: [&str; 2] = ["map-layers", "basemap-overlays"];

/// The schemas by their names: `request`, its two dialects, and a layer of each kind. Their references to each other begin with
/// `prefix`, such as `#/$defs/`.
pub fn request_schemas(limits: &Limits, prefix: &str) -> Map<String, Value> {
    let dialects = [MapLayersFields::schema(limits), BasemapOverlaysFields::schema(limits)];
    let kinds = KINDS.iter().map(|kind| (format!("layer-{}", kind.word), layer_schema(kind, limits)));
    let mut schemas: Map<String, Value> = DIALECTS.map(str::to_owned).into_iter().zip(dialects).chain(kinds).collect();
    schemas.insert("request".into(), json!({
        "description": "What to draw, in one of two dialects. A field that is `null` is the same as one that is absent.",
        "oneOf": DIALECTS.map(|name| json!({ "$ref": format!("#/$defs/{name}") })),
    }));
    schemas.values_mut().for_each(|schema| refer_behind(schema, prefix));
    schemas
}

/// JSON Schema 2020-12 of a request.
pub fn request_schema(limits: &Limits) -> Value {
    let mut schemas = request_schemas(limits, "#/$defs/");
    let request = schemas.remove("request").unwrap_or_default();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A request of Mapreel",
        "$defs": schemas,
    });
    if let (Value::Object(schema), Value::Object(request)) = (&mut schema, request) {
        schema.extend(request);
    }
    schema
}

/// Replaces the prefix of every reference in a schema.
fn refer_behind(schema: &mut Value, prefix: &str) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        *reference = reference.replacen("#/$defs/", prefix, 1);
                    }
                    _ => refer_behind(value, prefix),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer_behind(item, prefix)),
        _ => {}
    }
}

/// The fields of every object of a request as tables in Markdown, by the object's name.
pub fn field_tables() -> Vec<(String, String)> {
    let limits = &Limits::DEFAULT;
    let objects: [(&str, Vec<Property>); 19] = [
        ("request", MapLayersFields::properties(limits)),
        ("map", MapFields::properties(limits)),
        ("animate", AnimateFields::properties(limits)),
        ("header", HeaderFields::properties(limits)),
        ("design", DesignFields::properties(limits)),
        ("output", OutputFields::properties(limits)),
        ("every layer", LayerFields::properties(limits)),
        ("layer of tiles", TiledFields::properties(limits)),
        ("layer with an address", AddressedFields::properties(limits)),
        ("legend", LegendFields::properties(limits)),
        ("legend class", LegendClassFields::properties(limits)),
        ("label", LabelFields::properties(limits)),
        ("newest times", NewestFields::properties(limits)),
        ("dimension", DimensionFields::properties(limits)),
        ("style", StyleFields::properties(limits)),
        ("first dialect", BasemapOverlaysFields::properties(limits)),
        ("general", GeneralFields::properties(limits)),
        ("basemap", BasemapFields::properties(limits)),
        ("overlay", OverlayFields::properties(limits)),
    ];
    // `tms` has the fields of `xyz`.
    let kinds = KINDS.iter().filter(|kind| kind.word != "tms").map(|kind| (kind.word, (kind.properties)(limits)));
    objects.into_iter().chain(kinds).map(|(name, properties)| (name.to_owned(), table(&properties))).collect()
}

fn table(properties: &[Property]) -> String {
    let mut table = "| field | may be | default | |\n|---|---|---|---|\n".to_owned();
    for property in properties {
        let default = match property.default {
            Some(default) => default,
            None if property.is_required => "required",
            None => "",
        };
        let (name, may_be, doc) = (property.name, may_be(&property.schema), property.doc.replace('|', "\\|"));
        table += &format!("| `{name}` | {may_be} | {default} | {doc} |\n");
    }
    table
}

/// A short description of the values that a schema accepts.
fn may_be(schema: &Value) -> String {
    let quoted = |value: &Value| match value {
        Value::String(text) if text.is_empty() => "empty text".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    };
    let bounds = |word: &str| match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        (Some(min), Some(max)) => format!("{word}, {min} to {max}"),
        _ => word.to_owned(),
    };
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(quoted).collect::<Vec<_>>().join(", ");
    }
    if !schema["const"].is_null() {
        return quoted(&schema["const"]);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let mut all: Vec<String> = choices.iter().map(may_be).collect();
        all.dedup();
        return all.join(" or ");
    }
    match schema["type"].as_str() {
        Some("string") => match schema["examples"].as_array().and_then(|examples| examples.first()) {
            Some(Value::String(example)) if example.starts_with("http") => "URL".to_owned(),
            Some(example) => format!("text such as {}", quoted(example)),
            None => "text".to_owned(),
        },
        Some("number") => bounds("number"),
        Some("integer") => bounds("whole number"),
        Some("boolean") => "`true`, `false`".to_owned(),
        Some("array") if schema["minItems"] == schema["maxItems"] => {
            format!("{} numbers", schema["minItems"])
        }
        Some("array") => format!("list of {}", may_be(&schema["items"])),
        _ => "object".to_owned(),
    }
}

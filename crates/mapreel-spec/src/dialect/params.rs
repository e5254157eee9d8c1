//! Reads labels, and checks the length of a URL with its parameters.

use crate::request::appearance::Label;
use crate::request::limits::Limits;
use crate::request::read::Node;
use crate::schema::fields::{Object, fields};
use crate::schema::shape::Shape;
use crate::schema::texts::{Flag, Shown, shown};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::json::Json;
use serde_json::{Value, json};

/// Refuses parameters that make a URL longer than servers read.
pub(crate) fn check_length(node: &Node, url: &ServiceUrl) -> Option<()> {
    if url.is_too_long() {
        node.refuse("too_large", "the URL with its parameters is longer than 8192 bytes", Some("shorter parameters"));
        return None;
    }
    Some(())
}

/// The most labels of a layer.
const LABELS_MAX: usize = 20;

fields! {
    /// A fact that stands behind a layer's title.
    pub(crate) struct LabelFields {
        /// Its name.
        key: Shown;
        /// What it is. In a `geojson` layer, `{name}` stands for a property of the newest feature.
        value: LabelValue, required "the text of the label";
        /// Whether its name is shown.
        show_key as "showKey": Flag, default "true";
    }
}

/// A text, or a number.
pub(crate) struct LabelValue;

impl Shape for LabelValue {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        json!({ "anyOf": [shown(), { "type": "number" }] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        match node.json {
            Json::Number(number) => Some(number.to_string()),
            _ => node.text(),
        }
    }
}

/// A list of labels; it may be empty.
pub(crate) struct Labels;

impl Shape for Labels {
    type Value = Vec<Label>;

    fn schema(limits: &Limits) -> Value {
        json!({ "type": "array", "items": LabelFields::schema(limits), "maxItems": LABELS_MAX })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<Vec<Label>> {
        if matches!(node.json, Json::List(items) if items.is_empty()) {
            return Some(Vec::new());
        }
        let labels: Vec<_> = node.items(LABELS_MAX)?.iter().map(|node| label(node, limits)).collect();
        labels.into_iter().collect()
    }
}

fn label(node: &Node, limits: &Limits) -> Option<Label> {
    let fields = node.fields()?;
    let LabelFields { key, value, show_key } = LabelFields::read(&fields, limits);
    fields.finish();
    let key = key.optional().ok()?.filter(|key| !key.is_empty());
    let is_key_shown = show_key.or(true) == Some(true);
    Some(Label { key: key.filter(|_| is_key_shown), value: value.value()? })
}

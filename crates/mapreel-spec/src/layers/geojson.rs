//! Features: GeoJSON in the request, or behind an address.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Moments, Refusal, ResolvedKind, Wanted};
use super::step::{Document, DocumentKind, NoAnswer, Step};
use crate::plan::planned_layer::LayerSource;
use crate::request::appearance::Label;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::resolved::series::Series;
use crate::schema::fields::{Object, fields};
use crate::schema::shape::Shape;
use crate::schema::texts::{Duration, HttpUrl, Name};
use crate::vector::geojson::Features;
use crate::vector::geojson_reader::Reading;
use crate::vector::simplestyle::StyleFields;
use crate::vector::simplestyle::{self, Style};
use mapreel_geo::ValidTime;
use mapreel_ogc::url::service_url::with_credential;
use mapreel_ogc::without_quotes;
use serde_json::{Value, json};
use std::sync::Arc;

/// Features in the request itself.
#[derive(Debug)]
struct Inline(Arc<Features>);

/// Features at an address, which must be fetched first.
#[derive(Debug)]
struct Fetched {
    /// The address.
    url: String,
    /// How the document is read.
    reading: Reading,
}

fields! {
    /// Features: GeoJSON in the request, or behind an address.
    pub(super) struct GeoJsonFields {
        /// GeoJSON (RFC 7946) of the request's own.
        data: Data;
        /// Or the address of some.
        url: HttpUrl;
        /// How features are drawn that do not say it themselves.
        style: StyleObject;
        /// The property of a feature that says when it is there: a time, or a list of times, one for each position of a line.
        time_property: Name;
        /// How long a feature stays after its time.
        keep: Duration, default "for ever";
    }
    rules { "oneOf": [{ "required": ["data"] }, { "required": ["url"] }] }
}

/// A GeoJSON object. `read` reads it when the other fields of the layer are known.
pub(super) struct Data;

impl Shape for Data {
    type Value = ();

    fn schema(_: &Limits) -> Value {
        json!({
            "type": "object",
            "required": ["type"],
            "properties": { "type": { "type": "string" } },
            "additionalProperties": true,
            "examples": [{ "type": "Point", "coordinates": [11.5, 48.1] }],
        })
    }

    fn read(_: &Node<'_>, _: &Limits) -> Option<()> {
        Some(())
    }
}

/// The style of a layer.
pub(super) struct StyleObject;

impl Shape for StyleObject {
    type Value = Style;

    fn schema(limits: &Limits) -> Value {
        StyleFields::schema(limits)
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Style> {
        let fields = node.fields()?;
        let style = simplestyle::read(&fields, Style::default());
        fields.finish();
        Some(style)
    }
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let GeoJsonFields { data, url, style, time_property, keep } = GeoJsonFields::read(fields, reader.limits);
    if let (true, Some(url)) = (data.is_there(), fields.optional("url")) {
        url.invalid("both `data` and `url` are given", "give one of them");
        return None;
    }
    let reading = Reading {
        style: style.or_default()?,
        time_property: time_property.optional().ok()?,
        keep: keep.optional().ok()?,
        positions_max: reader.limits.positions_max,
    };
    match (data.optional_at().ok()?, url.optional_at().ok()?) {
        (Some(data), None) => {
            let features = reading.read(&data.node)?;
            if reader.credential.is_some() {
                fields.optional("credential")?.invalid("this layer has no address to ask", "leave it out");
                return None;
            }
            Some(Arc::new(Inline(Arc::new(features))))
        }
        (None, Some(url)) => Some(Arc::new(Fetched { url: with_credential(&url.value, reader.credential), reading })),
        (Some(_), Some(_)) => None,
        (None, None) => {
            fields.required("data", "GeoJSON, or `url` with its address");
            None
        }
    }
}

impl LayerKind for Inline {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::done(asking.resolved(self.0.clone()))
    }
}

impl LayerKind for Fetched {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::ask(self.url.clone(), DocumentKind::GeoJson, move |reply| {
            let bytes = match reply {
                Ok(Document::Bytes(bytes)) => bytes,
                Ok(_) => return asking.gap("not usable as GeoJSON".into()),
                Err(NoAnswer::NotAsked) => return asking.gap("not fetched".into()),
                Err(NoAnswer::Failed(why)) => return asking.gap(why),
            };
            match self.reading.parse(bytes) {
                Ok(features) => Step::done(asking.resolved(Arc::new(features))),
                Err(problems) => {
                    let first = problems.0.first().map(ToString::to_string).unwrap_or_default();
                    asking.gap(without_quotes(&self.url, format!("not usable as GeoJSON: {first}")))
                }
            }
        })
    }
}

impl ResolvedKind for Features {
    /// `{property}` is replaced by that property of the newest feature.
    fn label(&self, label: &Label, time: Option<&ValidTime>) -> Option<String> {
        let value = self.fill(&label.value, time.map(ValidTime::instant))?;
        Some(Label { value, ..label.clone() }.text())
    }

    fn positions_per_frame(&self, labels_are_filled: &dyn Fn() -> bool) -> usize {
        if self.vary() || labels_are_filled() { self.positions() } else { 0 }
    }

    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        let used = |time: &Option<ValidTime>| Some(self.newest(time.as_ref()?.instant())?.to_string());
        Series::new(moments.times.iter().map(used).collect())
    }

    fn is_drawn_here(&self) -> bool {
        true
    }

    fn pictures(&self, _: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        Ok(LayerSource::Features(self.clone()))
    }
}

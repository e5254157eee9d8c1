//! Features: GeoJSON in the request, or behind an address.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Moments, Refusal, ResolvedKind, Wanted};
use super::step::{Document, DocumentKind, Silence, Step};
use crate::plan::planned_layer::LayerSource;
use crate::request::appearance::Label;
use crate::request::read::{Fields, Node, Transposed};
use crate::resolved::series::Series;
use crate::vector::geojson::{Features, Reading};
use crate::vector::simplestyle::{self, Style};
use mapreel_geo::ValidTime;
use mapreel_ogc::url::service_url::with_credential;
use mapreel_ogc::without_quotes;
use std::sync::Arc;

/// Features of the request's own.
#[derive(Debug)]
struct Given(Arc<Features>);

/// Features that must be fetched first.
#[derive(Debug)]
struct Fetched {
    /// Where they are.
    url: String,
    /// How they are read.
    reading: Reading,
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let style = fields.optional("style").map_or(Some(Style::default()), |node| read_style(&node));
    let time_property = fields.optional("time_property").map(|node| node.string().map(str::to_owned));
    let keep = fields.optional("keep").map(|node| reader.duration(&node));
    let (data, url) = (fields.optional("data"), fields.optional("url"));
    let reading = Reading {
        style: style?,
        time_property: time_property.transposed()?,
        keep: keep.transposed()?,
        positions_max: reader.limits.positions_max,
    };
    match (data, url) {
        (Some(node), None) => {
            let features = reading.read(&node)?;
            if reader.credential.is_some() {
                fields.optional("credential")?.invalid("this layer has no address to ask", "leave it out");
                return None;
            }
            Some(Arc::new(Given(Arc::new(features))))
        }
        (None, Some(node)) => Some(Arc::new(Fetched { url: with_credential(node.url()?, reader.credential), reading })),
        (Some(_), Some(node)) => {
            node.invalid("both `data` and `url` are given", "give one of them");
            None
        }
        (None, None) => {
            fields.required("data", "GeoJSON, or `url` with its address");
            None
        }
    }
}

fn read_style(node: &Node) -> Option<Style> {
    let fields = node.fields()?;
    let style = simplestyle::read(&fields, Style::default());
    fields.finish();
    Some(style)
}

impl LayerKind for Given {
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
                Err(Silence::NotAsked) => return asking.gap("not fetched".into()),
                Err(Silence::Failed(why)) => return asking.gap(why),
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
    /// `{property}` stands for a property of the newest feature.
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

//! Groups the layers of a service by their times: one request asks for neighbours that have the same times.

use mapreel_ogc::arcgis::service::{Service, Sublayer};
use mapreel_ogc::arcgis::service_kind::ServiceKind;
use mapreel_ogc::arcgis::times::TimeInfo;
use mapreel_ogc::json::Json;
use std::collections::HashMap;

/// The times of a service: of each layer, where the server describes its layers, otherwise of the whole service.
pub(super) struct KnownTimes {
    of_layers: HashMap<u32, TimeInfo>,
    pub of_all: Option<TimeInfo>,
}

/// Neighbouring layers with the same times, which one request asks for.
pub(super) struct Part<'a> {
    pub layers: Vec<&'a Sublayer>,
    pub times: Option<&'a TimeInfo>,
}

impl KnownTimes {
    pub(super) fn of(kind: ServiceKind, service: &Service, details: Option<&Json>) -> Self {
        let of_service = service.times.as_ref();
        let (of_layers, of_all) = match (kind, details) {
            (ServiceKind::Image, Some(details)) => {
                (HashMap::new(), TimeInfo::of_dimension(details).or_else(|| of_service.cloned()))
            }
            (ServiceKind::Map, Some(details)) => match TimeInfo::of_layers(details) {
                none if none.is_empty() => (none, of_service.cloned()),
                times => (times, None),
            },
            (_, None) => (HashMap::new(), of_service.cloned()),
        };
        Self { of_layers, of_all }
    }

    /// The shown layers in the service's order, top first, grouped by their times. A layer without times joins its
    /// neighbours.
    pub(super) fn parts<'a>(&'a self, service: &'a Service, shown: &[&'a Sublayer]) -> Vec<Part<'a>> {
        let by_number = service.by_number();
        let mut parts: Vec<Part> = Vec::new();
        for layer in shown.iter().copied() {
            let own = Service::outwards(layer, &by_number).find_map(|layer| self.of_layers.get(&layer.number));
            match parts.last_mut() {
                Some(Part { layers, times }) if times.is_none() || own.is_none() || *times == own => {
                    layers.push(layer);
                    *times = times.or(own);
                }
                _ => parts.push(Part { layers: vec![layer], times: own }),
            }
        }
        parts
    }
}

impl Part<'_> {
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.layers.iter().map(|layer| layer.number).collect()
    }
}

//! A map server that describes itself in JSON. The description becomes the capabilities of a WMS, so that the program has one form
//! for the offers of all servers.

use crate::arcgis::service::{Service, Sublayer};
use crate::arcgis::service_kind::ServiceKind;
use crate::broken_description::BrokenDescription;
use crate::json::Json;
use crate::ogc_api::collection::Collection;
use crate::ogc_api::extent::interval_text;
use crate::ogc_api::page::Page;
use crate::read_limits::ReadLimits;
use crate::reported_error::ReportedError;
use crate::text::few;
use crate::wms::capabilities::{Capabilities, Dimension, Layer};
use jiff::Timestamp;
use std::sync::Arc;

/// The result of reading a JSON description.
#[derive(Debug)]
pub enum JsonService {
    /// A `MapServer` or `ImageServer` of ArcGIS. A layer is named by its number.
    ArcGis(Capabilities),
    /// Collections of an OGC API that have maps.
    OgcApi(Capabilities),
    /// A landing page of an OGC API; the document at this address describes its collections.
    Elsewhere(String),
}

impl JsonService {
    /// Reads a document that was asked for at `url`. Times without an end are read as times until `now`.
    ///
    /// # Errors
    /// The document describes no map server, or reports an error.
    pub fn read(document: &[u8], url: &str, now: Timestamp) -> Result<Self, BrokenDescription> {
        let json = Json::read(document, &ReadLimits::default())?;
        if let (Some(Json::List(services)), Some(_)) = (json.get("services"), json.get("folders")) {
            let names = few(services.iter().filter_map(|service| service.text("name")));
            return Err(BrokenDescription::Folder(names));
        }
        if let Some(error) = ReportedError::of_arcgis(&json) {
            return Err(BrokenDescription::Reported(error.text));
        }
        let kind = match (json.get("layers"), json.get("pixelType")) {
            (Some(Json::List(_)), _) => Some(ServiceKind::Map),
            (_, Some(_)) => Some(ServiceKind::Image),
            _ => None,
        };
        if let Some(kind) = kind {
            return Service::read(&json, kind).map(|service| Self::ArcGis(of_arcgis(service, now)));
        }
        let page = Page::of(json, url)?;
        match (page.json.get("collections"), page.json.get("extent")) {
            (Some(Json::List(collections)), _) => Ok(Self::OgcApi(of_collections(&page, collections, now))),
            _ if page.has_pictures(&page.json) => {
                Ok(Self::OgcApi(of_collections(&page, std::slice::from_ref(&page.json), now)))
            }
            (_, Some(_)) => Err(BrokenDescription::NoMap),
            _ => match page.collections() {
                Some(url) => Ok(Self::Elsewhere(url)),
                None => Err(BrokenDescription::NoLinks),
            },
        }
    }
}

fn of_arcgis(service: Service, now: Timestamp) -> Capabilities {
    let times = service.times.as_ref().map(|times| {
        Arc::new(times.dimension(now).unwrap_or_else(|_| unread_times(times.between().unwrap_or_default())))
    });
    let code = service.crs.as_ref().map(|(crs, _)| crs.code().to_owned());
    let credit: Option<Arc<str>> = service.credit.as_deref().map(Arc::from);
    let layer = |name: String, title: String, group: Option<&Sublayer>, is_visible: bool| Layer {
        name,
        title,
        description: (!is_visible).then(|| "it is not shown unless it is asked for".to_owned()),
        within: group.into_iter().map(|group| Arc::from(group.name.as_str())).collect(),
        crs: code.iter().map(|code| Arc::from(code.as_str())).collect(),
        degrees: service.degrees,
        dimensions: times.iter().cloned().collect(),
        attribution: credit.clone(),
        ..Layer::default()
    };
    let title = service.title.clone().unwrap_or_default();
    let by_number = service.by_number();
    let group = |layer: &Sublayer| by_number.get(&layer.parent?).copied();
    let layers = match &service.layers[..] {
        [] => vec![layer(title.clone(), title.clone(), None, true)],
        layers => layers
            .iter()
            .filter(|layer| !layer.is_group)
            .map(|inner| layer(inner.number.to_string(), inner.name.clone(), group(inner), inner.is_visible))
            .collect(),
    };
    let [width, height] = service.side_px_max;
    Capabilities {
        version: service.version,
        title,
        width_max: Some(width),
        height_max: Some(height),
        layers,
        ..Capabilities::default()
    }
}

fn of_collections(page: &Page, collections: &[Json], now: Timestamp) -> Capabilities {
    // A list may leave out the links of its collections; then every collection is offered, for its own document may have them.
    let are_described = collections.iter().any(|json| page.has_pictures(json));
    let may_have_maps = |json: &&Json| !are_described || page.has_pictures(json);
    let layer = |json: &Json| {
        let collection = Collection::read(json, page.json.list("crs"), now);
        let times = collection.times.unwrap_or_else(|_| Some(unread_times(interval_text(json))));
        let name = json.text("id").unwrap_or_default().to_owned();
        Layer {
            title: collection.title.unwrap_or_else(|| name.clone()),
            name,
            crs: collection.crs.iter().map(|code| Arc::from(code.as_str())).collect(),
            degrees: collection.degrees,
            dimensions: times.map(Arc::new).into_iter().chain(collection.dimensions).collect(),
            attribution: collection.credit.as_deref().map(Arc::from),
            ..Layer::default()
        }
    };
    Capabilities {
        title: page.json.text("title").unwrap_or_default().to_owned(),
        layers: collections.iter().filter(may_have_maps).map(layer).collect(),
        ..Capabilities::default()
    }
}

/// A dimension of times of which the server names only the first and the last moment.
fn unread_times(between: String) -> Dimension {
    Dimension { name: "time".to_owned(), units: "ISO8601".to_owned(), extent: between.into(), ..Dimension::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../tests/recorded/", $name, ".json"))
        };
    }

    fn read(document: &str) -> Result<JsonService, BrokenDescription> {
        JsonService::read(document.as_bytes(), "http://maps.example.org/api", "2026-01-01T00:00:00Z".parse().unwrap())
    }

    fn names(capabilities: &Capabilities) -> Vec<(&str, &str)> {
        capabilities.layers.iter().map(|layer| (layer.name.as_str(), layer.title.as_str())).collect()
    }

    #[test]
    fn services_of_arcgis_have_their_layers_by_number() {
        let Ok(JsonService::ArcGis(map)) = read(recorded!("arcgis/mapserver-timeless")) else { panic!("a MapServer") };
        assert_eq!(names(&map)[0], ("0", "Harbours"));
        assert!(map.layers.iter().all(|layer| layer.dimension("time").is_none()));
        assert!(map.width_max.is_some() && map.layers[0].degrees.is_some());
        let Ok(JsonService::ArcGis(image)) = read(recorded!("arcgis/imageserver-times")) else {
            panic!("an ImageServer")
        };
        assert_eq!(image.layers.len(), 1);
        let time = image.layers[0].dimension("time").unwrap();
        assert!(time.axis.as_ref().is_some_and(Result::is_ok), "{time:?}");
        let Ok(JsonService::ArcGis(odd)) = read(recorded!("arcgis/imageserver-multidimensional")) else { panic!() };
        assert_eq!(&*odd.layers[0].dimension("time").unwrap().extent, "2018-01-01T00:00:00Z/2018-02-01T00:00:00Z");
    }

    #[test]
    fn an_ogc_api_has_the_collections_that_there_are_maps_of() {
        let Ok(JsonService::Elsewhere(url)) = read(recorded!("ogc/landing-pygeoapi")) else { panic!("a landing page") };
        assert!(url.contains("/collections"), "{url}");
        let Ok(JsonService::OgcApi(collections)) = read(recorded!("ogc/collections")) else { panic!("collections") };
        assert!(!collections.layers.is_empty());
        let Ok(JsonService::OgcApi(one)) = read(recorded!("ogc/collection-pygeoapi-wmsfacade")) else { panic!("one") };
        assert_eq!(one.layers.len(), 1);
        assert!(one.layers[0].dimension("time").unwrap().extent.starts_with("2007-10-30T08:57:29Z/"));
    }

    #[test]
    fn what_is_no_map_server_is_named() {
        let check = |document: &str, words: &str| {
            let why = read(document).unwrap_err().to_string();
            assert!(why.contains(words), "{why}");
        };
        check(r#"{ "folders": ["a"], "services": [{ "name": "a/B", "type": "MapServer" }] }"#, "folder of services");
        check(recorded!("arcgis/error-499"), "`499` Token Required");
        check(recorded!("ogc/error-pygeoapi"), "datetime parameter out of range");
        check("{}", "neither a link to a map nor one to collections");
        check("[1", "not JSON");
    }
}

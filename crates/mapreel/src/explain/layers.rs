//! What a map server offers: the capabilities of a WMS or WMTS, or the equivalent documents of an ArcGIS server or OGC API.

use jiff::Timestamp;
use mapreel_geo::AxisOrder;
use mapreel_ogc::BrokenDocument;
use mapreel_ogc::wms::capabilities::{self, Dimension};
use mapreel_ogc::wms::reader as wms;
use mapreel_ogc::wmts::reader as wmts;
use mapreel_ogc::{JsonService, ServiceUrl};
use mapreel_sources::{Error, Wanted};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// What a map server offers. Each kind has the name that a request uses.
#[derive(Debug, Serialize)]
#[serde(tag = "service", rename_all = "kebab-case")]
pub(crate) enum Offer {
    /// A WMS.
    #[serde(serialize_with = "with_axes")]
    Wms(capabilities::Capabilities),
    /// A WMTS.
    Wmts(mapreel_ogc::wmts::capabilities::Capabilities),
    /// A `MapServer` or `ImageServer` of ArcGIS.
    #[serde(rename = "arcgis")]
    ArcGis(capabilities::Capabilities),
    /// Collections of an OGC API.
    OgcMaps(capabilities::Capabilities),
}

/// The result of reading a document.
#[derive(Debug)]
pub(crate) enum Reading {
    /// The document has the offer.
    Offer(Offer),
    /// The document at this URL has the offer.
    Elsewhere(String),
}

impl Reading {
    /// Reads a document of any kind, which was asked for at `url`.
    pub(crate) fn of(document: &[u8], url: &str, now: Timestamp) -> Result<Self, BrokenDocument> {
        let is_json = document.trim_ascii_start().starts_with(b"{");
        Ok(match is_json {
            true => match JsonService::read(document, url, now)? {
                JsonService::ArcGis(arcgis) => Self::Offer(Offer::ArcGis(arcgis)),
                JsonService::OgcApi(collections) => Self::Offer(Offer::OgcMaps(collections)),
                JsonService::Elsewhere(url) => Self::Elsewhere(url),
            },
            false if wmts::is_it(document) => Self::Offer(Offer::Wmts(wmts::capabilities(document, now)?)),
            false => Self::Offer(Offer::Wms(wms::capabilities(document, now)?)),
        })
    }
}

/// Asks a server what it offers. `fetch` gets a document of a kind, and `read` reads it.
///
/// # Errors
/// Those of `fetch` and `read`, and what `unfetched` makes of the error of a server that has no document.
pub(crate) fn ask<B, E>(
    url: &str,
    mut fetch: impl FnMut(&str, Wanted) -> Result<Result<B, Error>, E>,
    mut read: impl FnMut(B, &str) -> Result<Reading, E>,
    unfetched: impl Fn(Error) -> E,
) -> Result<Offer, E> {
    let with_parameters = address(url).unwrap_or_else(|_| url.to_owned());
    // The same kind of answer as in drawing, so that the document may be in the cache.
    let wanted = if with_parameters.contains("REQUEST=") { Wanted::Capabilities } else { Wanted::Description };
    let document = match fetch(&with_parameters, wanted)? {
        // The server may be an OGC API, which may even refuse the parameters of a WMS.
        Err(error) if error.is_answer() && with_parameters != url => {
            fetch(url, Wanted::Description)?.map_err(|_| unfetched(error))?
        }
        answer => answer.map_err(&unfetched)?,
    };
    let elsewhere = match read(document, url)? {
        Reading::Offer(offer) => return Ok(offer),
        Reading::Elsewhere(url) => url,
    };
    let document = fetch(&elsewhere, Wanted::Description)?.map_err(&unfetched)?;
    match read(document, &elsewhere)? {
        Reading::Offer(offer) => Ok(offer),
        Reading::Elsewhere(_) => {
            let (found, wanted) = ("another landing page", "its collections");
            Err(unfetched(Error::WrongKind { host: elsewhere, found, wanted, text: String::new() }))
        }
    }
}

impl Offer {
    /// The whole offer as JSON. Layers are written with all inherited properties, so the JSON may be far longer than the document.
    ///
    /// # Errors
    /// The JSON is too long.
    pub(crate) fn json(&self) -> anyhow::Result<Vec<u8>> {
        let mut out = Bounded(Vec::new());
        serde_json::to_writer(&mut out, self)?;
        Ok(out.0)
    }

    /// The offer for people, with a line for each value.
    pub(crate) fn pretty(&self) -> anyhow::Result<String> {
        let mut out = Bounded(Vec::new());
        serde_json::to_writer_pretty(&mut out, self)?;
        Ok(String::from_utf8(out.0)? + "\n")
    }

    /// The number of layers.
    fn count(&self) -> usize {
        match self {
            Self::Wms(wms) | Self::ArcGis(wms) | Self::OgcMaps(wms) => wms.layers.len(),
            Self::Wmts(wmts) => wmts.layers.len(),
        }
    }

    /// For people: a line for each layer, and lines for its times and styles.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let (title, kind, version) = match self {
            Self::Wms(wms) => (&wms.title, "WMS", &wms.version),
            Self::Wmts(wmts) => (&wmts.title, "WMTS", &wmts.version),
            Self::ArcGis(arcgis) => (&arcgis.title, "ArcGIS", &arcgis.version),
            Self::OgcMaps(collections) => (&collections.title, "OGC API", &collections.version),
        };
        let plural = if self.count() == 1 { "" } else { "s" };
        if !title.is_empty() {
            let _ = writeln!(out, "{title}");
        }
        let kind = format!("{kind} {version}");
        let _ = writeln!(out, "{}, {} layer{plural}", kind.trim_end(), self.count());
        match self {
            Self::Wms(wms) | Self::ArcGis(wms) | Self::OgcMaps(wms) => {
                if let Some((width, height)) = wms.width_max.zip(wms.height_max) {
                    let _ = writeln!(out, "pictures up to {width} × {height} pixels");
                }
                for layer in &wms.layers {
                    heading(&mut out, &layer.name, &layer.title);
                    layer.dimensions.iter().for_each(|dimension| line(&mut out, &dimension.name, &values(dimension)));
                    let styles = layer.styles.iter().map(|style| style.name.as_str());
                    line(&mut out, "styles", &few(styles, layer.styles.len()));
                    line(&mut out, "crs", &few(layer.crs.iter().map(|code| &**code), layer.crs.len()));
                }
            }
            Self::Wmts(wmts) => {
                for layer in &wmts.layers {
                    heading(&mut out, &layer.name, &layer.title);
                    layer.dimensions.iter().for_each(|dimension| line(&mut out, &dimension.name, &values(dimension)));
                    let styles: Vec<&str> = layer.styles.iter().map(|style| style.name.as_str()).collect();
                    line(&mut out, "styles", &some(&styles));
                    let sets: Vec<&str> = layer.matrix_sets.iter().map(|link| link.name.as_str()).collect();
                    line(&mut out, "tiles", &some(&sets));
                }
            }
        }
        out
    }
}

/// The most bytes of an offer.
const OFFER_BYTES_MAX: usize = 32 << 20;

/// A writer to memory that fails at the limit of bytes.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OFFER_BYTES_MAX {
            let why = format!("what the server offers is longer than {} MiB", OFFER_BYTES_MAX >> 20);
            return Err(io::Error::other(why));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A WMS, with the axis order of each CRS for maps: `xy` or `yx`, the values of `axis_order` in a request.
fn with_axes<S: Serializer>(wms: &capabilities::Capabilities, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct WithAxes<'a> {
        #[serde(flatten)]
        wms: &'a capabilities::Capabilities,
        axes: BTreeMap<&'a str, &'static str>,
    }
    let word = |order| match order {
        AxisOrder::XThenY => "xy",
        AxisOrder::YThenX => "yx",
    };
    let axes = wms.axes().into_iter().map(|(code, order)| (code, word(order))).collect();
    WithAxes { wms, axes }.serialize(serializer)
}

fn heading(out: &mut String, name: &str, title: &str) {
    let _ = match name == title {
        true => writeln!(out, "\n{name}"),
        false => writeln!(out, "\n{name}  {title}"),
    };
}

fn line(out: &mut String, key: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "  {:8} {value}", key.to_lowercase());
    }
}

/// The first few of a list.
pub(crate) fn some(items: &[&str]) -> String {
    few(items.iter().copied(), items.len())
}

/// The first few of `count` items.
fn few<'a>(items: impl Iterator<Item = &'a str>, count: usize) -> String {
    const SHOWN: usize = 6;
    let more = if count > SHOWN { format!(" and {} more", count - SHOWN) } else { String::new() };
    format!("{}{more}", items.take(SHOWN).collect::<Vec<_>>().join(", "))
}

/// A dimension in a line.
fn values(dimension: &Dimension) -> String {
    let default = dimension.default.as_ref().map(|default| format!("; default {default}")).unwrap_or_default();
    match &dimension.axis {
        Some(Ok(axis)) => {
            let count = match axis.count() {
                Some(1) => "1 time".to_owned(),
                Some(count) => format!("{count} times"),
                None => "every moment".to_owned(),
            };
            let (first, last) = (axis.first(), axis.last());
            let span =
                if first == last { first.rfc3339() } else { format!("{} to {}", first.rfc3339(), last.rfc3339()) };
            let ignored = axis.ignored().map(|ignored| format!("; {ignored}")).unwrap_or_default();
            format!("{span}, {count}{default}{ignored}")
        }
        Some(Err(problem)) => format!("cannot be read: {problem}"),
        None => {
            let values = dimension.extent.split(',').map(str::trim);
            let count = values.clone().count();
            let units = if dimension.units.is_empty() { String::new() } else { format!(" ({})", dimension.units) };
            format!("{}{units}{default}", few(values, count))
        }
    }
}

/// The URL at which a server describes what it offers: the given URL if it is that of a document or an OGC API; otherwise with the
/// parameters of a WMS or ArcGIS server.
///
/// # Errors
/// The text is no URL.
pub(crate) fn address(url: &str) -> Result<String, url::ParseError> {
    let mut request = ServiceUrl::parse(url)?;
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
    let is_arcgis = ["/mapserver", "/imageserver", "/rest/services"].into_iter().any(|word| path.ends_with(word));
    let is_document = request.get("request").is_some() || path.ends_with(".xml") || path.contains("/collections");
    if is_arcgis {
        request.set("f", "json");
    } else if !is_document {
        let is_wmts = match request.get("service") {
            Some(service) => service.eq_ignore_ascii_case("wmts"),
            // As GeoServer calls it: `…/gwc/service/wmts`.
            None => path.ends_with("/wmts"),
        };
        let service = if is_wmts { "WMTS" } else { "WMS" };
        request.set("SERVICE", service);
        request.set("REQUEST", "GetCapabilities");
        if request.get("version").is_none() {
            request.set("VERSION", if service == "WMS" { "1.3.0" } else { "1.0.0" });
        }
    }
    Ok(request.url())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_url_of_a_server_decides_how_it_is_asked() {
        let check = |url: &str, expected: &str| assert_eq!(address(url).as_deref(), Ok(expected));
        check("http://h/wms", "http://h/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0");
        check("http://h/日本", "http://h/%E6%97%A5%E6%9C%AC?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0");
        check("http://h/a/rest/services/B/mapserver/", "http://h/a/rest/services/B/mapserver/?f=json");
        check("http://h/api/collections/a?f=json", "http://h/api/collections/a?f=json");
        check(
            "http://h/gwc/service/wmts",
            "http://h/gwc/service/wmts?SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0",
        );
        check("http://h/1.0.0/WMTSCapabilities.xml", "http://h/1.0.0/WMTSCapabilities.xml");
    }
}

//! The address of a WMTS's tiles: a template (OGC 07-057r7, 10.2.1) or a URL with parameters (8.2.1).

use super::picture_format;
use super::service_url::{ServiceUrl, URL_BYTES_MAX};
use crate::wmts::capabilities::{Capabilities, Layer};

/// The address of a layer's tiles.
#[derive(Debug, Clone, PartialEq)]
pub enum Address {
    /// A template with placeholders for the parts that differ between tiles.
    Template(String),
    /// A URL with all parameters except those that differ between tiles.
    Parameters(ServiceUrl),
}

/// Why a layer's tiles have no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// The address is longer than servers accept.
    #[error("the address of its tiles is longer than {URL_BYTES_MAX} bytes")]
    TooLong,
    /// A template has a placeholder that neither a tile nor a dimension fills.
    #[error("the template of its tiles has a place `{{{0}}}` that nothing fills")]
    Unfilled(String),
    /// The layer has tiles of these formats, none of which is a picture.
    #[error("it has no pictures; its formats are {0}")]
    NoPictures(String),
    /// The address that the server names is not a URL.
    #[error(transparent)]
    NotAUrl(#[from] url::ParseError),
}

/// The parts that are the same in the addresses of all tiles.
pub struct Common<'a> {
    /// The identifier of the style.
    pub style: &'a str,
    /// The identifier of the tile matrix set.
    pub matrix_set: &'a str,
    /// The format that the request names.
    pub format: Option<&'a str>,
}

impl Address {
    /// The address of a layer's tiles. First choice is the first template with a placeholder for every dimension of
    /// `asked`. Then comes the URL with parameters, if the server has one; then a template that lacks such a
    /// placeholder.
    ///
    /// # Errors
    /// The layer has no pictures, or its template has an unknown placeholder.
    pub fn choose(
        service: &ServiceUrl,
        capabilities: &Capabilities,
        layer: &Layer,
        common: &Common,
        asked: &[&str],
    ) -> Result<Self, NoAddress> {
        let formats = formats(layer, common.format)?;
        let origin = capabilities.own_origin.as_deref();
        let fixed = |name: &str| match name {
            "layer" => Some(layer.name.as_str()),
            "style" => Some(common.style),
            "tilematrixset" => Some(common.matrix_set),
            _ => None,
        };
        let templates: Vec<String> = formats
            .iter()
            .flat_map(|format| layer.templates.iter().filter(move |(known, _)| known.trim() == *format))
            .map(|(_, template)| filled(&service.as_reached(template, origin), fixed))
            .collect();
        let (templates, long): (Vec<_>, Vec<_>) = templates.into_iter().partition(|t| t.len() <= URL_BYTES_MAX);
        let (usable, unknown): (Vec<_>, Vec<_>) = templates.into_iter().partition(|t| unfilled(t, layer).is_none());
        let has_places =
            |template: &&String| asked.iter().all(|name| places(template).any(|place| place == lower(name)));
        if let Some(template) = usable.iter().find(has_places) {
            return Ok(Self::Template(template.clone()));
        }
        let by_parameters = || Self::by_parameters(service, capabilities, layer, common, formats[0]);
        match (usable.into_iter().next(), unknown.first().and_then(|template| unfilled(template, layer))) {
            (None, None) if !long.is_empty() && capabilities.get_tile.is_none() => Err(NoAddress::TooLong),
            (None, None) => by_parameters(),
            _ if capabilities.get_tile.is_some() => by_parameters(),
            (Some(template), _) => Ok(Self::Template(template)),
            (None, Some(place)) => Err(NoAddress::Unfilled(place)),
        }
    }

    fn by_parameters(
        service: &ServiceUrl,
        capabilities: &Capabilities,
        layer: &Layer,
        common: &Common,
        format: &str,
    ) -> Result<Self, NoAddress> {
        let mut request = match &capabilities.get_tile {
            Some(url) if service.path().ends_with(".xml") => {
                let url = service.as_reached(url, capabilities.own_origin.as_deref());
                ServiceUrl::parse(&url)?
            }
            _ => service.clone(),
        };
        for (name, value) in [
            ("SERVICE", "WMTS"),
            ("REQUEST", "GetTile"),
            ("VERSION", "1.0.0"),
            ("LAYER", &layer.name),
            ("STYLE", common.style),
            ("FORMAT", format),
            ("TILEMATRIXSET", common.matrix_set),
        ] {
            request.set(name, value);
        }
        if request.is_too_long() {
            return Err(NoAddress::TooLong);
        }
        Ok(Self::Parameters(request))
    }

    /// Whether requests can name a value of a dimension.
    pub fn has_place_for(&self, dimension: &str) -> bool {
        match self {
            Self::Template(template) => places(template).any(|place| place == lower(dimension)),
            Self::Parameters(_) => true,
        }
    }

    /// The address of a tile; `values` are the names and values that differ between tiles.
    pub fn url(&self, values: &[(&str, &str)]) -> String {
        match self {
            Self::Template(template) => {
                filled(template, |place| values.iter().find(|(name, _)| lower(name) == place).map(|(_, value)| *value))
            }
            Self::Parameters(request) => {
                let mut request = request.clone();
                values.iter().for_each(|(name, value)| request.set(name, *value));
                request.url()
            }
        }
    }
}

/// The message for tiles whose address is too long.
pub fn too_long() -> String {
    NoAddress::TooLong.to_string()
}

/// The formats of pictures, the preferred one first; only `named` where the request names a format.
fn formats<'a>(layer: &'a Layer, named: Option<&'a str>) -> Result<Vec<&'a str>, NoAddress> {
    if let Some(format) = named {
        return Ok(vec![format]);
    }
    let first = picture_format::for_tiles(&layer.formats);
    let first = first.ok_or_else(|| NoAddress::NoPictures(layer.formats.join(", ")))?;
    let others = layer.formats.iter().map(String::as_str).filter(|format| picture_format::is_picture(format));
    Ok(std::iter::once(first).chain(others.filter(|format| *format != first)).collect())
}

/// The first placeholder of a template that neither a tile nor a dimension fills.
fn unfilled(template: &str, layer: &Layer) -> Option<String> {
    let is_known = |place: &String| {
        matches!(place.as_str(), "tilematrix" | "tilecol" | "tilerow")
            || layer.dimensions.iter().any(|dimension| lower(&dimension.name) == *place)
    };
    places(template).find(|place| !is_known(place))
}

/// The names of a template's placeholders, in lower case: they are case-insensitive.
fn places(template: &str) -> impl Iterator<Item = String> {
    template.split('{').skip(1).filter_map(|part| Some(lower(part.split_once('}')?.0)))
}

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// A template with known placeholders replaced. Values are percent-encoded, so that no value adds a segment or ends the
/// path.
fn filled<'a>(template: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut parts = template.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}').and_then(|(name, rest)| Some((value(&lower(name))?, rest))) {
            Some((value, rest)) => {
                out += &escaped(value);
                out += rest;
            }
            None => {
                out.push('{');
                out += part;
            }
        }
    }
    out
}

/// Percent-encodes what would not stay within one segment of a path, or within one value of a query (RFC 3986, 3.3 and
/// 3.4).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled_once_and_values_stay_values() {
        let value = |name: &str| match name {
            "style" => Some("a b?c#d/{Time}"),
            "time" => Some("2020-01-01T00:00:00+02:00"),
            _ => None,
        };
        assert_eq!(
            filled("http://h/{Style}/{TIME}/{style}?{other}", value),
            "http://h/a%20b%3Fc%23d%2F%7BTime%7D/2020-01-01T00:00:00%2B02:00/a%20b%3Fc%23d%2F%7BTime%7D?{other}"
        );
        assert_eq!(filled("http://h/{Style", value), "http://h/{Style");
    }

    #[test]
    fn a_place_that_nothing_fills_is_named_unless_there_are_parameters() {
        let layer = Layer {
            name: "a".into(),
            formats: vec!["image/png".into()],
            templates: vec![("image/png".into(), "http://h/{Host}/{TileMatrix}/{TileRow}/{TileCol}".into())],
            ..Layer::default()
        };
        let service = ServiceUrl::parse("http://h/caps.xml").unwrap();
        let common = Common { style: "", matrix_set: "s", format: None };
        let choose = |capabilities: &Capabilities| Address::choose(&service, capabilities, &layer, &common, &[]);
        let error = choose(&Capabilities::default()).unwrap_err();
        assert_eq!(error.to_string(), "the template of its tiles has a place `{host}` that nothing fills");
        let get_tile = Some("http://h/kvp?".to_owned());
        assert!(matches!(choose(&Capabilities { get_tile, ..Capabilities::default() }), Ok(Address::Parameters(_))));
    }

    #[test]
    fn an_address_that_every_tile_would_repeat_is_not_long() {
        let long = format!("http://h/{{TileMatrix}}/{{TileRow}}/{{TileCol}}?{}", "a".repeat(9000));
        let layer = Layer {
            formats: vec!["image/png".into()],
            templates: vec![("image/png".into(), long.clone())],
            ..Layer::default()
        };
        let service = ServiceUrl::parse("http://h/caps.xml").unwrap();
        let common = Common { style: "", matrix_set: "s", format: None };
        let choose = |capabilities: &Capabilities| Address::choose(&service, capabilities, &layer, &common, &[]);
        let error = Err(NoAddress::TooLong);
        assert_eq!(choose(&Capabilities::default()), error);
        let get_tile = |url: &str| Capabilities { get_tile: Some(url.to_owned()), ..Capabilities::default() };
        assert_eq!(choose(&get_tile(&long)), error);
        assert!(matches!(choose(&get_tile("http://h/kvp?")), Ok(Address::Parameters(_))));
    }
}

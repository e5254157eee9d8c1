//! Tiles that a TileJSON document (2.x, 3.0) describes.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::step::{Document, DocumentKind, NoAnswer, Step};
use super::xyz::Tiles;
use crate::request::read::Fields;
use crate::resolved::series::Series;
use crate::schema::fields::fields;
use crate::schema::texts::HttpUrl;
use mapreel_geo::Bbox;
use mapreel_ogc::ReadLimits;
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::json::{Json, JsonError};
use mapreel_ogc::text;
use mapreel_ogc::url::service_url::with_credential;
use mapreel_ogc::url::tile_template::ZOOM_MAX;
use mapreel_ogc::without_quotes;
use mapreel_ogc::{TileTemplate, TileTemplateError};
use std::sync::Arc;

/// The address of a TileJSON document.
#[derive(Debug)]
struct TileJson(String);

fields! {
    /// Tiles by a TileJSON document.
    pub(super) struct TileJsonFields {
        /// The address of the document.
        url: HttpUrl, required "the address of a TileJSON document";
    }
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let url = TileJsonFields::read(fields, reader.limits).url.value()?;
    Some(Arc::new(TileJson(with_credential(&url, reader.credential))))
}

impl LayerKind for TileJson {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::ask(self.0.clone(), DocumentKind::Json, move |reply| {
            let described = match reply {
                Ok(Document::Bytes(bytes)) => parse(bytes, &self.0).map_err(|why| why.to_string()),
                Ok(_) => Err("it is no TileJSON".to_owned()),
                Err(NoAnswer::NotAsked) => return asking.gap("not fetched".into()),
                Err(NoAnswer::Failed(why)) => Err(why),
            };
            match described {
                Ok((template, credit)) => {
                    let resolved = asking.resolved(Arc::new(Tiles(Series::Same(template))));
                    Step::done(resolved.with_credit(credit))
                }
                Err(why) => asking.gap(format!("its TileJSON cannot be used: {}", without_quotes(&self.0, why))),
            }
        })
    }
}

/// What is missing or wrong in a TileJSON document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTileJson {
    #[error(transparent)]
    Json(#[from] JsonError),
    #[error("it has no list `tiles`")]
    WithoutTiles,
    #[error("the list `tiles` has no address")]
    WithoutAddress,
    #[error("`{0}` is not an http or https URL")]
    NotHttp(String),
    #[error("its tiles are `{0}` and not pictures")]
    NoPictures(String),
    #[error(transparent)]
    Template(#[from] TileTemplateError),
}

/// The tiles that the document at `address` describes, and the credit that it asks for. Tiles on the same server are
/// fetched with the document's credential.
///
/// # Errors
/// What is missing or wrong in the document.
pub(crate) fn parse(bytes: &[u8], address: &str) -> Result<(TileTemplate, Option<String>), NotTileJson> {
    let json = Json::read(bytes, &ReadLimits::default())?;
    let Some(Json::List(tiles)) = json.get("tiles") else { return Err(NotTileJson::WithoutTiles) };
    let Some(Json::Text(url)) = tiles.first() else { return Err(NotTileJson::WithoutAddress) };
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(NotTileJson::NotHttp(mapreel_ogc::without_secrets(url)));
    }
    if let Some(Json::Text(format)) = json.get("format")
        && !matches!(format.as_str(), "png" | "jpg" | "jpeg" | "webp" | "gif")
    {
        return Err(NotTileJson::NoPictures(format.clone()));
    }
    let url = ServiceUrl::parse(address).map_or_else(|_| url.clone(), |address| address.beside(url));
    let mut template = TileTemplate::parse(&url)?;
    template.is_from_server = true;
    let zoom = |name: &str| match json.get(name) {
        Some(Json::Number(n)) if (0.0..=f64::from(ZOOM_MAX)).contains(n) => Some(*n as u32),
        Some(Json::Number(n)) if *n > 0.0 => Some(ZOOM_MAX),
        _ => None,
    };
    template.zoom_min = zoom("minzoom").unwrap_or(template.zoom_min);
    template.zoom_max = zoom("maxzoom").unwrap_or(template.zoom_max).max(template.zoom_min);
    template.from_south = matches!(json.get("scheme"), Some(Json::Text(scheme)) if scheme == "tms");
    if let Some(Json::List(bounds)) = json.get("bounds") {
        let number = |json: &Json| if let Json::Number(n) = json { Some(*n) } else { None };
        let bounds: Option<Vec<f64>> = bounds.iter().map(number).collect();
        let bounds = bounds.and_then(|bounds| <[f64; 4]>::try_from(bounds).ok()).map(Bbox::new);
        template.degrees = bounds.filter(|bounds| bounds.width() > 0.0 && bounds.height() > 0.0);
    }
    let attribution = match json.get("attribution") {
        Some(Json::Text(html)) => Some(text::without_tags(html)).and_then(|words| text::clean(&words).ok()),
        _ => None,
    };
    Ok((template, attribution.filter(|text| !text.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_levels_bounds_and_credit_are_read() {
        let json = br##"{ "tilejson": "2.2.0", "tiles": ["https://a.t/{z}/{x}/{y}.png", "https://b.t/{z}/{x}/{y}.png"],
            "minzoom": 2, "maxzoom": 11, "bounds": [-10, 35, 30, 60], "scheme": "tms",
            "attribution": "<a href='#'>&copy; Somebody</a> &amp; others" }"##;
        let (template, credit) = parse(json, "http://h/tiles.json").unwrap();
        assert_eq!((template.zoom_min, template.zoom_max, template.from_south), (2, 11, true));
        assert_eq!(template.degrees, Some(Bbox::new([-10.0, 35.0, 30.0, 60.0])));
        assert_eq!(credit.as_deref(), Some("© Somebody & others"));
    }

    #[test]
    fn a_credential_is_for_the_documents_own_server() {
        let check = |tiles: &str, expected: &str| {
            let json = format!(r#"{{ "tiles": ["{tiles}/{{z}}/{{x}}/{{y}}.png"] }}"#);
            let (template, _) = parse(json.as_bytes(), "https://mine@h/tiles.json").unwrap();
            let mut expected = TileTemplate::parse(&format!("{expected}/{{z}}/{{x}}/{{y}}.png")).unwrap();
            expected.is_from_server = true;
            assert_eq!(template, expected);
        };
        check("https://h/t", "https://mine@h/t");
        check("https://other/t", "https://other/t");
        check("https://h.other/t", "https://h.other/t");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |json: &str, expected: &str| {
            assert!(parse(json.as_bytes(), "http://h/").unwrap_err().to_string().contains(expected));
        };
        check("[]", "no list `tiles`");
        check(r#"{ "tiles": [] }"#, "no address");
        check(r#"{ "tiles": ["file:///etc/{z}/{x}/{y}"] }"#, "not an http or https URL");
        check(r#"{ "tiles": ["http://t/{z}/{x}/{y}.pbf"], "format": "pbf" }"#, "`pbf` and not pictures");
    }
}

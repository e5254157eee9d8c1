//! How an OGC API writes the code of a CRS.

use super::extent::value;
use crate::json::Json;
use mapreel_geo::Crs;

/// The URI of a CRS in the OGC's registry, as OGC APIs use it.
pub fn uri(crs: Crs) -> String {
    match crs {
        Crs::Geographic => "http://www.opengis.net/def/crs/OGC/1.3/CRS84".to_owned(),
        _ => format!("http://www.opengis.net/def/crs/EPSG/0/{}", crs.code().rsplit(':').next().unwrap_or_default()),
    }
}

/// The code without the brackets of a safe CURIE (`[EPSG:3857]`).
pub fn without_brackets(code: &str) -> &str {
    code.trim().trim_start_matches('[').trim_end_matches(']')
}

/// The code of a CRS: a text, or an object with a URI or with a registry's number.
pub fn crs_code(json: &Json) -> Option<String> {
    let id = |system: &Json| {
        let id = system.get("id")?;
        Some(format!("{}:{}", id.text("authority")?, value(id.get("code")?)?))
    };
    match json {
        Json::Text(code) => Some(without_brackets(code).to_owned()),
        Json::Object(_) => {
            let uri = json.text("uri").map(str::to_owned);
            uri.or_else(|| ["referenceSystem", "wkt"].into_iter().find_map(|name| id(json.get(name)?)))
        }
        _ => None,
    }
}

//! The operator's catalogue: servers and ready requests that the page offers. A JSON file, in the form in which `/api/catalogue` gives it.
//!
//! ```json
//! { "servers": [{ "title": "Ocean", "url": "https://wms.example.org/wms", "type": "wms", "description": "Temperature, salinity, ice" }],
//!   "presets": [{ "title": "Yesterday's loop", "description": "24 hours", "request": { "map": {}, "layers": [] } }] }
//! ```

use super::problems::ConfigProblems;
use mapreel_spec::{Limits, parse_request};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use url::Url;
use utoipa::ToSchema;

const BYTES_MAX: u64 = 4 << 20;
/// Kinds of layers that a server has.
const KINDS: [&str; 8] = ["wms", "wmts", "xyz", "tms", "tilejson", "arcgis", "ogc-maps", "image"];

/// What the page offers to begin with.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Catalogue {
    /// Map servers.
    pub servers: Vec<ListedServer>,
    /// Requests to begin with.
    pub presets: Vec<Preset>,
}

/// A map server.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedServer {
    /// Its name for people.
    pub title: String,
    /// Its URL, as the `url` of a layer.
    pub url: String,
    /// The `type` of its layers.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A request to begin with.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preset {
    /// Its name for people.
    pub title: String,
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The request, as it is written.
    #[schema(value_type = Object)]
    pub request: Box<RawValue>,
}

impl Catalogue {
    /// Reads the file; its requests must be valid within these limits.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Self, ConfigProblems> {
        let unreadable = |error| ConfigProblems::only(format!("cannot read `{}`: {error}", path.display()));
        let mut text = String::new();
        File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_string(&mut text)).map_err(unreadable)?;
        if text.len() as u64 > BYTES_MAX {
            let long = format!("it has more than {BYTES_MAX} bytes");
            return Err(ConfigProblems::only(long).in_file(path));
        }
        Self::parse(&text, limits).map_err(|problems| problems.in_file(path))
    }

    /// Adds the servers and presets of another catalogue.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.servers.extend(other.servers.iter().cloned());
        self.presets.extend(other.presets.iter().cloned());
    }

    fn parse(text: &str, limits: &Limits) -> Result<Self, ConfigProblems> {
        let catalogue: Self = serde_json::from_str(text).map_err(|error| ConfigProblems::only(error.to_string()))?;
        let mut problems = ConfigProblems::default();
        for (number, server) in (0..).zip(&catalogue.servers) {
            if !Url::parse(&server.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
                problems.push(format!("/servers/{number}/url: `{}` is no `http://` or `https://` URL", server.url));
            }
            if let Some(kind) = server.kind.as_deref().filter(|kind| !KINDS.contains(kind)) {
                problems.push(format!("/servers/{number}/type: `{kind}` is none of `{}`", KINDS.join("`, `")));
            }
        }
        for (number, preset) in (0..).zip(&catalogue.presets) {
            let refused = parse_request(preset.request.get().as_bytes(), limits).err();
            let refused = refused.into_iter().flat_map(|problems| problems.0);
            problems.extend(refused.map(|problem| format!("/presets/{number}/request{problem}")));
        }
        problems.none_or(catalogue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_reported_at_once() {
        let text = r#"{ "servers": [{ "title": "A", "url": "ftp://x/", "type": "wmsx" }],
                        "presets": [{ "title": "P", "request": { "map": { "bbox": [0, 0, 1, 1], "width": 90 }, "layers": [{ "type": "x" }] } }] }"#;
        let problems: Vec<String> =
            Catalogue::parse(text, &Limits::default()).unwrap_err().iter().map(ToString::to_string).collect();
        assert!(problems.len() >= 3, "{problems:?}");
        assert!(problems[0].starts_with("/servers/0/url: `ftp://x/`"), "{problems:?}");
        assert!(problems[1].starts_with("/servers/0/type: `wmsx`"), "{problems:?}");
        assert!(problems[2].starts_with("/presets/0/request/layers/0"), "{problems:?}");
    }
}

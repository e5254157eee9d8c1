//! A document of an OGC API, and the addresses in its links.

use crate::broken_description::BrokenDescription;
use crate::json::Json;
use crate::read_limits::ReadLimits;
use crate::reported_error::ReportedError;
use crate::url::picture_format;
use crate::url::service_url::ServiceUrl;

/// A document with the address at which it was asked for.
pub struct Page {
    url: ServiceUrl,
    /// Scheme and host in the document's link to itself. Behind a proxy they differ from those of `url`.
    own_origin: Option<String>,
    /// The document, a JSON object.
    pub json: Json,
}

impl Page {
    /// Reads a document that was asked for at `url`.
    ///
    /// # Errors
    /// The document is not a JSON object, or it reports an error.
    pub fn read(bytes: &[u8], url: &str) -> Result<Self, BrokenDescription> {
        Self::of(Json::read(bytes, &ReadLimits::default())?, url)
    }

    /// A document that has been parsed; it was asked for at `url`.
    pub(crate) fn of(json: Json, url: &str) -> Result<Self, BrokenDescription> {
        if !matches!(json, Json::Object(_)) {
            return Err(BrokenDescription::NotAnObject(json.kind()));
        }
        if let Some(said) = problem(&json) {
            return Err(BrokenDescription::Reported(said));
        }
        let url = ServiceUrl::parse(url)?;
        let own = links(&json, "self").find_map(|link| link.text("href"));
        let own_origin = own.and_then(|own| url::Url::parse(own).ok()).map(|own| own.origin().ascii_serialization());
        Ok(Self { url, own_origin, json })
    }

    /// Whether a part of this document, `json`, links to a map or to tiles of maps.
    pub fn has_pictures(&self, json: &Json) -> bool {
        self.picture(json, "map").is_some() || self.tilesets(json).is_some()
    }

    /// The address of the list of map tilesets. pygeoapi calls the relation `raster`.
    pub fn tilesets(&self, json: &Json) -> Option<String> {
        ["tilesets-map", "tilesets-raster"].into_iter().find_map(|rel| self.document(json, rel))
    }

    /// The address of a collection's own document.
    pub fn own_page(&self, collection: &Json) -> Option<String> {
        ["self", "collection"].into_iter().find_map(|rel| self.document(collection, rel))
    }

    /// The template of the tiles. `item` is the registered relation, `tile` that of TiTiler.
    pub fn tile(&self) -> Option<String> {
        ["item", "tile"].into_iter().find_map(|rel| self.picture(&self.json, rel))
    }

    /// The address of the document that lists the collections.
    pub fn collections(&self) -> Option<String> {
        ["data", "collections"].into_iter().find_map(|rel| self.document(&self.json, rel))
    }

    /// The address of a link, with the host by which Mapreel reaches this server, and with its credential.
    fn address(&self, link: &Json) -> Option<String> {
        Some(self.url.beside(&self.url.as_reached(link.text("href")?, self.own_origin.as_deref())))
    }

    /// A URI as an address, where it is on this server.
    pub fn own_address(&self, uri: &str) -> Option<String> {
        let reached = self.url.as_reached(uri, self.own_origin.as_deref());
        let is_own = ServiceUrl::parse(&reached).is_ok_and(|address| address.origin() == self.url.origin());
        is_own.then_some(reached)
    }

    /// The address of a document to which `json` links: JSON first, then links without a media type.
    pub fn document(&self, json: &Json, rel: &str) -> Option<String> {
        let rank = |link: &&Json| match link.text("type") {
            Some(kind) if kind.contains("json") && !kind.contains("ld+json") => Some(0),
            None => Some(1),
            Some(_) => None,
        };
        // A URI template is not an address (titiler-pgstac links to some by this relation).
        let usable = links(json, rel).filter(|link| rank(link).is_some() && !link.is_true("templated"));
        self.address(usable.min_by_key(|link| rank(link))?)
    }

    /// The address of pictures to which `json` links: formats that can be transparent come before JPEG.
    pub fn picture(&self, json: &Json, rel: &str) -> Option<String> {
        let rank = |link: &&Json| match link.text("type") {
            Some("image/png") => Some(0),
            None => Some(1),
            Some("image/jpeg" | "image/jpg") => Some(3),
            Some(kind) => picture_format::is_picture(kind).then_some(2),
        };
        let usable = links(json, rel).filter(|link| rank(link).is_some());
        self.address(usable.min_by_key(|link| rank(link))?)
    }
}

/// The links of a relation, under any of the relation's names.
pub(crate) fn links<'a>(json: &'a Json, rel: &'a str) -> impl Iterator<Item = &'a Json> {
    json.list("links").iter().filter(move |link| link.text("rel").is_some_and(|known| is_rel(known, rel)))
}

/// Whether `known` is the relation `name`: as IANA registers it, or with a prefix of the OGC (a URI or a safe CURIE).
pub(crate) fn is_rel(known: &str, name: &str) -> bool {
    const OGC: [&str; 4] = [
        "http://www.opengis.net/def/rel/ogc/1.0/",
        "https://www.opengis.net/def/rel/ogc/1.0/",
        "[ogc-rel:",
        "ogc-rel:",
    ];
    let bare = OGC.iter().find_map(|prefix| known.strip_prefix(prefix)).unwrap_or(known);
    bare.trim_end_matches(']').eq_ignore_ascii_case(name)
}

/// The error that a server reports instead of a document.
fn problem(json: &Json) -> Option<String> {
    let is_document = json.get("links").is_some() || json.get("tileMatrices").is_some();
    ReportedError::of_ogc_api(json).filter(|_| !is_document).map(|error| error.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_goes_with_links_to_its_own_server_and_no_other() {
        let check = |href: &str, own: &str, expected: &str| {
            let document = format!(r#"{{ "links": [{{ "rel": "data", "href": "{href}" }}{own}] }}"#);
            let page = Page::read(document.as_bytes(), "https://mine@h/api/").unwrap();
            assert_eq!(page.collections().as_deref(), Some(expected));
        };
        check("collections", "", "https://mine@h/api/collections");
        check("/collections", "", "https://mine@h/collections");
        check("https://h/collections", "", "https://mine@h/collections");
        check("https://other/collections", "", "https://other/collections");
        check("https://yours@other/collections", "", "https://other/collections");
        check("https://yours:secret@h/collections", "", "https://mine@h/collections");
        let own = r#", { "rel": "self", "href": "http://inner:5000/api" }"#;
        check("http://inner:5000/collections", own, "https://mine@h/collections");
    }

    #[test]
    fn a_relation_is_known_by_all_its_names() {
        for known in [
            "map",
            "http://www.opengis.net/def/rel/ogc/1.0/map",
            "https://www.opengis.net/def/rel/ogc/1.0/map",
            "[ogc-rel:map]",
            "ogc-rel:map",
        ] {
            assert!(is_rel(known, "map"), "{known}");
        }
        assert!(!is_rel("http://www.opengis.net/def/rel/ogc/1.0/tilesets-map", "map"));
    }
}

//! The web page: the files that `web/` builds, compressed as they stand in the program.

use super::problem::Problem;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::LazyLock;

/// The page loads, runs and asks nothing but what comes from this service. Previews and films are blobs, since they are fetched with
/// the key.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
                      connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// A file has the same name in every version of the program, so browsers ask whether it has changed.
const CACHE: &str = "no-cache";

/// A file of the page.
struct WebFile {
    name: &'static str,
    media_type: &'static str,
    /// Its bytes, compressed with gzip.
    packed: &'static [u8],
    /// Its `ETag`.
    etag: String,
}

macro_rules! files {
    ($($name:literal $media_type:literal)*) => {
        vec![$(WebFile::new($name, $media_type, include_bytes!(concat!("../../page/", $name, ".gz")))),*]
    };
}

/// Every file.
static FILES: LazyLock<Vec<WebFile>> = LazyLock::new(|| {
    files! {
        "base.js" "text/javascript; charset=utf-8"
        "de.js" "text/javascript; charset=utf-8"
        "docs.css" "text/css; charset=utf-8"
        "docs.html" "text/html; charset=utf-8"
        "docs.js" "text/javascript; charset=utf-8"
        "editor.js" "text/javascript; charset=utf-8"
        "index.html" "text/html; charset=utf-8"
        "operations.js" "text/javascript; charset=utf-8"
        "page.css" "text/css; charset=utf-8"
        "page.js" "text/javascript; charset=utf-8"
    }
});

impl WebFile {
    fn new(name: &'static str, media_type: &'static str, packed: &'static [u8]) -> Self {
        let etag = format!("\"{}\"", &hex::encode(Sha256::digest(packed))[..32]);
        Self { name, media_type, packed, etag }
    }
}

/// The page, at each of its own addresses.
pub(super) async fn page(headers: HeaderMap) -> Result<Response, Problem> {
    answer("index.html", &headers)
}

/// The reference of the API.
pub(super) async fn reference(headers: HeaderMap) -> Result<Response, Problem> {
    answer("docs.html", &headers)
}

/// A file that the page asks for.
pub(super) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    answer(&name, &headers)
}

fn answer(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(|| Problem::plain(StatusCode::NOT_FOUND))?;
    let about = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, CACHE),
        (header::VARY, "Accept-Encoding"),
        (header::ETAG, file.etag.as_str()),
    ];
    if has(headers, header::IF_NONE_MATCH, |tag| tag.trim_start_matches("W/") == file.etag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let media_type = [(header::CONTENT_TYPE, file.media_type)];
    if takes_gzip(headers) {
        return Ok((about, media_type, [(header::CONTENT_ENCODING, "gzip")], file.packed).into_response());
    }
    let mut bytes = Vec::new();
    let unpacked = GzDecoder::new(file.packed).read_to_end(&mut bytes);
    unpacked.map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))?;
    Ok((about, media_type, bytes).into_response())
}

/// Whether `Accept-Encoding` has gzip (RFC 9110, 12.5.3); of weights, only the one that refuses counts.
fn takes_gzip(headers: &HeaderMap) -> bool {
    has(headers, header::ACCEPT_ENCODING, |coding| {
        let (coding, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        matches!(coding.trim(), "gzip" | "x-gzip" | "*") && !is_refused
    })
}

/// Whether one element of a header's list is what is looked for.
fn has(headers: &HeaderMap, name: header::HeaderName, is_it: impl Fn(&str) -> bool) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|element| is_it(element.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_was_built_is_served() {
        let built: serde_json::Value = serde_json::from_str(include_str!("../../page/files.json")).unwrap();
        let built = built.as_array().unwrap().iter();
        let text = |file: &serde_json::Value, key: &str| file[key].as_str().unwrap().to_owned();
        let built: Vec<_> = built.map(|file| (text(file, "name"), text(file, "media_type"))).collect();
        let served: Vec<_> = FILES.iter().map(|file| (file.name.to_owned(), file.media_type.to_owned())).collect();
        assert_eq!(served, built);
    }

    #[test]
    fn who_does_not_take_gzip_gets_it_unpacked() {
        let takes =
            |value: &str| takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]));
        assert!(takes("gzip") && takes("br, gzip;q=0.5") && takes("*"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes_gzip(&HeaderMap::new()));
    }
}

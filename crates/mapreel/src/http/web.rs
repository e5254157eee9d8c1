//! The web page: the files that `web/` builds, embedded in the program in compressed form.

use super::problem::Problem;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::LazyLock;

/// The content security policy of the page: it loads, runs and fetches only resources of this service. Previews and films are blobs, because
/// they are fetched with the key in a header.
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
    /// Its bytes.
    plain: Vec<u8>,
    /// A hash of the content, with which an `ETag` begins.
    tag: String,
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
        "licences.txt" "text/plain; charset=utf-8"
        "operations.js" "text/javascript; charset=utf-8"
        "page.css" "text/css; charset=utf-8"
        "page.js" "text/javascript; charset=utf-8"
    }
});

impl WebFile {
    fn new(name: &'static str, media_type: &'static str, packed: &'static [u8]) -> Self {
        let tag = hex::encode(Sha256::digest(packed))[..32].to_owned();
        let mut plain = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut plain).expect("a test unpacks every file");
        Self { name, media_type, packed, plain, tag }
    }
}

/// The page, at each of its paths.
pub(super) async fn page(headers: HeaderMap) -> Result<Response, Problem> {
    answer("index.html", &headers)
}

/// The reference of the API.
pub(super) async fn reference(headers: HeaderMap) -> Result<Response, Problem> {
    answer("docs.html", &headers)
}

/// A file of the page.
pub(super) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    answer(&name, &headers)
}

fn answer(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(|| Problem::plain(StatusCode::NOT_FOUND))?;
    let is_packed = takes_gzip(headers);
    // Two representations have two tags (RFC 9110, 8.8.3).
    let etag = format!("\"{}{}\"", file.tag, if is_packed { "-gzip" } else { "" });
    let about = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, CACHE),
        (header::VARY, "Accept-Encoding"),
        (header::ETAG, &etag),
    ];
    if elements(headers, header::IF_NONE_MATCH).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let media_type = [(header::CONTENT_TYPE, file.media_type)];
    Ok(match is_packed {
        true => (about, media_type, [(header::CONTENT_ENCODING, "gzip")], file.packed).into_response(),
        false => (about, media_type, file.plain.as_slice()).into_response(),
    })
}

/// Whether `Accept-Encoding` accepts gzip (RFC 9110, 12.5.3). Of the weights only 0 matters, which refuses; an entry for gzip has precedence
/// over `*`.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut of_others = false;
    for element in elements(headers, header::ACCEPT_ENCODING) {
        let element = element.to_ascii_lowercase();
        let (coding, weight) = element.split_once(';').unwrap_or((&element, ""));
        let is_taken = weight.trim().strip_prefix("q=").is_none_or(|weight| weight.parse() != Ok(0.0));
        match coding.trim() {
            "gzip" | "x-gzip" => return is_taken,
            "*" => of_others = is_taken,
            _ => {}
        }
    }
    of_others
}

/// The elements of a header's list.
fn elements(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
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
    fn a_client_that_does_not_accept_gzip_gets_the_file_uncompressed() {
        let takes =
            |value: &str| takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]));
        assert!(takes("gzip") && takes("br, gzip;q=0.5") && takes("*"));
        assert!(takes("GZIP;Q=0.1") && takes("identity, *;q=0.1"));
        assert!(!takes("gzip;q=0, *") && !takes("*, gzip;Q=0") && !takes("*;q=0"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes_gzip(&HeaderMap::new()));
    }
}

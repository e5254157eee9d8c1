//! Whether an answer is what was wanted: judged by its status and its bytes, and not by its content type.
//!
//! A WMS reports errors with status 200, a proxy sends a login page as a PNG, a server forgets the content type. Only the bytes are
//! reliable.

use super::wanted::{Absence, Wanted};
use crate::error::Error;
use mapreel_ogc::xml::document;
use mapreel_ogc::xml::tree::Node;
use mapreel_ogc::{ReadLimits, ReportedError};

/// A kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureKind {
    Png,
    Jpeg,
    Webp,
    Gif,
}

/// The kind of picture that begins with these bytes.
pub(crate) fn picture_kind(bytes: &[u8]) -> Option<PictureKind> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(PictureKind::Png),
        [0xFF, 0xD8, 0xFF, ..] => Some(PictureKind::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(PictureKind::Webp),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(PictureKind::Gif),
        _ => None,
    }
}

/// How an answer is what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Its body has the wanted format.
    Whole,
    /// It says that there is no tile; the body does not matter.
    Nothing,
}

/// Whether an answer says that there is no tile.
fn is_absent(absence: Absence, status: u16, body: &[u8]) -> bool {
    let is_out_of_range = || exception(body).is_some_and(|text| text.starts_with("`TileOutOfRange`"));
    match absence {
        Absence::NoContent => status == 204,
        Absence::Sparse => matches!(status, 204 | 404 | 410) || status == 200 && body.is_empty() || is_out_of_range(),
    }
}

/// Accepts an answer that is what was wanted. Any other answer becomes an error that quotes the server's text.
pub(crate) fn judge(host: &str, status: u16, body: &[u8], wanted: Wanted) -> Result<Found, Error> {
    let success = (200..300).contains(&status);
    if let Some(found) = found(status, success, body, wanted) {
        return Ok(found);
    }
    let host = host.to_owned();
    let exception = exception(body);
    let may_be_xml =
        matches!(wanted, Wanted::Capabilities | Wanted::CapabilitiesNow | Wanted::Description | Wanted::Styles);
    if may_be_xml && success && exception.is_none() && is_xml(body.trim_ascii_start()) {
        return Ok(Found::Whole);
    }
    if let Some(text) = exception {
        return Err(Error::Exception { host, text, status, retry_after: None });
    }
    if let Some(ReportedError { status: reported, text }) = ReportedError::read(body) {
        // ArcGIS reports errors with HTTP status 200; the body has the real status.
        let status = if success { reported.unwrap_or(status) } else { status };
        return Err(Error::Exception { host, text: shortened(text.as_bytes()), status, retry_after: None });
    }
    if !success {
        let text = match body.trim_ascii_start() {
            _ if picture_kind(body).is_some() => String::new(),
            text if looks_like_html(text) => title(body),
            _ => shortened(body),
        };
        return Err(Error::Status { host, status, text, retry_after: None });
    }
    let (found, text) = description(body);
    Err(Error::WrongKind { host, found, wanted: wanted.words(), text })
}

/// That the answer is what was wanted, if its first bytes (or, for a tile, its absence) show that.
fn found(status: u16, success: bool, body: &[u8], wanted: Wanted) -> Option<Found> {
    match wanted {
        Wanted::Picture | Wanted::Piece { .. } if success && picture_kind(body).is_some() => Some(Found::Whole),
        Wanted::Piece { absence: Some(absence), .. } if is_absent(absence, status, body) => Some(Found::Nothing),
        Wanted::Json | Wanted::Description
            if success && is_json(body.trim_ascii_start()) && ReportedError::passing(body).is_none() =>
        {
            Some(Found::Whole)
        }
        _ => None,
    }
}

/// The kind of a body, in words, and its text as far as an error quotes it.
fn description(body: &[u8]) -> (&'static str, String) {
    match body.trim_ascii_start() {
        [] => ("nothing", String::new()),
        _ if picture_kind(body).is_some() => ("a picture", String::new()),
        text if is_json(text) => ("JSON", shortened(body)),
        text if looks_like_html(text) => ("an HTML page", title(body)),
        [b'<', ..] => ("XML", shortened(body)),
        _ if std::str::from_utf8(body).is_ok() => ("text", shortened(body)),
        _ => ("bytes of an unknown kind", String::new()),
    }
}

fn is_json(text: &[u8]) -> bool {
    matches!(text, [b'{' | b'[', ..])
}

/// Code and text of a WMS exception (OGC 01-065r2 annex A.3, OGC 06-042 annex E.2, OWS Common).
fn exception(body: &[u8]) -> Option<String> {
    /// A longer document is not parsed as an exception. This bounds the work that a server can cause.
    const XML_BYTES_MAX: usize = 64 << 10;
    if body.len() > XML_BYTES_MAX || !body.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    document::read(body, &ReadLimits::default(), |root| Ok(exceptions(root))).ok().flatten()
}

fn exceptions(root: Node) -> Option<String> {
    if !matches!(root.name(), "ServiceExceptionReport" | "ExceptionReport" | "ServiceException") {
        return None;
    }
    let said = root.descendants().filter(|node| matches!(node.name(), "ServiceException" | "Exception")).map(|node| {
        let code = node.attribute("code").or_else(|| node.attribute("exceptionCode")).unwrap_or_default();
        let words = shortened(node.text(" ").as_bytes());
        if code.is_empty() { words } else { format!("`{code}` {words}") }
    });
    let said: Vec<String> = said.filter(|text| !text.is_empty()).collect();
    Some(if said.is_empty() { "without a text".into() } else { said.join("; ") })
}

/// Whether a text begins like XML and is not an HTML page.
fn is_xml(text: &[u8]) -> bool {
    // A byte-order mark of UTF-8 or UTF-16 may precede it.
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).trim_ascii_start();
    matches!(text, [b'<', ..] | [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..]) && !looks_like_html(text)
}

fn looks_like_html(text: &[u8]) -> bool {
    let head = text[..text.len().min(512)].to_ascii_lowercase();
    let has = |word: &[u8]| head.windows(word.len()).any(|w| w == word);
    has(b"<!doctype html") || has(b"<html")
}

/// The title of an HTML page.
fn title(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]).into_owned();
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title>").map(|i| i + "<title>".len());
    let title = start.and_then(|start| Some(&text[start..start + lower[start..].find("</title>")?]));
    shortened(title.unwrap_or_default().as_bytes())
}

/// The first words of a body, on one line.
fn shortened(body: &[u8]) -> String {
    const CHARS_MAX: usize = 200;
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * CHARS_MAX + 1024)]).into_owned();
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    if line.chars().count() <= CHARS_MAX {
        return line;
    }
    format!("{}…", line.chars().take(CHARS_MAX).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: &str) {
        let error = judge("wms.example:80", status, body.as_bytes(), Wanted::Picture).unwrap_err();
        assert_eq!(error.to_string(), format!("`wms.example:80` answered with {expected}"));
    }

    #[test]
    fn a_wms_exception_is_quoted_whatever_its_status() {
        let report = r#"<?xml version='1.0'?><!DOCTYPE ServiceExceptionReport SYSTEM "http://x/exception_1_1_1.dtd">
            <ServiceExceptionReport version="1.1.1"><ServiceException code="LayerNotDefined">
            no such layer: &quot;sts&quot; </ServiceException></ServiceExceptionReport>"#;
        check(200, report, "an exception: `LayerNotDefined` no such layer: \"sts\"");
        check(500, report, "an exception: `LayerNotDefined` no such layer: \"sts\"");
        let ows = r#"<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception exceptionCode="TileOutOfRange">
            <ows:ExceptionText>Column 9</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"#;
        check(200, ows, "an exception: `TileOutOfRange` Column 9");
        check(200, "<ServiceExceptionReport/>", "an exception: without a text");
        let arcgis = r#"{"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}}"#;
        check(200, arcgis, "an exception: `400` Invalid or missing input parameters.");
        let problem = r#"{"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "no such time"}"#;
        check(400, problem, "an exception: `400` no such time");
    }

    #[test]
    fn a_transient_error_that_arcgis_reports_with_status_200_may_be_retried() {
        let is_transient = |code: u16| {
            let body = format!(r#"{{"error": {{"code": {code}, "message": "busy", "details": []}}}}"#);
            let judged = judge("h", 200, body.as_bytes(), Wanted::Json);
            assert_eq!(judged.is_err(), code >= 500, "what does not pass is the layer's to tell");
            judge("h", 200, body.as_bytes(), Wanted::Picture).unwrap_err().is_transient()
        };
        assert!(is_transient(500) && is_transient(503) && !is_transient(400) && !is_transient(498));
    }

    #[test]
    fn other_answers_are_named_by_what_they_are() {
        check(200, "", "nothing instead of a picture");
        check(200, "<html><head><title>Please log in</title>", "an HTML page instead of a picture: Please log in");
        check(200, r#"{"detail": "no such time"}"#, r#"JSON instead of a picture: {"detail": "no such time"}"#);
        check(404, "not here", "status 404: not here");
        check(200, "\u{1}\u{2}hello\nworld", "text instead of a picture: hello world");
        check(200, "<WMS_Capabilities/>", "XML instead of a picture: <WMS_Capabilities/>");
    }

    #[test]
    fn capabilities_are_xml_that_is_no_exception_and_no_web_page() {
        let check = |body: &str, expected: Option<&str>| {
            let found = judge("h", 200, body.as_bytes(), Wanted::Capabilities).err().map(|error| error.to_string());
            assert_eq!(found.as_deref(), expected, "{body}");
        };
        check("\u{feff}<?xml version='1.0'?><WMS_Capabilities/>", None);
        check("<!DOCTYPE WMT_MS_Capabilities SYSTEM 'x'><WMT_MS_Capabilities/>", None);
        check("<html><title>Log in</title>", Some("`h` answered with an HTML page instead of capabilities: Log in"));
        let report = "<ServiceExceptionReport><ServiceException>no</ServiceException></ServiceExceptionReport>";
        check(report, Some("`h` answered with an exception: no"));
    }

    #[test]
    fn no_tile_is_no_error_where_the_server_or_the_request_says_so() {
        let out_of_range = "<ExceptionReport><Exception exceptionCode='TileOutOfRange'/></ExceptionReport>";
        let check = |status: u16, body: &str, said: bool, meant: bool| {
            for (absence, expected) in [(Absence::NoContent, said), (Absence::Sparse, meant)] {
                let found = judge("h", status, body.as_bytes(), Wanted::Piece { bytes_max: 0, absence: Some(absence) })
                    == Ok(Found::Nothing);
                assert_eq!(found, expected, "{status} {body} {absence:?}");
            }
            assert!(judge("h", status, body.as_bytes(), Wanted::Picture).is_err());
        };
        check(204, "", true, true);
        check(200, "", false, true);
        check(404, "no such tile", false, true);
        check(410, "", false, true);
        check(400, out_of_range, false, true);
        check(200, out_of_range, false, true);
        check(403, "", false, false);
        check(500, "", false, false);
        check(200, "<html>", false, false);
    }

    #[test]
    fn entities_that_explode_are_not_expanded() {
        let mut dtd = String::from("<!DOCTYPE r [<!ENTITY a0 'ha'>");
        for i in 1..40 {
            dtd += &format!("<!ENTITY a{i} '&a{};&a{};'>", i - 1, i - 1);
        }
        let expand = |report: String| exception(report.as_bytes());
        assert_eq!(expand(format!("{dtd}]><ServiceException>&a39;</ServiceException>")), Some("&a39;".into()));
        // 60 kB that would expand to 1 GB.
        let large = format!("<!DOCTYPE r [<!ENTITY a '{}'>]>", "x".repeat(30_000));
        let said = expand(format!("{large}<ServiceException>{}</ServiceException>", "&a;".repeat(10_000)));
        assert!(said.is_some_and(|said| said.chars().count() == 201));
    }
}

//! Errors that servers report in JSON: ArcGIS with status 200, OGC APIs with the HTTP status of the error.

use crate::json::Json;
use crate::read_limits::ReadLimits;
use crate::text::few;
use mapreel_geo::time::time_error::shortened;

/// An error that a server reports in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedError {
    /// The HTTP status that the document names.
    pub status: Option<u16>,
    /// The error's code and message, as messages quote them.
    pub text: String,
}

impl ReportedError {
    /// The error that a response body reports; `None` where it is something else, or longer than any error report.
    pub fn read(body: &[u8]) -> Option<Self> {
        const REPORT_BYTES_MAX: usize = 64 << 10;
        if body.len() > REPORT_BYTES_MAX || !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        let json = Json::read(body, &ReadLimits::default()).ok()?;
        Self::of_arcgis(&json).or_else(|| Self::of_ogc_api(&json))
    }

    /// An error with status 200 that is temporary: the same request may succeed later.
    pub fn passing(body: &[u8]) -> Option<Self> {
        Self::read(body).filter(|error| matches!(error.status, Some(408 | 429 | 500 | 502 | 503 | 504)))
    }

    /// `{"error": {"code", "message", "details"}}`, or `{"status": "error" | "failure", "code", "messages"}`: the forms of ArcGIS,
    /// whatever format the request asks for.
    pub(crate) fn of_arcgis(json: &Json) -> Option<Self> {
        let is_failure = matches!(json.text("status"), Some("error" | "failure"));
        let error =
            json.get("error").or(is_failure.then_some(json)).filter(|error| matches!(error, Json::Object(_)))?;
        let code = error.get("code").and_then(|code| match code {
            Json::Number(code) => Some(*code),
            Json::Text(code) => code.parse().ok(),
            _ => None,
        });
        let message = error.text("message").unwrap_or("without a text");
        let details = [error.list("details"), error.list("messages")].concat();
        let details = details.iter().filter_map(|detail| match detail {
            Json::Text(text) if text != message => Some(text.as_str()),
            _ => None,
        });
        let mut words: Vec<&str> = std::iter::once(message).chain(details).filter(|words| !words.is_empty()).collect();
        if matches!(code, Some(498.0 | 499.0)) {
            words.push("the operator can configure a `credential` for it");
        }
        let quoted = code.map(|code| format!("`{code}` ")).unwrap_or_default();
        Some(Self { status: code.and_then(Self::status), text: format!("{quoted}{}", few(words.into_iter())) })
    }

    /// Problem details (RFC 9457, 3.1), or the exception of OGC API – Common (19-072, 7.5). An object without a code and without a
    /// status is not an error.
    pub(crate) fn of_ogc_api(json: &Json) -> Option<Self> {
        let said = ["detail", "description", "title"].into_iter().find_map(|name| json.text(name));
        let code = ["code", "status"].into_iter().find_map(|name| json.get(name))?;
        let status = json.number("status").and_then(Self::status);
        let code = match code {
            Json::Text(code) => shortened(code),
            Json::Number(code) => code.to_string(),
            _ => return None,
        };
        Some(Self { status, text: format!("`{code}` {}", few(said.into_iter())) })
    }

    fn status(code: f64) -> Option<u16> {
        (100.0..600.0).contains(&code).then_some(code as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../tests/recorded/", $name, ".json"))
        };
    }

    #[test]
    fn errors_are_read_in_every_form_that_servers_use() {
        let check = |body: &str, status: Option<u16>, text: &str| {
            assert_eq!(ReportedError::read(body.as_bytes()), Some(ReportedError { status, text: text.to_owned() }));
        };
        check(recorded!("arcgis/error-500"), Some(500), "`500` Error exporting map");
        let token = "`498` Invalid token., the operator can configure a `credential` for it";
        check(recorded!("arcgis/error-498"), Some(498), token);
        check(r#"{"error": {"message": "busy", "details": null}}"#, None, "busy");
        check(
            r#"{"status": "error", "code": "500", "messages": ["not started"]}"#,
            Some(500),
            "`500` without a text, not started",
        );
        check(recorded!("ogc/error-pygeoapi"), None, "`InvalidParameterValue` datetime parameter out of range");
        let problem = ReportedError::read(recorded!("ogc/error-rfc7807").as_bytes()).unwrap();
        assert_eq!(problem.status, Some(400));
    }

    #[test]
    fn other_documents_are_no_errors() {
        for body in ["", "[]", "{}", r#"{"detail": "no code"}"#, recorded!("arcgis/mapserver-times"), "<html>"] {
            assert_eq!(ReportedError::read(body.as_bytes()), None, "{body}");
        }
        let long = format!(r#"{{"error": {{"code": 500, "message": "{}"}}}}"#, "x".repeat(70_000));
        assert_eq!(ReportedError::read(long.as_bytes()), None, "reports are short");
    }
}

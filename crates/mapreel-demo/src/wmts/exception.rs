//! The exceptions of the WMTS, for requests that it cannot answer (OGC 07-057r7, 7.1.4, 7.2.4; OGC 06-121r3, 8).

use crate::answer::Answer;
use crate::xml::{escaped, quoted};

/// Why a request is not answered.
#[derive(Debug)]
pub(crate) struct Exception {
    code: &'static str,
    /// The parameter that is wrong.
    locator: String,
    /// Not yet escaped.
    text: String,
}

/// The encoding of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Key-value pairs (KVP), a query: an exception has the status of its code.
    Parameters,
    /// RESTful, a path: every exception has status 404.
    Resources,
}

impl Exception {
    /// A parameter has a value that the service does not offer.
    pub(crate) fn invalid(parameter: &str, text: impl Into<String>) -> Self {
        Self { code: "InvalidParameterValue", locator: parameter.to_owned(), text: text.into() }
    }

    /// A parameter is not there.
    pub(crate) fn missing(parameter: &str) -> Self {
        let text = format!("the parameter {parameter} is missing");
        Self { code: "MissingParameterValue", locator: parameter.to_owned(), text }
    }

    /// A row or column lies outside its tile matrix.
    pub(crate) fn out_of_range(parameter: &str, text: String) -> Self {
        Self { code: "TileOutOfRange", locator: parameter.to_owned(), text }
    }

    /// An operation is not offered.
    pub(crate) fn no_operation(request: &str) -> Self {
        let text = format!("there is no operation {}: GetCapabilities and GetTile are there", quoted(request));
        Self { code: "OperationNotSupported", locator: request.chars().take(60).collect(), text }
    }

    /// The report, with the status that the standard gives its code (OGC 07-057r7, tables 21 and 24).
    pub(crate) fn answer(&self, encoding: Encoding) -> Answer {
        let status = match (encoding, self.code) {
            (Encoding::Resources, _) => 404,
            (Encoding::Parameters, "OperationNotSupported") => 501,
            (Encoding::Parameters, _) => 400,
        };
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<ows:ExceptionReport version=\"1.1.0\" xmlns:ows=\"http://www.opengis.net/ows/1.1\">
  <ows:Exception exceptionCode=\"{}\" locator=\"{}\">
    <ows:ExceptionText>{}</ows:ExceptionText>
  </ows:Exception>
</ows:ExceptionReport>
",
            self.code,
            escaped(&self.locator),
            escaped(&self.text)
        );
        Answer { status, ..Answer::document("text/xml", text) }
    }
}

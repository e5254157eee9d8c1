//! The service exceptions of the WMS, for requests that it cannot answer (OGC 06-042, 6.11 and table E.1; OGC 01-068r3, 6.7 and A.3).

use super::version::Version;
use crate::answer::Answer;
use crate::offer::layer::{LAYERS, Layer};
use crate::xml::{escaped, quoted};

/// Why a request is not answered.
#[derive(Debug)]
pub(crate) struct Exception {
    /// The standard's code for this exception, if it has one.
    code: Option<&'static str>,
    /// What is wrong, and what would be right; not yet escaped.
    text: String,
}

impl Exception {
    /// An exception with a code of the standard, and what is wrong in words.
    pub(crate) fn new(code: Option<&'static str>, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// A parameter is not there.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(None, format!("the parameter {parameter} is missing"))
    }

    /// A layer is not offered.
    pub(crate) fn no_layer(name: &str) -> Self {
        let known: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
        Self::new(
            Some("LayerNotDefined"),
            format!("there is no layer {}: the layers are {}", quoted(name), known.join(", ")),
        )
    }

    /// A layer is not offered in a style.
    pub(crate) fn no_style(layer: &Layer, name: &str) -> Self {
        let known: Vec<&str> = layer.styles.iter().map(|style| style.name).collect();
        let text =
            format!("the layer {} has no style {}: its styles are {}", layer.name, quoted(name), known.join(", "));
        Self::new(Some("StyleNotDefined"), text)
    }

    /// A format is not offered.
    pub(crate) fn no_format(format: &str, known: &str) -> Self {
        Self::new(Some("InvalidFormat"), format!("there is no format {}: ask for {known}", quoted(format)))
    }

    /// The report in the form of a version, with status 200, as map servers answer.
    pub(crate) fn answer(&self, version: Version) -> Answer {
        let code = self.code.map_or(String::new(), |code| format!(" code=\"{code}\""));
        let exception = format!("<ServiceException{code}>{}</ServiceException>", escaped(&self.text));
        let (media_type, head) = match version {
            Version::V111 => (
                "application/vnd.ogc.se_xml",
                "<!DOCTYPE ServiceExceptionReport SYSTEM \"http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd\">\n\
                 <ServiceExceptionReport version=\"1.1.1\">",
            ),
            Version::V130 => {
                ("text/xml", "<ServiceExceptionReport version=\"1.3.0\" xmlns=\"http://www.opengis.net/ogc\">")
            }
        };
        let text =
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}\n  {exception}\n</ServiceExceptionReport>\n");
        Answer::document(media_type, text)
    }
}

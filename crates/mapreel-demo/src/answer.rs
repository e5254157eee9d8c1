//! The answer of [`Demo`](crate::Demo) to a request, before it is an HTTP response.

/// The answer to a request: what an HTTP response needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The media type of the body.
    pub media_type: &'static str,
    /// A picture, or a document in UTF-8.
    pub body: Vec<u8>,
}

impl Answer {
    /// A PNG, with status 200.
    pub(crate) fn png(body: Vec<u8>) -> Self {
        Self { status: 200, media_type: "image/png", body }
    }

    /// A document, with status 200.
    pub(crate) fn document(media_type: &'static str, text: String) -> Self {
        Self { status: 200, media_type, body: text.into_bytes() }
    }
}

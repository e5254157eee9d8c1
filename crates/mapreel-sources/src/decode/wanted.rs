//! The kinds of answers that the client can ask a server for.

use std::borrow::Cow;

/// What the client asks a server for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A PNG, JPEG, WebP or GIF of any size.
    Picture,
    /// Such a picture, as a piece of a mosaic.
    Piece {
        /// The longest answer, in bytes.
        bytes_max: usize,
        /// Which answers mean that there is no tile; `None`: the piece must exist.
        absence: Option<Absence>,
    },
    /// A JSON document.
    Json,
    /// A capabilities document in XML.
    Capabilities,
    /// A capabilities document in XML from the server, and not from the cache.
    CapabilitiesNow,
    /// A description of a server or layer, in XML or JSON.
    Description,
    /// The styles of a layer, in XML (SLD).
    Styles,
}

/// The answers by which a server says that it has no tile at a place, because there are no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Only status 204 (No Content), which means exactly that.
    NoContent,
    /// Also an empty answer, status 404 or 410, and the exception `TileOutOfRange`: the pyramid has not every tile.
    Sparse,
}

impl Wanted {
    /// The key under which an answer is cached. The same answer may mean "no tile" for one layer and be a gap for another, so the key
    /// depends on the absence too.
    pub fn key(self, url: &str) -> Cow<'_, str> {
        match self {
            // A fragment is not sent to the server, so no real URL has this key.
            Self::Piece { absence: Some(Absence::Sparse), .. } => format!("{url}#sparse").into(),
            Self::Description => format!("{url}#description").into(),
            _ => url.into(),
        }
    }

    /// The `Accept` header (RFC 9110, 12.5.1) of the request. An OGC API chooses the format of its answer by this header; a WMS reads its own
    /// parameters instead.
    pub(crate) fn accepts(self) -> &'static str {
        match self {
            // PNG is preferred: it is lossless and may be transparent.
            Self::Picture | Self::Piece { .. } => "image/png, image/*;q=0.8, */*;q=0.1",
            Self::Json => "application/json, application/geo+json;q=0.9, */*;q=0.1",
            Self::Capabilities | Self::CapabilitiesNow => "*/*",
            Self::Styles => "application/vnd.ogc.sld+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
            Self::Description => "application/json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
        }
    }

    /// The name of what is asked for, in error messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Picture | Self::Piece { .. } => "a picture",
            Self::Json => "JSON",
            Self::Capabilities | Self::CapabilitiesNow => "capabilities",
            Self::Description => "the description of a map server",
            Self::Styles => "styles",
        }
    }
}

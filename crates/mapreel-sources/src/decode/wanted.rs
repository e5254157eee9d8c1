//! What a server is asked for.

use std::borrow::Cow;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A PNG, JPEG, WebP or GIF of which nothing more is known.
    Picture,
    /// Such a picture, as a piece of a mosaic.
    Piece {
        /// The longest answer, in bytes.
        bytes_max: usize,
        /// What a tile's absence means; `None`: it must be there.
        absence: Option<Absence>,
    },
    /// A JSON document.
    Json,
    /// What a server says of itself, in XML.
    Capabilities,
    /// What a server says of itself now, and not a while ago.
    CapabilitiesNow,
    /// What a server says of itself, in XML or JSON.
    Description,
    /// The styles of a layer, in XML (SLD).
    Styles,
}

/// What a server answers that has no tile at a place, because there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Status 204, whose meaning that is.
    NoContent,
    /// Also an empty answer, status 404 or 410, and the exception `TileOutOfRange`: not every tile of the pyramid is there.
    Sparse,
}

impl Wanted {
    /// The key under which an answer is cached: what counts as no tile for one layer may be a gap of another.
    pub fn key(self, url: &str) -> Cow<'_, str> {
        match self {
            // A fragment is no part of what a server is asked for.
            Self::Piece { absence: Some(Absence::Sparse), .. } => format!("{url}#sparse").into(),
            Self::Description => format!("{url}#description").into(),
            _ => url.into(),
        }
    }

    /// The `Accept` header (RFC 9110, 12.5.1) by which the client asks for it. An OGC API chooses by it among the forms of what it
    /// has; a WMS reads its own parameters instead.
    pub(crate) fn accepts(self) -> &'static str {
        match self {
            // PNG is not lossy and may be transparent.
            Self::Picture | Self::Piece { .. } => "image/png, image/*;q=0.8, */*;q=0.1",
            Self::Json => "application/json, application/geo+json;q=0.9, */*;q=0.1",
            Self::Capabilities | Self::CapabilitiesNow => "*/*",
            Self::Styles => "application/vnd.ogc.sld+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
            Self::Description => "application/json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
        }
    }

    /// What is asked for, in words.
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

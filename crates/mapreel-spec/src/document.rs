//! Documents that a request leads to: what servers say of themselves, and data.

/// A document that must be fetched before the plan can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The index of the layer that needs it.
    pub layer: usize,
    /// Where it is.
    pub url: String,
    /// What it is.
    pub kind: DocumentKind,
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// Features.
    GeoJson,
    /// What a WMS says of itself.
    Wms,
    /// What an ncWMS says of a layer.
    Details,
    /// What a WMTS says of itself.
    Wmts,
    /// Where tiles are.
    TileJson,
}

//! The two kinds of services of ArcGIS that draw maps.

/// A kind of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// A service that draws layers.
    Map,
    /// A service that draws rasters.
    Image,
}

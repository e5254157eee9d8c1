//! The two kinds of services of ArcGIS that draw maps.

/// What a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// It draws layers.
    Map,
    /// It draws rasters.
    Image,
}

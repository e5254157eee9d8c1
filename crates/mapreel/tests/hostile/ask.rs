//! The requests that are made to a hostile upstream, and which of its answers are honest.

use mapreel_testkit::upstreams::{capabilities, picture};

/// The hostile answer: what the upstream is asked for when it sends it. Its other answers are honest.
#[derive(Debug, Clone)]
pub enum Ask {
    /// The capabilities of a WMS.
    Wms,
    /// The map of a WMS, which must have the requested size.
    Map,
    /// A picture of any size, placed in a bbox.
    Image,
    /// Tiles of 256 pixels.
    Tiles,
    /// About this many tiles, each the same picture, with the level and tile size in the request.
    Pyramid { tiles: u32, tile_px: u32, side_px: u32 },
    /// The capabilities of a WMTS.
    Wmts,
    /// A TileJSON document.
    TileJson,
    /// The description of an ArcGIS service.
    ArcGis,
    /// A document of an OGC API.
    OgcMaps,
    /// The details of an ncWMS layer, with its colours.
    Details,
    /// GeoJSON.
    Features,
    /// GeoJSON with times in the property `t`, over this many frames.
    Track { frames: u32 },
    /// The legend of a layer.
    Legend,
    /// The maps of a WMS for this many frames of a GIF.
    Film { frames: u32 },
    /// No upstream: this request itself is hostile.
    Request { animation: bool, json: String },
}

const MAP: &str = r#""map": { "bbox": [-20, 30, 20, 50], "crs": "EPSG:4326", "width": 256, "height": 128 }"#;
const TIME: &str = r#""times": ["2020-01-01T00:00:00Z"]"#;

impl Ask {
    /// The code of the warning when the answer cannot be used.
    pub fn lost(&self) -> &'static str {
        match self {
            // Without capabilities, the time is requested unchecked.
            Self::Wms => "time_unconfirmed",
            Self::Legend | Self::Details => "legend_unavailable",
            _ => "layer_unavailable",
        }
    }

    /// Whether an upstream is needed; otherwise the request itself is hostile.
    pub fn has_upstream(&self) -> bool {
        !matches!(self, Self::Request { .. })
    }

    pub fn is_animation(&self) -> bool {
        matches!(self, Self::Track { .. } | Self::Film { .. } | Self::Request { animation: true, .. })
    }

    /// The request document, with the upstream at `url`.
    pub fn request(&self, url: &str) -> String {
        let layer = |layer: &str| format!(r#"{{ {MAP}, {TIME}, "layers": [{{ {layer} }}] }}"#);
        let wms = format!(r#""type": "wms", "url": "{url}/wms", "layers": "a", "title": "Data""#);
        match self {
            Self::Wms | Self::Map => layer(&wms),
            Self::Image => layer(&format!(
                r#""type": "image", "url": "{url}/picture", "bbox": [-20, 30, 20, 50], "title": "Data""#
            )),
            Self::Tiles => layer(&format!(r#""type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png", "title": "Data""#)),
            Self::Pyramid { tiles, tile_px, side_px } => {
                // In level 12 a tile is 360/4096 degrees wide.
                let half = f64::from(*tiles).sqrt() * 360.0 / 4096.0 / 2.0;
                format!(
                    r#"{{ "map": {{ "bbox": [{}, {}, {half}, {half}], "width": {side_px}, "crs": "EPSG:3857" }}, "layers": [{{ "type": "xyz",
                        "url": "{url}/{{z}}/{{x}}/{{y}}.png", "min_zoom": 12, "max_zoom": 12, "tile_size": {tile_px}, "title": "Data" }}] }}"#,
                    -half, -half
                )
            }
            Self::Wmts => layer(&format!(r#""type": "wmts", "url": "{url}/caps.xml", "layer": "a", "title": "Data""#)),
            Self::TileJson => layer(&format!(r#""type": "tilejson", "url": "{url}/tiles.json", "title": "Data""#)),
            Self::ArcGis => layer(&format!(r#""type": "arcgis", "url": "{url}/a/MapServer", "title": "Data""#)),
            Self::OgcMaps => layer(&format!(r#""type": "ogc-maps", "url": "{url}/api", "title": "Data""#)),
            Self::Details => layer(&format!(
                r#""type": "wms", "url": "{url}/wms", "layers": "sst", "title": "Data", "legend": "auto", "time": "nearest""#
            )),
            Self::Features => layer(&format!(r#""type": "geojson", "url": "{url}/a.json", "title": "Data""#)),
            Self::Track { frames } => format!(
                r#"{{ {MAP}, "times": "2020-01-01T00:00Z/2020-01-01T{:02}:00Z/PT1H", "layers": [{{ "type": "geojson",
                    "url": "{url}/a.json", "title": "Data", "time_property": "t" }}], "output": {{ "format": "mp4" }} }}"#,
                frames - 1
            ),
            Self::Legend => {
                layer(&format!(r#""type": "natural-earth", "title": "Data", "legend": "{url}/legend.png""#))
            }
            Self::Film { frames } => format!(
                r#"{{ {MAP}, "times": "2020-01-01/P{frames}D/P1D", "layers": [{{ {wms} }}], "output": {{ "format": "gif" }} }}"#
            ),
            Self::Request { json, .. } => json.replace("{url}", url),
        }
    }

    /// The URL for the command `layers`.
    pub fn offer_url(&self, url: &str) -> String {
        match self {
            Self::Wmts => format!("{url}/caps.xml"),
            Self::ArcGis => format!("{url}/a/MapServer"),
            Self::OgcMaps => format!("{url}/api"),
            _ => format!("{url}/wms"),
        }
    }

    /// The upstream's honest answer to this path; `None`: it sends the hostile answer.
    pub fn honest(&self, path: &str) -> Option<Vec<u8>> {
        let says = path.contains("REQUEST=GetCapabilities") || path.ends_with("/caps.xml");
        match self {
            Self::Wms => (!says).then(|| picture(path)),
            Self::Map | Self::Film { .. } => {
                says.then(|| capabilities("a", "1900-01-01T00:00:00Z/2100-01-01T00:00:00Z").into_bytes())
            }
            Self::Wmts => (!says).then(|| picture(path)),
            Self::TileJson => (!path.ends_with("/tiles.json")).then(|| picture(path)),
            Self::ArcGis => {
                let size = || path.replace("size=", "WIDTH=").replace("%2C", "&HEIGHT=").replace(',', "&HEIGHT=");
                path.contains("/export?").then(|| picture(&size()))
            }
            Self::OgcMaps => None,
            Self::Details => match path {
                _ if says => Some(include_bytes!("../recorded/xpublish-wms.xml").to_vec()),
                _ if path.contains("GetMetadata") => None,
                _ => Some(picture(path)),
            },
            _ => None,
        }
    }
}

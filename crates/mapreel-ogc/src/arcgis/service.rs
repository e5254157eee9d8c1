//! The description of a `MapServer` or `ImageServer`.

use super::pyramid::Pyramid;
use super::service_kind::ServiceKind;
use super::spatial_reference::{crs, degrees};
use super::times::TimeInfo;
use crate::broken_description::BrokenDescription;
use crate::json::Json;
use crate::read_limits::ReadLimits;
use crate::reported_error::ReportedError;
use crate::text;
use mapreel_geo::{Bbox, Crs};
use std::collections::HashMap;

/// The description of a service.
#[derive(Debug, Clone)]
pub struct Service {
    /// The version of the server; empty where the server does not name it.
    pub version: String,
    /// The title of the service, for people.
    pub title: Option<String>,
    /// The credit that the server asks for.
    pub credit: Option<String>,
    /// The service's own CRS, and the number by which the server knows that CRS.
    pub crs: Option<(Crs, String)>,
    /// The area of the data: west, south, east, north in degrees.
    pub degrees: Option<Bbox>,
    /// The largest width and height of a picture, in pixels.
    pub side_px_max: [u32; 2],
    /// The layers and groups in the server's order, top first.
    pub layers: Vec<Sublayer>,
    /// The service's times, where it has some.
    pub times: Option<TimeInfo>,
    /// Whether the document `multidimensionalInfo` lists the service's times.
    pub is_multidimensional: bool,
    /// The service's tile cache, where it is in the tile pyramid of the web.
    pub pyramid: Option<Pyramid>,
    /// Whether the service answers requests for tiles only.
    pub has_tiles_alone: bool,
}

/// A layer of a MapServer, or a group of layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sublayer {
    /// `id`, which a request puts into `layers=show:…`.
    pub number: u32,
    /// `name`, for people.
    pub name: String,
    /// The number of the group that contains it.
    pub parent: Option<u32>,
    /// Whether it is a group: it contains layers and draws nothing itself.
    pub is_group: bool,
    /// Whether the service shows it where no layers are named.
    pub is_visible: bool,
}

/// Reads a document of ArcGIS.
///
/// # Errors
/// The document is not JSON, or it reports an error (ArcGIS sends errors with status 200).
pub fn read_document(bytes: &[u8]) -> Result<Json, BrokenDescription> {
    let json = Json::read(bytes, &ReadLimits::default())?;
    match ReportedError::of_arcgis(&json) {
        Some(error) => Err(BrokenDescription::Reported(error.text)),
        None => Ok(json),
    }
}

impl Service {
    /// Servers before version 10.1 do not name their largest picture; by default it is this wide and high.
    const SIDE_PX_MAX_OLD: u32 = 2048;
    /// How deep groups are nested.
    const DEPTH_MAX: usize = 50;

    /// Reads the description of a service.
    ///
    /// # Errors
    /// The document describes another kind of service.
    pub fn read(json: &Json, kind: ServiceKind) -> Result<Self, BrokenDescription> {
        let is_it = match kind {
            ServiceKind::Map => matches!(json.get("layers"), Some(Json::List(_))),
            ServiceKind::Image => json.get("extent").or(json.get("pixelType")).is_some(),
        };
        if !is_it {
            let name = if kind == ServiceKind::Map { "a MapServer" } else { "an ImageServer" };
            return Err(BrokenDescription::OtherService(name));
        }
        let side = |name| match json.number(name) {
            Some(side) if side >= 1.0 => side as u32,
            _ => Self::SIDE_PX_MAX_OLD,
        };
        let title = json.get("documentInfo").and_then(|info| info.text("Title"));
        // `Layers` is the name that ArcGIS gives to a map without a name.
        let map_name = json.text("mapName").filter(|name| !matches!(*name, "Layers" | "Map"));
        // The `name` of an image service begins with its folder.
        let own_name = json.text("name").and_then(|name| name.rsplit('/').next());
        let title = [title, map_name, own_name].into_iter().flatten().find(|title| !title.is_empty());
        let credit = json.text("copyrightText").map(text::without_tags);
        let clean = |words: &str| text::clean(words).ok().filter(|words| !words.is_empty());
        let version = json.number("currentVersion").map(|version| version.to_string()).unwrap_or_default();
        Ok(Self {
            version,
            title: title.and_then(clean),
            credit: credit.as_deref().and_then(clean),
            crs: crs(json),
            degrees: ["fullExtent", "extent"].into_iter().find_map(|name| degrees(json.get(name)?)),
            side_px_max: [side("maxImageWidth"), side("maxImageHeight")],
            layers: json.list("layers").iter().take(ReadLimits::default().layers).filter_map(Sublayer::read).collect(),
            times: TimeInfo::read(json),
            is_multidimensional: json.is_true("hasMultidimensions"),
            pyramid: Pyramid::read(json, kind),
            has_tiles_alone: json
                .text("capabilities")
                .is_some_and(|words| words.split(',').any(|word| word.trim() == "TilesOnly")),
        })
    }

    /// Whether the service has a layer of this number.
    pub fn has(&self, number: u32) -> bool {
        self.layers.iter().any(|layer| layer.number == number)
    }

    /// The layers by their numbers.
    pub fn by_number(&self) -> HashMap<u32, &Sublayer> {
        self.layers.iter().map(|layer| (layer.number, layer)).collect()
    }

    /// A layer and the groups that contain it, innermost first.
    pub fn outwards<'a>(
        layer: &'a Sublayer,
        by_number: &HashMap<u32, &'a Sublayer>,
    ) -> impl Iterator<Item = &'a Sublayer> {
        let outer = |inner: &&Sublayer| by_number.get(&inner.parent?).copied();
        std::iter::successors(Some(layer), outer).take(Self::DEPTH_MAX)
    }

    /// The layers that a picture shows, without groups. `asked` selects them by their own number or by that of a group.
    /// Without `asked`, they are the layers that are visible by default.
    pub fn shown(&self, asked: Option<&[u32]>) -> Vec<&Sublayer> {
        let by_number = self.by_number();
        let is_shown = |layer: &&Sublayer| {
            let mut nesting = Self::outwards(layer, &by_number);
            match asked {
                Some(asked) => nesting.any(|layer| asked.contains(&layer.number)),
                None => nesting.all(|layer| layer.is_visible),
            }
        };
        self.layers.iter().filter(|layer| !layer.is_group).filter(is_shown).collect()
    }
}

impl Sublayer {
    pub(crate) fn read(json: &Json) -> Option<Self> {
        let number = |name| json.number(name).filter(|number| *number >= 0.0).map(|number| number as u32);
        Some(Self {
            number: number("id")?,
            name: json.text("name").and_then(|name| text::clean(name).ok()).unwrap_or_default(),
            parent: number("parentLayerId"),
            is_group: !json.list("subLayerIds").is_empty(),
            is_visible: json.get("defaultVisibility") != Some(&Json::Bool(false)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../../tests/recorded/arcgis/", $name, ".json"))
        };
    }

    #[test]
    fn groups_stand_for_the_layers_in_them_and_hide_them() {
        let root = Service::read(&read_document(recorded!("mapserver-timeless").as_bytes()).unwrap(), ServiceKind::Map)
            .unwrap();
        let shown = |asked: Option<&[u32]>| root.shown(asked).iter().map(|layer| layer.number).collect::<Vec<_>>();
        assert_eq!(shown(None), [0, 3]);
        assert_eq!(shown(Some(&[2])), [3, 4]);
        assert_eq!(shown(Some(&[1])), [1]);
        assert_eq!(shown(Some(&[9])), [0; 0]);
    }

    #[test]
    fn what_a_service_does_not_say_is_not_made_up() {
        let service =
            Service::read(&read_document(recorded!("mapserver-odd").as_bytes()).unwrap(), ServiceKind::Map).unwrap();
        assert_eq!((service.crs, service.degrees, service.title), (None, None, None));
    }

    #[test]
    fn the_cache_of_a_service_is_a_pyramid_where_it_is_the_webs() {
        let pyramid = |document: &str| {
            Service::read(&read_document(document.as_bytes()).unwrap(), ServiceKind::Map).unwrap().pyramid
        };
        assert_eq!(pyramid(recorded!("mapserver-cached")), Some(Pyramid { side_px: 256, levels: [0, 13] }));
        assert_eq!(pyramid(recorded!("mapserver-cached-utm")), None);
    }
}

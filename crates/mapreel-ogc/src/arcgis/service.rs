//! What a `MapServer` or `ImageServer` says of itself.

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

/// What a service says of itself.
#[derive(Debug, Clone)]
pub struct Service {
    /// The version of its server, where it says so.
    pub version: String,
    /// The title that its server shows people.
    pub title: Option<String>,
    /// The credit that it asks for.
    pub credit: Option<String>,
    /// The service's own CRS, and the number by which the server knows that CRS.
    pub crs: Option<(Crs, String)>,
    /// Where it has data: west, south, east, north in degrees.
    pub degrees: Option<Bbox>,
    /// The widest and highest picture that it draws, in pixels.
    pub side_px_max: [u32; 2],
    /// In its own order, top first.
    pub layers: Vec<Sublayer>,
    /// The service's times, where it has some.
    pub times: Option<TimeInfo>,
    /// Whether another document says more of its times.
    pub is_multidimensional: bool,
    /// The service's cache of tiles, where that is in the tile pyramid of the web.
    pub pyramid: Option<Pyramid>,
    /// Whether it has tiles and draws nothing else.
    pub has_tiles_alone: bool,
}

/// A layer of a MapServer, or a group of some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sublayer {
    /// `id`, which a request puts into `layers=show:…`.
    pub number: u32,
    /// `name`, for people.
    pub name: String,
    /// The group that it lies in.
    pub parent: Option<u32>,
    /// Whether other layers lie in it, and nothing else.
    pub is_group: bool,
    /// Whether the service shows it where no layers are named.
    pub is_visible: bool,
}

/// Reads a document of ArcGIS.
///
/// # Errors
/// It is not JSON, or it is an error: with status 200.
pub fn read_document(bytes: &[u8]) -> Result<Json, BrokenDescription> {
    let json = Json::read(bytes, &ReadLimits::default())?;
    match ReportedError::of_arcgis(&json) {
        Some(error) => Err(BrokenDescription::Reported(error.text)),
        None => Ok(json),
    }
}

impl Service {
    /// Before version 10.1 a server does not say how large its pictures may be; then none draws larger ones by default.
    const SIDE_PX_MAX_OLD: u32 = 2048;
    /// How deep groups lie in groups.
    const DEPTH_MAX: usize = 50;

    /// Reads the description of a service.
    ///
    /// # Errors
    /// It describes something else.
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
        // ArcGIS calls a map `Layers` that its author has not named.
        let map_name = json.text("mapName").filter(|name| !matches!(*name, "Layers" | "Map"));
        // The name of an image service stands behind that of its folder.
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

    /// Whether it has a layer of this number.
    pub fn has(&self, number: u32) -> bool {
        self.layers.iter().any(|layer| layer.number == number)
    }

    /// Its layers by their numbers.
    pub fn by_number(&self) -> HashMap<u32, &Sublayer> {
        self.layers.iter().map(|layer| (layer.number, layer)).collect()
    }

    /// A layer and the groups that it lies in, outwards.
    pub fn outwards<'a>(
        layer: &'a Sublayer,
        by_number: &HashMap<u32, &'a Sublayer>,
    ) -> impl Iterator<Item = &'a Sublayer> {
        let outer = |inner: &&Sublayer| by_number.get(&inner.parent?).copied();
        std::iter::successors(Some(layer), outer).take(Self::DEPTH_MAX)
    }

    /// The layers that are drawn, without groups: those that are asked for, by themselves or by a group that they lie in, or
    /// those that are visible by default.
    pub fn shown(&self, asked: Option<&[u32]>) -> Vec<&Sublayer> {
        let by_number = self.by_number();
        let is_shown = |layer: &&Sublayer| {
            let mut way = Self::outwards(layer, &by_number);
            match asked {
                Some(asked) => way.any(|layer| asked.contains(&layer.number)),
                None => way.all(|layer| layer.is_visible),
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

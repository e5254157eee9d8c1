//! The legend of a service of ArcGIS (`legend?f=json`): small pictures, each with its label. ArcGIS Server does not join them
//! to one picture.

use crate::json::Json;
use crate::legend_source::Swatch;
use crate::text;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mapreel_geo::time::time_error::shortened;
use std::collections::HashSet;

/// The most pictures of one legend; more do not fit on a page.
const SWATCHES_MAX: usize = 64;

/// Why there are no swatches of a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLegend {
    /// The document has no `layers`.
    #[error("the document is no legend")]
    OtherDocument,
    /// More swatches than fit on a page.
    #[error("the legend has more than {SWATCHES_MAX} entries")]
    TooManyEntries,
    /// The layers have no pictures, or none that can be read.
    #[error("the legend has no pictures")]
    NoPictures,
}

/// The swatches of the layers with these numbers, or of all layers; top first. Where a layer has a single picture without a
/// label, the swatch gets the layer's name.
///
/// # Errors
/// The document is not a legend, or the legend has no picture or too many.
pub fn swatches(json: &Json, layers: Option<&[u32]>) -> Result<Vec<Swatch>, NoLegend> {
    let Some(Json::List(all)) = json.get("layers") else { return Err(NoLegend::OtherDocument) };
    let layers: Option<HashSet<u32>> = layers.map(|layers| layers.iter().copied().collect());
    let is_shown = |layer: &&Json| {
        let number = layer.number("layerId").map(|number| number as u32);
        layers.as_ref().is_none_or(|layers| number.is_some_and(|number| layers.contains(&number)))
    };
    let mut swatches = Vec::new();
    for layer in all.iter().filter(is_shown) {
        let (items, name) = (layer.list("legend"), layer.text("layerName").unwrap_or_default());
        for item in items {
            let Some(picture) = item.text("imageData").and_then(|data| BASE64_STANDARD.decode(data).ok()) else {
                continue;
            };
            let label = item.text("label").filter(|label| !label.is_empty() || items.len() > 1).unwrap_or(name);
            swatches.push(Swatch { label: shortened(&text::clean(label).unwrap_or_default()), picture });
            if swatches.len() > SWATCHES_MAX {
                return Err(NoLegend::TooManyEntries);
            }
        }
    }
    if swatches.is_empty() { Err(NoLegend::NoPictures) } else { Ok(swatches) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_limits::ReadLimits;

    const MAP: &str = include_str!("../../tests/recorded/arcgis/mapserver-legend.json");
    const IMAGE: &str = include_str!("../../tests/recorded/arcgis/imageserver-legend.json");

    fn json(document: &str) -> Json {
        Json::read(document.as_bytes(), &ReadLimits::default()).unwrap()
    }

    fn labels(document: &str, layers: Option<&[u32]>) -> Vec<String> {
        swatches(&json(document), layers).unwrap().into_iter().map(|swatch| swatch.label).collect()
    }

    #[test]
    fn every_entry_has_its_picture_and_its_words() {
        assert_eq!(labels(MAP, None), ["High : 8 m", "Low : 0 m", "Coastline"]);
        assert_eq!(labels(MAP, Some(&[2])), ["Coastline"]);
        assert_eq!(labels(IMAGE, None), ["34", "16", "-2"]);
        let pictures = swatches(&json(MAP), None).unwrap();
        assert!(pictures.iter().all(|swatch| swatch.picture.starts_with(b"\x89PNG")));
    }

    #[test]
    fn a_legend_without_pictures_is_none() {
        assert_eq!(swatches(&json(MAP), Some(&[7])), Err(NoLegend::NoPictures));
        assert_eq!(swatches(&json(r#"{ "error": { "code": 499 } }"#), None), Err(NoLegend::OtherDocument));
    }
}

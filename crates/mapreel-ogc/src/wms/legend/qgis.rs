//! The JSON legend of QGIS Server (`QgsLegendRenderer::exportLegendToJson`): a small picture of each symbol, with its label.

use super::CLASSES_MAX;
use super::label::label;
use crate::json::Json;
use crate::legend_source::Swatch;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The lowest picture, in pixels: in a lower one the symbol would be too small beside its label.
const HEIGHT_MIN: u32 = 8;
const SIDE_MAX: u32 = 128;

/// The small pictures; those in groups in the order of the groups.
pub(super) fn swatches(json: &Json) -> Option<Vec<Swatch>> {
    let mut found = Found::default();
    found.nodes(json)?;
    // Where several layers have lists of symbols, each list has a heading, which swatches cannot show.
    (found.lists <= 1 && !found.swatches.is_empty()).then_some(found.swatches)
}

#[derive(Default)]
struct Found {
    swatches: Vec<Swatch>,
    /// The number of layers with a list of symbols.
    lists: usize,
}

impl Found {
    /// Reads groups and layers. The JSON reader has limited the nesting.
    fn nodes(&mut self, of: &Json) -> Option<()> {
        for node in of.list("nodes") {
            match (node.get("nodes"), node.list("symbols")) {
                (Some(_), _) => self.nodes(node)?,
                (None, []) => self.symbol(node)?,
                (None, symbols) => self.symbols(symbols)?,
            }
        }
        Some(())
    }

    fn symbols(&mut self, symbols: &[Json]) -> Option<()> {
        self.lists += 1;
        // A heading above all symbols ("Band 1 (Gray)") is left out. A heading between symbols cannot be shown.
        let has_heading = symbols.first().is_some_and(|first| first.get("icon").is_none());
        symbols.iter().skip(usize::from(has_heading)).try_for_each(|symbol| self.symbol(symbol))
    }

    fn symbol(&mut self, symbol: &Json) -> Option<()> {
        // The picture of a ramp needs numbers beside it, which its label does not contain.
        let is_ramp = ["min", "max"].iter().any(|field| symbol.get(field).is_some());
        let picture = BASE64_STANDARD.decode(symbol.text("icon").filter(|_| !is_ramp)?).ok()?;
        let [width, height] = sides(&picture)?;
        let fits = (1..=SIDE_MAX).contains(&width) && (HEIGHT_MIN..=SIDE_MAX).contains(&height);
        if !fits || self.swatches.len() == CLASSES_MAX {
            return None;
        }
        self.swatches.push(Swatch { label: label(symbol.text("title").unwrap_or_default())?, picture });
        Some(())
    }
}

/// Width and height of a PNG (its specification, 5.2 and 11.2.2).
fn sides(png: &[u8]) -> Option<[u32; 2]> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    let side = |at: usize| Some(u32::from_be_bytes(*header.get(at..)?.first_chunk()?));
    Some([side(0)?, side(4)?])
}

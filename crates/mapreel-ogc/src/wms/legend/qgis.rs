//! What QGIS Server tells of layers (`QgsLegendRenderer::exportLegendToJson`): a small picture of each symbol, with its words.

use super::CLASSES_MAX;
use super::label::label;
use crate::json::Json;
use crate::legend_source::Swatch;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The sides of a picture, in pixels: letters beside a lower one would dwarf it.
const HEIGHT_MIN: u32 = 8;
const SIDE_MAX: u32 = 128;

/// The small pictures, those of groups in their order.
pub(super) fn swatches(json: &Json) -> Option<Vec<Swatch>> {
    let mut found = Found::default();
    found.nodes(json)?;
    // Several layers with symbols of their own have headings, which swatches do not have.
    (found.lists <= 1 && !found.swatches.is_empty()).then_some(found.swatches)
}

#[derive(Default)]
struct Found {
    swatches: Vec<Swatch>,
    /// How many layers have a list of symbols.
    lists: usize,
}

impl Found {
    /// Groups and layers. The reader of the document has bounded how deep they lie in one another.
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
        // A heading above all ("Band 1 (Gray)") tells none from the others; one farther down would.
        let has_heading = symbols.first().is_some_and(|first| first.get("icon").is_none());
        symbols.iter().skip(usize::from(has_heading)).try_for_each(|symbol| self.symbol(symbol))
    }

    fn symbol(&mut self, symbol: &Json) -> Option<()> {
        // The picture of a ramp has numbers beside it, which are not among the words.
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

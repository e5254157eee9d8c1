//! GetTile (OGC 07-057r7, 7.2): from a request, in either encoding, to the picture that is drawn.

use super::exception::Exception;
use super::tile_matrix_set::{TILE_MATRICES, TileMatrixSet};
use crate::data::months;
use crate::offer::layer::Layer;
use crate::parameters::Parameters;
use crate::picture::map::Picture;
use crate::xml::quoted;
use std::borrow::Cow;

/// A tile in the words of a request.
pub(crate) struct Tile<'q> {
    layer: &'q str,
    style: Option<&'q str>,
    time: Option<&'q str>,
    set: &'q str,
    matrix: &'q str,
    row: &'q str,
    column: &'q str,
}

impl<'q> Tile<'q> {
    /// The tile of a query. Style and time may be left out.
    ///
    /// # Errors
    /// A parameter that the standard requires is missing, or the format is not PNG.
    pub(crate) fn of_parameters(asked: &'q Parameters) -> Result<Self, Exception> {
        let get = |name| asked.get(name).ok_or_else(|| Exception::missing(name));
        let format = get("FORMAT")?;
        if !format.eq_ignore_ascii_case("image/png") {
            return Err(Exception::invalid(
                "FORMAT",
                format!("there is no format {}: ask for image/png", quoted(format)),
            ));
        }
        Ok(Self {
            layer: get("LAYER")?,
            style: asked.get("STYLE"),
            time: asked.get("TIME"),
            set: get("TILEMATRIXSET")?,
            matrix: get("TILEMATRIX")?,
            row: get("TILEROW")?,
            column: get("TILECOL")?,
        })
    }

    /// The tile of a resource: layer, style, time, tile matrix set, tile matrix, row, column with `.png`.
    ///
    /// # Errors
    /// The path has another form.
    pub(crate) fn of_resource(steps: &'q [Cow<'q, str>]) -> Result<Self, Exception> {
        let [layer, style, time, set, matrix, row, last] = steps else {
            return Err(Exception::invalid(
                "resource",
                "a tile is {layer}/{style}/{time}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png",
            ));
        };
        let no_format = || Exception::invalid("FORMAT", "a tile's name ends with .png");
        let column = last.strip_suffix(".png").ok_or_else(no_format)?;
        Ok(Self { layer, style: Some(style), time: Some(time), set, matrix, row, column })
    }

    /// What the tile shows.
    ///
    /// # Errors
    /// The first parameter whose value the service does not offer.
    pub(crate) fn picture(&self) -> Result<Picture, Exception> {
        let invalid = |parameter, value| Exception::invalid(parameter, format!("there is no {}", quoted(value)));
        let layer = Layer::find(self.layer).ok_or_else(|| invalid("LAYER", self.layer))?;
        let style = self.style.filter(|style| *style != "default");
        let style = layer.style(style).ok_or_else(|| invalid("STYLE", style.unwrap_or_default()))?;
        let month = self
            .time
            .filter(|time| *time != "default")
            .map_or(Ok(months::newest()), |time| months::find(time).ok_or_else(|| invalid("TIME", time)))?;
        let set = TileMatrixSet::find(self.set).ok_or_else(|| invalid("TILEMATRIXSET", self.set))?;
        let level = number(self.matrix)
            .filter(|level| *level < TILE_MATRICES)
            .ok_or_else(|| invalid("TILEMATRIX", self.matrix))?;
        let [columns, rows] = set.size(level);
        let row = within("TILEROW", self.row, rows)?;
        let column = within("TILECOL", self.column, columns)?;
        let view = set.view(level, column, row).ok_or_else(|| invalid("TILEMATRIX", self.matrix))?;
        Ok(Picture { layer, scale: &style.scale, month, view, background: None })
    }
}

/// A number without a sign.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The number of a row or column; `count` is how many there are.
fn within(parameter: &str, text: &str, count: u32) -> Result<u32, Exception> {
    let no_number = || Exception::invalid(parameter, format!("{} is no number of a tile", quoted(text)));
    let index = number(text).ok_or_else(no_number)?;
    let beyond = || Exception::out_of_range(parameter, format!("{index} is not from 0 to {}", count - 1));
    Some(index).filter(|index| *index < count).ok_or_else(beyond)
}

//! The map of a page, and what is laid on it.

use crate::page::layout::Layout;
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::placed::Placed;
use crate::stop::{Stop, Stopped};
use crate::text::typesetter::Typesetter;
use crate::vector;
use crate::vector::projection::Projection;
use crate::vector::work::{Halt, Work};
use mapreel_spec::{LayerSource, Plan, PlannedLayer};

/// The map of a page: its place, its projection, and the layers whose pictures are laid on it.
#[derive(Clone, Copy)]
pub(super) struct MapOnPage<'a> {
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    pub projection: &'a Projection,
    pub stop: &'a Stop,
}

impl MapOnPage<'_> {
    /// Blends the pictures of a layer, with its opacity.
    pub(super) fn blend(&self, page: &mut Canvas, layer: usize, placed: &[Placed]) -> Result<(), Stopped> {
        let [x, y, ..] = self.layout.map;
        let opacity = opacity(&self.plan.layers[layer]);
        for picture in placed {
            self.stop.look()?;
            let (x, y) = (i64::from(x) + picture.x, i64::from(y) + picture.y);
            composite::blend(page, &picture.raster, x, y, self.layout.map, opacity);
        }
        Ok(())
    }

    /// Lays on a sheet of the map's size.
    pub(super) fn lay(&self, page: &mut Canvas, sheet: &Placed) {
        let [x, y, ..] = self.layout.map;
        composite::blend(page, &sheet.raster, x.into(), y.into(), self.layout.map, 255);
    }

    /// Writes the degrees of a graticule at the map's edges.
    pub(super) fn write_degrees(
        &self,
        page: &mut Canvas,
        layer: usize,
        typesetter: &mut Typesetter,
    ) -> Result<(), Stopped> {
        if let LayerSource::Graticule(graticule) = &self.plan.layers[layer].drawing {
            let work = Work::unlimited(self.stop);
            vector::degrees::draw(page, graticule, self.projection, self.layout, typesetter, &work)
                .map_err(Halt::of_unlimited)?;
        }
        Ok(())
    }
}

/// The opacity with which a layer is blended, of 255.
pub(super) fn opacity(layer: &PlannedLayer) -> u8 {
    (layer.opacity * 255.0).round() as u8
}

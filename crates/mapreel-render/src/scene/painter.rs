//! Draws the frames of a scene.

use super::art::{Art, whole_map};
use super::scene::{FramePictures, Scene};
use crate::page::header::Moment;
use crate::page::notice;
use crate::page::texts::Page;
use crate::raster::canvas::Canvas;
use crate::raster::raster::Raster;
use crate::stop::{Stop, Stopped};
use crate::text::typesetter::Typesetter;
use crate::vector;
use crate::vector::features::Shapes;
use crate::vector::work::{Halt, Work};
use mapreel_spec::{Gap, LayerSource};

/// Draws frames of a scene, one after another on one page. Each thread has a painter of its own.
pub struct Painter<'a> {
    scene: &'a Scene,
    page: Canvas,
    typesetter: Typesetter,
    /// A sheet that features were drawn on, to be used again.
    sheet: Option<Raster>,
    stop: Stop,
}

impl<'a> Painter<'a> {
    /// A painter with a page of its own.
    pub fn new(scene: &'a Scene, stop: Stop) -> Self {
        Self { scene, page: scene.base.clone(), typesetter: Typesetter::new(&scene.fonts), sheet: None, stop }
    }

    /// Draws frame `index` (from 0) with its pictures.
    ///
    /// # Errors
    /// The stop token is set.
    pub fn draw(&mut self, index: usize, pictures: &FramePictures) -> Result<&Canvas, Stopped> {
        let Scene { plan, layout, header, base, above, gaps, .. } = self.scene;
        let gap = |layer: usize| {
            let of_frame = || pictures.get(layer)?.as_ref()?.gap.as_ref();
            gaps[layer].as_ref().or_else(of_frame)
        };
        self.stop.look()?;
        self.page.copy_from(base);
        for art in above {
            self.stop.look()?;
            self.lay_on(art, index, pictures)?;
        }
        // Legends on the map lie over all its layers.
        if let Some(plate) = layout.plate {
            self.page.copy_box(base, plate);
        }
        let moment = Moment { frame: index, gap: &gap };
        header.draw(&mut self.page, &Page::from(&**plan), layout, &moment, true, &mut self.typesetter);
        let gaps: Vec<(usize, &Gap)> = (0..plan.layers.len()).filter_map(|i| Some((i, gap(i)?))).collect();
        notice::draw(&mut self.page, plan, &gaps, layout, &mut self.typesetter);
        Ok(&self.page)
    }

    fn lay_on(&mut self, art: &Art, index: usize, pictures: &FramePictures) -> Result<(), Stopped> {
        let map = self.scene.map(&self.stop);
        match art {
            Art::Still { layer, placed } => map.blend(&mut self.page, *layer, placed),
            Art::Pictures { layer } => match pictures.get(*layer) {
                Some(Some(gathered)) => map.blend(&mut self.page, *layer, &gathered.placed),
                _ => Ok(()),
            },
            Art::Features { layer, shapes } => self.draw_features(index, *layer, shapes),
            Art::OffGlobe(ground) => {
                map.lay(&mut self.page, ground);
                Ok(())
            }
            Art::Degrees { layer } => map.write_degrees(&mut self.page, *layer, &mut self.typesetter),
        }
    }

    fn draw_features(&mut self, index: usize, layer: usize, shapes: &Shapes) -> Result<(), Stopped> {
        let plan = &self.scene.plan;
        let LayerSource::Features(features) = &plan.layers[layer].drawing else { return Ok(()) };
        let mut sheet = match self.sheet.take() {
            Some(used) => vector::reused(used),
            None => vector::sheet(plan.map.width, plan.map.height),
        };
        let time = plan.frames[index].time.as_ref().map(|time| time.instant());
        // The steps of all frames were counted when the scene was made.
        let work = Work::unlimited(&self.stop);
        shapes.draw(&mut sheet, features.shown_at(time), &work).map_err(Halt::of_unlimited)?;
        let placed = [whole_map(sheet)];
        self.scene.map(&self.stop).blend(&mut self.page, layer, &placed)?;
        let [placed] = placed;
        self.sheet = Some(placed.raster);
        Ok(())
    }
}

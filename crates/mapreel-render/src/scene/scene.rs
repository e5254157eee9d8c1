//! An animation on the page: what is the same in every frame is drawn once, the rest by a pure function of the frame.

use crate::page::header::{self, Header, Moment};
use crate::page::layout::Layout;
use crate::page::legend::LegendPicture;
use crate::page::measure::round_a_map;
use crate::page::texts::Page;
use crate::page::{attribution, legend, neatline, notice};
use crate::raster::canvas::Canvas;
use crate::raster::placed::Placed;
use crate::scene::art::{Art, art_of_layer, too_much, whole_map};
use crate::scene::map_on_page::{MapOnPage, opacity};
use crate::stop::{Stop, Stopped};
use crate::text::fonts::Fonts;
use crate::text::missing_glyphs::MissingGlyphs;
use crate::text::typesetter::Typesetter;
use crate::theme;
use crate::vector;
use crate::vector::projection::Projection;
use crate::vector::work::{Halt, Work};
use mapreel_spec::{Gap, LayerSource, Plan, PlannedLayer, Room};
use std::sync::Arc;

/// The pictures of one frame, or those that serve all frames: for each layer of the plan, what was gathered.
pub type FramePictures = Vec<Option<Gathered>>;

/// What was gathered for a layer of pictures.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// The pictures on the map.
    pub placed: Vec<Placed>,
    /// Why they are not what was asked for.
    pub gap: Option<Gap>,
}

/// An animation, ready to be drawn frame by frame by any number of [`Painter`](crate::Painter)s.
pub struct Scene {
    pub(super) plan: Arc<Plan>,
    pub(super) layout: Layout,
    pub(super) header: Header,
    pub(super) fonts: Fonts,
    /// The page with everything that lies below the first layer that changes.
    pub(super) base: Canvas,
    /// The first layer that changes, and all that is drawn above it.
    pub(super) above: Vec<Art>,
    projection: Projection,
    /// The gap that each layer has in every frame, if it has one.
    pub(super) gaps: Vec<Option<Gap>>,
    /// The legends in the colours in which they are drawn.
    legends: Vec<LegendPicture>,
    /// The characters of the page's texts that no font has.
    missing_glyphs: MissingGlyphs,
    /// The characters of each layer's name that no font has; the name stands on the page where the layer is missing.
    missing_in_names: Vec<MissingGlyphs>,
}

impl Scene {
    /// Lays out the page and draws everything that is the same in every frame. `still` has the pictures of the layers that
    /// do not change; the legends are in the order of the column, topmost layer first.
    ///
    /// # Errors
    /// The stop token is set.
    pub fn new(
        mut plan: Arc<Plan>,
        still: FramePictures,
        legends: &[LegendPicture],
        fonts: &Fonts,
        stop: &Stop,
    ) -> Result<Self, Stopped> {
        let mut typesetter = Typesetter::new(fonts);
        let mut gaps = gaps(&plan, &still);
        let projection = Projection::new(&plan.map);
        let mut arts = arts_of_layers(&plan, still, &projection, &mut gaps, stop)?;
        if shows_time_of_nothing(&plan, &gaps) {
            measure_without_time(Arc::make_mut(&mut plan), legends, &mut typesetter, stop)?;
        }
        let layout = Layout::of(&plan);
        arts.extend(arts_over_layers(&plan, &layout, stop)?);
        let mut legends = legends.to_vec();
        let map = MapOnPage { plan: &plan, layout: &layout, projection: &projection, stop };
        let (mut base, above) = draw_base(&map, arts, &mut legends, &mut typesetter)?;
        let header = draw_furniture(&mut base, &map, &gaps, &legends, &mut typesetter)?;
        let missing_glyphs = typesetter.take_missing();
        let missing_in_names = plan.layers.iter().map(|layer| {
            typesetter.measure(&[notice::name(&layer.caption.name)], layout.scale.body_px, f32::MAX);
            typesetter.take_missing()
        });
        let (missing_in_names, fonts) = (missing_in_names.collect(), fonts.clone());
        Ok(Self {
            plan,
            layout,
            header,
            fonts,
            base,
            above,
            projection,
            gaps,
            legends,
            missing_glyphs,
            missing_in_names,
        })
    }

    /// The map, for the drawing of a frame that ends when `stop` says so.
    pub(super) fn map<'a>(&'a self, stop: &'a Stop) -> MapOnPage<'a> {
        let Self { plan, layout, projection, .. } = self;
        MapOnPage { plan, layout, projection, stop }
    }

    /// The legends in the colours in which they are drawn, without numbers of our own.
    pub fn legends(&self) -> &[LegendPicture] {
        &self.legends
    }

    /// The characters on the page that no font has, when the page names these layers because something of them is missing.
    pub fn missing_glyphs(&self, named: impl Iterator<Item = usize>) -> MissingGlyphs {
        let mut all = self.missing_glyphs.clone();
        named.for_each(|layer| all.extend(self.missing_in_names[layer].clone()));
        all
    }

    /// The plan that is drawn.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan that is drawn, to be kept.
    pub fn shared_plan(&self) -> Arc<Plan> {
        self.plan.clone()
    }

    /// The gap that each layer has in every frame, if it has one.
    pub fn gaps(&self) -> &[Option<Gap>] {
        &self.gaps
    }
}

/// The gap that each layer has in every frame, if it has one.
fn gaps(plan: &Plan, still: &FramePictures) -> Vec<Option<Gap>> {
    let gap = |(layer, planned): (usize, &PlannedLayer)| match &planned.drawing {
        LayerSource::Missing(reason) => Some(Gap::missing(reason)),
        _ => {
            let gathered = still.get(layer).and_then(|gathered| gathered.as_ref()?.gap.clone());
            gathered.or_else(|| planned.outside.as_ref().map(Gap::outside))
        }
    };
    plan.layers.iter().enumerate().map(gap).collect()
}

/// Whether the header would show a time of data although every layer that has times is missing.
fn shows_time_of_nothing(plan: &Plan, gaps: &[Option<Gap>]) -> bool {
    let is_missing = |gap: &Option<Gap>| gap.as_ref().is_some_and(Gap::is_lack);
    let nothing = || plan.layers.iter().zip(gaps).all(|(layer, gap)| is_missing(gap) || !layer.caption.has_times());
    plan.frames[0].time.is_none() && plan.frames[0].shown.is_some() && nothing()
}

/// What the layers are on the page. A layer whose features take too many steps becomes a gap.
fn arts_of_layers(
    plan: &Plan,
    mut still: FramePictures,
    projection: &Projection,
    gaps: &mut [Option<Gap>],
    stop: &Stop,
) -> Result<Vec<Art>, Stopped> {
    let mut arts = Vec::new();
    for (layer, gap) in gaps.iter_mut().enumerate() {
        let placed = still.get_mut(layer).and_then(Option::take).map(|gathered| gathered.placed);
        match art_of_layer(plan, layer, placed, projection, stop) {
            Ok(art) => arts.extend(art),
            Err(Halt::TooMuch) => *gap = Some(Gap::missing(too_much())),
            Err(Halt::Stopped) => return Err(Stopped),
        }
    }
    Ok(arts)
}

/// Lays the page out again, for a header that names no time.
fn measure_without_time(
    plan: &mut Plan,
    legends: &[LegendPicture],
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<(), Stopped> {
    plan.frames[0].shown = None;
    match plan.room {
        Room::Map(_) => {
            plan.frames[0].time_text = None;
            let map = [plan.map.width, plan.map.height];
            plan.layout = round_a_map(&Page::from(&*plan), map, legends, typesetter, stop)?;
        }
        // The map's pictures have been planned for the size that it has: the time's line stays, without a text.
        Room::Canvas(_) => plan.frames[0].time_text = Some(String::new()),
    }
    Ok(())
}

/// What lies over the layers: the ground of what is off the globe, and degrees at the edges.
fn arts_over_layers(plan: &Plan, layout: &Layout, stop: &Stop) -> Result<Vec<Art>, Stopped> {
    let work = Work::unlimited(stop);
    let ground = vector::globe::ground(&plan.map, layout.scale.length(1.2), &work).map_err(Halt::of_unlimited)?;
    let ground = ground.map(|sheet| Art::OffGlobe(whole_map(sheet)));
    let degrees = plan.layers.iter().enumerate().filter(|(_, layer)| has_degrees(layer));
    Ok(ground.into_iter().chain(degrees.map(|(layer, _)| Art::Degrees { layer })).collect())
}

fn has_degrees(layer: &PlannedLayer) -> bool {
    matches!(&layer.drawing, LayerSource::Graticule(graticule) if graticule.labels)
}

/// A page with everything that lies below the first layer that changes, and what lies above. The legends get the colours that
/// their layers have on the map.
fn draw_base(
    map: &MapOnPage,
    arts: Vec<Art>,
    legends: &mut [LegendPicture],
    typesetter: &mut Typesetter,
) -> Result<(Canvas, Vec<Art>), Stopped> {
    let mut base = Canvas::new(map.layout.width, map.layout.height, theme::GROUND);
    let mut above = Vec::new();
    for art in arts {
        map.stop.look()?;
        // A layer with an opacity is blended with what lies below it; its legend gets the same colours.
        for legend in legends.iter_mut().filter(|legend| art.is_of(legend.layer)) {
            let opacity = opacity(&map.plan.layers[legend.layer]);
            if opacity < 255 {
                *legend = legend.as_on_map(opacity, base.mean(map.layout.map));
            }
        }
        match art {
            Art::Still { layer, placed } if above.is_empty() => map.blend(&mut base, layer, &placed)?,
            Art::OffGlobe(ground) if above.is_empty() => map.lay(&mut base, &ground),
            Art::Degrees { layer } if above.is_empty() => map.write_degrees(&mut base, layer, typesetter)?,
            art => above.push(art),
        }
    }
    Ok((base, above))
}

/// Draws what surrounds the map and is the same in every frame; returns the header, of which some lines may change.
fn draw_furniture(
    base: &mut Canvas,
    map: &MapOnPage,
    gaps: &[Option<Gap>],
    legends: &[LegendPicture],
    typesetter: &mut Typesetter,
) -> Result<Header, Stopped> {
    let MapOnPage { plan, layout, stop, .. } = *map;
    let page = Page::from(plan);
    // Shapes the texts of all frames once, so that the typesetter notes the characters that no font has.
    header::measure(&page, layout.scale, layout.header_form, [0, 0, layout.header[2]], typesetter);
    let header =
        Header::new(&page, layout.header_form, &|layer| !plan.layers[layer].drawing.is_static(plan.frames.len()));
    let moment = Moment { frame: 0, gap: &|layer| gaps[layer].as_ref() };
    stop.look()?;
    header.draw(base, &page, layout, &moment, false, typesetter);
    neatline::draw(base, layout);
    legend::draw(base, &page, legends, layout, typesetter, stop)?;
    attribution::draw(base, &page, layout, typesetter);
    Ok(header)
}

//! An animation on the page: what is the same in every frame is drawn once, the rest by a pure function of the frame.

use crate::page::header::{self, Header, Moment};
use crate::page::layout::Layout;
use crate::page::legend::LegendPicture;
use crate::page::measure::measure_page;
use crate::page::scale::Scale;
use crate::page::texts::Page;
use crate::page::{attribution, legend, neatline, notice};
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::placed::Placed;
use crate::raster::raster::Raster;
use crate::stop::{Stop, Stopped};
use crate::text::missing_glyphs::MissingGlyphs;
use crate::text::typesetter::{Fonts, Typesetter};
use crate::theme;
use crate::vector;
use crate::vector::features::Shapes;
use crate::vector::projection::Projection;
use crate::vector::work::{Halt, Work};
use mapreel_spec::geojson::{Features, Shown};
use mapreel_spec::{Gap, LayerSource, Plan, PlannedLayer};
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

/// An animation, ready to be drawn frame by frame by any number of [`Painter`]s.
pub struct Scene {
    plan: Arc<Plan>,
    layout: Layout,
    header: Header,
    fonts: Fonts,
    /// The page with everything that lies below the first layer that changes.
    base: Canvas,
    /// The layers from there on.
    above: Vec<Art>,
    projection: Projection,
    /// What layers are, in every frame, instead of what was asked for.
    gaps: Vec<Option<Gap>>,
    /// The legends in the colours in which they are drawn.
    legends: Vec<LegendPicture>,
    /// The characters of the page's texts that no font has.
    missing_glyphs: MissingGlyphs,
    /// Those of each layer's name, which stands on the page where the layer is missing.
    missing_in_names: Vec<MissingGlyphs>,
}

/// A layer that is drawn for every frame.
enum Art {
    /// The same picture each time.
    Still { layer: usize, placed: Vec<Placed> },
    /// A new picture each time.
    Pictures { layer: usize },
    /// Features as of the frame's time.
    Features { layer: usize, shapes: Shapes },
    /// The ground of what is off the globe, over all layers: a server may colour it like the sea.
    OffGlobe(Placed),
    /// Degrees at the edges, over everything else of the map.
    Degrees { layer: usize },
}

impl Art {
    /// Whether it is the picture of a layer.
    fn is_of(&self, wanted: usize) -> bool {
        match self {
            Self::Still { layer, .. } | Self::Pictures { layer } | Self::Features { layer, .. } => *layer == wanted,
            Self::Degrees { .. } | Self::OffGlobe(_) => false,
        }
    }
}

impl Scene {
    /// Lays out the page and draws everything that is the same in every frame. `still` has the pictures of the layers that
    /// do not change; the legends are in the order of the column, topmost layer first.
    ///
    /// # Errors
    /// Nobody wants it any more.
    pub fn new(
        mut plan: Arc<Plan>,
        mut still: FramePictures,
        legends: &[LegendPicture],
        fonts: &Fonts,
        stop: &Stop,
    ) -> Result<Self, Stopped> {
        let mut typesetter = Typesetter::new(fonts);
        let mut gaps = gaps(&plan, &still);
        let projection = Projection::new(&plan.map);
        let mut arts = Vec::new();
        for (layer, gap) in gaps.iter_mut().enumerate() {
            let placed = still.get_mut(layer).and_then(Option::take).map(|gathered| gathered.placed);
            match art(&plan, layer, placed, &projection, stop) {
                Ok(art) => arts.extend(art),
                Err(Halt::TooMuch) => *gap = Some(Gap::missing(too_much())),
                Err(Halt::Stopped) => return Err(Stopped),
            }
        }
        if shows_time_of_nothing(&plan, &gaps) {
            let plan = Arc::make_mut(&mut plan);
            (plan.frames[0].shown, plan.frames[0].time_text) = (None, None);
            let map = [plan.map.width, plan.map.height];
            plan.layout = measure_page(&Page::from(&*plan), map, legends, &mut typesetter, stop)?;
        }
        let layout = Layout::of(&plan);
        let mut base = Canvas::new(layout.width, layout.height, theme::GROUND);
        stop.look()?;
        let ours = Work::unlimited(stop);
        let ground = vector::globe::ground(&plan.map, layout.scale.length(1.2), &ours).map_err(Halt::of_unlimited)?;
        arts.extend(ground.map(|sheet| Art::OffGlobe(whole_map(sheet))));
        arts.extend(
            (0..plan.layers.len()).filter(|layer| has_degrees(&plan, *layer)).map(|layer| Art::Degrees { layer }),
        );
        let (mut above, mut legends) = (Vec::new(), legends.to_vec());
        for art in arts {
            stop.look()?;
            // The colours of a layer that lets through what is below it are those of both, on the map and in its legend.
            for legend in legends.iter_mut().filter(|legend| art.is_of(legend.layer)) {
                let opacity = opacity(&plan.layers[legend.layer]);
                if opacity < 255 {
                    *legend = legend.as_on_map(opacity, base.mean(layout.map));
                }
            }
            match art {
                Art::Still { layer, placed } if above.is_empty() => {
                    blend(&mut base, &plan, &layout, layer, &placed, stop)?
                }
                Art::OffGlobe(ground) if above.is_empty() => lay(&mut base, &ground, &layout),
                Art::Degrees { layer } if above.is_empty() => {
                    degrees(&mut base, &plan, &layout, layer, &projection, &mut typesetter, &ours)?
                }
                art => above.push(art),
            }
        }
        let may_be_missing = |layer: usize| !plan.layers[layer].drawing.is_static(plan.frames.len());
        let page = Page::from(&*plan);
        // Texts of all frames are looked through once, for characters that no font has.
        header::measure(&page, layout.scale, layout.header[2], 0, &mut typesetter);
        let header = Header::new(&page, &may_be_missing);
        let moment = Moment { frame: 0, gap: &|layer| gaps[layer].as_ref() };
        stop.look()?;
        header.draw(&mut base, &page, &layout, &moment, false, &mut typesetter);
        neatline::draw(&mut base, &layout);
        let lettered = legend::lettered(&page, plan.map.width, &legends, layout.scale, &mut typesetter, stop)?;
        legend::draw(&mut base, &page, &lettered, &layout, &mut typesetter, stop)?;
        attribution::draw(&mut base, &page, &layout, &mut typesetter);
        let missing_glyphs = typesetter.take_missing();
        let missing_in_names = plan.layers.iter().map(|layer| {
            typesetter.measure(&[notice::name(&layer.caption.name)], layout.scale.body_px, f32::MAX);
            typesetter.take_missing()
        });
        let missing_in_names = missing_in_names.collect();
        let fonts = fonts.clone();
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

    /// What is drawn.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What is drawn, to be kept.
    pub fn shared_plan(&self) -> Arc<Plan> {
        self.plan.clone()
    }

    /// What layers are, in every frame, instead of what was asked for.
    pub fn gaps(&self) -> &[Option<Gap>] {
        &self.gaps
    }
}

/// What layers are, in every frame, instead of what was asked for.
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

/// Whether the header would show the time of data of which nothing is there.
fn shows_time_of_nothing(plan: &Plan, gaps: &[Option<Gap>]) -> bool {
    let is_missing = |gap: &Option<Gap>| gap.as_ref().is_some_and(Gap::is_lack);
    let nothing = || plan.layers.iter().zip(gaps).all(|(layer, gap)| is_missing(gap) || !layer.caption.has_times());
    plan.frames[0].time.is_none() && plan.frames[0].shown.is_some() && nothing()
}

/// Steps that drawing a layer's features once may take: some ten seconds.
const STEPS_MAX: u64 = 2_000_000_000;
/// The same for all frames of features that change.
const STEPS_OF_FILM_MAX: u64 = 20_000_000_000;

fn too_much() -> String {
    format!(
        "its features take more than {} million steps to draw ({} million over all frames): simplify their geometries, or ask \
         for a smaller map or fewer frames",
        STEPS_MAX / 1_000_000,
        STEPS_OF_FILM_MAX / 1_000_000
    )
}

/// What a layer is on the page: a still picture, or something to draw for each frame; `None`: nothing.
fn art(
    plan: &Plan,
    layer: usize,
    placed: Option<Vec<Placed>>,
    projection: &Projection,
    stop: &Stop,
) -> Result<Option<Art>, Halt> {
    let (planned, map) = (&plan.layers[layer], &plan.map);
    let length = Scale::of(map.width, map.height).length(1.0);
    let ours = Work::unlimited(stop);
    let still = |draw: &dyn Fn(&mut tiny_skia::Pixmap) -> Result<(), Halt>| {
        let mut sheet = vector::sheet(map.width, map.height);
        draw(&mut sheet)?;
        Ok(Some(Art::Still { layer, placed: vec![whole_map(sheet)] }))
    };
    match &planned.drawing {
        LayerSource::Pictures(_) => Ok(Some(match placed {
            Some(placed) => Art::Still { layer, placed },
            None => Art::Pictures { layer },
        })),
        LayerSource::Features(features) if planned.drawing.is_static(plan.frames.len()) => {
            let time = plan.frames[0].time.as_ref().map(|time| time.instant());
            let shapes = Shapes::new(features, features.shown_at(time), projection, length, stop)?;
            let work = Work::limited(stop, STEPS_MAX);
            still(&|sheet| shapes.draw(sheet, features.shown_at(time), &work))
        }
        LayerSource::Features(features) => {
            let shapes = changing(features, plan, projection, length, stop)?;
            Ok(Some(Art::Features { layer, shapes }))
        }
        LayerSource::NaturalEarth(geography) => {
            still(&|sheet| vector::natural_earth::draw(sheet, geography, projection, length, &ours))
        }
        LayerSource::Graticule(graticule) => {
            still(&|sheet| vector::graticule::draw(sheet, graticule, projection, length, &ours))
        }
        LayerSource::Missing(_) => Ok(None),
    }
}

/// Features that are drawn for every frame, unless that takes too much.
fn changing(
    features: &Features,
    plan: &Plan,
    projection: &Projection,
    length: f32,
    stop: &Stop,
) -> Result<Shapes, Halt> {
    let all = std::iter::repeat(Shown::Whole);
    let shapes = Shapes::new(features, all, projection, length, stop)?;
    let film = Work::limited(stop, STEPS_OF_FILM_MAX);
    for frame in &plan.frames {
        let steps = shapes.steps(features.shown_at(frame.time.as_ref().map(|time| time.instant())));
        if steps > STEPS_MAX {
            return Err(Halt::TooMuch);
        }
        film.spend(steps)?;
    }
    Ok(shapes)
}

fn whole_map(sheet: tiny_skia::Pixmap) -> Placed {
    Placed { raster: vector::into_raster(sheet), x: 0, y: 0 }
}

fn has_degrees(plan: &Plan, layer: usize) -> bool {
    matches!(&plan.layers[layer].drawing, LayerSource::Graticule(graticule) if graticule.labels)
}

/// Lays a sheet of the map's size on the map.
fn lay(page: &mut Canvas, sheet: &Placed, layout: &Layout) {
    let [x, y, ..] = layout.map;
    composite::blend(page, &sheet.raster, x.into(), y.into(), layout.map, 255);
}

/// With which a layer is blended, of 255.
fn opacity(layer: &PlannedLayer) -> u8 {
    (layer.opacity * 255.0).round() as u8
}

fn blend(
    page: &mut Canvas,
    plan: &Plan,
    layout: &Layout,
    layer: usize,
    placed: &[Placed],
    stop: &Stop,
) -> Result<(), Stopped> {
    let [x, y, ..] = layout.map;
    let opacity = opacity(&plan.layers[layer]);
    for picture in placed {
        stop.look()?;
        composite::blend(
            page,
            &picture.raster,
            i64::from(x) + picture.x,
            i64::from(y) + picture.y,
            layout.map,
            opacity,
        );
    }
    Ok(())
}

fn degrees(
    page: &mut Canvas,
    plan: &Plan,
    layout: &Layout,
    layer: usize,
    projection: &Projection,
    typesetter: &mut Typesetter,
    work: &Work,
) -> Result<(), Stopped> {
    if let LayerSource::Graticule(graticule) = &plan.layers[layer].drawing {
        vector::degrees::draw(page, graticule, projection, layout, typesetter, work).map_err(Halt::of_unlimited)?;
    }
    Ok(())
}

/// Draws frames of a scene, one after another on one page. One for each thread.
pub struct Painter<'a> {
    scene: &'a Scene,
    page: Canvas,
    typesetter: Typesetter,
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
    /// Nobody wants it any more.
    pub fn draw(&mut self, index: usize, pictures: &FramePictures) -> Result<&Canvas, Stopped> {
        let Scene { plan, layout, header, base, above, projection, gaps, .. } = self.scene;
        let gap = |layer: usize| {
            let of_frame = || pictures.get(layer)?.as_ref()?.gap.as_ref();
            gaps[layer].as_ref().or_else(of_frame)
        };
        self.stop.look()?;
        self.page.copy_from(base);
        for art in above {
            self.stop.look()?;
            match art {
                Art::Still { layer, placed } => blend(&mut self.page, plan, layout, *layer, placed, &self.stop)?,
                Art::Pictures { layer } => {
                    if let Some(Some(gathered)) = pictures.get(*layer) {
                        blend(&mut self.page, plan, layout, *layer, &gathered.placed, &self.stop)?;
                    }
                }
                Art::Features { layer, shapes } => self.draw_features(index, *layer, shapes)?,
                Art::OffGlobe(ground) => lay(&mut self.page, ground, layout),
                Art::Degrees { layer } => {
                    let work = Work::unlimited(&self.stop);
                    degrees(&mut self.page, plan, layout, *layer, projection, &mut self.typesetter, &work)?
                }
            }
        }
        let moment = Moment { frame: index, gap: &gap };
        header.draw(&mut self.page, &Page::from(&**plan), layout, &moment, true, &mut self.typesetter);
        let gaps: Vec<(usize, &Gap)> = (0..plan.layers.len()).filter_map(|i| Some((i, gap(i)?))).collect();
        notice::draw(&mut self.page, plan, &gaps, layout, &mut self.typesetter);
        Ok(&self.page)
    }

    fn draw_features(&mut self, index: usize, layer: usize, shapes: &Shapes) -> Result<(), Stopped> {
        let Scene { plan, layout, .. } = self.scene;
        let LayerSource::Features(features) = &plan.layers[layer].drawing else { return Ok(()) };
        let map = &plan.map;
        let mut sheet = match self.sheet.take() {
            Some(used) => vector::reused(used),
            None => vector::sheet(map.width, map.height),
        };
        let time = plan.frames[index].time.as_ref().map(|time| time.instant());
        // Its steps were counted when the scene was made.
        let work = Work::unlimited(&self.stop);
        shapes.draw(&mut sheet, features.shown_at(time), &work).map_err(Halt::of_unlimited)?;
        let placed = [Placed { raster: vector::into_raster(sheet), x: 0, y: 0 }];
        blend(&mut self.page, plan, layout, layer, &placed, &self.stop)?;
        let [placed] = placed;
        self.sheet = Some(placed.raster);
        Ok(())
    }
}

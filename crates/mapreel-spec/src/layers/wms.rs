//! A layer of a WMS: what a request says of it, what its server says of it, and what follows for every frame.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::reader::{TimeChoice, WrittenOrder};
use super::resolved_layer::{Refusal, ResolvedKind, ResolvedLayer, Wanted, asked_at};
use super::step::{Document, DocumentKind, Silence, Step};
use crate::dialect::dimensions::DimensionValues;
use crate::pictures::cell::Cell;
use crate::pictures::map_service::Service;
use crate::pictures::mosaic::Mosaic;
use crate::pictures::outside;
use crate::plan::planned_layer::LayerSource;
use crate::request::appearance::Legend;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::resolved::dimension::{AskedDimension, Dimensions};
use crate::resolved::gap::Gap;
use crate::resolved::run::Run;
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use crate::schema::fields::fields;
use crate::schema::given::At;
use crate::schema::params::{Params, Reserved};
use crate::schema::shape::Shape;
use crate::schema::texts::{CrsCode, Duration, HttpUrl, Name};
use crate::schema::words::words;
use crate::vector::colour_bar::{Details, Question};
use jiff::Timestamp;
use mapreel_geo::{AxisOrder, Crs, Extent, ValidTime, Zone};
use mapreel_ogc::LegendSource;
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::url::picture_format;
use mapreel_ogc::wms::capabilities::{Capabilities, Dialect, Dimension, Layer, Style};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A layer of a WMS, as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wms {
    /// What it is asked for.
    service: Service,
    /// Which of its times it is asked for.
    asked: AskedTime,
    /// Which values of other dimensions.
    dimensions: Vec<AskedDimension>,
    /// Whether the request names the CRS.
    crs_given: bool,
    /// Whether its server is asked what it has.
    asks_its_server: bool,
}

/// The versions of the standard that a WMS can be asked by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Version {
    V111,
    V130,
}

words! { Version: "1.1.1" => V111, "1.3.0" => V130 }

/// The names of layers, separated by commas.
pub(super) struct LayerNames;

impl Shape for LayerNames {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "minLength": 1 })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<String> {
        let names = node.string()?;
        let count = names.split(',').count();
        if count > limits.layers_max {
            let detail = format!("{count} layers; the limit is {}", limits.layers_max);
            node.refuse("too_many", detail, Some("use several `wms` layers"));
            return None;
        }
        if names.is_empty() {
            node.invalid("no layer is named", "the names of the WMS layers, separated by commas");
            return None;
        }
        Some(names.to_owned())
    }
}

/// The parameters of GetMap that Mapreel sets itself.
pub(super) struct GetMapParams;

impl Reserved for GetMapParams {
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("layers", "`layers`"),
        ("styles", "`styles`"),
        ("version", "`version`"),
        ("crs", "`crs`"),
        ("srs", "`crs`"),
        ("bbox", "`map.bbox`"),
        ("width", "`map.width`"),
        ("height", "`map.height`"),
        ("request", "the layer's `type`"),
    ];
}

fields! {
    /// Pictures of an OGC Web Map Service, 1.1.1 or 1.3.0.
    pub(super) struct WmsFields {
        /// The address of the service.
        url: HttpUrl, required "the address of the WMS";
        /// The names of its layers, separated by commas, bottom first.
        layers: LayerNames, required "the names of the WMS layers, separated by commas";
        /// The names of their styles, separated by commas.
        styles: Name, default "the server's own";
        /// The version of the standard that it is asked by.
        version: Version, default "1.1.1";
        /// The CRS that it is asked for.
        crs: CrsCode, default "the map's, or one that can be laid on it";
        /// In which order it reads coordinates, for servers that differ from the standard.
        axis_order: WrittenOrder, default "that of the standard";
        /// Any further parameters; a `TIME` there serves all frames, if the server has it.
        params: Params<GetMapParams>;
        /// Values of dimensions other than time.
        dimensions: DimensionValues;
        /// Which of the server's times stands for a frame's.
        time: TimeChoice, default "exact";
        /// How far from the frame's time it may be, with `nearest` and `previous`.
        within: Duration;
    }
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let read = WmsFields::read(fields, reader.limits);
    let time = reader.asked_time(read.time, read.within);
    let crs = read.crs.optional_at().ok()?;
    let crs_given = crs.is_some();
    let (crs, code) = match &crs {
        Some(At { value, node }) => (*value, node.string()?),
        None => (reader.crs, reader.crs.code()),
    };
    let mut url = ServiceUrl::parse(&read.url.value()?).ok()?;
    for (key, value) in read.params.or_default()? {
        url.set(&key, value);
    }
    url.set("LAYERS", read.layers.value()?);
    if let Some(styles) = read.styles.optional().ok()? {
        url.set("STYLES", styles);
    }
    if let Some(version) = read.version.optional().ok()? {
        url.set("VERSION", Version::WORDS[version as usize]);
    }
    reader.check_length(fields, &url)?;
    url.ask_with(reader.credential);
    let asked = reader.given_or(time?, &url);
    let mut service = Service::new(url, crs, code, None);
    service.axis_order = read.axis_order.optional().ok()?.map(AxisOrder::from);
    let dimensions = read.dimensions.or_default()?;
    Some(Arc::new(Wms { service, asked, dimensions, crs_given, asks_its_server: true }))
}

impl Wms {
    /// A layer that is the same in every frame, and whose server is not asked for more.
    pub(crate) fn fixed(service: Service) -> Self {
        let asked = service.request.get("TIME").map_or(AskedTime::None, |time| AskedTime::Given(time.to_owned()));
        Self { service, asked, dimensions: Vec::new(), crs_given: true, asks_its_server: false }
    }

    /// The layer as far as it is known without its server's answer.
    fn unanswered(&self, asking: Asking, silence: Silence) -> ResolvedLayer {
        let (known, dimensions) = match silence {
            Silence::NotAsked => (ServerTimes::NotAsked, Dimensions::default()),
            Silence::Failed(why) => {
                (ServerTimes::Unknown(why.clone()), Dimensions::unknown(self.dimensions.clone(), why))
            }
        };
        let legend = asking.wants_own_legend().then(|| self.service.legend());
        let resolved = asking.resolved(Arc::new(self.undescribed(known, dimensions)));
        resolved.with_legend(legend.map(LegendSource::Url))
    }

    /// The layer as the request describes it, and no server.
    fn undescribed(&self, known: ServerTimes, dimensions: Dimensions) -> ResolvedWms {
        ResolvedWms {
            service: self.service.clone(),
            timing: Timing { asked: self.asked.clone(), known },
            dimensions,
            run: None,
            dialect: Dialect::Plain,
            side_px_max: NO_LIMIT,
            is_described: self.asks_its_server,
            elsewhere: None,
        }
    }

    /// The layer as several, bottom first, where its named layers do not have the same values of a dimension that they share:
    /// one request could ask only one of them for what it has. Neighbours that agree stay together, for the server to draw.
    fn apart(&self, capabilities: &Capabilities) -> Vec<Self> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let known: Vec<Option<&Layer>> = self.service.layers().map(|name| capabilities.layer(name)).collect();
        let agree = |a: usize, b: usize| match (known[a], known[b]) {
            (Some(a), Some(b)) => a.agrees_with(b),
            // A name that the server does not know must not cost its neighbours their pictures.
            (a, b) => a.is_none() && b.is_none(),
        };
        for index in 0..known.len() {
            match groups.last_mut() {
                Some(group) if group.iter().all(|other| agree(*other, index)) => group.push(index),
                _ => groups.push(vec![index]),
            }
        }
        groups.iter().map(|group| Self { service: self.service.only(group), ..self.clone() }).collect()
    }

    /// One of so many layers, when its server has said what it has.
    fn described(&self, index: usize, several: bool, asking: &Asking, capabilities: &Capabilities) -> Step {
        let (mut asking, title) = (asking.clone(), self.title(capabilities));
        if several {
            let own = title.clone().unwrap_or_default();
            let layer = &mut asking.layer;
            layer.title = layer.title.take().map(|title| format!("{title} · {own}"));
            layer.name = format!("{} · {own}", layer.name);
            layer.legend = layer.legend.take().filter(|legend| index == 0 || *legend == Legend::Auto);
        }
        let named = self.service.layers().filter_map(|name| capabilities.layer(name));
        let dimensions: Vec<&Dimension> =
            named.flat_map(|layer| layer.dimensions.iter()).map(|dimension| &**dimension).collect();
        let warnings = self.asked.warnings(&asking.layer.name, &dimensions, asking.is_timeless, asking.now);
        let wants_legend = asking.wants_own_legend();
        let (kind, questions) = self.learnt(capabilities, &asking);
        let legend = (wants_legend && questions.is_empty()).then(|| named_legend(&kind.service, capabilities));
        let attribution = attribution(&kind.service, capabilities);
        asking.call_it(title);
        let described = Described { kind, asking, wants_legend, warnings, attribution };
        match questions.is_empty() {
            true => Step::done(described.resolved(legend, None)),
            false => described.ask(questions, Details::default()),
        }
    }

    /// What its server says of it, and what it is yet to be asked of its colours.
    fn learnt(&self, capabilities: &Capabilities, asking: &Asking) -> (ResolvedWms, Vec<Question>) {
        let unknown = |why: String| {
            let dimensions = Dimensions::unknown(self.dimensions.clone(), why.clone());
            (self.undescribed(ServerTimes::Unknown(why), dimensions), Vec::new())
        };
        if capabilities.version.starts_with("1.0") {
            return unknown(format!("the server speaks WMS {} only", capabilities.version));
        }
        let layers: Vec<&Layer> = self.service.layers().filter_map(|name| capabilities.layer(name)).collect();
        if layers.is_empty() {
            let named = self.service.layers().next().unwrap_or_default();
            return unknown(format!("the server's capabilities do not name the layer `{named}`"));
        }
        let (map, now, mut service) = (&asking.map, asking.now, self.service.clone());
        if !self.crs_given {
            choose_crs(&mut service, &layers, map);
        }
        speak(&mut service, capabilities.dialect, layers[0]);
        let questions = Question::all(&service, capabilities.dialect, asking.wants_own_legend());
        choose_format(&mut service, &capabilities.formats);
        let known = ServerTimes::of(layers.iter().find_map(|layer| layer.dimension("time")), now);
        let dimensions = settle_dimensions(&mut service, &self.dimensions, &layers, now);
        let run = dimensions.run().map(|time| Run::new(time, &layers, service.capabilities()));
        let side_px_max = [capabilities.width_max, capabilities.height_max].map(|most| most.unwrap_or(u32::MAX));
        let kind = ResolvedWms {
            service,
            timing: Timing { asked: self.asked.clone(), known },
            dimensions,
            run,
            dialect: capabilities.dialect,
            side_px_max,
            is_described: true,
            elsewhere: elsewhere(&layers, map),
        };
        (kind, questions)
    }

    /// What its server calls it.
    fn title(&self, capabilities: &Capabilities) -> Option<String> {
        let titles = self.service.layers().filter_map(|name| Some(capabilities.layer(name)?.title.clone()));
        let titles: Vec<String> = titles.filter_map(|title| mapreel_ogc::text::clean(&title).ok()).collect();
        mapreel_ogc::text::clean(&titles.join(" + ")).ok().filter(|title| !title.is_empty())
    }
}

impl LayerKind for Wms {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        if !self.asks_its_server {
            return Step::done(self.unanswered(asking, Silence::NotAsked));
        }
        Step::ask(self.service.capabilities(), DocumentKind::Wms, move |reply| match reply {
            Ok(Document::Wms(capabilities)) => {
                let parts = self.apart(capabilities);
                let several = parts.len() > 1;
                let parts = parts.iter().enumerate();
                Step::all(parts.map(|(index, part)| part.described(index, several, &asking, capabilities)).collect())
            }
            Ok(_) => Step::done(self.unanswered(asking, Silence::Failed("it is no WMS".into()))),
            Err(silence) => Step::done(self.unanswered(asking, silence)),
        })
    }

    fn asked_time(&self) -> Option<&AskedTime> {
        Some(&self.asked)
    }

    fn has_own_legend(&self) -> bool {
        true
    }

    fn not_offered(&self, capabilities: &Capabilities) -> Vec<String> {
        self.service.layers().filter(|name| capabilities.layer(name).is_none()).map(str::to_owned).collect()
    }
}

/// A layer whose server has said what it has, while it is asked for its colours.
struct Described {
    kind: ResolvedWms,
    asking: Asking,
    wants_legend: bool,
    warnings: Vec<crate::plan::manifest::Warning>,
    attribution: Option<String>,
}

impl Described {
    fn resolved(
        self,
        legend: Option<String>,
        colour_bar: Option<crate::vector::colour_bar::ColourBar>,
    ) -> ResolvedLayer {
        let resolved = self.asking.resolved(Arc::new(self.kind)).with_credit(self.attribution);
        ResolvedLayer { colour_bar, warnings: self.warnings, ..resolved.with_legend(legend.map(LegendSource::Url)) }
    }

    /// Asks the first of several questions of its colours. After the last: the numbers beside the colours, and where the
    /// colours are; without a range the server's own legend.
    fn ask(mut self, mut questions: Vec<Question>, mut details: Details) -> Step {
        let question = questions.remove(0);
        Step::ask(question.url(&self.kind.service), DocumentKind::Details, move |reply| {
            // Without details a legend is drawn by its server.
            details.take_in(match reply {
                Ok(Document::Bytes(bytes)) => bytes,
                _ => &[],
            });
            if !questions.is_empty() {
                return self.ask(questions, details);
            }
            let (bar, legend) = match details.bar(&mut self.kind.service, self.kind.dialect) {
                Some((bar, url)) => (Some(bar), url),
                None => (None, self.kind.service.legend()),
            };
            let wanted = self.wants_legend;
            Step::done(self.resolved(Some(legend).filter(|_| wanted), bar.filter(|_| wanted)))
        })
    }
}

/// Of the pictures of a server that names none, in pixels.
const NO_LIMIT: [u32; 2] = [u32::MAX; 2];

/// A layer of a WMS, as its server describes it.
#[derive(Debug, Clone)]
struct ResolvedWms {
    service: Service,
    timing: Timing,
    dimensions: Dimensions,
    run: Option<Run>,
    /// Whose parameters its server understands.
    dialect: Dialect,
    /// The widest and highest picture that its server draws, in pixels.
    side_px_max: [u32; 2],
    /// Whether its server was to describe it: then only it knows how large its pictures may be.
    is_described: bool,
    /// Why its pictures may be empty: its server says that it has data elsewhere.
    elsewhere: Option<String>,
}

impl ResolvedKind for ResolvedWms {
    fn timing(&self) -> Option<&Timing> {
        Some(&self.timing)
    }

    fn dimensions(&self) -> Option<&Dimensions> {
        Some(&self.dimensions)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let dimensions = self.dimensions.along(dimension, values, Dimension::parameter, now)?;
        // A film along the runs has no single run that a server could drop.
        let run = self.run.clone().filter(|_| dimensions.run().is_some());
        Some(Arc::new(Self { dimensions, run, ..self.clone() }))
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let (service, map, max) =
            (self.service_for(wanted.map), wanted.map, wanted.limits.upstream_requests_max as u64);
        let pieces = service.pieces(map);
        if let Some(why) = self.draws_too_small(&service, pieces, max) {
            return Ok(LayerSource::nothing(self.service.crs, Gap::missing(why)));
        }
        let frames = wanted.moments.distinct(self.timing.is_fixed() && !self.dimensions.vary());
        if pieces.saturating_mul(frames.len() as u64) > max {
            let hint = match self.is_described {
                false => "a larger `width` and `height` in `params`",
                true => "fewer frames, or a smaller map: the server draws no larger pictures",
            };
            return Err(("too_large", "too many pictures of this size cover the map".into(), hint));
        }
        Ok(LayerSource::of_mosaics(
            frames.map(|(frame, time)| self.at(&service, frame, time, map, wanted.moments.zone)),
        ))
    }

    fn elsewhere(&self, _: &Extent) -> Option<String> {
        self.elsewhere.clone()
    }

    fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }
}

impl ResolvedWms {
    /// The service, with the map cut where the server draws no picture as large.
    fn service_for(&self, map: &Extent) -> Service {
        let mut service = self.service.clone();
        let [width, height] = self.side_px_max;
        if let (None, Some(extent)) = (service.cell, map.asked_in(service.crs))
            && (extent.width > width || extent.height > height)
        {
            service.cell = Some(Cell::within(width.min(8192), height.min(8192)));
        }
        service
    }

    /// Why its server cannot draw the map: even one frame would take more of its largest pictures than a job may ask for. That is
    /// the layer's trouble, and not the request's.
    fn draws_too_small(&self, service: &Service, pieces: u64, max: u64) -> Option<String> {
        let cell = service.cell.filter(|_| self.is_described)?;
        let gutters = 2 * cell.gutter;
        (pieces > max).then(|| {
            let (width, height) = (cell.width + gutters, cell.height + gutters);
            format!("the server draws at most {width} × {height} pixels at once, and the map would take {pieces} such pictures")
        })
    }

    /// What is asked for in a frame, counted from 0, and at its time.
    fn at(&self, service: &Service, frame: usize, time: Option<&ValidTime>, map: &Extent, zone: &Zone) -> Mosaic {
        let asked = asked_at(&self.timing, &self.dimensions, frame, time, zone);
        match asked {
            Ok((values, time)) => service.mosaic(map, time.as_deref(), &values),
            Err(gap) => Mosaic::nothing(self.service.crs, gap),
        }
    }
}

/// Takes the map's CRS where the server has it, and otherwise one that can be laid on the map.
fn choose_crs(service: &mut Service, layers: &[&Layer], map: &Extent) {
    let of_first: Vec<(Crs, &str)> =
        layers[0].crs.iter().filter_map(|code| Some((Crs::parse(code)?, &**code))).collect();
    // What the first offers and all others, too; the first name of several.
    let mut offered: HashMap<Crs, &str> = of_first.iter().rev().copied().collect();
    let mut seen = HashSet::from([layers[0].crs.identity()]);
    for layer in layers.iter().filter(|layer| seen.insert(layer.crs.identity())) {
        let theirs: HashSet<Crs> = layer.crs.iter().filter_map(|code| Crs::parse(code)).collect();
        offered.retain(|crs, _| theirs.contains(crs));
    }
    // EPSG:3857 ends before the poles.
    let degrees = map.bbox.convert(map.crs, Crs::Geographic);
    let polar = degrees
        .is_some_and(|b| b.max_y > Crs::WebMercator.latitude_max() || b.min_y < -Crs::WebMercator.latitude_max());
    let fallbacks = if polar { [Crs::Geographic, Crs::WebMercator] } else { [Crs::WebMercator, Crs::Geographic] };
    let others = of_first.iter().map(|(crs, _)| *crs);
    let mut wanted = std::iter::once(map.crs).chain(fallbacks).chain(others);
    let chosen = wanted.find_map(|crs| Some((crs, *offered.get(&crs)?)));
    if let Some((crs, code)) = chosen {
        service.ask_in(crs, code);
    }
}

/// Adds what servers of a dialect want to be told.
fn speak(service: &mut Service, dialect: Dialect, layer: &Layer) {
    if dialect == Dialect::Xpublish {
        let style = layer.styles.iter().next().filter(|_| service.request.get("STYLES") == Some(""));
        style.iter().for_each(|style| service.request.set("STYLES", style.name.clone()));
        service.axis_order = service.axis_order.or(Some(AxisOrder::XThenY));
    }
}

/// Asks for pictures in a format that the server has, where PNG by its plain name is not among them.
fn choose_format(service: &mut Service, formats: &[String]) {
    let is_default = service.request.get("FORMAT") == Some("image/png");
    if let Some(format) = picture_format::for_a_map(formats).filter(|_| is_default) {
        service.request.set("FORMAT", format);
    }
}

/// Chooses the values of dimensions other than time. Those that are the same in every frame become parameters of the service,
/// so that legends are asked for with them, too.
fn settle_dimensions(service: &mut Service, asked: &[AskedDimension], layers: &[&Layer], now: Timestamp) -> Dimensions {
    let others = layers.iter().flat_map(|layer| layer.other_dimensions());
    let mut seen = HashSet::new();
    let offered: Vec<Arc<Dimension>> =
        others.filter(|dimension| seen.insert(dimension.name.to_ascii_lowercase())).cloned().collect();
    let given = |name: &str| service.request.get(name).map(str::to_owned);
    let dimensions = Dimensions::settled(asked.to_vec(), &offered, given, Dimension::parameter, now);
    for (parameter, value) in dimensions.at(0).unwrap_or_default() {
        service.request.set(parameter, value);
    }
    dimensions
}

/// The address of its legend: the one that its server names for its style, or one that is asked for.
fn named_legend(service: &Service, capabilities: &Capabilities) -> String {
    let name = service.layers().next().unwrap_or_default();
    let wanted = service.request.get("STYLES").unwrap_or_default().split(',').next().unwrap_or_default();
    let is_wanted = |style: &&Arc<Style>| wanted.is_empty() || style.name == wanted;
    let style = capabilities.layer(name).and_then(|layer| layer.styles.iter().find(is_wanted));
    match style.and_then(|style| style.legend.as_deref()) {
        // A picture that the server has drawn beforehand does not know of these.
        Some(url) if !service.recolours() => service.request.as_reached(url, capabilities.own_origin.as_deref()),
        _ => service.legend(),
    }
}

/// The credits that its layers ask for.
fn attribution(service: &Service, capabilities: &Capabilities) -> Option<String> {
    let credits = service.layers().filter_map(|name| capabilities.layer(name)?.attribution.clone());
    let mut credits: Vec<String> = credits.filter_map(|credit| mapreel_ogc::text::clean(&credit).ok()).collect();
    credits.dedup();
    (!credits.is_empty()).then(|| credits.join(" · "))
}

/// Where a server says that layers have data, when none of it lies on the map. Such boxes are not always right, so the
/// pictures are asked for all the same.
fn elsewhere(layers: &[&Layer], map: &Extent) -> Option<String> {
    let beside = |layer: &&Layer| outside::beside(&layer.degrees?, Crs::Geographic, map);
    let all: Option<Vec<_>> = layers.iter().map(beside).collect();
    all?.into_iter().next().map(|gap| gap.why)
}

//! Resolves a layer of a WMS: asks for capabilities, legends and details, and applies them to the layer.

use super::asked::Wms;
use super::named_legend::{NamedLegend, ToldLegend};
use super::pictures::{NO_LIMIT, ResolvedWms};
use crate::layers::layer::{Asking, LayerKind};
use crate::layers::resolved_layer::ResolvedLayer;
use crate::layers::step::{Document, DocumentKind, NoAnswer, Step};
use crate::pictures::map_service::Service;
use crate::pictures::outside;
use crate::request::appearance::Legend;
use crate::resolved::axes::Axes;
use crate::resolved::dimension::{AskedDimension, Dimensions};
use crate::resolved::run::Run;
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use crate::vector::colour_bar::{ColourBar, Details, Question};
use jiff::Timestamp;
use mapreel_geo::{AxisOrder, Crs, Extent};
use mapreel_ogc::LegendSource;
use mapreel_ogc::url::picture_format;
use mapreel_ogc::wms::capabilities::{Capabilities, Dialect, Dimension, Layer};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

impl Wms {
    /// A layer that is the same in every frame; its server is not asked for capabilities.
    pub(crate) fn fixed(service: Service) -> Self {
        let asked = service.request.get("TIME").map_or(AskedTime::None, |time| AskedTime::Given(time.to_owned()));
        Self { service, asked, dimensions: Vec::new(), crs_given: true, asks_its_server: false }
    }

    /// The layer as the request describes it, without the server's capabilities.
    fn unanswered(&self, asking: Asking, silence: NoAnswer) -> ResolvedLayer {
        let (known, dimensions) = match silence {
            NoAnswer::NotAsked => (ServerTimes::NotAsked, Dimensions::default()),
            NoAnswer::Failed(why) => {
                (ServerTimes::Unknown(why.clone()), Dimensions::unknown(self.dimensions.clone(), why))
            }
        };
        let legend = asking.wants_own_legend().then(|| self.service.legend());
        let resolved = asking.resolved(Arc::new(self.undescribed(known, dimensions)));
        resolved.with_legend(legend.map(LegendSource::Url))
    }

    /// The layer as the request alone describes it.
    fn undescribed(&self, known: ServerTimes, dimensions: Dimensions) -> ResolvedWms {
        ResolvedWms {
            service: self.service.clone(),
            axes: Axes { timing: Timing { asked: self.asked.clone(), known }, dimensions },
            run: None,
            dialect: Dialect::Plain,
            side_px_max: NO_LIMIT,
            is_described: self.asks_its_server,
            elsewhere: None,
        }
    }

    /// Splits the layer, bottom first, where its WMS layers have different values of a dimension that they share: one request
    /// can name only one value. Neighbours with the same values stay in one request.
    fn split_by_dimensions(&self, capabilities: &Capabilities) -> Vec<Self> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let known: Vec<Option<&Layer>> = self.service.layers().map(|name| capabilities.layer(name)).collect();
        let agree = |a: usize, b: usize| match (known[a], known[b]) {
            (Some(a), Some(b)) => a.agrees_with(b),
            // Unknown names get a request apart from known ones: their error must not cost the known layers their pictures.
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

    /// The step for one of the split layers, after the server has sent its capabilities.
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
        let (kind, questions) = self.described_by(capabilities, &asking);
        let legend = (wants_legend && questions.is_empty()).then(|| NamedLegend::of(&kind.service, capabilities));
        let attribution = attribution(&kind.service, capabilities);
        asking.name_where_unnamed(title);
        let described = Described { kind, asking, wants_legend, warnings, attribution };
        match legend {
            _ if !questions.is_empty() => described.ask(questions, Details::default()),
            Some(NamedLegend { picture, told: Some(told) }) => described.ask_legend(picture, told),
            legend => Step::done(described.resolved(legend.map(|legend| LegendSource::Url(legend.picture)), None)),
        }
    }

    /// The layer with the server's description, and the questions that are left about its colours.
    fn described_by(&self, capabilities: &Capabilities, asking: &Asking) -> (ResolvedWms, Vec<Question>) {
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
        follow_dialect(&mut service, capabilities.dialect, layers[0]);
        let questions = Question::all(&service, capabilities.dialect, asking.wants_own_legend());
        choose_format(&mut service, &capabilities.formats);
        let known = ServerTimes::of(layers.iter().find_map(|layer| layer.dimension("time")), now);
        let dimensions = settle_dimensions(&mut service, &self.dimensions, &layers, now);
        let run = dimensions.run().map(|time| Run::new(time, &layers, service.capabilities()));
        let side_px_max = [capabilities.width_max, capabilities.height_max].map(|most| most.unwrap_or(u32::MAX));
        let kind = ResolvedWms {
            service,
            axes: Axes { timing: Timing { asked: self.asked.clone(), known }, dimensions },
            run,
            dialect: capabilities.dialect,
            side_px_max,
            is_described: true,
            elsewhere: elsewhere(&layers, map),
        };
        (kind, questions)
    }

    /// The server's titles of the layer.
    fn title(&self, capabilities: &Capabilities) -> Option<String> {
        let titles = self.service.layers().filter_map(|name| Some(capabilities.layer(name)?.title.clone()));
        let titles: Vec<String> = titles.filter_map(|title| mapreel_ogc::text::clean(&title).ok()).collect();
        mapreel_ogc::text::clean(&titles.join(" + ")).ok().filter(|title| !title.is_empty())
    }
}

impl LayerKind for Wms {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        if !self.asks_its_server {
            return Step::done(self.unanswered(asking, NoAnswer::NotAsked));
        }
        Step::ask(self.service.capabilities(), DocumentKind::Wms, move |reply| match reply {
            Ok(Document::Wms(capabilities)) => {
                let parts = self.split_by_dimensions(capabilities);
                let several = parts.len() > 1;
                let parts = parts.iter().enumerate();
                Step::all(parts.map(|(index, part)| part.described(index, several, &asking, capabilities)).collect())
            }
            Ok(_) => Step::done(self.unanswered(asking, NoAnswer::Failed("it is no WMS".into()))),
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

/// A layer with its server's capabilities, while the server is asked about colours or a legend.
struct Described {
    kind: ResolvedWms,
    asking: Asking,
    wants_legend: bool,
    warnings: Vec<crate::plan::manifest::Warning>,
    attribution: Option<String>,
}

impl Described {
    fn resolved(self, legend: Option<LegendSource>, colour_bar: Option<ColourBar>) -> ResolvedLayer {
        let resolved = self.asking.resolved(Arc::new(self.kind)).with_credit(self.attribution);
        ResolvedLayer { colour_bar, warnings: self.warnings, ..resolved.with_legend(legend) }
    }

    /// Asks for the legend as data, so that Mapreel can draw it with its own fonts. Where the answer is missing or not
    /// understood, the server's picture is used.
    fn ask_legend(self, picture: String, told: ToldLegend) -> Step {
        Step::ask(told.url.clone(), told.kind(), move |reply| {
            let read = match reply {
                Ok(Document::Bytes(bytes)) => told.read(bytes),
                _ => None,
            };
            let legend = read.unwrap_or(LegendSource::Url(picture));
            let bar = ColourBar::of_strip(&legend);
            Step::done(self.resolved(Some(legend), bar))
        })
    }

    /// Asks the first of the questions about the layer's colours. The last reply makes the colour bar. Without a range of
    /// values, the server's own legend is used.
    fn ask(mut self, mut questions: Vec<Question>, mut details: Details) -> Step {
        let question = questions.remove(0);
        Step::ask(question.url(&self.kind.service), DocumentKind::Details, move |reply| {
            // Without details, the legend is the picture that the server draws.
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
            let legend = Some(LegendSource::Url(legend)).filter(|_| wanted);
            Step::done(self.resolved(legend, bar.filter(|_| wanted)))
        })
    }
}

/// Sets the map's CRS where the server has it, otherwise one that can be reprojected to it.
fn choose_crs(service: &mut Service, layers: &[&Layer], map: &Extent) {
    let of_first: Vec<(Crs, &str)> =
        layers[0].crs.iter().filter_map(|code| Some((Crs::parse(code)?, &**code))).collect();
    // The CRSs that all layers offer. A CRS with several codes gets the first code.
    let mut offered: HashMap<Crs, &str> = of_first.iter().rev().copied().collect();
    let mut seen = HashSet::from([layers[0].crs.identity()]);
    for layer in layers.iter().filter(|layer| seen.insert(layer.crs.identity())) {
        let theirs: HashSet<Crs> = layer.crs.iter().filter_map(|code| Crs::parse(code)).collect();
        offered.retain(|crs, _| theirs.contains(crs));
    }
    // EPSG:3857 does not reach the poles.
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

/// Adds the parameters that servers of a dialect require.
fn follow_dialect(service: &mut Service, dialect: Dialect, layer: &Layer) {
    if dialect == Dialect::Xpublish {
        let style = layer.styles.iter().next().filter(|_| service.request.get("STYLES") == Some(""));
        style.iter().for_each(|style| service.request.set("STYLES", style.name.clone()));
        service.axis_order = service.axis_order.or(Some(AxisOrder::XThenY));
    }
}

/// Sets a format that the server has, where it does not offer `image/png`.
fn choose_format(service: &mut Service, formats: &[String]) {
    let is_default = service.request.get("FORMAT") == Some("image/png");
    if let Some(format) = picture_format::for_a_map(formats).filter(|_| is_default) {
        service.request.set("FORMAT", format);
    }
}

/// Chooses the values of dimensions other than time. Values that are the same in every frame become parameters of the service,
/// so that requests for legends carry them, too.
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

/// The credits that the layers ask for.
fn attribution(service: &Service, capabilities: &Capabilities) -> Option<String> {
    let credits = service.layers().filter_map(|name| capabilities.layer(name)?.attribution.clone());
    let mut credits: Vec<String> = credits.filter_map(|credit| mapreel_ogc::text::clean(&credit).ok()).collect();
    credits.dedup();
    (!credits.is_empty()).then(|| credits.join(" · "))
}

/// The area of the layers' data, where none of it lies on the map. Servers' boxes are not always right, so the pictures are
/// fetched all the same.
fn elsewhere(layers: &[&Layer], map: &Extent) -> Option<String> {
    let beside = |layer: &&Layer| outside::beside(&layer.degrees?, Crs::Geographic, map);
    let all: Option<Vec<_>> = layers.iter().map(beside).collect();
    all?.into_iter().next().map(|gap| gap.why)
}

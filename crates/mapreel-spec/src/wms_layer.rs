//! A layer of a WMS: what a request says of it, what its server says of it, and what follows for every frame.

use crate::capabilities::{Capabilities, Dialect, Dimension, Layer, Style};
use crate::cell::Cell;
use crate::colour_bar::{ColourBar, Details, Question};
use crate::dimension::{Animate, Dimensions};
use crate::document::DocumentKind;
use crate::mosaic::Mosaic;
use crate::picture_format;
use crate::run::Run;
use crate::timing::{AskedTime, Known, Timing};
use crate::wms::Service;
use crate::{AxisOrder, Crs, Extent, Gap, Limits, ValidTime, Zone, outside};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A layer of a WMS.
#[derive(Debug, Clone, PartialEq)]
pub struct WmsLayer {
    /// What it is asked for.
    pub(crate) service: Service,
    /// Which of its times it is asked for.
    pub(crate) timing: Timing,
    /// Whether the request names the CRS.
    pub(crate) crs_given: bool,
    /// Which values of other dimensions.
    pub(crate) dimensions: Dimensions,
    /// The run of a forecast that every request names.
    pub(crate) run: Option<Run>,
    /// Whose parameters its server understands.
    pub(crate) dialect: Dialect,
    /// What its server is yet to be asked of its colours.
    pub(crate) questions: Vec<Question>,
    /// What it has answered.
    pub(crate) details: Details,
    /// Why its pictures may be empty: its server says that it has data elsewhere.
    pub(crate) elsewhere: Option<String>,
}

/// What is asked for in one frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub mosaic: Mosaic,
    /// The time that is asked for, as the server writes it.
    pub time: Option<String>,
}

impl WmsLayer {
    /// A layer whose server is yet to be asked.
    pub(crate) fn new(service: Service) -> Self {
        Self {
            service,
            timing: Timing { known: Known::NotYet, ..Timing::fixed() },
            crs_given: false,
            dimensions: Dimensions::default(),
            run: None,
            dialect: Dialect::Plain,
            questions: Vec::new(),
            details: Details::default(),
            elsewhere: None,
        }
    }

    /// A layer that is the same in every frame, and whose server is not asked for more.
    pub(crate) fn fixed(service: Service) -> Self {
        let asked = service.request.get("TIME").map_or(AskedTime::None, |time| AskedTime::Given(time.to_owned()));
        Self { timing: Timing { asked, ..Timing::fixed() }, crs_given: true, ..Self::new(service) }
    }

    /// The document that is needed next; `None` when all have been read.
    pub(crate) fn document(&self) -> Option<(String, DocumentKind)> {
        if self.timing.known == Known::NotYet {
            return Some((self.service.capabilities(), DocumentKind::Wms));
        }
        let question = self.questions.first()?;
        Some((question.url(&self.service), DocumentKind::Details))
    }

    /// Takes in the answer to the first question. After the last: the numbers beside the colours, and where the colours
    /// are; without a range the server's own legend.
    pub(crate) fn learn_details(&mut self, document: Option<&[u8]>) -> Option<(Option<ColourBar>, String)> {
        self.details.take_in(document.unwrap_or_default());
        if self.questions.is_empty() {
            return None;
        }
        self.questions.remove(0);
        self.questions.is_empty().then(|| match self.details.bar(&mut self.service, self.dialect) {
            Some((bar, url)) => (Some(bar), url),
            None => (None, self.service.legend()),
        })
    }

    /// Takes in what the server says; `map` is what will be asked for, and perhaps a legend.
    pub(crate) fn learn(
        &mut self,
        capabilities: Result<&Capabilities, String>,
        map: &Extent,
        legend_wanted: bool,
        now: Timestamp,
    ) {
        let capabilities = match capabilities {
            Ok(capabilities) if capabilities.version.starts_with("1.0") => {
                return self.learn_nothing(format!("the server speaks WMS {} only", capabilities.version));
            }
            Ok(capabilities) => capabilities,
            Err(why) => return self.learn_nothing(why),
        };
        let layers: Vec<&Layer> = self.service.layers().filter_map(|name| capabilities.layer(name)).collect();
        if layers.is_empty() {
            let named = self.service.layers().next().unwrap_or_default().to_owned();
            return self.learn_nothing(format!("the server's capabilities do not name the layer `{named}`"));
        }
        self.elsewhere = elsewhere(&layers, map);
        self.choose_crs(&layers, map);
        self.speak(capabilities.dialect, layers[0]);
        self.questions = Question::all(&self.service, self.dialect, legend_wanted);
        self.keep_within(capabilities, map);
        self.choose_format(&capabilities.formats);
        self.timing.known = known_times(layers.iter().find_map(|layer| layer.dimension("time")), now);
        self.settle_dimensions(&layers, now);
    }

    fn learn_nothing(&mut self, why: String) {
        self.dimensions.settle_unknown(&why);
        self.timing.known = Known::Nothing(why);
    }

    /// Chooses the values of dimensions other than time. Those that are the same in every frame become parameters of the
    /// service, so that legends are asked for with them, too.
    fn settle_dimensions(&mut self, layers: &[&Layer], now: Timestamp) {
        let others = layers.iter().flat_map(|layer| layer.other_dimensions());
        let mut seen = HashSet::new();
        let offered: Vec<Arc<Dimension>> =
            others.filter(|dimension| seen.insert(dimension.name.to_ascii_lowercase())).cloned().collect();
        let request = self.service.request.clone();
        self.dimensions.settle(&offered, |name| request.get(name).map(str::to_owned), Dimension::parameter, now);
        for (parameter, value) in self.dimensions.at(0).unwrap_or_default() {
            self.service.request.set(parameter, value);
        }
        self.run = self.dimensions.run().map(|time| Run::new(time, layers, self.service.capabilities()));
    }

    /// Takes the values of a film that runs along a dimension.
    pub(crate) fn animate(&mut self, film: &Animate, now: Timestamp) {
        self.dimensions.animate(&film.dimension, &film.values, Dimension::parameter, now);
        // A film along the runs has no single run that a server could drop.
        self.run = self.run.take().filter(|_| self.dimensions.run().is_some());
    }

    /// Whether every frame shows the same.
    pub(crate) fn is_fixed(&self) -> bool {
        self.timing.is_fixed() && !self.dimensions.vary()
    }

    /// The layer as several, bottom first, where its named layers do not have the same values of a dimension that they share:
    /// one request could ask only one of them for what it has. Neighbours that agree stay together, for the server to draw.
    pub(crate) fn apart(&self, capabilities: &Capabilities) -> Vec<Self> {
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

    /// What its server calls it.
    pub(crate) fn title(&self, capabilities: &Capabilities) -> Option<String> {
        let titles = self.service.layers().filter_map(|name| Some(capabilities.layer(name)?.title.clone()));
        let titles: Vec<String> = titles.filter_map(|title| crate::text::clean(&title).ok()).collect();
        crate::text::clean(&titles.join(" + ")).ok().filter(|title| !title.is_empty())
    }

    /// Takes the map's CRS where the server has it, and otherwise one that can be laid on the map.
    fn choose_crs(&mut self, layers: &[&Layer], map: &Extent) {
        if self.crs_given {
            return;
        }
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
            self.service.ask_in(crs, code);
        }
    }

    /// Adds what servers of a dialect want to be told.
    fn speak(&mut self, dialect: Dialect, layer: &Layer) {
        self.dialect = dialect;
        if dialect == Dialect::Xpublish {
            let style = layer.styles.iter().next().filter(|_| self.service.request.get("STYLES") == Some(""));
            style.iter().for_each(|style| self.service.request.set("STYLES", style.name.clone()));
            self.service.axis_order = self.service.axis_order.or(Some(AxisOrder::XThenY));
        }
    }

    /// Cuts the map where the server draws no picture as large.
    fn keep_within(&mut self, capabilities: &Capabilities, map: &Extent) {
        let Some(extent) = map.asked_in(self.service.crs) else { return };
        let (width, height) = (capabilities.width_max.unwrap_or(u32::MAX), capabilities.height_max.unwrap_or(u32::MAX));
        if self.service.cell.is_none() && (extent.width > width || extent.height > height) {
            self.service.cell = Some(Cell::within(width.min(8192), height.min(8192)));
        }
    }

    /// Why its server cannot draw the map: even one frame would take more of its largest pictures than a job may ask for. That is
    /// the layer's trouble, and not the request's.
    pub(crate) fn draws_too_small(&self, map: &Extent, limits: &Limits) -> Option<String> {
        let cell = self.service.cell.filter(|_| self.timing.known != Known::NotAsked)?;
        let (pieces, gutters) = (self.service.pieces(map), 2 * cell.gutter);
        (pieces > limits.upstream_requests_max as u64).then(|| {
            let (width, height) = (cell.width + gutters, cell.height + gutters);
            format!("the server draws at most {width} × {height} pixels at once, and the map would take {pieces} such pictures")
        })
    }

    /// Nothing in any frame, and why.
    pub(crate) fn nothing(&self, gap: Gap) -> Choice {
        Choice { mosaic: Mosaic::nothing(self.service.crs, gap), time: None }
    }

    /// Asks for pictures in a format that the server has, where PNG by its plain name is not among them.
    fn choose_format(&mut self, formats: &[String]) {
        let is_default = self.service.request.get("FORMAT") == Some("image/png");
        if let Some(format) = picture_format::for_a_map(formats).filter(|_| is_default) {
            self.service.request.set("FORMAT", format);
        }
    }

    /// What is asked for in a frame, counted from 0, and at its time.
    pub(crate) fn at(&self, frame: usize, time: Option<&ValidTime>, map: &Extent, zone: &Zone) -> Choice {
        let asked = self.dimensions.at(frame).and_then(|values| Ok((values, self.timing.at(time, zone)?)));
        match asked {
            Ok((values, time)) => Choice { mosaic: self.service.mosaic(map, time.as_deref(), &values), time },
            Err(gap) => self.nothing(gap),
        }
    }

    /// The address of its legend: the one that its server names for its style, or one that is asked for.
    pub(crate) fn legend(&self, capabilities: &Capabilities) -> String {
        let name = self.service.layers().next().unwrap_or_default();
        let wanted = self.service.request.get("STYLES").unwrap_or_default().split(',').next().unwrap_or_default();
        let is_wanted = |style: &&Arc<Style>| wanted.is_empty() || style.name == wanted;
        let style = capabilities.layer(name).and_then(|layer| layer.styles.iter().find(is_wanted));
        match style.and_then(|style| style.legend.as_deref()) {
            // A picture that the server has drawn beforehand does not know of these.
            Some(url) if !self.service.recolours() => {
                self.service.request.as_reached(url, capabilities.own_origin.as_deref())
            }
            _ => self.service.legend(),
        }
    }

    /// The credits that its layers ask for.
    pub(crate) fn attribution(&self, capabilities: &Capabilities) -> Option<String> {
        let credits = self.service.layers().filter_map(|name| capabilities.layer(name)?.attribution.clone());
        let mut credits: Vec<String> = credits.filter_map(|credit| crate::text::clean(&credit).ok()).collect();
        credits.dedup();
        (!credits.is_empty()).then(|| credits.join(" · "))
    }
}

/// Where a server says that layers have data, when none of it lies on the map. Such boxes are not always right, so the
/// pictures are asked for all the same.
fn elsewhere(layers: &[&Layer], map: &Extent) -> Option<String> {
    let beside = |layer: &&Layer| outside::beside(&layer.degrees?, Crs::Geographic, map);
    let all: Option<Vec<_>> = layers.iter().map(beside).collect();
    all?.into_iter().next().map(|gap| gap.why)
}

/// What a dimension says of a layer's times.
pub(crate) fn known_times(dimension: Option<&Dimension>, now: Timestamp) -> Known {
    let Some(dimension) = dimension else { return Known::NoTimes };
    match &dimension.axis {
        Some(Ok(axis)) => Known::Times { axis: axis.clone(), default: dimension.default_time(now) },
        Some(Err(problem)) => Known::Nothing(format!("the times that the server names cannot be read: {problem}")),
        None => Known::Nothing("the times that the server names are not in ISO 8601".into()),
    }
}

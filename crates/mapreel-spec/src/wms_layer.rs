//! A layer of a WMS: what a request says of it, what its server says of it, and what follows for every frame.

use crate::animation::DocumentKind;
use crate::capabilities::{Capabilities, Dialect, Dimension, Layer};
use crate::colour_bar::{ColourBar, Details, Question};
use crate::plan::Mosaic;
use crate::run::Run;
use crate::timing::{Known, Timing};
use crate::wms::{Cell, Service};
use crate::{AxisOrder, Crs, Extent, ValidTime, Zone};
use jiff::Timestamp;

/// A layer of a WMS.
#[derive(Debug, Clone, PartialEq)]
pub struct WmsLayer {
    /// What it is asked for.
    pub(crate) service: Service,
    /// Which of its times it is asked for.
    pub(crate) timing: Timing,
    /// Whether the request names the CRS.
    pub(crate) crs_given: bool,
    /// The run of a forecast that every request names, or why there is none of the one that it should be.
    pub(crate) run: Result<Option<Run>, String>,
    /// Whose parameters its server understands.
    pub(crate) dialect: Dialect,
    /// What its server is yet to be asked of its colours.
    pub(crate) questions: Vec<Question>,
    /// What it has answered.
    pub(crate) details: Details,
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
            run: Ok(None),
            dialect: Dialect::Plain,
            questions: Vec::new(),
            details: Details::default(),
        }
    }

    /// A layer that is the same in every frame, and whose server is not asked for more.
    pub(crate) fn fixed(service: Service) -> Self {
        Self { timing: Timing::fixed(), crs_given: true, ..Self::new(service) }
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
                self.timing.known = Known::Nothing(format!("the server speaks WMS {} only", capabilities.version));
                return;
            }
            Ok(capabilities) => capabilities,
            Err(why) => {
                self.timing.known = Known::Nothing(why);
                return;
            }
        };
        let layers: Vec<&Layer> = self.service.layers().filter_map(|name| capabilities.layer(name)).collect();
        if layers.is_empty() {
            let named = self.service.layers().next().unwrap_or_default().to_owned();
            self.timing.known = Known::Nothing(format!("the server's capabilities do not name the layer `{named}`"));
            return;
        }
        self.choose_crs(&layers, map);
        self.speak(capabilities.dialect, layers[0]);
        self.questions = Question::all(&self.service, self.dialect, legend_wanted);
        self.keep_within(capabilities, map);
        self.run = self.pin_run(&layers, now);
        self.timing.known = known_times(layers.iter().find_map(|layer| layer.dimension("time")), now);
    }

    /// Takes the map's CRS where the server has it, and otherwise one that can be laid on the map.
    fn choose_crs(&mut self, layers: &[&Layer], map: &Extent) {
        if self.crs_given {
            return;
        }
        let offers = |crs: Crs| {
            let code = layers[0].crs.iter().find(|code| Crs::parse(code) == Some(crs))?;
            layers.iter().all(|layer| layer.crs.iter().any(|code| Crs::parse(code) == Some(crs))).then_some(code)
        };
        // EPSG:3857 ends before the poles.
        let degrees = map.bbox.convert(map.crs, Crs::Geographic);
        let polar = degrees
            .is_some_and(|b| b.max_y > Crs::WebMercator.latitude_max() || b.min_y < -Crs::WebMercator.latitude_max());
        let fallbacks = if polar { [Crs::Geographic, Crs::WebMercator] } else { [Crs::WebMercator, Crs::Geographic] };
        let others = layers[0].crs.iter().filter_map(|code| Crs::parse(code));
        let chosen = std::iter::once(map.crs).chain(fallbacks).chain(others).find_map(|crs| Some((crs, offers(crs)?)));
        if let Some((crs, code)) = chosen {
            self.service.ask_in(crs, code);
        }
    }

    /// Adds what servers of a dialect want to be told.
    fn speak(&mut self, dialect: Dialect, layer: &Layer) {
        self.dialect = dialect;
        if dialect == Dialect::Xpublish {
            let style = layer.styles.first().filter(|_| self.service.request.get("STYLES") == Some(""));
            style.iter().for_each(|style| self.service.request.set("STYLES", style.name.clone()));
            self.service.axis_order = self.service.axis_order.or(Some(AxisOrder::XThenY));
        }
    }

    /// Cuts the map where the server draws no picture as large.
    fn keep_within(&mut self, capabilities: &Capabilities, map: &Extent) {
        let Some(extent) = map.in_crs(self.service.crs) else { return };
        let (width, height) = (capabilities.width_max.unwrap_or(u32::MAX), capabilities.height_max.unwrap_or(u32::MAX));
        if self.service.cell.is_none() && (extent.width > width || extent.height > height) {
            self.service.cell = Some(Cell::within(width.min(8192), height.min(8192)));
        }
    }

    /// Names the run of a forecast in every request, so that all frames come from the same.
    fn pin_run(&mut self, layers: &[&Layer], now: Timestamp) -> Result<Option<Run>, String> {
        let Some(dimension) = layers.iter().find_map(|layer| layer.run()) else { return Ok(None) };
        let (parameter, document) = (dimension.parameter(), self.service.capabilities());
        let given = self.service.request.get(&parameter);
        let run = Run::choose(dimension, given, layers, document, now)?;
        if let (Some(run), None) = (&run, given) {
            self.service.request.set(&parameter, run.time.text());
        }
        Ok(run)
    }

    /// What is asked for at a frame's time.
    pub(crate) fn at(&self, time: Option<&ValidTime>, map: &Extent, zone: &Zone) -> Choice {
        match self.run.as_ref().map_err(Clone::clone).and_then(|_| self.timing.at(time, zone)) {
            Ok(text) => Choice {
                mosaic: self.service.mosaic(map, text.as_deref()),
                time: text.or_else(|| self.service.request.get("TIME").map(str::to_owned)),
            },
            Err(why) => Choice { mosaic: Mosaic::nothing(self.service.crs, Some(why)), time: None },
        }
    }

    /// The address of its legend: the one that its server names for its style, or one that is asked for.
    pub(crate) fn legend(&self, capabilities: &Capabilities) -> String {
        let name = self.service.layers().next().unwrap_or_default();
        let wanted = self.service.request.get("STYLES").unwrap_or_default().split(',').next().unwrap_or_default();
        let styles = capabilities.layer(name).map(|layer| &layer.styles[..]).unwrap_or_default();
        let style = styles.iter().find(|style| wanted.is_empty() || style.name == wanted);
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

/// What a dimension says of a layer's times.
pub(crate) fn known_times(dimension: Option<&Dimension>, now: Timestamp) -> Known {
    let Some(dimension) = dimension else { return Known::NoTimes };
    match &dimension.axis {
        Some(Ok(axis)) => Known::Times { axis: axis.clone(), default: dimension.default_time(now) },
        Some(Err(problem)) => Known::Nothing(format!("the times that the server names cannot be read: {problem}")),
        None => Known::Nothing("the times that the server names are not in ISO 8601".into()),
    }
}

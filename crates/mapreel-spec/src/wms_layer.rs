//! A layer of a WMS: what a request says of it, what its server says of it, and what follows for every frame.

use crate::animation::DocumentKind;
use crate::capabilities::{Capabilities, Dimension, Layer};
use crate::colour_bar::{self, ColourBar, Details};
use crate::plan::Mosaic;
use crate::run::Run;
use crate::timing::{Known, Timing};
use crate::wms::{Cell, Service};
use crate::{Crs, Extent, ValidTime, Zone};
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
    /// Its server is yet to be asked for the range of its colours.
    pub(crate) needs_details: bool,
}

/// What is asked for in one frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub mosaic: Mosaic,
    /// The time that is asked for, as the server writes it.
    pub time: Option<String>,
}

impl WmsLayer {
    /// A layer that is the same in every frame, and whose server is not asked for more.
    pub(crate) fn fixed(service: Service) -> Self {
        Self { service, timing: Timing::fixed(), crs_given: true, run: Ok(None), needs_details: false }
    }

    /// The document that is needed next; `None` when all have been read.
    pub(crate) fn document(&self) -> Option<(String, DocumentKind)> {
        if self.timing.known == Known::NotYet {
            return Some((self.service.capabilities(), DocumentKind::Wms));
        }
        self.needs_details.then(|| (colour_bar::details_url(&self.service), DocumentKind::Details))
    }

    /// Asks an ncWMS for the range of the colours, unless the author wants its own legend.
    pub(crate) fn ask_for_details(&mut self) -> bool {
        self.needs_details =
            self.service.request.get("SLD").is_none() && self.service.request.get("SLD_BODY").is_none();
        self.needs_details
    }

    /// Takes in the range: the numbers beside the colours, and where the colours are; without a range the server's own
    /// legend.
    pub(crate) fn learn_details(&mut self, document: Option<&[u8]>) -> (Option<ColourBar>, String) {
        self.needs_details = false;
        let details = document.map(Details::parse).unwrap_or_default();
        match details.bar(&mut self.service) {
            Some((bar, url)) => (Some(bar), url),
            None => (None, self.service.legend()),
        }
    }

    /// Takes in what the server says; `map` is what will be asked for.
    pub(crate) fn learn(&mut self, capabilities: Result<&Capabilities, String>, map: &Extent, now: Timestamp) {
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

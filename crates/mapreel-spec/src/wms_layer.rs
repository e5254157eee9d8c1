//! A layer of a WMS: what a request says of it, what its server says of it, and what follows for every frame.

use crate::capabilities::{Capabilities, Layer};
use crate::plan::Mosaic;
use crate::wms::{Cell, Service};
use crate::{Crs, Extent, TimeAxis, ValidTime, Zone};
use jiff::{SignedDuration, Timestamp};

/// A layer of a WMS.
#[derive(Debug, Clone, PartialEq)]
pub struct WmsLayer {
    /// What it is asked for.
    pub(crate) service: Service,
    /// Which time it is asked for.
    pub(crate) time: AskedTime,
    /// Whether the request names the CRS.
    pub(crate) crs_given: bool,
    /// What its server says of it.
    pub(crate) known: Known,
}

/// Which time a layer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskedTime {
    /// None, or the one among its parameters: it is the same in every frame.
    Fixed,
    /// Each frame's, whether the server has it or not.
    Unchecked,
    /// One that the server has, for each frame's.
    Matched(Matching),
}

/// How a frame's time is matched to those that a server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matching {
    pub rule: Rule,
    /// How far from the frame's time it may be.
    pub within: Option<SignedDuration>,
}

/// Which of a server's times stands for a frame's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The very same.
    Exact,
    /// The nearest.
    Nearest,
    /// The latest that is not later.
    Previous,
}

/// What is known of a layer from its server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Known {
    /// It has not been asked, and will not be.
    NotAsked,
    /// It has not been asked yet.
    NotYet,
    /// It did not say, and why.
    Nothing(String),
    /// Its times, and the one that it draws where none is asked for.
    Times { axis: Option<TimeAxis>, default: Option<ValidTime>, run: Option<ValidTime> },
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
        Self { service, time: AskedTime::Fixed, crs_given: true, known: Known::NotAsked }
    }

    /// The document that says what the server has; `None` when it has been read, or is not needed.
    pub(crate) fn document(&self) -> Option<String> {
        (self.known == Known::NotYet).then(|| self.service.capabilities())
    }

    /// Takes in what the server says; `map` is what will be asked for.
    pub(crate) fn learn(&mut self, capabilities: Result<&Capabilities, String>, map: &Extent, now: Timestamp) {
        let capabilities = match capabilities {
            Ok(capabilities) if capabilities.version.starts_with("1.0") => {
                self.known = Known::Nothing(format!("the server speaks WMS {} only", capabilities.version));
                return;
            }
            Ok(capabilities) => capabilities,
            Err(why) => {
                self.known = Known::Nothing(why);
                return;
            }
        };
        let layers: Vec<&Layer> = self.service.layers().filter_map(|name| find(capabilities, name)).collect();
        if layers.is_empty() {
            let named = self.service.layers().next().unwrap_or_default().to_owned();
            self.known = Known::Nothing(format!("the server's capabilities do not name the layer `{named}`"));
            return;
        }
        self.choose_crs(&layers, map);
        self.keep_within(capabilities, map);
        self.known = match layers.iter().find_map(|layer| layer.dimension("time")) {
            Some(dimension) => match &dimension.axis {
                Some(Err(problem)) => {
                    Known::Nothing(format!("the times that the server names cannot be read: {problem}"))
                }
                Some(Ok(axis)) => {
                    let (axis, default) = (Some(axis.clone()), dimension.default_time(now));
                    Known::Times { axis, default, run: self.pin_run(&layers, now) }
                }
                None => Known::Nothing("the times that the server names are not in ISO 8601".into()),
            },
            None => Known::Times { axis: None, default: None, run: self.pin_run(&layers, now) },
        };
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
    fn pin_run(&mut self, layers: &[&Layer], now: Timestamp) -> Option<ValidTime> {
        let dimension = layers.iter().find_map(|layer| layer.run())?;
        let parameter = dimension.parameter();
        if let Some(given) = self.service.request.get(&parameter) {
            return ValidTime::parse_kept(given).ok();
        }
        let run = dimension.default_time(now)?;
        self.service.request.set(&parameter, run.text());
        Some(run)
    }

    /// Whether every frame shows the same.
    pub(crate) fn is_fixed(&self) -> bool {
        self.time == AskedTime::Fixed || matches!(self.known, Known::Times { axis: None, .. })
    }

    /// What is asked for at a frame's time.
    pub(crate) fn at(&self, time: Option<&ValidTime>, map: &Extent, zone: &Zone) -> Choice {
        let asked = |text: Option<&str>| Choice {
            mosaic: self.service.mosaic(map, text),
            time: text.map(str::to_owned).or_else(|| self.service.request.get("TIME").map(str::to_owned)),
        };
        let gap = |why: String| Choice { mosaic: Mosaic::nothing(self.service.crs, Some(why)), time: None };
        let AskedTime::Matched(matching) = self.time else {
            return asked(time.filter(|_| self.time == AskedTime::Unchecked).map(ValidTime::text));
        };
        match &self.known {
            Known::Times { axis: None, .. } => asked(None),
            Known::Times { axis: Some(axis), default, .. } => match time {
                None => asked(default.as_ref().map(ValidTime::text)),
                Some(time) => match matching.choose(axis, time, zone) {
                    Ok(chosen) => asked(Some(chosen.text())),
                    Err(why) => gap(why),
                },
            },
            Known::Nothing(why) if matching.rule != Rule::Exact && time.is_some() => {
                gap(format!("its times are not known: {why}"))
            }
            Known::Nothing(_) | Known::NotAsked | Known::NotYet => asked(time.map(ValidTime::text)),
        }
    }

    /// Why the time that a frame is labelled with may not be that of its data.
    pub(crate) fn unconfirmed(&self) -> Option<&str> {
        match (&self.known, self.time) {
            (Known::Nothing(why), AskedTime::Matched(Matching { rule: Rule::Exact, .. })) => Some(why),
            _ => None,
        }
    }

    /// The run that every request names.
    pub(crate) fn run(&self) -> Option<&ValidTime> {
        match &self.known {
            Known::Times { run, .. } => run.as_ref(),
            _ => None,
        }
    }

    /// The address of its legend: the one that its server names for its style, or one that is asked for.
    pub(crate) fn legend(&self, capabilities: &Capabilities) -> String {
        let name = self.service.layers().next().unwrap_or_default();
        let wanted = self.service.request.get("STYLES").unwrap_or_default().split(',').next().unwrap_or_default();
        let styles = find(capabilities, name).map(|layer| &layer.styles[..]).unwrap_or_default();
        let style = styles.iter().find(|style| wanted.is_empty() || style.name == wanted);
        match style.and_then(|style| style.legend.as_deref()) {
            // A picture that the server has drawn beforehand does not know of these.
            Some(url) if !self.service.recolours() => self.service.as_reached(url, capabilities.own_origin.as_deref()),
            _ => self.service.legend(),
        }
    }

    /// The credits that its layers ask for.
    pub(crate) fn attribution(&self, capabilities: &Capabilities) -> Option<String> {
        let credits = self.service.layers().filter_map(|name| find(capabilities, name)?.attribution.clone());
        let mut credits: Vec<String> = credits.filter_map(|credit| crate::text::clean(&credit).ok()).collect();
        credits.dedup();
        (!credits.is_empty()).then(|| credits.join(" · "))
    }

    /// The last `count` times that the server has.
    pub(crate) fn last_times(&self, count: usize) -> Result<Vec<ValidTime>, String> {
        match &self.known {
            Known::Times { axis: Some(axis), .. } => {
                axis.last_times(count).ok_or_else(|| "it has data at every moment and not at steps".to_owned())
            }
            Known::Times { axis: None, .. } => Err("the server names no times for it".into()),
            Known::Nothing(why) => Err(why.clone()),
            Known::NotAsked | Known::NotYet => Err("the server has not been asked".into()),
        }
    }
}

/// A layer by its name; servers that write `a:b` are also asked for `b`.
fn find<'a>(capabilities: &'a Capabilities, name: &str) -> Option<&'a Layer> {
    let by = |same: &dyn Fn(&str) -> bool| capabilities.layers.iter().find(|layer| same(&layer.name));
    by(&|known| known == name).or_else(|| by(&|known| known.split_once(':').is_some_and(|(_, local)| local == name)))
}

impl Matching {
    /// The server's time that stands for a frame's, or why there is none.
    fn choose(&self, axis: &TimeAxis, time: &ValidTime, zone: &Zone) -> Result<ValidTime, String> {
        let instant = time.instant();
        let chosen = match self.rule {
            Rule::Exact => axis.at(instant),
            Rule::Nearest => axis.nearest(instant),
            Rule::Previous => axis.previous(instant),
        };
        let near =
            |chosen: &ValidTime| self.within.is_none_or(|max| chosen.instant().duration_since(instant).abs() <= max);
        chosen.filter(near).ok_or_else(|| {
            let nearest =
                axis.nearest(instant).map(|nearest| format!("; nearest: {}", nearest.text())).unwrap_or_default();
            let (first, last) = (axis.first(), axis.last());
            format!("no data for {}; the server offers {} to {}{nearest}", zone.show(time), first.text(), last.text())
        })
    }
}

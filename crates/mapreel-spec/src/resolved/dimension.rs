//! Dimensions other than time (OGC 06-042, annex C; OGC 07-057r7, 7.1.1.2): the request's choices, and the values that each
//! frame of a layer asks for.
//!
//! Values are checked as times are. Each is compared with the values that the server names. A value that the server does not
//! have is a gap. A value that cannot be compared is marked. A value that the request leaves open is named.

use super::dimension_value::DimensionValue;
use super::gap::Gap;
use super::label::PlannedLabel;
use super::offered::{AskedValue, NotListed, Offered, Used, Value};
use crate::plan::manifest::Warning;
use jiff::Timestamp;
use mapreel_geo::{TimeStyle, ValidTime};
use mapreel_ogc::text::few;
use mapreel_ogc::wms::capabilities::{self, Dimension};
use std::sync::Arc;

/// The value of a dimension that a request names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AskedDimension {
    pub name: String,
    pub value: AskedValue,
    /// Whether the nearest value is used where the server does not have the value.
    pub nearest: bool,
}

/// The dimensions of a layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dimensions {
    asked: Vec<AskedDimension>,
    chosen: Vec<Chosen>,
    /// The names of dimensions whose values are among the request's `params`.
    given: Vec<String>,
    /// The dimensions of the server.
    offered: Vec<Offered>,
    /// Why the server's dimensions are not known.
    unknown: Option<String>,
}

/// A dimension with its value in each frame.
#[derive(Debug, Clone, PartialEq)]
struct Chosen {
    name: String,
    parameter: String,
    units: Option<String>,
    is_run: bool,
    /// One value for all frames, or one for each frame.
    values: Vec<Value>,
}

/// How a service names the parameter of a dimension.
pub(crate) type Naming = fn(&Dimension) -> String;

impl Dimensions {
    /// Chooses a value for each dimension of the server. `given` returns a value among the request's `params`, by name.
    pub(crate) fn settled(
        asked: Vec<AskedDimension>,
        offered: &[Arc<Dimension>],
        given: impl Fn(&str) -> Option<String>,
        naming: Naming,
        now: Timestamp,
    ) -> Self {
        let offered: Vec<Offered> = offered.iter().cloned().map(|dimension| Offered { dimension }).collect();
        let (mut chosen, mut pinned) = (Vec::new(), Vec::new());
        for offered in &offered {
            let dimension = &offered.dimension;
            let parameter = naming(dimension);
            let asked = asked.iter().find(|asked| is_called(dimension, &asked.name));
            let bare = format!("dim_{}", capabilities::bare_name(&dimension.name));
            let text = [&parameter, &dimension.name, &bare].into_iter().find_map(|name| given(name));
            if text.is_some() {
                pinned.push(dimension.name.clone());
            }
            let value = match (asked, text) {
                (Some(asked), _) => Some(offered.choose(&asked.value, asked.nearest, now)),
                (None, Some(text)) => Some(offered.given(text, now)),
                (None, None) => offered.left_to_the_server(now),
            };
            let is_run = dimension.is_run();
            let (name, units) = (dimension.name.clone(), dimension.symbol());
            let one = |value| Chosen { name, parameter, units, is_run, values: vec![value] };
            chosen.extend(value.map(one));
        }
        let names = few(offered.iter().map(|offered| offered.dimension.name.as_str()));
        for asked in &asked {
            if !offered.iter().any(|offered| is_called(&offered.dimension, &asked.name)) {
                let has = if names.is_empty() { "has none but time".to_owned() } else { format!("has {names}") };
                let why = format!("the layer has no dimension `{}`; it {has}", asked.name);
                chosen.push(Chosen::unknown(asked, Used::Missing(Gap::missing(why))));
            }
        }
        Self { asked, chosen, given: pinned, offered, unknown: None }
    }

    /// The same, but a default is left to the server where the address has no placeholder for the dimension.
    pub(crate) fn left_to_the_server(mut self, has_no_place: impl Fn(&str) -> bool) -> Self {
        for chosen in self.chosen.iter_mut().filter(|chosen| has_no_place(&chosen.parameter)) {
            for value in chosen.values.iter_mut().filter(|value| matches!(value.used, Used::Default(_))) {
                value.used = Used::ServersChoice("the server cannot be asked for a value".to_owned());
            }
        }
        self
    }

    /// The dimensions of the request, where the server's are not known; `why` is the reason.
    pub(crate) fn unknown(asked: Vec<AskedDimension>, why: String) -> Self {
        let unknown = |asked: &AskedDimension| {
            let used = match &asked.value {
                AskedValue::Text(text) => Used::Unconfirmed(text.clone(), why.clone()),
                AskedValue::Latest => {
                    Used::Missing(Gap::missing(format!("its latest {} is not known: {why}", asked.name)))
                }
            };
            Chosen::unknown(asked, used)
        };
        let chosen = asked.iter().map(unknown).collect();
        Self { asked, chosen, unknown: Some(why), ..Self::default() }
    }

    /// Whether the server has not named its dimensions.
    pub(crate) fn is_unknown(&self) -> bool {
        self.unknown.is_some()
    }

    /// All values of a dimension for a film along it; `None` where the layer has no such dimension, or the request has chosen
    /// its value.
    ///
    /// # Errors
    /// The values cannot be listed; the error tells why.
    pub(crate) fn all(&self, name: &str) -> Option<Result<Vec<String>, NotListed>> {
        self.animated(name).map(Offered::all)
    }

    /// The same with a film's values, one for each frame; `None` where the film runs along none of these dimensions. Where
    /// the server's dimensions are not known, the values are used unchecked.
    pub(crate) fn along(&self, name: &str, values: &[String], naming: Naming, now: Timestamp) -> Option<Self> {
        let by_name = Dimension { name: name.to_owned(), ..Dimension::default() };
        let is_asked = self.asked.iter().any(|asked| is_called(&by_name, &asked.name));
        let offered = match (self.animated(name), &self.unknown) {
            (Some(offered), _) => offered.clone(),
            (None, Some(_)) if !is_asked => Offered { dimension: Arc::new(by_name) },
            _ => return None,
        };
        let value = |text: &String| match &self.unknown {
            None => offered.choose(&AskedValue::Text(text.clone()), false, now),
            Some(why) => Value { asked: Some(text.clone()), used: Used::Unconfirmed(text.clone(), why.clone()) },
        };
        let (values, dimension) = (values.iter().map(value).collect(), offered.dimension);
        let mut chosen = self.chosen.clone();
        chosen.retain(|chosen| chosen.name != dimension.name);
        chosen.push(Chosen {
            parameter: naming(&dimension),
            units: dimension.symbol(),
            is_run: dimension.is_run(),
            values,
            name: dimension.name.clone(),
        });
        Some(Self { chosen, ..self.clone() })
    }

    /// The dimension that a film runs along; `None` where the request has chosen its value.
    fn animated(&self, name: &str) -> Option<&Offered> {
        let offered = self.offered.iter().find(|offered| is_called(&offered.dimension, name))?;
        let is_pinned = self.asked.iter().map(|asked| &asked.name).chain(&self.given);
        (!is_pinned.into_iter().any(|name| is_called(&offered.dimension, name))).then_some(offered)
    }

    /// The units of a dimension of the server that a film can run along.
    pub(crate) fn units(&self, name: &str) -> Option<String> {
        self.animated(name)?.dimension.symbol()
    }

    /// The names of the parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.chosen.iter().map(|chosen| chosen.parameter.as_str())
    }

    /// Whether frames ask for different values.
    pub(crate) fn vary(&self) -> bool {
        self.chosen.iter().any(|chosen| chosen.values.len() > 1)
    }

    /// The parameters and values of a frame.
    ///
    /// # Errors
    /// The frame has no data; the gap tells why.
    pub(crate) fn at(&self, frame: usize) -> Result<Vec<(&str, &str)>, Gap> {
        let mut parameters = Vec::new();
        for chosen in &self.chosen {
            match &chosen.at(frame).used {
                Used::Missing(gap) => return Err(gap.clone()),
                used => parameters.extend(used.text().map(|text| (chosen.parameter.as_str(), text))),
            }
        }
        Ok(parameters)
    }

    /// The forecast run that every frame asks for.
    pub(crate) fn run(&self) -> Option<ValidTime> {
        let run = self.chosen.iter().find(|chosen| chosen.is_run && chosen.values.len() == 1)?;
        ValidTime::parse_kept(run.at(0).used.text()?).ok()
    }

    /// The labels in a layer's line, the forecast run first.
    pub(crate) fn labels(&self, frame: usize, style: &TimeStyle) -> Vec<PlannedLabel> {
        let (runs, others): (Vec<&Chosen>, Vec<&Chosen>) = self.chosen.iter().partition(|chosen| chosen.is_run);
        runs.into_iter().chain(others).filter_map(|chosen| chosen.label(frame, style)).collect()
    }

    /// The dimensions in the manifest.
    pub(crate) fn facts(&self, frame: usize) -> Vec<DimensionValue> {
        let fact = |chosen: &Chosen| {
            let value = chosen.at(frame);
            DimensionValue {
                name: chosen.name.clone(),
                asked: value.asked.clone(),
                used: value.used.text().map(str::to_owned),
                units: chosen.units.clone(),
                is_run: chosen.is_run,
            }
        };
        self.chosen.iter().map(fact).collect()
    }

    /// Warnings about values that cannot be compared with the server's, and about entries of the server that cannot be read.
    pub(crate) fn warnings(&self, layer: &str) -> Vec<Warning> {
        let why = |chosen: &Chosen| {
            let unknown = |value: &Value| match &value.used {
                Used::Unconfirmed(_, why) | Used::ServersChoice(why) => Some(why.clone()),
                _ => None,
            };
            let why = chosen.values.iter().find_map(unknown)?;
            let message = format!("its {} is not confirmed: {why}", chosen.name);
            Some(Warning::of_layer("dimension_unconfirmed", layer, message))
        };
        let ignored = |Offered { dimension, .. }: &Offered| {
            let ignored = dimension.axis.as_ref()?.as_ref().ok()?.ignored()?;
            let message = format!("of the values of {} that the server names, {ignored}", dimension.name);
            Some(Warning::of_layer("axis_entry_ignored", layer, message))
        };
        self.chosen.iter().filter_map(why).chain(self.offered.iter().filter_map(ignored)).collect()
    }
}

impl Chosen {
    /// A dimension that the request names and the server does not.
    fn unknown(asked: &AskedDimension, used: Used) -> Self {
        let by_name = Dimension { name: asked.name.clone(), ..Dimension::default() };
        let (parameter, is_run) = (by_name.parameter(), by_name.is_run());
        let value = Value { asked: Some(asked.value.text().to_owned()), used };
        Self { name: asked.name.clone(), parameter, units: None, is_run, values: vec![value] }
    }

    fn at(&self, frame: usize) -> &Value {
        &self.values[if self.values.len() > 1 { frame } else { 0 }]
    }

    fn label(&self, frame: usize, style: &TimeStyle) -> Option<PlannedLabel> {
        let Value { asked, used } = self.at(frame);
        let shown = |text: &str| match ValidTime::parse_kept(text) {
            Ok(run) if self.is_run => format!("run {}", style.show(&run)),
            _ => with_units(&self.name, text, self.units.as_deref(), style),
        };
        let (text, marked) = match used {
            Used::Confirmed(text) => (shown(text), false),
            Used::Default(text) if self.is_run => (shown(text), false),
            Used::Default(text) => (format!("{} (default)", shown(text)), false),
            Used::Nearest(text) => {
                (format!("{}, asked for {}", shown(text), asked.as_deref().unwrap_or_default()), true)
            }
            Used::Unconfirmed(text, _) => (format!("{}, not confirmed", shown(text)), true),
            Used::ServersChoice(_) => (format!("{}: the server's choice", spoken(&self.name)), true),
            Used::Missing(_) => return None,
        };
        Some(PlannedLabel { text, marked })
    }
}

/// A value with its name and units, for people: `elevation −10 m`.
pub(crate) fn with_units(name: &str, text: &str, units: Option<&str>, style: &TimeStyle) -> String {
    let name = spoken(name);
    match (units, text.parse::<f64>(), ValidTime::parse_kept(text)) {
        (Some(units), Ok(number), _) if number.is_finite() => {
            format!("{name} {} {units}", style.numbers().decimal(number))
        }
        (Some(units), ..) => format!("{name} {text} {units}"),
        // A year alone is read as a number, not as a time.
        (None, Err(_), Ok(time)) => format!("{name} {}", style.show(&time)),
        (None, ..) => format!("{name} {text}"),
    }
}

/// The name of a dimension for people: without prefix and underscores.
fn spoken(name: &str) -> String {
    capabilities::bare_name(name).replace('_', " ")
}

/// Whether a request means this dimension. `dim_` is the prefix of parameters in WMS and does not count.
fn is_called(dimension: &Dimension, name: &str) -> bool {
    capabilities::bare_name(&dimension.name).eq_ignore_ascii_case(capabilities::bare_name(name))
}

/// The parameter of a dimension in WMTS and OGC APIs: the dimension's name.
pub(crate) fn identifier(dimension: &Dimension) -> String {
    dimension.name.clone()
}

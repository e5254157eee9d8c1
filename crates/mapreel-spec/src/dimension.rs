//! Dimensions other than time (OGC 06-042, annex C; OGC 07-057r7, 7.1.1.2): what a request asks of them, and the values that
//! each frame of a layer is asked for.
//!
//! They are as careful as times: a value is compared with those that the server names, what it does not have is a gap, what
//! cannot be compared is marked, and what the request leaves to the server is named.

use crate::capabilities::{self, Dimension};
use crate::label::PlannedLabel;
use crate::manifest::{self, Warning};
use crate::{Gap, ValidTime, ValueAxis, Zone};
use jiff::Timestamp;

/// The most values that a dimension may have where a film shows them all: more than any limit on frames.
const VALUES_MAX: usize = 10_000;

/// What a request asks of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AskedDimension {
    pub name: String,
    pub value: AskedValue,
    /// Whether the nearest value may stand for one that the server has not.
    pub nearest: bool,
}

/// The value that a request asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AskedValue {
    /// The latest time that is not later than now.
    Latest,
    /// This one.
    Text(String),
}

/// A film that runs along a dimension instead of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Animate {
    /// The dimension's name, which has no case.
    pub dimension: String,
    /// The value of each frame; empty until a server has named [all](Self::all) of its own.
    pub(crate) values: Vec<String>,
    /// Whether the film shows every value that a server has.
    pub(crate) all: bool,
    /// Only this one of them, from 0.
    pub(crate) only: Option<usize>,
}

impl Animate {
    /// Frames that are counted on where a film shows all values of a dimension and no server has named them yet.
    pub(crate) const EXPECTED_FRAMES: usize = 24;
}

/// The dimensions of a layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dimensions {
    pub asked: Vec<AskedDimension>,
    chosen: Vec<Chosen>,
    /// What the server offers, until the frames are settled.
    offered: Vec<Dimension>,
    /// Why that is not known.
    unknown: Option<String>,
}

/// A dimension, and its value in each frame.
#[derive(Debug, Clone, PartialEq)]
struct Chosen {
    name: String,
    parameter: String,
    units: Option<String>,
    is_run: bool,
    /// One for all frames, or one for each.
    values: Vec<Value>,
}

/// The value of a dimension in a frame.
#[derive(Debug, Clone, PartialEq)]
struct Value {
    asked: Option<String>,
    used: Used,
}

#[derive(Debug, Clone, PartialEq)]
enum Used {
    /// The server has it.
    Confirmed(String),
    /// The server has it, and it is not the one that was asked for.
    Nearest(String),
    /// It is the one that the server draws where none is asked for.
    Default(String),
    /// It is asked for as it is: why it cannot be compared.
    Unconfirmed(String, String),
    /// None is asked for, and the server does not say which one it draws.
    ServersChoice(String),
    /// The server does not have it.
    Missing(Gap),
}

impl Used {
    /// What the server is asked for.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Confirmed(text) | Self::Nearest(text) | Self::Default(text) | Self::Unconfirmed(text, _) => {
                Some(text)
            }
            Self::ServersChoice(_) | Self::Missing(_) => None,
        }
    }
}

/// How a service names the parameter of a dimension.
pub(crate) type Naming = fn(&Dimension) -> String;

impl Dimensions {
    pub(crate) fn asked(asked: Vec<AskedDimension>) -> Self {
        Self { asked, ..Self::default() }
    }

    /// Takes in the dimensions that a server offers; `given` has the values among a request's parameters, by name.
    pub(crate) fn settle(
        &mut self,
        offered: &[&Dimension],
        given: impl Fn(&str) -> Option<String>,
        naming: Naming,
        now: Timestamp,
    ) {
        self.offered = offered.iter().map(|dimension| (*dimension).clone()).collect();
        self.chosen.clear();
        for dimension in offered {
            let parameter = naming(dimension);
            let asked = self.asked.iter().find(|asked| is_called(dimension, &asked.name));
            let value = match (asked, given(&parameter).or_else(|| given(&dimension.name))) {
                (Some(asked), _) => Some(choose(dimension, &asked.value, asked.nearest, now)),
                (None, Some(text)) => Some(given_value(dimension, text, now)),
                (None, None) => left_to_the_server(dimension, now),
            };
            let is_run = dimension.is_run();
            let (name, units) = (dimension.name.clone(), dimension.symbol());
            let one = |value| Chosen { name, parameter, units, is_run, values: vec![value] };
            self.chosen.extend(value.map(one));
        }
        let names: Vec<&str> = offered.iter().map(|dimension| dimension.name.as_str()).collect();
        for asked in &self.asked {
            if !offered.iter().any(|dimension| is_called(dimension, &asked.name)) {
                let has =
                    if names.is_empty() { "has none but time".to_owned() } else { format!("has {}", names.join(", ")) };
                let why = format!("the layer has no dimension `{}`; it {has}", asked.name);
                self.chosen.push(Chosen::unknown(asked, Used::Missing(Gap::missing(why))));
            }
        }
    }

    /// What is asked for where the server's dimensions are not known, and why they are not.
    pub(crate) fn settle_unknown(&mut self, why: &str) {
        let unknown = |asked: &AskedDimension| {
            let used = match &asked.value {
                AskedValue::Text(text) => Used::Unconfirmed(text.clone(), why.to_owned()),
                AskedValue::Latest => {
                    Used::Missing(Gap::missing(format!("its latest {} is not known: {why}", asked.name)))
                }
            };
            Chosen::unknown(asked, used)
        };
        self.chosen = self.asked.iter().map(unknown).collect();
        self.unknown = Some(why.to_owned());
    }

    /// Whether the server has not said what it offers.
    pub(crate) fn is_unknown(&self) -> bool {
        self.unknown.is_some()
    }

    /// All values of a dimension, where a film runs along it; `None`: there is no such dimension here, or a request has
    /// chosen its value.
    ///
    /// # Errors
    /// They cannot be written out, and why.
    pub(crate) fn all(&self, name: &str) -> Option<Result<Vec<String>, String>> {
        let dimension = self.animated(name)?;
        let values = match &dimension.axis {
            Some(Ok(axis)) => {
                let past_and_future = axis.last_times(VALUES_MAX).zip(axis.next_times(VALUES_MAX));
                past_and_future.map(|(past, future)| past.iter().chain(&future).map(|t| t.text().to_owned()).collect())
            }
            Some(Err(problem)) => return Some(Err(format!("the values of `{name}` cannot be read: {problem}"))),
            None => ValueAxis::parse(&dimension.extent).values(VALUES_MAX),
        };
        let values = values.filter(|values: &Vec<String>| !values.is_empty());
        Some(values.ok_or_else(|| format!("`{name}` has no single values; name those that the film shall show")))
    }

    /// Takes a film's values, one for each frame. A server that has not said what it offers is asked for them as they are.
    pub(crate) fn animate(&mut self, name: &str, values: &[String], naming: Naming, now: Timestamp) {
        let by_name = Dimension { name: name.to_owned(), ..Dimension::default() };
        let is_asked = self.asked.iter().any(|asked| is_called(&by_name, &asked.name));
        let dimension = match (self.animated(name), &self.unknown) {
            (Some(dimension), _) => dimension.clone(),
            (None, Some(_)) if !is_asked => by_name,
            _ => return,
        };
        let value = |text: &String| match &self.unknown {
            None => choose(&dimension, &AskedValue::Text(text.clone()), false, now),
            Some(why) => Value { asked: Some(text.clone()), used: Used::Unconfirmed(text.clone(), why.clone()) },
        };
        let values = values.iter().map(value).collect();
        self.chosen.retain(|chosen| chosen.name != dimension.name);
        self.chosen.push(Chosen {
            parameter: naming(&dimension),
            units: dimension.symbol(),
            is_run: dimension.is_run(),
            values,
            name: dimension.name,
        });
    }

    /// The dimension that a film runs along, unless a request has chosen its value.
    fn animated(&self, name: &str) -> Option<&Dimension> {
        let dimension = self.offered.iter().find(|dimension| is_called(dimension, name))?;
        (!self.asked.iter().any(|asked| is_called(dimension, &asked.name))).then_some(dimension)
    }

    /// The units of a dimension that is offered here.
    pub(crate) fn units(&self, name: &str) -> Option<String> {
        self.animated(name)?.symbol()
    }

    /// The names of the parameters that are asked for.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.chosen.iter().map(|chosen| chosen.parameter.as_str())
    }

    /// Whether frames differ.
    pub(crate) fn vary(&self) -> bool {
        self.chosen.iter().any(|chosen| chosen.values.len() > 1)
    }

    /// Parameters and values that a frame is asked for.
    ///
    /// # Errors
    /// There are no data for this frame, and why.
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

    /// The run of the forecast that every frame is asked for.
    pub(crate) fn run(&self) -> Option<ValidTime> {
        let run = self.chosen.iter().find(|chosen| chosen.is_run && chosen.values.len() == 1)?;
        ValidTime::parse_kept(run.at(0).used.text()?).ok()
    }

    /// The words for a layer's line; the run has its own.
    pub(crate) fn labels(&self, frame: usize, zone: &Zone) -> Vec<PlannedLabel> {
        let named = self.chosen.iter().filter(|chosen| !chosen.is_run);
        named.filter_map(|chosen| chosen.label(frame, zone)).collect()
    }

    /// The facts for the manifest.
    pub(crate) fn facts(&self, frame: usize) -> Vec<manifest::Dimension> {
        let fact = |chosen: &Chosen| {
            let value = chosen.at(frame);
            manifest::Dimension {
                name: chosen.name.clone(),
                asked: value.asked.clone(),
                used: value.used.text().map(str::to_owned),
                units: chosen.units.clone(),
            }
        };
        self.chosen.iter().map(fact).collect()
    }

    /// What cannot be compared with what the server has, and what of that cannot be read.
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
        let ignored = |dimension: &Dimension| {
            let ignored = dimension.axis.as_ref()?.as_ref().ok()?.ignored()?;
            let message = format!("of the values of {} that the server names, {ignored}", dimension.name);
            Some(Warning::of_layer("axis_entry_ignored", layer, message))
        };
        self.chosen.iter().filter_map(why).chain(self.offered.iter().filter_map(ignored)).collect()
    }
}

impl Chosen {
    /// A dimension that a request names and no server.
    fn unknown(asked: &AskedDimension, used: Used) -> Self {
        let by_name = Dimension { name: asked.name.clone(), ..Dimension::default() };
        let (parameter, is_run) = (by_name.parameter(), by_name.is_run());
        let value = Value { asked: Some(asked.value.text().to_owned()), used };
        Self { name: asked.name.clone(), parameter, units: None, is_run, values: vec![value] }
    }

    fn at(&self, frame: usize) -> &Value {
        &self.values[if self.values.len() > 1 { frame } else { 0 }]
    }

    fn label(&self, frame: usize, zone: &Zone) -> Option<PlannedLabel> {
        let Value { asked, used } = self.at(frame);
        let shown = |text: &str| with_units(&self.name, text, self.units.as_deref(), zone);
        let (text, marked) = match used {
            Used::Confirmed(text) => (shown(text), false),
            Used::Default(text) => (format!("{} (default)", shown(text)), false),
            Used::Nearest(text) => {
                (format!("{}, asked for {}", shown(text), asked.as_deref().unwrap_or_default()), true)
            }
            Used::Unconfirmed(text, _) => (format!("{}, not confirmed", shown(text)), true),
            Used::ServersChoice(_) => (format!("{}: the server's choice", self.name), true),
            Used::Missing(_) => return None,
        };
        Some(PlannedLabel { text, marked })
    }
}

impl AskedValue {
    fn text(&self) -> &str {
        match self {
            Self::Latest => "latest",
            Self::Text(text) => text,
        }
    }
}

/// A value as people read it: `elevation -10 m`.
pub(crate) fn with_units(name: &str, text: &str, units: Option<&str>, zone: &Zone) -> String {
    let name = name.strip_prefix("dim_").or(name.strip_prefix("DIM_")).unwrap_or(name).replace('_', " ");
    match (units, text.parse::<f64>(), ValidTime::parse_kept(text)) {
        (Some(units), ..) => format!("{name} {text} {units}"),
        // A bare year is a number, too.
        (None, Err(_), Ok(time)) => format!("{name} {}", zone.show(&time)),
        (None, ..) => format!("{name} {text}"),
    }
}

/// Whether a request means this dimension; `dim_` before it is the WMS's way to write parameters.
fn is_called(dimension: &Dimension, name: &str) -> bool {
    capabilities::bare_name(&dimension.name).eq_ignore_ascii_case(capabilities::bare_name(name))
}

/// The value of a dimension for one that is asked for.
fn choose(dimension: &Dimension, asked: &AskedValue, nearest: bool, now: Timestamp) -> Value {
    let used = match (&dimension.axis, asked) {
        (Some(Ok(_)), AskedValue::Latest) => match dimension.latest(now) {
            Some(time) => Used::Confirmed(time.text().to_owned()),
            None => Used::Missing(Gap::missing(format!("the server names no {} that has begun", dimension.name))),
        },
        (Some(Ok(axis)), AskedValue::Text(text)) => match ValidTime::parse_kept(text) {
            Err(_) => {
                Used::Missing(Gap::missing(format!("`{text}` is not a time, and `{}` has times", dimension.name)))
            }
            Ok(time) => match (axis.at(time.instant()), axis.nearest(time.instant()).filter(|_| nearest)) {
                (Some(time), _) => Used::Confirmed(time.text().to_owned()),
                (None, Some(time)) => Used::Nearest(time.text().to_owned()),
                (None, None) => missing(dimension, text, &format!("{} to {}", axis.first().text(), axis.last().text())),
            },
        },
        (Some(Err(problem)), asked) => {
            let why = format!("the values that the server names cannot be read: {problem}");
            Used::Unconfirmed(asked.text().to_owned(), why)
        }
        (None, AskedValue::Latest) => {
            let why = format!("`latest` has no meaning for `{}`, which has no times", dimension.name);
            Used::Missing(Gap::missing(why))
        }
        (None, AskedValue::Text(text)) => {
            let axis = ValueAxis::parse(&dimension.extent);
            let near = || text.parse().ok().filter(|_| nearest).and_then(|number| axis.nearest(number));
            match axis.exact(text) {
                Some(text) => Used::Confirmed(text),
                None => near().map_or_else(|| missing(dimension, text, &axis.offer()), Used::Nearest),
            }
        }
    };
    Value { asked: Some(asked.text().to_owned()), used }
}

fn missing(dimension: &Dimension, asked: &str, offer: &str) -> Used {
    Used::Missing(match dimension.is_run() {
        true => Gap::missing(format!("the server does not offer the run {asked}; it offers {offer}")),
        false => {
            let units = dimension.symbol().map(|units| format!(" {units}")).unwrap_or_default();
            let value = format!("{} {asked}{units}", dimension.name);
            let why = format!("no data for {value}; the server offers {offer}");
            Gap::no_data(value, why)
        }
    })
}

/// A value among a request's parameters, where an author may also write what Mapreel cannot compare: lists, intervals and
/// words of the server's own.
fn given_value(dimension: &Dimension, text: String, now: Timestamp) -> Value {
    let is_single = !text.contains([',', '/']);
    let is_time = matches!(&dimension.axis, Some(Ok(_)));
    if is_single && (!is_time || ValidTime::parse_kept(&text).is_ok()) {
        return choose(dimension, &AskedValue::Text(text), false, now);
    }
    let why = if is_single { "it is a word of the server's own" } else { "it is more than one value" };
    Value { asked: Some(text.clone()), used: Used::Unconfirmed(text, why.to_owned()) }
}

/// The value of a dimension that no request names: asked for by name, so that it is the one that is shown. A dimension of one
/// value needs no word, but for the run of a forecast.
fn left_to_the_server(dimension: &Dimension, now: Timestamp) -> Option<Value> {
    let count = match &dimension.axis {
        Some(Ok(axis)) => axis.count(),
        Some(Err(_)) => None,
        None => ValueAxis::parse(&dimension.extent).count(),
    };
    if count.is_some_and(|count| count <= 1) && !dimension.is_run() {
        return None;
    }
    let default = match &dimension.axis {
        Some(Ok(_)) => dimension.default_time(now).map(|time| time.text().to_owned()),
        _ => dimension.default.clone(),
    };
    let used = match default {
        Some(text) => Used::Default(text),
        None => Used::ServersChoice("the request does not name a value, and the server names no default".into()),
    };
    Some(Value { asked: None, used })
}

//! A dimension other than time that a server offers, and the choice of its value.

use super::gap::Gap;
use super::value_axis::ValueAxis;
use jiff::Timestamp;
use mapreel_geo::time::time_error::shortened;
use mapreel_geo::{TimeAxis, ValidTime};
use mapreel_ogc::wms::capabilities::Dimension;
use std::sync::Arc;

/// The most values that are listed for a film along a dimension: more than an operator lets a film have frames, so that the limit on frames
/// refuses a longer list, and no list is cut in silence.
const VALUES_MAX: usize = 100_001;

/// The value that a request asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AskedValue {
    /// The latest of the server's times that is not later than now.
    Latest,
    /// A value.
    Text(String),
}

/// The value of a dimension in a frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub asked: Option<String>,
    pub used: Used,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Used {
    /// The server has this value.
    Confirmed(String),
    /// The nearest value that the server has, in place of the one in the request.
    Nearest(String),
    /// The server's default.
    Default(String),
    /// A value that cannot be compared with the server's values, and the reason. It is sent unchanged.
    Unconfirmed(String, String),
    /// No value is sent, and the server's default is not known; the text is the reason.
    ServersChoice(String),
    /// The server does not have the value.
    Missing(Gap),
}

impl Used {
    /// The value that is sent to the server.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Confirmed(text) | Self::Nearest(text) | Self::Default(text) | Self::Unconfirmed(text, _) => {
                Some(text)
            }
            Self::ServersChoice(_) | Self::Missing(_) => None,
        }
    }
}

/// A dimension that a server offers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offered {
    pub dimension: Arc<Dimension>,
}

/// Why the values of a dimension cannot be listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotListed {
    /// The server's list of values cannot be read.
    #[error("{0}")]
    Unread(String),
    /// The values are a range, or there are none.
    #[error("it has no single values; name those that the film shall show")]
    NotSingle,
}

enum Values<'a> {
    Times(&'a TimeAxis),
    Numbers(ValueAxis<'a>),
    /// The list cannot be read; the text is the reason.
    Unread(String),
}

impl Offered {
    fn values(&self) -> Values<'_> {
        let unread = |problem| Values::Unread(format!("the values that the server names cannot be read: {problem}"));
        match &self.dimension.axis {
            Some(Ok(axis)) => Values::Times(axis),
            Some(Err(problem)) => unread(problem.clone()),
            None => ValueAxis::parse(&self.dimension.extent).map_or_else(unread, Values::Numbers),
        }
    }

    /// All values.
    ///
    /// # Errors
    /// The values cannot be listed; the error tells why.
    pub(crate) fn all(&self) -> Result<Vec<String>, NotListed> {
        let values = match self.values() {
            Values::Times(axis) => {
                let past_and_future = axis.last_times(VALUES_MAX).zip(axis.next_times(VALUES_MAX));
                past_and_future.map(|(past, future)| past.iter().chain(&future).map(|t| t.text().to_owned()).collect())
            }
            Values::Numbers(axis) => axis.values(VALUES_MAX),
            Values::Unread(why) => return Err(NotListed::Unread(why)),
        };
        let values = values.filter(|values: &Vec<String>| !values.is_empty());
        values.ok_or(NotListed::NotSingle)
    }

    /// The server's value for a value in the request.
    pub(crate) fn choose(&self, asked: &AskedValue, nearest: bool, now: Timestamp) -> Value {
        let name = &self.dimension.name;
        let used = match (self.values(), asked) {
            (Values::Times(_), AskedValue::Latest) => match self.dimension.latest(now) {
                Some(time) => Used::Confirmed(time.text().to_owned()),
                None => Used::Missing(Gap::missing(format!("the server names no {name} that has begun"))),
            },
            (Values::Times(axis), AskedValue::Text(text)) => match ValidTime::parse_kept(text) {
                Err(_) => Used::Missing(Gap::missing(format!("`{text}` is not a time, and `{name}` has times"))),
                Ok(time) => match (axis.at(time.instant()), axis.nearest(time.instant()).filter(|_| nearest)) {
                    (Some(time), _) => Used::Confirmed(time.text().to_owned()),
                    (None, Some(time)) => Used::Nearest(time.text().to_owned()),
                    (None, None) => self.missing(text, &format!("{} to {}", axis.first().text(), axis.last().text())),
                },
            },
            (Values::Unread(why), asked) => Used::Unconfirmed(asked.text().to_owned(), why),
            (Values::Numbers(_), AskedValue::Latest) => {
                let why = format!("`latest` has no meaning for `{name}`, which has no times");
                Used::Missing(Gap::missing(why))
            }
            (Values::Numbers(axis), AskedValue::Text(text)) => {
                let near = || text.parse().ok().filter(|_| nearest).and_then(|number| axis.nearest(number));
                match axis.exact(text) {
                    Some(text) => Used::Confirmed(text),
                    None => near().map_or_else(|| self.missing(text, &axis.offer()), Used::Nearest),
                }
            }
        };
        Value { asked: Some(asked.text().to_owned()), used }
    }

    fn missing(&self, asked: &str, offer: &str) -> Used {
        Used::Missing(match self.dimension.is_run() {
            true => Gap::missing(format!("the server does not offer the run {asked}; it offers {offer}")),
            false => {
                let units = self.dimension.symbol().map(|units| format!(" {units}")).unwrap_or_default();
                let value = format!("{} {}{units}", self.dimension.name, shortened(asked));
                let why = format!("no data for {value}; the server offers {offer}");
                Gap::no_data(value, why)
            }
        })
    }

    /// The value in a request's `params`. There the author may also write what Mapreel cannot compare: lists, intervals and
    /// words that only the server knows.
    pub(crate) fn given(&self, text: String, now: Timestamp) -> Value {
        let is_single = !text.contains([',', '/']);
        let is_time = matches!(self.values(), Values::Times(_));
        if is_single && (!is_time || ValidTime::parse_kept(&text).is_ok()) {
            return self.choose(&AskedValue::Text(text), false, now);
        }
        let why = if is_single { "it is a word of the server's own" } else { "it is more than one value" };
        Value { asked: Some(text.clone()), used: Used::Unconfirmed(text, why.to_owned()) }
    }

    /// The value where the request names none: the server's default. It is sent, so that the value that is shown is certain.
    /// A dimension with a single value needs no parameter, except that of forecast runs.
    pub(crate) fn left_to_the_server(&self, now: Timestamp) -> Option<Value> {
        let count = match self.values() {
            Values::Times(axis) => axis.count(),
            Values::Numbers(axis) => axis.count(),
            Values::Unread(_) => None,
        };
        if count.is_some_and(|count| count <= 1) && !self.dimension.is_run() {
            return None;
        }
        let default = match self.values() {
            Values::Times(_) => self.dimension.default_time(now).map(|time| time.text().to_owned()),
            _ => self.dimension.default.clone(),
        };
        let is_offered = |text: &str| match self.values() {
            Values::Numbers(axis) => axis.exact(text).is_some(),
            _ => true,
        };
        let used = match default {
            Some(text) if !is_offered(&text) => {
                Used::Unconfirmed(text, "it is the server's default, and not among the values that it offers".into())
            }
            Some(text) => Used::Default(text),
            None => Used::ServersChoice("the request does not name a value, and the server names no default".into()),
        };
        Some(Value { asked: None, used })
    }
}

impl AskedValue {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Latest => "latest",
            Self::Text(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_that_an_operator_may_allow_is_listed() {
        let all = |extent: &str| {
            let dimension = Dimension { name: "member".into(), extent: extent.into(), ..Dimension::default() };
            Offered { dimension: Arc::new(dimension) }.all().unwrap()
        };
        assert_eq!(all("1/1500/1").len(), 1500);
        assert_eq!(all("1/1000000000/1").len(), VALUES_MAX);
    }
}

//! The choice of a server's time for each frame of a layer.

use super::gap::Gap;
use crate::plan::manifest::Warning;
use jiff::{SignedDuration, Timestamp};
use mapreel_geo::Side;
use mapreel_geo::{TimeAxis, TimeStyle, ValidTime};
use mapreel_ogc::wms::capabilities::Dimension;

/// The time of a layer: the request's choice, and the server's times.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Timing {
    pub asked: AskedTime,
    pub known: ServerTimes,
}

/// How the layer's time in a frame is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AskedTime {
    /// No time is sent: the layer is the same in every frame.
    None,
    /// The time in `params`, for every frame.
    Given(String),
    /// The frame's time, without checking whether the server has it.
    Unchecked,
    /// The server's time that matches the frame's.
    Matched(Matching),
}

/// How a frame's time is matched to the server's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matching {
    pub rule: Rule,
    /// The largest distance from the frame's time.
    pub within: Option<SignedDuration>,
}

/// The rule by which one of the server's times is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Exactly the frame's time.
    Exact,
    /// The time nearest to the frame's.
    Nearest,
    /// The latest time that is not later than the frame's.
    Previous,
}

/// What is known of the server's times for a layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ServerTimes {
    /// The server was not asked.
    NotAsked,
    /// The times are not known; the text is the reason.
    Unknown(String),
    /// The server names no times: the layer is the same at all times.
    NoTimes,
    /// The server's times, and the one that it draws where a request names none.
    Times { axis: TimeAxis, default: Option<ValidTime> },
}

impl ServerTimes {
    /// The times in a dimension.
    pub(crate) fn of(dimension: Option<&Dimension>, now: Timestamp) -> Self {
        let Some(dimension) = dimension else { return Self::NoTimes };
        match &dimension.axis {
            Some(Ok(axis)) => Self::Times { axis: axis.clone(), default: dimension.default_time(now) },
            Some(Err(problem)) => Self::Unknown(format!("the times that the server names cannot be read: {problem}")),
            None => Self::Unknown("the times that the server names are not in ISO 8601".into()),
        }
    }
}

/// Why there are no last or next times.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoTimes {
    /// The times are continuous, without steps.
    #[error("it has data at every moment and not at steps")]
    NotAtSteps,
    /// All times are later than now, or none is.
    #[error("all its times are {word} {end}")]
    OtherSide { word: &'static str, end: String },
    /// The server names no times for the layer.
    #[error("the server names no times for it")]
    NotNamed,
    /// The times are not known; the text is the reason.
    #[error("{0}")]
    Unknown(String),
    /// The server has not been asked.
    #[error("the server has not been asked")]
    NotAsked,
}

impl Timing {
    /// Whether every frame shows the same.
    pub(crate) fn is_fixed(&self) -> bool {
        self.asked.is_fixed() || self.known == ServerTimes::NoTimes
    }

    /// The time that is sent for a frame's time, as the server writes it; `None` where none is sent.
    ///
    /// # Errors
    /// The frame has no data; the gap tells why.
    pub(crate) fn at(&self, time: Option<&ValidTime>, style: &TimeStyle) -> Result<Option<String>, Gap> {
        let text = |time: Option<&ValidTime>| Ok(time.map(|time| time.text().to_owned()));
        let matching = match &self.asked {
            AskedTime::None => return Ok(None),
            AskedTime::Given(given) => return self.given(given, style).map(Some),
            AskedTime::Unchecked => return text(time),
            AskedTime::Matched(matching) => matching,
        };
        match (&self.known, time) {
            (ServerTimes::NoTimes, _) => Ok(None),
            (ServerTimes::Times { default, .. }, None) => text(default.as_ref()),
            (ServerTimes::Times { axis, .. }, Some(time)) => text(Some(&matching.choose(axis, time, style)?)),
            (ServerTimes::Unknown(why), Some(_)) if matching.rule != Rule::Exact => {
                Err(Gap::missing(format!("its times are not known: {why}")))
            }
            (ServerTimes::Unknown(_) | ServerTimes::NotAsked, time) => text(time),
        }
    }

    /// The time in `params`; an error where the server names its times and this one is not among them.
    fn given(&self, given: &str, style: &TimeStyle) -> Result<String, Gap> {
        match (&self.known, ValidTime::parse_kept(given)) {
            (ServerTimes::Times { axis, .. }, Ok(time)) => match axis.at(time.instant()) {
                Some(time) => Ok(time.text().to_owned()),
                None => Err(no_data(axis, &time, style)),
            },
            _ => Ok(given.to_owned()),
        }
    }

    /// Why the time in a frame's label may not be that of its data.
    pub(crate) fn unconfirmed(&self) -> Option<&str> {
        match (&self.known, &self.asked) {
            (
                ServerTimes::Unknown(why),
                AskedTime::Matched(Matching { rule: Rule::Exact, .. }) | AskedTime::Given(_),
            ) => Some(why),
            (ServerTimes::NoTimes, AskedTime::Given(_)) => Some("the server names no times for the layer"),
            (ServerTimes::Times { .. }, AskedTime::Given(given)) if ValidTime::parse_kept(given).is_err() => {
                Some("it is not a single time, and what a server makes of it is not known")
            }
            _ => None,
        }
    }

    /// Whether the time is sent without checking whether the server has it.
    pub(crate) fn is_unchecked(&self) -> bool {
        self.asked == AskedTime::Unchecked
    }

    /// The last or next `count` times of the server.
    ///
    /// # Errors
    /// No time is on that side of now, or the times are not known.
    pub(crate) fn times(&self, side: Side, count: usize) -> Result<Vec<ValidTime>, NoTimes> {
        match &self.known {
            ServerTimes::Times { axis, .. } => {
                let (times, end, word) = match side {
                    Side::Last => (axis.last_times(count), axis.first(), "later than now; it begins at"),
                    Side::Next => (axis.next_times(count), axis.last(), "not later than now; it ends at"),
                };
                match times {
                    None => Err(NoTimes::NotAtSteps),
                    Some(times) if times.is_empty() => Err(NoTimes::OtherSide { word, end: end.rfc3339().to_string() }),
                    Some(times) => Ok(times),
                }
            }
            ServerTimes::NoTimes => Err(NoTimes::NotNamed),
            ServerTimes::Unknown(why) => Err(NoTimes::Unknown(why.clone())),
            ServerTimes::NotAsked => Err(NoTimes::NotAsked),
        }
    }
}

impl AskedTime {
    /// Whether every frame asks for the same time, whatever times the server has.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self, Self::None | Self::Given(_))
    }

    /// Warnings about the times that a server names for a layer: entries that cannot be read and, where the request names
    /// no times, a default that is not among the times.
    pub(crate) fn warnings(
        &self,
        layer: &str,
        dimensions: &[&Dimension],
        is_timeless: bool,
        now: Timestamp,
    ) -> Vec<Warning> {
        if !matches!(self, Self::Matched(_)) {
            return Vec::new();
        }
        let mut warnings = Vec::new();
        for dimension in dimensions.iter().filter(|dimension| dimension.name.eq_ignore_ascii_case("time")) {
            let Some(Ok(axis)) = &dimension.axis else { continue };
            if let Some(ignored) = axis.ignored() {
                let message = format!("of the times that the server names, {ignored}");
                warnings.push(Warning::of_layer("axis_entry_ignored", layer, message));
            }
            let refused = dimension.default_refused().filter(|_| is_timeless);
            if let (Some(why), Some(shown)) = (refused, dimension.default_time(now)) {
                let which = if shown.instant() > now { "its first" } else { "its latest that is not later than now" };
                let message = format!("{why}; shown is {}, {which}", shown.text());
                warnings.push(Warning::of_layer("default_not_offered", layer, message));
            }
        }
        warnings.dedup();
        warnings
    }
}

impl Matching {
    /// The server's time for a frame's time, or the gap where there is none.
    fn choose(&self, axis: &TimeAxis, time: &ValidTime, style: &TimeStyle) -> Result<ValidTime, Gap> {
        let instant = time.instant();
        let chosen = match self.rule {
            Rule::Exact => axis.at(instant),
            Rule::Nearest => axis.nearest(instant),
            Rule::Previous => axis.previous(instant),
        };
        let near =
            |chosen: &ValidTime| self.within.is_none_or(|max| chosen.instant().duration_since(instant).abs() <= max);
        chosen.filter(near).ok_or_else(|| no_data(axis, time, style))
    }
}

/// The gap where an axis has no matching time; it tells which times there are.
fn no_data(axis: &TimeAxis, time: &ValidTime, style: &TimeStyle) -> Gap {
    let nearest = axis.nearest(time.instant()).map(|nearest| format!("; nearest: {}", nearest.text()));
    let (first, last) = (axis.first(), axis.last());
    let offer = format!("the server offers {} to {}", first.text(), last.text());
    let shown = style.show(time);
    let why = format!("no data for {shown}; {offer}{}", nearest.unwrap_or_default());
    Gap::no_data(shown, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(rule: Rule, within: Option<i64>) -> Timing {
        let axis =
            TimeAxis::parse("2020-01-01T00:00:00.000Z/2020-01-02T00:00:00.000Z/PT6H", jiff::Timestamp::UNIX_EPOCH);
        let within = within.map(SignedDuration::from_hours);
        let known = ServerTimes::Times { axis: axis.unwrap(), default: None };
        Timing { asked: AskedTime::Matched(Matching { rule, within }), known }
    }

    fn at(timing: &Timing, time: &str) -> Result<Option<String>, String> {
        timing.at(Some(&ValidTime::parse(time).unwrap()), &TimeStyle::default()).map_err(|gap| gap.why)
    }

    #[test]
    fn exact_takes_no_other_and_says_what_there_is() {
        let exact = timing(Rule::Exact, None);
        assert_eq!(at(&exact, "2020-01-01T06:00Z"), Ok(Some("2020-01-01T06:00:00.000Z".into())));
        let why = at(&exact, "2020-01-01T07:00Z").unwrap_err();
        assert_eq!(
            why,
            "no data for 2020-01-01 07:00 UTC; the server offers 2020-01-01T00:00:00.000Z to 2020-01-02T00:00:00.000Z; \
             nearest: 2020-01-01T06:00:00.000Z"
        );
    }

    #[test]
    fn nearest_and_previous_keep_within_their_limit() {
        let check = |rule, within, time: &str, expected: Option<&str>| {
            let found = at(&timing(rule, within), time).ok().flatten();
            assert_eq!(found.as_deref(), expected, "{time}");
        };
        check(Rule::Nearest, None, "2020-01-01T10:00Z", Some("2020-01-01T12:00:00.000Z"));
        check(Rule::Nearest, None, "2031-01-01", Some("2020-01-02T00:00:00.000Z"));
        check(Rule::Nearest, Some(2), "2020-01-01T10:00Z", Some("2020-01-01T12:00:00.000Z"));
        check(Rule::Nearest, Some(1), "2020-01-01T10:00Z", None);
        check(Rule::Previous, None, "2020-01-01T11:59Z", Some("2020-01-01T06:00:00.000Z"));
        check(Rule::Previous, Some(6), "2020-01-02T06:00Z", Some("2020-01-02T00:00:00.000Z"));
        check(Rule::Previous, Some(6), "2020-01-02T06:01Z", None);
        check(Rule::Previous, None, "2019-12-31", None);
    }

    #[test]
    fn the_last_times_end_with_now_and_the_next_begin_behind_it() {
        let now: Timestamp = "2020-01-01T14:00:00Z".parse().unwrap();
        let times = |extent: &str, side, count| {
            let axis = TimeAxis::parse(extent, now).unwrap();
            let timing = Timing { known: ServerTimes::Times { axis, default: None }, ..timing(Rule::Exact, None) };
            timing
                .times(side, count)
                .map(|times| times.iter().map(|t| t.text()[8..13].to_owned()).collect::<Vec<_>>())
                .map_err(|why| why.to_string())
        };
        let forecast = "2020-01-01T00:00Z/2020-01-05T00:00Z/PT6H";
        assert_eq!(times(forecast, Side::Last, 2), Ok(vec!["01T06".into(), "01T12".into()]));
        assert_eq!(times(forecast, Side::Next, 2), Ok(vec!["01T18".into(), "02T00".into()]));
        let why = "all its times are later than now; it begins at 2021-01-01T00:00:00Z";
        assert_eq!(times("2021-01-01/2021-02-01/P1D", Side::Last, 2), Err(why.into()));
        let why = "all its times are not later than now; it ends at 2019-01-01T00:00:00Z";
        assert_eq!(times("2018,2019", Side::Next, 2), Err(why.into()));
    }

    #[test]
    fn unknown_times_allow_only_exact_matching_and_stay_unconfirmed() {
        let unknown = |rule| Timing { known: ServerTimes::Unknown("status 404".into()), ..timing(rule, None) };
        assert_eq!(at(&unknown(Rule::Exact), "2020-01-01"), Ok(Some("2020-01-01".into())));
        assert_eq!(unknown(Rule::Exact).unconfirmed(), Some("status 404"));
        assert!(at(&unknown(Rule::Nearest), "2020-01-01").is_err());
    }
}

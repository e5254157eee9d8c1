//! Readers that several kinds of layers share.

use crate::dialect::params::check_length;
use crate::request::limits::Limits;
use crate::request::read::Fields;
use crate::resolved::timing::{AskedTime, Matching, Rule};
use crate::schema::given::Given;
use crate::schema::words::words;
use jiff::SignedDuration;
use mapreel_geo::{AxisOrder, Crs};
use mapreel_ogc::ServiceUrl;

/// What the reader of a layer needs from the rest of the request, and from the fields that all kinds have.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub crs: Crs,
    /// Whether the frames have times.
    pub timed: bool,
    pub limits: &'a Limits,
    /// The name of the credential for the layer's server.
    pub credential: Option<&'a str>,
}

/// How the layer's time in a frame is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeChoice {
    Exact,
    Nearest,
    Previous,
    None,
    Unchecked,
}

words! {
    TimeChoice: "exact" => Exact, "nearest" => Nearest, "previous" => Previous, "none" => None, "unchecked" => Unchecked
}

/// The axis order of a server's coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrittenOrder {
    XThenY,
    YThenX,
}

words! { WrittenOrder: "xy" => XThenY, "yx" => YThenX }

impl From<WrittenOrder> for AxisOrder {
    fn from(order: WrittenOrder) -> Self {
        match order {
            WrittenOrder::XThenY => Self::XThenY,
            WrittenOrder::YThenX => Self::YThenX,
        }
    }
}

impl Reader<'_> {
    /// Refuses parameters that make a URL longer than servers read.
    pub(crate) fn check_length(&self, fields: &Fields, url: &ServiceUrl) -> Option<()> {
        check_length(&fields.node, url)
    }

    /// How the layer's time in a frame is chosen: `time` and `within`.
    pub(crate) fn asked_time(&self, time: Given<TimeChoice>, within: Given<SignedDuration>) -> Option<AskedTime> {
        let time = time.and_then(|node, choice| {
            if !self.timed && choice == TimeChoice::Unchecked {
                node.invalid("the request has no `times`", "add `times`");
                return None;
            }
            Some(choice)
        });
        let choice = time.or(TimeChoice::Exact)?;
        let rule = match choice {
            TimeChoice::Nearest => Rule::Nearest,
            TimeChoice::Previous => Rule::Previous,
            _ => Rule::Exact,
        };
        let within = within.and_then(|node, within| {
            if rule == Rule::Exact {
                node.invalid("`within` has no meaning here", "use it with `\"time\": \"nearest\"` or `\"previous\"`");
                return None;
            }
            Some(within)
        });
        let within = within.optional().ok()?;
        Some(match choice {
            TimeChoice::None => AskedTime::None,
            TimeChoice::Unchecked => AskedTime::Unchecked,
            _ => AskedTime::Matched(Matching { rule, within }),
        })
    }

    /// A time among the parameters is the author's choice of one time for all frames.
    pub(crate) fn given_or(&self, asked: AskedTime, url: &ServiceUrl) -> AskedTime {
        url.get("TIME").map_or(asked, |time| AskedTime::Given(time.to_owned()))
    }
}

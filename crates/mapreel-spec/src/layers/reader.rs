//! What kinds of layers read in the same way.

use crate::dialect::dimensions::read_dimensions;
use crate::dialect::params::{check_length, read_params};
use crate::dialect::place::read_crs;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node, Transposed};
use crate::resolved::dimension::AskedDimension;
use crate::resolved::timing::{AskedTime, Matching, Rule};
use jiff::SignedDuration;
use mapreel_geo::time::period::Period;
use mapreel_geo::{AxisOrder, Crs};
use mapreel_ogc::ServiceUrl;

/// What reading a layer takes of the rest of the request, and of the layer's fields that all kinds have.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub crs: Crs,
    /// Whether the frames have times.
    pub timed: bool,
    pub limits: &'a Limits,
    /// The name of the credential that the layer's server is asked with.
    pub credential: Option<&'a str>,
}

impl Reader<'_> {
    /// A CRS by its code, or another where none is given.
    pub(crate) fn crs_or(&self, node: Option<Node>, default: Crs) -> Option<Crs> {
        read_crs(node, default)
    }

    /// Free parameters of a service.
    pub(crate) fn params(&self, node: &Node) -> Option<Vec<(String, String)>> {
        read_params(node)
    }

    /// The same, without those that Mapreel sets itself: their names in lower case, and the field that sets each.
    pub(crate) fn params_besides(&self, node: &Node, ours: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let params = read_params(node)?;
        for (key, _) in &params {
            if let Some((_, field)) = ours.iter().find(|(name, _)| key.eq_ignore_ascii_case(name)) {
                let hint = format!("use {field}");
                node.child(node.json.get(key)?, key).invalid(format!("`{key}` is set by Mapreel"), &hint);
            }
        }
        Some(params)
    }

    /// The values of other dimensions that are asked for: `dimensions`.
    pub(crate) fn dimensions(&self, fields: &Fields) -> Option<Vec<AskedDimension>> {
        fields.optional("dimensions").map_or(Some(Vec::new()), |node| read_dimensions(&node))
    }

    /// Refuses parameters that make a URL longer than servers read.
    pub(crate) fn check_length(&self, fields: &Fields, url: &ServiceUrl) -> Option<()> {
        check_length(&fields.node, url)
    }

    /// Which time a layer is asked for: `time` and `within`.
    pub(crate) fn asked_time(&self, fields: &Fields) -> Option<AskedTime> {
        const WORDS: [&str; 5] = ["exact", "nearest", "previous", "none", "unchecked"];
        let within = fields.optional("within").map(|node| (read_duration(&node), node));
        let word = match fields.optional("time") {
            Some(node) => {
                let word = node.word(&WORDS)?;
                if !self.timed && word == 4 {
                    node.invalid("the request has no `times`", "add `times`");
                    return None;
                }
                word
            }
            None => 0,
        };
        let rule = match word {
            0 => Rule::Exact,
            1 => Rule::Nearest,
            2 => Rule::Previous,
            _ => Rule::Exact,
        };
        if let Some((_, node)) = within.as_ref().filter(|_| !matches!(word, 1 | 2)) {
            node.invalid("`within` has no meaning here", "use it with `\"time\": \"nearest\"` or `\"previous\"`");
            return None;
        }
        let within = within.map(|(within, _)| within).transposed()?;
        Some(match word {
            3 => AskedTime::None,
            4 => AskedTime::Unchecked,
            _ => AskedTime::Matched(Matching { rule, within }),
        })
    }

    /// A time among the parameters is the author's choice of one time for every frame.
    pub(crate) fn given_or(&self, asked: AskedTime, url: &ServiceUrl) -> AskedTime {
        url.get("TIME").map_or(asked, |time| AskedTime::Given(time.to_owned()))
    }

    /// The order in which a server writes coordinates, where it is not that of the CRS.
    pub(crate) fn axis_order(&self, fields: &Fields) -> Option<Option<AxisOrder>> {
        let Some(node) = fields.optional("axis_order") else { return Some(None) };
        Some(Some([AxisOrder::XThenY, AxisOrder::YThenX][node.word(&["xy", "yx"])?]))
    }

    /// An ISO 8601 duration of days and smaller units.
    pub(crate) fn duration(&self, node: &Node) -> Option<SignedDuration> {
        read_duration(node)
    }
}

/// An ISO 8601 duration of days and smaller units.
fn read_duration(node: &Node) -> Option<SignedDuration> {
    let text = node.string()?;
    match Period::parse(text).ok().and_then(|period| period.exact()) {
        Some(duration) => Some(duration),
        None => {
            node.invalid(format!("`{text}` is not a duration"), "an ISO 8601 duration such as PT6H or P1D");
            None
        }
    }
}

//! How a layer of the second dialect is read: what all kinds have, and what several share. What is a kind's own stands in its
//! file in `layers/`.

use super::basemap_overlays::{labels, read_params};
use super::dimensions::read_dimensions;
use super::place::read_crs;
use crate::dimension::AskedDimension;
use crate::json::Json;
use crate::layers::{KINDS, LayerKind};
use crate::period::Period;
use crate::read::{Fields, Node, Transposed};
use crate::request::{Layer, Legend, MissingTiles, OnError, Resampling, Series};
use crate::service_url::ServiceUrl;
use crate::timing::{AskedTime, Matching, Rule};
use crate::{AxisOrder, Crs, Limits};
use jiff::SignedDuration;

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
    pub(super) fn layer(&self, node: &Node, number: usize) -> Option<Layer> {
        let fields = node.fields()?;
        let words = KINDS.each_ref().map(|kind| kind.word);
        let kind = &KINDS[fields.required("type", "what kind of layer it is, such as `wms`")?.word(&words)?];
        let title = fields.optional("title").map(|node| node.text());
        let opacity = fields.optional("opacity").map_or(Some(1.0), |node| node.number(0.0, 1.0));
        let attribution = fields.optional("attribution").map(|node| node.text());
        let labels = fields.optional("labels").map_or(Some(Vec::new()), |node| labels(&node));
        let resampling = fields.optional("resampling").map_or(Some(0), |node| node.word(&["bilinear", "nearest"]));
        let on_error = fields.optional("on_error").map_or(Some(OnError::Mark), |node| read_on_error(&node));
        let credential = if kind.has_address {
            fields.optional("credential").map(|node| read_credential(&node))
        } else {
            let node = fields.unwelcome("credential");
            node.iter().for_each(|node| node.invalid("this layer has no address to ask", "leave it out"));
            None
        };
        // What else is wrong is said although the credential is.
        let reader = Reader { credential: credential.flatten(), ..*self };
        let shown = (kind.read)(&reader, &fields).filter(|_| credential != Some(None));
        let legend = read_legend(&fields, shown.as_deref());
        let missing_tiles = match kind.has_tiles {
            true => fields.optional("missing_tiles").map_or(Some(0), |node| node.word(&["report", "transparent"])),
            false => Some(0),
        };
        fields.finish();
        let shown = shown?;
        let title = title.transposed()?.filter(|title| !title.is_empty());
        let attribution = match attribution.transposed()? {
            None => shown.credit().map(str::to_owned),
            text => text.filter(|text| !text.is_empty()),
        };
        Some(Layer {
            pointer: node.pointer.clone(),
            name: title.clone().unwrap_or_else(|| format!("layer {number} ({})", kind.word)),
            title,
            legend: legend?,
            resampling: [Resampling::Bilinear, Resampling::Nearest][resampling?],
            opacity: opacity? as f32,
            attribution,
            labels: Series::Same(labels?),
            missing_tiles: [MissingTiles::Report, MissingTiles::Transparent][missing_tiles?],
            on_error: on_error?,
            kind: shown,
        })
    }

    /// A CRS by its code, or another where none is given.
    pub(crate) fn crs_or(&self, node: Option<Node>, default: Crs) -> Option<Crs> {
        read_crs(node, default)
    }

    /// Free parameters of a service.
    pub(crate) fn params(&self, node: &Node) -> Option<Vec<(String, String)>> {
        read_params(node)
    }

    /// The values of other dimensions that are asked for: `dimensions`.
    pub(crate) fn dimensions(&self, fields: &Fields) -> Option<Vec<AskedDimension>> {
        fields.optional("dimensions").map_or(Some(Vec::new()), |node| read_dimensions(&node))
    }

    /// Refuses parameters that make a URL longer than servers read.
    pub(crate) fn check_length(&self, fields: &Fields, url: &ServiceUrl) -> Option<()> {
        super::check_length(&fields.node, url)
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

/// The name of a credential: what may stand in the place of a user in a URL as it is.
fn read_credential<'a>(node: &Node<'a>) -> Option<&'a str> {
    let name = node.string()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        node.invalid(
            "this is no name of a credential",
            "a name that the operator has configured, never the secret itself",
        );
        return None;
    }
    Some(name)
}

fn read_on_error(node: &Node) -> Option<OnError> {
    Some([OnError::Mark, OnError::Fail, OnError::Hold][node.word(&["mark", "fail", "hold"])?])
}

/// A URL, `"auto"` for the server's own, or nothing.
fn read_legend(fields: &Fields, shown: Option<&dyn LayerKind>) -> Option<Option<Legend>> {
    let Some(node) = fields.optional("legend") else { return Some(None) };
    match (node.json, shown) {
        (Json::Bool(false), _) => Some(None),
        (Json::Text(text), Some(shown)) if text == "auto" && shown.has_own_legend() => Some(Some(Legend::Auto)),
        (Json::Text(text), Some(_)) if text == "auto" => {
            node.invalid("only a WMS has a legend of its own", "the URL of a picture");
            None
        }
        (_, None) => None,
        _ => node.url().map(|url| Some(Legend::Url(url.to_owned()))),
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

//! Reads the legend of a layer of the second dialect: the server's own, a picture, or classes written by hand.

use crate::layers::layer::LayerKind;
use crate::request::appearance::{HandMadeLegend, Legend};
use crate::request::limits::Limits;
use crate::request::read::Node;
use crate::schema::fields::{Object, fields};
use crate::schema::given::Noted;
use crate::schema::shape::Shape;
use crate::schema::texts::{ColourCode, Shown, address};
use mapreel_ogc::json::Json;
use mapreel_ogc::{ClassLabel, LegendClass};
use serde_json::{Value, json};

fields! {
    /// A legend by hand.
    pub(crate) struct LegendFields {
        /// What stands above it.
        title: Shown, default "the layer's title";
        /// The unit of the labels' values, beside the title.
        unit: Shown;
        /// Its classes, top first.
        classes: Classes, required "a list of `{ \"colour\", \"label\" }`";
    }
}

fields! {
    /// A class of a legend.
    pub(crate) struct LegendClassFields {
        /// Its colour on the map.
        colour: ColourCode, required "a colour such as #1e90ff";
        /// What it means.
        label: Shown, required "what the colour means";
    }
}

/// The most classes of a legend.
const CLASSES_MAX: usize = 64;

/// The classes of a legend.
pub(crate) struct Classes;

impl Shape for Classes {
    type Value = ();

    fn schema(limits: &Limits) -> Value {
        let class = LegendClassFields::schema(limits);
        json!({ "type": "array", "items": class, "minItems": 1, "maxItems": CLASSES_MAX })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<()> {
        node.items(CLASSES_MAX).map(drop)
    }
}

/// A legend: `"none"` or `false`, `"auto"`, the URL of a picture, or an object.
pub(crate) struct LegendChoice;

/// The form of a legend in a request.
pub(crate) enum AskedLegend {
    /// No legend.
    None,
    /// The server's own legend.
    Auto,
    /// The URL of a picture, or an object; `read_legend` reads it.
    Other,
}

impl Shape for LegendChoice {
    type Value = AskedLegend;

    fn schema(limits: &Limits) -> Value {
        json!({ "anyOf": [
            { "const": "auto" },
            { "const": "none" },
            { "const": false },
            address("https://maps.example.org/legend.png"),
            LegendFields::schema(limits),
        ] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<AskedLegend> {
        Some(match node.json {
            Json::Bool(false) => AskedLegend::None,
            Json::Text(text) if text == "none" => AskedLegend::None,
            Json::Text(text) if text == "auto" => AskedLegend::Auto,
            _ => AskedLegend::Other,
        })
    }
}

/// The legend that the request names. `auto` needs a kind whose servers draw legends.
pub(super) fn read_legend(
    node: &Node,
    asked: AskedLegend,
    shown: &dyn LayerKind,
    limits: &Limits,
) -> Result<Option<Legend>, Noted> {
    match (asked, node.json) {
        (AskedLegend::None, _) => Ok(None),
        (AskedLegend::Auto, _) if shown.has_own_legend() => Ok(Some(Legend::Auto)),
        (AskedLegend::Auto, _) => {
            node.invalid("its server draws no legends", "the URL of a picture, or `{ \"classes\": […] }`");
            Err(Noted)
        }
        (AskedLegend::Other, Json::Object(_)) => {
            read_classes(node, limits).map(|legend| Some(Legend::Classes(legend))).ok_or(Noted)
        }
        (AskedLegend::Other, _) => node.url().map(|url| Some(Legend::Url(url.to_owned()))).ok_or(Noted),
    }
}

fn read_classes(node: &Node, limits: &Limits) -> Option<HandMadeLegend> {
    let fields = node.fields()?;
    let LegendFields { title, unit, classes } = LegendFields::read(&fields, limits);
    fields.finish();
    let classes = classes.at().and_then(|at| {
        let classes: Vec<_> = at.node.items(CLASSES_MAX)?.iter().map(|node| read_class(node, limits)).collect();
        classes.into_iter().collect::<Option<Vec<_>>>()
    });
    let (title, unit) = (title.optional().ok()?, unit.optional().ok()?);
    let shown = |text: Option<String>| text.filter(|text| !text.is_empty());
    Some(HandMadeLegend { title: shown(title), unit: shown(unit), classes: classes? })
}

fn read_class(node: &Node, limits: &Limits) -> Option<LegendClass> {
    let fields = node.fields()?;
    let LegendClassFields { colour, label } = LegendClassFields::read(&fields, limits);
    fields.finish();
    let (colour, label) = (colour.value(), label.value());
    let colour = colour?;
    Some(LegendClass { colour: [colour.r, colour.g, colour.b, colour.a], label: ClassLabel::Words(label?) })
}

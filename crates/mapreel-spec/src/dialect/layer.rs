//! Reads a layer of the second dialect: the fields that all kinds have. Each kind reads its own fields, in its file in `layers/`.

use super::legend::{LegendChoice, read_legend};
use super::params::Labels;
use crate::layers::kinds::{KINDS, Kind};
use crate::layers::layer::Layer;
use crate::layers::reader::Reader;
use crate::request::appearance::{MissingTiles, OnError, Resampling};
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::resolved::series::Series;
use crate::schema::fields::{Object, Property, fields, object, property};
use crate::schema::given::{At, Given};
use crate::schema::numbers::Hundredths;
use crate::schema::shape::Shape;
use crate::schema::texts::{CredentialName, Shown};
use serde_json::{Value, json};

fields! {
    /// What every layer has.
    pub(crate) struct LayerFields {
        /// What the layer is called: it gives it a line in the header.
        title: Shown;
        /// 0, invisible, to 1.
        opacity: Hundredths<0, 100>, default "1";
        /// The credit at the foot of the picture.
        attribution: Shown, default "what its source asks for";
        /// Its legend: `auto` for the server's own, the URL of a picture, or classes by hand; `none` or `false` for none.
        legend: LegendChoice, default "none";
        /// Facts that stand behind its title.
        labels: Labels;
        /// What happens where it cannot be drawn: `mark` says so on the frame, `fail` fails the run, `hold` shows the newest of the last
        /// twelve frames' pictures, and says so; an image has none to hold.
        on_error: OnError, default "mark";
        /// How its pictures are laid on a map that they do not fit: with `nearest`, there is no colour that is not in the legend.
        resampling: Resampling, default "bilinear";
    }
}

fields! {
    /// What a layer has that has an address.
    pub(crate) struct AddressedFields {
        /// The name of a secret that the operator has configured for the layer's host.
        credential: CredentialName;
    }
}

fields! {
    /// What a layer of tiles has.
    pub(crate) struct TiledFields {
        /// What it means that the server does not have a tile: `report` names it, `transparent` says that the pyramid has only the tiles in
        /// which there is something.
        missing_tiles: MissingTiles, default "report";
    }
}

/// A list of layers, bottom first.
pub(crate) struct Layers;

impl Shape for Layers {
    type Value = ();

    fn schema(limits: &Limits) -> Value {
        let kinds = KINDS.iter().map(|kind| json!({ "$ref": format!("#/$defs/layer-{}", kind.word) }));
        json!({ "type": "array", "items": { "oneOf": kinds.collect::<Vec<_>>() }, "minItems": 1, "maxItems": limits.layers_max })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<()> {
        node.items(limits.layers_max).map(drop)
    }
}

/// The common fields that a kind of layer has beside its own.
fn common_properties(kind: &Kind, limits: &Limits) -> Vec<Property> {
    let mut properties = LayerFields::properties(limits);
    if !kind.has_own_legend {
        let legend = properties.iter_mut().find(|property| property.name == "legend");
        let choices = legend.and_then(|legend| legend.schema["anyOf"].as_array_mut());
        choices.into_iter().for_each(|choices| choices.retain(|choice| choice["const"] != "auto"));
    }
    if kind.has_tiles {
        properties.extend(TiledFields::properties(limits));
    }
    if kind.has_address {
        properties.extend(AddressedFields::properties(limits));
    }
    properties
}

/// The schema of a layer of a kind.
pub(crate) fn layer_schema(kind: &Kind, limits: &Limits) -> Value {
    let mut properties = vec![property::<KindWord>("type", &["What kind of layer it is."], true, None, limits)];
    properties[0].schema = json!({ "const": kind.word });
    properties.extend((kind.properties)(limits));
    properties.extend(common_properties(kind, limits));
    object(kind.doc.trim(), properties, (kind.rules)())
}

/// The word that names a kind.
struct KindWord;

impl Shape for KindWord {
    type Value = &'static Kind;

    fn schema(_: &Limits) -> Value {
        json!({ "enum": KINDS.each_ref().map(|kind| kind.word) })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<&'static Kind> {
        let words = KINDS.each_ref().map(|kind| kind.word);
        node.found(&words, |word| KINDS.iter().find(|kind| kind.word == word))
    }
}

/// Reads a layer; `number` is its position in the request, from 1.
pub(super) fn read_layer(reader: &Reader<'_>, node: &Node, number: usize) -> Option<Layer> {
    let fields = node.fields()?;
    let kind = KindWord::read(&fields.required("type", "what kind of layer it is, such as `wms`")?, reader.limits)?;
    let read = LayerFields::read(&fields, reader.limits);
    let credential = credential(kind, &fields, reader.limits);
    // A wrong credential does not end the reading: the other problems of the layer are noted, too.
    let name = if let Given::Right(At { value, .. }) = &credential { Some(value.as_str()) } else { None };
    let reader = Reader { credential: name, ..*reader };
    let limits = reader.limits;
    let shown = (kind.read)(&reader, &fields).filter(|_| !matches!(credential, Given::Wrong));
    let legend = match &shown {
        Some(shown) => read.legend.and_then(|node, asked| read_legend(node, asked, shown.as_ref(), limits).ok()),
        None => Given::Wrong,
    };
    let missing_tiles = match kind.has_tiles {
        true => TiledFields::read(&fields, reader.limits).missing_tiles,
        false => Given::Absent,
    };
    fields.finish();
    let shown = shown?;
    let title = read.title.optional().ok()?.filter(|title| !title.is_empty());
    let attribution = match read.attribution.optional().ok()? {
        None => shown.credit().map(str::to_owned),
        text => text.filter(|text| !text.is_empty()),
    };
    Some(Layer {
        pointer: node.pointer.clone(),
        is_named: title.is_some(),
        name: title.clone().unwrap_or_else(|| format!("layer {number} ({})", kind.word)),
        title,
        legend: legend.or(None)?,
        resampling: read.resampling.or_default()?,
        opacity: read.opacity.or(1.0)? as f32,
        attribution,
        labels: Series::Same(read.labels.or_default()?),
        missing_tiles: missing_tiles.or_default()?,
        on_error: read.on_error.or_default()?,
        kind: shown,
    })
}

/// The name of a layer's credential. Kinds without an address have no such field.
fn credential<'a>(kind: &Kind, fields: &Fields<'a>, limits: &Limits) -> Given<'a, String> {
    if kind.has_address {
        return AddressedFields::read(fields, limits).credential;
    }
    let node = fields.unwelcome("credential");
    node.iter().for_each(|node| node.invalid("this layer has no address to ask", "leave it out"));
    Given::Absent
}

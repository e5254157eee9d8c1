//! How a layer of the second dialect is read: what all kinds have. What is a kind's own stands in its file in `layers/`.

use super::params::labels;
use crate::layers::kinds::KINDS;
use crate::layers::layer::{Layer, LayerKind};
use crate::layers::reader::Reader;
use crate::request::appearance::{Legend, MissingTiles, OnError, Resampling};
use crate::request::read::{Fields, Node, Transposed};
use crate::resolved::series::Series;
use mapreel_ogc::json::Json;

/// Reads a layer; `number` counts those of the request from 1.
pub(super) fn read_layer(reader: &Reader<'_>, node: &Node, number: usize) -> Option<Layer> {
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
    let reader = Reader { credential: credential.flatten(), ..*reader };
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

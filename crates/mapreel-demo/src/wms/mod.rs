//! The WMS: versions 1.1.1 (OGC 01-068r3) and 1.3.0 (OGC 06-042).

mod capabilities;
mod exception;
mod get_map;
mod layer_tree;
mod version;

use crate::answer::Answer;
use crate::data::world::World;
use crate::offer::layer::Layer;
use crate::offer::legend_json;
use crate::offer::service::Origin;
use crate::parameters::Parameters;
use crate::picture::{legend, map};
use crate::xml::quoted;
use exception::Exception;
use version::Version;

/// Answers a query.
pub(crate) fn answer(world: &World, query: &str, origin: &Origin) -> Answer {
    let Some(parameters) = Parameters::read(query) else {
        return Exception::new(None, "the query has more than 8192 bytes or 64 parameters").answer(Version::V130);
    };
    let version = Version::of(&parameters);
    of_request(world, &parameters, version, origin).unwrap_or_else(|exception| exception.answer(version))
}

fn of_request(world: &World, asked: &Parameters, version: Version, origin: &Origin) -> Result<Answer, Exception> {
    if let Some(other) = asked.get("SERVICE").filter(|service| !service.eq_ignore_ascii_case("WMS")) {
        return Err(Exception::new(None, format!("this is a WMS, and no {}", quoted(other))));
    }
    let request = asked.get("REQUEST").ok_or_else(|| Exception::missing("REQUEST"))?;
    match request.to_ascii_lowercase().as_str() {
        "getcapabilities" => Ok(capabilities::answer(version, origin)),
        "getmap" => Ok(Answer::png(map::draw(world, &get_map::read(asked, version)?))),
        "getlegendgraphic" => legend_graphic(asked),
        _ => {
            let text = format!(
                "there is no operation {}: GetCapabilities, GetMap and GetLegendGraphic are there",
                quoted(request)
            );
            Err(Exception::new(Some("OperationNotSupported"), text))
        }
    }
}

/// The legend of a style (OGC 05-078r4, 12): as a picture of its own size, or as JSON in the form of GeoServer.
fn legend_graphic(asked: &Parameters) -> Result<Answer, Exception> {
    let name = asked.get("LAYER").ok_or_else(|| Exception::missing("LAYER"))?;
    let layer = Layer::find(name).ok_or_else(|| Exception::no_layer(name))?;
    let style = asked.get("STYLE");
    let style = layer.style(style).ok_or_else(|| Exception::no_style(layer, style.unwrap_or_default()))?;
    let format = asked.get("FORMAT").unwrap_or("image/png");
    match format.to_ascii_lowercase().as_str() {
        "image/png" => Ok(Answer::png(legend::draw(&style.scale))),
        "application/json" => Ok(Answer::document("application/json", legend_json::document(layer, style))),
        _ => Err(Exception::no_format(format, "image/png or application/json")),
    }
}

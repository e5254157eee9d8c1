//! The WMTS 1.0.0 (OGC 07-057r7), by key-value pairs (KVP) and by resources (RESTful).

mod capabilities;
mod exception;
mod get_tile;
mod tile_matrix_set;

use crate::answer::Answer;
use crate::data::world::World;
use crate::offer::service::Origin;
use crate::parameters::Parameters;
use crate::picture::map;
use crate::xml::quoted;
use exception::{Encoding, Exception};
use get_tile::Tile;
use percent_encoding::percent_decode_str;

/// The longest path of a resource that is read, in bytes.
const RESOURCE_BYTES_MAX: usize = 1024;

/// Answers a query (OGC 07-057r7, 8).
pub(crate) fn answer(world: &World, query: &str, origin: &Origin) -> Answer {
    by_parameters(world, query, origin).unwrap_or_else(|exception| exception.answer(Encoding::Parameters))
}

fn by_parameters(world: &World, query: &str, origin: &Origin) -> Result<Answer, Exception> {
    let too_long = || Exception::invalid("REQUEST", "the query has more than 8192 bytes or 64 parameters");
    let asked = Parameters::read(query).ok_or_else(too_long)?;
    if let Some(other) = asked.get("SERVICE").filter(|service| !service.eq_ignore_ascii_case("WMTS")) {
        return Err(Exception::invalid("SERVICE", format!("this is a WMTS, and no {}", quoted(other))));
    }
    let request = asked.get("REQUEST").ok_or_else(|| Exception::missing("REQUEST"))?;
    match request.to_ascii_lowercase().as_str() {
        "getcapabilities" => Ok(capabilities::answer(origin)),
        "gettile" => Ok(Answer::png(map::draw(world, &Tile::of_parameters(&asked)?.picture()?))),
        _ => Err(Exception::no_operation(request)),
    }
}

/// Answers a request for a resource (OGC 07-057r7, 10), by its path after the version.
pub(crate) fn answer_resource(world: &World, path: &str, origin: &Origin) -> Answer {
    let made = || {
        if path == capabilities::RESOURCE {
            return Ok(capabilities::answer(origin));
        }
        let path = if path.len() > RESOURCE_BYTES_MAX { "" } else { path };
        let steps: Vec<_> = path.split('/').map(|step| percent_decode_str(step).decode_utf8_lossy()).collect();
        let tile = Tile::of_resource(&steps)?;
        Ok(Answer::png(map::draw(world, &tile.picture()?)))
    };
    made().unwrap_or_else(|exception: Exception| exception.answer(Encoding::Resources))
}

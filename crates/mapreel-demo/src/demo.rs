//! The demo as a function of a request.

use crate::answer::Answer;
use crate::data::broken_data::BrokenData;
use crate::data::world::World;
use crate::offer::service::Origin;
use crate::{wms, wmts};

/// The services with their data, some ten megabytes. It answers requests one at a time or many at once, and keeps nothing of a request.
pub struct Demo {
    world: World,
}

impl Demo {
    /// Unpacks the data. `land` are the outlines of the land, as `crates/mapreel-render/geography/convert.py` packs them (`50m.bin`): the
    /// caller hands them over, since the program has them already.
    ///
    /// # Errors
    /// The outlines have another form.
    pub fn new(land: &[u8]) -> Result<Self, BrokenData> {
        Ok(Self { world: World::unpack(land)? })
    }

    /// Answers a request for a path below `/demo/`, with the query of its URL without the question mark, both as they were sent, and
    /// the header `Host`, from which the services take their own addresses.
    ///
    /// Whatever a client sends, the answer is a picture, a document, an exception of the service's standard, or 404. A picture of the
    /// longest sides takes about a second; see [`router`](crate::router) for how many are drawn at once.
    pub fn answer(&self, path: &str, query: &str, host: Option<&str>) -> Answer {
        let origin = Origin::of_host(host);
        let resource = path.strip_prefix("/demo/wmts/1.0.0/");
        match (path, resource) {
            ("/demo/wms", _) => wms::answer(&self.world, query, &origin),
            ("/demo/wmts", _) => wmts::answer(&self.world, query, &origin),
            (_, Some(resource)) => wmts::answer_resource(&self.world, resource, &origin),
            _ => Answer { status: 404, media_type: "text/plain", body: b"no such resource\n".to_vec() },
        }
    }
}

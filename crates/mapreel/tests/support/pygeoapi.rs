//! A real pygeoapi, whose pictures a real MapServer draws: collection `field` is the layer of that name in [`super::wms`], as
//! maps; collection `relief` is the layer of that name, as tiles.

use super::{fetch, folder, listening, wms};
use mapreel_testkit::processes::{Companion, free_port};
use mapreel_testkit::repository;
use mapreel_testkit::upstreams::{parameter, serve_all};
use std::sync::OnceLock;
use std::time::Duration;

/// The address of its landing page.
pub fn url() -> &'static str {
    static SERVER: OnceLock<(String, Companion)> = OnceLock::new();
    &SERVER.get_or_init(start).0
}

/// The WMTS from which pygeoapi takes its tiles: MapServer's.
fn wmts() -> String {
    serve_all(|path| {
        let [z, x, y] = ["tileMatrix", "tileCol", "tileRow"].map(|name| parameter(path, name).unwrap_or_default());
        let tile = wms::url().replace("/wms", &format!("/tiles/relief/{z}/{x}/{y}.png"));
        ("200 OK", "Content-Type: image/png\r\n", fetch(&tile))
    })
}

fn start() -> (String, Companion) {
    let (port, file) = (free_port(), folder("pygeoapi").join("pygeoapi.yml"));
    let url = format!("http://127.0.0.1:{port}");
    let resources = RESOURCES.replace("WMS_URL", wms::url()).replace("WMTS_URL", &wmts());
    std::fs::write(&file, SERVER.replace("PORT", &port.to_string()).replace("URL", &url) + &resources).unwrap();
    let program = repository("tools/venv/bin/pygeoapi");
    let program = program.display();
    let command = format!(
        "(export PYGEOAPI_CONFIG=\"$0\" PYGEOAPI_OPENAPI=\"$0.openapi\"; \
         {program} openapi generate \"$0\" --output-file \"$0.openapi\" && exec {program} serve)"
    );
    let server = listening::listening(&command, &file, port, Duration::from_secs(60), "pygeoapi");
    (url, server)
}

/// The smallest configuration that pygeoapi accepts.
const SERVER: &str = "server:
  bind: { host: 127.0.0.1, port: PORT }
  url: URL
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  limits: { default_items: 10, max_items: 10 }
  map: { url: 'http://127.0.0.1/{z}/{x}/{y}', attribution: none }
logging: { level: ERROR }
metadata:
  identification: { title: t, description: d, keywords: [k], keywords_type: theme, terms_of_service: t, url: URL }
  license: { name: none, url: URL }
  provider: { name: p, url: URL }
  contact: { name: n, position: p, address: a, city: c, stateorprovince: s, postalcode: p, country: c, phone: p, fax: f,
    email: e, url: URL, hours: h, instructions: i, role: r }
";

/// The two collections.
const RESOURCES: &str = "resources:
  field:
    type: collection
    title: Field
    description: d
    keywords: [k]
    links: []
    extents:
      spatial: { bbox: [-180, -90, 180, 90], crs: http://www.opengis.net/def/crs/OGC/1.3/CRS84 }
      temporal: { begin: 2018-01-01T00:00:00Z, end: 2018-12-01T00:00:00Z }
    providers:
      - type: map
        name: WMSFacade
        data: WMS_URL
        options: { layer: field, style: '', version: '1.3.0' }
        format: { name: png, mimetype: image/png }
  relief:
    type: collection
    title: Relief
    description: d
    keywords: [k]
    links: []
    extents:
      spatial: { bbox: [-180, -90, 180, 90], crs: http://www.opengis.net/def/crs/OGC/1.3/CRS84 }
    providers:
      - type: tile
        name: WMTSFacade
        data: WMTS_URL/wmts
        options: { wmts_layer: relief, wmts_tile_matrix_set: w, scheme: WebMercatorQuad, zoom: { min: 0, max: 5 } }
        format: { name: png, mimetype: image/png }
";

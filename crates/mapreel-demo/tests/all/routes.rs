//! The services by HTTP.

use crate::support::LAND;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt as _;

fn get(target: &str) -> (StatusCode, String, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let request = Request::get(target).header("host", "maps.example:5005").body(Body::empty()).unwrap();
        let response = mapreel_demo::router(LAND).unwrap().oneshot(request).await.unwrap();
        let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status(), media_type, to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec())
    })
}

#[test]
fn every_route_leads_to_its_service() {
    for (target, expected) in [
        ("/demo/wms?service=WMS&request=GetCapabilities", "text/xml"),
        ("/demo/wms?service=WMS&request=GetCapabilities&version=1.1.1", "application/vnd.ogc.wms_xml"),
        ("/demo/wmts?service=WMTS&request=GetCapabilities", "text/xml"),
        ("/demo/wmts/1.0.0/WMTSCapabilities.xml", "text/xml"),
    ] {
        let (status, media_type, body) = get(target);
        assert_eq!((status, &*media_type), (StatusCode::OK, expected), "{target}");
        assert!(String::from_utf8(body).unwrap().contains("http://maps.example:5005/demo/"), "{target}");
    }
    let (status, media_type, body) =
        get("/demo/wmts/1.0.0/sst/thermal/2018-05-01T00:00:00.000Z/WorldCRS84Quad/0/0/1.png");
    assert_eq!((status, &*media_type, &body[1..4]), (StatusCode::OK, "image/png", &b"PNG"[..]));
    assert_eq!(get("/demo/wmts/1.0.0/sst/thermal/2030/WorldCRS84Quad/0/0/1.png").0, StatusCode::NOT_FOUND);
    assert_eq!(get("/demo/wmts?service=WMTS&request=GetTile").0, StatusCode::BAD_REQUEST);
}

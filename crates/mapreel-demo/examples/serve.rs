//! Serves the demo alone, at `http://127.0.0.1:5055/demo/wms` or at the port that its argument names:
//! `cargo run --release -p mapreel-demo --example serve -- 5055`.

const LAND: &[u8] = include_bytes!("../../mapreel-render/geography/50m.bin");

#[tokio::main]
async fn main() {
    let port = std::env::args().nth(1).map_or(5055, |port| port.parse().expect("the number of a port"));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
    println!("http://127.0.0.1:{port}/demo/wms?SERVICE=WMS&REQUEST=GetCapabilities");
    let router = mapreel_demo::router(LAND).expect("the outlines of this repository");
    axum::serve(listener, router).await.expect("a listener that lasts");
}

//! The demonstration that `mapreel serve --demo` adds: a WMS and a WMTS of real data at `/demo` of the service itself. They are in the
//! catalogue, with films of their layers, and allowed as upstreams; so the page can be tried without a network.

use crate::config::catalogue::{Catalogue, ListedServer, Preset};
use crate::config::config::Config;
use anyhow::Context;
use axum::Router;
use serde_json::value::RawValue;
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The path of the demonstration's routes.
pub(crate) const FOLDER: &str = "/demo/";

/// The URL of the service in the examples; it is replaced by the URL of this process.
const SERVICE_OF_EXAMPLES: &str = "http://127.0.0.1:5005/";
const EXAMPLES: [(&str, &str, &str); 4] = [
    (
        "Two years of the Pacific",
        "A film of 24 months over the date line",
        include_str!("../../../examples/pacific.json"),
    ),
    (
        "The seasons of the sea",
        "The whole world in the projection Equal Earth, 1280 × 720 pixels",
        include_str!("../../../examples/seasons-of-the-sea.json"),
    ),
    (
        "A year of the Atlantic",
        "Upright, as a story for a phone",
        include_str!("../../../examples/atlantic-story.json"),
    ),
    (
        "Hurricane Katrina",
        "A track that grows with time, from the best track of 2005",
        include_str!("../../../examples/katrina-2005.json"),
    ),
];

/// Adds the demonstration to the catalogue, and allows its path, and no other of the service, as an upstream.
///
/// # Errors
/// An example is broken.
pub(crate) fn offer(config: &mut Config, listening: SocketAddr) -> anyhow::Result<()> {
    let address = own_address(listening);
    let Some(demo) = &mut config.demo else { return Ok(()) };
    demo.offer = catalogue(address)?;
    config.catalogue.extend(&demo.offer);
    config.client.egress = config.client.egress.clone().with_own_folder(address, FOLDER);
    Ok(())
}

/// The catalogue of the demonstration.
fn catalogue(address: SocketAddr) -> anyhow::Result<Catalogue> {
    let service = format!("http://{address}/");
    let server = |title: &str, kind: &str, description: &str| ListedServer {
        title: title.into(),
        url: format!("{service}demo/{kind}"),
        kind: Some(kind.into()),
        description: Some(description.into()),
    };
    let servers = vec![
        server("Demonstration (WMS)", "wms", "Sea surface temperature, month by month, 2018 and 2019"),
        server("Demonstration (WMTS)", "wmts", "The same in tiles"),
    ];
    let presets = EXAMPLES.iter().map(|(title, description, request)| {
        let request = request.replace(SERVICE_OF_EXAMPLES, &service);
        let request = RawValue::from_string(request).with_context(|| format!("the example `{title}`"))?;
        Ok(Preset { title: (*title).into(), description: Some((*description).into()), request })
    });
    Ok(Catalogue { servers, presets: presets.collect::<anyhow::Result<_>>()? })
}

/// The routes of the demonstration.
///
/// # Errors
/// The demonstration's data are broken.
pub(crate) fn routes() -> anyhow::Result<Router> {
    mapreel_demo::router(mapreel_render::NATURAL_EARTH_50M).context("the demonstration cannot be shown")
}

/// Prints the URL of the page, and opens it in a browser if the person who started the service has one.
pub(crate) fn show(listening: SocketAddr, opens_browser: bool) {
    let page = format!("http://{}/", own_address(listening));
    println!("The page is at {page}");
    if opens_browser && has_browser() && open::that_detached(&page).is_err() {
        println!("No browser could be opened; open the address yourself.");
    }
}

/// Whether the process runs in a terminal on a desktop.
fn has_browser() -> bool {
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    std::io::stdout().is_terminal() && (has_desktop || cfg!(any(target_os = "macos", windows)))
}

/// The address at which the process can reach its own listener.
fn own_address(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

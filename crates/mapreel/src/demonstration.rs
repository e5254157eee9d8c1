//! What `mapreel serve --demo` adds: a WMS and a WMTS of real data under `/demo` of the service itself, in the catalogue with films of
//! them, and allowed as upstreams; so the page can be tried without any network.

use crate::config::catalogue::{Catalogue, ListedServer, Preset};
use crate::config::config::Config;
use anyhow::Context;
use axum::Router;
use serde_json::value::RawValue;
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where its routes are.
pub(crate) const FOLDER: &str = "/demo/";

/// The service that the examples name.
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

/// Puts the demonstration into the catalogue, and allows its folder, and no other of the service, as an upstream.
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

/// What it offers to begin with.
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

/// Its routes.
///
/// # Errors
/// Its data are broken.
pub(crate) fn routes() -> anyhow::Result<Router> {
    mapreel_demo::router(mapreel_render::NATURAL_EARTH_50M).context("the demonstration cannot be shown")
}

/// Says where the page is, and opens it where there is a browser for the person who started the service.
pub(crate) fn show(listening: SocketAddr, opens_browser: bool) {
    let page = format!("http://{}/", own_address(listening));
    println!("The page is at {page}");
    if opens_browser && has_browser() && open::that_detached(&page).is_err() {
        println!("No browser could be opened; open the address yourself.");
    }
}

/// Whether somebody sits at a terminal of a desktop.
fn has_browser() -> bool {
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    std::io::stdout().is_terminal() && (has_desktop || cfg!(any(target_os = "macos", windows)))
}

/// The address at which the process itself reaches what listens there.
fn own_address(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

//! Mapreel as its users meet it: the program, real servers, real files.
//!
//! - [`api`]: the HTTP API
//! - [`arcgis`]: maps and tiles by the REST API of ArcGIS
//! - [`architecture`]: the crates' edges are those of the drawing
//! - [`jobs`]: lists of jobs, what they know of themselves, what operators see
//! - [`keys`]: who may do what, and whose jobs are whose
//! - [`limits`]: what one client may have
//! - [`mapserver`]: a real WMS, installed and started by the suite
//! - [`bad_input`]: whatever strangers send
//! - [`bounded`]: what no picture decides
//! - [`front_door`]: which hosts, pages and origins a service answers
//! - [`golden`]: accepted pictures
//! - [`films`]: animations, decoded again by another program
//! - [`bounded_drawing`]: what vectors cost, and how soon drawing stops
//! - [`command_line`]: exit codes and what is said
//! - [`connections`]: many, silent, never reading; and health all the same
//! - [`dimensions`]: elevations, runs and members; several layers in one
//! - [`faults`]: the service while processes die, freeze and end
//! - [`misbehaviour`]: upstreams that fail, seen from outside
//! - [`online`]: what `check` says, and what it leaves to the servers
//! - [`ogc_api`]: maps and tiles of a real OGC API
//! - [`page`]: what stands beside the map
//! - [`places`]: drawing that goes on after its job was cancelled, and its slot
//! - [`demonstration`]: everything that newcomers read and try, the collection for clients among it
//! - [`projections`]: GDAL as a witness of places
//! - [`quirks`]: what real servers do that the standards do not say
//! - [`random_axes`]: time axes of any kind, beside a second opinion
//! - [`random_features`]: rings and lines of any width, with shapely as a witness
//! - [`random_maps`]: maps by chance, over two servers
//! - [`registry`]: the EPSG registry as a witness of axes and datums
//! - [`readers`]: large requests that are read, and who need not wait for it
//! - [`sources`]: tiles of every kind, in their place
//! - [`supervision`]: long-lived tasks that panic
//! - [`tiles`]: pyramids as servers really describe them
//! - [`truth`]: every gap named, every time that of the data
//! - [`second_opinion`]: capabilities, read by an independent reader
//! - [`vectors`]: features, and what of a map is off the globe
//! - [`schemathesis`]: requests made from the API's own description

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod api;
mod arcgis;
mod architecture;
mod bad_input;
mod benchmarks;
mod bounded;
mod bounded_drawing;
mod canvas;
mod clock;
mod command_line;
mod connections;
mod demonstration;
mod dimensions;
mod faults;
mod films;
mod front_door;
mod golden;
mod hostile_client;
mod hostile_requests;
mod imports;
mod jobs;
mod keys;
mod legends;
mod limits;
mod mapserver;
mod misbehaviour;
mod ogc_api;
mod online;
mod openapi;
mod page;
mod places;
mod projections;
mod quirks;
mod random_axes;
mod random_features;
mod random_maps;
mod readers;
mod registry;
mod schemathesis;
mod scripts;
mod second_opinion;
mod shape;
mod sources;
mod stored_formats;
mod supervision;
#[allow(dead_code, reason = "shared with the other tests and the benchmarks")]
#[path = "../support/mod.rs"]
mod support;
mod tiles;
mod truth;
mod upstreams;
mod vectors;
mod versions;

//! Mapreel from outside: the program, real servers, real files.
//!
//! - [`api`]: the HTTP API
//! - [`arcgis`]: maps and tiles by the REST API of ArcGIS
//! - [`architecture`]: the dependencies between the crates are those of the drawing
//! - [`jobs`]: lists of jobs, their contents, the views for operators
//! - [`keys`]: the rights of each role, and the owners of jobs
//! - [`limits`]: the limits of one client
//! - [`mapserver`]: a real WMS, installed and started by the suite
//! - [`bad_input`]: invalid requests of every kind
//! - [`bounded`]: limits of memory and time, whatever the pictures
//! - [`front_door`]: the hosts, pages and origins that a service answers
//! - [`golden`]: accepted pictures
//! - [`films`]: animations, decoded by another program
//! - [`bounded_drawing`]: the time to draw vectors, and the time until drawing stops
//! - [`command_line`]: exit codes and messages
//! - [`connections`]: connections that are many, silent or never read, and health checks meanwhile
//! - [`dimensions`]: elevations, runs and members; several WMS layers in one layer
//! - [`faults`]: the service while processes are killed, freeze and end
//! - [`misbehaviour`]: upstreams that fail, seen from outside
//! - [`online`]: what `check` reports, and what only the servers can decide
//! - [`ogc_api`]: maps and tiles of a real OGC API
//! - [`page`]: the page beside the map
//! - [`places`]: drawing that goes on after its job was cancelled, and its slot
//! - [`demonstration`]: every example in the documents and on the page
//! - [`projections`]: GDAL as a witness of places
//! - [`quirks`]: behaviour of real servers that the standards do not describe
//! - [`random_axes`]: random time axes, compared with a second opinion
//! - [`random_features`]: random rings and lines of any width, with shapely as a witness
//! - [`random_maps`]: random maps over two servers
//! - [`registry`]: the EPSG registry as a witness of axis orders and datums
//! - [`readers`]: the reading of large requests, and other requests meanwhile
//! - [`sources`]: tiles of every kind, in the right place
//! - [`supervision`]: long-lived tasks that panic
//! - [`tiles`]: tile pyramids as real servers describe them
//! - [`truth`]: every gap is named, every time is that of the data
//! - [`second_opinion`]: capabilities, read by an independent reader
//! - [`vectors`]: features, and the part of a map off the globe
//! - [`schemathesis`]: requests generated from the API's own description

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

//! The addresses by which servers are asked: a service and its parameters, tile templates, and what of them is secret.

pub mod picture_format;
pub mod secrets;
pub mod service_url;
pub mod tile_address;
pub mod tile_template;

//! The URLs of requests: a service with its parameters, tile templates, and the parts that are secret.

pub mod picture_format;
pub mod secrets;
pub mod service_url;
pub mod tile_address;
pub mod tile_template;

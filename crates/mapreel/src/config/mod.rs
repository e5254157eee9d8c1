//! The settings of the service, and the files and values that they name: credentials, fonts, proxies, origins.

pub(crate) mod catalogue;
pub(crate) mod config;
pub(crate) mod credentials;
pub mod fonts;
pub(crate) mod front_door;
pub(crate) mod origin;
pub(crate) mod problems;
pub(crate) mod proxies;
pub(crate) mod reader;
pub(crate) mod setting;
pub(crate) mod size;
pub(crate) mod values;

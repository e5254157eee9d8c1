//! Upstreams of Mapreel: one guarded HTTP client, and decoding what comes back.
//!
//! ```text
//! URL ──▶ egress ──▶ cache ──▶ gate ──▶ attempt ──▶ judge ──▶ bytes ──▶ decode ──▶ Picture (RGBA8)
//!         may it     one run   per host  bounded     by the
//!         be asked             at most 6 in time     bytes
//!                                        and size
//! ```
//!
//! Fetching is asynchronous and bounded in every direction; decoding is a plain function for the CPU threads.

mod allowed;
mod answer;
mod attempt;
mod axes;
mod broken_document;
mod cache;
mod client;
mod config;
mod connections;
mod credentials;
mod decode;
mod document;
mod egress;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod host_limiter;
mod ports;
mod public;
mod readers;
mod retry;
mod said;
mod scope;
pub mod wms;
pub mod wmts;
mod xml;

pub use allowed::{Allowed, BadAllowed};
pub use answer::{Absence, Wanted};
pub use broken_document::BrokenDocument;
pub use client::{Client, Upstreams};
pub use config::{CAPABILITIES_BYTES_MAX, Config};
pub use credentials::{Credential, Credentials, Secret};
pub use decode::{Picture, Sizes, decode, decode_into};
pub use egress::Egress;
pub use error::Error;
pub use ports::{BadPorts, Ports};

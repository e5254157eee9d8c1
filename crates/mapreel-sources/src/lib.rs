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

mod cache;
mod client;
mod config;
mod decode;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod policy;

pub use client::client::{Client, Upstreams};
pub use config::{CAPABILITIES_BYTES_MAX, Config};
pub use decode::picture::{Picture, Sizes, decode, decode_into};
pub use decode::wanted::{Absence, Wanted};
pub use error::Error;
pub use policy::allowed::{Allowed, BadAllowed};
pub use policy::credentials::{BadCredential, Credential, Credentials, Secret};
pub use policy::egress::Egress;
pub use policy::ports::{BadPorts, Ports};

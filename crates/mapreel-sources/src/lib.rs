//! Upstreams of Mapreel: one guarded HTTP client, and the decoding of its answers.
//!
//! ```text
//! URL ──▶ policy ──▶ cache ──▶ attempts ──▶ decode ──▶ Picture (RGBA8)
//!         may it     one run   a permit of   an answer
//!         be asked             the host,     at all?
//!                              bounded in
//!                              time and size
//! ```
//!
//! Fetching is asynchronous and bounded in every direction; decoding is a plain function for the CPU threads.
//!
//! ```no_run
//! use mapreel_sources::{Client, Config, Wanted};
//!
//! # async fn one_tile() -> Result<(), mapreel_sources::Error> {
//! let client = Client::new(Config::default())?;
//! let bytes = client.get("https://example.org/0/0/0.png", Wanted::Picture).await?;
//! assert!(bytes.len() > 8);
//! # Ok(())
//! # }
//! ```

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
pub use policy::egress::{Egress, OwnFolder};
pub use policy::host_record::HostRecord;
pub use policy::ports::{BadPorts, Ports};

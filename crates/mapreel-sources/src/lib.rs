//! Upstreams of Mapreel: one guarded HTTP client, and decoding what comes back.
//!
//! ```text
//! URL ──▶ cache ──▶ gate ──▶ attempt ──▶ judge ──▶ bytes ──▶ decode ──▶ Picture (RGBA8)
//!         one run    per host  bounded      by the
//!                    at most 6  in time      bytes
//!                              and size
//! ```
//!
//! Fetching is asynchronous and bounded in every direction; decoding is a plain function for the CPU threads.

mod answer;
mod attempt;
mod cache;
mod client;
mod decode;
mod error;
mod gate;
mod retry;

pub use answer::Wanted;
pub use client::{Client, Config, Upstreams};
pub use decode::{Picture, decode, decode_into};
pub use error::Error;

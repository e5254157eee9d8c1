//! Doors for fuzzing: what strangers' bytes meet in here behind functions that ask the network. No part of the library's interface.

use crate::client::attempt;
use crate::decode::answer::{Found, judge};
use crate::decode::wanted::Wanted;
use crate::error::Error;
use crate::policy::egress::Egress;
use std::net::SocketAddr;
use url::Url;

/// Whether a URL may be asked, as far as it alone shows.
pub fn admits(egress: &Egress, url: &Url) -> bool {
    egress.admit(url).is_ok()
}

/// Whether an answer may come from an address.
pub fn admits_peer(egress: &Egress, url: &Url, peer: SocketAddr) -> bool {
    egress.admit_peer(url, Some(peer)).is_ok()
}

/// Whether a body is taken for what was wanted; `false`: for the absence of a tile.
///
/// # Errors
/// It is something else, which the error quotes.
pub fn judged(status: u16, body: &[u8], wanted: Wanted) -> Result<bool, Error> {
    judge("upstream.example", status, body, wanted).map(|found| found == Found::Whole)
}

/// The body behind gzip, or its first bytes, one more than `max` at most.
///
/// # Errors
/// It is not gzip, or broken.
pub fn inflated(body: &[u8], max: usize) -> std::io::Result<Vec<u8>> {
    attempt::inflate(body, max)
}

/// Where a redirect leads.
///
/// # Errors
/// Nowhere that is followed.
pub fn redirected(from: &Url, location: &[u8]) -> Result<Url, Error> {
    attempt::next(from, location)
}

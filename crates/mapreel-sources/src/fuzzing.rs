//! Entry points for fuzzing: the functions that check bytes of strangers, without the network around them. They are not part of the library's
//! interface.

use crate::client::attempt;
use crate::decode::answer::{Found, judge};
use crate::decode::wanted::Wanted;
use crate::error::Error;
use crate::policy::egress::Egress;
use std::net::SocketAddr;
use url::Url;

/// Whether a URL may be asked, without resolving its host name.
pub fn admits(egress: &Egress, url: &Url) -> bool {
    egress.admit(url).is_ok()
}

/// Whether an answer may come from an address.
pub fn admits_peer(egress: &Egress, url: &Url, peer: SocketAddr) -> bool {
    egress.admit_peer(url, Some(peer)).is_ok()
}

/// `true`: the body is what was wanted; `false`: the answer says that there is no tile.
///
/// # Errors
/// The answer is something else; the error quotes it.
pub fn judged(status: u16, body: &[u8], wanted: Wanted) -> Result<bool, Error> {
    judge("upstream.example", status, body, wanted).map(|found| found == Found::Whole)
}

/// The decompressed body (gzip), or its first `max + 1` bytes.
///
/// # Errors
/// The body is not gzip, or broken.
pub fn inflated(body: &[u8], max: usize) -> std::io::Result<Vec<u8>> {
    attempt::inflate(body, max)
}

/// The URL to which a redirect leads.
///
/// # Errors
/// The redirect is not followed.
pub fn redirected(from: &Url, location: &[u8]) -> Result<Url, Error> {
    attempt::next(from, location)
}

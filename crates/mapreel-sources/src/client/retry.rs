//! How long to wait before asking again.

use crate::error::Error;
use std::time::Duration;

/// The first wait is up to this long; each further one up to twice the one before.
const BASE: Duration = Duration::from_millis(200);
/// No wait of our own is longer.
const OWN_MAX: Duration = Duration::from_secs(5);
/// A server that wants to be left alone for longer is not waited for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// The wait before attempt `next` (the second is 2), or `None` when asking again is no use.
///
/// Full jitter: `random` is between 0 and 1. A server's `Retry-After` is obeyed. A server that has used up the time for an
/// answer is not asked again: it has had all of it, and a second start would make a slow server slower.
pub(crate) fn wait(error: &Error, next: u32, attempts_max: u32, random: f64) -> Option<Duration> {
    if next > attempts_max || !error.is_transient() || matches!(error, Error::TimedOut { .. } | Error::LeftAlone { .. })
    {
        return None;
    }
    if let Error::Status { retry_after: Some(asked), .. } | Error::Exception { retry_after: Some(asked), .. } = error {
        return (*asked <= RETRY_AFTER_MAX).then_some(*asked);
    }
    let ceiling = BASE.saturating_mul(1 << (next - 2).min(16)).min(OWN_MAX);
    Some(ceiling.mul_f64(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        Error::Status { host: "h".into(), status, text: String::new(), retry_after }
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        assert_eq!(wait(&status(503, None), 2, 3, 1.0), Some(BASE));
        assert_eq!(wait(&status(503, None), 3, 3, 1.0), Some(BASE * 2));
        assert_eq!(wait(&status(503, None), 4, 3, 1.0), None);
        assert_eq!(wait(&status(404, None), 2, 3, 1.0), None);
        assert_eq!(wait(&Error::BadUrl("x".into()), 2, 3, 1.0), None);
    }

    #[test]
    fn a_server_that_has_had_its_time_is_not_started_again() {
        let slow = Error::TimedOut { host: "h".into(), what: String::new() };
        assert_eq!((wait(&slow, 2, 3, 1.0), slow.is_transient()), (None, true), "a later job may ask it again");
        let unreachable = Error::Unreachable { host: "h".into(), reason: "no connection within 5 s".into() };
        assert_eq!(wait(&unreachable, 2, 3, 1.0), Some(BASE));
    }

    #[test]
    fn retry_after_is_obeyed_unless_it_is_too_long() {
        assert_eq!(wait(&status(429, Some(7)), 2, 3, 0.0), Some(Duration::from_secs(7)));
        assert_eq!(wait(&status(429, Some(3600)), 2, 3, 0.0), None);
    }
}

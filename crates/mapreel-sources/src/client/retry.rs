//! The backoff before a retry.

use crate::error::Error;
use std::time::Duration;

/// The first wait is up to this long; each further one up to twice the one before.
const BASE: Duration = Duration::from_millis(200);
/// The longest backoff; a server's `Retry-After` may be longer.
const OWN_MAX: Duration = Duration::from_secs(5);
/// If a server's `Retry-After` is longer than this, the request is not retried.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// The wait before attempt `next` (the second is 2), or `None` when a retry would not help.
///
/// Full jitter: `random` is between 0 and 1. A server's `Retry-After` is obeyed. After a timeout of the whole answer there is no retry: the
/// same request again would make a slow server slower.
pub(crate) fn wait(error: &Error, next: u32, attempts_max: u32, random: f64) -> Option<Duration> {
    if next > attempts_max || !error.is_transient() || matches!(error, Error::TimedOut { .. } | Error::HostRests { .. })
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
    fn only_transient_errors_are_retried() {
        assert_eq!(wait(&status(503, None), 2, 3, 1.0), Some(BASE));
        assert_eq!(wait(&status(503, None), 3, 3, 1.0), Some(BASE * 2));
        assert_eq!(wait(&status(503, None), 4, 3, 1.0), None);
        assert_eq!(wait(&status(404, None), 2, 3, 1.0), None);
        assert_eq!(wait(&Error::BadUrl("x".into()), 2, 3, 1.0), None);
    }

    #[test]
    fn an_answer_that_timed_out_is_not_retried() {
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

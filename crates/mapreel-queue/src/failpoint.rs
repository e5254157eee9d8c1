//! Places where a test can make the process die, wait or fail: `MAPREEL_FAILPOINT=PLACE=ACTION[,…]`.
//!
//! `kill` ends the process as `kill -9` does, the first time that a thread passes the place; `panic` panics; `sleep` blocks the thread
//! for ever, `sleepN` for N seconds. `ACTION@N` acts only at the Nth time. `PLACE(TEXT)=…` acts only if the title of the request
//! contains that text. Every long-lived task passes a place with the task's name. In release builds these places do nothing.

/// Dies, waits or panics here, if the environment says so.
pub fn hit(place: &str, title: Option<&str>) {
    if cfg!(debug_assertions) {
        imp::hit(place, title.unwrap_or_default());
    }
}

/// Whether `MAPREEL_FAILPOINT` has `PLACE=trip@N` for this pass: then the caller makes a mistake on purpose.
pub fn trips(place: &str) -> bool {
    cfg!(debug_assertions) && imp::trips(place)
}

mod imp {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    struct Point {
        place: String,
        text: String,
        action: String,
        /// `Some(n)`: the action happens only at the nth pass.
        at: Option<usize>,
        hits: AtomicUsize,
    }

    fn points() -> &'static [Point] {
        static POINTS: OnceLock<Vec<Point>> = OnceLock::new();
        POINTS.get_or_init(|| {
            let setting = std::env::var("MAPREEL_FAILPOINT").unwrap_or_default();
            setting
                .split(',')
                .filter_map(|point| point.split_once('='))
                .map(|(place, action)| parse(place, action))
                .collect()
        })
    }

    fn parse(place: &str, action: &str) -> Point {
        let (place, text) = place.split_once('(').unwrap_or((place, ""));
        let (action, at) = match action.split_once('@') {
            Some((action, at)) => (action, at.parse().ok()),
            // `kill` cannot happen twice, and `trip` must not.
            None => (action, matches!(action, "kill" | "trip").then_some(1)),
        };
        Point {
            place: place.to_owned(),
            text: text.trim_end_matches(')').to_owned(),
            action: action.to_owned(),
            at,
            hits: AtomicUsize::new(0),
        }
    }

    pub(super) fn hit(place: &str, title: &str) {
        for point in points().iter().filter(|point| point.place == place && title.contains(&point.text)) {
            let time = point.hits.fetch_add(1, Ordering::SeqCst) + 1;
            if point.at.is_some_and(|at| at != time) {
                continue;
            }
            match (&*point.action, point.action.strip_prefix("sleep")) {
                (_, Some(seconds)) => std::thread::sleep(Duration::from_secs(seconds.parse().unwrap_or(3600))),
                ("panic", _) => panic!("failpoint `{place}`"),
                _ => kill(),
            }
        }
    }

    pub(super) fn trips(place: &str) -> bool {
        let mut tripping = points().iter().filter(|point| point.place == place && point.action == "trip");
        tripping.any(|point| point.hits.fetch_add(1, Ordering::SeqCst) + 1 == point.at.unwrap_or(1))
    }

    fn kill() -> ! {
        // SAFETY: it only sends a signal to this process, which ends it.
        #[cfg(unix)]
        unsafe {
            libc::raise(libc::SIGKILL);
        }
        std::process::abort()
    }
}

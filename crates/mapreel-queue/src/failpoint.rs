//! Places where a test can make the process die, wait or fail: `MAPREEL_FAILPOINT=PLACE=ACTION[,…]`.
//!
//! `kill` ends the process as `kill -9` does; `kill@N` does so at the Nth time; `sleep` stays there for ever; `panic`
//! panics. `PLACE(TEXT)=…` only where the title of the request has that text. In release builds there are no such places.

/// Dies, waits or fails here, if the environment says so.
pub fn hit(place: &str, title: Option<&str>) {
    if cfg!(debug_assertions) {
        imp::hit(place, title.unwrap_or_default());
    }
}

/// Whether this is the time at which `PLACE=trip@N` asks for something to be done wrong here.
pub fn trips(place: &str) -> bool {
    cfg!(debug_assertions) && imp::trips(place)
}

mod imp {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Point {
        place: String,
        text: String,
        action: String,
        at: usize,
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
        let (action, at) = action.split_once('@').unwrap_or((action, "1"));
        Point {
            place: place.to_owned(),
            text: text.trim_end_matches(')').to_owned(),
            action: action.to_owned(),
            at: at.parse().unwrap_or(1),
            hits: AtomicUsize::new(0),
        }
    }

    pub(super) fn hit(place: &str, title: &str) {
        for point in points().iter().filter(|point| point.place == place && title.contains(&point.text)) {
            if point.hits.fetch_add(1, Ordering::SeqCst) + 1 != point.at && point.action == "kill" {
                continue;
            }
            match &*point.action {
                "sleep" => std::thread::sleep(std::time::Duration::from_secs(3600)),
                "panic" => panic!("failpoint `{place}`"),
                _ => kill(),
            }
        }
    }

    pub(super) fn trips(place: &str) -> bool {
        let mut tripping = points().iter().filter(|point| point.place == place && point.action == "trip");
        tripping.any(|point| point.hits.fetch_add(1, Ordering::SeqCst) + 1 == point.at)
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

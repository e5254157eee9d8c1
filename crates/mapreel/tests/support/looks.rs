//! Drawing within this process, and how often it checks its stop token.

use mapreel_render::{Canvas, FramePictures, Painter, Scene, Stop, Stopped};
use mapreel_spec::{Limits, PageContent, Plan, Resolved, View, parse_request};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Processor time of this thread so far, in milliseconds.
pub fn cpu_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: clock_gettime fills the struct that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Counts and times the checks of a stop token by one thread.
#[derive(Default)]
pub struct Looks {
    count: AtomicU64,
    /// The number of the check at which drawing is to stop; 0: never.
    last: AtomicU64,
    is_stopped: AtomicBool,
    before_us: AtomicU64,
    longest_us: AtomicU64,
}

impl Looks {
    /// A token that never stops.
    pub fn watching() -> Arc<Self> {
        let looks = Self::default();
        looks.before_us.store(now_us(), Ordering::Relaxed);
        Arc::new(looks)
    }

    /// A token that stops at the check with this number.
    pub fn stopping_at(look: u64) -> Arc<Self> {
        let looks = Self::watching();
        looks.last.store(look, Ordering::Relaxed);
        looks
    }

    /// The token.
    pub fn stop(self: &Arc<Self>) -> Stop {
        let looks = self.clone();
        Stop::when(move || looks.look())
    }

    fn look(&self) -> bool {
        self.pause();
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let last = self.last.load(Ordering::Relaxed);
        let stops = last > 0 && count >= last;
        self.is_stopped.fetch_or(stops, Ordering::Relaxed);
        stops
    }

    /// Ends the present interval without a check: at a check, or at the end.
    pub fn pause(&self) {
        let now = now_us();
        self.longest_us.fetch_max(now - self.before_us.swap(now, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The number of checks.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// The longest processor time without a check, in milliseconds.
    pub fn longest_ms(&self) -> f64 {
        self.longest_us.load(Ordering::Relaxed) as f64 / 1e3
    }
}

fn now_us() -> u64 {
    (cpu_ms() * 1e3) as u64
}

/// The plan of a request without servers; its cost has no limit.
pub fn plan(request: &str) -> Arc<Plan> {
    let limits = Limits { cost_mpx_max: u64::MAX, ..Limits::default() };
    let request = parse_request(request.as_bytes(), &limits).expect("valid");
    let (resolved, view) = (Resolved::unasked(&request), View::of(&request));
    let content = PageContent::of(&resolved, view, &limits).expect("valid");
    let (fonts, stop, room) = (mapreel_render::Fonts::bundled(), Stop::never(), view.room_of(&resolved));
    let layout = mapreel_render::measure(&content, &room, &resolved.area, &[], &fonts, &stop).expect("never stopped");
    Arc::new(Plan::new(&resolved, view, content, layout, &limits).expect("valid"))
}

/// The scene of a plan without pictures.
pub fn scene(plan: Arc<Plan>, stop: &Stop) -> Result<Scene, Stopped> {
    let nothing: FramePictures = plan.layers.iter().map(|_| None).collect();
    Scene::new(plan, nothing, &[], &mapreel_render::Fonts::bundled(), stop)
}

/// The first frame of a plan without pictures.
pub fn first_frame(plan: &Arc<Plan>, stop: &Stop) -> Result<Canvas, Stopped> {
    let scene = scene(plan.clone(), stop)?;
    let nothing = scene.plan().layers.iter().map(|_| None).collect();
    Painter::new(&scene, stop.clone()).draw(0, &nothing).cloned()
}

/// A request with one GeoJSON layer.
pub fn geojson(map: &str, style: &str, geometry: &str) -> String {
    format!(
        r#"{{ "map": {{ {map} }}, "layers": [{{ "type": "geojson", "style": {{ {style} }}, "data": {geometry} }}] }}"#
    )
}

/// Random places within west, south, east, north, as GeoJSON coordinates.
pub fn places(count: usize, [west, south, east, north]: [f64; 4]) -> String {
    let mut state = 20_261_125u64;
    let mut next = |low: f64, high: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * (state >> 40) as f64 / (1u64 << 24) as f64
    };
    let places: Vec<String> =
        (0..count).map(|_| format!("[{:.4},{:.4}]", next(west, east), next(south, north))).collect();
    places.join(",")
}

/// A line through this number of random places.
pub fn line(count: usize, bounds: [f64; 4]) -> String {
    format!(r#"{{ "type": "LineString", "coordinates": [{}] }}"#, places(count, bounds))
}

/// A ring through this number of random places.
pub fn ring(count: usize, bounds: [f64; 4]) -> String {
    let places = places(count, bounds);
    let first = places.split_inclusive(']').next().expect("one place");
    format!(r#"{{ "type": "Polygon", "coordinates": [[{places},{first}]] }}"#)
}

/// This number of random points.
pub fn points(count: usize, bounds: [f64; 4]) -> String {
    format!(r#"{{ "type": "MultiPoint", "coordinates": [{}] }}"#, places(count, bounds))
}

//! Rectangles of longitude and latitude that hold everything a map shows, and in which its projection is continuous.
//!
//! Rings are cut at these rectangles before they are projected. Then no projected edge can leap over the map, and a ring round
//! a pole or round the world is closed along the edges of the rectangle. One of three things happens at a rectangle's outer
//! meridians: the projection is cut there (Equal Earth); or it goes on (polar ones: no cut shows, because both sides end at the
//! same pixels); or its antipode lies there, the point opposite to its centre, which azimuthal projections draw as a circle.

use super::plane::{Plane, distance};
use mapreel_spec::geojson::Position;

/// How far outside the map anything is drawn, in pixels: farther than any line is wide.
pub(crate) const NEIGHBOURHOOD_PX: f64 = 200.0;
/// Places looked at along each side of the map.
const GRID: u32 = 32;
/// How far from a cut its two sides are drawn, in degrees.
const CUT_DEG: f64 = 1e-7;
/// The antipode lies where a step along the outer meridian is so many times the usual one.
const LEAP: f64 = 20.0;

/// A rectangle of degrees in which the projection is continuous.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    /// West, south, east, north.
    pub degrees: [f64; 4],
    /// Places nearer to an edge than this are moved so far inside.
    inset_deg: f64,
    /// The latitudes on the outer meridians between which the projection is undefined, around its antipode. Places between
    /// them are moved aside, so that an edge goes around the antipode.
    antipode: Option<[f64; 2]>,
}

impl Window {
    fn new(degrees: [f64; 4]) -> Self {
        Self { degrees, inset_deg: 0.0, antipode: None }
    }

    /// The place, moved as far inside as the window requires.
    pub(crate) fn inside(&self, [lon, lat]: Position) -> Position {
        let [west, south, east, north] = self.degrees;
        let beside = match self.antipode {
            // The nearer a place is to the antipode, the farther inside it is moved: without a leap.
            Some([low, high]) if (low..=high).contains(&lat) => {
                let depth = (high - low) / 2.0 - (lat - (low + high) / 2.0).abs();
                depth / lat.to_radians().cos().max(0.01)
            }
            _ => 0.0,
        };
        let beside = beside.max(self.inset_deg);
        let held = |value: f64, low: f64, high: f64, inset: f64| value.max(low + inset).min(high - inset);
        if beside == 0.0 {
            [lon, lat]
        } else {
            [held(lon, west, east, beside), held(lat, south, north, self.inset_deg)]
        }
    }
}

/// What a map shows, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    /// West, south, east, north.
    pub degrees: [f64; 4],
    /// All longitudes are seen, or may be.
    pub round: bool,
    /// A part of the map is off the globe.
    off_globe: bool,
}

impl Seen {
    /// No pixel of the map is on the globe.
    pub(crate) fn is_nothing(&self) -> bool {
        let [west, south, east, north] = self.degrees;
        !(west <= east && south <= north)
    }
}

/// What the map shows, and so many pixels around it.
pub(crate) fn seen(plane: &Plane, margin_px: f64) -> Seen {
    let [width, height] = plane.size();
    let middle = plane.place([width / 2.0, height / 2.0]).map_or(plane.central_meridian(), |[lon, _]| lon);
    let at = |i: u32, side: f64| -margin_px + (side + 2.0 * margin_px) * f64::from(i) / f64::from(GRID);
    let [mut west, mut south, mut east, mut north] = [f64::INFINITY, f64::INFINITY, -f64::INFINITY, -f64::INFINITY];
    let mut off_globe = false;
    for pixel in (0..=GRID).flat_map(|row| (0..=GRID).map(move |column| [at(column, width), at(row, height)])) {
        let Some([lon, lat]) = plane.place(pixel) else {
            off_globe = true;
            continue;
        };
        // Beyond the world's edge a cylindrical projection goes on; any other has all of its longitudes within 360 degrees.
        let lon = if plane.is_cylindrical() { lon } else { lon - ((lon - middle) / 360.0).round() * 360.0 };
        (west, east) = (west.min(lon), east.max(lon));
        (south, north) = (south.min(lat), north.max(lat));
    }
    if plane.is_cylindrical() {
        // Latitudes end at the poles, also where the map goes on beyond them.
        let [south, north] = [at(GRID, height), at(0, height)].map(|y| plane.place([0.0, y]).map(|[_, lat]| lat));
        return Seen { degrees: [west, south.unwrap_or(-90.0), east, north.unwrap_or(90.0)], round: false, off_globe };
    }
    let on_map = |[x, y]: [f64; 2]| {
        (-margin_px..=width + margin_px).contains(&x) && (-margin_px..=height + margin_px).contains(&y)
    };
    let [south_pole, north_pole] =
        [-90.0, 90.0].map(|lat| plane.pixel([plane.central_meridian(), lat]).is_some_and(on_map));
    let round = off_globe || north_pole || south_pole || east - west > 300.0;
    // Between the sampled places a curved parallel may reach a little farther.
    let slack = (north - south).max(0.0) / 16.0;
    let south = if south_pole { -90.0 } else { (south - slack).max(-90.0) };
    let north = if north_pole { 90.0 } else { (north + slack).min(90.0) };
    let middle = plane.central_meridian();
    let [west, east] = if round { [middle - 180.0, middle + 180.0] } else { [west, east] };
    Seen { degrees: [west, south, east, north], round, off_globe }
}

/// The windows of everything that is drawn on a map.
pub(crate) fn of(plane: &Plane) -> Vec<Window> {
    let seen = seen(plane, NEIGHBOURHOOD_PX);
    if seen.is_nothing() {
        return Vec::new();
    }
    if !seen.round {
        return vec![Window::new(seen.degrees)];
    }
    let [west, south, east, north] = seen.degrees;
    let within = (south.max(-90.0) + north.min(90.0)) / 2.0;
    let [south, north] = if seen.off_globe { [-90.0, 90.0] } else { [south, north] };
    let [south, north] = [south, north].map(|lat| reached(plane, within, lat));
    if folds(plane) {
        return unfolded(plane.central_meridian(), south, north);
    }
    vec![whole(plane, [west, south, east, north])]
}

/// The last latitude on the way to `lat` at which the projection is defined and its pixel lies within a multiple of the map's size:
/// a pole may be infinitely far away.
fn reached(plane: &Plane, within: f64, lat: f64) -> f64 {
    let [width, height] = plane.size();
    let far = 50.0 * (width + height);
    let holds =
        |lat: f64| plane.pixel([plane.central_meridian(), lat]).is_some_and(|[x, y]| x.abs() < far && y.abs() < far);
    if holds(lat) {
        return lat;
    }
    let (mut good, mut bad) = (within, lat);
    for _ in 0..40 {
        let middle = (good + bad) / 2.0;
        if holds(middle) { good = middle } else { bad = middle }
    }
    good
}

/// The window of all 360 degrees. Its outer meridians are followed, to find out what the projection does there.
fn whole(plane: &Plane, degrees: [f64; 4]) -> Window {
    const STEPS: usize = 180;
    let [west, south, east, north] = degrees;
    let lat = |i: usize| south + (north - south) * i as f64 / STEPS as f64;
    let along = |lon: f64| (0..=STEPS).map(|i| plane.pixel([lon, lat(i)])).collect::<Vec<_>>();
    let (western, eastern) = (along(west + CUT_DEG), along(east - CUT_DEG));
    let steps: Vec<_> = eastern.windows(2).map(|pair| Some(distance(pair[0]?, pair[1]?))).collect();
    let mut known: Vec<f64> = steps.iter().flatten().copied().collect();
    known.sort_by(f64::total_cmp);
    let usual = known.get(known.len() / 2).copied().unwrap_or(f64::INFINITY);
    let is_leap = |step: &Option<f64>| step.is_none_or(|step| step > LEAP * usual);
    let leap = steps.iter().position(is_leap).zip(steps.iter().rposition(is_leap));
    let antipode = leap.map(|(first, last)| around_leap(plane, east - CUT_DEG, lat(first), lat(last + 1)));
    let goes_on = |i: usize| match (western[i], eastern[i]) {
        (Some(a), Some(b)) => distance(a, b) < 1.0,
        _ => true,
    };
    let inset_deg = if (0..=STEPS).all(goes_on) { 0.0 } else { CUT_DEG };
    Window { degrees, inset_deg, antipode }
}

/// The latitudes on a meridian between which the projection leaps or is undefined, searched from `low` to `high`. The interval is
/// made four times as wide.
fn around_leap(plane: &Plane, lon: f64, mut low: f64, mut high: f64) -> [f64; 2] {
    let at = |lat: f64| plane.pixel([lon, lat]);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        match (at(low), at(middle), at(high)) {
            (Some(a), Some(m), Some(b)) if distance(a, m) < distance(m, b) => low = middle,
            (Some(_), Some(_), Some(_)) => high = middle,
            _ => {
                low = last_defined(plane, lon, low, middle);
                high = last_defined(plane, lon, high, middle);
                break;
            }
        }
    }
    let (middle, half) = ((low + high) / 2.0, ((high - low) / 2.0).max(1e-4) * 4.0);
    [middle - half, middle + half]
}

/// The last latitude of a meridian, on the way from `good` to `bad`, at which the projection is defined (bisection).
fn last_defined(plane: &Plane, lon: f64, mut good: f64, mut bad: f64) -> f64 {
    for _ in 0..40 {
        let middle = (good + bad) / 2.0;
        if plane.pixel([lon, middle]).is_some() { good = middle } else { bad = middle }
    }
    good
}

/// Whether the far side of the globe is cut along the equator, as transverse Mercator has it.
fn folds(plane: &Plane) -> bool {
    let beside = |lat: f64| plane.pixel([plane.central_meridian() + 135.0, lat]);
    match (beside(1e-6), beside(-1e-6)) {
        (Some(a), Some(b)) => distance(a, b) * plane.degrees_per_pixel() > 45.0,
        _ => true,
    }
}

/// The near side of the globe, and the far side beyond each pole.
fn unfolded(middle: f64, south: f64, north: f64) -> Vec<Window> {
    let window = |degrees| Window { inset_deg: CUT_DEG, ..Window::new(degrees) };
    let near = window([middle - 90.0, south, middle + 90.0, north]);
    let beyond = [-180.0, 90.0].into_iter().flat_map(|side| {
        let (west, east) = (middle + side, middle + side + 90.0);
        [[west, 0.0f64.max(south), east, north], [west, south, east, 0.0f64.min(north)]]
    });
    let beyond = beyond.filter(|[_, south, _, north]| south < north).map(window);
    std::iter::once(near).chain(beyond).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::{Bbox, Crs, Extent};

    fn windows(code: &str, bbox: [f64; 4]) -> Vec<Window> {
        of(&Plane::new(&Extent { crs: Crs::parse(code).unwrap(), bbox: Bbox::new(bbox), width: 300, height: 300 }))
    }

    #[test]
    fn the_outer_meridians_are_cut_or_go_on_as_the_projection_does() {
        let polar = windows("EPSG:3413", [-4e6, -4e6, 4e6, 4e6]);
        assert_eq!((polar.len(), polar[0].inset_deg, polar[0].antipode), (1, 0.0, None));
        assert_eq!((polar[0].degrees[0], polar[0].degrees[3]), (-225.0, 90.0));
        let equal_earth = windows("EPSG:8857", [-18e6, -18e6, 18e6, 18e6]);
        assert_eq!((equal_earth[0].inset_deg, equal_earth[0].antipode), (CUT_DEG, None));
        assert_eq!(equal_earth[0].degrees, [-180.0, -90.0, 180.0, 90.0]);
        let azimuthal = windows("EPSG:3035", [-9e6, -10e6, 17.6e6, 16.6e6]);
        let [low, high] = azimuthal[0].antipode.unwrap();
        assert!(low < -52.0 && -52.0 < high && high - low < 0.6, "{low} {high}");
        assert_eq!(azimuthal[0].inset_deg, 0.0);
    }

    #[test]
    fn a_map_within_the_globe_has_a_window_of_its_own_size() {
        let [west, south, east, north] = windows("EPSG:32633", [3e5, 5e6, 7e5, 5.4e6])[0].degrees;
        assert!(west > 2.0 && east < 28.0 && south > 40.0 && north < 55.0);
    }

    #[test]
    fn transverse_mercator_is_unfolded_where_the_far_side_may_be_seen() {
        assert_eq!(windows("EPSG:32633", [-2e6, 5e6, 3e6, 1.2e7]).len(), 5);
    }
}

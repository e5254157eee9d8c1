//! A rectangle in the units of a CRS.

use super::axes::AxisOrder;
use super::crs::Crs;

/// Steps along each edge of a box that is converted to another CRS.
const GRID: u32 = 128;

/// West, south, east and north edges, in the units of a CRS; x always before y, and min below max.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(into = "[f64; 4]", from = "[f64; 4]")]
pub struct Bbox {
    /// West edge.
    pub min_x: f64,
    /// South edge.
    pub min_y: f64,
    /// East edge; beyond the edge of the world where the box crosses the date line.
    pub max_x: f64,
    /// North edge.
    pub max_y: f64,
}

impl Bbox {
    /// Whether two boxes of a CRS have an area in common, on whichever side of the date line they are written.
    pub fn touches(&self, other: &Self, crs: Crs) -> bool {
        self.common(other, crs) > 0.0
    }

    /// The area that two boxes of a CRS have in common, in its units squared, on whichever side of the date line they are
    /// written.
    pub fn common(&self, other: &Self, crs: Crs) -> f64 {
        let along = |a: [f64; 2], b: [f64; 2]| (a[1].min(b[1]) - a[0].max(b[0])).max(0.0);
        let height = along([self.min_y, self.max_y], [other.min_y, other.max_y]);
        let width = |shift: f64| along([self.min_x + shift, self.max_x + shift], [other.min_x, other.max_x]);
        let world = crs.world_width().unwrap_or_default();
        height * [-2.0, -1.0, 0.0, 1.0, 2.0].map(|k| width(k * world)).into_iter().fold(0.0, f64::max)
    }

    /// The box of `[min_x, min_y, max_x, max_y]`.
    pub const fn new([min_x, min_y, max_x, max_y]: [f64; 4]) -> Self {
        Self { min_x, min_y, max_x, max_y }
    }

    /// The width in the CRS's units.
    pub fn width(&self) -> f64 {
        self.max_x - self.min_x
    }

    /// The height in the CRS's units.
    pub fn height(&self) -> f64 {
        self.max_y - self.min_y
    }

    /// The smallest box of another CRS that holds the same area; `None` where nothing of it is in the other CRS.
    ///
    /// Exact between cylindrical CRSs. Otherwise the box is found from a grid of points, and from the poles where they lie
    /// in the box. Such a box may be slightly too small at a curved edge. Its longitudes lie within 180 degrees of the
    /// middle of the area, or are all longitudes where the area surrounds a pole.
    pub fn convert(&self, from: Crs, to: Crs) -> Option<Self> {
        if from == to {
            return Some(*self);
        }
        if from.is_cylindrical() && to.is_cylindrical() {
            let [min_x, min_y] = to.forward(from.inverse([self.min_x, self.min_y])?)?;
            let [max_x, max_y] = to.forward(from.inverse([self.max_x, self.max_y])?)?;
            return Some(Self { min_x, min_y, max_x, max_y });
        }
        let places = self.grid().map(|[x, y]| from.inverse([x, y]));
        if !to.is_cylindrical() {
            return Self::around(places.flatten().filter_map(|place| to.forward(place)));
        }
        let degrees = self.degrees_of(from, places.collect())?;
        let max = to.latitude_max();
        let held = Self { min_y: degrees.min_y.max(-max), max_y: degrees.max_y.min(max), ..degrees };
        if held.height() <= 0.0 {
            return None;
        }
        held.convert(Crs::Geographic, to)
    }

    /// Points all over the box, dense at its edges.
    fn grid(&self) -> impl Iterator<Item = [f64; 2]> + use<> {
        let (bbox, steps) = (*self, f64::from(GRID));
        let at = move |column: u32, row: u32| {
            let (x, y) = (f64::from(column) / steps, f64::from(row) / steps);
            [bbox.min_x + x * bbox.width(), bbox.min_y + y * bbox.height()]
        };
        let inside =
            (0..=GRID).step_by(8).flat_map(move |row| (0..=GRID).step_by(8).map(move |column| at(column, row)));
        let edges = (0..=GRID).flat_map(move |i| [at(i, 0), at(i, GRID), at(0, i), at(GRID, i)]);
        inside.chain(edges)
    }

    /// The box in degrees round the points; this box is in a projected CRS.
    fn degrees_of(&self, from: Crs, places: Vec<Option<[f64; 2]>>) -> Option<Self> {
        let contains =
            |[x, y]: [f64; 2]| (self.min_x..=self.max_x).contains(&x) && (self.min_y..=self.max_y).contains(&y);
        let pole = |lat: f64| from.forward([from.central_meridian(), lat]).is_some_and(contains);
        let middle = [(self.min_x + self.max_x) / 2.0, (self.min_y + self.max_y) / 2.0];
        let middle = from.inverse(middle).map_or(from.central_meridian(), |[lon, _]| lon);
        let near = |[lon, lat]: [f64; 2]| [lon - ((lon - middle) / 360.0).round() * 360.0, lat];
        let mut degrees = Self::around(places.into_iter().flatten().map(near))?;
        let (north, south) = (pole(90.0), pole(-90.0));
        if north || south || degrees.width() > 350.0 {
            (degrees.min_x, degrees.max_x) = (-180.0, 180.0);
        }
        if north {
            degrees.max_y = 90.0;
        }
        if south {
            degrees.min_y = -90.0;
        }
        Some(degrees)
    }

    /// The smallest box round the points.
    fn around(places: impl Iterator<Item = [f64; 2]>) -> Option<Self> {
        let grow = |b: Self, [x, y]: [f64; 2]| Self {
            min_x: b.min_x.min(x),
            min_y: b.min_y.min(y),
            max_x: b.max_x.max(x),
            max_y: b.max_y.max(y),
        };
        let empty = Self::new([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY]);
        let bbox = places.fold(empty, grow);
        (bbox.width() > 0.0 && bbox.height() > 0.0).then_some(bbox)
    }

    /// Moved east by `dx`.
    pub(crate) fn shifted(&self, dx: f64) -> Self {
        Self { min_x: self.min_x + dx, max_x: self.max_x + dx, ..*self }
    }

    /// The value of a WMS BBOX parameter.
    pub fn parameter(&self, order: AxisOrder) -> String {
        let Self { min_x, min_y, max_x, max_y } = self;
        match order {
            AxisOrder::XThenY => format!("{min_x},{min_y},{max_x},{max_y}"),
            AxisOrder::YThenX => format!("{min_y},{min_x},{max_y},{max_x}"),
        }
    }
}

impl From<[f64; 4]> for Bbox {
    fn from(sides: [f64; 4]) -> Self {
        Self::new(sides)
    }
}

impl From<Bbox> for [f64; 4] {
    fn from(b: Bbox) -> Self {
        [b.min_x, b.min_y, b.max_x, b.max_y]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crs(code: &str) -> Crs {
        Crs::parse(code).unwrap()
    }

    #[test]
    fn a_cap_round_a_pole_is_all_longitudes() {
        let cap = Bbox::new([-180.0, 60.0, 180.0, 90.0]).convert(Crs::Geographic, crs("EPSG:3413")).unwrap();
        // The parallel of 60 degrees, by `gdaltransform`.
        for side in <[f64; 4]>::from(cap) {
            assert!((side.abs() - 3_323_160.27).abs() < 0.1, "{cap:?}");
        }
        let degrees = cap.convert(crs("EPSG:3413"), Crs::Geographic).unwrap();
        assert_eq!((degrees.min_x, degrees.max_x, degrees.max_y), (-180.0, 180.0, 90.0));
        let mercator = cap.convert(crs("EPSG:3413"), Crs::WebMercator).unwrap();
        assert!(mercator.max_y < 20_100_000.0, "the pole is not in EPSG:3857: {mercator:?}");
    }

    #[test]
    fn a_box_over_the_date_line_stays_in_one_piece() {
        let utm_60 = crs("EPSG:32760");
        let bbox = Bbox::new([178.0, -42.0, 181.0, -40.0]).convert(Crs::Geographic, utm_60).unwrap();
        let degrees = bbox.convert(utm_60, Crs::Geographic).unwrap();
        assert!(degrees.min_x > 177.0 && degrees.max_x > 180.9 && degrees.max_x < 182.0, "{degrees:?}");
    }

    #[test]
    fn an_area_outside_the_crs_has_no_box() {
        let far = Bbox::new([100.0, 0.0, 110.0, 1.0]);
        assert_eq!(far.convert(Crs::Geographic, crs("EPSG:32633")), None);
    }
}

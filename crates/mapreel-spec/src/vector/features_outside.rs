//! Whether any of a layer's features is visible on the map, in any frame.
//!
//! Where it is not certain, a feature counts as visible: on maps with curved meridians, the box round the map in
//! degrees decides.

use super::geojson::{Features, Geometry, Position};
use mapreel_geo::{Bbox, Crs, Extent, ValidTime};

/// How far outside the map a point may lie and still show a part of its mark, in pixels.
const MARK_PX: f64 = 12.0;

/// Why no feature is visible; `None` where one is, or where there are no features.
pub(crate) fn why(features: &Features, map: &Extent, times: &[Option<ValidTime>]) -> Option<String> {
    let count = features.count();
    let instants: Vec<_> = times.iter().map(|time| time.as_ref().map(ValidTime::instant)).collect();
    let shown = features.ever_shown(&instants);
    if shown.is_empty() {
        return (count > 0).then(|| format!("none of its {} is there at the times of this map", features_of(count)));
    }
    let place = Place::of(map)?;
    if shown.iter().any(|geometry| place.shows(geometry)) {
        return None;
    }
    let [west, south, east, north] = around(&shown);
    Some(format!(
        "none of its {} is on this map: west, south, east, north of them are {west:.2}, {south:.2}, {east:.2}, {north:.2}",
        features_of(count)
    ))
}

fn features_of(count: usize) -> String {
    if count == 1 { "1 feature".to_owned() } else { format!("{count} features") }
}

/// The area that a map shows, or a larger one, in degrees.
struct Place {
    degrees: Bbox,
}

impl Place {
    /// `None` where the area is not known.
    fn of(map: &Extent) -> Option<Self> {
        let [rx, ry] = map.resolution();
        let grown = Bbox {
            min_x: map.bbox.min_x - MARK_PX * rx,
            max_x: map.bbox.max_x + MARK_PX * rx,
            min_y: map.bbox.min_y - MARK_PX * ry,
            max_y: map.bbox.max_y + MARK_PX * ry,
        };
        let degrees = grown.convert(map.crs, Crs::Geographic)?;
        if map.crs.is_cylindrical() {
            return Some(Self { degrees });
        }
        // A box that was found from a grid of points may be too small.
        let (across, up) = (degrees.width() / 50.0, degrees.height() / 50.0);
        let degrees = Bbox {
            min_x: degrees.min_x - across,
            max_x: degrees.max_x + across,
            min_y: degrees.min_y - up,
            max_y: degrees.max_y + up,
        };
        Some(Self { degrees })
    }

    fn shows(&self, geometry: &Geometry) -> bool {
        match geometry {
            Geometry::Points(points) => points.iter().any(|point| self.shows_edge(*point, *point)),
            Geometry::Lines(lines) => lines.iter().any(|line| self.shows_line(line)),
            Geometry::Polygons(polygons) => {
                polygons.iter().any(|rings| rings.iter().any(|ring| self.shows_line(ring)) || self.lies_in(rings))
            }
        }
    }

    fn shows_line(&self, line: &[Position]) -> bool {
        line.windows(2).any(|edge| self.shows_edge(edge[0], edge[1]))
    }

    /// Whether an edge crosses the box, in any copy of the world.
    fn shows_edge(&self, a: Position, b: Position) -> bool {
        self.worlds(a[0].min(b[0]), a[0].max(b[0])).any(|shift| {
            let [west, east] = [self.degrees.min_x - shift, self.degrees.max_x - shift];
            meets([west, self.degrees.min_y, east, self.degrees.max_y], a, b)
        })
    }

    /// Whether the box, in any copy of the world, lies in a polygon whose edges do not cross it.
    fn lies_in(&self, rings: &[Vec<Position>]) -> bool {
        let longitudes = rings.iter().flatten().map(|[lon, _]| *lon);
        let (west, east) = longitudes.fold((f64::MAX, f64::MIN), |(w, e), lon| (w.min(lon), e.max(lon)));
        self.worlds(west, east).any(|shift| {
            let corner = [self.degrees.min_x - shift, self.degrees.min_y];
            let crossed = rings.iter().flat_map(|ring| ring.windows(2)).filter(|edge| is_east_of(corner, edge)).count();
            crossed % 2 == 1
        })
    }

    /// The shifts in degrees that move something from `west` to `east` to where it may be visible.
    fn worlds(&self, west: f64, east: f64) -> impl Iterator<Item = f64> + use<> {
        let first = ((self.degrees.min_x - east) / 360.0).ceil() as i32;
        let last = ((self.degrees.max_x - west) / 360.0).floor() as i32;
        (first..=last).map(|k| f64::from(k) * 360.0)
    }
}

/// Whether an edge crosses the box of west, south, east, north (Liang and Barsky).
fn meets(bounds: [f64; 4], a: Position, b: Position) -> bool {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        let way = b[axis] - a[axis];
        let (low, high) = (bounds[axis] - a[axis], bounds[axis + 2] - a[axis]);
        if way == 0.0 {
            if low > 0.0 || high < 0.0 {
                return false;
            }
        } else {
            let (enter, leave) = if way > 0.0 { (low / way, high / way) } else { (high / way, low / way) };
            (from, to) = (from.max(enter), to.min(leave));
        }
    }
    from <= to
}

/// Whether a ray eastwards from a point crosses an edge.
fn is_east_of([x, y]: Position, edge: &[Position]) -> bool {
    let ([x0, y0], [x1, y1]) = (edge[0], edge[1]);
    (y0 > y) != (y1 > y) && x0 + (x1 - x0) * (y - y0) / (y1 - y0) > x
}

/// The box round all geometries: west, south, east, north.
fn around(geometries: &[Geometry]) -> [f64; 4] {
    let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    geometries
        .iter()
        .flat_map(Geometry::all_positions)
        .fold(start, |[w, s, e, n], [lon, lat]| [w.min(*lon), s.min(*lat), e.max(*lon), n.max(*lat)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::geojson_reader::Reading;

    fn map(crs: &str, bbox: [f64; 4]) -> Extent {
        Extent { crs: Crs::parse(crs).unwrap(), bbox: Bbox::new(bbox), width: 300, height: 200 }
    }

    #[track_caller]
    fn check(map: &Extent, geometry: &str, seen: bool) {
        let features = Reading { positions_max: 100, ..Reading::default() }.parse(geometry.as_bytes()).unwrap();
        let why = why(&features, map, &[None]);
        assert_eq!(why.is_none(), seen, "{geometry}: {why:?}");
    }

    #[test]
    fn a_feature_is_seen_where_any_of_it_is_in_any_copy_of_the_world() {
        let pacific = map("EPSG:4326", [150.0, -10.0, 210.0, 30.0]);
        check(&pacific, r#"{ "type": "Point", "coordinates": [-170, 0] }"#, true);
        check(&pacific, r#"{ "type": "Point", "coordinates": [-100, 0] }"#, false);
        check(&pacific, r#"{ "type": "LineString", "coordinates": [[100, 0], [250, 20]] }"#, true);
        check(&pacific, r#"{ "type": "LineString", "coordinates": [[100, 0], [140, 20]] }"#, false);
        check(&pacific, r#"{ "type": "LineString", "coordinates": [[170, -60], [-150, -40]] }"#, false);
        // It crosses 0 degrees, on the other side of the world.
        check(&pacific, r#"{ "type": "LineString", "coordinates": [[-145, 0], [145, 0]] }"#, false);
        let around = "[[100, -50], [250, -50], [250, 60], [100, 60], [100, -50]]";
        let hole = "[[120, -40], [240, -40], [240, 50], [120, 50], [120, -40]]";
        check(&pacific, &format!(r#"{{ "type": "Polygon", "coordinates": [{around}] }}"#), true);
        check(&pacific, &format!(r#"{{ "type": "Polygon", "coordinates": [{around}, {hole}] }}"#), false);
        let arctic = map("EPSG:3413", [-3e6, -2e6, 3e6, 2e6]);
        check(&arctic, r#"{ "type": "Point", "coordinates": [100, 89] }"#, true);
        check(&arctic, r#"{ "type": "Point", "coordinates": [100, 20] }"#, false);
        check(&arctic, r#"{ "type": "FeatureCollection", "features": [] }"#, true);
    }

    #[test]
    fn it_is_said_where_the_features_are() {
        let features = Reading { positions_max: 9, ..Reading::default() };
        let features = features.parse(br#"{ "type": "Point", "coordinates": [52.5, 13.4] }"#).unwrap();
        let said = why(&features, &map("EPSG:4326", [10.0, 50.0, 16.0, 54.0]), &[None]).unwrap();
        assert!(said.contains("none of its 1 feature is on this map"), "{said}");
        assert!(said.contains("52.50, 13.40, 52.50, 13.40"), "{said}");
    }
}

//! GeoJSON (RFC 7946) with simplestyle-spec 1.1, and the times of each feature.
//!
//! One property has the time. A text is the time at which the feature appears. A list of texts, one for each position,
//! lets a line or multi-point grow. A frame shows what is known at its time: a track ends at its last fix, and nothing
//! is interpolated.

pub use super::simplestyle::Style;
use jiff::{SignedDuration, Timestamp};
use mapreel_geo::time::valid_time::instant_text;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longitude and latitude in degrees (RFC 7946, 4).
pub type Position = [f64; 2];

/// A geometry. A geometry collection becomes several features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Geometry {
    /// Point and MultiPoint.
    Points(Vec<Position>),
    /// LineString and MultiLineString.
    Lines(Vec<Vec<Position>>),
    /// Polygon and MultiPolygon: the rings of each polygon, the outer one first.
    Polygons(Vec<Vec<Vec<Position>>>),
}

/// The time of a feature, or of each of its positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum When {
    Always,
    Since(#[serde(with = "instant_text")] Timestamp),
    /// One instant for each position of a single line or of points, in rising order.
    Grows(#[serde(with = "instants")] Vec<Timestamp>),
}

/// Instants as texts, RFC 3339.
mod instants {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Instant(#[serde(with = "mapreel_geo::time::valid_time::instant_text")] Timestamp);

    pub fn serialize<S: Serializer>(instants: &[Timestamp], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(instants.iter().copied().map(Instant))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Timestamp>, D::Error> {
        Ok(Vec::<Instant>::deserialize(deserializer)?.into_iter().map(|Instant(instant)| instant).collect())
    }
}

/// A duration in seconds and nanoseconds.
mod duration {
    use jiff::SignedDuration;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(duration: &Option<SignedDuration>, serializer: S) -> Result<S::Ok, S::Error> {
        duration.map(|duration| (duration.as_secs(), duration.subsec_nanos())).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
        let parts = Option::<(i64, i32)>::deserialize(deserializer)?;
        Ok(parts.map(|(seconds, nanoseconds)| SignedDuration::new(seconds, nanoseconds)))
    }
}

/// One feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub(super) geometry: Geometry,
    /// Its style.
    pub style: Style,
    pub(super) when: When,
    /// Its properties; the geometries of a collection share them.
    pub(super) properties: Arc<[(String, String)]>,
}

/// How much of a feature is shown at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// Its first positions, where the feature grows.
    First(usize),
    /// The whole feature.
    Whole,
}

/// All features of a layer, in drawing order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(into = "StoredFeatures", try_from = "StoredFeatures")]
pub struct Features {
    /// The features, shared because they may be many.
    pub(super) items: Arc<[Feature]>,
    pub(super) keep: Option<SignedDuration>,
}

/// Features as they are stored; features with the same properties share one copy.
#[derive(Serialize, Deserialize)]
struct StoredFeatures {
    properties: Vec<Vec<(String, String)>>,
    items: Vec<StoredFeature>,
    #[serde(with = "duration")]
    keep: Option<SignedDuration>,
}

#[derive(Serialize, Deserialize)]
struct StoredFeature {
    geometry: Geometry,
    style: Style,
    when: When,
    /// The index of its properties.
    properties: usize,
}

impl From<Features> for StoredFeatures {
    fn from(features: Features) -> Self {
        let mut properties: Vec<Vec<(String, String)>> = Vec::new();
        let mut last: Option<Arc<[(String, String)]>> = None;
        let mut stored = |feature: Feature| {
            // Features that share properties are neighbours.
            if !last.as_ref().is_some_and(|last| Arc::ptr_eq(last, &feature.properties)) {
                properties.push(feature.properties.to_vec());
                last = Some(feature.properties.clone());
            }
            let Feature { geometry, style, when, .. } = feature;
            StoredFeature { geometry, style, when, properties: properties.len() - 1 }
        };
        let items = features.items.iter().cloned().map(&mut stored).collect();
        Self { properties, items, keep: features.keep }
    }
}

/// The error for a stored feature whose properties are missing.
#[derive(Debug, thiserror::Error)]
#[error("a feature without its properties")]
struct WithoutProperties;

impl TryFrom<StoredFeatures> for Features {
    type Error = WithoutProperties;

    fn try_from(stored: StoredFeatures) -> Result<Self, WithoutProperties> {
        let properties: Vec<Arc<[(String, String)]>> = stored.properties.into_iter().map(Arc::from).collect();
        let feature = |StoredFeature { geometry, style, when, properties: index }: StoredFeature| {
            let properties = properties.get(index).ok_or(WithoutProperties)?.clone();
            Ok::<_, WithoutProperties>(Feature { geometry, style, when, properties })
        };
        Ok(Self { items: stored.items.into_iter().map(feature).collect::<Result<_, _>>()?, keep: stored.keep })
    }
}

impl Features {
    /// Whether any feature changes with time.
    pub fn vary(&self) -> bool {
        self.items.iter().any(|feature| feature.when != When::Always)
    }

    /// The features, in drawing order.
    pub fn iter(&self) -> impl Iterator<Item = &Feature> {
        self.items.iter()
    }

    /// How much of each feature is shown at a time, in the same order; without a time, everything.
    pub fn shown_at(&self, time: Option<Timestamp>) -> impl Iterator<Item = Shown> {
        self.items.iter().map(move |feature| feature.part_at(time, self.keep))
    }

    /// The time of the newest feature or position that is shown at a time.
    pub fn newest(&self, time: Timestamp) -> Option<Timestamp> {
        let there = self.items.iter().filter(|feature| feature.is_there(Some(time), self.keep));
        there.filter_map(|feature| feature.last_change(time)).max()
    }

    /// A label with its `{property}` placeholders filled from the newest feature that has all these properties; `None`
    /// where no feature has them yet.
    pub fn fill(&self, template: &str, time: Option<Timestamp>) -> Option<String> {
        if !template.contains('{') {
            return Some(template.to_owned());
        }
        let there = self.items.iter().filter(|feature| feature.is_there(time, self.keep));
        let mut newest_last: Vec<_> =
            there.map(|feature| (time.and_then(|t| feature.last_change(t)), feature)).collect();
        // A stable sort: features of equal times stay in the document's order.
        newest_last.sort_by_key(|(when, _)| *when);
        newest_last.iter().rev().find_map(|(_, feature)| feature.fill(template))
    }

    /// The number of features; a collection of geometries counts as several.
    pub(crate) fn count(&self) -> usize {
        self.items.len()
    }

    /// The most that each feature shows at any of these times; features that are never shown are left out.
    pub(crate) fn ever_shown(&self, times: &[Option<Timestamp>]) -> Vec<Geometry> {
        let most = |feature: &Feature| {
            let there = times.iter().filter(|time| feature.is_there(**time, self.keep));
            // A feature that grows is longest at the last time; without a time all of it is shown.
            let last = there.max_by_key(|time| time.unwrap_or(Timestamp::MAX))?;
            feature.known_at(*last, self.keep)
        };
        self.items.iter().filter_map(most).collect()
    }

    /// The number of positions in all geometries.
    pub fn positions(&self) -> usize {
        self.items.iter().map(|f| f.geometry.positions()).sum()
    }
}

impl Geometry {
    /// The number of its positions.
    pub fn positions(&self) -> usize {
        match self {
            Self::Points(points) => points.len(),
            Self::Lines(lines) => lines.iter().map(Vec::len).sum(),
            Self::Polygons(polygons) => polygons.iter().flatten().map(Vec::len).sum(),
        }
    }

    /// All its positions.
    pub(crate) fn all_positions(&self) -> Box<dyn Iterator<Item = &Position> + '_> {
        match self {
            Self::Points(points) => Box::new(points.iter()),
            Self::Lines(lines) => Box::new(lines.iter().flatten()),
            Self::Polygons(polygons) => Box::new(polygons.iter().flatten().flatten()),
        }
    }

    fn truncated(&self, positions: usize) -> Self {
        match self {
            Self::Points(points) => Self::Points(points[..positions].to_vec()),
            Self::Lines(lines) => {
                Self::Lines(lines.iter().map(|line| line[..positions.min(line.len())].to_vec()).collect())
            }
            Self::Polygons(_) => self.clone(),
        }
    }
}

impl Feature {
    /// Whether any part of the feature is shown at a time.
    fn is_there(&self, time: Option<Timestamp>, keep: Option<SignedDuration>) -> bool {
        let (Some(time), false) = (time, self.when == When::Always) else { return true };
        let gone = |since: Timestamp| keep.is_some_and(|keep| since.checked_add(keep).is_ok_and(|end| end <= time));
        self.last_change(time).is_some_and(|since| !gone(since))
    }

    /// Its whole geometry.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Whether its positions may appear one after another: it is one line, or points.
    pub fn grows(&self) -> bool {
        matches!(self.when, When::Grows(_))
    }

    /// How much of it is shown at a time.
    fn part_at(&self, time: Option<Timestamp>, keep: Option<SignedDuration>) -> Shown {
        match (&self.when, time) {
            _ if !self.is_there(time, keep) => Shown::Nothing,
            (When::Grows(times), Some(time)) => Shown::First(times.partition_point(|t| *t <= time)),
            _ => Shown::Whole,
        }
    }

    /// The geometry that is shown at a time.
    fn known_at(&self, time: Option<Timestamp>, keep: Option<SignedDuration>) -> Option<Geometry> {
        match self.part_at(time, keep) {
            Shown::Nothing => None,
            Shown::First(positions) => Some(self.geometry.truncated(positions)),
            Shown::Whole => Some(self.geometry.clone()),
        }
    }

    fn last_change(&self, time: Timestamp) -> Option<Timestamp> {
        match &self.when {
            When::Always => None,
            When::Since(since) => (*since <= time).then_some(*since),
            When::Grows(times) => times[..times.partition_point(|t| *t <= time)].last().copied(),
        }
    }

    fn fill(&self, template: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            out.push_str(before);
            out.push_str(self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())?);
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::geojson_reader::Reading;
    use mapreel_geo::ValidTime;

    const TRACK: &str = r#"{ "type": "FeatureCollection", "features": [
        { "type": "Feature", "properties": { "time": ["2020-01-01", "2020-01-02", "2020-01-04"], "stroke": "f00" },
          "geometry": { "type": "LineString", "coordinates": [[0, 0], [1, 1], [2, 2]] } },
        { "type": "Feature", "properties": { "time": "2020-01-02", "wind": 45 },
          "geometry": { "type": "Point", "coordinates": [1, 1] } },
        { "type": "Feature", "properties": {}, "geometry": { "type": "Point", "coordinates": [9, 9] } } ] }"#;

    fn reading() -> Reading {
        Reading { time_property: Some("time".into()), positions_max: 100, ..Reading::default() }
    }

    fn at(time: &str) -> Timestamp {
        ValidTime::parse(time).unwrap().instant()
    }

    /// The geometries that are shown at a time.
    fn shown(features: &Features, time: &str) -> Vec<Geometry> {
        features.iter().filter_map(|feature| feature.known_at(Some(at(time)), features.keep)).collect()
    }

    #[test]
    fn a_track_grows_to_its_last_fix_and_points_appear() {
        let features = reading().parse(TRACK.as_bytes()).unwrap();
        let check = |time: &str, line: usize, shapes: usize| {
            let shown = shown(&features, time);
            assert_eq!(shown.len(), shapes, "{time}");
            if let Geometry::Lines(lines) = &shown[0] {
                assert_eq!(lines[0].len(), line, "{time}");
            }
        };
        check("2019-12-31", 0, 1);
        check("2020-01-01", 1, 2);
        check("2020-01-03", 2, 3);
        check("2020-01-04", 3, 3);
        assert_eq!(features.newest(at("2020-01-03")), Some(at("2020-01-02")));
    }

    #[test]
    fn a_track_goes_the_shorter_way_and_a_line_the_way_it_says() {
        let line = |properties: &str, time: &str| {
            let document = format!(
                r#"{{ "type": "Feature", "properties": {{ "time": {properties} }},
                      "geometry": {{ "type": "LineString", "coordinates": [[179, 0], [-179, 0], [-178, 1]] }} }}"#
            );
            let shown = shown(&reading().parse(document.as_bytes()).unwrap(), time);
            let Geometry::Lines(lines) = &shown[0] else { panic!("{shown:?}") };
            lines[0].iter().map(|[lon, _]| *lon).collect::<Vec<_>>()
        };
        let track = r#"["2020-01-01", "2020-01-02", "2020-01-03"]"#;
        assert_eq!(line(track, "2020-01-02"), [179.0, 181.0]);
        assert_eq!(line(track, "2020-01-03"), [179.0, 181.0, 182.0]);
        assert_eq!(line("\"2020-01-01\"", "2020-01-03"), [179.0, -179.0, -178.0]);
    }

    #[test]
    fn labels_are_filled_from_the_newest_feature() {
        let features = reading().parse(TRACK.as_bytes()).unwrap();
        assert_eq!(features.fill("{wind} kt", Some(at("2020-01-03"))), Some("45 kt".into()));
        assert_eq!(features.fill("{wind} kt", Some(at("2020-01-01"))), None);
    }

    #[test]
    fn a_feature_can_leave_again() {
        let reading = Reading { keep: Some(SignedDuration::from_hours(24)), ..reading() };
        let features = reading.parse(TRACK.as_bytes()).unwrap();
        assert_eq!(shown(&features, "2020-01-02T23:59Z").len(), 3);
        assert_eq!(shown(&features, "2020-01-03").len(), 1);
        // A feature that has left gives neither its time nor its labels.
        assert_eq!(features.newest(at("2020-01-03")), None);
        assert_eq!(features.fill("{wind} kt", Some(at("2020-01-03"))), None);
    }

    #[test]
    fn features_without_a_place_or_a_time_are_good_features() {
        let check = |document: &str, count: usize| {
            let features = reading().parse(document.as_bytes()).unwrap();
            assert_eq!(shown(&features, "2020-01-01").len(), count);
        };
        check(r#"{ "type": "FeatureCollection", "features": [] }"#, 0);
        let point = r#"{ "type": "Point", "coordinates": [1, 1] }"#;
        let feature = |time: &str, geometry: &str| {
            format!(r#"{{ "type": "Feature", "properties": {{ "time": {time} }}, "geometry": {geometry} }}"#)
        };
        let two =
            [feature("\"2020-01-01\"", point), feature("null", point), feature("\"2020-01-01\"", "null")].join(",");
        check(&format!(r#"{{ "type": "FeatureCollection", "features": [{two}] }}"#), 2);
    }

    #[test]
    fn problems_are_all_found_with_their_pointers() {
        let document = r#"{ "type": "FeatureCollection", "features": [
            { "type": "Feature", "properties": { "stroke": "red", "time": "2020-01-01" }, "geometry": { "type": "Point", "coordinates": [1, 91] } },
            { "type": "Feature", "properties": { "time": ["2020-01-01"] }, "geometry": { "type": "LineString", "coordinates": [[0, 0], [1, 1]] } } ] }"#;
        let pointers: Vec<_> =
            reading().parse(document.as_bytes()).unwrap_err().0.into_iter().map(|p| p.pointer).collect();
        assert!(pointers.contains(&"/features/0/properties/stroke".to_owned()), "{pointers:?}");
        assert!(pointers.contains(&"/features/0/geometry/coordinates".to_owned()), "{pointers:?}");
        assert!(pointers.contains(&"/features/1/properties/time".to_owned()), "{pointers:?}");
    }
}

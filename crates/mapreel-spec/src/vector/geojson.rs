//! GeoJSON (RFC 7946) with simplestyle-spec 1.1, and when each feature is there.
//!
//! Time comes from one property: a text means that the feature appears then; a list of texts, one for each position,
//! means that a line or multi-point grows. What is drawn at a time is what is known by then: a track ends at its last
//! fix, nothing is interpolated.

use super::simplestyle;
pub use super::simplestyle::Style;
use crate::request::problem::{Problem, Problems};
use crate::request::read::{Fields, Node, Notes};
use jiff::{SignedDuration, Timestamp};
use mapreel_geo::ValidTime;
use mapreel_geo::time::valid_time::instant_text;
use mapreel_ogc::ReadLimits;
use mapreel_ogc::json::Json;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longitude and latitude in degrees (RFC 7946, 4).
pub type Position = [f64; 2];

/// A geometry without its collections: those become several features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Geometry {
    /// Point and MultiPoint.
    Points(Vec<Position>),
    /// LineString and MultiLineString.
    Lines(Vec<Vec<Position>>),
    /// Polygon and MultiPolygon: the rings of each polygon, the outer one first.
    Polygons(Vec<Vec<Vec<Position>>>),
}

/// When a feature, or each of its positions, is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum When {
    Always,
    Since(#[serde(with = "instant_text")] Timestamp),
    /// One instant for each position of a single line or of points, never going back.
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
    geometry: Geometry,
    /// How it is drawn.
    pub style: Style,
    when: When,
    /// Shared by the geometries of a collection.
    properties: Arc<[(String, String)]>,
}

/// How much of a feature is shown at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It is not there.
    Nothing,
    /// So many of its positions, of one that grows.
    First(usize),
    /// All of it.
    Whole,
}

/// All features of a layer, in drawing order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(into = "StoredFeatures", try_from = "StoredFeatures")]
pub struct Features {
    /// Shared: they may be many.
    items: Arc<[Feature]>,
    keep: Option<SignedDuration>,
}

/// Features as they are stored: properties that several share are stored once.
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
    /// Which of the properties.
    properties: usize,
}

impl From<Features> for StoredFeatures {
    fn from(features: Features) -> Self {
        let mut properties: Vec<Vec<(String, String)>> = Vec::new();
        let mut last: Option<Arc<[(String, String)]>> = None;
        let mut stored = |feature: Feature| {
            // Those that share them are neighbours.
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

impl TryFrom<StoredFeatures> for Features {
    type Error = String;

    fn try_from(stored: StoredFeatures) -> Result<Self, String> {
        let properties: Vec<Arc<[(String, String)]>> = stored.properties.into_iter().map(Arc::from).collect();
        let feature = |StoredFeature { geometry, style, when, properties: index }: StoredFeature| {
            let properties = properties.get(index).ok_or("a feature without its properties")?.clone();
            Ok::<_, String>(Feature { geometry, style, when, properties })
        };
        Ok(Self { items: stored.items.into_iter().map(feature).collect::<Result<_, _>>()?, keep: stored.keep })
    }
}

impl Features {
    /// Whether anything changes with time.
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

    /// The time of the newest thing that is there at a time.
    pub fn newest(&self, time: Timestamp) -> Option<Timestamp> {
        let there = self.items.iter().filter(|feature| feature.is_there(Some(time), self.keep));
        there.filter_map(|feature| feature.last_change(time)).max()
    }

    /// A label with its `{property}` places filled from the newest feature that has them all; `None` where no feature
    /// has them yet.
    pub fn fill(&self, template: &str, time: Option<Timestamp>) -> Option<String> {
        if !template.contains('{') {
            return Some(template.to_owned());
        }
        let there = self.items.iter().filter(|feature| feature.is_there(time, self.keep));
        let mut newest_last: Vec<_> =
            there.map(|feature| (time.and_then(|t| feature.last_change(t)), feature)).collect();
        // A stable sort: a document's order counts where its times do not.
        newest_last.sort_by_key(|(when, _)| *when);
        newest_last.iter().rev().find_map(|(_, feature)| feature.fill(template))
    }

    /// The number of features; a collection of geometries counts as several.
    pub(crate) fn count(&self) -> usize {
        self.items.len()
    }

    /// The most that each feature ever shows at one of these times; nothing of those that are never there.
    pub(crate) fn ever_shown(&self, times: &[Option<Timestamp>]) -> Vec<Geometry> {
        let most = |feature: &Feature| {
            let there = times.iter().filter(|time| feature.is_there(**time, self.keep));
            // What grows is longest at last; without a time everything is shown.
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

    /// Every position of it.
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
    /// Whether anything of it is shown at a time.
    fn is_there(&self, time: Option<Timestamp>, keep: Option<SignedDuration>) -> bool {
        let (Some(time), false) = (time, self.when == When::Always) else { return true };
        let gone = |since: Timestamp| keep.is_some_and(|keep| since.checked_add(keep).is_ok_and(|end| end <= time));
        self.last_change(time).is_some_and(|since| !gone(since))
    }

    /// The whole of it.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Whether its positions come one after another: it is one line, or points.
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

    /// What of it is shown at a time.
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

/// How a layer wants its GeoJSON read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// The style of features that do not bring their own.
    pub(crate) style: Style,
    /// The property that says when a feature is there.
    pub(crate) time_property: Option<String>,
    /// How long a feature stays after its time; `None`: for ever.
    pub(crate) keep: Option<SignedDuration>,
    /// The most positions allowed.
    pub(crate) positions_max: usize,
}

impl Reading {
    /// Reads a GeoJSON document that came from an upstream.
    ///
    /// # Errors
    /// Every problem of the document, each with its JSON Pointer within it.
    pub fn parse(&self, document: &[u8]) -> Result<Features, Problems> {
        let notes = Notes::default();
        let json = Json::read(document, &ReadLimits::default()).map_err(|error| {
            let (code, detail) = (error.code(), error.to_string());
            Problems(vec![Problem { pointer: String::new(), code, detail, hint: None }])
        })?;
        match self.read(&Node::root(&json, &notes)) {
            Some(features) if notes.is_empty() => Ok(features),
            _ => Err(Problems(notes.into_problems())),
        }
    }

    /// Reads a GeoJSON value; what is wrong with it is noted.
    pub(crate) fn read(&self, node: &Node) -> Option<Features> {
        let mut items = Vec::new();
        self.object(node, &mut items)?;
        let features = Features { items: items.into(), keep: self.keep };
        if features.positions() > self.positions_max {
            let detail = format!("{} positions; the limit is {}", features.positions(), self.positions_max);
            node.refuse("too_large", detail, Some("simplify the geometries"));
            return None;
        }
        if let Some(name) = &self.time_property
            && !features.items.is_empty()
            && !features.vary()
        {
            node.invalid(
                format!("no feature has the property `{name}`"),
                "`time_property` names the property with the time",
            );
            return None;
        }
        Some(features)
    }

    fn object(&self, node: &Node, out: &mut Vec<Feature>) -> Option<()> {
        const TYPES: [&str; 9] = [
            "FeatureCollection",
            "Feature",
            "Point",
            "MultiPoint",
            "LineString",
            "MultiLineString",
            "Polygon",
            "MultiPolygon",
            "GeometryCollection",
        ];
        let fields = node.fields()?;
        let kind = fields.required("type", "GeoJSON objects have a `type`")?.word(&TYPES)?;
        match kind {
            0 => {
                let Json::List(items) = fields.required("features", "a FeatureCollection has `features`")?.json else {
                    fields.required("features", "")?.refuse("wrong_type", "`features` is not a list", None);
                    return None;
                };
                let list = node.child(node.json.get("features")?, "features");
                for (i, item) in items.iter().enumerate() {
                    self.object(&list.child(item, &i.to_string()), out);
                }
            }
            1 => self.feature(&fields, out)?,
            _ => geometries(node, &mut |geometry| {
                out.push(Feature { geometry, style: self.style, when: When::Always, properties: Arc::default() });
            })?,
        }
        Some(())
    }

    fn feature(&self, fields: &Fields, out: &mut Vec<Feature>) -> Option<()> {
        let properties = fields.optional("properties");
        let style = match &properties {
            Some(node) => simplestyle::read(&node.fields()?, self.style),
            None => self.style,
        };
        let texts: Arc<[(String, String)]> = match properties.as_ref().map(|node| node.json) {
            Some(Json::Object(entries)) => entries.iter().filter_map(|(k, v)| Some((k.clone(), plain(v)?))).collect(),
            _ => Arc::default(),
        };
        // A feature may have no place (RFC 7946, 3.2); there is nothing to draw then.
        let Some(geometry) = fields.optional("geometry") else { return Some(()) };
        let time = self.time_property.as_ref().zip(properties).and_then(|(name, properties)| {
            let json = properties.json.get(name).filter(|json| **json != Json::Null)?;
            Some(properties.child(json, name))
        });
        geometries(&geometry, &mut |mut geometry| {
            let when = match &time {
                Some(node) => read_when(node, &geometry).unwrap_or(When::Always),
                None => When::Always,
            };
            if let (When::Grows(_), Geometry::Lines(lines)) = (&when, &mut geometry) {
                lines.iter_mut().for_each(|line| go_the_shorter_way(line));
            }
            out.push(Feature { geometry, style, when, properties: texts.clone() });
        })
    }
}

/// Longitudes of a track without leaps: what is seen at one place and then at another has gone the shorter way round the
/// world. A line without times goes the way that its coordinates say (RFC 7946, 3.1.9).
fn go_the_shorter_way(track: &mut [Position]) {
    for i in 1..track.len() {
        let leap = track[i][0] - track[i - 1][0];
        track[i][0] -= (leap / 360.0).round() * 360.0;
    }
}

fn plain(json: &Json) -> Option<String> {
    match json {
        Json::Text(text) => mapreel_ogc::text::clean(text).ok(),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn read_when(node: &Node, geometry: &Geometry) -> Option<When> {
    let Json::List(items) = node.json else {
        return Some(When::Since(instant(node)?));
    };
    let simple = match geometry {
        Geometry::Points(_) => true,
        Geometry::Lines(lines) => lines.len() == 1,
        Geometry::Polygons(_) => false,
    };
    if !simple || items.len() != geometry.positions() {
        let detail = format!("{} times for a geometry of {} positions", items.len(), geometry.positions());
        node.invalid(detail, "a LineString or MultiPoint takes one time for each position, others a single time");
        return None;
    }
    let times: Vec<_> =
        items.iter().enumerate().map(|(i, item)| instant(&node.child(item, &i.to_string()))).collect::<Option<_>>()?;
    if !times.is_sorted() {
        node.invalid("the times go back", "put the positions in the order of their times");
        return None;
    }
    Some(When::Grows(times))
}

fn instant(node: &Node) -> Option<Timestamp> {
    match ValidTime::parse(node.string()?) {
        Ok(time) => Some(time.instant()),
        Err(error) => {
            node.invalid(error.to_string(), &error.hint());
            None
        }
    }
}

/// Every geometry in a geometry object, collections opened.
fn geometries(node: &Node, out: &mut dyn FnMut(Geometry)) -> Option<()> {
    const TYPES: [&str; 7] =
        ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"];
    let fields = node.fields()?;
    let kind = fields.required("type", "geometries have a `type`")?.word(&TYPES)?;
    if kind == 6 {
        let list = fields.required("geometries", "a GeometryCollection has `geometries`")?;
        for item in list.items(100_000)? {
            geometries(&item, out)?;
        }
        return Some(());
    }
    let node = fields.required("coordinates", "geometries have `coordinates`")?;
    out(match kind {
        0 => Geometry::Points(vec![position(&node)?]),
        1 => Geometry::Points(positions(&node, 1)?),
        2 => Geometry::Lines(vec![positions(&node, 2)?]),
        3 => Geometry::Lines(each(&node, |line| positions(line, 2))?),
        4 => Geometry::Polygons(vec![each(&node, |ring| positions(ring, 4))?]),
        _ => Geometry::Polygons(each(&node, |polygon| each(polygon, |ring| positions(ring, 4)))?),
    });
    Some(())
}

fn each<T>(node: &Node, read: impl Fn(&Node) -> Option<T>) -> Option<Vec<T>> {
    node.items(usize::MAX)?.iter().map(read).collect()
}

fn positions(node: &Node, min: usize) -> Option<Vec<Position>> {
    let Json::List(items) = node.json else {
        node.refuse("wrong_type", format!("expected a list of positions, found {}", node.json.kind()), None);
        return None;
    };
    if items.len() < min {
        node.invalid(format!("{} positions where at least {min} are needed", items.len()), "see RFC 7946, section 3.1");
        return None;
    }
    // The fast way for good positions; a bad one is read again for its pointer.
    let read = |(i, item): (usize, &Json)| quick(item).or_else(|| position(&node.child(item, &i.to_string())));
    items.iter().enumerate().map(read).collect()
}

fn quick(json: &Json) -> Option<Position> {
    let Json::List(numbers) = json else { return None };
    let [Json::Number(lon), Json::Number(lat), ..] = numbers[..] else { return None };
    (lon.abs() <= 540.0 && lat.abs() <= 90.0).then_some([lon, lat])
}

fn position(node: &Node) -> Option<Position> {
    let position = quick(node.json);
    if position.is_none() {
        node.invalid("not a position", "[longitude, latitude] in degrees, latitude between -90 and 90");
    }
    position
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// What is there at a time.
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
        // What has left tells neither its time nor its labels.
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

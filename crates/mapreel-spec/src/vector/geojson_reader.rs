//! Reads GeoJSON (RFC 7946) that is in a request or that a server has sent.

use super::geojson::{Feature, Features, Geometry, Position, When};
use super::simplestyle::{self, Style};
use crate::request::problem::{Problem, Problems};
use crate::request::read::{Fields, Node, Notes};
use crate::schema::words::words;
use jiff::{SignedDuration, Timestamp};
use mapreel_geo::ValidTime;
use mapreel_ogc::ReadLimits;
use mapreel_ogc::json::Json;
use std::sync::Arc;

/// The type of a GeoJSON object (section 1.4).
#[derive(Debug, Clone, Copy)]
enum ObjectType {
    FeatureCollection,
    Feature,
    Geometry,
}

words! {
    ObjectType: "FeatureCollection" => FeatureCollection, "Feature" => Feature, "Point" => Geometry, "MultiPoint" => Geometry,
    "LineString" => Geometry, "MultiLineString" => Geometry, "Polygon" => Geometry, "MultiPolygon" => Geometry,
    "GeometryCollection" => Geometry,
}

/// The type of a geometry.
#[derive(Debug, Clone, Copy)]
enum GeometryType {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
    GeometryCollection,
}

words! {
    GeometryType: "Point" => Point, "MultiPoint" => MultiPoint, "LineString" => LineString,
    "MultiLineString" => MultiLineString, "Polygon" => Polygon, "MultiPolygon" => MultiPolygon,
    "GeometryCollection" => GeometryCollection,
}

/// The fields of a layer that decide how its GeoJSON is read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// The style of features without a style of their own.
    pub(crate) style: Style,
    /// The property with the time of a feature.
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
            _ => Err(Problems(notes.into_problems(&json))),
        }
    }

    /// Reads a GeoJSON value; problems are noted.
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
        let fields = node.fields()?;
        let kind = fields.required("type", "GeoJSON objects have a `type`")?.word(ObjectType::WORDS)?;
        match kind {
            ObjectType::FeatureCollection => {
                let Json::List(items) = fields.required("features", "a FeatureCollection has `features`")?.json else {
                    fields.required("features", "")?.refuse("wrong_type", "`features` is not a list", None);
                    return None;
                };
                let list = node.child(node.json.get("features")?, "features");
                for (i, item) in items.iter().enumerate() {
                    self.object(&list.child(item, &i.to_string()), out);
                }
            }
            ObjectType::Feature => self.feature(&fields, out)?,
            ObjectType::Geometry => geometries(node, &mut |geometry| {
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
        // A feature may have no geometry (RFC 7946, 3.2); then there is nothing to draw.
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

/// Shifts the longitudes of a track so that each step goes the shorter way round the world. A line without times goes
/// the way of its coordinates (RFC 7946, 3.1.9).
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

/// The most geometries of a collection.
const GEOMETRIES_MAX: usize = 100_000;

/// All geometries in a geometry object; collections are expanded.
fn geometries(node: &Node, out: &mut dyn FnMut(Geometry)) -> Option<()> {
    let fields = node.fields()?;
    let kind = fields.required("type", "geometries have a `type`")?.word(GeometryType::WORDS)?;
    let coordinates = || fields.required("coordinates", "geometries have `coordinates`");
    let geometry = match kind {
        GeometryType::GeometryCollection => {
            let list = fields.required("geometries", "a GeometryCollection has `geometries`")?;
            for item in list.items(GEOMETRIES_MAX)? {
                geometries(&item, out)?;
            }
            return Some(());
        }
        GeometryType::Point => Geometry::Points(vec![position(&coordinates()?)?]),
        GeometryType::MultiPoint => Geometry::Points(positions(&coordinates()?, 1)?),
        GeometryType::LineString => Geometry::Lines(vec![positions(&coordinates()?, 2)?]),
        GeometryType::MultiLineString => Geometry::Lines(each(&coordinates()?, |line| positions(line, 2))?),
        GeometryType::Polygon => Geometry::Polygons(vec![each(&coordinates()?, |ring| positions(ring, 4))?]),
        GeometryType::MultiPolygon => {
            Geometry::Polygons(each(&coordinates()?, |polygon| each(polygon, |ring| positions(ring, 4)))?)
        }
    };
    out(geometry);
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
    // The fast path for valid positions. An invalid one is read again to note its pointer.
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

//! A collection of an OGC API.

use super::crs::{crs_code, uri};
use super::extent::{dimensions, times};
use crate::json::Json;
use crate::text;
use crate::unknown_times::UnknownTimes;
use crate::wms::capabilities::Dimension;
use jiff::Timestamp;
use mapreel_geo::{Bbox, Crs};
use std::sync::Arc;

/// The description of a collection.
#[derive(Debug, Clone)]
pub struct Collection {
    /// `title`, for people.
    pub title: Option<String>,
    /// The credit that the server asks for.
    pub credit: Option<String>,
    /// The area of the data: west, south, east, north in degrees.
    pub degrees: Option<Bbox>,
    /// The collection's times; `None` where it has none, an error where the document does not tell which they are.
    pub times: Result<Option<Dimension>, UnknownTimes>,
    /// Its dimensions other than time.
    pub dimensions: Vec<Arc<Dimension>>,
    /// The CRSs of its maps, as the server writes them.
    pub crs: Vec<String>,
    /// The CRS of the collection's data. A map request without a CRS gets a map in this one.
    pub stored: String,
}

impl Collection {
    /// Reads a collection; `common` are the CRSs to which `#/crs` refers.
    pub fn read(json: &Json, common: &[Json], now: Timestamp) -> Self {
        let clean = |words: &str| text::clean(words).ok().filter(|words| !words.is_empty());
        let credit = json.text("attribution").map(text::without_tags);
        let mut crs = Vec::new();
        for code in json.list("crs") {
            match code {
                // `#/crs` refers to the list at the beginning of the document (OGC 18-058r1, 6.2).
                Json::Text(code) if code == "#/crs" => crs.extend(common.iter().filter_map(written_code)),
                code => crs.extend(written_code(code)),
            }
        }
        let stored = json.get("storageCrs").and_then(written_code).unwrap_or_else(|| uri(Crs::Geographic));
        let extent = json.get("extent");
        Self {
            title: json.text("title").and_then(clean),
            credit: credit.as_deref().and_then(clean),
            degrees: extent.and_then(|extent| degrees(extent.get("spatial")?)),
            times: times(extent.and_then(|extent| extent.get("temporal")), now),
            dimensions: extent.map(|extent| dimensions(extent, now)).unwrap_or_default(),
            crs,
            stored,
        }
    }
}

/// The box of a spatial extent, in two or three dimensions: the first of a list of boxes, or a single one.
fn degrees(spatial: &Json) -> Option<Bbox> {
    let bbox = spatial.list("bbox");
    let numbers = match bbox.first()? {
        Json::List(first) => &first[..],
        _ => bbox,
    };
    let number = |json: &Json| if let Json::Number(number) = json { Some(*number) } else { None };
    let numbers: Vec<f64> = numbers.iter().map(number).collect::<Option<_>>()?;
    let [west, south, mut east, north] = match numbers[..] {
        [west, south, east, north] | [west, south, _, east, north, _] => [west, south, east, north],
        _ => return None,
    };
    if east < west {
        east += 360.0;
    }
    let is_on_earth = west.abs() <= 540.0 && east - west < 361.0 && south >= -90.1 && north <= 90.1;
    Some(Bbox::new([west, south, east, north])).filter(|bbox| is_on_earth && bbox.width() > 0.0 && bbox.height() > 0.0)
}

/// The code of a CRS in the server's spelling, brackets included: requests use the same spelling.
fn written_code(json: &Json) -> Option<String> {
    match json {
        Json::Text(code) => Some(code.clone()),
        _ => crs_code(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_limits::ReadLimits;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../../tests/recorded/ogc/", $name, ".json"))
        };
    }

    fn collection(document: &str) -> Collection {
        let json = Json::read(document.as_bytes(), &ReadLimits::default()).unwrap();
        Collection::read(&json, &[], "2026-01-01T00:00:00Z".parse().unwrap())
    }

    fn extent(collection: &Collection) -> Result<String, UnknownTimes> {
        collection.times.clone().map(|times| times.map(|times| times.extent.to_string()).unwrap_or_default())
    }

    #[test]
    fn every_form_of_a_temporal_extent_is_an_axis_or_says_why_it_is_none() {
        let check = |document: &str, expected: &str, count: Option<u64>| {
            let collection = collection(document);
            assert_eq!(extent(&collection).as_deref(), Ok(expected));
            let axis = collection.times.unwrap().and_then(|times| times.axis);
            assert_eq!(axis.and_then(|axis| axis.unwrap().count()), count);
        };
        check(recorded!("collection-grid-resolution"), "R12/2018-01-01T00:00:00Z/P1M", Some(12));
        check(
            recorded!("collection-grid-coordinates"),
            "2020-01-01T10:00:00Z,2020-01-06T10:02:30Z,2020-01-21T10:00:00Z",
            Some(3),
        );
        check(recorded!("collection-values"), "R9/2026-01-01T00:00:00Z/PT6H", Some(9));
        check(recorded!("collection-pygeoapi-mapscript"), "", None);
        let unknown = |document: &str| extent(&collection(document)).unwrap_err().to_string();
        let why = unknown(recorded!("collection-pygeoapi-wmsfacade"));
        assert_eq!(
            why,
            "the collection says that its times lie between 2007-10-30T08:57:29Z and now, and not which they are"
        );
        assert!(unknown(recorded!("collection-vertical")).contains("between the beginning and 2020-01-01T00:00:00Z"));
    }

    #[test]
    fn other_dimensions_are_listed_or_begin_end_and_have_a_step() {
        let values = collection(recorded!("collection-values")).dimensions;
        assert_eq!((&*values[0].name, &*values[0].extent), ("vertical", "1000,850,500"));
        let vertical = collection(recorded!("collection-vertical")).dimensions;
        let extents: Vec<_> = vertical.iter().map(|dimension| &*dimension.extent).collect();
        assert_eq!(extents, ["-500,-100,-10,0", "1/20/1", "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z/PT12H"]);
    }
}

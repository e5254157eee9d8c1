//! The times of a service of ArcGIS: milliseconds since 1970.

use crate::json::Json;
use crate::unknown_times::UnknownTimes;
use crate::wms::capabilities::Dimension;
use jiff::Timestamp;
use mapreel_geo::TimeAxis;
use std::collections::HashMap;

/// The times of a service or a layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimeInfo {
    /// The first and the last moment, in milliseconds since 1970.
    pub ends: Option<[f64; 2]>,
    /// The step from one time to the next (ISO 8601).
    pub period: Option<String>,
    /// The times, where the server lists them; otherwise empty.
    pub values: Vec<f64>,
}

impl TimeInfo {
    /// The `timeInfo` of a service or a layer; `None` where it has no times.
    pub(crate) fn read(json: &Json) -> Option<Self> {
        let info = json.get("timeInfo").filter(|info| matches!(info, Json::Object(_)))?;
        // `useTime: false`: the server draws all data of the layer, whatever time is asked for.
        if info.get("exportOptions").is_some_and(|options| options.get("useTime") == Some(&Json::Bool(false))) {
            return None;
        }
        let ends = match info.list("timeExtent") {
            [Json::Number(first), Json::Number(last)] => Some([*first, *last]),
            _ => None,
        };
        let step = |count: &str, units: &str| period(info.number(count)?, info.text(units)?);
        let period = step("timeInterval", "timeIntervalUnits");
        let period = period.or_else(|| step("defaultTimeInterval", "defaultTimeIntervalUnits"));
        Some(Self { ends, period, values: Vec::new() })
    }

    /// The times of layers, by the layers' numbers.
    pub fn of_layers(details: &Json) -> HashMap<u32, Self> {
        let of_layer = |layer: &Json| Some((layer.number("id")? as u32, Self::read(layer)?));
        details.list("layers").iter().filter_map(of_layer).collect()
    }

    /// The times of a multidimensional service: those of its first variable, which the service shows by default.
    pub fn of_dimension(details: &Json) -> Option<Self> {
        let variable = details.get("multidimensionalInfo")?.list("variables").first()?;
        let is_time = |dimension: &&Json| dimension.text("name") == Some("StdTime");
        let dimension = variable.list("dimensions").iter().find(is_time)?;
        let value = |value: &Json| match value {
            Json::Number(moment) => Some(*moment),
            // A range is asked for by its first moment.
            Json::List(range) => match range.first()? {
                Json::Number(moment) => Some(*moment),
                _ => None,
            },
            _ => None,
        };
        let values: Vec<f64> = dimension.list("values").iter().filter_map(value).collect();
        (!values.is_empty()).then_some(Self { values, ..Self::default() })
    }

    /// The times as a dimension with a time axis.
    ///
    /// # Errors
    /// The document does not tell which times there are.
    pub fn dimension(&self, now: Timestamp) -> Result<Dimension, UnknownTimes> {
        let extent = self.extent()?;
        let axis = TimeAxis::parse(&extent, now);
        let (name, units) = ("time".to_owned(), "ISO8601".to_owned());
        Ok(Dimension { name, units, extent: extent.into(), axis: Some(axis), ..Dimension::default() })
    }

    /// The first and the last moment as `first/last`.
    pub(crate) fn between(&self) -> Option<String> {
        let [first, last] = self.ends?;
        Some(format!("{}/{}", moment(first)?, moment(last)?))
    }

    /// The times in the form of a WMS.
    fn extent(&self) -> Result<String, UnknownTimes> {
        if !self.values.is_empty() {
            let moments: Vec<String> = self.values.iter().filter_map(|value| moment(*value)).collect();
            return Ok(moments.join(","));
        }
        let between = self.between().ok_or(UnknownTimes::NoEnds)?;
        match &self.period {
            Some(period) => Ok(format!("{between}/{period}")),
            None => {
                let (first, last) = between.split_once('/').expect("`between` puts one `/` between two moments");
                let (first, last) = (first.to_owned(), last.to_owned());
                Err(UnknownTimes::OnlyEnds { named_by: "server", first, last })
            }
        }
    }
}

/// A step in time as an ISO 8601 duration.
pub(crate) fn period(count: f64, units: &str) -> Option<String> {
    let (count, clock, unit) = match units.strip_prefix("esriTimeUnits")? {
        "Milliseconds" => (count / 1000.0, "T", "S"),
        "Seconds" => (count, "T", "S"),
        "Minutes" => (count, "T", "M"),
        "Hours" => (count, "T", "H"),
        "Days" => (count, "", "D"),
        "Weeks" => (count, "", "W"),
        "Months" => (count, "", "M"),
        "Years" => (count, "", "Y"),
        "Decades" => (10.0 * count, "", "Y"),
        "Centuries" => (100.0 * count, "", "Y"),
        _ => return None,
    };
    (count > 0.0).then(|| format!("P{clock}{count}{unit}"))
}

/// The moment `milliseconds` after the beginning of 1970, in RFC 3339.
pub fn moment(milliseconds: f64) -> Option<String> {
    Timestamp::from_millisecond(milliseconds as i64).ok().map(|moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_limits::ReadLimits;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../../tests/recorded/arcgis/", $name, ".json"))
        };
    }

    #[test]
    fn every_unit_of_time_is_a_period() {
        let check = |count: f64, unit: &str, expected: Option<&str>| {
            assert_eq!(period(count, &format!("esriTimeUnits{unit}")).as_deref(), expected, "{unit}");
        };
        check(250.0, "Milliseconds", Some("PT0.25S"));
        check(240.0, "Seconds", Some("PT240S"));
        check(30.0, "Minutes", Some("PT30M"));
        check(0.5, "Hours", Some("PT0.5H"));
        check(2.0, "Weeks", Some("P2W"));
        check(1.0, "Months", Some("P1M"));
        check(1.0, "Decades", Some("P10Y"));
        check(1.0, "Centuries", Some("P100Y"));
        check(0.0, "Hours", None);
        check(1.0, "Unknown", None);
        assert_eq!(period(1.0, "hours"), None);
    }

    #[test]
    fn calendar_months_are_months() {
        let json = Json::read(recorded!("mapserver-layer").as_bytes(), &ReadLimits::default()).unwrap();
        let times = TimeInfo::read(&json).unwrap();
        assert_eq!(times.extent().as_deref(), Ok("2018-01-01T00:00:00Z/2018-12-01T00:00:00Z/P1M"));
        assert_eq!(times.dimension(Timestamp::UNIX_EPOCH).unwrap().axis.unwrap().unwrap().count(), Some(12));
    }

    #[test]
    fn why_times_are_not_known_is_said() {
        let why = |document: &str| {
            let json = Json::read(document.as_bytes(), &ReadLimits::default()).unwrap();
            TimeInfo::read(&json).unwrap().dimension(Timestamp::UNIX_EPOCH).unwrap_err().to_string()
        };
        assert_eq!(why(recorded!("mapserver-odd")), "the server does not say from when to when it has data");
        let why = why(recorded!("imageserver-multidimensional"));
        assert!(why.contains("between 2018-01-01T00:00:00Z and 2018-02-01T00:00:00Z, and not which"), "{why}");
    }
}

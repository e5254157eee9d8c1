//! The times of a collection and its other dimensions (OGC API – Common, part 2, and EDR).

use crate::json::Json;
use crate::read_limits::ReadLimits;
use crate::unknown_times::UnknownTimes;
use crate::wms::capabilities::Dimension;
use jiff::Timestamp;
use mapreel_geo::TimeAxis;
use std::sync::Arc;

/// A value of an extent in the form of a request; `None` for an open end.
pub(crate) fn value(json: &Json) -> Option<String> {
    match json {
        Json::Text(text) if text != ".." && !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The start and the end of an extent's first interval, which by the standard contains all others.
fn interval(json: &Json) -> [Option<String>; 2] {
    let all = json.list("interval");
    match all.first() {
        // The EDR server of met.no writes a list for each end.
        Some(Json::List(first)) if first.len() == 1 && all.len() > 1 => {
            let end = |list: &Json| if let Json::List(list) = list { list.first().and_then(value) } else { None };
            [end(&all[0]), end(&all[1])]
        }
        Some(Json::List(ends)) => [ends.first().and_then(value), ends.get(1).and_then(value)],
        Some(_) => [all.first().and_then(value), all.get(1).and_then(value)],
        None => [None, None],
    }
}

/// The first and the last time of a collection as `start/end`, each empty where the interval is open.
pub(crate) fn interval_text(collection: &Json) -> String {
    let temporal = collection.get("extent").and_then(|extent| extent.get("temporal"));
    let [start, end] = temporal.map(interval).unwrap_or_default();
    format!("{}/{}", start.unwrap_or_default(), end.unwrap_or_default())
}

/// The listed values of an extent, separated by commas; empty where none are listed.
fn listed(json: &Json) -> String {
    let grid = json.get("grid").map(|grid| grid.list("coordinates")).unwrap_or_default();
    let values = if grid.is_empty() { json.list("values") } else { grid };
    let values: Vec<String> = values.iter().filter_map(value).collect();
    values.join(",")
}

/// The times of a temporal extent.
///
/// # Errors
/// The document does not tell which times there are: an interval alone gives the first and the last moment, not those
/// between.
pub(crate) fn times(temporal: Option<&Json>, now: Timestamp) -> Result<Option<Dimension>, UnknownTimes> {
    let Some(temporal) = temporal.filter(|temporal| matches!(temporal, Json::Object(_))) else { return Ok(None) };
    let (listed, [start, end]) = (listed(temporal), interval(temporal));
    let extent = match (listed.is_empty(), stepped(temporal, start.as_deref(), end.as_deref())) {
        (false, _) => listed,
        (true, Some(stepped)) => stepped,
        (true, None) => {
            let (first, last) = (start.unwrap_or("the beginning".into()), end.unwrap_or("now".into()));
            return Err(UnknownTimes::OnlyEnds { named_by: "collection", first, last });
        }
    };
    Ok(Some(time_dimension("time", extent, now)))
}

/// A regular grid of times, in the form of a WMS; `None` where there is no grid.
fn stepped(json: &Json, start: Option<&str>, end: Option<&str>) -> Option<String> {
    let grid = json.get("grid")?;
    let (step, start) = (grid.text("resolution")?, grid.text("firstCoordinate").or(start)?);
    Some(match grid.number("cellsCount") {
        Some(count) if count >= 1.0 => format!("R{}/{start}/{step}", count as u64),
        _ => format!("{start}/{}/{step}", end.unwrap_or("current")),
    })
}

/// A dimension of times, with its time axis.
fn time_dimension(name: &str, extent: String, now: Timestamp) -> Dimension {
    let axis = Some(TimeAxis::parse(&extent, now));
    let (name, units) = (name.to_owned(), "ISO8601".to_owned());
    Dimension { name, units, extent: extent.into(), axis, ..Dimension::default() }
}

/// The dimensions of an extent other than place and time, within the limit for one layer.
pub(crate) fn dimensions(extent: &Json, now: Timestamp) -> Vec<Arc<Dimension>> {
    let Json::Object(fields) = extent else { return Vec::new() };
    let is_other = |(name, json): &&(String, Json)| {
        !matches!(name.as_str(), "spatial" | "temporal")
            && (json.get("interval").is_some() || json.get("values").is_some())
    };
    let max = ReadLimits::default().dimensions_of_layer;
    let others = fields.iter().filter(is_other).take(max);
    others.map(|(name, json)| Arc::new(dimension(name, json, now))).collect()
}

fn dimension(name: &str, json: &Json, now: Timestamp) -> Dimension {
    let (listed, [start, end]) = (listed(json), interval(json));
    if json.get("trs").is_some() {
        let all = || format!("{}/{}", start.as_deref().unwrap_or("current"), end.as_deref().unwrap_or("current"));
        let stepped = stepped(json, start.as_deref(), end.as_deref());
        return time_dimension(name, if listed.is_empty() { stepped.unwrap_or_else(all) } else { listed }, now);
    }
    let extent = match (listed.is_empty(), &start, &end) {
        (false, ..) => listed.split(',').map(without_repetition).collect::<Vec<_>>().join(","),
        (true, Some(start), Some(end)) => {
            let grid = json.get("grid");
            // A step of 0 means that every number is a value (OGC 06-042, table C.2).
            let step = grid.and_then(|grid| grid.number("resolution")).unwrap_or(0.0);
            let count = grid.and_then(|grid| grid.number("cellsCount"));
            let last = start.parse().ok().zip(count).map(|(start, count): (f64, f64)| start + (count - 1.0) * step);
            let last = last.filter(|_| step != 0.0).map_or_else(|| end.clone(), |last| last.to_string());
            format!("{start}/{last}/{step}")
        }
        _ => String::new(),
    };
    let units = json.text("unit").unwrap_or_default().to_owned();
    let unit_symbol = Some(units.clone()).filter(|units| !units.is_empty());
    Dimension { name: name.to_owned(), units, unit_symbol, extent: extent.into(), ..Dimension::default() }
}

/// `R20/100/50`, twenty values from 100 in steps of 50 (OGC 19-086r6), as `start/end/step`. Other values stay as they
/// are.
fn without_repetition(value: &str) -> String {
    let read = || {
        let [count, first, step]: [&str; 3] =
            value.strip_prefix('R')?.split('/').collect::<Vec<_>>().try_into().ok()?;
        let (count, from, by): (f64, f64, f64) = (count.parse().ok()?, first.parse().ok()?, step.parse().ok()?);
        Some(format!("{first}/{}/{step}", from + (count - 1.0) * by))
    };
    read().unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_is_an_interval() {
        assert_eq!((without_repetition("R20/100/50"), without_repetition("Red")), ("100/1050/50".into(), "Red".into()));
    }
}

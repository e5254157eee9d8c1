//! The labels after a layer's title: the time of its data, its run, the values of its dimensions, the request's own labels.

use super::label::PlannedLabel;
use crate::layers::resolved_layer::ResolvedLayer;
use mapreel_geo::{TimeStyle, ValidTime};

/// The labels of frame `index` of the whole film: the valid time, where the layer's pictures or features were chosen by it,
/// and the request's labels.
pub(crate) fn labels(
    layer: &ResolvedLayer,
    index: usize,
    time: Option<&ValidTime>,
    used: Option<&str>,
    style: &TimeStyle,
) -> Vec<PlannedLabel> {
    let axes = layer.kind.axes();
    let used = used.filter(|_| layer.kind.shows_its_time());
    let unconfirmed = axes.is_some_and(|axes| axes.timing.unconfirmed().is_some());
    let unchecked = axes.is_some_and(|axes| axes.timing.is_unchecked());
    let used = used.map(|text| match (ValidTime::parse(text), time) {
        (used, _) if unconfirmed => {
            let used = used.map_or(text.to_owned(), |used| style.show(&used));
            PlannedLabel { text: format!("asked for {used}, not confirmed"), marked: true }
        }
        // A word of the server, such as `current`.
        (Err(_), time) => PlannedLabel { text: text.to_owned(), marked: time.is_some() },
        (Ok(used), _) if unchecked => plain(format!("asked for {}", style.show(&used))),
        (Ok(used), Some(time)) if *time != used => {
            PlannedLabel { text: format!("{}, {}", style.show(&used), time_apart(&used, time)), marked: true }
        }
        (Ok(used), _) => plain(style.show(&used)),
    });
    let values = axes.map(|axes| axes.dimensions.labels(index, style)).unwrap_or_default();
    let own = layer.labels.at(index).iter().filter_map(|label| layer.kind.label(label, time));
    used.into_iter().chain(values).chain(own.map(plain)).collect()
}

fn plain(text: String) -> PlannedLabel {
    PlannedLabel { text, marked: false }
}

/// The distance of a time from another, in its two largest units: `1 d 6 h earlier`.
fn time_apart(time: &ValidTime, from: &ValidTime) -> String {
    const UNITS: [(i64, &str); 5] =
        [(365 * 86_400_000, "y"), (86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")];
    let difference = time.instant().duration_since(from.instant());
    let mut rest = difference.as_millis().unsigned_abs() as i64;
    let mut words = Vec::new();
    for (unit, name) in UNITS {
        if rest >= unit && words.len() < 2 {
            words.push(format!("{} {name}", rest / unit));
            rest %= unit;
        } else if !words.is_empty() {
            break;
        }
    }
    if words.is_empty() {
        words.push(format!("{rest} ms"));
    }
    format!("{} {}", words.join(" "), if difference.is_negative() { "earlier" } else { "later" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_time_is_away_is_said_in_two_units() {
        let check = |time: &str, expected: &str| {
            let [time, from] = [time, "2020-01-10T12:00Z"].map(|text| ValidTime::parse(text).unwrap());
            assert_eq!(time_apart(&time, &from), expected);
        };
        check("2020-01-10T15:00Z", "3 h later");
        check("2020-01-09T06:00Z", "1 d 6 h earlier");
        check("2020-01-10T11:55:30Z", "4 min 30 s earlier");
        check("2019-12-10T12:00:30Z", "30 d 23 h earlier");
        check("1993-01-10T12:00Z", "27 y 6 d earlier");
        check("2020-01-10T12:00:00.250Z", "250 ms later");
    }
}

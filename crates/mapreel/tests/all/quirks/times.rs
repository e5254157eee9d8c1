//! The times of a server, in the forms in which it writes them.

use super::super::mapserver::{assert_field, request, wms_layer};
use super::super::support::picture::decode;
use super::super::support::{Run, fetch, folder, render, wms};
use super::{offer, reason, recorded};
use mapreel_testkit::upstreams::capabilities;

/// For a time that it does not have, MapServer draws its default or an empty picture. So Mapreel never asks for such a
/// time.
#[test]
fn q6_a_time_that_the_server_does_not_have_is_not_drawn() {
    let draw = |layer: &str, time: &str, further: &str, code: i32| {
        let layer = wms_layer(further).replace("\"field\"", &format!("\"{layer}\""));
        let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 300"#;
        render("times.png", &request(map, time, &layer)).ended(code)
    };
    let used = |run: &Run| run.manifest["frames"][0]["layers"][0]["time_used"].clone();
    let whole = |time: &str| format!(r#""times": "{time}","#);
    // MapServer's own answer, which shows that the test tests something.
    let direct = |layer: &str, time: &str| {
        decode(&fetch(&format!(
            "{}?service=WMS&request=GetMap&version=1.1.1&layers={layer}&styles=&srs=EPSG:4326&bbox=-40,-40,40,40&width=80&height=80&format=image/png&transparent=true&time={time}",
            wms::url()
        )))
    };
    assert!(direct("irregular", "2031-01-01") == direct("irregular", wms::IRREGULAR[2]), "the default");
    assert!(direct("irregular", "1991-02-16") == direct("irregular", wms::IRREGULAR[2]), "the default again");
    assert!(direct("strict", "2018-01-15").rgb.iter().all(|value| *value == 255), "nothing");

    for (layer, time) in
        [("irregular", "2031-01-01"), ("irregular", "1991-02-16"), ("strict", "2018-01-15"), ("field", "2018-04-02")]
    {
        let run = draw(layer, &whole(time), "\"time\": \"exact\"", 3);
        assert!(
            reason(&run).starts_with(&format!("no data for {time} 00:00 UTC; the server offers ")),
            "{}",
            reason(&run)
        );
        assert_eq!(used(&run), serde_json::Value::Null);
    }
    // The manifest names the time that is drawn, where the request names none and where the server has another.
    let run = draw("irregular", "", "\"time\": \"exact\"", 0);
    assert_eq!(used(&run), wms::IRREGULAR[2]);
    let run = draw("strict", "", "\"time\": \"exact\"", 0);
    assert_eq!(used(&run), "2018-12-01T00:00:00Z");
    assert_field(&run, &run.picture(), 12, 0.6, 0);
    for (rule, month) in [("nearest", 3), ("previous", 2)] {
        let run = draw("strict", &whole("2018-02-20T00:00:00Z"), &format!(r#""time": "{rule}""#), 0);
        assert_field(&run, &run.picture(), month, 0.6, 0);
        assert_eq!(used(&run), format!("2018-0{month}-01T00:00:00Z"));
    }
    let run = draw("irregular", &whole("1991-02-17"), r#""time": "previous", "within": "P1D""#, 0);
    assert_field(&run, &run.picture(), 2, 0.6, 0);
    draw("irregular", &whole("1991-02-17"), r#""time": "previous", "within": "PT6H""#, 3);
    // An unchecked time gives an empty picture, with a notice.
    let run = draw("strict", &whole("2018-01-15"), r#""time": "unchecked""#, 3);
    assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "empty");
}

#[test]
fn q7_times_are_read_in_all_their_forms() {
    let axis = |offer: &serde_json::Value, layer: &str| {
        let layers = offer["layers"].as_array().unwrap();
        let layer = layers.iter().find(|known| known["name"] == layer).unwrap().clone();
        let dimensions = layer["dimensions"].as_array().unwrap();
        assert_eq!(dimensions.iter().filter(|dimension| dimension["name"] == "time").count(), 1, "{layer}");
        let axis = &dimensions[0]["axis"];
        (axis["first"].clone(), axis["last"].clone(), axis["count"].clone())
    };
    for version in ["1.1.1", "1.3.0"] {
        let offer = offer(&format!("{}?version={version}", wms::url()));
        assert_eq!(offer["version"], version);
        let months = ("2018-01-01T00:00:00Z".into(), "2018-12-01T00:00:00Z".into(), 12.into());
        assert_eq!(axis(&offer, "strict"), months);
        assert_eq!(axis(&offer, "irregular"), (wms::IRREGULAR[0].into(), wms::IRREGULAR[2].into(), 3.into()));
    }
    let document = recorded("xpublish-wms.xml");
    let (day, evening) = ("2020-01-01T00:00:00Z", "2020-01-01T18:00:00Z");
    let file = folder("quirks").join("xpublish.xml");
    std::fs::write(&file, &document).unwrap();
    assert_eq!(axis(&offer(file.to_str().unwrap()), "sst"), (day.into(), evening.into(), 4.into()));
    // xpublish lists the time again, as a plain dimension, where its coordinate has no `axis`.
    let twice = String::from_utf8(document).unwrap().replace(
        "</Dimension>",
        "</Dimension><Dimension name=\"time\" units=\"\" default=\"0\">2020-01-01T00:00:00.000000000</Dimension>",
    );
    std::fs::write(&file, twice).unwrap();
    assert_eq!(axis(&offer(file.to_str().unwrap()), "sst"), (day.into(), evening.into(), 4.into()));
    let mixed = "2020-01-01,2020-02-01/2020-06-01/P30DT12H,2021-01-01T12:00:00.5Z";
    std::fs::write(&file, capabilities("a", mixed)).unwrap();
    assert_eq!(
        axis(&offer(file.to_str().unwrap()), "a"),
        ("2020-01-01T00:00:00Z".into(), "2021-01-01T12:00:00.5Z".into(), 6.into())
    );
}

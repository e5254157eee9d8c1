//! Capabilities of a WMS that are well-formed XML, but far too long or with nonsensical values.

use super::ask::Ask;
use super::bytes::many;
use super::case::{Case, End, Offer};
use mapreel_testkit::upstreams::capabilities_of;

fn row(name: impl Into<String>, end: End, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Wms, end, move || make().into_bytes())
}

/// A layer with this time axis.
fn times(name: &str, end: End, axis: impl Fn() -> String + Send + Sync + 'static) -> Case {
    let dimension = move || format!(r#"<Dimension name="time" units="ISO8601">{}</Dimension>"#, axis());
    row(format!("times: {name}"), end, move || capabilities_of("a", &dimension())).offer(Offer::Listed)
}

/// A layer with this axis of elevations.
fn values(name: &str, end: End, axis: impl Fn() -> String + Send + Sync + 'static) -> Case {
    let dimensions = move || {
        let time = r#"<Dimension name="time" units="ISO8601">2020-01-01T00:00:00Z</Dimension>"#;
        format!(r#"{time}<Dimension name="elevation" units="m" default="0">{}</Dimension>"#, axis())
    };
    row(format!("values: {name}"), end, move || capabilities_of("a", &dimensions())).offer(Offer::Listed)
}

const TIME: &str = r#"<Dimension name="time" units="ISO8601">2020-01-01T00:00:00Z</Dimension>"#;

/// Layers that inherit `what` from their parent.
fn inherited(what: impl Fn() -> String, layers: usize) -> String {
    let children = many(layers, |i| format!("<Layer><Name>l{i}</Name></Layer>"));
    capabilities_of("a", &format!("{TIME}</Layer><Layer>{}{children}", what()))
}

/// A service element with these limits.
fn limits(name: &str, end: End, text: &'static str) -> Case {
    row(format!("limits: {name}"), end, move || {
        capabilities_of("a", TIME).replace("<Title>test</Title>", &format!("<Title>test</Title>{text}"))
    })
    .offer(Offer::Listed)
}

/// A layer with this box.
fn boxed(name: &str, end: End, text: &'static str) -> Case {
    row(format!("box: {name}"), end, move || capabilities_of("a", &format!("{TIME}{text}"))).offer(Offer::Listed)
}

pub fn cases() -> Vec<Case> {
    [times_of_axes(), values_of_axes(), inherited_by_layers(), of_one_layer(), of_the_service(), sizes_and_boxes()]
        .into_iter()
        .flatten()
        .collect()
}

/// Time axes: too many, too long, or invalid.
#[rustfmt::skip]
fn times_of_axes() -> Vec<Case> {
    use End::{Fine, Made};
    vec![
        times("every nanosecond since 1970", Fine, || "1970-01-01T00:00:00Z/2262-04-11T23:47:16.854775806Z/PT0.000000001S".into()),
        times("every nanosecond of ten thousand years", Made, || "-0001-01-01T00:00:00Z/9999-12-31T23:59:59Z/PT0.000000001S".into()),
        times("every second of ten thousand years", Fine, || "0001-01-01T00:00:00Z/9999-12-31T23:59:59Z/PT1S".into()),
        times("every month of ten thousand years", Fine, || "0001-01-01T00:00:00Z/9999-12-01T00:00:00Z/P1M".into()),
        times("200 intervals of nanoseconds", Made, || many(200, |i| format!("1970-01-01T00:00:00Z/22{:02}-01-01T00:00:00Z/PT0.000000001S,", i % 60))),
        times("a million times", Made, || many(1_000_000, |i| format!("20{:02}-01-01T00:00:{:02}Z,", i % 100, i % 60))),
        times("3 million dates", Made, || many(3_000_000, |i| format!("{:04}-01-01,", i % 9999))),
        times("10 million commas", Made, || ",".repeat(10_000_000)),
        times("a million slashes", Made, || "/".repeat(1_000_000)),
        times("60 000 intervals", Made, || many(60_000, |i| format!("20{:02}-01-01/20{:02}-12-31/P1D,", i % 100, i % 100))),
        times("500 000 intervals that overlap", Made, || "2000-01-01/2030-12-31/PT1H,".repeat(500_000)),
        times("a period of 10^20 days", Made, || "2000-01-01/2030-01-02/P99999999999999999999D".into()),
        times("a period of 10^9 years", Made, || "2000-01-01/2030-01-02/P999999999Y".into()),
        times("a period of 10^6 digits", Made, || format!("2000-01-01/2030-01-02/P{}D", "9".repeat(1_000_000))),
        times("a period of every unit, many times", Made, || format!("2000-01-01/2030-01-02/P{}", "1Y1M1D".repeat(100_000))),
        times("a period of nothing", Made, || "2000-01-01/2030-01-02/PT0S".into()),
        times("a period below nothing", Made, || "2000-01-01/2030-01-02/-P1D".into()),
        times("a period of months below nothing", Made, || "2000-01-01/2030-01-02/P1Y-13M".into()),
        times("a fraction of 10^6 digits", Made, || format!("2000-01-01/2030-01-02/PT0.{}1S", "0".repeat(1_000_000))),
        times("a period that is not quite a number", Made, || "2000-01-01/2030-01-02/PT1e9S".into()),
        times("an end before its start", Made, || "2030-01-01/2000-01-01/P1D".into()),
        times("years before and after all calendars", Made, || "-9999-01-01/9999-12-31/P1000Y,99999-01-01".into()),
        times("a year of 10^6 digits", Made, || format!("{}-01-01", "9".repeat(1_000_000))),
        times("months, days and hours that are not there", Made, || "2020-13-45T99:99:99Z,2020-02-30,2020-00-00".into()),
        times("leap seconds", Made, || "2016-12-31T23:59:60Z/2030-12-31T23:59:60Z/P1D".into()),
        times("offsets of a thousand hours", Made, || "2020-01-01T00:00:00+999:99".into()),
        times("a repetition of 10^18", Made, || "R999999999999999999/2000-01-01/P1D".into()),
        times("10^6 current times", Made, || "current,".repeat(1_000_000)),
        times("a time of 30 MB", Made, || "2".repeat(30 << 20)),
        times("digits of other scripts", Made, || "٢٠٢٠-٠١-٠١".into()),
    ]
}

/// Axes of other dimensions.
#[rustfmt::skip]
fn values_of_axes() -> Vec<Case> {
    use End::{Fine, Made};
    vec![
        values("steps of 10^-12", Fine, || "0/1000000/0.000000000001".into()),
        values("steps of 10^-300", Made, || "0/1e300/1e-300".into()),
        values("a step of nothing", Made, || "0/100/0".into()),
        values("a step below nothing", Made, || "0/100/-1".into()),
        values("a step that is no number", Made, || "0/100/NaN".into()),
        values("from minus to plus infinity", Made, || "-inf/inf/1".into()),
        values("a million", Made, || many(1_000_000, |i| format!("{i},"))),
        values("3 million of one letter", Made, || "x,".repeat(3_000_000)),
        values("50 000 intervals", Made, || many(50_000, |i| format!("{i}/{}/0.1,", i + 1))),
        values("1e999999", Made, || "1e999999,-1e999999,0".into()),
        values("a number of 10^6 digits", Made, || "1".repeat(1_000_000)),
    ]
}

/// Properties that layers inherit.
#[rustfmt::skip]
fn inherited_by_layers() -> Vec<Case> {
    use End::{Fine, Made};
    vec![
        row("1 000 layers that inherit 500 dimensions", Made, || inherited(|| many(500, |i| format!(r#"<Dimension name="d{i}" units="">{}</Dimension>"#, "1,2,3,4,5,6,7,8,".repeat(10))), 1_000)).offer(Offer::Either),
        row("1 000 layers that inherit 25 000 times", Fine, || inherited(|| format!(r#"<Dimension name="time" units="ISO8601">{}</Dimension>"#, many(25_000, |i| format!("20{:02}-01-01T{:02}:00:00.{:03}Z,", i % 100, i % 24, i % 1000))), 1_000)).offer(Offer::Either),
        row("1 000 layers that inherit 50 000 intervals", Made, || inherited(|| format!(r#"<Dimension name="time" units="ISO8601">{}</Dimension>"#, many(50_000, |i| format!("20{:02}-01-01/20{:02}-12-31/P1D,", i % 100, i % 100))), 1_000)),
        row("50 000 layers that inherit 100 times", Made, || inherited(|| format!(r#"<Dimension name="time" units="ISO8601">{}</Dimension>"#, many(100, |i| format!("20{i:02}-01-01,"))), 50_000)),
        row("50 000 layers that inherit 7 000 CRSs", Made, || inherited(|| many(7_000, |i| format!("<CRS>EPSG:{i}</CRS>")), 50_000)),
        row("1 000 layers that inherit 10 000 CRSs", Made, || inherited(|| many(10_000, |i| format!("<CRS>EPSG:{i}</CRS>")), 1_000)).offer(Offer::Either),
        row("1 000 layers that inherit 1 000 boxes", Made, || inherited(|| many(1_000, |i| format!(r#"<BoundingBox CRS="EPSG:{i}" minx="0" miny="0" maxx="1" maxy="1"/>"#)), 1_000)),
        row("1 000 layers that inherit 2 000 styles", Made, || inherited(|| many(2_000, |i| format!("<Style><Name>s{i}</Name><Title>{i}</Title></Style>")), 1_000)),
        row("20 000 layers that inherit 2 000 styles", Made, || inherited(|| many(2_000, |i| format!("<Style><Name>s{i}</Name><Title>{i}</Title></Style>")), 20_000)),
        row("10 000 layers that inherit a style of 100 kB", Made, || inherited(|| format!("<Style><Name>s</Name><Abstract>{}</Abstract></Style>", "x".repeat(100_000)), 10_000)),
        row("10 000 layers that inherit an attribution of 100 kB", Made, || inherited(|| format!("<Attribution><Title>{}</Title></Attribution>", "x".repeat(100_000)), 10_000)),
    ]
}

/// Nested layers, and layers with very many properties.
#[rustfmt::skip]
fn of_one_layer() -> Vec<Case> {
    use End::{Fine, Made};
    vec![
        row("a million layers", Made, || inherited(String::new, 1_000_000)),
        row("100 000 layers of one name", Made, || capabilities_of("a", &format!("{TIME}</Layer>{}<Layer>", "<Layer><Name>a</Name></Layer>".repeat(100_000)))),
        row("20 000 layers, each inside the one before", Made, || capabilities_of("a", &format!("{TIME}</Layer>{}{}<Layer>", "<Layer><Name>b</Name>".repeat(20_000), "</Layer>".repeat(20_000)))),
        row("500 layers inside each other, each with a style and a CRS more", Made, || capabilities_of("a", &format!("{TIME}</Layer>{}{}<Layer>", many(500, |i| format!("<Layer><Name>b{i}</Name><CRS>EPSG:{}</CRS><Style><Name>s{i}</Name></Style>", 2000 + i)), "</Layer>".repeat(500)))),
        row("300 000 keywords", Fine, || capabilities_of("a", &format!("{TIME}<KeywordList>{}</KeywordList>", "<Keyword>x</Keyword>".repeat(300_000)))).offer(Offer::Either),
        row("300 000 CRSs of one layer", Made, || capabilities_of("a", &(TIME.to_owned() + &many(300_000, |i| format!("<CRS>EPSG:{i}</CRS>"))))),
        row("one CRS element of 300 000 codes", Made, || capabilities_of("a", &format!("{TIME}<SRS>{}</SRS>", many(300_000, |i| format!("EPSG:{i} "))))),
        row("100 000 time dimensions of one layer", Made, || capabilities_of("a", &TIME.repeat(100_000))),
        row("100 000 extents of one dimension", Made, || capabilities_of("a", &format!(r#"<Dimension name="time" units="ISO8601"/>{}"#, r#"<Extent name="time">2020-01-01T00:00:00Z</Extent>"#.repeat(100_000)))),
        row("10 000 dimensions and their extents", Made, || capabilities_of("a", &(TIME.to_owned() + &many(10_000, |i| format!(r#"<Dimension name="d{i}" units=""/><Extent name="d{i}">1,2</Extent>"#))))),
    ]
}

/// Layers that cannot be drawn, and hostile service elements.
#[rustfmt::skip]
fn of_the_service() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("a layer without any CRS", Made, || capabilities_of("a", TIME).replace("<CRS>EPSG:3857</CRS><CRS>EPSG:4326</CRS>", "")),
        row("a layer of CRSs that nobody knows", Made, || capabilities_of("a", TIME).replace("<CRS>EPSG:3857</CRS><CRS>EPSG:4326</CRS>", "<CRS>EPSG:999999999999</CRS><CRS>AUTO:42001,0,0</CRS>")),
        row("another layer than the one asked for", Made, || capabilities_of("b", TIME)).offer(Offer::Listed),
        row("no layer at all", Made, || "<WMS_Capabilities version='1.3.0'><Capability/></WMS_Capabilities>".into()),
        row("a version of another world", Made, || capabilities_of("a", TIME).replace("1.3.0", "99999999999999.-1.NaN")),
        row("the capabilities of a WFS", Lost, || "<WFS_Capabilities version='2.0.0'><FeatureTypeList/></WFS_Capabilities>".into()),
        row("an address of itself for maps", Made, || capabilities_of("a", TIME).replace("<Capability>", "<Capability><Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='?REQUEST=GetCapabilities'/></Get></HTTP></DCPType></GetMap></Request>")),
        row("100 000 formats", Made, || capabilities_of("a", TIME).replace("<Capability>", &format!("<Capability><Request><GetMap>{}</GetMap></Request>", "<Format>image/x-nothing</Format>".repeat(100_000)))),
    ]
}

/// The server's limits on picture sizes, and the bboxes of layers.
#[rustfmt::skip]
fn sizes_and_boxes() -> Vec<Case> {
    use End::{Fine, Gap, Made};
    vec![
        limits("pictures of one pixel", Gap("layer_unavailable"), "<MaxWidth>1</MaxWidth><MaxHeight>1</MaxHeight>"),
        limits("pictures of no pixel", Made, "<MaxWidth>0</MaxWidth><MaxHeight>0</MaxHeight>"),
        limits("pictures below nothing", Made, "<MaxWidth>-5</MaxWidth><MaxHeight>-5</MaxHeight>"),
        limits("pictures of 10^30 pixels", Fine, "<MaxWidth>1000000000000000000000000000000</MaxWidth>"),
        limits("pictures one pixel high", Made, "<MaxHeight>1</MaxHeight>"),
        limits("pictures of 33 pixels", Made, "<MaxWidth>33</MaxWidth><MaxHeight>33</MaxHeight>"),
        limits("no layer at once", Made, "<LayerLimit>0</LayerLimit>"),
        limits("one layer at once", Fine, "<LayerLimit>1</LayerLimit>"),
        boxed("not a number", Made, r#"<EX_GeographicBoundingBox><westBoundLongitude>NaN</westBoundLongitude><eastBoundLongitude>NaN</eastBoundLongitude><southBoundLatitude>NaN</southBoundLatitude><northBoundLatitude>NaN</northBoundLatitude></EX_GeographicBoundingBox>"#),
        boxed("infinite", Made, r#"<LatLonBoundingBox minx="-inf" miny="-inf" maxx="inf" maxy="inf"/>"#),
        boxed("of 1e308 degrees", Made, r#"<LatLonBoundingBox minx="-1e308" miny="-1e308" maxx="1e308" maxy="1e308"/>"#),
        boxed("the wrong way round", Made, r#"<LatLonBoundingBox minx="180" miny="90" maxx="-180" maxy="-90"/>"#),
        boxed("of nothing", Made, r#"<LatLonBoundingBox minx="0" miny="40" maxx="0" maxy="40"/>"#),
        boxed("of 1e999", Made, r#"<BoundingBox CRS="EPSG:3857" minx="-1e999" miny="-1e999" maxx="1e999" maxy="1e999"/>"#),
        boxed("without a side", Made, r#"<BoundingBox CRS="EPSG:4326" minx="1"/>"#),
    ]
}

//! Capabilities documents: everything that they may contain, broken documents, and the frames of a plan that follow from them.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use jiff::{SignedDuration, Timestamp};
use mapreel_ogc::wms::capabilities::{Capabilities, Dialect, Dimension, Layer};
use mapreel_ogc::wms::reader as wms;
use mapreel_ogc::wmts::reader as wmts;
use mapreel_ogc::{Inherited, ReadLimits};
use mapreel_spec::{Document, LayerSource, Limits, Next, Plan, Resolved, View, parse_request};
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

fn now() -> Timestamp {
    "2026-01-10T12:00:00Z".parse().unwrap()
}

fn read(document: &str) -> Capabilities {
    wms::capabilities(document.as_bytes(), now()).unwrap()
}

fn layer<'a>(capabilities: &'a Capabilities, name: &str) -> &'a Layer {
    capabilities.layers.iter().find(|layer| layer.name == name).unwrap()
}

fn times(layer: &Layer) -> (String, String, Option<u64>) {
    let axis = layer.dimension("time").unwrap().axis.as_ref().unwrap().as_ref().unwrap();
    (axis.first().text().to_owned(), axis.last().text().to_owned(), axis.count())
}

/// 1.1.1: a DOCTYPE, several codes in one SRS, and dimensions in two elements, one of which may be in an outer layer.
const OLD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd" [<!ELEMENT VendorSpecificCapabilities EMPTY>]>
<!-- made by hand -->
<WMT_MS_Capabilities version="1.1.1">
  <Service><Name>OGC:WMS</Name><Title>  Old
    server </Title></Service>
  <Capability>
    <Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://inside:8080/wms?"/></Get></HTTP></DCPType></GetMap></Request>
    <Layer>
      <Title>Everything</Title>
      <SRS>EPSG:4326 EPSG:3857</SRS>
      <LatLonBoundingBox minx="-20" miny="30" maxx="40" maxy="70"/>
      <Dimension name="time" units="ISO8601"/>
      <Dimension name="elevation" units="m"/>
      <Extent name="time" default="2020-01-02" nearestValue="1">2020-01-01/2020-01-05/P1D</Extent>
      <Attribution><Title>The Service</Title></Attribution>
      <Style><Name>plain</Name><Title>Plain</Title></Style>
      <Layer opaque="1"><Name>first</Name><Title>First</Title><SRS>EPSG:3413</SRS></Layer>
      <Layer><Title>Group</Title>
        <Extent name="TIME">2001,2003-05,2004-01-01T06:30:00.250Z</Extent>
        <Layer><Name>second</Name>
          <Extent name="elevation" default="10">0,10,20</Extent>
          <Style><Name>plain</Name><Title>Its own</Title><LegendURL><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://inside:8080/legend.png"/></LegendURL></Style>
          <Style><Name>dots</Name></Style>
        </Layer>
      </Layer>
    </Layer>
  </Capability>
</WMT_MS_Capabilities>"#;

fn listed(items: &Inherited<str>) -> String {
    items.iter().map(|item| &**item).collect::<Vec<_>>().join(" / ")
}

#[test]
fn layers_inherit_in_the_old_version() {
    let old = read(OLD);
    assert_eq!((old.version.as_str(), old.title.as_str(), old.dialect), ("1.1.1", "Old server", Dialect::Plain));
    assert_eq!((old.width_max, old.own_origin.as_deref()), (None, Some("http://inside:8080")));
    let names: Vec<_> = old.layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["first", "second"], "a group without a name cannot be asked for");
    let (first, second) = (layer(&old, "first"), layer(&old, "second"));
    assert_eq!(listed(&first.crs), "EPSG:4326 / EPSG:3857 / EPSG:3413");
    assert_eq!((first.opaque, second.opaque), (true, false));
    assert_eq!((&second.title, listed(&second.within)), (&"second".to_owned(), "Everything / Group".to_owned()));
    assert_eq!(first.attribution.as_deref(), Some("The Service"));
    assert_eq!(times(first), ("2020-01-01".into(), "2020-01-05".into(), Some(5)));
    let time = first.dimension("TIME").unwrap();
    assert_eq!((time.default.as_deref(), time.nearest_value), (Some("2020-01-02"), true));
    assert_eq!(times(second), ("2001".into(), "2004-01-01T06:30:00.250Z".into(), Some(3)));
    let elevation = second.dimension("elevation").unwrap();
    assert_eq!(
        (elevation.units.as_str(), &*elevation.extent, elevation.parameter()),
        ("m", "0,10,20", "ELEVATION".into())
    );
    assert!(first.dimension("elevation").is_none(), "units without an extent are no dimension");
    let styles: Vec<_> = second.styles.iter().map(|style| (style.title.as_str(), style.legend.is_some())).collect();
    assert_eq!(styles, [("Its own", true), ("dots", false)]);
}

/// 1.3.0 of an ncWMS: limits, a forecast with runs, mixed times, `current`, and a layer whose times are broken.
const NEW: &str = r#"<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms">
  <Service><Title>New</Title><LayerLimit>1</LayerLimit><MaxWidth>1024</MaxWidth><MaxHeight>0</MaxHeight></Service>
  <Capability>
    <Request><GetMap><Format>image/png</Format><Format>image/png; mode=8bit</Format></GetMap></Request>
    <Layer><Title>All</Title><CRS>CRS:84</CRS>
      <Style><Name>boxfill/rainbow</Name></Style>
      <Layer><Name>forecast</Name>
        <EX_GeographicBoundingBox><westBoundLongitude>-180</westBoundLongitude><eastBoundLongitude>1e15</eastBoundLongitude><southBoundLatitude>-90</southBoundLatitude><northBoundLatitude>90</northBoundLatitude></EX_GeographicBoundingBox>
        <Dimension name="time" units="ISO8601" default="current">2026-01-01T00:00:00Z/current/PT6H</Dimension>
        <Dimension name="reference_time" units="ISO8601" default="2026-01-10T06:00:00Z">2026-01-10T00:00:00Z/2026-01-10T06:00:00Z/PT6H</Dimension>
        <Dimension name="DIM_MEMBER" units="">1,2,3</Dimension>
      </Layer>
      <Layer><Name>mixed</Name><Dimension name="time" units="ISO8601">
        1999-12-31T00:00:00.000Z ,
        2020-01-01/2020-06-01/P30DT12H, 2021-01-01T00:00Z/2021-01-01T01:00Z/PT0.5H
      </Dimension></Layer>
      <Layer><Name>broken</Name><Dimension name="time" units="ISO8601">2020-01-01/2020-02-01/P1X</Dimension></Layer>
    </Layer>
  </Capability>
</WMS_Capabilities>"#;

#[test]
fn dimensions_limits_and_dialects_are_read_in_the_new_version() {
    let new = read(NEW);
    assert_eq!((new.width_max, new.height_max, new.layers_max), (Some(1024), None, Some(1)));
    assert_eq!((new.dialect, new.formats.len()), (Dialect::NcWms, 2));
    let forecast = layer(&new, "forecast");
    assert_eq!(times(forecast), ("2026-01-01T00:00:00Z".into(), "2026-01-10T12:00:00Z".into(), Some(39)));
    assert_eq!(forecast.run().map(Dimension::parameter).as_deref(), Some("DIM_REFERENCE_TIME"));
    assert_eq!(forecast.run().unwrap().default_time(now()).unwrap().text(), "2026-01-10T06:00:00Z");
    assert_eq!(forecast.dimension("dim_member").map(Dimension::parameter).as_deref(), Some("DIM_MEMBER"));
    assert_eq!(forecast.degrees, None, "no place on the earth");
    assert_eq!(forecast.styles.iter().next().unwrap().name, "boxfill/rainbow");
    let mixed = layer(&new, "mixed");
    assert_eq!(times(mixed), ("1999-12-31T00:00:00.000Z".into(), "2021-01-01T01:00:00Z".into(), Some(1 + 5 + 3)));
    let problem = layer(&new, "broken").dimension("time").unwrap().axis.clone().unwrap().unwrap_err();
    assert!(problem.to_string().contains("P1X"), "{problem}");
}

#[test]
fn a_broken_document_is_refused_with_the_place_where_it_breaks() {
    let check = |document: &str, words: &str| {
        let why = wms::capabilities(document.as_bytes(), now()).unwrap_err().to_string();
        assert!(why.contains(words), "{why}");
    };
    check(&OLD[..OLD.find("<Extent").unwrap()], "line ");
    check(&OLD.replace("</Service>", "</Servize>"), "line 6");
    check("", "is empty");
    check("<html><body>Not found</body></html>", "`html`");
    check("<WMS_Capabilities version=\"1.3.0\"><Service/></WMS_Capabilities>", "no `Capability`");
    let deep = format!("{}{}", "<Layer><Title>t</Title>".repeat(200), "</Layer>".repeat(200));
    check(&format!("<WMS_Capabilities><Capability>{deep}</Capability></WMS_Capabilities>"), "deep");
    // Each entity contains the one before ten times: a billion laughs.
    let entity = |n: u32| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10));
    let laughs: String = (1..10).map(entity).collect();
    let laughs = format!(
        "<!DOCTYPE x [<!ENTITY e0 \"ha\">{laughs}]><WMS_Capabilities><Capability><Layer><Name>&e9;</Name></Layer></Capability></WMS_Capabilities>"
    );
    assert_eq!(read(&laughs).layers[0].name, "&e9;", "no entity is declared");
    let why = wmts::capabilities(OLD.as_bytes(), now()).unwrap_err().to_string();
    assert!(why.contains("this is a WMS 1.1.1, not a WMTS"), "{why}");
}

/// A document of 788 kB: 1 000 layers inherit 50 dimensions of 2 800 values, and as many CRSs and styles.
fn inheriting() -> String {
    let numbers: Vec<_> = (0..2_800).map(|n| n.to_string()).collect();
    let dimension = |n| format!("<Dimension name='d{n}' units='m'>{}</Dimension>", numbers.join(","));
    let crs = |n| format!("<CRS>EPSG:{n}</CRS>");
    let style = |n| format!("<Style><Name>s{n}</Name></Style>");
    let own = |n: i32| format!("<Layer><Name>l{n}</Name><CRS>X:{n}</CRS><Style><Name>s{n}</Name></Style></Layer>");
    let (dimensions, crss): (String, String) = ((0..50).map(dimension).collect(), (0..3_000).map(crs).collect());
    let (styles, layers): (String, String) = ((0..1_000).map(style).collect(), (0..1_000).map(own).collect());
    format!(
        "<WMS_Capabilities version='1.3.0'><Capability><Layer><Title>all</Title>{crss}{dimensions}{styles}{layers}</Layer></Capability></WMS_Capabilities>"
    )
}

#[test]
fn what_layers_inherit_is_shared() {
    let document = inheriting();
    let capabilities = read(&document);
    let (first, last) = (&capabilities.layers[0], &capabilities.layers[999]);
    assert_eq!((first.crs.len(), first.styles.len(), first.dimensions.len()), (3_001, 1_000, 50));
    assert_eq!(
        (first.crs.iter().count(), first.styles.iter().count(), first.dimensions.iter().count()),
        (3_001, 1_000, 50)
    );
    assert_eq!(last.styles.iter().map(|style| style.name.as_str()).take(2).collect::<Vec<_>>(), ["s999", "s0"]);
    // Each dimension is stored once, and 1 000 layers add one code and one style each.
    let (mut seen, mut extents) = (HashSet::new(), HashSet::new());
    let mut count = |layer: &Layer| layer.crs.unseen(&mut seen).count() + layer.styles.unseen(&mut seen).count();
    assert_eq!(capabilities.layers.iter().map(&mut count).sum::<usize>(), 3_000 + 1_000 + 2_000);
    for layer in &capabilities.layers {
        extents.extend(layer.dimensions.iter().map(|dimension| Arc::as_ptr(&dimension.extent)));
    }
    assert_eq!(extents.len(), 1, "equal extents are one text");
    assert!(Arc::ptr_eq(first.dimensions.iter().next().unwrap(), last.dimensions.iter().next().unwrap()));
}

#[test]
fn a_limit_that_a_document_exceeds_is_named() {
    let check = |limits: ReadLimits, words: &str| {
        let why = wms::capabilities_within(NEW.as_bytes(), now(), &limits).unwrap_err().to_string();
        assert_eq!(why, format!("the document is too large to be read: {words}"));
    };
    let all = ReadLimits::default;
    check(ReadLimits { layers: 2, ..all() }, "more than 2 layers");
    check(ReadLimits { layer_depth: 1, ..all() }, "more than 1 layers deep");
    check(ReadLimits { dimensions_of_layer: 2, ..all() }, "more than 2 dimensions of one layer");
    check(ReadLimits { dimensions: 4, ..all() }, "more than 4 dimensions");
    check(ReadLimits { styles_of_layer: 0, ..all() }, "more than 0 styles of one layer");
    check(ReadLimits { crs_of_layer: 0, ..all() }, "more than 0 CRSs of one layer");
    check(ReadLimits { bytes: 100, ..all() }, "more than 100 bytes");
}

#[test]
fn the_times_of_a_layer_that_exceed_a_limit_are_its_own_gap() {
    let limits = ReadLimits { times: 4, ..ReadLimits::default() };
    let read = wms::capabilities_within(NEW.as_bytes(), now(), &limits).unwrap();
    let why = layer(&read, "mixed").dimension("time").unwrap().axis.clone().unwrap().unwrap_err().to_string();
    assert_eq!(why, "more than 4 times in one document");
    assert_eq!(times(layer(&read, "forecast")).2, Some(39));
}

#[test]
fn a_document_is_read_in_its_own_encoding() {
    let document = r#"<?xml version="1.0" encoding="ISO-8859-1"?><WMT_MS_Capabilities version="1.1.1"><Service><Title>Géologie</Title></Service><Capability/></WMT_MS_Capabilities>"#;
    let latin: Vec<u8> = document.chars().map(|c| c as u8).collect();
    assert_eq!(wms::capabilities(&latin, now()).unwrap().title, "Géologie");
    let marked = [b"\xef\xbb\xbf", document.replace("ISO-8859-1", "UTF-8").as_bytes()].concat();
    assert_eq!(wms::capabilities(&marked, now()).unwrap().title, "Géologie");
}

/// A WMTS with addresses of both kinds and a tile matrix set of its own.
#[test]
fn a_wmts_names_its_tiles() {
    let document = r#"<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
      <ows:ServiceIdentification><ows:Title>Tiles</ows:Title></ows:ServiceIdentification>
      <ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>
        <ows:Get xlink:href="http://h/rest/"><ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>RESTful</ows:Value></ows:AllowedValues></ows:Constraint></ows:Get>
        <ows:Get xlink:href="http://h/kvp?"><ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>KVP</ows:Value></ows:AllowedValues></ows:Constraint></ows:Get>
      </ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
      <Contents>
        <Layer><ows:Title>Ice</ows:Title><ows:Identifier>ice</ows:Identifier>
          <ows:WGS84BoundingBox><ows:LowerCorner>-180 50</ows:LowerCorner><ows:UpperCorner>180 90</ows:UpperCorner></ows:WGS84BoundingBox>
          <Style><ows:Identifier>other</ows:Identifier></Style><Style isDefault="true"><ows:Identifier>usual</ows:Identifier></Style>
          <Format>image/png</Format>
          <Dimension><ows:Identifier>Time</ows:Identifier><ows:UOM>ISO8601</ows:UOM><Default>2020-01-03</Default><Value>2020-01-01/2020-01-03/P1D</Value><Value>2020-02-01</Value></Dimension>
          <TileMatrixSetLink><TileMatrixSet>polar</TileMatrixSet></TileMatrixSetLink>
          <ResourceURL format="image/png" resourceType="tile" template="http://h/{Time}/{TileMatrix}/{TileRow}/{TileCol}.png"/>
        </Layer>
        <TileMatrixSet><ows:Identifier>polar</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::3413</ows:SupportedCRS>
          <TileMatrix><ows:Identifier>0</ows:Identifier><ScaleDenominator>29257142.857142858</ScaleDenominator><TopLeftCorner>-4194304 4194304</TopLeftCorner><TileWidth>512</TileWidth><TileHeight>512</TileHeight><MatrixWidth>2</MatrixWidth><MatrixHeight>2</MatrixHeight></TileMatrix>
        </TileMatrixSet>
      </Contents></Capabilities>"#;
    let tiles = wmts::capabilities(document.as_bytes(), now()).unwrap();
    let ice = &tiles.layers[0];
    assert_eq!((tiles.get_tile.as_deref(), ice.styles[0].name.as_str()), (Some("http://h/kvp?"), "usual"));
    assert_eq!(ice.dimensions.iter().next().unwrap().axis.as_ref().unwrap().as_ref().unwrap().count(), Some(4));
    let matrix = &tiles.matrix_sets[0].matrices[0];
    assert_eq!((matrix.tile_px, matrix.size, matrix.top_left), ([512, 512], [2, 2], [-4_194_304.0, 4_194_304.0]));
}

/// An axis as capabilities write it, and the seconds of its times, found by counting steps.
fn generated() -> impl Strategy<Value = (String, Vec<i64>)> {
    let piece = prop_oneof![
        (1i64..100_000).prop_map(|gap| (gap, 0, 0)),
        (1i64..100_000, 60i64..200_000, 1i64..20).prop_map(|(gap, step, count)| (gap, step, count)),
    ];
    (0i64..1_500_000_000, proptest::collection::vec(piece, 1..8)).prop_map(|(start, pieces)| {
        let text = |second: i64| Timestamp::from_second(second).unwrap().to_string();
        let (mut at, mut words, mut seconds) = (start, Vec::new(), Vec::new());
        for (gap, step, count) in pieces {
            at += gap;
            let first = at;
            seconds.push(at);
            for _ in 0..count {
                at += step;
                seconds.push(at);
            }
            words.push(if count == 0 {
                text(first)
            } else {
                // The end may lie after the last step.
                format!("{}/{}/P{}DT{}S", text(first), text(at + step / 2), step / 86_400, step % 86_400)
            });
            at += step;
        }
        (words.join(","), seconds)
    })
}

proptest! {
    /// From a document to the frames of a plan. The last times are those that counting finds, and each frame asks for its own
    /// time. A frame whose time the server does not have asks for no other time.
    #[test]
    fn frames_are_the_times_of_the_capabilities((extent, seconds) in generated(), last in 1usize..40, shift in 1i64..30) {
        let document = format!(
            r#"<WMS_Capabilities version="1.3.0"><Capability><Layer><Name>a</Name><CRS>EPSG:3857</CRS>
               <Dimension name="time" units="ISO8601">{extent}</Dimension></Layer></Capability></WMS_Capabilities>"#
        );
        let plan = |times: String| {
            let request = format!(
                r#"{{ "map": {{ "bbox": [0, 0, 10, 10], "width": 100 }}, "times": {times},
                     "layers": [{{ "type": "wms", "url": "http://h/", "layers": "a" }}] }}"#
            );
            let request = parse_request(request.as_bytes(), &Limits::default()).unwrap();
            let answered = |_, _, next: Next| next.after(Ok(Document::Wms(&read(&document))));
            let resolved = Resolved::answered(&request, now(), answered).unwrap();
            Plan::of_map_alone(&resolved, View::of(&request), &Limits::default()).unwrap()
        };
        let expected = &seconds[seconds.len().saturating_sub(last)..];
        let found = plan(format!(r#"{{ "last": {last} }}"#));
        let frames: Vec<i64> = found.frames.iter().map(|frame| frame.time.as_ref().unwrap().instant().as_second()).collect();
        prop_assert_eq!(&frames, expected);
        for (i, second) in expected.iter().enumerate() {
            let used = found.layers[0].caption.times_used.at(i).as_ref().unwrap();
            prop_assert_eq!(used.parse::<Timestamp>().unwrap().as_second(), *second);
        }

        // The same list, shifted: a frame shows its own time, or it has a gap and no time.
        let moved: Vec<i64> = expected.iter().map(|second| second + shift * 60).collect();
        let texts: Vec<String> = moved.iter().map(|second| format!("\"{}\"", Timestamp::from_second(*second).unwrap())).collect();
        let found = plan(format!("[{}]", texts.join(",")));
        let LayerSource::Pictures(mosaics) = &found.layers[0].drawing else { panic!() };
        for (i, second) in moved.iter().enumerate() {
            let (used, mosaic) = (found.layers[0].caption.times_used.at(i), mosaics.at(i));
            prop_assert_eq!(used.is_some(), seconds.contains(second));
            prop_assert_eq!(used.is_none(), mosaic.gap.is_some() && mosaic.pieces.is_empty());
            prop_assert_eq!(found.frames[i].time.as_ref().unwrap().instant().duration_since(Timestamp::UNIX_EPOCH), SignedDuration::from_secs(*second));
        }
    }
}

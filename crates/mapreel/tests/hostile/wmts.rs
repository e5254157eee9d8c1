//! Capabilities of a WMTS that are far too long, or with nonsensical values.

use super::ask::Ask;
use super::bytes::many;
use super::case::{Case, End, Offer};

const RESOLUTION: f64 = 559_082_264.028_717_8;

fn document(layer: &str, sets: &str) -> Vec<u8> {
    format!(
        r#"<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" version="1.0.0"><Contents><Layer>
        <ows:Identifier>a</ows:Identifier><Format>image/png</Format>{layer}</Layer>{sets}</Contents></Capabilities>"#
    )
    .into_bytes()
}

const TEMPLATE: &str =
    r#"<ResourceURL format="image/png" resourceType="tile" template="/t/{TileMatrix}/{TileRow}/{TileCol}.png"/>"#;

fn link(set: &str) -> String {
    format!("<TileMatrixSetLink><TileMatrixSet>{set}</TileMatrixSet></TileMatrixSetLink>")
}

fn matrix(name: &str, scale: &str, tile: &str, size: &str, corner: &str) -> String {
    format!(
        "<TileMatrix><ows:Identifier>{name}</ows:Identifier><ScaleDenominator>{scale}</ScaleDenominator><TopLeftCorner>{corner}</TopLeftCorner><TileWidth>{tile}</TileWidth><TileHeight>{tile}</TileHeight><MatrixWidth>{size}</MatrixWidth><MatrixHeight>{size}</MatrixHeight></TileMatrix>"
    )
}

const CORNER: &str = "-20037508.342789 20037508.342789";

fn level(z: u32) -> String {
    matrix(&z.to_string(), &(RESOLUTION / f64::from(1u32 << z)).to_string(), "256", &(1u32 << z).to_string(), CORNER)
}

fn set(name: &str, matrices: &str) -> String {
    format!(
        "<TileMatrixSet><ows:Identifier>{name}</ows:Identifier><ows:SupportedCRS>EPSG:3857</ows:SupportedCRS>{matrices}</TileMatrixSet>"
    )
}

fn web() -> String {
    set("web", &(0..8).map(level).collect::<String>())
}

fn row(name: &str, end: End, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Wmts, end, make)
}

/// An ordinary layer with a tile matrix set of one matrix.
fn one(name: &str, end: End, matrix: impl Fn() -> String + Send + Sync + 'static) -> Case {
    row(&format!("one matrix: {name}"), end, move || {
        document(&(TEMPLATE.to_owned() + &link("web")), &set("web", &matrix()))
    })
    .offer(Offer::Listed)
}

/// An ordinary layer with the web's tile matrix set, and with this URL template.
fn template(name: &str, end: End, template: impl Fn() -> String + Send + Sync + 'static) -> Case {
    row(&format!("template: {name}"), end, move || {
        let url = format!(r#"<ResourceURL format="image/png" resourceType="tile" template="{}"/>"#, template());
        document(&(url + &link("web")), &web())
    })
    .offer(Offer::Listed)
}

pub fn cases() -> Vec<Case> {
    [sets(), layers(), matrices(), templates()].into_iter().flatten().collect()
}

/// Tile matrix sets, and the links to them.
#[rustfmt::skip]
fn sets() -> Vec<Case> {
    use End::{Fine, Made};
    let layer = || TEMPLATE.to_owned() + &link("web");
    vec![
        row("as it should be", Fine, move || document(&layer(), &web())),
        row("100 000 matrix sets", Made, move || document(&layer(), &(web() + &many(100_000, |i| set(&format!("s{i}"), &level(0)))))),
        row("100 000 sets that a layer links", Made, move || document(&(layer() + &many(100_000, |i| link(&format!("s{i}")))), &web())),
        row("1 000 sets that 1 000 layers link", Made, move || {
            let links = many(1_000, |i| link(&format!("s{i}")));
            let others = many(100, |i| format!("<Layer><ows:Identifier>l{i}</ows:Identifier><Format>image/png</Format>{links}</Layer>"));
            document(&layer(), &(others + &web() + &many(1_000, |i| set(&format!("s{i}"), &level(0)))))
        }),
        row("one set of 100 000 matrices", Made, move || document(&layer(), &set("web", &many(100_000, |i| matrix(&format!("m{i}"), &(1e8 - i as f64 * 999.0).to_string(), "256", "256", CORNER))))),
        row("100 000 limits", Made, || {
            let limits = many(100_000, |i| format!("<TileMatrixLimits><TileMatrix>{}</TileMatrix><MinTileRow>0</MinTileRow><MaxTileRow>9</MaxTileRow><MinTileCol>0</MinTileCol><MaxTileCol>9</MaxTileCol></TileMatrixLimits>", i % 8));
            document(&format!("{TEMPLATE}<TileMatrixSetLink><TileMatrixSet>web</TileMatrixSet><TileMatrixSetLimits>{limits}</TileMatrixSetLimits></TileMatrixSetLink>"), &web())
        }),
        row("limits beyond all numbers", Made, || document(&format!("{TEMPLATE}<TileMatrixSetLink><TileMatrixSet>web</TileMatrixSet><TileMatrixSetLimits>{}</TileMatrixSetLimits></TileMatrixSetLink>", many(8, |i| format!("<TileMatrixLimits><TileMatrix>{i}</TileMatrix><MinTileRow>-9223372036854775808</MinTileRow><MaxTileRow>9223372036854775807</MaxTileRow><MinTileCol>9223372036854775807</MinTileCol><MaxTileCol>-9223372036854775808</MaxTileCol></TileMatrixLimits>"))), &web())),
    ]
}

/// Layers and their properties.
#[rustfmt::skip]
fn layers() -> Vec<Case> {
    use End::{Lost, Made};
    let layer = || TEMPLATE.to_owned() + &link("web");
    vec![
        row("100 000 layers", Made, move || document(&layer(), &(web() + &many(100_000, |i| format!("<Layer><ows:Identifier>l{i}</ows:Identifier></Layer>"))))),
        row("100 000 styles", Made, move || document(&(layer() + &many(100_000, |i| format!("<Style><ows:Identifier>s{i}</ows:Identifier></Style>"))), &web())),
        row("a million values of a dimension", Made, move || document(&(layer() + &format!("<Dimension><ows:Identifier>Time</ows:Identifier>{}</Dimension>", "<Value>2020-01-01T00:00:00Z</Value>".repeat(1_000_000))), &web())),
        row("every nanosecond since 1970", Made, move || document(&(layer() + "<Dimension><ows:Identifier>Time</ows:Identifier><Value>1970-01-01T00:00:00Z/2262-04-11T23:47:16Z/PT0.000000001S</Value></Dimension>"), &web())),
        row("100 000 resource addresses", Made, move || document(&(TEMPLATE.repeat(100_000) + &link("web")), &web())),
        row("a set that is not there", Made, || document(&(TEMPLATE.to_owned() + &link("nowhere")), &web())),
        row("a set of no matrix", Made, || document(&(TEMPLATE.to_owned() + &link("web")), &set("web", ""))),
        row("no contents", Lost, || b"<Capabilities xmlns='http://www.opengis.net/wmts/1.0' version='1.0.0'/>".to_vec()),
        row("sets of two thousand digits", Made, move || document(&layer(), &set("web", &matrix("0", &"9".repeat(2_000), "256", &"9".repeat(2_000), CORNER)))),
        row("an entity of 1 MB, used 20 000 times", Made, move || {
            let text = String::from_utf8(document(&(layer() + "<ows:Abstract>" + &"&a;".repeat(20_000) + "</ows:Abstract>"), &web())).unwrap();
            format!(r#"<!DOCTYPE Capabilities [<!ENTITY a "{}">]>{text}"#, "x".repeat(1_000_000)).into_bytes()
        }),
    ]
}

/// One matrix: its tiles, scale and corner.
#[rustfmt::skip]
fn matrices() -> Vec<Case> {
    use End::Made;
    let sized = |tile: &'static str, size: &'static str, scale: &'static str| move || matrix("0", scale, tile, size, CORNER);
    vec![
        one("tiles of one pixel", Made, sized("1", "4294967295", "1000")),
        one("tiles of 4096 pixels, very fine", Made, sized("4096", "1000000", "1000")),
        one("tiles of 65 536 pixels", Made, sized("65536", "4", "100000000")),
        one("tiles of no pixel", Made, sized("0", "1", "100000000")),
        one("tiles below nothing", Made, sized("-256", "-1", "100000000")),
        one("a scale of 0", Made, sized("256", "1", "0")),
        one("a scale that is no number", Made, sized("256", "1", "NaN")),
        one("a scale of 1e308", Made, sized("256", "1", "1e308")),
        one("a scale of 1e-308", Made, sized("256", "4294967295", "1e-308")),
        one("a scale of 1e-9", Made, sized("256", "4294967295", "1e-9")),
        one("a corner at 1e308", Made, || matrix("0", "1e8", "256", "4", "-1e308 1e308")),
        one("a corner that is no number", Made, || matrix("0", "1e8", "256", "4", "NaN inf")),
    ]
}

/// URL templates.
#[rustfmt::skip]
fn templates() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        template("without a place", Made, || "/t.png".into()),
        template("of 1 MB", Made, || format!("/{}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png", "x".repeat(1 << 20))),
        template("with a place 10 000 times", Made, || format!("/t{}.png", "{TileMatrix}{TileRow}{TileCol}".repeat(10_000))),
        template("to a file", Lost, || "file:///etc/passwd?{TileMatrix}{TileRow}{TileCol}".into()),
        template("of open braces", Made, || "/{TileMatrix}/{TileRow}/{TileCol}/{{{{{{{".into()),
        template("to the document itself", Made, || "/caps.xml?{TileMatrix}{TileRow}{TileCol}".into()),
        template("with a line end", Made, || "/t/{TileMatrix}/{TileRow}/{TileCol}&#13;&#10;X: y".into()),
    ]
}

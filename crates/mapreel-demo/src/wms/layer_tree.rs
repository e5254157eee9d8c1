//! The layers in the capabilities of both versions.

use super::version::Version;
use crate::data::mercator::HALF_WORLD_M;
use crate::data::months;
use crate::offer::layer::{LAYERS, Layer, Style};
use crate::offer::service::{ATTRIBUTION, DATA_URL, KEYWORDS, Origin, TITLE};
use crate::picture::legend;
use crate::xml::escaped;

/// The root layer, which has no name and cannot be requested, with the properties that its layers inherit. Each layer names its times
/// itself: some clients do not read inherited dimensions.
pub(crate) fn tree(version: Version, origin: &Origin) -> String {
    let layers: String = LAYERS.iter().map(|layer| of_layer(layer, version, origin)).collect();
    let places = places(version);
    format!(
        "    <Layer>
      <Title>{TITLE}</Title>
{places}      <Attribution>
        <Title>{ATTRIBUTION}</Title>
        <OnlineResource xlink:type=\"simple\" xlink:href=\"{DATA_URL}\"/>
      </Attribution>
{layers}    </Layer>
"
    )
}

/// CRSs and boxes. In 1.3.0 a box has the axes of its CRS: EPSG:4326 begins with the latitude.
fn places(version: Version) -> String {
    let bounds = |kind: &str, crs: &str, [min_x, min_y, max_x, max_y]: [f64; 4]| {
        format!(
            "      <BoundingBox {kind}=\"{crs}\" minx=\"{min_x}\" miny=\"{min_y}\" maxx=\"{max_x}\" maxy=\"{max_y}\"/>\n"
        )
    };
    let degrees = [-180.0, -90.0, 180.0, 90.0];
    let metres = [-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M];
    match version {
        Version::V111 => {
            "      <SRS>EPSG:4326</SRS>\n      <SRS>EPSG:3857</SRS>\n      \
             <LatLonBoundingBox minx=\"-180\" miny=\"-90\" maxx=\"180\" maxy=\"90\"/>\n"
                .to_owned()
                + &bounds("SRS", "EPSG:4326", degrees)
                + &bounds("SRS", "EPSG:3857", metres)
        }
        Version::V130 => {
            "      <CRS>EPSG:4326</CRS>\n      <CRS>CRS:84</CRS>\n      <CRS>EPSG:3857</CRS>\n      <EX_GeographicBoundingBox>
        <westBoundLongitude>-180</westBoundLongitude>
        <eastBoundLongitude>180</eastBoundLongitude>
        <southBoundLatitude>-90</southBoundLatitude>
        <northBoundLatitude>90</northBoundLatitude>
      </EX_GeographicBoundingBox>\n"
                .to_owned()
                + &bounds("CRS", "EPSG:4326", [-90.0, -180.0, 90.0, 180.0])
                + &bounds("CRS", "CRS:84", degrees)
                + &bounds("CRS", "EPSG:3857", metres)
        }
    }
}

/// The time dimension. The services accept `current`, but the document does not announce it: the data are not kept current (OGC 06-042,
/// C.2).
fn times(version: Version) -> String {
    let (default, times) = (months::text(months::newest()), months::interval());
    match version {
        Version::V111 => format!(
            "        <Dimension name=\"time\" units=\"ISO8601\"/>
        <Extent name=\"time\" default=\"{default}\" multipleValues=\"0\" nearestValue=\"0\">{times}</Extent>\n"
        ),
        Version::V130 => format!(
            "        <Dimension name=\"time\" units=\"ISO8601\" default=\"{default}\" multipleValues=\"0\" \
             nearestValue=\"0\">{times}</Dimension>\n"
        ),
    }
}

fn of_layer(layer: &Layer, version: Version, origin: &Origin) -> String {
    let keywords: String = KEYWORDS.iter().map(|word| format!("          <Keyword>{word}</Keyword>\n")).collect();
    let styles: String = layer.styles.iter().map(|style| of_style(layer, style, origin)).collect();
    format!(
        "      <Layer queryable=\"0\" opaque=\"0\">
        <Name>{}</Name>
        <Title>{}</Title>
        <Abstract>{}</Abstract>
        <KeywordList>
{keywords}        </KeywordList>
{}{styles}      </Layer>
",
        layer.name,
        layer.title,
        layer.summary,
        times(version)
    )
}

/// A style with its legend as a picture and as JSON.
fn of_style(layer: &Layer, style: &Style, origin: &Origin) -> String {
    let legend = |format: &str| {
        format!(
            "          <LegendURL width=\"{}\" height=\"{}\">
            <Format>{format}</Format>
            <OnlineResource xlink:type=\"simple\" xlink:href=\"{}\"/>
          </LegendURL>
",
            legend::WIDTH_PX,
            legend::HEIGHT_PX,
            escaped(&origin.legend(layer.name, style.name, format))
        )
    };
    let (picture, json) = (legend("image/png"), legend("application/json"));
    format!(
        "        <Style>
          <Name>{}</Name>
          <Title>{}</Title>
{picture}{json}        </Style>
",
        style.name, style.title
    )
}

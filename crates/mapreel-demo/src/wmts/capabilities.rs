//! GetCapabilities of the WMTS (OGC 07-057r7, 7.1).

use super::tile_matrix_set::{TILE_MATRICES, TILE_MATRIX_SETS, TILE_PX, TileMatrixSet};
use crate::answer::Answer;
use crate::data::months;
use crate::offer::layer::{LAYERS, Layer, Style};
use crate::offer::service::{ABSTRACT, KEYWORDS, Origin, TITLE};
use crate::picture::legend;
use crate::xml::escaped;

/// The name of the document among the resources.
pub(crate) const RESOURCE: &str = "WMTSCapabilities.xml";

/// The document.
pub(crate) fn answer(origin: &Origin) -> Answer {
    let keywords: String = KEYWORDS.iter().map(|word| format!("      <ows:Keyword>{word}</ows:Keyword>\n")).collect();
    let operations = operation("GetCapabilities", origin) + &operation("GetTile", origin);
    let layers: String = LAYERS.iter().map(|layer| of_layer(layer, origin)).collect();
    let sets: String = TILE_MATRIX_SETS.iter().map(of_set).collect();
    let own = escaped(&format!("{}/{}", origin.wmts_resources(), RESOURCE));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<Capabilities version=\"1.0.0\" xmlns=\"http://www.opengis.net/wmts/1.0\" xmlns:ows=\"http://www.opengis.net/ows/1.1\"
    xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"
    xsi:schemaLocation=\"http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd\">
  <ows:ServiceIdentification>
    <ows:Title>{TITLE}</ows:Title>
    <ows:Abstract>{ABSTRACT}</ows:Abstract>
    <ows:Keywords>
{keywords}    </ows:Keywords>
    <ows:ServiceType>OGC WMTS</ows:ServiceType>
    <ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion>
    <ows:Fees>none</ows:Fees>
    <ows:AccessConstraints>none</ows:AccessConstraints>
  </ows:ServiceIdentification>
  <ows:OperationsMetadata>
{operations}  </ows:OperationsMetadata>
  <Contents>
{layers}{sets}  </Contents>
  <ServiceMetadataURL xlink:href=\"{own}\"/>
</Capabilities>
"
    );
    Answer::document("text/xml", text)
}

fn operation(name: &str, origin: &Origin) -> String {
    format!(
        "    <ows:Operation name=\"{name}\">
      <ows:DCP>
        <ows:HTTP>
          <ows:Get xlink:href=\"{}\">
            <ows:Constraint name=\"GetEncoding\">
              <ows:AllowedValues>
                <ows:Value>KVP</ows:Value>
              </ows:AllowedValues>
            </ows:Constraint>
          </ows:Get>
        </ows:HTTP>
      </ows:DCP>
    </ows:Operation>
",
        escaped(&origin.wmts())
    )
}

fn of_layer(layer: &Layer, origin: &Origin) -> String {
    let style = |(number, style)| of_style(layer, style, number == 0, origin);
    let styles: String = layer.styles.iter().enumerate().map(style).collect();
    let link = |set: &TileMatrixSet| {
        format!(
            "      <TileMatrixSetLink>\n        <TileMatrixSet>{}</TileMatrixSet>\n      </TileMatrixSetLink>\n",
            set.name
        )
    };
    let links: String = TILE_MATRIX_SETS.iter().map(link).collect();
    let template = "{style}/{time}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png";
    format!(
        "    <Layer>
      <ows:Title>{}</ows:Title>
      <ows:Abstract>{}</ows:Abstract>
      <ows:WGS84BoundingBox>
        <ows:LowerCorner>-180 -90</ows:LowerCorner>
        <ows:UpperCorner>180 90</ows:UpperCorner>
      </ows:WGS84BoundingBox>
      <ows:Identifier>{name}</ows:Identifier>
{styles}      <Format>image/png</Format>
{}{links}      <ResourceURL format=\"image/png\" resourceType=\"tile\" template=\"{}/{name}/{template}\"/>
    </Layer>
",
        layer.title,
        layer.summary,
        times(),
        escaped(&origin.wmts_resources()),
        name = layer.name,
    )
}

fn of_style(layer: &Layer, style: &Style, is_default: bool, origin: &Origin) -> String {
    format!(
        "      <Style isDefault=\"{is_default}\">
        <ows:Title>{}</ows:Title>
        <ows:Identifier>{}</ows:Identifier>
        <LegendURL format=\"image/png\" width=\"{}\" height=\"{}\" xlink:href=\"{}\"/>
      </Style>
",
        style.title,
        style.name,
        legend::WIDTH_PX,
        legend::HEIGHT_PX,
        escaped(&origin.legend(layer.name, style.name, "image/png"))
    )
}

/// The time dimension, value by value: the standard has no intervals.
fn times() -> String {
    let value = |month| format!("        <Value>{}</Value>\n", months::text(month));
    let values: String = (0..months::COUNT).map(value).collect();
    format!(
        "      <Dimension>
        <ows:Identifier>time</ows:Identifier>
        <ows:UOM>ISO8601</ows:UOM>
        <Default>{}</Default>
{values}      </Dimension>
",
        months::text(months::newest())
    )
}

fn of_set(set: &TileMatrixSet) -> String {
    let matrices: String = (0..TILE_MATRICES).map(|level| of_matrix(set, level)).collect();
    format!(
        "    <TileMatrixSet>
      <ows:Identifier>{}</ows:Identifier>
      <ows:SupportedCRS>{}</ows:SupportedCRS>
      <WellKnownScaleSet>{}</WellKnownScaleSet>
{matrices}    </TileMatrixSet>
",
        set.name, set.crs, set.scale_set
    )
}

fn of_matrix(set: &TileMatrixSet, level: u32) -> String {
    let ([left, top], [columns, rows]) = (set.top_left, set.size(level));
    format!(
        "      <TileMatrix>
        <ows:Identifier>{level}</ows:Identifier>
        <ScaleDenominator>{}</ScaleDenominator>
        <TopLeftCorner>{left} {top}</TopLeftCorner>
        <TileWidth>{TILE_PX}</TileWidth>
        <TileHeight>{TILE_PX}</TileHeight>
        <MatrixWidth>{columns}</MatrixWidth>
        <MatrixHeight>{rows}</MatrixHeight>
      </TileMatrix>
",
        set.scale_denominator(level)
    )
}

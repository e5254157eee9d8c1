//! GetCapabilities (OGC 06-042, 7.2; OGC 01-068r3, 7.1): the documents of both versions.

use super::layer_tree::tree;
use super::version::Version;
use crate::answer::Answer;
use crate::offer::service::{ABSTRACT, KEYWORDS, Origin, TITLE};
use crate::picture::view::SIDE_PX_MAX;
use crate::xml::escaped;

/// The document of a version.
pub(crate) fn answer(version: Version, origin: &Origin) -> Answer {
    let tree = tree(version, origin);
    match version {
        Version::V111 => Answer::document("application/vnd.ogc.wms_xml", v111(&tree, origin)),
        Version::V130 => Answer::document("text/xml", v130(&tree, origin)),
    }
}

fn v130(tree: &str, origin: &Origin) -> String {
    let service = service("WMS", origin);
    let operations = operation("GetCapabilities", &["text/xml"], origin) + &operation("GetMap", &["image/png"], origin);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<WMS_Capabilities version=\"1.3.0\" xmlns=\"http://www.opengis.net/wms\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"
    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"
    xsi:schemaLocation=\"http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd\">
  <Service>
{service}    <LayerLimit>1</LayerLimit>
    <MaxWidth>{SIDE_PX_MAX}</MaxWidth>
    <MaxHeight>{SIDE_PX_MAX}</MaxHeight>
  </Service>
  <Capability>
    <Request>
{operations}    </Request>
    <Exception>
      <Format>XML</Format>
    </Exception>
{tree}  </Capability>
</WMS_Capabilities>
"
    )
}

/// 1.1.1 has no element for the longest sides; it names the operation that draws legends.
fn v111(tree: &str, origin: &Origin) -> String {
    let service = service("OGC:WMS", origin);
    let operations = operation("GetCapabilities", &["application/vnd.ogc.wms_xml"], origin)
        + &operation("GetMap", &["image/png"], origin)
        + &operation("GetLegendGraphic", &["image/png", "application/json"], origin);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM \"http://schemas.opengis.net/wms/1.1.1/capabilities_1_1_1.dtd\">
<WMT_MS_Capabilities version=\"1.1.1\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">
  <Service>
{service}  </Service>
  <Capability>
    <Request>
{operations}    </Request>
    <Exception>
      <Format>application/vnd.ogc.se_xml</Format>
    </Exception>
{tree}  </Capability>
</WMT_MS_Capabilities>
"
    )
}

fn service(name: &str, origin: &Origin) -> String {
    let keywords: String = KEYWORDS.iter().map(|word| format!("      <Keyword>{word}</Keyword>\n")).collect();
    format!(
        "    <Name>{name}</Name>
    <Title>{TITLE}</Title>
    <Abstract>{ABSTRACT}</Abstract>
    <KeywordList>
{keywords}    </KeywordList>
    <OnlineResource xlink:type=\"simple\" xlink:href=\"{}\"/>
    <Fees>none</Fees>
    <AccessConstraints>none</AccessConstraints>
",
        escaped(&origin.wms())
    )
}

fn operation(name: &str, formats: &[&str], origin: &Origin) -> String {
    let formats: String = formats.iter().map(|format| format!("        <Format>{format}</Format>\n")).collect();
    format!(
        "      <{name}>
{formats}        <DCPType><HTTP><Get><OnlineResource xlink:type=\"simple\" xlink:href=\"{}\"/></Get></HTTP></DCPType>
      </{name}>
",
        escaped(&origin.wms())
    )
}

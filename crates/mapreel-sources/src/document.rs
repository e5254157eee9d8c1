//! XML documents of strangers: decoded, bounded, and never followed anywhere.

use mapreel_spec::Bbox;
use roxmltree::{Document, Error, Node, ParsingOptions};

/// Elements, attributes and texts of one document.
const NODES_MAX: u32 = 5_000_000;
/// Prefixes that a document may forget to declare.
const PREFIXES_MAX: usize = 8;

/// Why a document cannot be used: what is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BrokenDocument(pub(crate) String);

/// The text of a document, by its byte-order mark or the encoding that it names; UTF-8 otherwise.
fn text(bytes: &[u8]) -> String {
    // Recorded of a real server: the mark of UTF-16 before text of one byte for each character.
    let bytes = match bytes {
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] if rest.starts_with(b"<?") => rest,
        _ => bytes,
    };
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let named = head.split_once("encoding=").and_then(|(_, rest)| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next().map(str::to_owned)
    });
    let named = named.filter(|_| head.trim_start().starts_with("<?xml"));
    let encoding = named.and_then(|label| encoding_rs::Encoding::for_label(label.trim().as_bytes()));
    let (text, ..) = encoding.unwrap_or(encoding_rs::UTF_8).decode(bytes);
    text.trim_start().to_owned()
}

/// Reads a document and hands it on. A DOCTYPE is read past: nothing outside the document is ever loaded, and entities that
/// explode are an error. Prefixes that the document forgets to declare, as some do, are declared.
pub(crate) fn read<T>(
    bytes: &[u8],
    reader: impl FnOnce(&Document) -> Result<T, BrokenDocument>,
) -> Result<T, BrokenDocument> {
    let mut text = text(bytes);
    for _ in 0..=PREFIXES_MAX {
        let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..Default::default() };
        let prefix = match Document::parse_with_options(&text, options) {
            Ok(document) => return reader(&document),
            Err(Error::UnknownNamespace(prefix, _)) => prefix,
            Err(Error::UnclosedRootNode) => {
                let lines = text.lines().count();
                return Err(BrokenDocument(format!("the XML is broken: it is cut off at its end, in line {lines}")));
            }
            Err(_) if text.is_empty() => return Err(BrokenDocument("the document is empty".into())),
            Err(error) => {
                let (what, at) = (error.to_string(), error.pos());
                let what = what.trim_end_matches(&format!(" at {at}"));
                let broken = format!("the XML is broken in line {}, column {}: {what}", at.row, at.col);
                return Err(BrokenDocument(broken));
            }
        };
        let Some(at) = after_root_name(&text) else { break };
        text.insert_str(at, &format!(" xmlns:{prefix}=\"urn:undeclared:{prefix}\""));
    }
    Err(BrokenDocument(format!("the XML is broken: more than {PREFIXES_MAX} prefixes are not declared")))
}

/// The place in the text behind the name of the root element: past comments, instructions and a DOCTYPE.
fn after_root_name(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text[at..].find('<')?;
        let rest = &text[at..];
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!") && rest.find('[').is_some_and(|set| set < rest.find('>').unwrap_or(0)) => "]>",
            _ if rest.starts_with("<!") => ">",
            _ => {
                let name = rest[1..].find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
                return Some(at + 1 + name);
            }
        };
        at += rest.find(end)? + end.len();
    }
}

/// The local name of a document's root element.
pub(crate) fn root_name(bytes: &[u8]) -> Option<String> {
    let text = text(bytes);
    let head = &text[..after_root_name(&text)?];
    let name = &head[head.rfind('<')? + 1..];
    Some(name.rsplit(':').next().unwrap_or(name).to_owned())
}

/// What kind of service a document describes, in words: `a WMS 1.0.0`.
pub(crate) fn kind(root: Node) -> String {
    let name = root.tag_name().name();
    let namespace = root.tag_name().namespace().unwrap_or_default().to_ascii_lowercase();
    let service = match name {
        "WMS_Capabilities" | "WMT_MS_Capabilities" => "WMS",
        "WFS_Capabilities" => "WFS",
        "WCS_Capabilities" => "WCS",
        "Capabilities" if namespace.contains("/wcs") => "WCS",
        "Capabilities" if namespace.contains("/csw") => "CSW",
        "Capabilities" => "WMTS",
        "TileMapService" | "TileMap" => "TMS",
        _ => return format!("a document `{name}`"),
    };
    match attribute(root, "version") {
        Some(version) => format!("a {service} {version}"),
        None => format!("a {service}"),
    }
}

/// The child elements of this name, in whatever namespace.
pub(crate) fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first child element of this name.
pub(crate) fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// The element at the end of a path of children.
pub(crate) fn at<'a, 'i: 'a>(node: Node<'a, 'i>, path: &[&'static str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(node, |node, name| child(node, name))
}

/// The text of an element, blanks at its ends removed and others made one; `None` where there is none.
pub(crate) fn words(node: Node) -> Option<String> {
    let text: String = node.descendants().filter_map(|n| if n.is_text() { n.text() } else { None }).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The text of the first child of this name.
pub(crate) fn child_words(node: Node, name: &'static str) -> Option<String> {
    child(node, name).and_then(words)
}

/// An attribute, in whatever namespace.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

/// A box in degrees: west, south, east, north. One whose west is greater than its east crosses the date line, as both standards
/// write it (OGC 06-042, 7.2.4.6.6; 06-121r3, 10.2). `None`: it is not on the earth.
pub(crate) fn on_earth([west, south, east, north]: [f64; 4]) -> Option<Bbox> {
    let east = if east < west { east + 360.0 } else { east };
    let fits = west.abs() <= 540.0 && east.abs() <= 540.0 && south.abs() <= 90.1 && north.abs() <= 90.1;
    fits.then(|| Bbox::new([west, south, east, north]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(bytes: &[u8]) -> Result<String, String> {
        read(bytes, |document| Ok(words(document.root_element()).unwrap_or_default()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_encoding_of_real_servers_is_read() {
        let check = |bytes: &[u8]| assert_eq!(root(bytes).as_deref(), Ok("Mé"));
        check("<a>Mé</a>".as_bytes());
        check("\u{feff}<?xml version='1.0'?><a>Mé</a>".as_bytes());
        check(b"<?xml version='1.0' encoding='ISO-8859-15'?><a>M\xE9</a>");
        check(b"\xFF\xFE<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>M\xE9</a>");
        let utf_16: Vec<u8> = "\u{feff}<?xml version='1.0' encoding='UTF-16'?><a>Mé</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        check(&utf_16);
    }

    #[test]
    fn what_is_broken_is_said_with_its_place() {
        let check = |text: &str, expected: &str| {
            let error = root(text.as_bytes()).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check("<a>\n<b></a>", "in line 2, column ");
        check("", "the document is empty");
        check("<a>\n<inspire:b>1</inspire:b>", "cut off at its end, in line 2");
        assert_eq!(
            root(b"<!DOCTYPE a SYSTEM 'x.dtd'><!-- <b> --><a x='1'><inspire:b i:c='2'>1</inspire:b></a>"),
            Ok("1".into())
        );
    }

    #[test]
    fn the_root_is_found_past_whatever_stands_before_it() {
        let check = |text: &str, name: Option<&str>| assert_eq!(root_name(text.as_bytes()).as_deref(), name, "{text}");
        check(
            "<?xml version='1.0'?><!DOCTYPE a [<!ELEMENT b EMPTY>]><!-- <c> --><wmts:Capabilities x='1'>",
            Some("Capabilities"),
        );
        check("<WMT_MS_Capabilities version='1.0.0'><Capabilities>", Some("WMT_MS_Capabilities"));
        check("text", None);
    }

    #[test]
    fn entities_do_not_explode() {
        let mut dtd = String::from("<!DOCTYPE r [<!ENTITY a0 'ha'>");
        for i in 1..40 {
            dtd += &format!("<!ENTITY a{i} '&a{};&a{};'>", i - 1, i - 1);
        }
        assert!(root(format!("{dtd}]><r>&a39;</r>").as_bytes()).is_err());
        assert!(root(b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>").is_err());
    }
}

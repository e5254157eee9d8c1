//! XML documents of servers: decoded and read within limits; no reference to another document is followed. `tree.rs` parses them.

use super::broken_document::{BrokenDocument, shortened};
use super::tree::{Document, Node};
use crate::read_limits::{Exceeded, ReadLimits};
use mapreel_geo::Bbox;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::borrow::Cow;

/// The text of a document, in the encoding of its byte-order mark or of its XML declaration, otherwise in UTF-8.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    // A real server sends the byte-order mark of UTF-16 before text with one byte for each character.
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
    encoding.unwrap_or(encoding_rs::UTF_8).decode(bytes).0
}

/// Reads a document within limits and passes its root element to `reader`.
pub fn read<T>(
    bytes: &[u8],
    limits: &ReadLimits,
    reader: impl FnOnce(Node) -> Result<T, BrokenDocument>,
) -> Result<T, BrokenDocument> {
    Exceeded::check(bytes.len(), limits.bytes, "bytes")?;
    reader(Document::parse(text(bytes).trim_start(), limits)?.root())
}

/// The local name of a document's root element.
pub(crate) fn root_name(bytes: &[u8]) -> Option<String> {
    let text = text(bytes);
    let mut reader = Reader::from_str(&text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                return str::from_utf8(tag.local_name().as_ref()).ok().map(str::to_owned);
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// What kind of service a document describes, in words: `a WMS 1.0.0`.
pub(crate) fn kind(root: Node) -> String {
    let (name, namespace) = (root.name(), root.namespace().to_ascii_lowercase());
    let service = match name {
        "WMS_Capabilities" | "WMT_MS_Capabilities" => "WMS",
        "WFS_Capabilities" => "WFS",
        "WCS_Capabilities" => "WCS",
        "Capabilities" if namespace.contains("/wcs") => "WCS",
        "Capabilities" if namespace.contains("/csw") => "CSW",
        "Capabilities" => "WMTS",
        "TileMapService" | "TileMap" => "TMS",
        _ => return format!("a document `{}`", shortened(name, 60)),
    };
    match root.attribute("version") {
        Some(version) => format!("a {service} {}", shortened(&version, 20)),
        None => format!("a {service}"),
    }
}

/// The child elements of this name, in any namespace.
pub(crate) fn children<'a>(node: Node<'a>, name: &'static str) -> impl Iterator<Item = Node<'a>> {
    node.children().filter(move |child| child.name() == name)
}

/// The first child element of this name.
pub(crate) fn child<'a>(node: Node<'a>, name: &'static str) -> Option<Node<'a>> {
    children(node, name).next()
}

/// The element at the end of a path of children.
pub(crate) fn at<'a>(node: Node<'a>, path: &[&'static str]) -> Option<Node<'a>> {
    path.iter().try_fold(node, |node, name| child(node, name))
}

/// The text of an element with white space collapsed; `None` where it is empty.
pub(crate) fn words(node: Node) -> Option<String> {
    let text = node.text("");
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words += word;
    }
    (!words.is_empty()).then_some(words)
}

/// The text of the first child of this name.
pub(crate) fn child_words(node: Node, name: &'static str) -> Option<String> {
    child(node, name).and_then(words)
}

/// A box in degrees: west, south, east, north; `None` where the box is not on the earth. A box whose west is greater than its
/// east crosses the date line, as in both standards (OGC 06-042, 7.2.4.6.6; 06-121r3, 10.2).
pub(crate) fn on_earth([west, south, east, north]: [f64; 4]) -> Option<Bbox> {
    let east = if east < west { east + 360.0 } else { east };
    let fits = west.abs() <= 540.0 && east.abs() <= 540.0 && south.abs() <= 90.1 && north.abs() <= 90.1;
    fits.then(|| Bbox::new([west, south, east, north]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(bytes: &[u8]) -> Result<String, String> {
        read(bytes, &ReadLimits::default(), |root| Ok(words(root).unwrap_or_default()))
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
        assert_eq!(root(format!("{dtd}]><r>&a39;</r>").as_bytes()), Ok("&a39;".into()));
        // 20 GB if it were expanded.
        let large = format!("<!DOCTYPE r [<!ENTITY a '{}'>]><r>{}</r>", "x".repeat(1_000_000), "&a;".repeat(20_000));
        assert_eq!(root(large.as_bytes()).map(|text| text.len()), Ok(60_000));
    }
}

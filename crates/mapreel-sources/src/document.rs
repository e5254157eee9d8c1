//! XML documents of strangers: decoded, bounded, and never followed anywhere.

use roxmltree::{Document, Node, ParsingOptions};

/// Elements, attributes and texts of one document.
const NODES_MAX: u32 = 5_000_000;

/// Why a document cannot be used: what is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BrokenDocument(pub(crate) String);

/// The text of a document, by its byte-order mark or the encoding that it names; UTF-8 otherwise.
pub(crate) fn text(bytes: &[u8]) -> String {
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

/// Reads a document. A DOCTYPE is read past: nothing outside the document is ever loaded, and entities that explode are
/// an error.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, BrokenDocument> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..Default::default() };
    Document::parse_with_options(text, options).map_err(|error| BrokenDocument(format!("the XML is broken: {error}")))
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

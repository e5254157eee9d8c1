//! An XML document as a tree of positions in its own text. One pass over the events of a streaming parser builds the tree. Texts
//! and attributes are read from the text on demand.
//!
//! A DOCTYPE is skipped, and no entity is declared. The five predefined references and numeric references are resolved. All
//! others stay as they are written, as does a lone `&`. Namespace prefixes are never resolved, so a prefix needs no declaration.

use super::broken_document::{BrokenDocument, shortened};
use super::references::resolved;
use crate::read_limits::{Exceeded, ReadLimits};
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader};
use std::borrow::Cow;

/// The most characters of the parser's message, which may quote the document.
const WHAT_CHARS_MAX: usize = 200;

/// A document.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    text: &'t str,
    /// The elements in the order of their start tags: the descendants of an element follow it.
    elements: Vec<Element>,
}

/// The positions of an element in the text. Documents are at most 4 GiB long.
#[derive(Debug, Clone, Copy)]
struct Element {
    /// The name and the attributes.
    tag: [u32; 2],
    /// The name without its prefix.
    name: [u32; 2],
    content: [u32; 2],
    /// The index after its last descendant.
    end: u32,
}

/// An element of a document.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    document: &'a Document<'a>,
    index: u32,
}

impl<'t> Document<'t> {
    /// Parses a text up to the end of the root element. Whatever follows is ignored.
    pub(crate) fn parse(text: &'t str, limits: &ReadLimits) -> Result<Self, BrokenDocument> {
        Exceeded::check(text.len(), limits.bytes.min(u32::MAX as usize), "bytes")?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
        loop {
            let before = reader.buffer_position() as usize;
            let event = reader.read_event().map_err(|error| broken(text, reader.error_position() as usize, &error))?;
            let after = reader.buffer_position() as usize;
            match event {
                Event::Start(ref tag) | Event::Empty(ref tag) => {
                    Exceeded::check(elements.len() + 1, limits.elements, "elements")?;
                    check_attributes(text, before, tag, limits)?;
                    if matches!(event, Event::Start(_)) {
                        open.push(elements.len());
                        Exceeded::check(open.len(), limits.depth, "elements deep")?;
                    }
                    elements.push(Element::new(before + 1, tag, after, elements.len() + 1));
                }
                Event::End(_) => {
                    let end = elements.len() as u32;
                    let Some(element) = open.pop().and_then(|index| elements.get_mut(index)) else { continue };
                    (element.content[1], element.end) = (before as u32, end);
                }
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if open.is_empty() => {
                    if let Some(at) = text[before..after].find(|c: char| !c.is_whitespace()) {
                        return Err(syntax(text, before + at, "text before the first element"));
                    }
                }
                Event::Eof if elements.is_empty() && text.trim().is_empty() => return Err(BrokenDocument::Empty),
                Event::Eof => return Err(BrokenDocument::CutOff { line: text.lines().count() }),
                _ => {}
            }
            if open.is_empty() && !elements.is_empty() {
                return Ok(Self { text, elements });
            }
        }
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { document: self, index: 0 }
    }

    fn part(&self, [start, end]: [u32; 2]) -> &str {
        &self.text[start as usize..end as usize]
    }
}

impl Element {
    /// An element whose tag begins at `start` with its name, and whose content begins at `content`.
    fn new(start: usize, tag: &BytesStart, content: usize, end: usize) -> Self {
        let name_end = start + tag.name().as_ref().len();
        let name_start = name_end - tag.local_name().as_ref().len();
        Self {
            tag: [start as u32, (start + tag.len()) as u32],
            name: [name_start as u32, name_end as u32],
            content: [content as u32; 2],
            end: end as u32,
        }
    }
}

impl<'a> Node<'a> {
    fn element(self) -> &'a Element {
        &self.document.elements[self.index as usize]
    }

    /// Its name without a prefix.
    pub fn name(self) -> &'a str {
        self.document.part(self.element().name)
    }

    /// The namespace that its own tag declares for its prefix.
    pub(crate) fn namespace(self) -> Cow<'a, str> {
        let Element { tag, name, .. } = *self.element();
        let prefix = self.document.part([tag[0], name[0]]).trim_end_matches(':');
        let declaration = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        let mut attributes = self.attributes();
        attributes.find(|(name, _)| *name == declaration).map(|(_, value)| resolved(value)).unwrap_or_default()
    }

    /// The child elements.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let end = self.element().end;
        let at = move |index: u32| (index < end).then_some(Self { document: self.document, index });
        std::iter::successors(at(self.index + 1), move |node| at(node.element().end))
    }

    /// The element and all elements in it.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        (self.index..self.element().end).map(move |index| Self { document: self.document, index })
    }

    /// The value of an attribute, with any prefix or none.
    pub fn attribute(self, name: &str) -> Option<Cow<'a, str>> {
        let is_it = |written: &str| match written.split_once(':') {
            Some((prefix, local)) => local == name && prefix != "xmlns",
            None => written == name,
        };
        let (_, value) = self.attributes().find(|(written, _)| is_it(written))?;
        // White space in an attribute becomes spaces (XML 1.0, 3.3.3).
        Some(match resolved(value) {
            value if value.contains(['\n', '\r', '\t']) => {
                value.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ").into()
            }
            value => value,
        })
    }

    /// The attributes' names and values, not resolved.
    fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let Element { tag, name, .. } = *self.element();
        let mut attributes = Attributes::new(self.document.part(tag), (name[1] - tag[0]) as usize);
        attributes.with_checks(false);
        attributes.filter_map(|attribute| {
            let attribute = attribute.ok()?;
            let Cow::Borrowed(value) = attribute.value else { return None };
            Some((str::from_utf8(attribute.key.into_inner()).ok()?, str::from_utf8(value).ok()?))
        })
    }

    /// The text of the element and of all elements in it, with `between` at each tag.
    pub fn text(self, between: &str) -> Cow<'a, str> {
        let content = self.document.part(self.element().content);
        if !content.contains('<') {
            return resolved(content);
        }
        let (mut text, mut reader) = (String::new(), Reader::from_str(content));
        reader.config_mut().allow_dangling_amp = true;
        loop {
            let before = reader.buffer_position() as usize;
            // `Document::parse` has already parsed this text without an error.
            let Ok(event) = reader.read_event() else { break };
            match event {
                Event::Text(_) | Event::GeneralRef(_) => {
                    text += &resolved(&content[before..reader.buffer_position() as usize]);
                }
                Event::CData(data) => text += &data.decode().unwrap_or_default(),
                Event::Start(_) | Event::End(_) | Event::Empty(_) => text += between,
                Event::Eof => break,
                _ => {}
            }
        }
        text.into()
    }
}

/// Checks the attributes of a tag: their number and their syntax.
fn check_attributes(text: &str, at: usize, tag: &BytesStart, limits: &ReadLimits) -> Result<(), BrokenDocument> {
    let mut count = 0;
    for attribute in tag.attributes().with_checks(false) {
        if let Err(error) = attribute {
            return Err(syntax(text, at, &error.to_string()));
        }
        count += 1;
        Exceeded::check(count, limits.attributes, "attributes of one element")?;
    }
    Ok(())
}

/// The error at the place where the parser stopped.
fn broken(text: &str, at: usize, error: &Error) -> BrokenDocument {
    // A tag that does not end before the text does: the document was cut off.
    if matches!(error, Error::Syntax(_)) && !text[at..].contains('>') {
        return BrokenDocument::CutOff { line: text.lines().count() };
    }
    syntax(text, at, &error.to_string())
}

fn syntax(text: &str, at: usize, what: &str) -> BrokenDocument {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let (line, column) = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
    BrokenDocument::Syntax { line, column, what: shortened(what, WHAT_CHARS_MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(text: &str, reader: impl FnOnce(Node) -> T) -> Result<T, String> {
        Document::parse(text, &ReadLimits::default()).map(|document| reader(document.root())).map_err(|e| e.to_string())
    }

    #[test]
    fn names_attributes_and_texts_are_found_whatever_their_prefix() {
        let text = "<!-- <b> --><w:a xmlns:w='U&amp;V' xmlns:x='no' w:x='1&#x41;\n2' y='é'><b>1</b> <w:b/><c>2<d>3</d></c></w:a> <!-- end";
        let found = read(text, |root| {
            let names: Vec<_> = root.children().map(Node::name).collect();
            let all: Vec<_> = root.descendants().map(Node::name).collect();
            assert_eq!((names, all), (vec!["b", "b", "c"], vec!["a", "b", "b", "c", "d"]));
            assert_eq!((root.name(), root.namespace()), ("a", "U&V".into()));
            assert_eq!((root.attribute("x"), root.attribute("y")), (Some("1A 2".into()), Some("é".into())));
            assert_eq!(root.attribute("w"), None, "a declaration is no attribute");
            (root.text("").into_owned(), root.text("|").into_owned())
        });
        assert_eq!(found, Ok(("1 23".into(), "|1| ||2|3||".into())));
    }

    #[test]
    fn no_entity_is_declared_and_no_reference_loses_a_document() {
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text, |root| root.text("").into_owned()).as_deref(), Ok(expected), "{text}");
        };
        check("<r>&lt;&gt;&amp;&quot;&apos; &#233;&#xE9;</r>", "<>&\"' éé");
        check(
            "<r>a&nbsp;b & c &#0; &#x110000; &; &toolongforaname;</r>",
            "a&nbsp;b & c &#0; &#x110000; &; &toolongforaname;",
        );
        check("<r><![CDATA[a<b>&amp;]]>&amp;<!-- no --><?no?>c</r>", "a<b>&amp;&c");
        check("<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>", "&x;");
        check("<!DOCTYPE r [<!ENTITY x \"]>'<r>no</r>\"> <!-- ]> ' --> <!ELEMENT r ANY>]><r>yes</r>", "yes");
    }

    #[test]
    fn every_limit_is_held_and_named() {
        let check = |text: &str, words: &str| {
            assert_eq!(read(text, |_| ()), Err(format!("the document is too large to be read: {words}")))
        };
        let attributes: String = (0..100_000).map(|i| format!(" a{i}='1'")).collect();
        check(&format!("<r{attributes}/>"), "more than 256 attributes of one element");
        let namespaces: String = (0..60_000).map(|i| format!(" xmlns:n{i}='u{i}'")).collect();
        check(&format!("<r{namespaces}/>"), "more than 256 attributes of one element");
        check(&"<r>".repeat(1_000_000), "more than 100 elements deep");
        check(&format!("<r>{}</r>", "<a/>".repeat(5_000_000)), "more than 3000000 elements");
        let small = ReadLimits { bytes: 10, ..ReadLimits::default() };
        assert_eq!(
            Document::parse("<r>12345</r>", &small).unwrap_err().to_string(),
            "the document is too large to be read: more than 10 bytes"
        );
    }

    #[test]
    fn the_work_grows_with_the_bytes() {
        let seconds = |count: usize| {
            let layer = "<Layer a='1' b='2' xmlns:c='3'><Name>&amp;name</Name><q:x>&nbsp;</q:x></Layer>";
            let text = format!("<r>{}</r>", layer.repeat(count));
            let start = std::time::Instant::now();
            let words = read(&text, |root| root.children().map(|child| child.text("").len()).sum::<usize>());
            assert_eq!(words, Ok(count * 11));
            start.elapsed().as_secs_f64()
        };
        let (small, large) = (seconds(10_000), seconds(160_000));
        assert!(large < 64.0 * small.max(0.01), "{small} s, {large} s");
    }
}

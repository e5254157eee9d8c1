//! XML that is hostile to its parser, instead of a WMS's capabilities.

use super::ask::Ask;
use super::bytes::many;
use super::case::{Case, End, Offer};
use mapreel_testkit::upstreams::capabilities_of;

const DAY: &str = r#"<Dimension name="time" units="ISO8601">2020-01-01T00:00:00Z</Dimension>"#;

/// Honest capabilities with `what` inside the layer.
fn inside(what: &str) -> Vec<u8> {
    capabilities_of("a", &format!("{DAY}{what}")).into_bytes()
}

/// The same, after a document type with these declarations.
fn declared(declarations: &str, inside: &str) -> Vec<u8> {
    let document = capabilities_of("a", &format!("{DAY}<Abstract>{inside}</Abstract>"));
    format!("<?xml version=\"1.0\"?><!DOCTYPE WMS_Capabilities [{declarations}]>{document}").into_bytes()
}

/// The same, with these attributes in the root's tag.
fn in_root(attributes: &str) -> Vec<u8> {
    capabilities_of("a", DAY).replacen("<WMS_Capabilities", &format!("<WMS_Capabilities {attributes}"), 1).into_bytes()
}

fn laughs(levels: usize) -> String {
    r#"<!ENTITY l0 "ha">"#.to_owned()
        + &many(levels, |i| format!(r#"<!ENTITY l{} "{}">"#, i + 1, format!("&l{i};").repeat(10)))
}

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some('\u{feff}').into_iter().collect::<String>() + text;
    units.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn row(name: &str, end: End, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Wms, end, make)
}

/// No real server declares entities in its documents, so a document that needs them may be refused.
pub fn cases() -> Vec<Case> {
    [entities(), attributes(), elements(), texts(), broken(), encodings()].into_iter().flatten().collect()
}

/// Entities, and the document types that declare them.
#[rustfmt::skip]
fn entities() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("an entity of 1 MB, used 20 000 times", Made, || declared(&format!(r#"<!ENTITY a "{}">"#, "x".repeat(1_000_000)), &"&a;".repeat(20_000))),
        row("an entity of 1 MB, used 2 000 times", Made, || declared(&format!(r#"<!ENTITY a "{}">"#, "x".repeat(1_000_000)), &"&a;".repeat(2_000))),
        row("an entity of 64 kB, used 64 000 times", Made, || declared(&format!(r#"<!ENTITY a "{}">"#, "x".repeat(64_000)), &"&a;".repeat(64_000))),
        row("a billion laughs", Made, || declared(&laughs(9), "&l9;")),
        row("a million laughs", Made, || declared(&laughs(6), "&l6;")),
        row("laughs in an attribute", Made, || declared(&laughs(9), r#"<x y="&l9;"/>"#)),
        row("an entity that holds itself", Made, || declared(r#"<!ENTITY a "&b;"><!ENTITY b "&a;">"#, "&a;")),
        row("an entity of 50 000 elements, used 1 000 times", Made, || declared(&format!("<!ENTITY a \"{}\">", "<b/>".repeat(50_000)), &"&a;".repeat(1_000))),
        row("an entity in a file", Made, || declared(r#"<!ENTITY a SYSTEM "file:///etc/passwd">"#, "&a;")),
        row("an entity at an address", Made, || declared(r#"<!ENTITY a SYSTEM "http://127.0.0.1:9/a">"#, "&a;")),
        row("an entity in an endless file", Made, || declared(r#"<!ENTITY a SYSTEM "file:///dev/zero">"#, "&a;")),
        row("a parameter entity at an address", Made, || declared(r#"<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;"#, "x")),
        row("parameter entities that grow", Made, || declared(r#"<!ENTITY % a "<!ENTITY b 'x'>"> %a; %a; %a;"#, "&b;")),
        row("an entity that nobody declares", Made, || declared("", "&nothing;")),
        row("100 000 entities that nobody uses", Made, || declared(&many(100_000, |i| format!(r#"<!ENTITY e{i} "x">"#)), "x")),
        row("100 000 declared elements and attributes", Made, || declared(&many(100_000, |i| format!("<!ELEMENT e{i} ANY><!ATTLIST e{i} a CDATA #IMPLIED>")), "x")),
        row("a document type of 20 MB", Made, || declared(&format!("<!-- {} -->", "x".repeat(20 << 20)), "x")),
        row("a document type that does not end", Lost, || b"<!DOCTYPE WMS_Capabilities [<!ENTITY a 'x'".to_vec()),
        row("a document type in brackets a million deep", Lost, || format!("<!DOCTYPE a {}", "[".repeat(1 << 20)).into_bytes()),
    ]
}

/// Attributes and namespaces.
#[rustfmt::skip]
fn attributes() -> Vec<Case> {
    use End::Made;
    vec![
        row("100 000 attributes", Made, || in_root(&many(100_000, |i| format!("a{i}='1' ")))),
        row("a million attributes", Made, || in_root(&many(1_000_000, |i| format!("a{i}='1' ")))),
        row("100 000 attributes of an element deep inside", Made, || inside(&format!("<x {}/>", many(100_000, |i| format!("a{i}='1' "))))),
        row("10 000 elements of 100 attributes", Made, || inside(&format!("<x {}/>", many(100, |i| format!("a{i}='1' "))).repeat(10_000))),
        row("the same attribute twice", Made, || in_root("a='1' a='2'")),
        row("the same attribute 50 000 times", Made, || in_root(&"a='1' ".repeat(50_000))),
        row("an attribute of 30 MB", Made, || in_root(&format!("a='{}'", "x".repeat(30 << 20)))),
        row("60 000 namespaces", Made, || in_root(&many(60_000, |i| format!("xmlns:n{i}='urn:{i}' ")))),
        row("60 000 namespaces and as many elements", Made, || {
            let text = String::from_utf8(in_root(&many(60_000, |i| format!("xmlns:n{i}='urn:{i}' ")))).unwrap();
            text.replace("</Layer></Layer>", &format!("{}</Layer></Layer>", many(60_000, |i| format!("<n{i}:x/>")))).into_bytes()
        }),
        row("a namespace in each of 5 000 nested elements", Made, || inside(&(many(5_000, |i| format!("<x xmlns:n{i}='urn:{i}'>")) + &"</x>".repeat(5_000)))),
        row("another default namespace in each of 300 000 elements", Made, || inside(&many(300_000, |i| format!("<x xmlns='urn:{i}'/>")))),
        row("a prefix that nobody declares", Made, || inside("<n:x/>")),
    ]
}

/// Elements: many, deep, long.
#[rustfmt::skip]
fn elements() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("a name of 10 MB", Made, || { let name = "x".repeat(10 << 20); inside(&format!("<{name}/>")) }),
        row("1 000 elements deep", Made, || inside(&("<x>".repeat(1_000) + &"</x>".repeat(1_000)))),
        row("100 000 elements deep", Made, || inside(&("<x>".repeat(100_000) + &"</x>".repeat(100_000)))),
        row("a million elements deep", Made, || inside(&("<x>".repeat(1_000_000) + &"</x>".repeat(1_000_000)))),
        row("a million elements deep that do not end", Lost, || "<x>".repeat(1_000_000).into_bytes()),
        row("4 million empty elements", Made, || inside(&"<x/>".repeat(4_000_000))),
        row("15 million empty elements", Made, || inside(&"<x/>".repeat(15_000_000))),
        row("3 million elements of one letter", Made, || inside(&"<x>y</x>".repeat(3_000_000))),
    ]
}

/// Texts, comments and sections.
#[rustfmt::skip]
fn texts() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("a text of 60 MB", Made, || inside(&format!("<Abstract>{}</Abstract>", "x".repeat(60_000_000)))),
        row("a title of 10 MB", Made, || inside(&format!("<Title>{}</Title>", "x".repeat(10 << 20)))),
        row("a text of 10 million character references", Made, || inside(&format!("<Abstract>{}</Abstract>", "&#65;".repeat(10_000_000)))),
        row("a comment of 60 MB", Made, || inside(&format!("<!--{}-->", "x".repeat(60_000_000)))),
        row("a comment of 10 MB of hyphens", Made, || inside(&format!("<!--{}-->", "- ".repeat(5 << 20)))),
        row("a million comments", Made, || inside(&"<!-- -->".repeat(1_000_000))),
        row("a CDATA section of 60 MB", Made, || inside(&format!("<Abstract><![CDATA[{}]]></Abstract>", "x".repeat(60_000_000)))),
        row("a million CDATA sections", Made, || inside(&format!("<Abstract>{}</Abstract>", "<![CDATA[x]]>".repeat(1_000_000)))),
        row("a CDATA section of brackets that does not end", Lost, || inside(&format!("<![CDATA[{}", "]]".repeat(5 << 20)))),
        row("a processing instruction of 60 MB", Made, || inside(&format!("<?x {}?>", "y".repeat(60_000_000)))),
        row("a million processing instructions", Made, || inside(&"<?x y?>".repeat(1_000_000))),
    ]
}

/// Elements without an end tag, or with a wrong one.
#[rustfmt::skip]
fn broken() -> Vec<Case> {
    use End::{Lost, Made};
    let honest = || capabilities_of("a", DAY);
    vec![
        row("a tag that does not end", Lost, || format!("<WMS_Capabilities {}", "x ".repeat(5 << 20)).into_bytes()),
        row("an attribute that does not end", Lost, || format!("<WMS_Capabilities a=\"{}", "<".repeat(10 << 20)).into_bytes()),
        row("a million opening brackets", Lost, || "<".repeat(1 << 20).into_bytes()),
        row("nothing but white space before the root, 60 MB", Made, || { let mut text = " \n".repeat(30_000_000); text.push_str(&capabilities_of("a", DAY)); text.into_bytes() }),
        row("cut in the middle", Lost, move || { let text = honest(); text.as_bytes()[..text.len() / 2].to_vec() }),
        row("end tags in the wrong order", Lost, || b"<WMS_Capabilities version='1.3.0'><Capability><Layer></Capability></Layer></WMS_Capabilities>".to_vec()),
        row("two roots", Made, move || honest().repeat(2).into_bytes()),
    ]
}

/// Encodings, and characters that no document should have.
#[rustfmt::skip]
fn encodings() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    let honest = || capabilities_of("a", DAY);
    vec![
        row("UTF-16, low byte first", Made, move || utf16(&honest(), false, true)),
        row("UTF-16, high byte first", Made, move || utf16(&honest(), true, true)),
        row("UTF-16 without a mark", Made, move || utf16(&honest(), false, false)),
        row("UTF-16 of an odd number of bytes", Made, move || { let mut bytes = utf16(&honest(), false, true); bytes.pop(); bytes }),
        row("UTF-16 of lone surrogates", Made, || [0xFF, 0xFE].into_iter().chain([0x3C, 0x00, 0x00, 0xD8].repeat(100_000)).collect()),
        row("UTF-16 of 60 MB", Made, || utf16(&capabilities_of("a", &format!("{DAY}<Abstract>{}</Abstract>", "x".repeat(30_000_000))), false, true)),
        row("UTF-7, said to be", Made, move || format!("<?xml version='1.0' encoding='UTF-7'?>{}", honest()).into_bytes()),
        row("an encoding that nobody knows", Made, move || format!("<?xml version='1.0' encoding='x-klingon'?>{}", honest()).into_bytes()),
        row("EBCDIC, said to be", Made, move || format!("<?xml version='1.0' encoding='IBM037'?>{}", honest()).into_bytes()),
        row("ISO 2022 with escapes and no end", Made, move || [b"<?xml version='1.0' encoding='ISO-2022-JP'?>".to_vec(), b"\x1b$B".repeat(100_000)].concat()),
        row("bytes that are not UTF-8", Made, || { let mut bytes = inside("<Abstract>x</Abstract>"); let at = bytes.len() - 60; bytes.splice(at..at, [0xFF; 100]); bytes }),
        row("NUL bytes inside", Made, || inside("<Abstract>\0\0\0</Abstract>")),
        row("a million NUL bytes", Lost, || { let mut bytes = b"<".to_vec(); bytes.resize(1_000_000, 0); bytes }),
        row("characters that XML forbids, by reference", Made, || inside("<Abstract>&#0;&#x1F;&#xFFFF;&#x110000;&#99999999999;</Abstract>")),
        row("a million byte-order marks", Lost, move || ("\u{feff}".repeat(1_000_000) + &honest()).into_bytes()).offer(Offer::Either),
        row("XML 1.1", Made, move || format!("<?xml version='1.1'?>{}", honest()).into_bytes()),
        row("markers from right to left in a title", Fine, || inside("<Abstract>\u{202e}\u{2066}\u{200f}</Abstract>")),
    ]
}

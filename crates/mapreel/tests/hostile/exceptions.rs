//! Exceptions and HTML pages instead of a map.

use super::ask::Ask;
use super::bytes::many;
use super::case::{Case, End};

fn row(name: &str, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Map, End::Lost, move || make().into_bytes())
}

fn report(inside: &str) -> String {
    format!(
        "<ServiceExceptionReport version='1.3.0'><ServiceException code='X'>{inside}</ServiceException></ServiceExceptionReport>"
    )
}

fn declared(declarations: &str, inside: &str) -> String {
    format!("<!DOCTYPE ServiceExceptionReport [{declarations}]>{}", report(inside))
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    vec![
        row("as it should be", || report("no such layer")),
        row("an entity of 32 kB, used 10 500 times", || declared(&format!("<!ENTITY a '{}'>", "x".repeat(32_000)), &"&a;".repeat(10_500))),
        row("an entity of 10 kB, used 16 000 times", || declared(&format!("<!ENTITY a '{}'>", "x".repeat(10_000)), &"&a;".repeat(16_000))),
        row("a billion laughs", || declared(&(r#"<!ENTITY l0 "ha">"#.to_owned() + &many(9, |i| format!(r#"<!ENTITY l{} "{}">"#, i + 1, format!("&l{i};").repeat(10)))), "&l9;")),
        row("an entity in a file", || declared("<!ENTITY a SYSTEM 'file:///etc/passwd'>", "&a;")),
        row("a document type at an address", || format!("<!DOCTYPE ServiceExceptionReport SYSTEM 'http://127.0.0.1:9/a.dtd'>{}", report("no"))),
        row("a text of 60 kB", || report(&"words ".repeat(10_000))),
        row("a text of 10 MB", || report(&"words ".repeat(1_700_000))),
        row("5 000 exceptions", || format!("<ServiceExceptionReport>{}</ServiceExceptionReport>", "<ServiceException/>".repeat(3_000))),
        row("exceptions inside each other, 3 000 deep", || format!("<ServiceExceptionReport>{}x{}</ServiceExceptionReport>", "<Exception>".repeat(2_500), "</Exception>".repeat(2_500))),
        row("20 000 elements inside each other", || "<a>".repeat(20_000)),
        row("6 000 attributes", || format!("<ServiceException {}/>", many(6_000, |i| format!("a{i}='1' ")))),
        row("4 000 namespaces", || format!("<ServiceException {}>{}</ServiceException>", many(2_400, |i| format!("xmlns:n{i}='u{i}' ")), "<x/>".repeat(100))),
        row("text and elements by turns", || report(&"a<b/>".repeat(12_000))),
        row("markers from right to left", || report("\u{202e}\u{2066}".repeat(1_000).as_str())),
        row("control characters and terminal escapes", || report("\u{9b}31m&#27;[2J\u{7}")),
        row("a code of 60 kB", || format!("<ServiceExceptionReport><ServiceException code='{}'/></ServiceExceptionReport>", "x".repeat(60_000))),
        row("the exception of another standard", || "<ows:ExceptionReport xmlns:ows='http://www.opengis.net/ows/1.1'><ows:Exception exceptionCode='NoApplicableCode'/></ows:ExceptionReport>".into()),
        row("JSON with a stack trace of 10 MB", || format!(r#"{{"detail":"{}"}}"#, "at x ".repeat(2_000_000))),
        row("a page to log in", || "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>".into()),
        row("a page that leads elsewhere", || "<html><meta http-equiv='refresh' content='0;url=http://127.0.0.1:9/'></html>".into()),
        row("a title of 4 kB", || format!("<html><title>{}</title></html>", "x".repeat(4_000))),
        row("a million titles", || format!("<html>{}", "<title>".repeat(1_000_000))),
        row("characters that grow when they are made small", || format!("<html><title>{}</title>", "İ".repeat(1_000))),
    ]
}

//! Plans for the tests of layer kinds: the servers of a request answer with recorded documents.

use super::step::{Document, DocumentKind, Next, NoAnswer, Question};
use crate::parse_request;
use crate::plan::plan::Plan;
use crate::plan::view::View;
use crate::request::limits::Limits;
use crate::resolved::resolved::Resolved;
use mapreel_ogc::wms::reader::capabilities;

/// The plan of a request, and the URLs of the documents that its layers asked for. `answer` returns the document at a URL, if
/// there is one.
pub(super) fn plan_answered<'d>(request: &str, answer: impl Fn(&str) -> Option<&'d str>) -> (Plan, Vec<String>) {
    let request = parse_request(request.as_bytes(), &Limits::default()).unwrap();
    let mut asked = Vec::new();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let reply = |_: usize, question: Question, next: Next| {
        let document = answer(&question.url);
        asked.push(question.url);
        match (document, question.kind) {
            (Some(document), DocumentKind::Wms) => {
                next.after(Ok(Document::Wms(&capabilities(document.as_bytes(), now).unwrap())))
            }
            (Some(document), _) => next.after(Ok(Document::Bytes(document.as_bytes()))),
            (None, _) => next.after(Err(NoAnswer::Failed("status 404".into()))),
        }
    };
    let resolved = Resolved::answered(&request, now, reply).unwrap();
    (Plan::of_map_alone(&resolved, View::of(&request), &Limits::default()).unwrap(), asked)
}

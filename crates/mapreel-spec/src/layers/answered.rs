//! Plans for the tests of kinds: of a request whose servers answer with recorded documents.

use super::step::{Document, Next, NoAnswer, Question};
use crate::parse_request;
use crate::plan::plan::Plan;
use crate::plan::view::View;
use crate::request::limits::Limits;
use crate::resolved::resolved::Resolved;

/// The plan of a request, and the addresses of the documents that were asked for. `answer` has the document of an address, where
/// there is one.
pub(super) fn plan_answered<'d>(request: &str, answer: impl Fn(&str) -> Option<&'d str>) -> (Plan, Vec<String>) {
    let request = parse_request(request.as_bytes(), &Limits::default()).unwrap();
    let mut asked = Vec::new();
    let reply = |_: usize, question: Question, next: Next| {
        let document = answer(&question.url);
        asked.push(question.url);
        next.after(match document {
            Some(document) => Ok(Document::Bytes(document.as_bytes())),
            None => Err(NoAnswer::Failed("status 404".into())),
        })
    };
    let resolved = Resolved::answered(&request, "2026-01-01T00:00:00Z".parse().unwrap(), reply).unwrap();
    (Plan::of_map_alone(&resolved, View::of(&request), &Limits::default()).unwrap(), asked)
}

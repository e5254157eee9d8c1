//! Runs all cases: two at a time, and beside them the cases that only wait.

use super::ask::Ask;
use super::bounds::Bounds;
use super::case::{Case, End, Offer, Ready};
use super::command_line;
use super::measure::Cost;
use super::outcome::Outcome;
use super::report::Row;
use super::service::{Door, Service};
use super::support::folder;
use mapreel_testkit::upstreams::serve_streams;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// How many cases that need processor time run at once.
const LANES: usize = 2;

/// The result of a case: its outcome, its cost, and what is wrong with the service after it.
type Came = (Outcome, Cost, Option<String>);

/// A case and its upstream.
struct Staged {
    case: Arc<Case>,
    ready: Arc<Ready>,
    url: String,
    index: usize,
}

impl Staged {
    fn new(index: usize, case: Case) -> Self {
        let (case, ready) = (Arc::new(case), Arc::new(Ready::default()));
        let (plays, sends) = (case.clone(), ready.clone());
        let url = match case.ask.has_upstream() {
            false => String::new(),
            true => serve_streams(move |path, stream| match plays.ask.honest(path) {
                Some(body) => {
                    let head =
                        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
                }
                None => sends.send(&plays.answer, stream),
            }),
        };
        Self { case, ready, url, index }
    }

    fn row(&self, front: &'static str, began: Instant, came: Came, bounds: &Bounds) -> Row {
        let ((outcome, cost, more), took_s) = (came, began.elapsed().as_secs_f64());
        let expected = match front {
            "layers" => outcome.is_offer(self.case.offer),
            front => outcome.is(&self.case, front == "job") || front == "preview" && self.is_as_preview(&outcome),
        };
        let unexpected = (!expected).then(|| match front {
            "layers" => format!("not {:?}", self.case.offer),
            _ => format!("not {:?}", self.case.end),
        });
        let wrong: Vec<String> =
            unexpected.into_iter().chain(bounds.of(&self.case).exceeded(cost)).chain(more).collect();
        let (family, name, wrong) = (self.case.family, self.case.name.clone(), wrong.join("; "));
        Row { family, name, front, outcome, cost, took_s, wrong }
    }

    /// Whether the outcome is right for a preview, which does not list its warnings.
    fn is_as_preview(&self, outcome: &Outcome) -> bool {
        matches!((self.case.end, outcome), (End::Gap(_), Outcome::Made(codes)) if !codes.is_empty())
            || matches!((self.case.end, outcome), (End::Failed(_), Outcome::Refused(_)))
    }

    fn on_the_command_line(&self, bounds: &Bounds) -> Vec<Row> {
        if !is_wanted("render") {
            return Vec::new();
        }
        let folder = folder("hostile").join(self.index.to_string());
        let began = Instant::now();
        let (outcome, cost) = command_line::render(&self.case, &self.url, &folder, &bounds.of(&self.case));
        vec![self.row("render", began, (outcome, cost, None), bounds)]
    }

    fn at_the_service(&self, service: &mut Service, bounds: &Bounds) -> Vec<Row> {
        let mut rows = Vec::new();
        for (front, door) in self.doors() {
            let began = Instant::now();
            rows.push(self.row(front, began, service.play(&self.case, &self.url, door), bounds));
        }
        rows
    }

    fn doors(&self) -> Vec<(&'static str, Door)> {
        let mut doors = vec![("job", Door::Job)];
        if self.case.offer != Offer::Skip {
            doors.push(("layers", Door::Layers));
        }
        // Previews are tested with cases whose drawing is expensive, because a preview draws on a thread of its own.
        if matches!(self.case.ask, Ask::Features | Ask::Pyramid { .. }) && !self.case.waits {
            doors.push(("preview", Door::Preview));
        }
        doors.retain(|(front, _)| is_wanted(front));
        doors
    }
}

/// Whether a front end is tested: all are, or only those that `MAPREEL_HOSTILE_FRONTS` names.
fn is_wanted(front: &str) -> bool {
    std::env::var("MAPREEL_HOSTILE_FRONTS").map_or(true, |fronts| fronts.split(',').any(|wanted| wanted == front))
}

/// Runs all cases; returns a row for each case and front end.
pub fn all(cases: Vec<Case>, bounds: Bounds) -> Vec<Row> {
    let staged: Vec<Staged> = cases.into_iter().enumerate().map(|(index, case)| Staged::new(index, case)).collect();
    let (waiting, busy): (Vec<&Staged>, Vec<&Staged>) = staged.iter().partition(|staged| staged.case.waits);
    let (rows, next) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let keep = |more: Vec<Row>| {
        more.iter().filter(|row| !row.wrong.is_empty()).for_each(Row::print);
        rows.lock().unwrap().extend(more);
    };
    std::thread::scope(|scope| {
        for lane in 0..LANES {
            let (busy, next, keep) = (&busy, &next, &keep);
            scope.spawn(move || {
                let mut service = Service::start(&lane.to_string(), 5.0, bounds);
                while let Some(staged) = busy.get(next.fetch_add(1, Ordering::Relaxed)) {
                    staged.ready.prepare(&staged.case.answer);
                    keep(staged.on_the_command_line(&bounds));
                    keep(staged.at_the_service(&mut service, &bounds));
                    staged.ready.clear();
                }
            });
        }
        // The command line waits 30 s for an upstream, so these cases run in parallel; a service has a setting for a shorter time.
        for staged in &waiting {
            staged.ready.prepare(&staged.case.answer);
            let keep = &keep;
            scope.spawn(move || keep(staged.on_the_command_line(&bounds)));
        }
        if !waiting.is_empty() {
            scope.spawn(|| {
                let mut service = Service::start("waiting", 1.0, bounds);
                waiting.iter().for_each(|staged| keep(staged.at_the_service(&mut service, &bounds)));
            });
        }
    });
    rows.into_inner().unwrap()
}

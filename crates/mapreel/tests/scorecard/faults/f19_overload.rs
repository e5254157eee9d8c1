//! Requests beyond the limits are refused at once, with a reason; accepted jobs are done.

use super::{BOTH, Fault};
use crate::history::Order;
use crate::rig::Rig;
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "F19",
    what: "more requests than can be drawn",
    injects: "1 500 requests from 8 clients as fast as they are answered; 600 may be open",
    stores: BOTH,
    times: (0, 1),
    guarantee: [Err("the control limits open jobs, too"), Err("the control limits open jobs, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: true,
    run,
};

fn run(rig: &mut Rig<'_>) {
    // The control gets fewer jobs: more would not show its faults better.
    let (all, bound) = if rig.program == crate::rig::Program::Naive { (100, "40") } else { (1_500, "600") };
    rig.api = Some(rig.site.serve(&["--workers", "0", "--open-jobs-max", bound, "--lease-s", "30"], ""));
    rig.start_workers(2);
    let orders: Vec<_> = (0..all).map(|_| rig.image()).collect();
    let (url, history) = (rig.url(), &rig.history);
    let ask = |order: &Order| {
        let began = Instant::now();
        (history.submit(&url, order).1, began.elapsed())
    };
    let answers: Vec<(u16, Duration)> = std::thread::scope(|scope| {
        let client = |orders: &[Order]| orders.iter().map(ask).collect::<Vec<_>>();
        let clients: Vec<_> = orders.chunks(all / 8 + 1).map(|orders| scope.spawn(move || client(orders))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    rig.inject();
    let mut times: Vec<Duration> = answers.iter().map(|(_, took)| *took).collect();
    times.sort();
    let odd = answers.iter().filter(|(status, _)| ![202, 429, 503].contains(status)).count();
    assert_eq!(odd, 0, "answers other than 202, 429 and 503");
    let refused = answers.iter().filter(|(status, _)| *status != 202).count();
    let p99 = times[times.len() * 99 / 100].as_secs_f64() * 1e3;
    rig.note = format!("{refused} refused, p99 of the answers {p99:.0} ms");
}

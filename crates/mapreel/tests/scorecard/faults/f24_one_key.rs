//! Clients that repeat a request because they got no answer do not get a second job.

use super::{BOTH, Fault};
use crate::history::Order;
use crate::oracle::Harm;
use crate::rig::{Program, Rig};

pub const FAULT: Fault = Fault {
    id: "F24",
    what: "one request comes many times at once",
    injects: "20 equal requests with one idempotency key, half of them to another API process",
    stores: BOTH,
    times: (2, 6),
    guarantee: [Ok("one key is one job"), Ok("one key is one job")],
    harm: Some(Harm::Doubled),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(1);
    let other = rig.new_api("");
    for round in 0..rig.times {
        let mut order = rig.image();
        order.key = Some(format!("key {round}"));
        let urls = [rig.url(), other.url.clone()];
        std::thread::scope(|scope| {
            let (history, order) = (&rig.history, &order);
            for i in 0..20 {
                let url = &urls[i % 2];
                scope.spawn(move || history.submit(url, order));
            }
        });
        rig.inject();
        let other_request = Order { key: order.key.clone(), ..rig.image() };
        let (_, status) = rig.history.submit(&rig.url(), &other_request);
        assert!(rig.program == Program::Naive || status == 422, "{status} for another request with a used key");
    }
}

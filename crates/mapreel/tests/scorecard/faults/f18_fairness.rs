//! Images do not wait for animations.

use super::{BOTH, Fault};
use crate::rig::{Rig, wait_until};
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "F18",
    what: "images behind long animations",
    injects: "4 films of 96 frames, then 20 images",
    stores: BOTH,
    times: (0, 1),
    guarantee: [Err("the control keeps slots for images, too"), Err("the control keeps slots for images, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(60));
    for _ in 0..4 {
        let film = rig.film(96);
        rig.history.submit(&rig.url(), &film);
    }
    rig.inject();
    let began = Instant::now();
    let (mut open, _) = rig.submit(0, 20);
    let mut times = Vec::new();
    wait_until(Duration::from_secs(60), || {
        open.retain(|job| {
            let view = rig.history.look(&rig.url(), job);
            let is_done = view.is_some_and(|view| view["status"] == "SUCCESS");
            times.extend(is_done.then(|| began.elapsed()));
            !is_done
        });
        open.is_empty()
    });
    assert_eq!(times.len(), 20, "images that are not done");
    let most = times.get(18).map_or(f64::NAN, Duration::as_secs_f64);
    rig.note = format!("19 of 20 images done after {most:.1} s");
}

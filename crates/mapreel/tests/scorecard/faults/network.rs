//! Faults of the network between the processes and the broker, the store, or the bucket.

use super::{CLUSTER, Fault, parts_of, url_of};
use crate::oracle::Harm;
use crate::rig::Rig;
use mapreel_testkit::servers::proxy::{Proxy, Weather};
use std::time::Duration;

const INJECTS: &str = "a partition, a half-open connection (what is sent arrives, the answer comes after the client gave up), resets, answers cut after 200 bytes, a delay of 200 ms; 5 s each, with requests all the while";

pub const TO_BROKER: Fault = Fault {
    id: "N2",
    what: "the network to the broker fails",
    injects: INJECTS,
    stores: CLUSTER,
    times: (0, 2),
    guarantee: [Err(""), Ok("publisher confirms, and the outbox")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run: |rig| run(rig, "MAPREEL_BROKER"),
};

pub const TO_STORE: Fault = Fault {
    id: "N3",
    what: "the network to the store fails",
    injects: INJECTS,
    stores: CLUSTER,
    times: (0, 2),
    guarantee: [Err(""), Err("the control recognises a write whose answer was lost by its random number, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run: |rig| run(rig, "MAPREEL_STORE"),
};

pub const TO_BUCKET: Fault = Fault {
    id: "N4",
    what: "the network to the bucket fails",
    injects: INJECTS,
    stores: CLUSTER,
    times: (0, 2),
    guarantee: [Err(""), Err("the control repeats requests to the bucket, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run: |rig| run(rig, "AWS_ENDPOINT_URL"),
};

const ALL: [Weather; 5] = [
    Weather::BlackHole,
    Weather::HalfOpen,
    Weather::Reset,
    Weather::Truncate(200),
    Weather::Delay(Duration::from_millis(200)),
];

fn run(rig: &mut Rig<'_>, link: &str) {
    let proxy = between(rig, link);
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(30));
    for _ in 0..rig.times {
        for weather in ALL {
            rig.submit(2, 3);
            std::thread::sleep(Duration::from_millis(400));
            proxy.set(weather);
            let began = rig.inject();
            while began.elapsed() < Duration::from_secs(5) {
                rig.submit(0, 1);
                std::thread::sleep(Duration::from_millis(300));
            }
            proxy.set(Weather::Fair);
            std::thread::sleep(Duration::from_secs(1));
        }
    }
    rig.proxies.push(proxy);
}

/// Puts a proxy in front of the server that a variable of the processes' environment names.
fn between(rig: &mut Rig<'_>, link: &str) -> Proxy {
    let url = url_of(rig, link);
    let [scheme, user, server, rest] = parts_of(url);
    let proxy = Proxy::start(server);
    *url = format!("{scheme}://{user}{}{rest}", proxy.address());
    proxy
}

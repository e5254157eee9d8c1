//! TLS with certificates of a private authority: a closed connection costs no job, and no process talks to a server with a wrong certificate.

use super::{CLUSTER, Fault, parts_of, url_of};
use crate::oracle::Harm;
use crate::rig::{Rig, wait_for_line};
use crate::support::service::try_request;
use mapreel_testkit::servers::proxy::{Proxy, Weather};
use mapreel_testkit::servers::tls::{Authority, Front};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "N9",
    what: "certificates of a private CA, and connections that end",
    injects: "broker, store and bucket by TLS alone; all connections reset for 1 s, with requests; then processes that meet, at one of the three, a certificate of another CA or for another name",
    stores: CLUSTER,
    times: (0, 2),
    guarantee: [Err(""), Ok("publisher confirms, and the outbox")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

const BROKER: &str = "MAPREEL_BROKER";
const STORE: &str = "MAPREEL_STORE";
const BUCKET: &str = "AWS_ENDPOINT_URL";
/// The host name of the servers.
const HOST: &str = "localhost";
const PATIENCE: Duration = Duration::from_secs(20);

fn run(rig: &mut Rig<'_>) {
    let (house, other) = (Authority::new(), Authority::new());
    rig.site.environment.push(("SSL_CERT_FILE".to_owned(), house.file().display().to_string()));
    let plain = [BROKER, STORE, BUCKET].map(|link| (link, url_of(rig, link).clone()));
    for (link, url) in &plain {
        let front = Front::start(parts_of(url)[2], house.certify(HOST));
        let proxy = Proxy::start(&front.address());
        *url_of(rig, link) = encrypted(url, &proxy.address(), &house);
        rig.proxies.push(proxy);
        rig.kept.push(Box::new(front));
    }
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(30));
    for _ in 0..rig.times {
        rig.submit(2, 4);
        std::thread::sleep(Duration::from_millis(400));
        rig.proxies.iter().for_each(|proxy| proxy.set(Weather::Reset));
        rig.inject();
        rig.submit(0, 2);
        std::thread::sleep(Duration::from_secs(1));
        rig.proxies.iter().for_each(|proxy| proxy.set(Weather::Fair));
        rig.submit(1, 4);
    }
    for (link, url) in &plain {
        for (certificate, wrong) in [
            (other.certify(HOST), "no authority that is trusted here has signed it"),
            (house.certify("elsewhere.example"), "certificate not valid for name"),
        ] {
            let front = Front::start(parts_of(url)[2], certificate);
            let sound = std::mem::replace(url_of(rig, link), encrypted(url, &front.address(), &house));
            meet(rig, link, wrong);
            *url_of(rig, link) = sound;
            rig.inject();
        }
    }
    rig.kept.push(Box::new(house));
    rig.note = "each of the 6 wrong certificates was refused, and the log names the server and the reason".to_owned();
}

/// The URL of a server with TLS, at another address.
fn encrypted(plain: &str, address: &str, trusted: &Authority) -> String {
    let [scheme, user, _, rest] = parts_of(plain);
    let (_, port) = address.rsplit_once(':').expect("a port");
    if scheme != "mongodb" {
        return format!("{scheme}s://{user}{HOST}:{port}{rest}");
    }
    let and = if rest.contains('?') { '&' } else { '?' };
    format!("{scheme}://{user}{HOST}:{port}{rest}{and}tls=true&tlsCAFile={}", trusted.file().display())
}

/// Starts processes whose server has a wrong certificate: the log names the server and says what is wrong. Without the store the API accepts no
/// job; jobs that it accepts without the broker or the bucket are kept like all others.
fn meet(rig: &mut Rig<'_>, link: &str, wrong: &str) {
    let arguments = ["--workers", "1", "--image-workers", "1"];
    let process = if link == STORE {
        rig.site.start(&[&["serve", "--listen", "127.0.0.1:0"][..], &arguments].concat(), "")
    } else {
        let process = rig.site.serve(&arguments, "");
        let order = rig.image();
        assert!(rig.history.submit(&process.url, &order).0.is_some(), "{}", process.log());
        let _ = try_request(&process.url, "GET", "/readyz", &[], b"");
        process
    };
    let says = wait_for_line(&process, wrong, PATIENCE);
    let log = process.log();
    let line = log.lines().find(|line| line.contains(wrong)).unwrap_or_default();
    assert!(says && line.contains(HOST), "it does not say what is wrong at {link}: {log}");
    assert!(link != STORE || !log.contains("listening"), "it takes jobs without a store: {log}");
}

//! Workers on a busy machine, and jobs that are cancelled. The scorecard tests processes that die, freeze, or are told to end.

use crate::support::cluster::{PATIENCE, Promises, print, servers, slow_wms, wait_for};
use crate::support::service::film;
use std::time::{Duration, Instant};

#[test]
fn f10_a_busy_machine_loses_no_connection() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let mut site = servers.site("f10");
    let broker = site.environment.iter_mut().find(|(name, _)| name == "MAPREEL_BROKER").unwrap();
    broker.1.push_str("?heartbeat=5");
    let before = servers.rabbitmq.log().matches("missed heartbeats").count();
    let api = site.serve(&["--workers", "0"], "");
    let busy = site.worker(&["--slots", "4"], "");
    wait_for(&busy, "messages come from the broker");
    let (url, _) = slow_wms(Duration::from_millis(2));
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let burners: Vec<_> = (0..4)
        .map(|_| {
            let stop = stop.clone();
            std::thread::spawn(move || {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::spin_loop()
                }
            })
        })
        .collect();
    let mut promises = Promises::default();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(25) {
        promises.submit(&api.url, "animation", &film("busy", &url, 96, "mp4"), 96, None);
        let (id, _) = promises.jobs.last().unwrap();
        api.ended(id, PATIENCE);
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    burners.into_iter().for_each(|burner| burner.join().unwrap());
    promises.kept(&site, &api);
    let missed = servers.rabbitmq.log().matches("missed heartbeats").count() - before;
    assert_eq!(missed, 0);
    let thought_dead = [&busy, &api].map(|process| process.log().matches("took leases").count()).iter().sum::<usize>();
    print(&format!(
        "F10  {} s with all cores busy: no heartbeat missed, a live worker thought dead {thought_dead} times",
        began.elapsed().as_secs()
    ));
}

#[test]
fn f20_cancelled_jobs_stay_so_and_leave_nothing() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f20");
    let (url, _) = slow_wms(Duration::from_millis(100));
    let api = site.serve(&["--workers", "0"], "");
    let worker = site.worker(&["--slots", "2", "--worker-listen", "127.0.0.1:0"], "");
    let mut longest = Duration::ZERO;
    for after_ms in [0, 0, 300, 300, 700, 700, 1200, 1200, 2000, 2000] {
        let id = api.submit("animation", &film("x", &url, 240, "mp4"));
        std::thread::sleep(Duration::from_millis(after_ms));
        let began = Instant::now();
        let cancelled = api.request("DELETE", &format!("/api/job-status/{id}"), &[], b"");
        assert_eq!((cancelled.status, cancelled.json()["status"].as_str()), (200, Some("CANCELLED")));
        let idle = "mapreel_slots_busy{service=\"animation\"} 0";
        while after_ms > 0 && !worker.get("/metrics").text().contains(idle)
            || site.objects().iter().any(|key| key.starts_with(&id))
        {
            assert!(began.elapsed() < Duration::from_secs(5), "still at work: {:?}", site.objects());
            std::thread::sleep(Duration::from_millis(20));
        }
        longest = longest.max(began.elapsed());
        assert_eq!(api.get(&format!("/api/download/{id}")).status, 409);
        assert_eq!(api.job(&id)["status"], "CANCELLED");
    }
    print(&format!("F20  10 jobs cancelled: slots idle and objects gone after at most {:.1} s", longest.as_secs_f64()));
}

//! The second front end: a service that runs on while one case after another is tried. After each, an honest job must give the same picture
//! as before.

use super::bounds::Bounds;
use super::case::Case;
use super::measure::{self, Cost};
use super::outcome::Outcome;
use super::support::service::{Answer, Process, Site, try_request};
use mapreel_testkit::upstreams::picture;
use mapreel_testkit::upstreams::serve;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a case may take in all.
const PATIENCE: Duration = Duration::from_secs(90);
/// If an idle service uses more memory than this, it is started again, so that memory of earlier cases does not count for later ones.
const RESTING_MIB_MAX: f64 = 200.0;

/// A service, and the picture that it made of the honest request at the start.
pub struct Service {
    site: Site,
    process: Process,
    arguments: Vec<String>,
    honest: String,
    made: Vec<u8>,
    bounds: Bounds,
    /// How much of its log was checked.
    read: usize,
}

/// A route by which a case is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Job,
    Preview,
    Layers,
}

impl Service {
    /// Starts a service; upstreams have `answer_s` seconds for an answer.
    pub fn start(name: &str, answer_s: f64, bounds: Bounds) -> Self {
        let site = Site::new(&format!("hostile-{name}"));
        let timeout = answer_s.to_string();
        let arguments =
            ["--workers", "1", "--image-workers", "1", "--upstream-timeout-s", &timeout, "--log", "warn,mapreel=info"];
        let process = site.serve(&arguments, "");
        measure::bound_addresses(process.pid());
        let url = serve(|path| ("200 OK", "", picture(path)));
        let honest = format!(
            r#"{{ "map": {{ "bbox": [-20, 30, 20, 50], "width": 128 }}, "times": ["2020-01-01"],
                 "layers": [{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Honest" }}] }}"#
        );
        let arguments = arguments.map(str::to_owned).to_vec();
        let mut service = Self { site, process, arguments, honest, made: Vec::new(), bounds, read: 0 };
        service.made = service.honest().expect("the first honest job succeeds");
        service
    }

    fn restart(&mut self) {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        // A new site, because in the old one the jobs of the old service would go on.
        self.site =
            Site::new(self.site.folder.file_name().and_then(|name| name.to_str()).expect("the test's own name"));
        self.process = self.site.serve(&arguments, "");
        measure::bound_addresses(self.process.pid());
        self.read = 0;
    }

    /// Runs a case; returns its outcome, its cost, and what is wrong with the service after it, if anything is.
    pub fn play(&mut self, case: &Case, url: &str, door: Door) -> (Outcome, Cost, Option<String>) {
        let pid = self.process.pid();
        measure::forget_peak(pid);
        let before = measure::cpu_s(pid);
        let most = before + self.bounds.killed_cpu_s() as f64;
        let (answered, killed, seen_mib) = watched(pid, most, || self.ask(case, url, door));
        measure::rested(pid, self.bounds.killed_cpu_s() as f64);
        let cost =
            Cost { cpu_s: measure::cpu_s(pid) - before, peak_mib: measure::memory_mib(pid, "VmHWM").max(seen_mib) };
        let log = self.process.log();
        let said = log.get(self.read..).unwrap_or_default();
        let panic = said.lines().find(|line| line.contains("panicked at")).map(str::to_owned);
        self.read = log.len();
        let outcome = match (panic, self.process.has_ended(), answered) {
            (Some(line), ..) => Outcome::Panicked(line),
            (None, true, _) if killed => Outcome::Died("killed for the time it took".to_owned()),
            (None, true, _) => Outcome::died("the service", said),
            (None, false, Ok(outcome)) => outcome,
            (None, false, Err(error)) => Outcome::Died(format!("no answer: {error}")),
        };
        // A killed process has no counters any more, so its processor time is taken as the bound.
        let cost = if self.process.has_ended() && killed { Cost { cpu_s: most - before, ..cost } } else { cost };
        let wrong = self.find_fault();
        (outcome, cost, wrong)
    }

    fn ask(&self, case: &Case, url: &str, door: Door) -> std::io::Result<Outcome> {
        let request = case.ask.request(url);
        let send = |path: &str| {
            try_request(&self.process.url, "POST", path, &["content-type: application/json"], request.as_bytes())
        };
        match door {
            Door::Job => {
                let service = if case.ask.is_animation() { "animation" } else { "image" };
                let answer = send(&format!("/api/service/{service}"))?;
                if answer.status != 202 {
                    return Ok(refused(&answer));
                }
                let id = answer.json()["id"].as_str().unwrap_or_default().to_owned();
                self.ended(&id).map(|job| Outcome::of_job(&job))
            }
            Door::Preview => send("/api/preview").map(|answer| match answer.status {
                // The header only has the number of warnings.
                200 if answer.header("mapreel-warnings") == "0" => Outcome::Made([].into()),
                200 => Outcome::Made([case.ask.lost().to_owned()].into()),
                _ => refused(&answer),
            }),
            Door::Layers => {
                let url = case.ask.offer_url(url).replace(':', "%3A").replace('/', "%2F");
                let answer = try_request(&self.process.url, "GET", &format!("/api/layers?url={url}"), &[], b"")?;
                Ok(if answer.status == 200 { Outcome::Listed } else { refused(&answer) })
            }
        }
    }

    fn ended(&self, id: &str) -> std::io::Result<Value> {
        let path = format!("/api/job-status/{id}?wait=1");
        loop {
            let answer = try_request(&self.process.url, "GET", &path, &[], b"")?;
            let job: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if !["PENDING", "RUNNING"].contains(&job["status"].as_str().unwrap_or_default()) {
                return Ok(job);
            }
        }
    }

    /// The picture of the honest job.
    fn honest(&self) -> Result<Vec<u8>, String> {
        let words = |error: std::io::Error| format!("the next honest job: {error}");
        let json = ["content-type: application/json"];
        let (url, request) = (&self.process.url, self.honest.as_bytes());
        let answer = try_request(url, "POST", "/api/service/image", &json, request).map_err(words)?;
        let id = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
        let id = id["id"].as_str().ok_or_else(|| format!("the next honest job: {}", answer.text()))?.to_owned();
        let job = self.ended(&id).map_err(words)?;
        if job["status"] != "SUCCESS" || job["warnings"].as_array().is_none_or(|warnings| !warnings.is_empty()) {
            return Err(format!("the next honest job: {job}"));
        }
        Ok(try_request(url, "GET", &format!("/api/download/{id}"), &[], b"").map_err(words)?.body)
    }

    /// What is wrong with the service, if anything is; then the service is started again.
    fn find_fault(&mut self) -> Option<String> {
        let ended = self.process.has_ended();
        let (honest, slow, _) = match ended {
            true => (Err("the process is gone".to_owned()), false, 0.0),
            false => watched(self.process.pid(), f64::MAX, || self.honest()),
        };
        let wrong = match honest {
            _ if slow => Some("the next honest job does not end".to_owned()),
            Ok(picture) if picture == self.made => None,
            Ok(_) => Some("the next honest picture is another".to_owned()),
            Err(why) => Some(why),
        };
        if wrong.is_some() || measure::memory_mib(self.process.pid(), "VmRSS") > RESTING_MIB_MAX {
            self.restart();
        }
        wrong
    }
}

/// Does some work with a process, which is killed when it reaches its bound on processor time, or after [`PATIENCE`]. Returns the result, whether
/// the process was killed, and the peak memory in MiB that was measured.
fn watched<T: Send>(pid: i32, cpu_s_max: f64, work: impl FnOnce() -> T + Send) -> (T, bool, f64) {
    let (done, killed, began) = (AtomicBool::new(false), AtomicBool::new(false), Instant::now());
    let (result, seen_mib) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut seen_mib = 0.0;
            while !done.load(Ordering::Relaxed) {
                if began.elapsed() > PATIENCE || measure::cpu_s(pid) > cpu_s_max {
                    killed.store(true, Ordering::Relaxed);
                    // SAFETY: it only sends a signal to a child that has not been waited for.
                    unsafe { libc::kill(pid, libc::SIGKILL) };
                    break;
                }
                seen_mib = measure::memory_mib(pid, "VmHWM").max(seen_mib);
                std::thread::sleep(Duration::from_millis(5));
            }
            seen_mib
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        (result, watcher.join().unwrap())
    });
    (result, killed.into_inner(), seen_mib)
}

/// The outcome of a refusal by the service, which must have problem details and must not be 500.
fn refused(answer: &Answer) -> Outcome {
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = format!("{} {}: {}", answer.status, problem["code"].as_str().unwrap_or("?"), problem["detail"]);
    match (answer.status, problem["code"].as_str()) {
        (_, None) | (500 | 501 | 503.., _) => Outcome::Failed(said),
        _ => Outcome::Refused(said),
    }
}

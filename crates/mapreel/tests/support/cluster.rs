//! A whole cluster: RabbitMQ, MongoDB and S3, and the checks after every fault.

use super::service::{Process, Site, try_request};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::processes::wait_until;
use mapreel_testkit::servers::mongodb::MongoDb;
use mapreel_testkit::servers::rabbitmq::RabbitMq;
use mapreel_testkit::servers::s3::{BUCKET, S3};
use mapreel_testkit::upstreams;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a job may take, even with faults.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The servers; one test at a time uses them.
pub struct Servers {
    pub rabbitmq: RabbitMq,
    pub mongodb: MongoDb,
    pub s3: S3,
    sites: usize,
}

/// The servers of this process, started when they are first needed; `None`: they cannot be started, and the reason was printed.
pub fn servers() -> Option<MutexGuard<'static, Option<Servers>>> {
    static SERVERS: Mutex<Option<Servers>> = Mutex::new(None);
    let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    if servers.is_none() {
        *servers = Some(Servers::start()?);
    }
    Some(servers)
}

impl Servers {
    /// Starts new servers; `None`: they cannot be started, and the reason was printed.
    pub fn start() -> Option<Self> {
        // The servers are started in parallel, since each takes some seconds.
        let rabbitmq = std::thread::spawn(RabbitMq::start);
        let mongodb = MongoDb::start();
        Some(Self { rabbitmq: rabbitmq.join().unwrap()?, mongodb: mongodb?, s3: S3::start(), sites: 0 })
    }

    /// A new site in the cluster, without jobs and processes.
    pub fn site(&mut self, name: &str) -> Site {
        self.sites += 1;
        let mut site = Site::new(&format!("cluster-{name}"));
        let name = format!("{name}-{}-{}", std::process::id(), self.sites);
        let set = |name: &str, value: String| (name.to_owned(), value);
        site.environment = self.s3.environment();
        site.environment.extend([
            set("MAPREEL_STORE", self.mongodb.database(&name)),
            set("MAPREEL_BROKER", self.rabbitmq.url()),
            set("MAPREEL_ARTIFACTS", format!("s3://{BUCKET}/{name}")),
        ]);
        site.artifacts = self.s3.folder(&name);
        site
    }
}

/// Prints a figure, even if the output of tests is captured.
pub fn print(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Starts a WMS that answers after `delay`; also returns how often each picture was requested.
pub fn slow_wms(delay: Duration) -> (String, Arc<Mutex<HashMap<String, usize>>>) {
    let hits: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let counted = hits.clone();
    let png = Picture::grey(240, 180, 120).to_png();
    let url = upstreams::serve(move |path| {
        *counted.lock().unwrap().entry(path.to_owned()).or_default() += 1;
        std::thread::sleep(delay);
        ("200 OK", "", png.clone())
    });
    (url, hits)
}

/// The jobs that the service has promised to its clients.
#[derive(Default)]
pub struct Promises {
    /// The accepted jobs, and the number of frames of each.
    pub jobs: Vec<(String, u64)>,
}

impl Promises {
    /// Submits a request; an accepted job is noted as a promise. Returns the status (0 without an answer), and how long the answer took.
    pub fn submit(
        &mut self,
        url: &str,
        service: &str,
        request: &str,
        frames: u64,
        key: Option<&str>,
    ) -> (u16, Duration) {
        let began = Instant::now();
        let mut headers = vec!["content-type: application/json".to_owned()];
        headers.extend(key.map(|key| format!("idempotency-key: \"{key}\"")));
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let path = format!("/api/service/{service}");
        let Ok(answer) = try_request(url, "POST", &path, &headers, request.as_bytes()) else {
            return (0, began.elapsed());
        };
        if answer.status == 202 {
            self.jobs.push((answer.json()["id"].as_str().unwrap().to_owned(), frames));
        }
        (answer.status, began.elapsed())
    }

    /// Asserts that every promise is kept: every accepted job succeeds, its file has the hash in its record and can be decoded, its two objects
    /// are the only ones, and nothing changes any more. Returns how long that took.
    #[track_caller]
    pub fn kept(&self, site: &Site, api: &Process) -> Duration {
        let began = Instant::now();
        let ended: Vec<Value> = self.jobs.iter().map(|(id, _)| api.ended(id, PATIENCE)).collect();
        let took = began.elapsed();
        for (job, (id, frames)) in ended.iter().zip(&self.jobs) {
            assert_eq!(job["status"], "SUCCESS", "{job}\n{}", api.log());
            assert_eq!(job["artifact"]["frames"], *frames);
            assert_eq!(job["warnings"].as_array().map_or(0, Vec::len), 0, "{job}");
            let file = api.get(&format!("/api/download/{id}"));
            assert_eq!(file.status, 200, "{}", file.text());
            assert_eq!(job["artifact"]["sha256"], file.sha256());
            assert_decodes(&file.body, job["artifact"]["format"].as_str().unwrap(), *frames);
        }
        assert_only_objects(site, self.jobs.iter().map(|(id, _)| (id.clone(), 2)).collect());
        for (job, (id, _)) in ended.iter().zip(&self.jobs) {
            assert_eq!(api.job(id), *job, "an end is final");
        }
        took
    }
}

/// Decodes a file with ffmpeg, and counts its frames.
#[track_caller]
fn assert_decodes(bytes: &[u8], format: &str, frames: u64) {
    let file = tempfile::Builder::new().suffix(&format!(".{format}")).tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames"])
        .args(["-of", "csv=p=0"])
        .arg(file.path())
        .output()
        .unwrap();
    let counted = String::from_utf8_lossy(&output.stdout);
    let counted = counted.trim().trim_end_matches(',');
    assert_eq!(counted, frames.to_string(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Waits until each job has this number of objects, besides its preview, and there are no others.
#[track_caller]
pub fn assert_only_objects(site: &Site, expected: HashMap<String, usize>) {
    let began = Instant::now();
    loop {
        let mut found: HashMap<String, usize> = HashMap::new();
        let objects = site.objects();
        let is_preview = |key: &String| {
            let job = key.split('/').next().unwrap();
            key.ends_with(".preview.jpeg") && expected.get(job).is_some_and(|wanted| *wanted > 0)
        };
        for key in objects.iter().filter(|key| !key.starts_with("ready") && !is_preview(key)) {
            *found.entry(key.split('/').next().unwrap().to_owned()).or_default() += 1;
        }
        if found == expected {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{found:?}\nand not {expected:?}\n{:?}", site.objects());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Waits for a line in the log of a process; returns how long that took.
#[track_caller]
pub fn wait_for(process: &Process, text: &str) -> Duration {
    let began = Instant::now();
    assert!(wait_until(PATIENCE, || process.log().contains(text)), "no `{text}` in: {}", process.log());
    began.elapsed()
}

//! The rig of a trial: the servers and processes, of one kind of store and one program, on which a fault is tried.

use crate::faults::Mount;
use crate::history::{History, Order};
pub use crate::lane::{Lane, Program, Store};
use crate::support::service::{Process, Site, film, world};
use mapreel_testkit::pictures::Picture;
pub use mapreel_testkit::processes::wait_until;
use mapreel_testkit::servers::mongodb::MongoDb;
use mapreel_testkit::servers::proxy::Proxy;
use mapreel_testkit::upstreams;
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a job is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Success,
    Failed,
    Cancelled,
    /// In any final state.
    Any,
}

/// A trial of one fault: its site, and its results.
pub struct Rig<'a> {
    pub lane: &'a mut Lane,
    pub program: Program,
    pub site: Site,
    pub history: History,
    /// How often the fault is to be injected.
    pub times: usize,
    /// How often the fault was injected.
    pub injected: usize,
    /// The times from a fault to the moment at which another worker resumes the work that it hit.
    pub resumed: Vec<Duration>,
    /// Jobs that are to end in another way than success.
    pub ends: HashMap<String, End>,
    /// A note for the report.
    pub note: String,
    pub api: Option<Process>,
    pub workers: Vec<Process>,
    /// Frozen processes that stay frozen until the jobs were judged.
    pub doomed: Vec<Process>,
    /// The proxies between the processes and their servers.
    pub proxies: Vec<Proxy>,
    /// A store only for this trial; it is dropped after the processes.
    pub store: Option<MongoDb>,
    /// Other values that the processes need while they run.
    pub kept: Vec<Box<dyn Any + Send + Sync>>,
    /// File systems of the trial; they are dropped after the processes.
    pub mounts: Vec<Mount>,
    /// Why the fault could not be injected here.
    pub skipped: Option<String>,
    upstream: String,
    hits: Arc<Mutex<HashMap<String, usize>>>,
    delay: Arc<Mutex<Duration>>,
    fails: Arc<AtomicBool>,
    orders: usize,
}

const ONE_SLOT: [&str; 6] = ["--workers", "1", "--image-workers", "1", "--log", "mapreel=debug,mapreel_queue=debug"];
const PATIENCE: Duration = Duration::from_secs(30);

impl<'a> Rig<'a> {
    /// A rig with an empty site and an upstream, without processes.
    pub fn new(lane: &'a mut Lane, program: Program, fault: &str, times: usize) -> Self {
        lane.heal();
        let site = lane.site(fault, program);
        let (hits, delay): (Arc<Mutex<HashMap<String, usize>>>, _) =
            (Arc::default(), Arc::new(Mutex::new(Duration::from_millis(10))));
        let png = Picture::grey(240, 180, 120).to_png();
        let fails = Arc::new(AtomicBool::new(false));
        let (counted, slow, failing) = (hits.clone(), delay.clone(), fails.clone());
        let upstream = upstreams::serve(move |path| {
            if failing.load(Ordering::Relaxed) {
                return ("503 Service Unavailable", "", Vec::new());
            }
            *counted.lock().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_default() += 1;
            let delay = *slow.lock().unwrap_or_else(PoisonError::into_inner);
            std::thread::sleep(delay);
            ("200 OK", "", png.clone())
        });
        Self {
            lane,
            program,
            site,
            history: History::new(),
            times,
            injected: 0,
            resumed: Vec::new(),
            ends: HashMap::new(),
            note: String::new(),
            api: None,
            workers: Vec::new(),
            doomed: Vec::new(),
            proxies: Vec::new(),
            store: None,
            kept: Vec::new(),
            mounts: Vec::new(),
            skipped: None,
            upstream,
            hits,
            delay,
            fails,
            orders: 0,
        }
    }

    /// Sets whether the upstream answers every request with 503.
    pub fn upstream_fails(&self, fails: bool) {
        self.fails.store(fails, Ordering::Relaxed);
    }

    pub fn is_cluster(&self) -> bool {
        self.lane.store == Store::Cluster
    }

    /// Sets how long the upstream takes for each picture.
    pub fn upstream_delay(&self, delay: Duration) {
        *self.delay.lock().unwrap_or_else(PoisonError::into_inner) = delay;
    }

    /// Starts the API, without a worker, for the whole trial.
    pub fn start_api(&mut self) {
        self.api = Some(self.new_api(""));
    }

    /// Starts an API without a worker.
    pub fn new_api(&self, failpoint: &str) -> Process {
        self.site.serve(&["--workers", "0", "--lease-s", self.lease_s()], failpoint)
    }

    /// Starts a worker, and waits until it claims. A worker that is to die at a failpoint may have claimed a part and died already.
    pub fn new_worker(&self, failpoint: &str) -> Process {
        self.new_worker_with(&[], failpoint)
    }

    pub fn new_worker_with(&self, arguments: &[&str], failpoint: &str) -> Process {
        // These arguments replace the usual ones.
        let usual = ONE_SLOT.chunks(2).filter(|usual| !arguments.contains(&usual[0])).flatten().copied();
        let all = [&usual.collect::<Vec<_>>()[..], &["--lease-s", self.lease_s()], arguments].concat();
        let mut worker = self.site.worker(&all, failpoint);
        let line = self.is_ready_line();
        let is_ready =
            |worker: &mut Process| worker.log().contains(line) || !failpoint.is_empty() && worker.has_ended();
        assert!(wait_until(PATIENCE, || is_ready(&mut worker)), "a worker does not start: {}", worker.log());
        worker
    }

    /// Starts workers for the whole trial.
    pub fn start_workers(&mut self, count: usize) {
        for _ in 0..count {
            let worker = self.new_worker("");
            self.workers.push(worker);
        }
    }

    /// The URL of the API.
    pub fn url(&self) -> String {
        self.api.as_ref().map_or(String::new(), |api| api.url.clone())
    }

    /// The line in the log of a worker when it begins to claim.
    pub fn is_ready_line(&self) -> &'static str {
        if self.is_cluster() { "messages come from the broker" } else { "started" }
    }

    /// The lease time. On one machine, only the end of the lease shows that a process is frozen; in a cluster, its presence shows it earlier.
    fn lease_s(&self) -> &'static str {
        if self.is_cluster() { "30" } else { "3" }
    }

    /// A request for a new animation, unlike all earlier ones.
    pub fn film(&mut self, frames: usize) -> Order {
        self.orders += 1;
        // Each request has a path of its own at the upstream, so that pictures that are asked for twice can be counted.
        let url = format!("{}/{}", self.upstream, self.orders);
        let body = film(&format!("film {}", self.orders), &url, frames, "mp4");
        Order { service: "animation", body, frames: frames as u64, key: None }
    }

    /// A request for a new image, unlike all earlier ones.
    pub fn image(&mut self) -> Order {
        self.orders += 1;
        let title = format!("image {}", self.orders);
        self.image_titled(&title)
    }

    pub fn image_titled(&self, title: &str) -> Order {
        Order { service: "image", body: world(title), frames: 1, key: None }
    }

    /// Submits films and images alternately; returns the accepted jobs, and how long each answer took.
    pub fn submit(&mut self, films: usize, images: usize) -> (Vec<String>, Vec<Duration>) {
        let (mut jobs, mut times) = (Vec::new(), Vec::new());
        for i in 0..films.max(images) {
            let mut orders = Vec::new();
            if i < films {
                orders.push(self.film(36));
            }
            if i < images {
                orders.push(self.image());
            }
            for order in orders {
                let began = Instant::now();
                jobs.extend(self.history.submit(&self.url(), &order).0);
                times.push(began.elapsed());
            }
        }
        (jobs, times)
    }

    /// The number of pictures that were asked for more than once: these frames were drawn again.
    pub fn drawn_again(&self) -> usize {
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        hits.values().map(|count| count - 1).sum()
    }

    /// Ends all processes, and deletes their objects: the S3 server reads all its objects for each listing.
    pub fn end(&mut self) {
        self.api = None;
        self.workers.clear();
        self.doomed.clear();
        let _ = std::fs::remove_dir_all(&self.site.artifacts);
    }

    /// Counts an injected fault; returns the present time.
    pub fn inject(&mut self) -> Instant {
        self.injected += 1;
        Instant::now()
    }

    /// Waits until a lasting worker begins a part again that was held by a process that died or froze at `since`, and notes how long that took.
    /// False: none does. The control never does.
    pub fn note_resumption(&mut self, since: Instant, marks: &[usize]) -> bool {
        let patience = if self.program == Program::Naive { Duration::from_secs(2) } else { Duration::from_secs(20) };
        while since.elapsed() < patience {
            let mut workers = self.workers.iter().zip(marks);
            if workers.any(|(worker, mark)| worker.log()[*mark..].contains("begun alone")) {
                self.resumed.push(since.elapsed());
                return true;
            }
            std::thread::sleep(Duration::from_millis(3));
        }
        false
    }

    /// The length of the log of each lasting worker.
    pub fn marks(&self) -> Vec<usize> {
        self.workers.iter().map(|worker| worker.log().len()).collect()
    }
}

/// Waits for a line in the log of a process; false: it did not come.
pub fn wait_for_line(process: &Process, line: &str, patience: Duration) -> bool {
    wait_until(patience, || process.log().contains(line))
}

//! What a fault is tried on: servers and processes of one kind of store and one program.

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
    /// The client may have been told anything; it must only have ended.
    Any,
}

/// A trial of one fault: its own site, and what came of it.
pub struct Rig<'a> {
    pub lane: &'a mut Lane,
    pub program: Program,
    pub site: Site,
    pub history: History,
    /// How often the fault is to be injected.
    pub times: usize,
    /// How often it was.
    pub injected: usize,
    /// From a fault to the moment at which work that it hit goes on.
    pub resumed: Vec<Duration>,
    /// Jobs that are not to end in success.
    pub ends: HashMap<String, End>,
    /// What else is worth a line in the table.
    pub note: String,
    pub api: Option<Process>,
    pub workers: Vec<Process>,
    /// Processes that are not to come back before the jobs are judged.
    pub doomed: Vec<Process>,
    /// Between the processes and their servers.
    pub proxies: Vec<Proxy>,
    /// A store of the trial's own; after its processes.
    pub store: Option<MongoDb>,
    /// What else the processes need as long as they are there.
    pub kept: Vec<Box<dyn Any + Send + Sync>>,
    /// File systems of the trial; after its processes.
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
    /// An empty site and an upstream; no process yet.
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

    /// Whether the upstream answers everything with 503 from now on.
    pub fn upstream_fails(&self, fails: bool) {
        self.fails.store(fails, Ordering::Relaxed);
    }

    pub fn is_cluster(&self) -> bool {
        self.lane.store == Store::Cluster
    }

    /// How long the upstream takes for each picture from now on.
    pub fn upstream_delay(&self, delay: Duration) {
        *self.delay.lock().unwrap_or_else(PoisonError::into_inner) = delay;
    }

    /// Starts the API alone, for good.
    pub fn start_api(&mut self) {
        self.api = Some(self.new_api(""));
    }

    /// The API alone; drawing is the workers'.
    pub fn new_api(&self, failpoint: &str) -> Process {
        self.site.serve(&["--workers", "0", "--lease-s", self.lease_s()], failpoint)
    }

    /// A worker that has begun to look for work. One that is to die at a failpoint may have found some and died already.
    pub fn new_worker(&self, failpoint: &str) -> Process {
        self.new_worker_with(&[], failpoint)
    }

    pub fn new_worker_with(&self, arguments: &[&str], failpoint: &str) -> Process {
        // What is said here takes the place of what is usual.
        let usual = ONE_SLOT.chunks(2).filter(|usual| !arguments.contains(&usual[0])).flatten().copied();
        let all = [&usual.collect::<Vec<_>>()[..], &["--lease-s", self.lease_s()], arguments].concat();
        let mut worker = self.site.worker(&all, failpoint);
        let line = self.is_ready_line();
        let is_ready =
            |worker: &mut Process| worker.log().contains(line) || !failpoint.is_empty() && worker.has_ended();
        assert!(wait_until(PATIENCE, || is_ready(&mut worker)), "a worker does not start: {}", worker.log());
        worker
    }

    /// Starts workers for good.
    pub fn start_workers(&mut self, count: usize) {
        for _ in 0..count {
            let worker = self.new_worker("");
            self.workers.push(worker);
        }
    }

    /// Where the API answers.
    pub fn url(&self) -> String {
        self.api.as_ref().map_or(String::new(), |api| api.url.clone())
    }

    /// The line with which a worker says that it looks for work.
    pub fn is_ready_line(&self) -> &'static str {
        if self.is_cluster() { "messages come from the broker" } else { "started" }
    }

    /// The lease of a process that is frozen on one machine is over only by time; in a cluster its silence is noticed before.
    fn lease_s(&self) -> &'static str {
        if self.is_cluster() { "30" } else { "3" }
    }

    /// An animation that no client has asked for before.
    pub fn film(&mut self, frames: usize) -> Order {
        self.orders += 1;
        // A path of its own tells whose pictures were asked for twice.
        let url = format!("{}/{}", self.upstream, self.orders);
        let body = film(&format!("film {}", self.orders), &url, frames, "mp4");
        Order { service: "animation", body, frames: frames as u64, key: None }
    }

    /// An image that no client has asked for before.
    pub fn image(&mut self) -> Order {
        self.orders += 1;
        let title = format!("image {}", self.orders);
        self.image_titled(&title)
    }

    pub fn image_titled(&self, title: &str) -> Order {
        Order { service: "image", body: world(title), frames: 1, key: None }
    }

    /// Submits films and images by turns; the jobs that were accepted, and how long each answer took.
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

    /// Pictures that were asked for more than once: frames that were drawn again.
    pub fn drawn_again(&self) -> usize {
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        hits.values().map(|count| count - 1).sum()
    }

    /// Ends all processes, and takes their objects away: the S3 server walks through everything that it has for each listing.
    pub fn end(&mut self) {
        self.api = None;
        self.workers.clear();
        self.doomed.clear();
        let _ = std::fs::remove_dir_all(&self.site.artifacts);
    }

    /// Counts a fault.
    pub fn inject(&mut self) -> Instant {
        self.injected += 1;
        Instant::now()
    }

    /// Waits until one of the lasting processes begins again what a process that died or froze at `since` held, and notes how
    /// long that took. False: none does. The control never does.
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

    /// How much each lasting worker has logged.
    pub fn marks(&self) -> Vec<usize> {
        self.workers.iter().map(|worker| worker.log().len()).collect()
    }
}

/// Waits for a line in the log of a process; false: it did not come.
pub fn wait_for_line(process: &Process, line: &str, patience: Duration) -> bool {
    wait_until(patience, || process.log().contains(line))
}

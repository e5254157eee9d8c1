//! Judges a trial when its fault is over: waits until the jobs have ended, and then checks every job, its file, the history of the clients
//! and the remaining objects.

use crate::checker::{Rule, check};
use crate::history::{Event, What};
use crate::rig::{End, Program, Rig, wait_until};
use crate::support::service::{sha256, try_request};
use mapreel_testkit::pictures::Picture;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// The judgement of a trial: counts of its jobs by what became of them.
#[derive(Debug, Default, Clone)]
pub struct Judgement {
    /// Accepted jobs.
    pub accepted: usize,
    /// Accepted jobs that ended as they should, and once.
    pub ended_once: usize,
    /// Accepted jobs that the API does not know any more.
    pub lost: usize,
    /// Cases of two jobs of one key, two artifacts of one job, or a final state that changed.
    pub doubled: usize,
    /// Jobs that do not end.
    pub stuck: usize,
    /// Jobs whose file is missing, is another one, or cannot be decoded.
    pub corrupt: usize,
    /// Jobs that ended in another state than they should.
    pub failed: usize,
    /// Objects that no job needs.
    pub left: usize,
    /// The first few findings, as text for people.
    pub findings: Vec<String>,
}

/// A kind of harm to a job, or an object that is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    Lost,
    Doubled,
    Stuck,
    Corrupt,
    Failed,
    LeftBehind,
}

impl Harm {
    pub const ALL: [Self; 6] = [Self::Lost, Self::Doubled, Self::Stuck, Self::Corrupt, Self::Failed, Self::LeftBehind];

    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Stuck => "stuck",
            Self::Corrupt => "corrupt",
            Self::Failed => "failed",
            Self::LeftBehind => "left behind",
        }
    }
}

/// If no job has changed for this long, the jobs that have not ended are stuck. In the control, nothing would move them later.
const CALM: Duration = Duration::from_secs(60);
const CALM_NAIVE: Duration = Duration::from_secs(10);
/// After this time, jobs that have not ended are stuck, even if jobs still change.
const ENDLESS: Duration = Duration::from_secs(300);
/// How long it may take until a file can be downloaded: the machine may be busy.
const DOWNLOADING: Duration = Duration::from_secs(20);
/// How long maintenance may take to delete the objects that no job needs.
const CLEANING: Duration = Duration::from_secs(60);
const CLEANING_NAIVE: Duration = Duration::from_secs(2);

impl Judgement {
    /// Whether any harm was found.
    pub fn is_bad(&self) -> bool {
        Harm::ALL.iter().any(|harm| self.count(*harm) > 0) || self.ended_once != self.accepted
    }

    /// How often a harm was found.
    pub fn count(&self, harm: Harm) -> usize {
        match harm {
            Harm::Lost => self.lost,
            Harm::Doubled => self.doubled,
            Harm::Stuck => self.stuck,
            Harm::Corrupt => self.corrupt,
            Harm::Failed => self.failed,
            Harm::LeftBehind => self.left,
        }
    }

    fn find(&mut self, what: String) {
        if self.findings.len() < 8 {
            self.findings.push(what);
        }
    }
}

/// Lets the jobs end, and judges.
pub fn judge(rig: &mut Rig<'_>) -> Judgement {
    let url = rig.url();
    let accepted = rig.history.accepted();
    let mut last = drain(rig, &url, &accepted);
    let mut judgement = Judgement { accepted: accepted.len(), ..Judgement::default() };
    let mut good: BTreeSet<String> = BTreeSet::new();
    for (job, frames) in &accepted {
        let view = last.remove(job).unwrap_or_default();
        let wanted = rig.ends.get(job).copied().unwrap_or(End::Success);
        match (view["status"].as_str(), wanted) {
            (None, _) => {
                judgement.lost += 1;
                judgement.find(format!("{job} is unknown"));
            }
            (Some("PENDING" | "RUNNING"), _) => {
                judgement.stuck += 1;
                judgement.find(format!("{job} is stuck: {view}"));
            }
            (Some("SUCCESS"), End::Success | End::Any) => match file(rig, &url, job, *frames, &view) {
                Ok(()) => drop(good.insert(job.clone())),
                Err(why) => {
                    judgement.corrupt += 1;
                    judgement.find(format!("{job}: {why}"));
                }
            },
            (Some("CANCELLED"), End::Cancelled | End::Any) | (Some("FAILED"), End::Failed | End::Any) => {
                good.insert(job.clone());
            }
            (Some("EXPIRED"), End::Any) => drop(good.insert(job.clone())),
            (Some(_), _) => {
                judgement.failed += 1;
                judgement.find(format!("{job} was to end in {wanted:?}: {view}"));
            }
        }
    }
    // A final state must stay: the status of each job is read once more, after the files.
    accepted.iter().for_each(|(job, _)| drop(rig.history.look(&url, job)));
    objects(rig, &url, &accepted, &mut judgement);
    let events = rig.history.events();
    for violation in check(&events) {
        judgement.find(format!("{violation:?}"));
        good.remove(&violation.of);
        match violation.rule {
            // Unknown jobs were counted above.
            Rule::Known => {}
            _ => judgement.doubled += 1,
        }
    }
    for job in extra_jobs(&url, &accepted, &events) {
        judgement.doubled += 1;
        judgement.find(format!("{job} was promised to nobody"));
    }
    judgement.ended_once = good.len();
    judgement
}

/// Follows the jobs until all have ended, or none changes any more; returns the last status of each.
fn drain(rig: &Rig<'_>, url: &str, accepted: &[(String, u64)]) -> HashMap<String, Value> {
    let calm = if rig.program == Program::Naive { CALM_NAIVE } else { CALM };
    let mut last: HashMap<String, Value> = HashMap::new();
    let mut open: Vec<&String> = accepted.iter().map(|(job, _)| job).collect();
    let (began, mut changed) = (Instant::now(), Instant::now());
    while !open.is_empty() && changed.elapsed() < calm && began.elapsed() < ENDLESS {
        open.retain(|job| {
            let Some(view) = rig.history.look(url, job) else { return true };
            let is_open = matches!(view["status"].as_str(), Some("PENDING" | "RUNNING"));
            let told = |view: &Value| (view["status"].clone(), view["progress"]["done"].clone());
            if last.get(*job).is_none_or(|before| told(before) != told(&view)) {
                changed = Instant::now();
            }
            last.insert((*job).clone(), view);
            is_open
        });
        std::thread::sleep(Duration::from_millis(50));
    }
    last
}

/// Checks that the file of a job is the one in the job's status, and has all frames.
fn file(rig: &Rig<'_>, url: &str, job: &str, frames: u64, view: &Value) -> Result<(), String> {
    let mut file = Err(String::new());
    // As a client would, the request is repeated after a 503, and after a download that broke off.
    wait_until(DOWNLOADING, || {
        file = rig.history.download(url, job);
        file.is_ok()
    });
    let file = file.map_err(|why| format!("its file cannot be downloaded: {why}"))?;
    is_whole(&file, &view["artifact"], frames)
}

/// Checks that a file is the one in the job's status, can be decoded, and has this many frames.
fn is_whole(file: &[u8], told: &Value, frames: u64) -> Result<(), String> {
    if told["sha256"] != sha256(file) || told["size_bytes"] != file.len() {
        return Err(format!("its file is another one than its record tells of: {told}"));
    }
    let counted = frames_in(file, told["format"].as_str().unwrap_or_default())?;
    if counted != frames { Err(format!("{counted} frames and not {frames}")) } else { Ok(()) }
}

/// Files that a correct service cannot produce.
pub const SABOTAGES: [&str; 3] = [
    "a file with another hash than the record has",
    "a cut file, whose hash and size the record has",
    "fewer frames than promised",
];

/// Proves that the oracle finds the fault in each of these files, and none in a correct file.
pub fn prove() {
    let png = Picture::grey(8, 8, 7).to_png();
    let told = |file: &[u8]| serde_json::json!({ "sha256": sha256(file), "size_bytes": file.len(), "format": "png" });
    let cut = &png[..png.len() / 2];
    assert_eq!(is_whole(&png, &told(&png), 1), Ok(()));
    let sabotaged = [is_whole(&png, &told(cut), 1), is_whole(cut, &told(cut), 1), is_whole(&png, &told(&png), 2)];
    for (name, result) in SABOTAGES.iter().zip(sabotaged) {
        assert!(result.is_err(), "{name}");
    }
}

/// Decodes a file and counts its frames: an image in this process, a film by ffmpeg.
fn frames_in(bytes: &[u8], format: &str) -> Result<u64, String> {
    if format == "png" {
        let mut reader =
            png::Decoder::new(std::io::Cursor::new(bytes)).read_info().map_err(|error| error.to_string())?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or("too large")?];
        return reader.next_frame(&mut pixels).map(|_| 1).map_err(|error| error.to_string());
    }
    let file = tempfile::Builder::new().suffix(&format!(".{format}")).tempfile().map_err(|e| e.to_string())?;
    std::fs::write(file.path(), bytes).map_err(|error| error.to_string())?;
    let output = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames"])
        .args(["-of", "csv=p=0"])
        .arg(file.path())
        .output()
        .map_err(|error| error.to_string())?;
    let counted = String::from_utf8_lossy(&output.stdout);
    let counted = counted.trim().trim_end_matches(',');
    counted.parse().map_err(|_| format!("it cannot be decoded: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Whether an object is the preview of a job. A preview is optional: it may be missing, and a job has at most one.
fn is_preview(key: &str) -> bool {
    key.ends_with(".preview.jpeg")
}

/// Waits until every job with a file has two objects and at most one preview, and there are no other objects.
fn objects(rig: &Rig<'_>, url: &str, accepted: &[(String, u64)], judgement: &mut Judgement) {
    let events = rig.history.events();
    let mut files: HashMap<&str, usize> = accepted.iter().map(|(job, _)| (job.as_str(), 0)).collect();
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for event in &events {
        if let What::Seen { job, state, .. } = &event.what {
            files.insert(job, if state == "SUCCESS" { 2 } else { 0 });
            match &**state {
                "PENDING" | "RUNNING" => open.insert(job),
                _ => open.remove(&**job),
            };
        }
    }
    let mut unneeded: Vec<String> = Vec::new();
    let patience = if rig.program == Program::Naive { CLEANING_NAIVE } else { CLEANING };
    wait_until(patience, || {
        let mut found: HashMap<(String, bool), usize> = HashMap::new();
        unneeded.clear();
        for key in rig.site.objects().into_iter().filter(|key| !key.starts_with("ready")) {
            let job = key.split('/').next().unwrap_or_default().to_owned();
            let count = found.entry((job.clone(), is_preview(&key))).or_default();
            *count += 1;
            let known = files.get(&*job).map(|wanted| if is_preview(&key) { *wanted / 2 } else { *wanted });
            let is_unneeded = match known {
                Some(wanted) => *count > wanted && !open.contains(&*job),
                None => !is_known(url, &job),
            };
            if is_unneeded {
                unneeded.push(key);
            }
        }
        std::thread::sleep(Duration::from_millis(if unneeded.is_empty() { 0 } else { 100 }));
        unneeded.is_empty()
    });
    judgement.left = unneeded.len();
    let mut found: HashMap<String, usize> = HashMap::new();
    for key in rig.site.objects().into_iter().filter(|key| !is_preview(key)) {
        *found.entry(key.split('/').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    for (job, wanted) in files.iter().filter(|(job, wanted)| **wanted > found.get(**job).copied().unwrap_or(0)) {
        judgement.corrupt += 1;
        judgement.find(format!("{job} has not its {wanted} objects"));
    }
    if !unneeded.is_empty() {
        judgement.find(format!("left behind: {unneeded:?}"));
    }
}

/// Whether the API knows a job that no client was promised: its request was stored, but the answer was lost.
fn is_known(url: &str, job: &str) -> bool {
    try_request(url, "GET", &format!("/api/job-status/{job}"), &[], b"").is_ok_and(|answer| answer.status == 200)
}

/// A page of the list of jobs. The fault is over, so the API must answer.
fn list(url: &str, cursor: &str) -> Value {
    let mut page = Value::Null;
    let has_come = wait_until(CLEANING, || {
        let answer = try_request(url, "GET", &format!("/api/jobs?limit=200{cursor}"), &[], b"");
        let answer = answer.ok().filter(|answer| answer.status == 200);
        page = answer.and_then(|answer| serde_json::from_slice(&answer.body).ok()).unwrap_or_default();
        !page.is_null()
    });
    assert!(has_come, "the jobs cannot be listed");
    page
}

/// Jobs that no client was promised, as far as they are more than the requests that may have been stored without a promise: requests without
/// an answer or with a status 5xx, which were not repeated with their key.
fn extra_jobs(url: &str, accepted: &[(String, u64)], events: &[Event]) -> Vec<String> {
    let promised: BTreeSet<&str> = accepted.iter().map(|(job, _)| job.as_str()).collect();
    let keys: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Accepted { key, .. } => key.as_deref(),
            _ => None,
        })
        .collect();
    let maybe = events.iter().filter(|event| match &event.what {
        What::NotAccepted { status: 0 | 500.., key } => key.as_deref().is_none_or(|key| !keys.contains(key)),
        _ => false,
    });
    let (mut extra, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(url, &cursor);
        let jobs = page["jobs"].as_array().expect("a list of jobs has jobs").iter();
        let jobs = jobs.filter_map(|job| job["id"].as_str()).filter(|id| !promised.contains(id));
        extra.extend(jobs.map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    // It cannot be known which of these jobs belong to such requests, so their number is subtracted.
    extra.truncate(extra.len().saturating_sub(maybe.count()));
    extra
}

//! The soak test: mixed load for hours, with a fault every 5 s. It measures memory, descriptors, connections and threads of the processes that
//! are never killed: a leak shows as a slope.

use crate::faults::f25_random::hit;
use crate::oracle::{Judgement, judge};
use crate::rig::{Lane, Program, Rig};
use crate::support::service::Process;
use std::fmt::Write;
use std::time::{Duration, Instant};

const FAULT_EVERY: Duration = Duration::from_secs(5);
/// Workers that live as long as the soak; the others are killed.
const LASTING: usize = 2;
/// The share of the time, at the beginning, that is not measured, because the processes are still warming up.
const WARMING: f64 = 0.2;

/// The measured resources of a process, and by how much each may grow: an allocator keeps pages, and a pool opens connections when it needs
/// them. A leak of a thousandth of this amount at each fault is found in half an hour.
const HELD: [Held; 4] = [
    Held { name: "memory MiB", get: |sample| sample.memory_mib, may_grow: 24.0 },
    Held { name: "descriptors", get: |sample| sample.descriptors, may_grow: 6.0 },
    Held { name: "connections", get: |sample| sample.connections, may_grow: 6.0 },
    Held { name: "threads", get: |sample| sample.threads, may_grow: 4.0 },
];

struct Held {
    name: &'static str,
    get: fn(&Sample) -> f64,
    may_grow: f64,
}

/// The resources of a process at a moment.
struct Sample {
    at: Duration,
    memory_mib: f64,
    descriptors: f64,
    connections: f64,
    threads: f64,
}

/// Soaks one store; returns the result as text for people, and whether it is good.
pub fn soak(lane: &mut Lane, minutes: u64) -> (String, bool) {
    let store = lane.store.name();
    let mut rig = Rig::new(lane, Program::Sound, "soak", 1);
    let temporary = rig.site.folder.join("temporary");
    std::fs::create_dir_all(&temporary).unwrap();
    rig.site.environment.push(("TMPDIR".to_owned(), temporary.display().to_string()));
    rig.start_api();
    rig.start_workers(LASTING + 2);
    rig.upstream_delay(Duration::from_millis(20));
    let (began, long) = (Instant::now(), Duration::from_secs(60 * minutes));
    let mut random = fastrand::Rng::with_seed(30);
    let mut samples: Vec<Vec<Sample>> = (0..=LASTING).map(|_| Vec::new()).collect();
    let mut next_fault = FAULT_EVERY;
    while began.elapsed() < long {
        if !rig.history.is_pending(&rig.url()) {
            rig.submit(1, 3);
        }
        std::thread::sleep(Duration::from_millis(500));
        if began.elapsed() > next_fault {
            next_fault += FAULT_EVERY;
            hit(&mut rig, &mut random, LASTING, true);
            let lasting = rig.api.iter().chain(rig.workers.iter().take(LASTING));
            for (samples, process) in samples.iter_mut().zip(lasting) {
                samples.extend(sample(process, began.elapsed()));
            }
        }
    }
    let judgement = judge(&mut rig);
    let left = std::fs::read_dir(&temporary).map_or(0, Iterator::count);
    let mut text = format!(
        "{store}: {minutes} min, {} faults, {} jobs accepted, {} ended once; {left} temporary files left\n",
        rig.injected, judgement.accepted, judgement.ended_once
    );
    let mut is_flat = true;
    for (name, samples) in ["API", "worker 1", "worker 2"].iter().zip(&samples) {
        let warm = &samples[(samples.len() as f64 * WARMING) as usize..];
        let _ = write!(text, "  {name}:");
        for held in HELD {
            let (last, grown) = (warm.last().map_or(f64::NAN, held.get), growth(warm, held.get));
            let is_within = grown <= held.may_grow;
            is_flat &= is_within;
            let verdict = if is_within { "" } else { " IT GROWS" };
            let _ = write!(text, " {} {last:.0} ({grown:+.1} of {:+.0} allowed{verdict})", held.name, held.may_grow);
        }
        text.push('\n');
    }
    let Judgement { findings, .. } = &judgement;
    for finding in findings {
        let _ = writeln!(text, "  {finding}");
    }
    (text, !judgement.is_bad() && left == 0 && is_flat)
}

fn sample(process: &Process, at: Duration) -> Option<Sample> {
    let root = format!("/proc/{}", process.pid());
    let status = std::fs::read_to_string(format!("{root}/status")).ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    };
    let links = std::fs::read_dir(format!("{root}/fd")).ok()?.flatten();
    let links: Vec<_> = links.filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect();
    let connections = links.iter().filter(|link| link.to_string_lossy().starts_with("socket:")).count();
    Some(Sample {
        at,
        memory_mib: number("VmRSS:")? / 1024.0,
        descriptors: links.len() as f64,
        connections: connections as f64,
        threads: number("Threads:")?,
    })
}

/// By how much a value grows from the first sample to the last, along the line of least squares.
fn growth(samples: &[Sample], get: fn(&Sample) -> f64) -> f64 {
    let count = samples.len() as f64;
    let seconds = |sample: &Sample| sample.at.as_secs_f64();
    let mean_at = samples.iter().map(seconds).sum::<f64>() / count;
    let mean = samples.iter().map(get).sum::<f64>() / count;
    let both: f64 = samples.iter().map(|sample| (seconds(sample) - mean_at) * (get(sample) - mean)).sum();
    let square: f64 = samples.iter().map(|sample| (seconds(sample) - mean_at).powi(2)).sum();
    let measured = samples.last().zip(samples.first()).map_or(f64::NAN, |(last, first)| seconds(last) - seconds(first));
    both / square * measured
}

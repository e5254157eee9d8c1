//! Metrics for operators, in the text format of Prometheus.

use mapreel_queue::{Kind, Service};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Metric, Registry, Unit};
use std::fmt::Write;
use std::hash::Hash;
use std::time::Duration;

/// The value of a label, known at compile time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Word(&'static str);

impl EncodeLabelValue for Word {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> Result<(), std::fmt::Error> {
        encoder.write_str(self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Part {
    kind: Word,
    outcome: Word,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: Word,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTask {
    task: Word,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Doing {
    doing: Word,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lane {
    service: Word,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    service: String,
    state: String,
}

/// Counters and gauges of this process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    request_duration: Family<Route, Histogram>,
    parts: Family<Part, Counter>,
    part_duration: Family<OfKind, Histogram>,
    busy: Family<Lane, Gauge>,
    jobs: Family<InState, Gauge>,
    oldest_pending: Gauge<f64, std::sync::atomic::AtomicU64>,
    rescued: Counter,
    prepared_again: Counter,
    memory_free: Gauge,
    task_restarts: Family<OfTask, Counter>,
    overdue: Gauge,
    spent: Family<Doing, Counter<f64, std::sync::atomic::AtomicU64>>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("mapreel");
        let counted = &mut registry;
        // The text lists them in this order.
        Self {
            requests: register(counted, "http_requests", "HTTP requests answered"),
            request_duration: register_durations(counted, "http_request_duration", "Time to an answer's head"),
            parts: register(counted, "parts", "Attempts at parts of jobs that ended"),
            part_duration: register_durations(counted, "part_duration", "Time of an attempt"),
            busy: register(counted, "slots_busy", "Parts being worked on by this process"),
            jobs: register(counted, "jobs", "Jobs in the store"),
            oldest_pending: register_seconds(counted, "oldest_pending_age", "Age of the oldest pending job"),
            rescued: register(counted, "leases_rescued", "Leases taken from the dead and the silent"),
            prepared_again: register(
                counted,
                "jobs_prepared_again",
                "Jobs prepared again, since nobody came who could read their plan",
            ),
            memory_free: register(counted, "memory_free_mebibytes", "Memory for drawing that nobody has taken"),
            task_restarts: register(
                counted,
                "task_restarts",
                "Long-lived tasks that ended before their time and were started again",
            ),
            overdue: register(counted, "slots_overdue", "Slots whose part was stopped a minute ago and has not ended"),
            spent: register_seconds(
                counted,
                "worker_time",
                "What slots spent their time with: waiting for upstreams, drawing, storing",
            ),
            registry,
        }
    }

    /// A request was answered; `route` is the pattern that it matched.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, duration: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.request_duration.get_or_create(&Route { route: route.clone() }).observe(duration.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status }).inc();
    }

    /// An attempt at a part ended.
    pub(crate) fn part(&self, kind: Kind, outcome: &'static str, duration: Duration) {
        let kind = Word(match kind {
            Kind::Whole => "whole",
            Kind::Prepare => "prepare",
            Kind::Segment(_) => "segment",
            Kind::Assemble => "assemble",
        });
        self.parts.get_or_create(&Part { kind, outcome: Word(outcome) }).inc();
        self.part_duration.get_or_create(&OfKind { kind }).observe(duration.as_secs_f64());
    }

    /// Adds the time that a slot spent `waiting`, `drawing` or `storing`.
    pub(crate) fn spent(&self, doing: &'static str, duration: Duration) {
        self.spent.get_or_create(&Doing { doing: Word(doing) }).inc_by(duration.as_secs_f64());
    }

    /// Counts a busy slot until the guard is dropped.
    pub(crate) fn busy(&self, service: Service) -> Counted {
        Counted::new(self.busy.get_or_create_owned(&Lane { service: Word(service.name()) }))
    }

    /// Counts an overdue part, which was told to stop long ago, until the guard is dropped.
    pub(crate) fn overdue(&self) -> Counted {
        Counted::new(self.overdue.clone())
    }

    /// A long-lived task was started again.
    pub(crate) fn task_restarted(&self, task: &'static str) {
        self.task_restarts.get_or_create(&OfTask { task: Word(task) }).inc();
    }

    /// Jobs were prepared again.
    pub(crate) fn prepared_again(&self, jobs: usize) {
        self.prepared_again.inc_by(jobs as u64);
    }

    /// Leases were taken from workers that died or went silent.
    pub(crate) fn rescued(&self, leases: usize) {
        self.rescued.inc_by(leases as u64);
    }

    /// The metrics as text, with the present numbers of jobs and the present memory.
    pub(crate) fn text(
        &self,
        counts: &mapreel_queue::Counts,
        now: mapreel_queue::Time,
        memory_free_mib: u64,
    ) -> String {
        self.memory_free.set(memory_free_mib as i64);
        for state in mapreel_queue::State::ALL {
            for service in Service::ALL {
                let label = InState { service: service.name().into(), state: state.name().into() };
                let count = counts.jobs.get(&(label.service.clone(), label.state.clone()));
                self.jobs.get_or_create(&label).set(count.copied().unwrap_or(0) as i64);
            }
        }
        self.oldest_pending.set(counts.oldest_pending.map_or(0.0, |since| now.since(since).as_secs_f64()));
        let mut text = String::new();
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn register<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

fn register_seconds<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register_with_unit(name, help, Unit::Seconds, metric.clone());
    metric
}

/// Registers a histogram of durations from a millisecond to eight seconds.
fn register_durations<L>(registry: &mut Registry, name: &str, help: &str) -> Family<L, Histogram>
where
    L: Clone + Hash + Eq,
    Family<L, Histogram>: Metric,
{
    let from_ms: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
    let metric = Family::new_with_constructor(from_ms);
    registry.register_with_unit(name, help, Unit::Seconds, metric.clone());
    metric
}

/// A guard: a gauge counts it until it is dropped.
pub(crate) struct Counted(Gauge);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

//! The faults, a file each. Each file answers the same questions in the same order: which fault it is, what is injected, on
//! which stores, how often, which guarantee the control breaks by lacking it, and how a trial goes.

mod f01_api_dies;
mod f02_worker_dies;
mod f03_broker_killed;
mod f04_broker_down;
mod f05_disk_alarm;
mod f06_queue_deleted;
mod f07_channel_error;
mod f08_connections_closed;
mod f09_consumer_timeout;
mod f10_busy_machine;
mod f11_frozen_worker;
mod f12_poison;
mod f13_rolling_restart;
mod f14_store_hangs;
mod f15_bucket;
mod f16_disk_full;
mod f17_clock;
mod f18_fairness;
mod f19_overload;
mod f20_cancelled;
mod f21_expiry;
mod f22_upstream;
mod f23_downloads;
mod f24_one_key;
pub mod f25_random;
mod n11_versions;
mod n1_random_kills;
mod n6_descriptors;
mod n7_memory;
mod n8_power_loss;
mod n9_certificates;
mod network;

use crate::oracle::Harm;
use crate::rig::{Rig, Store, wait_until};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A fault, and how it is tried.
pub struct Fault {
    /// Its number in the catalogue of failures.
    pub id: &'static str,
    /// What happens.
    pub what: &'static str,
    /// How it is made to happen, for the notes.
    pub injects: &'static str,
    /// Where it can happen.
    pub stores: &'static [Store],
    /// How often it is injected in the short form, where 0 leaves it out, and in the long one.
    pub times: (usize, usize),
    /// The guarantee that survives it, which the control has not and must be seen to miss; or why this fault is not about one:
    /// on one machine, and in a cluster.
    pub guarantee: [Result<&'static str, &'static str>; 2],
    /// What the control must be seen to do for want of this guarantee.
    pub harm: Option<Harm>,
    /// Whether the aim for the time from a death to the resumption is held against it.
    pub resumes_within_aim: bool,
    /// Whether nothing else may be tried meanwhile on this machine.
    pub is_alone: bool,
    /// The trial: when it returns, the fault is over and healthy processes are there.
    pub run: fn(&mut Rig<'_>),
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Short,
    Long,
}

/// Everywhere.
pub const BOTH: &[Store] = &Store::ALL;
/// Only where there is a broker, a store on the network or a bucket.
pub const CLUSTER: &[Store] = &[Store::Cluster];
/// Only where there is one machine and its disk.
pub const SQLITE: &[Store] = &[Store::Sqlite];

/// All of them: `F…` in the order of the catalogue of failures, then `N…`, what networks and machines do besides.
pub const ALL: &[&Fault] = &[
    &f01_api_dies::FAULT,
    &f02_worker_dies::FAULT,
    &f03_broker_killed::FAULT,
    &f04_broker_down::FAULT,
    &f05_disk_alarm::FAULT,
    &f06_queue_deleted::FAULT,
    &f07_channel_error::FAULT,
    &f08_connections_closed::FAULT,
    &f09_consumer_timeout::FAULT,
    &f10_busy_machine::FAULT,
    &f11_frozen_worker::FAULT,
    &f12_poison::FAULT,
    &f13_rolling_restart::FAULT,
    &f14_store_hangs::FAULT,
    &f15_bucket::FAULT,
    &f16_disk_full::FAULT,
    &f17_clock::FAULT,
    &f18_fairness::FAULT,
    &f19_overload::FAULT,
    &f20_cancelled::FAULT,
    &f21_expiry::FAULT,
    &f22_upstream::FAULT,
    &f23_downloads::FAULT,
    &f24_one_key::FAULT,
    &n1_random_kills::FAULT,
    &network::TO_BROKER,
    &network::TO_STORE,
    &network::TO_BUCKET,
    &f03_broker_killed::WIPED,
    &n6_descriptors::FAULT,
    &n7_memory::FAULT,
    &n8_power_loss::FAULT,
    &f14_store_hangs::KILLED,
    &n9_certificates::FAULT,
    &n11_versions::FAULT,
    &f25_random::FAULT,
];

impl Fault {
    /// The guarantee that is tried on this store, or why there is none.
    pub fn guarantee_on(&self, store: Store) -> Result<&'static str, &'static str> {
        self.guarantee[if store == Store::Sqlite { 0 } else { 1 }]
    }

    pub fn times_in(&self, form: Form) -> usize {
        if form == Form::Short { self.times.0 } else { self.times.1 }
    }
}

/// Runs `rabbitmqctl`.
fn control(rig: &mut Rig<'_>, arguments: &[&str]) {
    let output = rig.lane.servers().rabbitmq.ctl(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Waits until all workers hear messages again.
fn hear_again(rig: &Rig<'_>) {
    for worker in &rig.workers {
        let hears = || {
            let log = worker.log();
            log.rfind(rig.is_ready_line()) > log.rfind("no messages from the broker")
        };
        wait_until(Duration::from_secs(30), hears);
    }
}

/// The URL of a server that a variable of the processes' environment names.
fn url_of<'a>(rig: &'a mut Rig<'_>, link: &str) -> &'a mut String {
    &mut rig.site.environment.iter_mut().find(|(name, _)| name == link).expect("a cluster has it").1
}

/// The scheme of a URL, the user with an `@`, the server's host and port, and the rest.
fn parts_of(url: &str) -> [&str; 4] {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (user, rest) = rest.split_at(rest.find('@').map_or(0, |at| at + 1));
    let (server, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    [scheme, user, server, rest]
}

/// Keeps everybody else from writing to the site's SQLite file for so long.
fn lock_sqlite(rig: &Rig<'_>, long: Duration) -> Child {
    let script = format!(
        "import sqlite3, time; c = sqlite3.connect('mapreel-data/jobs.db', timeout=30, isolation_level=None); c.execute('BEGIN IMMEDIATE'); time.sleep({})",
        long.as_secs_f64()
    );
    Command::new("python3").args(["-c", &script]).current_dir(&rig.site.folder).spawn().expect("python3 starts")
}

/// A file system in memory, which is taken away when this is dropped.
pub struct Mount(PathBuf);

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A file system of so many bytes; `None` where this user may not mount one.
fn mount_tmpfs(folder: &Path, size: &str) -> Option<Mount> {
    std::fs::create_dir_all(folder).ok()?;
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder).stderr(Stdio::null());
    mount.status().ok()?.success().then(|| Mount(folder.to_owned()))
}

/// Says that a fault could not be injected here, and why.
fn skip(rig: &mut Rig<'_>, why: &str) {
    rig.skipped = Some(why.to_owned());
}

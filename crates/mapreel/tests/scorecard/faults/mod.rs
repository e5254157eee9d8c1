//! The faults, a file each. Each file has the same fields in the same order: the fault, what is injected, on which stores, how often, which
//! guarantee of the program the control lacks and so breaks, and how a trial runs.

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
    /// The stores with which it can happen.
    pub stores: &'static [Store],
    /// How often it is injected: in the short form (0: not at all), and in the long form.
    pub times: (usize, usize),
    /// `Ok`: the guarantee by which the program survives the fault, and which the control lacks; `Err`: why the fault tries no guarantee. First on
    /// one machine, then in a cluster.
    pub guarantee: [Result<&'static str, &'static str>; 2],
    /// The harm that the oracle must find in the control, because it lacks this guarantee.
    pub harm: Option<Harm>,
    /// Whether the time from a death to the resumption of the work is compared with its aim.
    pub resumes_within_aim: bool,
    /// Whether no other trial may run on this machine at the same time.
    pub is_alone: bool,
    /// The trial. When it returns, the fault is over and healthy processes run.
    pub run: fn(&mut Rig<'_>),
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Short,
    Long,
}

/// On both stores.
pub const BOTH: &[Store] = &Store::ALL;
/// Only in a cluster: the fault needs a broker, a store on the network, or a bucket.
pub const CLUSTER: &[Store] = &[Store::Cluster];
/// Only on one machine: the fault needs its disk.
pub const SQLITE: &[Store] = &[Store::Sqlite];

/// All faults: `F…` in the order of the catalogue of failures, then `N…`, further faults of networks and machines.
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
    /// The guarantee that is tried on this store, or why none is.
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

/// Waits until all workers have opened their subscriptions again.
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

/// Locks the site's SQLite file for this long, so that no process can write to it.
fn lock_sqlite(rig: &Rig<'_>, long: Duration) -> Child {
    let script = format!(
        "import sqlite3, time; c = sqlite3.connect('mapreel-data/jobs.db', timeout=30, isolation_level=None); c.execute('BEGIN IMMEDIATE'); time.sleep({})",
        long.as_secs_f64()
    );
    Command::new("python3").args(["-c", &script]).current_dir(&rig.site.folder).spawn().expect("python3 starts")
}

/// A file system in memory, which is unmounted on drop.
pub struct Mount(PathBuf);

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Mounts a file system of this size; `None`: this user may not mount one.
fn mount_tmpfs(folder: &Path, size: &str) -> Option<Mount> {
    std::fs::create_dir_all(folder).ok()?;
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder).stderr(Stdio::null());
    mount.status().ok()?.success().then(|| Mount(folder.to_owned()))
}

/// Notes that a fault could not be injected here, and why.
fn skip(rig: &mut Rig<'_>, why: &str) {
    rig.skipped = Some(why.to_owned());
}

//! The cost of a process, as the kernel counts it, and bounds that protect the machine from a bomb.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// The most memory that a child process can address, in bytes: beyond it, the child ends, and the machine does not run out of memory.
const ADDRESSES_MAX: u64 = 6 << 30;

/// The cost of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// Time on processors, user and system, in seconds.
    pub cpu_s: f64,
    /// The most memory that was resident at once, in MiB.
    pub peak_mib: f64,
}

impl Cost {
    /// The greater processor time and the greater peak of two costs.
    pub fn max(self, other: Self) -> Self {
        Self { cpu_s: self.cpu_s.max(other.cpu_s), peak_mib: self.peak_mib.max(other.peak_mib) }
    }
}

/// Sets bounds for a program that is to be started: on its address space, and on its processor time in seconds.
pub fn bounded(command: &mut Command, cpu_s_max: u64) -> &mut Command {
    let limit = |resource, most: u64| {
        let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: it reads a structure that outlives the call, and is safe after a fork.
        if unsafe { libc::setrlimit(resource, &limit) } == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    let bounds = move || {
        limit(libc::RLIMIT_AS, ADDRESSES_MAX)?;
        limit(libc::RLIMIT_CORE, 0)?;
        limit(libc::RLIMIT_CPU, cpu_s_max)
    };
    // SAFETY: between fork and exec, the closure only makes system calls.
    unsafe { command.pre_exec(bounds) }
}

/// Sets the bound on the address space of a running process.
pub fn bound_addresses(pid: i32) {
    let limit = libc::rlimit { rlim_cur: ADDRESSES_MAX, rlim_max: ADDRESSES_MAX };
    // SAFETY: it reads a structure that outlives the call; there is no place for the old limits.
    assert_eq!(unsafe { libc::prlimit(pid, libc::RLIMIT_AS, &limit, std::ptr::null_mut()) }, 0);
}

/// Waits for the end of a child process; after `patience` it is killed. Returns its status, as `wait` gives it, and its cost.
///
/// The kernel's `ru_maxrss` is at least the memory of this process, which the child shares between fork and exec. So the memory of a child
/// that needs less is measured while it runs.
pub fn wait(child: Child, patience: Duration) -> (i32, Cost) {
    let (pid, began) = (child.id() as i32, Instant::now());
    let inherited_mib = memory_mib(std::process::id() as i32, "VmHWM");
    let (mut status, mut seen_mib) = (0, 0.0);
    // SAFETY: all zeros are a value of it.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are valid during the call; only this function waits for the child.
        let waited = unsafe { libc::wait4(pid, &mut status, libc::WNOHANG, &mut usage) };
        if waited == pid {
            break;
        }
        if began.elapsed() > patience {
            // SAFETY: it only sends a signal to a child that has not been waited for.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
        seen_mib = memory_mib(pid, "VmHWM").max(seen_mib);
        std::thread::sleep(Duration::from_millis(4));
    }
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    let most_mib = usage.ru_maxrss as f64 / 1024.0;
    (status, Cost { cpu_s, peak_mib: if most_mib > inherited_mib { most_mib } else { seen_mib } })
}

/// The time on processors that a process has spent so far, in seconds.
pub fn cpu_s(pid: i32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The program's name before these fields may contain any characters; it ends with the last parenthesis.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// Resets the peak of a process's memory.
pub fn forget_peak(pid: i32) {
    let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
}

/// A line of the memory of a process, in MiB: `VmHWM`, `VmRSS`.
pub fn memory_mib(pid: i32, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|found| found.strip_prefix(line)).unwrap_or_default();
    line.trim_start_matches(':').split_whitespace().next().and_then(|kb| kb.parse().ok()).unwrap_or(0.0) / 1024.0
}

/// Waits until a process is idle: work that it still does after its answer counts towards the cost, too.
pub fn rested(pid: i32, cpu_s_max: f64) {
    let began = cpu_s(pid);
    loop {
        let before = cpu_s(pid);
        std::thread::sleep(Duration::from_millis(40));
        let now = cpu_s(pid);
        if now - before < 0.015 || now - began > cpu_s_max {
            return;
        }
    }
}

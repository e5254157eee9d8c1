//! Checks one input within limits of memory and time.

use crate::{Target, memory};
use std::sync::Mutex;
use std::thread::ThreadId;
use std::time::{Duration, Instant};

/// Memory that one input may take.
const BYTES_MAX: usize = 256 << 20;
/// At this much memory the process ends, so that the machine does not run out of memory.
const CEILING: usize = 1 << 30;
/// Processor time that one input may take: correct code takes milliseconds, even unoptimised.
const CPU_MAX: Duration = Duration::from_secs(5);
/// After this time the input is taken for one that causes an endless loop.
const PATIENCE: Duration = Duration::from_secs(120);

/// The inputs that are under way.
static RUNNING: Mutex<Vec<(ThreadId, &'static str, Instant)>> = Mutex::new(Vec::new());

/// Checks one input.
///
/// # Panics
/// The target breaks a law, or takes too much memory or time.
pub fn check(target: &'static Target, input: &[u8]) {
    let _running = Running::new(target.name);
    let before = cpu();
    let ((), bytes) = memory::peak(CEILING, || (target.check)(input));
    let spent = cpu().saturating_sub(before);
    assert!(bytes <= BYTES_MAX, "{} MiB of memory for {} bytes of input", bytes >> 20, input.len());
    assert!(spent <= CPU_MAX, "{spent:.1?} of processor time for {} bytes of input", input.len());
}

/// An entry of [`RUNNING`], which is removed when this value is dropped.
struct Running(ThreadId);

impl Running {
    fn new(target: &'static str) -> Self {
        let thread = std::thread::current().id();
        RUNNING.lock().expect("no panic while held").push((thread, target, Instant::now()));
        Self(thread)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.lock().expect("no panic while held").retain(|(thread, ..)| *thread != self.0);
    }
}

/// Starts a thread that watches for endless loops: it prints the name of the target, and ends the process.
pub fn watch() {
    let watch = || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let running = RUNNING.lock().expect("no panic while held");
            if let Some((_, target, _)) = running.iter().find(|(.., since)| since.elapsed() > PATIENCE) {
                eprintln!("{target}: an input takes longer than {} s", PATIENCE.as_secs());
                std::process::abort();
            }
        }
    };
    std::thread::spawn(watch);
}

/// The processor time of this thread.
pub fn cpu() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call fills the structure, which outlives it.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

//! Bounds on the cost of a case.

use super::case::Case;
use super::measure::Cost;

/// Bounds on the cost of a case.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub cpu_s: f64,
    pub peak_mib: f64,
}

impl Bounds {
    /// 10 s of processor time, 512 MiB; three times as much time for a program that was built without optimisation.
    /// `MAPREEL_HOSTILE_CPU_S` sets the time.
    pub fn new() -> Self {
        let own = std::env::var("MAPREEL_HOSTILE_CPU_S").ok().and_then(|text| text.parse().ok());
        let is_debug = cfg!(debug_assertions) && std::env::var_os("MAPREEL_PROGRAM").is_none();
        Self { cpu_s: own.unwrap_or(if is_debug { 30.0 } else { 10.0 }), peak_mib: 512.0 }
    }

    /// The processor time after which a process is killed: the case has failed, and other cases wait.
    pub fn killed_cpu_s(&self) -> u64 {
        (self.cpu_s * 1.5).ceil() as u64
    }

    /// The bounds of a case. A case that burns processor time may use the 30 s that an upstream has.
    pub fn of(self, case: &Case) -> Self {
        if case.burns { Self { cpu_s: self.cpu_s.max(30.0), ..self } } else { self }
    }

    /// Which bound a cost exceeds, in words.
    pub fn exceeded(&self, cost: Cost) -> Option<String> {
        let cpu = (cost.cpu_s > self.cpu_s).then(|| format!("more than {} s of processor time", self.cpu_s));
        let peak = (cost.peak_mib > self.peak_mib).then(|| format!("more than {} MiB", self.peak_mib));
        let both: Vec<String> = cpu.into_iter().chain(peak).collect();
        (!both.is_empty()).then(|| both.join(", "))
    }
}

//! Rows of the benchmark: the processor time of a stage, beside the time that was measured by hand with the same
//! libraries.

/// How often and over how many frames a stage is measured.
#[derive(Debug, Clone, Copy)]
pub struct Bench {
    /// How often each stage is measured, after one run to warm up; 0: it runs once and is not measured.
    pub rounds: usize,
    /// Frames of the film.
    pub frames: usize,
}

impl Bench {
    /// The settings of `cargo bench`.
    pub const WHOLE: Self = Self { rounds: 5, frames: 24 };

    /// Measures a stage; one run of `work` is the work of `per` frames.
    pub fn row(self, stage: &str, per: usize, limit: &str, mut work: impl FnMut()) {
        work();
        if self.rounds == 0 {
            return println!("{stage}: it runs");
        }
        let before = cpu_ms();
        (0..self.rounds).for_each(|_| work());
        println!("{stage:44} {:8.2}   {limit}", (cpu_ms() - before) / (self.rounds * per) as f64);
    }
}

/// Prints the size of something, in kB.
pub fn size(what: &str, bytes: usize) {
    println!("{:44} {:8.0}", format!("  {what}, kB"), bytes as f64 / 1e3);
}

/// Processor time of this process so far, user and system, in milliseconds.
pub fn cpu_ms() -> f64 {
    // SAFETY: an all-zero rusage is valid, and getrusage fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let ms = |t: libc::timeval| t.tv_sec as f64 * 1e3 + t.tv_usec as f64 / 1e3;
    ms(usage.ru_utime) + ms(usage.ru_stime)
}

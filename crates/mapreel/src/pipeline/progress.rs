//! Reporting the progress of the work.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mapreel_render::Canvas;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Gets the progress of the work. Its functions are called from several threads.
pub trait Progress: Sync {
    /// A stage of the work begins: `gather`, `draw`, `assemble`.
    fn stage(&self, name: &'static str);
    /// `done` of all frames are drawn and encoded.
    fn frames(&self, done: usize, total: usize);
    /// This is the last frame.
    fn last_frame(&self, _page: &Canvas) {}
}

/// Reports nothing.
pub struct NoProgress;

impl Progress for NoProgress {
    fn stage(&self, _: &'static str) {}
    fn frames(&self, _: usize, _: usize) {}
}

/// Writes to standard error: a bar on a terminal, otherwise a line now and then.
pub struct ConsoleProgress {
    bar: Option<ProgressBar>,
    last_line: Mutex<Instant>,
}

/// The least time between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(2);

impl ConsoleProgress {
    /// A bar if standard error is a terminal, otherwise lines.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg:>9} {bar:40.cyan/black} {pos}/{len} frames  {eta}");
            ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
                .with_style(style.expect("the template is tested").progress_chars("━━─"))
        });
        Self { bar, last_line: Mutex::new(Instant::now()) }
    }

    /// Removes the bar.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Default for ConsoleProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for ConsoleProgress {
    fn stage(&self, name: &'static str) {
        if let Some(bar) = &self.bar {
            bar.set_message(name);
        }
    }

    fn frames(&self, done: usize, total: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            return;
        }
        let mut last = self.last_line.lock().expect("no panic while held");
        if last.elapsed() >= LINE_EVERY {
            *last = Instant::now();
            eprintln!("{done} of {total} frames");
        }
    }
}

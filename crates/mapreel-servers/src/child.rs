//! A child process that ends with this one, however this one ends: a shell between them waits for the end of its standard
//! input, and then kills it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct PreparedJob {
    shell: Child,
}

impl PreparedJob {
    /// Runs a shell script that ends with `wait_for_end`: what is started before it ends then.
    pub fn start(script: &str, environment: &[(String, String)], log: &Path) -> Self {
        let wait_for_end = "wait_for_end() { read -r _; kill -9 $* 2>/dev/null; exit 0; }\n";
        let output = std::fs::File::options().create(true).append(true).open(log).unwrap();
        let shell = Command::new("sh")
            .args(["-c", &format!("{wait_for_end}{script}")])
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self { shell }
    }
}

impl Drop for PreparedJob {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// Waits until `ready`; false when it takes too long.
pub(crate) fn wait_until(patience: Duration, mut ready: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < patience {
        if ready() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

//! A program that ends with this process, however this process ends: a shell between them waits for the end of its standard
//! input, and then stops the program.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A program, until this is dropped or this process ends.
pub struct Companion {
    shell: Child,
}

/// What every script may call: waits for the end of standard input, and kills the processes that are named.
const WAIT_FOR_END: &str = "wait_for_end() { read -r _; kill -9 $* 2>/dev/null; exit 0; }\n";

impl Companion {
    /// Runs a script of the shell that ends with `wait_for_end PID…`: what it has started before is killed then. What they
    /// print goes to `log`.
    pub fn start(script: &str, environment: &[(String, String)], log: &Path) -> Self {
        let output = std::fs::File::options().create(true).append(true).open(log).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{WAIT_FOR_END}{script}")]).envs(environment.iter().cloned());
        shell.stdout(output.try_clone().unwrap()).stderr(output);
        Self::spawn(&mut shell)
    }

    /// Runs a command of the shell, in which `$0` is `file`, and asks it to end (SIGTERM) when its time has come.
    pub fn of_command(command: &str, file: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{command} & pid=$!; read -r _; kill $pid; wait $pid")]).arg(file);
        shell.stdout(Stdio::null()).stderr(Stdio::null());
        Self::spawn(&mut shell)
    }

    fn spawn(shell: &mut Command) -> Self {
        Self { shell: shell.stdin(Stdio::piped()).spawn().expect("sh starts") }
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

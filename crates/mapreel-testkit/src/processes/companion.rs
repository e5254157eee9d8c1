//! A program that ends with this process, even if this process is killed: a shell between them waits for the end of its standard
//! input, and then stops the program.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A program that runs until this value is dropped or this process ends.
pub struct Companion {
    shell: Child,
}

/// A shell function for every script: it waits for the end of standard input, and kills the processes in its arguments.
const WAIT_FOR_END: &str = "wait_for_end() { read -r _; kill -9 $* 2>/dev/null; exit 0; }\n";

impl Companion {
    /// Runs a shell script that ends with `wait_for_end PID…`, where the PIDs are those of the processes that it has started. Their output
    /// goes to `log`.
    pub fn start(script: &str, environment: &[(String, String)], log: &Path) -> Self {
        let output = std::fs::File::options().create(true).append(true).open(log).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{WAIT_FOR_END}{script}")]).envs(environment.iter().cloned());
        shell.stdout(output.try_clone().unwrap()).stderr(output);
        Self::spawn(&mut shell)
    }

    /// Runs a shell command, in which `$0` is `file`. When this value is dropped or this process ends, the command gets SIGTERM.
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

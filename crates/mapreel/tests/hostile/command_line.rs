//! The first front end: `mapreel render`, with a process for each case.

use super::bounds::Bounds;
use super::case::Case;
use super::measure::{self, Cost};
use super::outcome::Outcome;
use super::support::program;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a run may take in all; upstreams have 30 s for an answer, and a run may need two.
const PATIENCE: Duration = Duration::from_secs(150);

/// Runs a case in a folder of its own.
pub fn render(case: &Case, url: &str, folder: &Path, bounds: &Bounds) -> (Outcome, Cost) {
    std::fs::create_dir_all(folder).unwrap();
    let [request, manifest, said] = ["request.json", "manifest.json", "said.txt"].map(|name| folder.join(name));
    std::fs::write(&request, case.ask.request(url)).unwrap();
    let picture = folder.join(if case.ask.is_animation() { "out.gif" } else { "out.png" });
    let _ = (std::fs::remove_file(&manifest), std::fs::remove_file(&picture));
    let mut command = Command::new(program());
    command.arg("render").arg(&request).arg("-o").arg(&picture).arg("--manifest").arg(&manifest);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&said).unwrap());
    let child = measure::bounded(&mut command, bounds.killed_cpu_s()).spawn().unwrap();
    let (status, cost) = measure::wait(child, PATIENCE);
    let said = String::from_utf8_lossy(&std::fs::read(said).unwrap()).into_owned();
    let last = said.lines().last().unwrap_or_default().to_owned();
    let outcome = match (libc::WIFEXITED(status), libc::WEXITSTATUS(status)) {
        _ if said.contains("panicked at") => Outcome::Panicked(said),
        (true, 0 | 3) => {
            let manifest = std::fs::read(manifest).ok().and_then(|json| serde_json::from_slice(&json).ok());
            let manifest: serde_json::Value = manifest.unwrap_or_default();
            Outcome::made(&manifest["warnings"])
        }
        (true, 2) => Outcome::Refused(said),
        (true, 1) => Outcome::Failed(last),
        (true, code) => Outcome::died(&format!("exit code {code}"), &said),
        (false, _) => Outcome::died(&format!("signal {}", libc::WTERMSIG(status)), &said),
    };
    let _ = std::fs::remove_dir_all(folder);
    (outcome, cost)
}

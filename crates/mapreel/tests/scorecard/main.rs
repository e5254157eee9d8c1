//! The scorecard: every fault that Mapreel promises to survive is tried on real servers and on both kinds of store, and judged by one
//! oracle. It is also tried on a control, the same program without its guarantees, which must fail.
//!
//! ```text
//! faults/ ──inject──▶ rig (servers, processes) ◀──calls── history ──▶ checker ──▶ oracle ──▶ report (docs/SCORECARD.md)
//! ```
//!
//! `cargo test --workspace --test scorecard` is the short form; after `--`: `--long` writes `docs/SCORECARD.md`, `--store
//! sqlite|cluster` and `--fault F2,F11` choose, `--old PATH` names a `mapreel` of an earlier version for N11, `--soak MINUTES` tries what
//! hours would show.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "a panic is how a trial fails; the support is shared with other tests"
)]

mod checker;
mod faults;
mod history;
mod lane;
mod options;
mod oracle;
mod report;
mod rig;
mod soak;
#[path = "../support/mod.rs"]
mod support;

use faults::{Fault, Form};
use options::Options;
use oracle::Judgement;
use report::Row;
use rig::{Lane, Program, Rig, Store};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

fn main() -> ExitCode {
    let options = Options::from_arguments();
    if options.faults().next().is_none() {
        return ExitCode::SUCCESS;
    }
    checker::prove();
    oracle::prove();
    if let Some(minutes) = options.soak_minutes {
        return soak_all(&options, minutes);
    }
    let naive = build_control();
    let began = Instant::now();
    // Each store has its own servers, so both stores are tried at once. On each, trials of the program and of the control alternate.
    let rows: Vec<Row> = std::thread::scope(|scope| {
        let (options, naive) = (&options, &naive);
        let threads: Vec<_> =
            options.stores().map(|store| scope.spawn(move || try_all(store, options, naive.clone()))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("trials catch their panics")).collect()
    });
    println!("\n{}\n{}\n{}", report::table(&rows), report::totals(&rows), report::notes(&rows));
    println!("it took {:.0} s", began.elapsed().as_secs_f64());
    if options.is_written() {
        let path = support::service::repository("docs/SCORECARD.md");
        std::fs::write(&path, report::page(&rows, began.elapsed())).unwrap();
        println!("written to {}", path.display());
    }
    let wrong: Vec<&Row> = rows.iter().filter(|row| row.fault_found().is_some()).collect();
    wrong.iter().for_each(|row| eprintln!("{}", report::line(row, options.form)));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Soaks the stores at the same time.
fn soak_all(options: &Options, minutes: u64) -> ExitCode {
    let soaked: Vec<(String, bool)> = std::thread::scope(|scope| {
        let soak = |store| Some(soak::soak(&mut Lane::start(store, PathBuf::new())?, minutes));
        let threads: Vec<_> = options.stores().map(|store| scope.spawn(move || soak(store))).collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("a soak ends")).collect()
    });
    soaked.iter().for_each(|(text, _)| println!("{text}"));
    if soaked.iter().all(|(_, good)| *good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Builds the control. It is built here and not in a script, so that the control always has the same source as this test. The control
/// has a name of its own, so it cannot be taken for the released program.
fn build_control() -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    let arguments = ["--workspace", "--locked", "--quiet", "--bin", "mapreel-naive"];
    // With the variables that cargo has set for this process, some build scripts would run again, here and at the next ordinary build.
    let told = std::env::vars_os().map(|(name, _)| name);
    for name in told.filter(|name| name.to_string_lossy().starts_with("CARGO_") && name != "CARGO_HOME") {
        cargo.env_remove(name);
    }
    let built = cargo
        .arg("build")
        .args(arguments)
        .args(["--features", "mapreel/naive-control"])
        .current_dir(support::service::repository(""))
        .status()
        .expect("cargo starts");
    assert!(built.success(), "the control cannot be built");
    Path::new(env!("CARGO_BIN_EXE_mapreel")).with_file_name("mapreel-naive")
}

/// All trials on one store, one after another.
fn try_all(store: Store, options: &Options, naive: PathBuf) -> Vec<Row> {
    let Some(mut lane) = Lane::start(store, naive) else { return Vec::new() };
    lane.old.clone_from(&options.old);
    let mut rows = Vec::new();
    for fault in options.faults().filter(|fault| fault.stores.contains(&store)) {
        for program in [Program::Sound, Program::Naive] {
            let row = try_one(&mut lane, fault, program, options.form);
            eprintln!("{}", report::line(&row, options.form));
            rows.push(row);
        }
    }
    rows
}

/// The result of some work, or the first line of its panic.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or(panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
        text.lines().next().unwrap_or_default().chars().take(200).collect()
    })
}

fn try_one(lane: &mut Lane, fault: &'static Fault, program: Program, form: Form) -> Row {
    // Some trials need the whole machine (`is_alone`): they and all other trials exclude each other by this lock.
    static MACHINE: RwLock<()> = RwLock::new(());
    let _alone = fault.is_alone.then(|| MACHINE.write().unwrap_or_else(PoisonError::into_inner));
    let _beside = (!fault.is_alone).then(|| MACHINE.read().unwrap_or_else(PoisonError::into_inner));
    let (began, store) = (Instant::now(), lane.store);
    let times = fault.times_in(form).max(1);
    // The control fails soon, so it gets fewer faults.
    let times = if program == Program::Naive { times.div_ceil(4) } else { times };
    let mut rig = Rig::new(lane, program, fault.id, times);
    let ran = caught(|| (fault.run)(&mut rig));
    // The jobs are judged even if the trial panicked.
    let judged = if rig.skipped.is_some() { Ok(Judgement::default()) } else { caught(|| oracle::judge(&mut rig)) };
    let error = ran.err().or(judged.as_ref().err().cloned());
    let judgement = judged.unwrap_or_default();
    rig.end();
    Row {
        fault,
        store,
        program,
        injected: rig.injected,
        judgement,
        resumed: std::mem::take(&mut rig.resumed),
        again: rig.drawn_again(),
        took: began.elapsed(),
        note: std::mem::take(&mut rig.note),
        error,
        skipped: rig.skipped.take(),
    }
}

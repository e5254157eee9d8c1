//! Runs every target for some seconds: on its seeds, on inputs that have failed before, and on mutations of both.
//!
//! `MAPREEL_FUZZ_SECONDS` is the processor time of each target, 2 by default. `MAPREEL_FUZZ_SEED` is the seed of the random numbers; its
//! default is constant, so that a new failure is due to a change of the code.
//!
//! A failing input is shortened and written to `target/tmp/fuzz/`. Copied to `crates/mapreel-fuzz/crashes/TARGET/WORDS-FOR-IT`, it is
//! checked in every run. If the whole process ends – out of memory, stack overflow, endless loop – `TARGET.running` in that folder is the
//! input.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use mapreel_fuzz::{TARGETS, Target, bounded, mutate};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

/// A target stops after failures at this many different places of the code.
const FAILURES_MAX: usize = 5;

thread_local! {
    /// `Some` while this thread checks an input: the message of the last panic.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The inputs that have failed before.
fn crashes(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes").join(target.name);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// The failure of an input: the place and the message of the panic; `None`: it did not fail.
fn failure(target: &'static Target, input: &[u8]) -> Option<String> {
    SAID.set(Some(String::new()));
    let done = panic::catch_unwind(AssertUnwindSafe(|| bounded::check(target, input)));
    let said = SAID.take().unwrap_or_default();
    done.err().map(|_| said)
}

/// Installs a panic hook that keeps the panics of inputs for the report and prints all others as usual.
fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let is_of_an_input =
                SAID.with_borrow_mut(|said| said.as_mut().map(|said| *said = panic.to_string()).is_some());
            if !is_of_an_input {
                usual(panic);
            }
        }));
        bounded::watch();
    });
}

/// A file with the present input, in case the input ends the whole process.
///
/// The file stays open. If it were opened and truncated for each input, the file system would write it to the disk each time, which takes
/// ten times as long as the inputs.
struct Running {
    path: PathBuf,
    file: File,
}

impl Running {
    fn of(target: &str) -> Self {
        let path = folder().join(format!("{target}.running"));
        let file = File::create(&path).unwrap();
        Self { path, file }
    }

    fn note(&self, input: &[u8]) {
        self.file.write_all_at(input, 0).unwrap();
        self.file.set_len(input.len() as u64).unwrap();
    }

    fn done(self) {
        let _ = std::fs::remove_file(self.path);
    }
}

/// The first line of a failure: file, line and column.
fn place(failure: &str) -> String {
    failure.lines().next().unwrap_or_default().to_owned()
}

fn run(name: &str) {
    install_panic_hook();
    let target = mapreel_fuzz::target(name);
    let running = Running::of(name);
    let mut failures: BTreeMap<String, (String, Vec<u8>)> = BTreeMap::new();
    let mut inputs = 0u64;
    let mut check = |input: &[u8]| {
        running.note(input);
        inputs += 1;
        if let Some(failure) = failure(target, input) {
            failures.entry(place(&failure)).or_insert_with(|| (failure, input.to_vec()));
        }
        failures.len() < FAILURES_MAX
    };
    let seeds = [(target.seeds)(), crashes(target)].concat();
    assert!(!seeds.is_empty());
    seeds.iter().all(|seed| check(seed));
    let seed = number("MAPREEL_FUZZ_SEED", 1);
    let mut rng = fastrand::Rng::with_seed(seed);
    let until = bounded::cpu() + Duration::from_secs(number("MAPREEL_FUZZ_SECONDS", 2));
    while bounded::cpu() < until {
        let input = mutate::mutated(&seeds[rng.usize(..seeds.len())], &seeds, target.words, &mut rng);
        if !check(&input) {
            break;
        }
    }
    println!("{name}: {inputs} inputs from {} seeds, MAPREEL_FUZZ_SEED={seed}", seeds.len());
    let report: Vec<String> = failures.values().map(|(said, input)| reported(target, said, input)).collect();
    running.done();
    assert!(report.is_empty(), "{}", report.join("\n"));
}

/// Shortens a failing input and writes it to a file; returns the report with the panic, the file and the beginning of the input.
fn reported(target: &'static Target, said: &str, input: &[u8]) -> String {
    let before = bounded::cpu();
    let same = |input: &[u8]| {
        bounded::cpu() - before < Duration::from_secs(20)
            && failure(target, input).is_some_and(|other| place(&other) == place(said))
    };
    let short = mutate::shortened(input, 5_000, same);
    let sum = short.iter().fold(0xcbf2_9ce4u32, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    let path = folder().join(format!("{}-{sum:08x}", target.name));
    std::fs::write(&path, &short).unwrap();
    let said = failure(target, &short).unwrap_or_else(|| said.to_owned());
    let beginning = short[..short.len().min(400)].escape_ascii();
    format!("{}: {said}\n  {} bytes in {}: {beginning}", target.name, short.len(), path.display())
}

/// Writes the seeds as files for libFuzzer: `fuzz/run` calls it.
#[test]
#[ignore = "writes files"]
fn seeds() {
    for target in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target.name);
        std::fs::create_dir_all(&folder).unwrap();
        let seeds = [(target.seeds)(), crashes(target)].concat();
        seeds.iter().enumerate().for_each(|(i, seed)| std::fs::write(folder.join(format!("seed-{i}")), seed).unwrap());
    }
}

macro_rules! tests {
    ($($name:ident)+) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })+

        #[test]
        fn every_target_is_here_and_in_the_crate_for_libfuzzer() {
            let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),+]);
            let at = |place: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(place);
            let manifest = std::fs::read_to_string(at("Cargo.toml")).unwrap();
            for name in names {
                assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"targets/{name}.rs\"")), "{name}");
                let target = std::fs::read_to_string(at(&format!("targets/{name}.rs"))).unwrap();
                assert!(target.contains(&format!("mapreel_fuzz::target(\"{name}\")")), "{name}");
            }
        }
    };
}

tests! {
    first_dialect second_dialect
    instant period interval time_axis value_axis
    wms_capabilities wmts_capabilities tilejson arcgis ogc_api ncwms_details styles exception_report
    geojson
    png jpeg webp gif
    mp4_segments gif_segments preparation segment_object
    request_url tile_url egress_url egress_address allowed_upstreams redirect
    range gzip_body
    configuration credentials
}

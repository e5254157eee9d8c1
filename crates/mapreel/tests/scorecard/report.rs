//! The table: a row for each fault, with a half for each store, and the results of the control.

use crate::faults::{Fault, Form};
use crate::oracle::{Harm, Judgement};
use crate::rig::{Program, Store};
use mapreel_testkit::quantile;
use std::fmt::Write;
use std::time::Duration;

/// A trial that has ended.
pub struct Row {
    pub fault: &'static Fault,
    pub store: Store,
    pub program: Program,
    pub injected: usize,
    pub judgement: Judgement,
    pub resumed: Vec<Duration>,
    pub again: usize,
    pub took: Duration,
    pub note: String,
    /// Why the trial itself failed, if it did.
    pub error: Option<String>,
    /// Why the fault could not be injected here.
    pub skipped: Option<String>,
}

/// The aim for the time from a worker's death to the moment at which another worker goes on with its work.
const RESUME_P95: Duration = Duration::from_secs(3);

impl Row {
    /// Why the result of the trial is bad, if it is.
    pub fn fault_found(&self) -> Option<String> {
        if self.skipped.is_some() {
            return None;
        }
        let bad = self.judgement.is_bad();
        match self.program {
            Program::Sound if bad => Some(format!("{:#?}", self.judgement.findings)),
            Program::Sound if self.injected == 0 && self.error.is_none() => {
                Some("the fault was never injected".to_owned())
            }
            Program::Sound => {
                let abandoned = self.fault.resumes_within_aim && self.resumed.is_empty();
                self.error.clone().or(abandoned.then(|| "the work of those who died did not go on".to_owned()))
            }
            // A trial of the control may fail, since the control loses jobs; its jobs are still judged.
            Program::Naive => {
                let missed = self.guaranteed().filter(|harm| self.judgement.count(*harm) == 0)?;
                let ended =
                    self.error.as_ref().map_or(String::new(), |error| format!("; its trial ended with: {error}"));
                Some(format!("the control was to be seen {}, and was not: the test is too weak{ended}", missed.name()))
            }
        }
    }

    /// That work was resumed later than the aim. This is reported and is no failure, because it also depends on the load of the machine.
    fn lateness(&self) -> Option<String> {
        if self.program == Program::Naive || !self.fault.resumes_within_aim {
            return None;
        }
        let p95 = quantile(&self.resumed, 0.95).filter(|p95| *p95 > RESUME_P95)?;
        let (p95, aim) = (p95.as_secs_f64(), RESUME_P95.as_secs());
        Some(format!("work went on after {p95:.2} s, and the aim is {aim} s"))
    }

    /// The harm that must be found in the control, if this fault tries a guarantee that the control lacks.
    fn guaranteed(&self) -> Option<Harm> {
        self.fault.guarantee_on(self.store).ok().and(self.fault.harm)
    }

    fn cells(&self) -> String {
        let Judgement { accepted, ended_once, lost, doubled, stuck, corrupt, failed, left, .. } = &self.judgement;
        format!(
            "{} | {accepted} | {ended_once} | {lost} | {doubled} | {stuck} | {corrupt} | {failed} | {left} | {} | {}",
            self.injected,
            spread(&self.resumed),
            self.again
        )
    }

    /// The result of the control, in a few words.
    fn as_control(&self) -> String {
        if self.skipped.is_some() {
            return "–".to_owned();
        }
        let j = &self.judgement;
        let counts = Harm::ALL.map(|harm| (harm.name(), j.count(harm)));
        let counts: Vec<String> =
            counts.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{n} {name}")).collect();
        let found = match (counts.is_empty(), &self.error) {
            (false, _) => format!("**{}** of {}", counts.join(", "), j.accepted),
            (true, Some(error)) => format!("**{error}**"),
            (true, None) => format!("0 of {}", j.accepted),
        };
        match self.fault.guarantee_on(self.store) {
            Ok(_) => found,
            Err(why) => format!("{found}; {why}"),
        }
    }
}

const HEAD: &str = "| Fault | Store | injected | accepted | ended once | lost | doubled | stuck | corrupt | failed | left behind | resumed: p50 / p95 | frames drawn again | The control | Guarantee |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// The table of all trials.
pub fn table(rows: &[Row]) -> String {
    let mut text = format!("{HEAD}\n");
    for fault in crate::faults::ALL {
        for store in Store::ALL {
            let row = |program| {
                rows.iter().find(|row| row.fault.id == fault.id && row.store == store && row.program == program)
            };
            let Some(sound) = row(Program::Sound) else { continue };
            let cells = match (&sound.skipped, &sound.error) {
                (Some(why), _) => format!("not tried: {why} {}", "| ".repeat(10)),
                (_, Some(error)) => {
                    format!("{} | {} | {error} {}", sound.injected, sound.judgement.accepted, "| ".repeat(8))
                }
                _ => sound.cells(),
            };
            let control = row(Program::Naive).map_or("not tried".to_owned(), Row::as_control);
            let guarantee = fault.guarantee_on(store).unwrap_or("–");
            let _ = writeln!(
                text,
                "| {} {} | {} | {cells} | {control} | {guarantee} |",
                fault.id,
                fault.what,
                store.name()
            );
        }
    }
    text
}

/// The sums, a line for each store and program.
pub fn totals(rows: &[Row]) -> String {
    let mut text = String::new();
    for store in Store::ALL {
        for program in [Program::Sound, Program::Naive] {
            let is_of = |row: &&Row| row.store == store && row.program == program && row.skipped.is_none();
            let of: Vec<&Row> = rows.iter().filter(is_of).collect();
            let sum = |get: fn(&Row) -> usize| of.iter().map(|row| get(row)).sum::<usize>();
            let name = if program == Program::Sound { "Mapreel" } else { "the control" };
            let _ = writeln!(
                text,
                "- {}, {name}: {} faults injected in {} trials, {} jobs accepted: {} ended once, {} lost, {} doubled, {} stuck, {} corrupt, {} failed, {} objects left behind",
                store.name(),
                sum(|row| row.injected),
                of.len(),
                sum(|row| row.judgement.accepted),
                sum(|row| row.judgement.ended_once),
                sum(|row| row.judgement.lost),
                sum(|row| row.judgement.doubled),
                sum(|row| row.judgement.stuck),
                sum(|row| row.judgement.corrupt),
                sum(|row| row.judgement.failed),
                sum(|row| row.judgement.left),
            );
        }
    }
    text
}

/// Each fault, what is injected, and the notes of its trials.
pub fn notes(rows: &[Row]) -> String {
    let mut text = String::new();
    for fault in crate::faults::ALL.iter().filter(|fault| rows.iter().any(|row| row.fault.id == fault.id)) {
        let _ = writeln!(text, "- **{} {}**: {}", fault.id, fault.what, fault.injects);
        for row in rows.iter().filter(|row| row.fault.id == fault.id && row.program == Program::Sound) {
            if !row.note.is_empty() {
                let _ = writeln!(text, "  - {}: {}", row.store.name(), row.note);
            }
        }
    }
    text
}

/// The page that the long form writes.
pub fn page(rows: &[Row], took: Duration) -> String {
    let sabotages: String = crate::checker::sabotages()
        .iter()
        .fold(String::new(), |text, (name, _, rule)| text + &format!("| history: {rule:?} | {name} |\n"));
    let files = crate::oracle::SABOTAGES.map(|name| format!("| corrupt | {name} |\n")).concat();
    format!(
        include_str!("page.md"),
        table = table(rows),
        totals = totals(rows),
        notes = notes(rows),
        sabotages = sabotages + &files + &seen_by_control(rows),
        minutes = took.as_secs() / 60,
        resume = resume(rows),
    )
}

/// For each kind of harm, the faults on which it was found in the control.
fn seen_by_control(rows: &[Row]) -> String {
    let mut text = String::new();
    for harm in Harm::ALL {
        let of: Vec<String> = rows
            .iter()
            .filter(|row| row.program == Program::Naive && row.judgement.count(harm) > 0)
            .map(|row| format!("{} ({})", row.fault.id, row.store.name()))
            .collect();
        let of = if of.is_empty() { "not in this run".to_owned() } else { of.join(", ") };
        let _ = writeln!(text, "| {} | the control: {of} |", harm.name());
    }
    text
}

/// How soon the work of dead workers was resumed, over all faults that kill workers.
fn resume(rows: &[Row]) -> String {
    let mut lines = Vec::new();
    for store in Store::ALL {
        let of = rows
            .iter()
            .filter(|row| row.fault.resumes_within_aim && row.store == store && row.program == Program::Sound);
        let times: Vec<Duration> = of.flat_map(|row| row.resumed.clone()).collect();
        lines.push(format!("{}: {} of {}", store.name(), spread(&times), times.len()));
    }
    lines.join("; ")
}

/// The median and the 95th percentile, in seconds.
fn spread(times: &[Duration]) -> String {
    let seconds = |share| quantile(times, share).map(|time| format!("{:.2} s", time.as_secs_f64()));
    match (seconds(0.5), seconds(0.95)) {
        (Some(half), Some(most)) => format!("{half} / {most}"),
        _ => "–".to_owned(),
    }
}

/// The line that is printed for a trial as soon as it has ended.
pub fn line(row: &Row, form: Form) -> String {
    let verdict = match row.fault_found() {
        None => {
            row.lateness().map_or("as it should be".to_owned(), |late| format!("as it should be, but late: {late}"))
        }
        Some(why) => format!("WRONG: {why}"),
    };
    let cells = match (&row.skipped, &row.error) {
        (Some(why), _) => format!("SKIPPED: {why}"),
        (_, Some(error)) => error.clone(),
        _ => row.cells(),
    };
    let of = if row.program == Program::Naive { row.as_control() } else { cells };
    format!(
        "{:4} {:7} {:?} ({form:?}, {:.0} s): {of}{}{}: {verdict}",
        row.fault.id,
        row.store.name(),
        row.program,
        row.took.as_secs_f64(),
        if row.note.is_empty() { "" } else { "; " },
        row.note
    )
}

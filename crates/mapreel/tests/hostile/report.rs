//! The table of a run.

use super::measure::Cost;
use super::outcome::Outcome;
use super::support::cluster::print;
use std::collections::{BTreeMap, BTreeSet};

/// The result of a case at one front end.
pub struct Row {
    pub family: &'static str,
    pub name: String,
    pub front: &'static str,
    pub outcome: Outcome,
    pub cost: Cost,
    /// How long it took, in seconds.
    pub took_s: f64,
    /// Why the result is wrong; empty if it is right.
    pub wrong: String,
}

impl Row {
    fn line(&self) -> String {
        let (mark, Cost { cpu_s, peak_mib }) = (if self.wrong.is_empty() { "     " } else { "WRONG" }, self.cost);
        let wrong = if self.wrong.is_empty() { String::new() } else { format!("  [{}]", self.wrong) };
        let (family, front, name, words) = (self.family, self.front, &self.name, self.outcome.words());
        format!(
            "{mark} {cpu_s:6.2} s {peak_mib:5.0} MiB {:5.1} s  {front:8} {family}: {name}: {words}{wrong}",
            self.took_s
        )
    }

    pub fn print(&self) {
        print(&self.line());
    }
}

/// The results of the cases of a family.
#[derive(Default)]
struct Family<'a> {
    names: BTreeSet<&'a str>,
    worst: Cost,
    plays: usize,
    wrong: usize,
    took_s: f64,
}

/// Prints a line for each family, the most expensive cases and the totals; with `MAPREEL_HOSTILE_ROWS` every row.
pub fn summary(rows: &[Row]) {
    if std::env::var_os("MAPREEL_HOSTILE_ROWS").is_some() {
        let mut sorted: Vec<&Row> = rows.iter().collect();
        sorted.sort_by_key(|row| (row.family, &row.name, row.front));
        sorted.iter().for_each(|row| row.print());
    }
    let mut families: BTreeMap<&str, Family> = BTreeMap::new();
    for row in rows {
        let family = families.entry(row.family).or_default();
        family.names.insert(&row.name);
        family.worst = family.worst.max(row.cost);
        family.plays += 1;
        family.wrong += usize::from(!row.wrong.is_empty());
        family.took_s += row.took_s;
    }
    print("family          answers  plays  wrong  most CPU  most memory  all took");
    for (name, Family { names, worst: Cost { cpu_s, peak_mib }, plays, wrong, took_s }) in &families {
        let names = names.len();
        print(&format!("{name:15} {names:7} {plays:6} {wrong:6} {cpu_s:7.2} s {peak_mib:8.0} MiB {took_s:7.1} s"));
    }
    let dearest = |title: &str, by: &dyn Fn(&Row) -> f64| {
        print(title);
        let mut sorted: Vec<&Row> = rows.iter().collect();
        sorted.sort_by(|a, b| by(b).total_cmp(&by(a)));
        sorted.iter().take(6).for_each(|row| row.print());
    };
    dearest("the most CPU:", &|row| row.cost.cpu_s);
    dearest("the most memory:", &|row| row.cost.peak_mib);
    let answers: usize = families.values().map(|family| family.names.len()).sum();
    let wrong = rows.iter().filter(|row| !row.wrong.is_empty()).count();
    let worst = rows.iter().fold(Cost::default(), |worst, row| worst.max(row.cost));
    let (plays, all_s) = (rows.len(), rows.iter().map(|row| row.cost.cpu_s).sum::<f64>());
    print(&format!(
        "{answers} hostile answers, played {plays} times: {wrong} wrong; at most {:.2} s of CPU ({all_s:.0} s in all) and {:.0} MiB",
        worst.cpu_s, worst.peak_mib
    ));
}

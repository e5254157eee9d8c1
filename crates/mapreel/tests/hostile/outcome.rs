//! The outcome of a run, a job or an answer, and whether its row expects that outcome.

use super::case::{Case, End, Offer};
use serde_json::Value;
use std::collections::BTreeSet;

/// The outcome of a run, a job or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A picture was made, with warnings of these codes.
    Made(BTreeSet<String>),
    /// The layers of a document were listed.
    Listed,
    /// The request, or the server that it names, was refused, for this reason.
    Refused(String),
    /// Nothing was made; the text is a code or a message.
    Failed(String),
    /// A thread panicked, with this message.
    Panicked(String),
    /// The process died, or was killed because it exceeded a bound.
    Died(String),
}

impl Outcome {
    /// A picture was made, with the warnings of a manifest or of a job.
    pub fn made(warnings: &Value) -> Self {
        let codes = warnings.as_array().into_iter().flatten().filter_map(|warning| warning["code"].as_str());
        Self::Made(codes.map(str::to_owned).collect())
    }

    /// A process died; its output tells why.
    pub fn died(how: &str, said: &str) -> Self {
        let tells = |line: &&str| line.contains("memory allocation of") || line.contains("overflowed its stack");
        let line = said.lines().find(tells).or(said.lines().last()).unwrap_or("without a word");
        Self::Died(format!("{how}: {line}"))
    }

    /// The outcome of a job.
    pub fn of_job(job: &Value) -> Self {
        if job["status"] == "SUCCESS" {
            return Self::made(&job["warnings"]);
        }
        let code = job["failure"]["code"].as_str().unwrap_or("?");
        let message = job["failure"]["message"].as_str().unwrap_or_default();
        if code == "invalid_request" {
            return Self::Refused(message.to_owned());
        }
        Self::Failed(format!("{code}: {message}"))
    }

    /// Whether the row expects this outcome; `known_code`: it comes from a front end whose failures have codes.
    pub fn is(&self, case: &Case, known_code: bool) -> bool {
        match (case.end, self) {
            (End::Fine, Self::Made(codes)) => codes.is_empty(),
            (End::Lost, Self::Made(codes)) => codes.contains(case.ask.lost()),
            (End::Gap(code), Self::Made(codes)) => codes.contains(code),
            (End::Made | End::MadeOrRefused, Self::Made(_)) => true,
            (End::Refused | End::MadeOrRefused, Self::Refused(_)) => true,
            (End::Failed(code), Self::Failed(said)) => !known_code || said.starts_with(code),
            _ => false,
        }
    }

    /// Whether the row expects this outcome of `layers`.
    pub fn is_offer(&self, offer: Offer) -> bool {
        match self {
            Self::Listed => matches!(offer, Offer::Listed | Offer::Either),
            Self::Refused(_) => matches!(offer, Offer::Refused | Offer::Either),
            _ => false,
        }
    }

    /// The outcome in a few words.
    pub fn words(&self) -> String {
        let short = |text: &str| text.chars().take(160).collect::<String>().replace('\n', " ");
        match self {
            Self::Made(codes) if codes.is_empty() => "fine".to_owned(),
            Self::Made(codes) => format!("made: {}", codes.iter().cloned().collect::<Vec<_>>().join(", ")),
            Self::Listed => "listed".to_owned(),
            Self::Refused(why) => format!("refused: {}", short(why)),
            Self::Failed(why) => format!("failed: {}", short(why)),
            Self::Panicked(why) => format!("PANIC: {}", short(why)),
            Self::Died(why) => format!("DIED: {}", short(why)),
        }
    }
}

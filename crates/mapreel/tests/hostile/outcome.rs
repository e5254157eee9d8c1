//! How a run, a job or an answer ended, and whether that is what its row says.

use super::case::{Case, End, Offer};
use serde_json::Value;
use std::collections::BTreeSet;

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A picture was made, with warnings of these codes.
    Made(BTreeSet<String>),
    /// What a document offers was listed.
    Listed,
    /// The request was refused, or the server it names: why.
    Refused(String),
    /// Nothing was made: a code, or what was said.
    Failed(String),
    /// A thread panicked: what it said.
    Panicked(String),
    /// The process is gone, or was killed for what it spent.
    Died(String),
}

impl Outcome {
    /// A picture and the warnings of a manifest or of a job.
    pub fn made(warnings: &Value) -> Self {
        let codes = warnings.as_array().into_iter().flatten().filter_map(|warning| warning["code"].as_str());
        Self::Made(codes.map(str::to_owned).collect())
    }

    /// A process that is gone; what it said tells why.
    pub fn died(how: &str, said: &str) -> Self {
        let tells = |line: &&str| line.contains("memory allocation of") || line.contains("overflowed its stack");
        let line = said.lines().find(tells).or(said.lines().last()).unwrap_or("without a word");
        Self::Died(format!("{how}: {line}"))
    }

    /// What a job became.
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

    /// Whether it is what the row says; `known_code`: it comes from where failures have codes.
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

    /// Whether it is what the row says of `layers`.
    pub fn is_offer(&self, offer: Offer) -> bool {
        match self {
            Self::Listed => matches!(offer, Offer::Listed | Offer::Either),
            Self::Refused(_) => matches!(offer, Offer::Refused | Offer::Either),
            _ => false,
        }
    }

    /// In a few words.
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

//! The recording of a preparation: the plan, and the answers of upstreams that all frames share. So every segment uses the same answers, and
//! upstreams are asked once.

use super::draw_context::DrawContext;
use super::drawn_segment::DrawnSegment;
use super::stored::{self, StoredObject, Unreadable};
use super::stored_plan::StoredPlan;
use bytes::Bytes;
use mapreel_sources::{Error, Upstreams, Wanted};
use mapreel_spec::{Problem, Problems, RECORDED_BYTES_MAX};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

/// The answer for each cache key, or why there is none.
type Recorded = Vec<(String, Result<Bytes, String>)>;

/// The object that the segments of an animation share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Preparation {
    /// When it was made, in milliseconds since 1970: the present time, to which "latest" refers, is the same for all parts.
    pub now_ms: i64,
    /// The plan.
    pub planned: Planned,
    /// The answer of each URL, or why there is none.
    pub answers: Recorded,
    /// The palette of a GIF, else empty.
    pub palette: Vec<[u8; 3]>,
}

/// The plan of a preparation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Planned {
    /// The plan, as it was stored.
    By(StoredPlan),
    /// No stored plan: it is made again from the request. Objects of version 1 had no plan.
    Again,
}

impl Preparation {
    /// The bytes of all answers.
    pub(crate) fn bytes(&self) -> usize {
        self.answers.iter().map(|(_, answer)| answer.as_ref().map_or(0, Bytes::len)).sum()
    }
}

impl StoredObject for Preparation {
    const KIND: u8 = b'p';
    const VERSION: u8 = 5;

    fn of_version(version: u8, body: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Version1 {
            now_ms: i64,
            answers: Recorded,
            palette: Vec<[u8; 3]>,
        }
        let damaged = |_| Unreadable::Damaged;
        if version == 1 {
            let Version1 { now_ms, answers, palette } = postcard::from_bytes(body).map_err(damaged)?;
            return Ok(Self { now_ms, planned: Planned::Again, answers, palette });
        }
        let read: Self = postcard::from_bytes(body).map_err(damaged)?;
        // The plans of versions 2 to 4, which were in no release, cannot be read: the servers are asked again.
        Ok(if version < Self::VERSION { Self { planned: Planned::Again, ..read } } else { read })
    }
}

/// The version of the objects that this process stores for other parts, and the newest that it can read. It grows when the version of
/// any kind of object grows.
pub(crate) fn plan_version() -> u32 {
    u32::from(stored::version_of::<Preparation>()) + u32::from(stored::version_of::<DrawnSegment>())
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>>;

/// Passes the answers of upstreams on, and records them.
pub(crate) struct Recorder {
    upstreams: Arc<dyn Upstreams>,
    kept: Mutex<RecordedAnswers>,
}

#[derive(Default)]
struct RecordedAnswers {
    answers: HashMap<String, Result<Bytes, String>>,
    /// The bytes of all answers, including those that were too many to be recorded.
    bytes: usize,
}

impl Recorder {
    pub(crate) fn new(upstreams: Arc<dyn Upstreams>) -> Self {
        Self { upstreams, kept: Mutex::default() }
    }

    /// The bytes of all answers so far.
    pub(crate) fn bytes(&self) -> usize {
        self.kept.lock().expect("no panic while held").bytes
    }

    /// The recorded answers, in a fixed order.
    ///
    /// # Errors
    /// They have more than [`RECORDED_BYTES_MAX`] bytes.
    pub(crate) fn answers(&self) -> Result<Recorded, Problems> {
        let mut kept = self.kept.lock().expect("no panic while held");
        if kept.bytes > RECORDED_BYTES_MAX {
            let (mib, max) = (kept.bytes >> 20, RECORDED_BYTES_MAX >> 20);
            let detail = format!("the pictures that all frames share come to {mib} MiB; the limit is {max}");
            let hint = Some("a smaller map, or fewer layers that stay the same".to_owned());
            return Err(Problems(vec![Problem { pointer: String::new(), code: "too_large", detail, hint }]));
        }
        let mut answers: Vec<_> = kept.answers.drain().collect();
        answers.sort();
        Ok(answers)
    }
}

impl Upstreams for Recorder {
    fn get<'a>(&'a self, url: &'a str, wanted: Wanted) -> Answer<'a> {
        Box::pin(async move {
            let answer = self.upstreams.get(url, wanted).await;
            let said = answer.clone().map_err(|error| error.to_string());
            let mut kept = self.kept.lock().expect("no panic while held");
            let key = wanted.key(url);
            // Layers of one server ask for the same document.
            if !kept.answers.contains_key(&*key) {
                kept.bytes += answer.as_ref().map_or(0, Bytes::len);
                if kept.bytes <= RECORDED_BYTES_MAX {
                    kept.answers.insert(key.into_owned(), said);
                }
            }
            drop(kept);
            answer
        })
    }
}

/// Answers from a recording; a request that is not in it goes to the upstream.
struct Replay {
    recorded: HashMap<String, Result<Bytes, String>>,
    upstreams: Arc<dyn Upstreams>,
}

impl Upstreams for Replay {
    fn get<'a>(&'a self, url: &'a str, wanted: Wanted) -> Answer<'a> {
        match self.recorded.get(&*wanted.key(url)) {
            Some(answer) => Box::pin(std::future::ready(answer.clone().map_err(Error::Recorded))),
            None => self.upstreams.get(url, wanted),
        }
    }
}

impl DrawContext {
    /// The same context, which answers recorded requests from the recording.
    pub(crate) fn replaying(&self, recorded: Preparation) -> Self {
        let replay = Replay { recorded: recorded.answers.into_iter().collect(), upstreams: self.upstreams.clone() };
        Self { upstreams: Arc::new(replay), ..self.clone() }
    }
}

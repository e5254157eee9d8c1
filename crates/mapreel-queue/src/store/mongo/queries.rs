//! Queries that change nothing: request documents, lists of jobs, numbers of jobs.

use super::handle::Mongo;
use super::operations::{PATIENCE, within};
use super::record::{self, Stored};
use crate::Error;
use crate::model::{Counts, Cursor, Filter, Garbage, Job, JobId, SEARCHED_MAX, Service, Time};
use bytes::Bytes;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

/// The most jobs that one round of cleaning handles.
const GARBAGE_MAX: i64 = 100;

impl Mongo {
    /// The request document of a job, as long as it is needed.
    pub(super) async fn request_of(&self, id: JobId) -> Result<Option<Bytes>, Error> {
        let requests = self.collections.requests.clone();
        let find = async move { requests.find_one(doc! { "_id": id.to_string() }).await };
        let document = within(find).await?;
        Ok(document.and_then(|mut document| match document.remove("request") {
            Some(Bson::Binary(binary)) => Some(binary.bytes.into()),
            _ => None,
        }))
    }

    /// Jobs, newest first.
    pub(super) async fn list(&self, filter: Filter) -> Result<Vec<Job>, Error> {
        let mut wanted = Document::new();
        if let Some(state) = filter.state {
            wanted.insert("state", state.name());
        }
        if let Some(service) = filter.service {
            wanted.insert("service", service.name());
        }
        if let Some(owner) = filter.owner {
            wanted.insert("owner", owner);
        }
        let is_ascending = matches!(filter.cursor, Some(Cursor::NewerThan(_)));
        match filter.cursor {
            None => None,
            Some(Cursor::OlderThan(id)) => wanted.insert("_id", doc! { "$lt": id.to_string() }),
            Some(Cursor::NewerThan(id)) => wanted.insert("_id", doc! { "$gt": id.to_string() }),
        };
        let (limit, order) = (i64::try_from(filter.limit).unwrap_or(i64::MAX), if is_ascending { 1 } else { -1 });
        let found = match filter.search {
            None => self.find(wanted, doc! { "_id": order }, limit).await?,
            Some(search) => self.search(wanted, order, &search, limit).await?,
        };
        let mut jobs: Vec<Job> = found.into_iter().map(|stored| stored.job).collect();
        if is_ascending {
            jobs.reverse();
        }
        Ok(jobs)
    }

    /// The first jobs whose title or id contains a text.
    async fn search(&self, wanted: Document, order: i32, text: &str, limit: i64) -> Result<Vec<Stored>, Error> {
        let jobs = self.collections.jobs.clone();
        let has_text = doc! { "searched": { "$regex": literally(&text.to_lowercase()) } };
        let pipeline = [
            doc! { "$match": wanted },
            doc! { "$sort": { "_id": order } },
            doc! { "$limit": SEARCHED_MAX as i64 },
            doc! { "$match": has_text },
            doc! { "$limit": limit },
        ];
        // The server stops the query when this process no longer waits for it.
        let find = async move { jobs.aggregate(pipeline).max_time(PATIENCE).await?.try_collect::<Vec<_>>().await };
        within(find).await?.into_iter().map(record::read).collect()
    }

    /// Jobs whose objects are to be cleaned up.
    pub(super) async fn to_clean(&self) -> Result<Vec<Garbage>, Error> {
        let filter = doc! { "garbage_at": { "$lte": self.time().0 } };
        let jobs = self.find(filter, doc! { "garbage_at": 1 }, GARBAGE_MAX).await?;
        Ok(jobs.iter().map(|stored| Garbage { id: stored.job.id, keep: stored.job.kept_keys() }).collect())
    }

    /// How many jobs are in which state. The query reads only indexes, because the documents are large.
    pub(super) async fn count_all(&self) -> Result<Counts, Error> {
        let jobs = self.collections.jobs.clone();
        within(async move {
            let lanes = Service::ALL.map(Service::name).to_vec();
            let of_all = doc! { "$match": { "service": { "$in": lanes } } };
            let named = doc! { "$project": { "_id": 0, "service": 1, "state": 1 } };
            let group = doc! { "$group": { "_id": { "service": "$service", "state": "$state" }, "n": { "$sum": 1 } } };
            let groups: Vec<Document> = jobs.aggregate([of_all, named, group]).await?.try_collect().await?;
            let pending = doc! { "open": true, "state": "PENDING" };
            let oldest = jobs.find_one(pending).sort(doc! { "created": 1 }).projection(doc! { "created": 1 }).await?;
            Ok(Counts {
                jobs: groups.iter().filter_map(counted).collect(),
                oldest_pending: oldest.and_then(|oldest| oldest.get_i64("created").ok()).map(Time),
            })
        })
        .await
    }
}

/// A regular expression that finds this text and nothing else.
fn literally(text: &str) -> String {
    let mut expression = String::new();
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            expression.push('\\');
        }
        expression.push(character);
    }
    expression
}

/// A service, a state, and how many jobs of that service are in it.
fn counted(group: &Document) -> Option<((String, String), u64)> {
    let of = group.get_document("_id").ok()?;
    let n = group.get_i32("n").map(i64::from).or_else(|_| group.get_i64("n")).ok()?;
    Some(((of.get_str("service").ok()?.to_owned(), of.get_str("state").ok()?.to_owned()), n as u64))
}

//! The handle on a database: its fields, and how it is opened.

use super::clock;
use super::collections::Collections;
use super::operations::PATIENCE;
use super::outbox::{Outbox, Publish};
use super::presence::Presence;
use super::watcher::Watcher;
use crate::model::{Clock, Settings, Time};
use crate::{Error, Supervise};
use mongodb::options::{Acknowledgment, ClientOptions, WriteConcern};
use mongodb::{Client, Database};
use std::sync::Arc;

/// The queue in a MongoDB database. A handle is an owner of leases: its leases are over when it is dropped or its process dies.
pub struct Mongo {
    pub(super) collections: Collections,
    pub(super) presence: Presence,
    pub(super) watcher: Watcher,
    pub(super) settings: Settings,
    pub(super) outbox: Outbox,
    /// Dropped with the handle; then the task that corrects the clock ends.
    _alive: Arc<()>,
}

impl Mongo {
    /// Opens the database that a connection string names (`mongodb://HOST/DATABASE`; without a name, `mapreel`), and makes
    /// its indexes. The tasks of the handle end when the handle is dropped.
    ///
    /// # Errors
    /// The connection string cannot be read, or the server does not answer.
    pub async fn open(uri: &str, mut settings: Settings, supervisor: &dyn Supervise) -> Result<Self, Error> {
        let database = connect(uri).await?;
        let collections = Collections::of(&database);
        collections.make_indexes().await?;
        let (alive, mut tasks) = (Arc::new(()), Vec::new());
        if matches!(settings.clock, Clock::System) {
            let (clock, correcting) = clock::start(database, Arc::downgrade(&alive)).await?;
            settings.clock = clock;
            tasks.push(correcting);
        }
        let (presence, counting) = Presence::start(collections.clone(), settings.clock.now()).await?;
        let (watcher, watching) = Watcher::new(collections.clone());
        tasks.extend([counting, watching]);
        // Tasks are started last: if the handle cannot be opened, no task is left running.
        tasks.into_iter().for_each(|task| supervisor.start(task));
        Ok(Self { collections, presence, watcher, settings, outbox: Outbox::default(), _alive: alive })
    }

    /// A function that wakes the tasks that wait at [`changes`](crate::Queue::changes).
    pub(crate) fn notifier(&self) -> impl Fn() + Send + Sync + use<> {
        let watcher = self.watcher.clone();
        move || watcher.notify()
    }

    /// Connects the publisher, which gets the hints of parts that become ready. Only the first call has an effect.
    pub(crate) fn set_publisher(&self, publish: Publish) {
        self.outbox.connect(publish);
    }

    /// The store's time.
    pub(super) fn time(&self) -> Time {
        self.settings.clock.now()
    }
}

async fn connect(uri: &str) -> Result<Database, Error> {
    let setting =
        |error: mongodb::error::Error| Error::Setting(format!("the store's URL cannot be used: {}", error.kind));
    let mut options = ClientOptions::parse(uri).await.map_err(setting)?;
    options.app_name.get_or_insert_with(|| "mapreel".to_owned());
    options.server_selection_timeout = Some(PATIENCE);
    options.connect_timeout = Some(PATIENCE);
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
    let name = options.default_database.clone().unwrap_or_else(|| "mapreel".to_owned());
    Ok(Client::with_options(options).map_err(setting)?.database(&name))
}

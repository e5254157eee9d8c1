//! Publishing: messages are persistent, mandatory and confirmed. No submission and no worker waits for them. A hint that the broker does not
//! confirm in time stays in the outbox of its job, and the store's reconciler hands it to the publisher again.

use super::connection::connect;
use super::message::Message;
use super::pause::Pause;
use super::settings::Settings;
use super::topology;
use super::trouble::Trouble;
use crate::Task;
use crate::model::{Announcement, Confirm};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};

/// The most announcements that wait for the broker in this process.
const WAITING_MAX: usize = 4_096;
/// The most announcements that are published together.
const TOGETHER_MAX: usize = 64;
/// How long the broker may take to confirm all announcements that were published together.
const CONFIRMING: Duration = Duration::from_secs(2);

/// The handle on the task that publishes.
pub(crate) struct Publisher {
    announcements: mpsc::Sender<Announcement>,
    alive: Arc<AtomicBool>,
}

impl Publisher {
    /// The handle, and the task that publishes until the handle is dropped. If the task panics, the announcements that it had taken stay in
    /// their jobs' outboxes.
    pub(crate) fn new(settings: Settings, store: Weak<dyn Confirm>) -> (Self, Task) {
        let (announcements, receiver) = mpsc::channel(WAITING_MAX);
        let (receiver, alive) = (Arc::new(Mutex::new(receiver)), Arc::new(AtomicBool::new(true)));
        let is_alive = alive.clone();
        let task = Task::new("publisher", move || {
            let publishing = Publishing::new(settings.clone(), store.clone(), is_alive.clone());
            publishing.run(receiver.clone())
        });
        (Self { announcements, alive }, task)
    }

    /// A function that queues announcements for the task. An announcement that the task cannot publish stays in the outbox.
    pub(crate) fn sender(&self) -> impl Fn(Announcement) + Send + Sync + use<> {
        let announcements = self.announcements.clone();
        move |announcement| {
            // The channel is full when the broker is away or slow; the reconciler hands the announcement over again.
            let _ = announcements.try_send(announcement);
        }
    }

    /// Whether the last attempt to publish succeeded.
    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }
}

/// The state of the task, from its start to its end.
struct Publishing {
    settings: Settings,
    store: Weak<dyn Confirm>,
    alive: Arc<AtomicBool>,
    link: Option<Link>,
    pause: Pause,
    /// After a failure: the earliest time of the next attempt.
    not_before: Instant,
}

impl Publishing {
    fn new(settings: Settings, store: Weak<dyn Confirm>, alive: Arc<AtomicBool>) -> Self {
        Self { settings, store, alive, link: None, pause: Pause::default(), not_before: Instant::now() }
    }

    async fn run(mut self, announcements: Arc<Mutex<mpsc::Receiver<Announcement>>>) {
        let mut announcements = announcements.lock().await;
        while let Some(first) = announcements.recv().await {
            crate::failpoint::hit("publisher", None);
            let mut batch = vec![first];
            while batch.len() < TOGETHER_MAX
                && let Ok(next) = announcements.try_recv()
            {
                batch.push(next);
            }
            if self.link.is_none() && Instant::now() < self.not_before {
                continue;
            }
            match self.publish(&batch).await {
                Ok(()) => {
                    self.note_success(&batch);
                    let Some(store) = self.store.upgrade() else { return };
                    tokio::spawn(confirm(store, batch));
                }
                Err(trouble) => self.note_failure(&trouble),
            }
        }
    }

    /// Publishes a batch; opens a connection if there is none. A failure drops the connection.
    async fn publish(&mut self, batch: &[Announcement]) -> Result<(), Trouble> {
        let link = match self.link.take() {
            Some(link) => link,
            None => Link::open(&self.settings).await?,
        };
        let publish = tokio::time::timeout(CONFIRMING, publish(&link.channel, &self.settings, batch));
        publish.await.map_err(|_| Trouble::NotConfirmed)??;
        self.link = Some(link);
        Ok(())
    }

    fn note_success(&mut self, batch: &[Announcement]) {
        tracing::debug!(
            messages = batch.iter().map(|announcement| announcement.hints.len()).sum::<usize>(),
            "published"
        );
        self.pause.reset();
        if !self.alive.swap(true, Ordering::Relaxed) {
            tracing::info!("publishing again");
        }
        crate::failpoint::hit("published", None);
    }

    fn note_failure(&mut self, trouble: &Trouble) {
        self.alive.store(false, Ordering::Relaxed);
        self.not_before = Instant::now() + self.pause.next();
        tracing::warn!(%trouble, "cannot publish; what waits is found without the broker, or published later");
    }
}

/// Marks in the store the hints that the broker has confirmed.
async fn confirm(store: Arc<dyn Confirm>, batch: Vec<Announcement>) {
    for Announcement { job, hints, .. } in batch {
        if let Err(error) = store.confirmed(job, &hints).await {
            tracing::warn!(%error, "cannot note what was published; it will be published again");
        }
    }
}

/// A connection, and the channel on it that publishes.
struct Link {
    channel: Channel,
    _connection: Connection,
}

impl Link {
    async fn open(settings: &Settings) -> Result<Self, Trouble> {
        let connection = connect(settings.uri()?, "publish").await?;
        let prepare = async {
            let channel = connection.create_channel().await?;
            topology::declare(&channel, settings).await?;
            // The scorecard's control asks for no confirmations.
            if !crate::IS_CONTROL {
                channel.confirm_select(ConfirmSelectOptions::default()).await?;
            }
            Ok::<_, Trouble>(channel)
        };
        let channel = tokio::time::timeout(CONFIRMING, prepare).await.map_err(|_| Trouble::NoChannel)??;
        Ok(Self { channel, _connection: connection })
    }
}

/// Publishes all hints of a batch, and then waits for the confirmations. An error when the broker refuses or returns a message.
async fn publish(channel: &Channel, settings: &Settings, batch: &[Announcement]) -> Result<(), Trouble> {
    // The scorecard's control does not learn of messages that no queue takes.
    let options = BasicPublishOptions { mandatory: !crate::IS_CONTROL, ..BasicPublishOptions::default() };
    let properties = BasicProperties::default().with_delivery_mode(2).with_content_type("application/json".into());
    let mut confirmations = Vec::new();
    for Announcement { job, service, hints } in batch {
        let queue = ShortString::from(topology::queue_name(settings, *service));
        for hint in hints {
            let body = serde_json::to_vec(&Message { job: *job, part: hint.part })?;
            let publish = channel.basic_publish("".into(), queue.clone(), options, &body, properties.clone());
            confirmations.push(publish.await?);
        }
    }
    for confirmation in confirmations {
        match confirmation.await? {
            Confirmation::Ack(None) => {}
            Confirmation::Ack(Some(_)) => return Err(Trouble::NoQueue),
            Confirmation::NotRequested if crate::IS_CONTROL => {}
            Confirmation::Nack(_) | Confirmation::NotRequested => return Err(Trouble::Refused),
        }
    }
    Ok(())
}

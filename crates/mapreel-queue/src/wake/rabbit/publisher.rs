//! Publishing: persistent, mandatory, confirmed, and never waited for by those who have work to do. What is not confirmed
//! in time stays in the outbox of its job, and the reconciler brings it again.

use super::{Message, Pause, Settings, Trouble, connect, topology};
use crate::Task;
use crate::store::mongo::{Announcement, Mongo};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};

/// Announcements that wait for the broker here.
const WAITING_MAX: usize = 4_096;
/// Announcements published together.
const TOGETHER_MAX: usize = 64;
/// Until everything that was published together is confirmed.
const CONFIRMING: Duration = Duration::from_secs(2);

/// The connection that publishes.
pub(crate) struct Publisher {
    announcements: mpsc::Sender<Announcement>,
    alive: Arc<AtomicBool>,
}

impl Publisher {
    /// The handle, and the task that publishes until it is dropped. Announcements that the task had taken
    /// when it panicked stay in their jobs' outboxes.
    pub(crate) fn new(settings: Settings, store: &Arc<Mongo>) -> (Self, Task) {
        let (announcements, receiver) = mpsc::channel(WAITING_MAX);
        let (receiver, alive) = (Arc::new(Mutex::new(receiver)), Arc::new(AtomicBool::new(true)));
        let (store, told) = (Arc::downgrade(store), alive.clone());
        let task = Task::new("publisher", move || run(settings.clone(), store.clone(), receiver.clone(), told.clone()));
        (Self { announcements, alive }, task)
    }

    /// Publishes soon, or leaves it in the outbox.
    pub(crate) fn sender(&self) -> impl Fn(Announcement) + Send + Sync + use<> {
        let announcements = self.announcements.clone();
        move |announcement| {
            // Full: the broker is away or slow, and the reconciler will come.
            let _ = announcements.try_send(announcement);
        }
    }

    /// Whether the last attempt to publish succeeded.
    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }
}

async fn run(
    settings: Settings,
    store: std::sync::Weak<Mongo>,
    announcements: Arc<Mutex<mpsc::Receiver<Announcement>>>,
    alive: Arc<AtomicBool>,
) {
    let mut announcements = announcements.lock().await;
    let (mut link, mut pause, mut not_before): (Option<Link>, _, _) = (None, Pause::default(), Instant::now());
    while let Some(first) = announcements.recv().await {
        crate::failpoint::hit("publisher", None);
        let mut batch = vec![first];
        while batch.len() < TOGETHER_MAX
            && let Ok(next) = announcements.try_recv()
        {
            batch.push(next);
        }
        if link.is_none() && Instant::now() < not_before {
            continue;
        }
        let published = async {
            let open = match link.take() {
                Some(open) => open,
                None => Link::open(&settings).await?,
            };
            let publish = tokio::time::timeout(CONFIRMING, publish(&open.channel, &settings, &batch));
            publish.await.map_err(|_| "it does not confirm what was published".to_owned())??;
            link = Some(open);
            Ok::<_, Trouble>(())
        };
        match published.await {
            Ok(()) => {
                tracing::debug!(messages = batch.iter().map(|told| told.hints.len()).sum::<usize>(), "published");
                pause.reset();
                if !alive.swap(true, Ordering::Relaxed) {
                    tracing::info!("publishing again");
                }
                crate::failpoint::hit("published", None);
                let Some(store) = store.upgrade() else { return };
                tokio::spawn(async move {
                    for Announcement { job, hints, .. } in batch {
                        if let Err(error) = store.announced(job, &hints).await {
                            tracing::warn!(%error, "cannot note what was published; it will be published again");
                        }
                    }
                });
            }
            Err(trouble) => {
                alive.store(false, Ordering::Relaxed);
                not_before = Instant::now() + pause.next();
                tracing::warn!(trouble, "cannot publish; what waits is found without the broker, or published later");
            }
        }
    }
}

struct Link {
    channel: Channel,
    _connection: Connection,
}

impl Link {
    async fn open(settings: &Settings) -> Result<Self, Trouble> {
        let connection = connect(settings.uri().map_err(|error| error.to_string())?, "publish").await?;
        let prepare = async {
            let channel = connection.create_channel().await.map_err(|error| error.to_string())?;
            topology::declare(&channel, settings).await?;
            // Dropped by the control: confirmations.
            if !crate::NAIVE {
                channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(|error| error.to_string())?;
            }
            Ok::<_, Trouble>(channel)
        };
        let prepared = tokio::time::timeout(CONFIRMING, prepare).await;
        let channel = prepared.map_err(|_| "it does not open a channel".to_owned())??;
        Ok(Self { channel, _connection: connection })
    }
}

/// Publishes everything, and then waits for the confirmations. An error when one of them does not come.
async fn publish(channel: &Channel, settings: &Settings, batch: &[Announcement]) -> Result<(), Trouble> {
    // Dropped by the control: hearing of messages that no queue takes.
    let options = BasicPublishOptions { mandatory: !crate::NAIVE, ..BasicPublishOptions::default() };
    let properties = BasicProperties::default().with_delivery_mode(2).with_content_type("application/json".into());
    let mut confirmations = Vec::new();
    for Announcement { job, service, hints } in batch {
        let queue = ShortString::from(topology::queue_name(settings, *service));
        for hint in hints {
            let message = Message { job: *job, part: hint.part };
            let body = serde_json::to_vec(&message).map_err(|error| error.to_string())?;
            let confirmation =
                channel.basic_publish("".into(), queue.clone(), options, &body, properties.clone()).await;
            confirmations.push(confirmation.map_err(|error| error.to_string())?);
        }
    }
    for confirmation in confirmations {
        match confirmation.await.map_err(|error| error.to_string())? {
            Confirmation::Ack(None) => {}
            Confirmation::Ack(Some(_)) => return Err("there is no such queue".into()),
            Confirmation::NotRequested if crate::NAIVE => {}
            Confirmation::Nack(_) | Confirmation::NotRequested => return Err("it refuses what was published".into()),
        }
    }
    Ok(())
}

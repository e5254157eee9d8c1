//! Consuming: messages wait here until a slot is free, and are acknowledged when their part is done with. Whatever ends a
//! consumer — its connection, its channel, its queue — everything is built anew; the broker then brings again what was not
//! acknowledged.

use super::{Message, Pause, Settings, Trouble, connect, topology};
use crate::Task;
use crate::model::Service;
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions, BasicRejectOptions,
};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Connection};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How long the broker may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked whether messages wait that do not come here.
const LISTEN_EVERY: Duration = Duration::from_secs(10);
/// Messages that wait for so long while nothing comes here: this consumer is deaf.
const DEAF_AFTER: Duration = Duration::from_secs(30);

/// The connection that consumes.
pub(crate) struct Consumer {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    waiting: Mutex<Waiting>,
    alive: AtomicBool,
    /// Called when a message has come.
    ring: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Waiting {
    image: VecDeque<Received>,
    animation: VecDeque<Received>,
    /// When the last one came.
    last: Option<Instant>,
}

/// A message that came and is not acknowledged. Dropped, it is.
pub(crate) struct Received {
    /// Not there any more once it is settled.
    delivery: Option<Delivery>,
    place: Place,
}

impl Consumer {
    /// The handle, and the task that consumes until `stop`, when what is here and not claimed goes back; no task where nothing
    /// is drawn.
    pub(crate) fn new(
        settings: Settings,
        ring: Box<dyn Fn() + Send + Sync>,
        stop: CancellationToken,
    ) -> (Self, Option<Task>) {
        let shared = Arc::new(Shared { settings, waiting: Mutex::default(), alive: AtomicBool::new(false), ring });
        let consumed = shared.clone();
        let task = Task::new("consumer", move || run(consumed.clone(), stop.clone()));
        let is_needed = shared.settings.slots + shared.settings.image_slots > 0;
        (Self { shared }, is_needed.then_some(task))
    }

    /// The message of this lane that has waited longest.
    pub(crate) fn take(&self, lane: Service) -> Option<Received> {
        self.shared.waiting().lane(lane).pop_front()
    }

    /// Puts a message back that could not be looked into.
    pub(crate) fn put_back(&self, received: Received) {
        let lane = received.place.lane;
        self.shared.waiting().lane(lane).push_front(received);
    }

    /// Why no messages come, though they should.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        let settings = &self.shared.settings;
        let deaf = settings.slots + settings.image_slots > 0 && !self.is_alive();
        deaf.then_some("no messages come from the broker")
    }

    /// Whether messages come here.
    pub(crate) fn is_alive(&self) -> bool {
        self.shared.alive.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what came by a connection that is no more: it will come again, or be found in the store.
    fn forget(&self) {
        self.alive.store(false, Ordering::Relaxed);
        let mut forgotten = std::mem::take(&mut *self.waiting());
        forgotten.image.iter_mut().chain(&mut forgotten.animation).for_each(|received| drop(received.delivery.take()));
    }
}

impl Waiting {
    fn lane(&mut self, lane: Service) -> &mut VecDeque<Received> {
        match lane {
            Service::Image => &mut self.image,
            Service::Animation => &mut self.animation,
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let (Some(delivery), Ok(runtime)) = (self.delivery.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        let place = self.place.clone();
        runtime.spawn(async move {
            // On a channel that is gone it fails, and the message comes again: then nothing is left to be claimed.
            let _ = tokio::time::timeout(PATIENCE, delivery.ack(BasicAckOptions::default())).await;
            place.held.fetch_sub(1, Ordering::Relaxed);
            crate::failpoint::hit("acknowledged", None);
            if crate::failpoint::trips("double-ack") {
                let _ = place.channel.basic_ack(delivery.delivery_tag, BasicAckOptions::default()).await;
            }
        });
    }
}

async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    let mut pause = Pause::default();
    // It may have panicked with messages here.
    shared.forget();
    while !stop.is_cancelled() {
        let began = Instant::now();
        let trouble = match consume(&shared, &stop).await {
            Ok(()) => return,
            Err(trouble) => trouble,
        };
        shared.forget();
        if began.elapsed() > PATIENCE {
            pause.reset();
        }
        tracing::warn!(trouble, "no messages from the broker; the store is looked into instead");
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause.next()) => {}
        }
    }
}

/// One life of a connection.
async fn consume(shared: &Arc<Shared>, stop: &CancellationToken) -> Result<(), Trouble> {
    let connection = connect(shared.settings.uri().map_err(|error| error.to_string())?, "consume").await?;
    let ended = listen(shared, &connection, stop).await;
    shared.alive.store(false, Ordering::Relaxed);
    // Only then does the broker give to others what came here and is not acknowledged.
    let _ = tokio::time::timeout(PATIENCE, connection.close(200, "beginning anew".into())).await;
    ended
}

/// A channel and a consumer for each lane, until one of them ends.
async fn listen(shared: &Arc<Shared>, connection: &Connection, stop: &CancellationToken) -> Result<(), Trouble> {
    let settings = &shared.settings;
    let said = |error: lapin::Error| error.to_string();
    let prepare = async {
        let control = connection.create_channel().await.map_err(said)?;
        topology::declare(&control, settings).await?;
        let mut lanes = Vec::new();
        for lane in Service::ALL {
            let prefetch = settings.prefetch(lane);
            if prefetch > 0 {
                let channel = connection.create_channel().await.map_err(said)?;
                channel.basic_qos(prefetch, BasicQosOptions::default()).await.map_err(said)?;
                let (queue, tag) = (ShortString::from(topology::queue_name(settings, lane)), lane.name().into());
                let options = BasicConsumeOptions::default();
                let consumer = channel.basic_consume(queue, tag, options, FieldTable::default()).await.map_err(said)?;
                lanes.push((lane, channel, consumer));
            }
        }
        Ok::<_, Trouble>((control, lanes))
    };
    let prepared = tokio::time::timeout(PATIENCE, prepare).await;
    let (control, lanes) = prepared.map_err(|_| "it does not answer".to_owned())??;
    let places: Vec<Place> = lanes.iter().map(|(lane, channel, _)| Place::new(*lane, channel)).collect();
    let mut deliveries =
        futures_util::stream::select_all(lanes.into_iter().zip(&places).map(|((.., consumer), place)| {
            // The end of one of them is the end of all.
            let ended = futures_util::stream::once(async { None });
            consumer.map(Some).chain(ended).map(move |delivery| (place, delivery)).boxed()
        }));
    tracing::info!("messages come from the broker");
    shared.alive.store(true, Ordering::Relaxed);
    shared.waiting().last = Some(Instant::now());
    let mut look = tokio::time::interval(LISTEN_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            next = deliveries.next() => {
                let Some((place, Some(delivery))) = next else { return Err("it has ended the consumer".into()) };
                receive(shared, place, delivery.map_err(said)?).await?;
            }
            _ = look.tick() => {
                crate::failpoint::hit("consumer", None);
                let deaf = tokio::time::timeout(PATIENCE, is_deaf(shared, &places, &control)).await;
                if deaf.map_err(|_| "it does not answer".to_owned())?? {
                    return Err("messages wait and do not come".into());
                }
            }
        }
    }
    for place in &places {
        let _ = place.channel.basic_cancel(place.lane.name().into(), BasicCancelOptions::default()).await;
    }
    let waiting = {
        let mut waiting = shared.waiting();
        let image = std::mem::take(&mut waiting.image);
        image.into_iter().chain(std::mem::take(&mut waiting.animation)).collect::<Vec<_>>()
    };
    for mut received in waiting {
        if let Some(delivery) = received.delivery.take() {
            let _ = delivery.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await;
        }
    }
    // What is still being done is acknowledged on this connection.
    std::future::pending().await
}

/// Where the messages of a lane come from, for one life of a connection.
#[derive(Clone)]
struct Place {
    lane: Service,
    channel: Channel,
    /// Messages that are here and not acknowledged.
    held: Arc<AtomicUsize>,
}

impl Place {
    fn new(lane: Service, channel: &Channel) -> Self {
        Self { lane, channel: channel.clone(), held: Arc::default() }
    }
}

async fn receive(shared: &Arc<Shared>, place: &Place, delivery: Delivery) -> Result<(), Trouble> {
    let Ok(message) = serde_json::from_slice::<Message>(&delivery.data) else {
        tracing::warn!("a message that is none of ours went to the dead ones");
        let refused = delivery.reject(BasicRejectOptions { requeue: false }).await;
        return refused.map(drop).map_err(|error| error.to_string());
    };
    tracing::debug!(job = %message.job, part = message.part, "a message has come");
    // Dropped by the control: acknowledging what is done, and not what has come.
    let delivery = if crate::NAIVE {
        delivery.ack(BasicAckOptions::default()).await.map_err(|error| error.to_string())?;
        None
    } else {
        place.held.fetch_add(1, Ordering::Relaxed);
        Some(delivery)
    };
    let received = Received { delivery, place: place.clone() };
    {
        let mut waiting = shared.waiting();
        waiting.last = Some(Instant::now());
        waiting.lane(place.lane).push_back(received);
    }
    (shared.ring)();
    Ok(())
}

/// Whether messages wait at the broker, places are free here, and yet nothing has come for long.
async fn is_deaf(shared: &Shared, places: &[Place], control: &Channel) -> Result<bool, Trouble> {
    for place in places {
        let free = place.held.load(Ordering::Relaxed) < usize::from(shared.settings.prefetch(place.lane));
        let silent = shared.waiting().last.is_some_and(|last| last.elapsed() > DEAF_AFTER);
        if free && silent && topology::waiting(control, &shared.settings, place.lane).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

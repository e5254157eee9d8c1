//! A subscription: one connection, with a channel and a consumer for each lane, until the connection, a channel or a consumer ends.

use super::connection::connect;
use super::inbox::Inbox;
use super::message::Message;
use super::received::{LaneChannel, Received};
use super::settings::Settings;
use super::topology;
use super::trouble::Trouble;
use crate::model::Service;
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, SelectAll, once, select_all};
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Connection, Consumer};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long the broker may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How often this process checks whether messages wait at the broker without being delivered.
const LISTEN_EVERY: Duration = Duration::from_secs(10);
/// A subscription is deaf if no message has arrived for this long although messages wait at the broker.
const DEAF_AFTER: Duration = Duration::from_secs(30);

/// Connects and puts messages into the inbox, until an error ends the subscription. After `stop` it gives the waiting messages back, and keeps
/// the connection open for the messages that are still to be acknowledged.
pub(super) async fn consume(settings: &Settings, inbox: &Inbox, stop: &CancellationToken) -> Result<(), Trouble> {
    let connection = connect(settings.uri()?, "consume").await?;
    let ended = listen(settings, inbox, &connection, stop).await;
    inbox.close();
    // The broker delivers the unacknowledged messages of this connection to other processes only when the connection is closed.
    let _ = tokio::time::timeout(PATIENCE, connection.close(200, "beginning anew".into())).await;
    ended
}

async fn listen(
    settings: &Settings,
    inbox: &Inbox,
    connection: &Connection,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let Subscription { control, lanes, consumers } = in_time(Subscription::open(settings, connection)).await?;
    let mut deliveries = deliveries(&lanes, consumers);
    tracing::info!("messages come from the broker");
    inbox.open();
    let mut look = tokio::time::interval(LISTEN_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            next = deliveries.next() => {
                let Some((came_by, Some(delivery))) = next else { return Err(Trouble::ConsumerEnded) };
                receive(inbox, came_by, delivery?).await?;
            }
            _ = look.tick() => {
                crate::failpoint::hit("consumer", None);
                if in_time(is_deaf(settings, inbox, &lanes, &control)).await? {
                    return Err(Trouble::Deaf);
                }
            }
        }
    }
    for LaneChannel { lane, channel, .. } in &lanes {
        let _ = channel.basic_cancel(lane.name().into(), BasicCancelOptions::default()).await;
    }
    inbox.give_back().await;
    // The messages of running parts will be acknowledged on this connection, so it stays open.
    std::future::pending().await
}

async fn in_time<T>(operation: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    tokio::time::timeout(PATIENCE, operation).await.map_err(|_| Trouble::NoAnswer)?
}

struct Subscription {
    /// The channel for queries to the broker.
    control: Channel,
    lanes: Vec<LaneChannel>,
    /// The consumer of each lane, in the order of `lanes`.
    consumers: Vec<Consumer>,
}

impl Subscription {
    async fn open(settings: &Settings, connection: &Connection) -> Result<Self, Trouble> {
        let control = connection.create_channel().await?;
        topology::declare(&control, settings).await?;
        let (mut lanes, mut consumers) = (Vec::new(), Vec::new());
        for lane in Service::ALL {
            let prefetch = settings.prefetch(lane);
            if prefetch > 0 {
                let channel = connection.create_channel().await?;
                channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
                let (queue, tag) = (ShortString::from(topology::queue_name(settings, lane)), lane.name().into());
                let options = BasicConsumeOptions::default();
                consumers.push(channel.basic_consume(queue, tag, options, FieldTable::default()).await?);
                lanes.push(LaneChannel::new(lane, channel));
            }
        }
        Ok(Self { control, lanes, consumers })
    }
}

/// A lane, and a message that arrived for it; `None`: the lane's consumer has ended.
type Next<'a> = (&'a LaneChannel, Option<lapin::Result<Delivery>>);

/// The messages of all lanes as they arrive. The end of a lane's consumer is an item, because it ends the subscription.
fn deliveries(lanes: &[LaneChannel], consumers: Vec<Consumer>) -> SelectAll<BoxStream<'_, Next<'_>>> {
    select_all(lanes.iter().zip(consumers).map(|(lane, consumer)| {
        let deliveries = consumer.map(Some).chain(once(async { None }));
        deliveries.map(move |delivery| (lane, delivery)).boxed()
    }))
}

async fn receive(inbox: &Inbox, came_by: &LaneChannel, delivery: Delivery) -> Result<(), Trouble> {
    let Ok(message) = serde_json::from_slice::<Message>(&delivery.data) else {
        tracing::warn!("a message that is none of ours went to the dead ones");
        delivery.reject(BasicRejectOptions { requeue: false }).await?;
        return Ok(());
    };
    tracing::debug!(job = %message.job, part = message.part, "a message has come");
    // The scorecard's control acknowledges a message when it arrives, and not when its part is done.
    let received = if crate::IS_CONTROL {
        delivery.ack(BasicAckOptions::default()).await?;
        Received::settled(came_by)
    } else {
        Received::new(delivery, came_by)
    };
    inbox.push(received);
    Ok(())
}

/// Whether messages of a lane wait at the broker although this process has room for them and has received no message of any lane for long.
async fn is_deaf(
    settings: &Settings,
    inbox: &Inbox,
    lanes: &[LaneChannel],
    control: &Channel,
) -> Result<bool, Trouble> {
    for came_by in lanes {
        let has_room = came_by.unacknowledged() < usize::from(settings.prefetch(came_by.lane));
        if has_room && inbox.is_silent_for(DEAF_AFTER) && topology::waiting(control, settings, came_by.lane).await? > 0
        {
            return Ok(true);
        }
    }
    Ok(false)
}

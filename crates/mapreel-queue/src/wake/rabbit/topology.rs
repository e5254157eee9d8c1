//! The queues at the broker: one for each lane, and one for dead letters.

use super::settings::Settings;
use super::trouble::Trouble;
use crate::model::Service;
use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Queue};

/// The broker moves a message to the dead letters when it was given back this often. That does not end the job: its attempts are counted
/// in the store.
const DELIVERIES_MAX: i64 = 20;
/// The most dead letters that the broker keeps; operators may look at them.
const DEAD_MAX: i64 = 10_000;

/// The name of a lane's queue.
pub(super) fn queue_name(settings: &Settings, lane: Service) -> String {
    format!("{}.{}", settings.prefix, lane.name())
}

fn dead_name(settings: &Settings) -> String {
    format!("{}.dead", settings.prefix)
}

/// Declares the queues, which makes the missing ones.
pub(super) async fn declare(channel: &Channel, settings: &Settings) -> Result<(), Trouble> {
    let mut dead = FieldTable::default();
    dead.insert("x-max-length".into(), AMQPValue::LongLongInt(DEAD_MAX));
    declare_queue(channel, dead_name(settings), dead).await?;
    for lane in Service::ALL {
        let text = |text: &str| AMQPValue::LongString(text.into());
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), text(if settings.quorum { "quorum" } else { "classic" }));
        arguments.insert("x-dead-letter-exchange".into(), text(""));
        arguments.insert("x-dead-letter-routing-key".into(), text(&dead_name(settings)));
        if settings.quorum {
            arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(DELIVERIES_MAX));
        }
        declare_queue(channel, queue_name(settings, lane), arguments).await?;
    }
    Ok(())
}

async fn declare_queue(channel: &Channel, name: String, arguments: FieldTable) -> Result<Queue, Trouble> {
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    let declared = channel.queue_declare(ShortString::from(&*name), options, arguments).await;
    declared.map_err(|error| Trouble::Queue { name, error })
}

/// How many messages of a lane wait at the broker.
pub(super) async fn waiting(channel: &Channel, settings: &Settings, lane: Service) -> Result<u32, Trouble> {
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let name = ShortString::from(queue_name(settings, lane));
    let queue = channel.queue_declare(name, options, FieldTable::default()).await?;
    Ok(queue.message_count())
}

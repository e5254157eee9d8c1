//! The queues: one for each lane, and one for messages that nobody could do anything with.

use super::{Settings, Trouble};
use crate::model::Service;
use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Queue};

/// A message that was given back so often goes to the dead ones. It is never the end of a job: attempts are counted in the
/// store.
const DELIVERIES_MAX: i64 = 20;
/// Dead messages kept for those who want to look at them.
const DEAD_MAX: i64 = 10_000;

pub(super) fn queue_name(settings: &Settings, lane: Service) -> String {
    format!("{}.{}", settings.prefix, lane.name())
}

fn dead_name(settings: &Settings) -> String {
    format!("{}.dead", settings.prefix)
}

/// Makes the queues that are not there.
pub(super) async fn declare(channel: &Channel, settings: &Settings) -> Result<(), Trouble> {
    let mut dead = FieldTable::default();
    dead.insert("x-max-length".into(), AMQPValue::LongLongInt(DEAD_MAX));
    declare_queue(channel, &dead_name(settings), dead).await?;
    for lane in Service::ALL {
        let text = |text: &str| AMQPValue::LongString(text.into());
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), text(if settings.quorum { "quorum" } else { "classic" }));
        arguments.insert("x-dead-letter-exchange".into(), text(""));
        arguments.insert("x-dead-letter-routing-key".into(), text(&dead_name(settings)));
        if settings.quorum {
            arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(DELIVERIES_MAX));
        }
        declare_queue(channel, &queue_name(settings, lane), arguments).await?;
    }
    Ok(())
}

async fn declare_queue(channel: &Channel, name: &str, arguments: FieldTable) -> Result<Queue, Trouble> {
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(ShortString::from(name), options, arguments).await.map_err(|error| {
        format!("cannot make the queue `{name}`: {error}; one made with other settings must be deleted first")
    })
}

/// Messages that wait in a queue.
pub(super) async fn waiting(channel: &Channel, settings: &Settings, lane: Service) -> Result<u32, Trouble> {
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let name = ShortString::from(queue_name(settings, lane));
    let queue = channel.queue_declare(name, options, FieldTable::default()).await.map_err(|error| error.to_string())?;
    Ok(queue.message_count())
}

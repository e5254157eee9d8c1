//! Consuming: messages wait in an inbox until a slot is free, and are acknowledged when their part is done with. Whatever ends the
//! subscription — its connection, a channel, a queue — everything is built anew; the broker then sends again what was not
//! acknowledged.

use super::inbox::Inbox;
use super::pause::Pause;
use super::received::Received;
use super::settings::Settings;
use super::subscription::{PATIENCE, consume};
use crate::Task;
use crate::model::Service;
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// The handle on the task that consumes.
pub(crate) struct Consumer {
    inbox: Arc<Inbox>,
    /// Whether this process draws, so that messages should come.
    is_needed: bool,
}

impl Consumer {
    /// The handle, and the task that consumes until `stop` and then gives back the messages that wait; no task in a process that draws
    /// nothing. `notify` is called when a message has come.
    pub(crate) fn new(
        settings: Settings,
        notify: Box<dyn Fn() + Send + Sync>,
        stop: CancellationToken,
    ) -> (Self, Option<Task>) {
        let (inbox, is_needed) = (Arc::new(Inbox::new(notify)), settings.consumes());
        let filled = inbox.clone();
        let task = Task::new("consumer", move || run(settings.clone(), filled.clone(), stop.clone()));
        (Self { inbox, is_needed }, is_needed.then_some(task))
    }

    /// The message of this lane that has waited longest.
    pub(crate) fn take(&self, lane: Service) -> Option<Received> {
        self.inbox.take(lane)
    }

    /// Puts back a message for which the store could not be asked.
    pub(crate) fn put_back(&self, received: Received) {
        self.inbox.put_back(received);
    }

    /// Why no messages come, though they should.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        (self.is_needed && !self.is_alive()).then_some("no messages come from the broker")
    }

    /// Whether messages come here.
    pub(crate) fn is_alive(&self) -> bool {
        self.inbox.is_alive()
    }
}

async fn run(settings: Settings, inbox: Arc<Inbox>, stop: CancellationToken) {
    let mut pause = Pause::default();
    // An earlier life of this task may have panicked and left messages.
    inbox.forget();
    while !stop.is_cancelled() {
        let began = Instant::now();
        let trouble = match consume(&settings, &inbox, &stop).await {
            Ok(()) => return,
            Err(trouble) => trouble,
        };
        inbox.forget();
        if began.elapsed() > PATIENCE {
            pause.reset();
        }
        tracing::warn!(%trouble, "no messages from the broker; the store is looked into instead");
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause.next()) => {}
        }
    }
}

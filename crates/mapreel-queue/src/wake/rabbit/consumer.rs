//! Consuming: messages wait in an inbox until a slot is free. A message is acknowledged when this process no longer works on its part. When
//! the connection, a channel or a queue fails, the whole subscription is built anew; the broker then sends the unacknowledged messages
//! again.

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
    /// Whether this process draws, and so needs messages.
    is_needed: bool,
}

impl Consumer {
    /// The handle, and the task that consumes until `stop` and then gives the waiting messages back to the broker; no task in a process that
    /// draws nothing. The task calls `notify` when a message has arrived.
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

    /// Puts back a message for which the claim in the store failed.
    pub(crate) fn put_back(&self, received: Received) {
        self.inbox.put_back(received);
    }

    /// Why this process gets no messages, although it needs them.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        (self.is_needed && !self.is_alive()).then_some("no messages come from the broker")
    }

    /// Whether the subscription is open.
    pub(crate) fn is_alive(&self) -> bool {
        self.inbox.is_alive()
    }
}

async fn run(settings: Settings, inbox: Arc<Inbox>, stop: CancellationToken) {
    let mut pause = Pause::default();
    // The task may have panicked before and left messages of its old connection.
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

//! Messages that have arrived and wait for a free slot.

use super::received::Received;
use crate::model::Service;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The messages that wait, and whether the subscription is open.
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    alive: AtomicBool,
    /// Called when a message has arrived.
    notify: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Waiting {
    image: VecDeque<Received>,
    animation: VecDeque<Received>,
    /// When the last message, of any lane, arrived.
    last: Option<Instant>,
}

impl Waiting {
    fn lane(&mut self, lane: Service) -> &mut VecDeque<Received> {
        match lane {
            Service::Image => &mut self.image,
            Service::Animation => &mut self.animation,
        }
    }
}

impl Inbox {
    /// An empty inbox; no subscription is open yet.
    pub(super) fn new(notify: Box<dyn Fn() + Send + Sync>) -> Self {
        Self { waiting: Mutex::default(), alive: AtomicBool::new(false), notify }
    }

    /// Whether the subscription is open.
    pub(super) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }

    /// Notes that the subscription is open.
    pub(super) fn open(&self) {
        self.alive.store(true, Ordering::Relaxed);
        self.waiting().last = Some(Instant::now());
    }

    /// Notes that the subscription has ended.
    pub(super) fn close(&self) {
        self.alive.store(false, Ordering::Relaxed);
    }

    /// Whether no message of any lane has arrived for longer than this.
    pub(super) fn is_silent_for(&self, duration: Duration) -> bool {
        self.waiting().last.is_some_and(|last| last.elapsed() > duration)
    }

    /// Takes in a message that has arrived, and wakes the slots.
    pub(super) fn push(&self, received: Received) {
        {
            let mut waiting = self.waiting();
            waiting.last = Some(Instant::now());
            waiting.lane(received.lane()).push_back(received);
        }
        (self.notify)();
    }

    /// The message of this lane that has waited longest.
    pub(super) fn take(&self, lane: Service) -> Option<Received> {
        self.waiting().lane(lane).pop_front()
    }

    /// Puts a message back to the front of its lane.
    pub(super) fn put_back(&self, received: Received) {
        self.waiting().lane(received.lane()).push_front(received);
    }

    /// Drops the messages of a closed connection without acknowledging them: the broker sends them again, or workers find their parts in
    /// the store.
    pub(super) fn forget(&self) {
        self.close();
        let Waiting { image, animation, .. } = std::mem::take(&mut *self.waiting());
        image.into_iter().chain(animation).for_each(Received::forget);
    }

    /// Gives all waiting messages back to the broker.
    pub(super) async fn give_back(&self) {
        let given_back: Vec<Received> = {
            let mut waiting = self.waiting();
            let image = std::mem::take(&mut waiting.image);
            image.into_iter().chain(std::mem::take(&mut waiting.animation)).collect()
        };
        for received in given_back {
            received.give_back().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

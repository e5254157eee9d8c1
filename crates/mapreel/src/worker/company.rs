//! Who works beside whom: parts in company, suspects alone.
//!
//! A suspect is a part that somebody held, beside others, when he died. Done alone, it shows whether it is the cause.

use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// The company of a process.
#[derive(Default)]
pub(super) struct Company {
    /// Shared by those who work beside each other; exclusive for a suspect.
    room: Arc<RwLock<()>>,
    /// One suspect at a time waits for the room: two would be held together when one of them kills.
    door: Arc<Mutex<()>>,
}

/// A place beside others. Who holds it may claim.
pub(super) struct Beside(OwnedRwLockReadGuard<()>);

/// A place that is, or will be, for one alone.
pub(super) struct Alone {
    room: Arc<RwLock<()>>,
    _door: OwnedMutexGuard<()>,
}

impl Company {
    /// A place beside others, when nobody is alone or wants to be.
    pub(super) async fn join(&self) -> Beside {
        Beside(self.room.clone().read_owned().await)
    }

    /// A place alone; `None` while another suspect has one.
    pub(super) fn leave(&self, beside: Beside) -> Option<Alone> {
        drop(beside.0);
        Some(Alone { room: self.room.clone(), _door: self.door.clone().try_lock_owned().ok()? })
    }
}

impl Alone {
    /// Waits until all others are done. Nobody begins anything until the guard is dropped.
    pub(super) async fn enter(&self) -> OwnedRwLockWriteGuard<()> {
        self.room.clone().write_owned().await
    }
}

//! What can go wrong between this process and the broker.

use std::time::Duration;

/// What went wrong between this process and the broker. Whatever it is, the connection is closed and opened anew.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] crate::Error),
    /// No connection within this time.
    #[error("it does not answer within {} s", within.as_secs())]
    NotConnected { within: Duration },
    /// Its certificate is not accepted: why, and what to do.
    #[error("{0}")]
    Certificate(String),
    /// The connection or a channel has failed.
    #[error(transparent)]
    Broker(#[from] lapin::Error),
    /// An operation on a connection that is there has no answer.
    #[error("it does not answer")]
    NoAnswer,
    /// No channel to publish on in time.
    #[error("it does not open a channel")]
    NoChannel,
    /// A queue cannot be declared.
    #[error("cannot make the queue `{name}`: {error}; one made with other settings must be deleted first")]
    Queue { name: String, error: lapin::Error },
    /// The broker has cancelled a consumer, or closed its channel.
    #[error("it has ended the consumer")]
    ConsumerEnded,
    /// Messages wait at the broker, there is room for them here, and they do not come.
    #[error("messages wait and do not come")]
    Deaf,
    /// What was published was not confirmed in time.
    #[error("it does not confirm what was published")]
    NotConfirmed,
    /// A published message was returned: no queue took it.
    #[error("there is no such queue")]
    NoQueue,
    /// A published message was refused.
    #[error("it refuses what was published")]
    Refused,
    /// A message cannot be written as JSON.
    #[error(transparent)]
    Message(#[from] serde_json::Error),
}

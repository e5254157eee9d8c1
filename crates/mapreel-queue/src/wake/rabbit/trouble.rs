//! What can go wrong between this process and the broker.

use std::time::Duration;

/// What went wrong between this process and the broker. After each of these the connection is closed and opened anew.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] crate::Error),
    /// The broker accepted no connection within this time.
    #[error("it does not answer within {} s", within.as_secs())]
    NotConnected { within: Duration },
    /// The broker's certificate is not accepted; the text says why, and what the operator can do.
    #[error("{0}")]
    Certificate(String),
    /// The connection or a channel has failed.
    #[error(transparent)]
    Broker(#[from] lapin::Error),
    /// The broker did not answer an operation on an open connection.
    #[error("it does not answer")]
    NoAnswer,
    /// The broker opened no channel for publishing in time.
    #[error("it does not open a channel")]
    NoChannel,
    /// A queue cannot be declared.
    #[error("cannot make the queue `{name}`: {error}; one made with other settings must be deleted first")]
    Queue { name: String, error: lapin::Error },
    /// The broker has cancelled a consumer, or closed its channel.
    #[error("it has ended the consumer")]
    ConsumerEnded,
    /// Messages wait at the broker and this process has room for them, but the broker does not deliver them.
    #[error("messages wait and do not come")]
    Deaf,
    /// The broker did not confirm the published messages in time.
    #[error("it does not confirm what was published")]
    NotConfirmed,
    /// A published message was returned: no queue took it.
    #[error("there is no such queue")]
    NoQueue,
    /// The broker refused a published message.
    #[error("it refuses what was published")]
    Refused,
    /// A message cannot be written as JSON.
    #[error(transparent)]
    Message(#[from] serde_json::Error),
}

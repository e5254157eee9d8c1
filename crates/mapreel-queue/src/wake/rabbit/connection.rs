//! Connecting to the broker.

use super::trouble::Trouble;
use crate::certificate::{self, BY_FILE};
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};
use std::time::Duration;

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// Connects, under a name that operators see at the broker.
pub(super) async fn connect(uri: AMQPUri, purpose: &str) -> Result<Connection, Trouble> {
    let name = format!("mapreel {purpose} {}", std::process::id());
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let server = format!("{}:{}", uri.authority.host, uri.authority.port);
    match tokio::time::timeout(CONNECTING, Connection::connect_uri(uri, properties)).await {
        Ok(connected) => connected.map_err(|error| {
            let refused = certificate::refused(&error.to_string(), &server, BY_FILE);
            refused.map_or(Trouble::Broker(error), Trouble::Certificate)
        }),
        Err(_) => Err(Trouble::NotConnected { within: CONNECTING }),
    }
}

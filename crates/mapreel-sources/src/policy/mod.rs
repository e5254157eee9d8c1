//! Which requests may be sent: addresses and ports, credentials, and how many requests a host gets.

pub(crate) mod allowed;
pub(crate) mod credentials;
pub(crate) mod egress;
pub(crate) mod host_health;
pub(crate) mod host_limiter;
pub(crate) mod host_record;
pub(crate) mod ports;
pub(crate) mod public;

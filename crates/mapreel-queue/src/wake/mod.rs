//! The broker, which wakes workers when a part can be claimed. Without it workers find the part by polling the store, later.

pub mod rabbit;

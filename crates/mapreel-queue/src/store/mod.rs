//! Where jobs are kept. Each back-end loads a record, applies a pure transition of the [model](crate::model) and stores the result in one
//! atomic step. None knows another, nor what wakes workers.

#[cfg(feature = "cluster")]
pub mod mongo;
pub mod sqlite;

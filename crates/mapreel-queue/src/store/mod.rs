//! The stores of jobs. Each back-end loads a record, applies a pure transition of the [model](crate::model) and stores the result in one
//! atomic step. No back-end knows another one, or the broker that wakes workers.

#[cfg(feature = "cluster")]
pub mod mongo;
pub mod sqlite;

//! Real servers for tests and benchmarks, each started by the process that uses it and ended with it.
//!
//! `./test` installs the programs that they need. If a server cannot be started, the tests that need it print so and are skipped
//! ([`skip`](crate::processes::skip)); with `MAPREEL_TEST_SERVERS=required`, as in `./test`, they fail.

mod listener;
pub mod mongodb;
pub mod proxy;
pub mod rabbitmq;
pub mod s3;
pub mod tls;

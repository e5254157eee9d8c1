//! Programs beside the test: how they end with it, their ports, waiting for them, and their peak memory.

mod companion;
mod patience;
mod peak;
mod port;
mod skip;

pub use companion::Companion;
pub use patience::wait_until;
pub use peak::memory_peak_bytes;
pub use port::free_port;
pub use skip::skip;

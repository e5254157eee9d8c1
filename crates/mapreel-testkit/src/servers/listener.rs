//! A listener on a runtime of its own, for servers in the test's own process.

use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// A listener that accepts connections until it is dropped.
pub(super) struct Listener {
    pub address: SocketAddr,
    _runtime: Runtime,
}

impl Listener {
    /// Starts a listener at a port of the system's choice; for each connection, the future that `serve` returns runs as a task.
    pub fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        // A blocking listener, bound outside of the new runtime: the caller may itself run in another runtime.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { address, _runtime: runtime }
    }
}

//! Work on a thread of its own; the caller waits until the thread has ended.

use tokio::sync::oneshot;

/// The work has ended in a panic.
pub(crate) struct Panicked;

/// Runs the work on a thread with this name. Returns when the thread has ended, so that no part of the work still runs.
///
/// # Errors
/// The thread cannot be started.
pub(crate) async fn on_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<Result<T, Panicked>> {
    let (send, receive) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || drop(send.send(work())))?;
    let done = receive.await;
    // The thread has sent its result, so joining it takes no time.
    let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    Ok(done.map_err(|_| Panicked))
}

//! Accepting connections: bounded in number, in the size of a head and in the time it takes, and ended without breaking an
//! answer off.

use super::access::Peer;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use mapreel_queue::{Task, failpoint};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Until a request's head is here; also how long an idle connection is kept.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Answers under way when the end comes have this long.
const FAREWELL: Duration = Duration::from_secs(5);

/// Where clients come in; nobody does after the word to stop.
type Door = Arc<Mutex<Option<Arc<TcpListener>>>>;

/// The task that serves until `stop`, then lets what is under way come to its end.
pub(crate) fn task(listener: TcpListener, router: Router, connections_max: usize, stop: CancellationToken) -> Task {
    let door = Door::new(Mutex::new(Some(Arc::new(listener))));
    let places = Arc::new(Semaphore::new(connections_max));
    Task::new("listener", move || serve(door.clone(), router.clone(), places.clone(), stop.clone()))
}

/// A listener that panics lets its connections end with the answer that they are giving; the next one goes on at the door.
async fn serve(door: Door, router: Router, places: Arc<Semaphore>, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let Some(listener) = door.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
    loop {
        failpoint::hit("listener", None);
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => connect(stream, peer, place, &router, &graceful),
            // Too many open files, most often: it passes.
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    drop(listener);
    *door.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, Peer, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, Peer(peer), place))
}

fn connect(stream: TcpStream, peer: Peer, place: OwnedSemaphorePermit, router: &Router, graceful: &GracefulShutdown) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_buf_size(HEAD_BYTES_MAX);
    let service = TowerToHyperService::new(router.clone().layer(Extension(peer)));
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        // Clients break off as they like.
        let _ = watched.await;
        drop(place);
    });
}

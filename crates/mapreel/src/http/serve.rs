//! Accepts connections, within limits: on their number, for each address and for all; and on the size and time of a request's head. At the
//! end of the process, answers under way are finished. Some connections are reserved, so that health checks and metrics always get
//! an answer.

use super::access::{Peer, network};
use super::concurrency::{ConcurrencyLimit, ConcurrencyPermit, LimitReached};
use super::host::is_exempt_from_host_check;
use super::problem::Problem;
use super::timed_stream::TimedStream;
use crate::config::front_door::FrontDoor;
use crate::config::proxies::Proxies;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use mapreel_queue::{Task, failpoint};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a connection waits for the head of a request; also how long an idle connection is kept.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How long answers under way may take when the process ends.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// The number of reserved connections, beyond those of clients, for health checks and metrics. Another request on a reserved connection
/// waits for a permit of clients.
const RESERVED_MAX: usize = 256;
const RESERVED_PER_ADDRESS_MAX: usize = 64;
/// How long a reserved connection waits for the head of a request.
const RESERVED_PATIENCE: Duration = Duration::from_secs(2);
/// The most connections that wait, without being read, for the permit of a reserved connection; and the most requests that wait for a
/// permit of clients.
const UNREAD_MAX: usize = 512;
const WAITING_MAX: usize = 512;
/// How long such a connection waits, and how often it tries to get a permit.
const WAIT: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The listener; `None` after the process was told to stop.
type Door = Arc<Mutex<Option<Arc<TcpListener>>>>;

/// The connections of clients.
pub(crate) struct Connections {
    clients: ConcurrencyLimit<IpAddr>,
    reserved: ConcurrencyLimit<IpAddr>,
    unread: ConcurrencyLimit<()>,
    waiting: ConcurrencyLimit<()>,
    per_address_max: usize,
    /// Trusted proxies. Each has the connections of many clients, so the limit for one address does not hold for it.
    proxies: Proxies,
    write_timeout: Duration,
}

impl Connections {
    pub(crate) fn new(settings: &FrontDoor) -> Arc<Self> {
        Arc::new(Self {
            clients: ConcurrencyLimit::new(settings.connections_max),
            reserved: ConcurrencyLimit::new(RESERVED_MAX),
            unread: ConcurrencyLimit::new(UNREAD_MAX),
            waiting: ConcurrencyLimit::new(WAITING_MAX),
            per_address_max: settings.connections_per_address_max,
            proxies: settings.trusted_proxies.clone(),
            write_timeout: settings.write_timeout,
        })
    }

    fn take(&self, address: IpAddr) -> Result<ConcurrencyPermit<IpAddr>, LimitReached> {
        let each_max = if self.proxies.include(address) { usize::MAX } else { self.per_address_max };
        self.clients.try_acquire(network(address), each_max)
    }

    fn take_reserved(&self, address: IpAddr) -> Option<ConcurrencyPermit<IpAddr>> {
        self.reserved.try_acquire(network(address), RESERVED_PER_ADDRESS_MAX).ok()
    }
}

/// The task that serves until `stop`, and then finishes the answers under way.
pub(crate) fn task(
    name: &'static str,
    listener: TcpListener,
    router: Router,
    connections: Arc<Connections>,
    stop: CancellationToken,
) -> Task {
    let door = Door::new(Mutex::new(Some(Arc::new(listener))));
    Task::new(name, move || serve(name, door.clone(), router.clone(), connections.clone(), stop.clone()))
}

/// Accepts connections. If it panics, its connections end after their present answers, and the task that the supervisor starts again accepts
/// from the same listener.
async fn serve(name: &'static str, door: Door, router: Router, connections: Arc<Connections>, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let Some(listener) = door.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
    loop {
        failpoint::hit(name, None);
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                admit(stream, Peer(peer), &router, &connections, graceful.watcher());
            }
            // Usually too many files are open, which passes.
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(Duration::from_millis(200)).await;
            }
        }
    }
    drop(listener);
    *door.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, graceful.shutdown()).await;
}

/// Gives a connection a permit: one of clients, or else that of a reserved connection, if one is free.
fn admit(stream: TcpStream, peer: Peer, router: &Router, connections: &Arc<Connections>, watcher: Watcher) {
    let (router, connections, address) = (router.clone(), connections.clone(), peer.0.ip());
    if let Ok(place) = connections.take(address) {
        let connection = Connection { place: Some(place), reserved: None };
        tokio::spawn(connection.serve(stream, peer, router, connections, watcher));
        return;
    }
    if let Some(place) = connections.take_reserved(address) {
        let connection = Connection { place: None, reserved: Some(place) };
        tokio::spawn(connection.serve(stream, peer, router, connections, watcher));
        return;
    }
    // Connections beyond those that may wait are closed at once, so that health checks do not wait behind them.
    let Ok(unread) = connections.unread.try_acquire((), UNREAD_MAX) else { return };
    tokio::spawn(async move {
        let deadline = Instant::now() + WAIT;
        while Instant::now() < deadline {
            sleep(LOOK_EVERY).await;
            let place = connections.take(address).ok();
            let reserved = if place.is_some() { None } else { connections.take_reserved(address) };
            if place.is_some() || reserved.is_some() {
                drop(unread);
                return Connection { place, reserved }.serve(stream, peer, router, connections, watcher).await;
            }
        }
    });
}

/// A connection, and its permit.
struct Connection {
    place: Option<ConcurrencyPermit<IpAddr>>,
    reserved: Option<ConcurrencyPermit<IpAddr>>,
}

impl Connection {
    async fn serve(
        self,
        stream: TcpStream,
        peer: Peer,
        router: Router,
        connections: Arc<Connections>,
        watcher: Watcher,
    ) {
        let patience = if self.place.is_some() { HEAD_PATIENCE } else { RESERVED_PATIENCE };
        let stream = TokioIo::new(TimedStream::new(stream, connections.write_timeout));
        let place = Arc::new(tokio::sync::Mutex::new(self));
        let service = service_fn(|mut request: Request<Incoming>| {
            let (router, connections, place) = (router.clone(), connections.clone(), place.clone());
            request.extensions_mut().insert(peer);
            async move { Ok::<_, Infallible>(answer(request, peer, router, &connections, &place).await) }
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(HEAD_BYTES_MAX);
        // Errors are ignored: a client may break off at any time.
        let _ = watcher.watch(builder.serve_connection(stream, service)).await;
    }
}

/// Answers a request on a connection. A reserved connection answers a health check or metrics and is then closed; another request on it waits
/// for a permit of clients.
async fn answer(
    request: Request<Incoming>,
    peer: Peer,
    router: Router,
    connections: &Connections,
    connection: &tokio::sync::Mutex<Connection>,
) -> Response {
    let mut connection = connection.lock().await;
    let request = request.map(Body::new);
    if connection.place.is_some() {
        drop(connection);
        return router.oneshot(request).await.unwrap_or_else(|never| match never {});
    }
    if is_exempt_from_host_check(request.uri()) {
        return last(router.oneshot(request).await.unwrap_or_else(|never| match never {}));
    }
    // The request is no health check, so the reserved permit is given back while the request waits for a permit of clients.
    let waiting = connections.waiting.try_acquire((), WAITING_MAX);
    connection.reserved = None;
    let deadline = Instant::now() + WAIT;
    loop {
        match connections.take(peer.0.ip()) {
            Ok(place) => {
                connection.place = Some(place);
                drop((connection, waiting));
                return router.oneshot(request).await.unwrap_or_else(|never| match never {});
            }
            Err(full) if waiting.is_err() || Instant::now() >= deadline => return last(no_place(full).into_response()),
            Err(_) => sleep(LOOK_EVERY).await,
        }
    }
}

fn no_place(full: LimitReached) -> Problem {
    let (status, code, detail) = match full {
        LimitReached::Client => {
            let detail = "your address has as many connections as one may have";
            (StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
        }
        LimitReached::Total => {
            let detail = "clients have as many connections as this server takes";
            (StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
        }
    };
    Problem::new(status, code, detail).retry_after(2)
}

/// The answer, marked as the last one on its connection.
fn last(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

//! Interim answers (RFC 9110, 15.2): hyper passes over them, however many there are.

use bytes::Bytes;
use reqwest::{Request, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// The most interim answers before the one that was asked for.
const INTERIM_MAX: usize = 100;

/// Sends a request; `None` where too many interim answers came before its answer.
pub(crate) async fn execute(client: &reqwest::Client, request: Request) -> Option<reqwest::Result<Response>> {
    let flooded = Arc::new(Notify::new());
    let request = match watched(request, flooded.clone()) {
        Ok(request) => request,
        Err(error) => return Some(Err(error)),
    };
    tokio::select! {
        sent = client.execute(request) => Some(sent),
        () = flooded.notified() => None,
    }
}

/// The same request, which tells when there are too many. It has no body.
fn watched(request: Request, flooded: Arc<Notify>) -> reqwest::Result<Request> {
    let count = AtomicUsize::new(0);
    let mut request = hyper::Request::<reqwest::Body>::try_from(request)?.map(|_| Bytes::new());
    hyper::ext::on_informational(&mut request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == INTERIM_MAX {
            flooded.notify_one();
        }
    });
    request.try_into()
}

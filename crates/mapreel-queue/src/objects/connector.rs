//! The HTTP client for requests to a bucket. A request that failed because the server's certificate is not accepted is not retried, since
//! retrying would not help; the caller gets the explanation at once.

use crate::certificate::{self, BY_FILE};
use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use std::error::Error;
use std::iter::successors;

/// Connects as `object_store` does by default, and explains a certificate that is not accepted.
#[derive(Debug)]
pub(super) struct Connector;

#[derive(Debug)]
struct Client(HttpClient);

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Client(ReqwestConnector::default().connect(options)?)))
    }
}

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let server = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        self.0.execute(request).await.map_err(|error| match certificate::refused(&told(&error), &server, BY_FILE) {
            // `object_store` does not retry errors of an unknown kind.
            Some(why) => HttpError::new_boxed(HttpErrorKind::Unknown, why.into()),
            None => HttpError::new_boxed(error.kind(), told(&error).into()),
        })
    }
}

/// The text of an error with all its causes: `object_store` prints only the first, and the last one says what is wrong.
fn told(error: &HttpError) -> String {
    let chain: Vec<String> = successors(error.source(), |error| (*error).source()).map(ToString::to_string).collect();
    chain.join(": ")
}

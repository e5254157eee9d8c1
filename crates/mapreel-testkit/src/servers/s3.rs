//! An S3 server in this process, whose bucket is a folder. It checks signatures, and can be made to fail.

use super::listener::Listener;
use hyper::service::Service;
use hyper::{Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The access key that signs requests.
pub const ACCESS_KEY: &str = "MAPREELTESTKEY";
/// The secret of the access key.
pub const SECRET_KEY: &str = "mapreel-test-secret";
/// The one bucket that it has.
pub const BUCKET: &str = "maps";

/// How the server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    /// Correctly.
    Well,
    /// 503 SlowDown to every request.
    SlowDown,
    /// It sends no answer.
    Silent,
    /// It breaks uploads off, and stores nothing of them.
    Truncating,
    /// 507 to uploads, as with a full disk.
    Full,
}

/// A running server.
pub struct S3 {
    folder: tempfile::TempDir,
    url: String,
    mood: Arc<AtomicU8>,
    _listener: Listener,
}

/// The server that the tests of this process share.
pub fn shared() -> &'static S3 {
    static SHARED: OnceLock<S3> = OnceLock::new();
    SHARED.get_or_init(S3::start)
}

impl S3 {
    /// Starts a server with an empty bucket.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let mood = Arc::new(AtomicU8::new(Mood::Well as u8));
        let server = Server { s3: builder.build(), mood: mood.clone() };
        let listener = Listener::start(move |stream| {
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), server.clone())
        });
        Self { folder, url: format!("http://{}", listener.address), mood, _listener: listener }
    }

    /// The environment variables for a client.
    pub fn environment(&self) -> Vec<(String, String)> {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            set("AWS_ENDPOINT_URL", &self.url),
            set("AWS_REGION", "us-east-1"),
            set("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            set("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ]
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sets how the server answers from now on.
    pub fn set_mood(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    /// The folder behind a prefix of the bucket.
    pub fn folder(&self, prefix: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(prefix)
    }
}

#[derive(Clone)]
struct Server {
    s3: S3Service,
    mood: Arc<AtomicU8>,
}

impl Service<Request<Incoming>> for Server {
    type Response = s3s::HttpResponse;
    type Error = s3s::HttpError;
    type Future = futures_util::future::BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (s3, mood) = (self.s3.clone(), self.mood.load(Ordering::SeqCst));
        let upload = request.method() == hyper::Method::PUT;
        Box::pin(async move {
            if mood == Mood::Silent as u8 {
                tokio::time::sleep(Duration::from_secs(3600)).await;
            }
            if mood == Mood::Truncating as u8 && upload {
                return Err(s3s::HttpError::new(Box::new(std::io::Error::other("cut"))));
            }
            if mood == Mood::SlowDown as u8 {
                return Ok(refusal(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Reduce your request rate."));
            }
            if mood == Mood::Full as u8 && upload {
                // MinIO's message; S3 itself is never full.
                let full = "Storage backend has reached its minimum free drive threshold.";
                return Ok(refusal(StatusCode::INSUFFICIENT_STORAGE, "XMinioStorageFull", full));
            }
            Service::call(&s3, request).await
        })
    }
}

fn refusal(status: StatusCode, code: &str, message: &str) -> s3s::HttpResponse {
    let text = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let mut answer = Response::new(s3s::Body::from(text));
    *answer.status_mut() = status;
    answer
}

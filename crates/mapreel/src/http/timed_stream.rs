//! A client's connection with time-outs. The connection of a client that does not read its answer is closed. After the last answer the
//! server goes on reading for a while (lingering close), so that a client that is still sending can read the answer.

use super::unreadable;
use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// The most bytes that are read and dropped after the last answer. If a connection is closed with unread bytes, TCP resets it, and the client
/// loses the part of the answer that it has not read yet.
const LINGER_BYTES_MAX: usize = 16 << 20;
/// How long the connection is read after the last answer.
const LINGER: Duration = Duration::from_secs(5);
/// The reading ends earlier if no byte arrives for this long.
const LINGER_IDLE: Duration = Duration::from_secs(1);

/// After writing this many bytes, the task yields to other connections: a client that sends requests and never reads keeps its connection
/// busy until all buffers are full.
const BURST_MAX: usize = 64 << 10;

/// A connection with time-outs.
pub(super) struct TimedStream<S> {
    stream: S,
    /// How long a write may make no progress, because the client does not read.
    write_timeout: Duration,
    /// The timer of the write time-out; `Some` while a write makes no progress.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Bytes written since the task last yielded.
    burst: usize,
    /// An answer that replaces hyper's own one, and how many of its bytes are written.
    instead: Option<(Vec<u8>, usize)>,
    lingering: Option<Lingering>,
}

struct Lingering {
    until: Instant,
    idle: Pin<Box<Sleep>>,
    bytes: usize,
}

impl<S> TimedStream<S> {
    pub(super) fn new(stream: S, write_timeout: Duration) -> Self {
        Self { stream, write_timeout, stalled: None, burst: 0, instead: None, lingering: None }
    }

    /// Whether the task yields to other connections now.
    fn yields(&mut self, cx: &mut Context<'_>) -> bool {
        let yields = self.burst >= BURST_MAX;
        if yields {
            self.burst = 0;
            cx.waker().wake_by_ref();
        }
        yields
    }

    /// Ends the connection when writes make no progress for too long.
    fn watched(&mut self, cx: &mut Context<'_>, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        if let Poll::Ready(written) = written {
            self.stalled = None;
            self.burst += *written.as_ref().unwrap_or(&0);
            return Poll::Ready(written);
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.write_timeout)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client takes nothing of its answer")))
    }
}

impl<S: AsyncWrite + Unpin> TimedStream<S> {
    /// If the bytes are hyper's own answer to bytes that are no HTTP, writes an answer with problem details instead; `None`: they are not.
    fn write_instead(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Option<Poll<Result<usize>>> {
        if self.instead.is_none() {
            self.instead = unreadable::with_details(bytes).map(|better| (better, 0));
        }
        let (better, written) = self.instead.as_mut()?;
        while *written < better.len() {
            match Pin::new(&mut self.stream).poll_write(cx, &better[*written..]) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(count)) => *written += count,
                other => return Some(self.watched(cx, other)),
            }
        }
        self.instead = None;
        Some(Poll::Ready(Ok(bytes.len())))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        if self.yields(cx) {
            return Poll::Pending;
        }
        if let Some(written) = self.write_instead(cx, bytes) {
            return written;
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, &bytes[..bytes.len().min(BURST_MAX)]);
        self.watched(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        if self.yields(cx) {
            return Poll::Pending;
        }
        if let Some(written) = slices.first().and_then(|first| self.write_instead(cx, first)) {
            return written;
        }
        // An answer has several short slices for its head, and one long slice for its body.
        let written = match slices.iter().find(|slice| !slice.is_empty()) {
            Some(long) if long.len() >= BURST_MAX => Pin::new(&mut self.stream).poll_write(cx, &long[..BURST_MAX]),
            _ => {
                let short = slices.iter().take_while(|slice| slice.len() < BURST_MAX).count();
                Pin::new(&mut self.stream).poll_write_vectored(cx, &slices[..short])
            }
        };
        self.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Closes the direction to the client, then reads on until the client closes its direction, or the bounds are reached.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        let lingering = this.lingering.get_or_insert_with(|| Lingering {
            until: Instant::now() + LINGER,
            idle: Box::pin(sleep(LINGER_IDLE)),
            bytes: 0,
        });
        let mut space = [0; 16 << 10];
        loop {
            let mut buffer = ReadBuf::new(&mut space);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    lingering.bytes += buffer.filled().len();
                    let now = Instant::now();
                    if lingering.bytes > LINGER_BYTES_MAX || now >= lingering.until {
                        return Poll::Ready(Ok(()));
                    }
                    lingering.idle.as_mut().reset((now + LINGER_IDLE).min(lingering.until));
                }
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    ready!(lingering.idle.as_mut().poll(cx));
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

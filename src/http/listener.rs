//! A listener with limits that never waits for room: when it is full, an idle connection is closed.
//!
//! Health has to be answered whatever else is connected. So a request has to be complete soon after its connection (or its first
//! byte, on a connection that is kept), a byte now and then doesn't prolong that, and a new connection is always accepted.

mod connections;

use connections::{Connections, Phase, Slot};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep_until};

/// Longest head of a request; browsers send at most half of it.
const MAX_HEAD_BYTES: usize = 32 << 10;

/// Connections that are accepted before the others are looked after.
const ACCEPTED_AT_ONCE: usize = 16;

/// What connections may take. Scrapers, probes and people may all come from one address, so none has a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At a time; one more closes another one.
    pub connections: usize,
    /// From accept, and from the first byte of each further request, to the end of the request's head.
    pub head: Duration,
    /// A connection on which nothing moves is closed.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 256, head: Duration::from_secs(5), silence: Duration::from_secs(15) }
    }
}

/// Accepts always.
pub struct Limited {
    inner: TcpListener,
    connections: Arc<Connections>,
    limits: Limits,
    /// Accepted since the others were last looked after.
    at_once: usize,
}

impl Limited {
    /// `closed` is called with the reason, one of [`connections::CloseReason`]'s names, for each connection that the server closes.
    #[must_use]
    pub fn new(inner: TcpListener, limits: Limits, closed: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self { inner, connections: Arc::new(Connections::new(limits.connections, closed)), limits, at_once: 0 }
    }
}

impl axum::serve::Listener for Limited {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // What was accepted comes to its request long before its room is needed.
        self.at_once = (self.at_once + 1) % ACCEPTED_AT_ONCE;
        if self.at_once == 0 {
            tokio::task::yield_now().await;
        }
        // The inherent method returns errors; axum's logs them, waits a little and continues.
        let (stream, from) = axum::serve::Listener::accept(&mut self.inner).await;
        let now = Instant::now();
        let slot = self.connections.enter(from.ip(), now);
        (
            Connection {
                stream,
                slot,
                limits: self.limits,
                timer: Box::pin(sleep_until(now + self.limits.head)),
                head: Head::default(),
            },
            from,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

/// A connection that is closed when its request doesn't come to an end, when nothing moves on it, or when its room is needed.
pub struct Connection {
    stream: TcpStream,
    slot: Slot,
    limits: Limits,
    timer: Pin<Box<Sleep>>,
    head: Head,
}

impl Connection {
    /// Bytes of the client came.
    fn came(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        let phase = self.slot.phase();
        if phase == Phase::Idle {
            self.head = Head::default();
            self.slot.enter_phase(Phase::Head, now);
            self.timer.as_mut().reset(now + self.limits.head);
        }
        if phase != Phase::Request {
            if self.head.take(bytes) {
                self.slot.enter_phase(Phase::Request, now);
                self.timer.as_mut().reset(now + self.limits.silence);
            } else if self.head.bytes > MAX_HEAD_BYTES {
                self.slot.report(connections::CloseReason::LongHead);
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(())
    }

    /// Bytes of the answer left.
    fn left(&mut self) {
        let now = Instant::now();
        self.slot.enter_phase(Phase::Idle, now);
        self.timer.as_mut().reset(now + self.limits.silence);
    }

    /// Nothing moves: an error when that is so for too long or the room is needed, else wait.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if self.slot.is_evicted(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        match self.timer.as_mut().poll(cx) {
            Poll::Ready(()) => {
                let slow = self.slot.phase() == Phase::Head;
                self.slot.report(if slow { connections::CloseReason::SlowHead } else { connections::CloseReason::Silence });
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                self.came(&buf.filled()[before..])?;
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(cx),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, buf) {
            Poll::Pending => self.wait(cx),
            ready => {
                self.left();
                ready
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// How far the head of a request has come: it ends with an empty line, whose line ends may lack their carriage return.
#[derive(Debug, Default)]
struct Head {
    bytes: usize,
    /// Something but line ends came: empty lines before a request are skipped.
    begun: bool,
    line_is_empty: bool,
}

impl Head {
    /// Whether it is complete with these bytes.
    fn take(&mut self, bytes: &[u8]) -> bool {
        self.bytes += bytes.len();
        for byte in bytes {
            match byte {
                b'\n' if self.begun && self.line_is_empty => return true,
                b'\n' => self.line_is_empty = true,
                b'\r' => {}
                _ => (self.begun, self.line_is_empty) = (true, false),
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn a_head_ends_with_an_empty_line_however_it_is_cut() {
        for whole in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\n\n", "\r\n\r\nGET / HTTP/1.1\r\n\r\n"] {
            for cut in 0..whole.len() {
                let mut head = Head::default();
                assert!(!head.take(&whole.as_bytes()[..cut]), "{whole:?} at {cut}");
                assert!(head.take(&whole.as_bytes()[cut..]), "{whole:?} at {cut}");
            }
        }
        let mut head = Head::default();
        assert!(!head.take(b"\r\n\r\n\r\n\n\n"), "empty lines alone are no head");
    }
}

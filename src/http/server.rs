//! The admin server's own thread: nothing that it does can take time from a worker's thread.

use super::listener::Limited;
use super::options::{Error, Options};
use super::routes::{Parts, router};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

/// How long open requests may still take at a stop.
const STOP: Duration = Duration::from_secs(2);

/// Connections that the system keeps until they are accepted. Where its queue is full a client tries again after a second, which is too
/// late for a probe; the default of some systems is short.
const BACKLOG: u32 = 1_024;

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a restart need not wait for connections of before.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A running admin server. Dropping it stops it.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds and serves on a thread of its own.
    ///
    /// # Errors
    /// See [`Error`]; each says what to do.
    pub fn start(options: &Options, parts: Parts) -> Result<Self, Error> {
        let guard = options.guard()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Thread)?;
        let bind = |why| Error::Bind { address: options.listen, why };
        let listener = runtime.block_on(async { listen(options.listen) }).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let limits = options.limits;
        let (stop, stopped) = oneshot::channel::<()>();
        let work = move || {
            runtime.block_on(async {
                let telemetry = Arc::clone(&parts.telemetry);
                let served = Limited::new(listener, limits, move |reason| telemetry.http_connection_closed(reason));
                let (told, tell) = oneshot::channel::<()>();
                let server = axum::serve(served, router(parts, guard)).with_graceful_shutdown(async move {
                    // A sender that was dropped says the same.
                    let _either = stopped.await;
                    let _gone = told.send(());
                });
                let server = IntoFuture::into_future(server);
                tokio::pin!(server);
                let late = async {
                    let _either = tell.await;
                    tokio::time::sleep(STOP).await;
                };
                tokio::select! {
                    ended = &mut server => if let Err(error) = ended { tracing::error!(%error, "the admin server ended") },
                    () = late => tracing::debug!("the admin server left open requests behind"),
                }
            });
        };
        let thread = std::thread::Builder::new().name("http".to_owned()).spawn(work).map_err(Error::Thread)?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens: the port, when 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it: open requests may end, for a moment.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the admin server panicked");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

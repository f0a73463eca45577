//! SIGTERM and Ctrl-C.

use anyhow::Context;

/// Exit code after a second signal, as a shell has it after Ctrl-C.
const ENDED_BY_SIGNAL: i32 = 130;

/// Calls `stop` at the first SIGTERM or SIGINT, from a thread of its own; a second signal ends the process immediately, with exit
/// code 130.
///
/// # Errors
/// Signals can't be caught here.
pub fn on_stop(stop: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("signals can't be caught")?;
    let _inside = runtime.enter();
    let mut signals = Signals::new()?;
    drop(_inside);
    let waits = move || {
        runtime.block_on(async {
            signals.next().await;
            tracing::info!("stopping: finishing the open batch (a second signal ends the process immediately)");
            stop();
            signals.next().await;
        });
        tracing::warn!("ended immediately: the open batch will be processed again at the next start");
        // Not `abort`: a core dump would hold personal data. Not `exit` either: what the C libraries do at the end may wait.
        end_at_once();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(waits).context("signals can't be caught")?;
    Ok(())
}

#[cfg(unix)]
fn end_at_once() {
    signal_hook::low_level::exit(ENDED_BY_SIGNAL);
}

#[cfg(not(unix))]
fn end_at_once() {
    std::process::exit(ENDED_BY_SIGNAL);
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let catch = |kind| signal(kind).context("signals can't be caught");
        Ok(Self { terminate: catch(SignalKind::terminate())?, interrupt: catch(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> anyhow::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a way to hear signals the service runs until it is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

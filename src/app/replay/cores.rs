//! Work on all cores, with results in order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `count` jobs on all cores; results in the order of the jobs.
pub(super) fn on_all_cores<T: Send>(count: usize, job: impl Fn(usize) -> anyhow::Result<T> + Sync) -> anyhow::Result<Vec<T>> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(count);
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<anyhow::Result<T>>>> = (0..count).map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(slot) = results.get(n) else { break };
                    let result = job(n);
                    if let Ok(mut slot) = slot.lock() {
                        *slot = Some(result);
                    }
                }
            });
        }
    });
    let lost = || Err(anyhow::anyhow!("a thread of the replay ended before its work"));
    results.into_iter().map(|r| r.into_inner().ok().flatten().unwrap_or_else(lost)).collect()
}

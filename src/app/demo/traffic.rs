//! The simulated shop at the demo's clock: records are produced when their time has come.

use super::clock::DemoClock;
use crate::app::cli::ShopKind;
use crate::app::simulate::{Producer, ProducerOptions, Record, ShopOptions, Traffic};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often the shop is looked after: fine enough for the eye, and cheap.
const TICK: Duration = Duration::from_millis(4);

/// Produces until told to stop; counts into `sent`.
pub(super) fn run(
    (kind, shop): (ShopKind, ShopOptions),
    producer: &ProducerOptions,
    clock: &DemoClock,
    stop: &AtomicBool,
    sent: &Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let mut producer = Producer::new(producer)?;
    let mut shop = Traffic::new(kind, shop);
    let mut record = Record::default();
    while !stop.load(Ordering::Relaxed) {
        let now_ms = clock.elapsed_ms();
        while shop.next_at_ms() <= now_ms && !stop.load(Ordering::Relaxed) {
            shop.next_into(&mut record);
            producer.send(&record)?;
            sent.fetch_add(1, Ordering::Relaxed);
        }
        producer.poll()?;
        std::thread::sleep(TICK);
    }
    producer.finish()
}

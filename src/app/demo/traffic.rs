//! The simulated shop at the demo's clock: records are produced when their time has come.

use super::clock::DemoClock;
use crate::app::cli::ShopKind;
use crate::app::simulate::{Producer, ProducerOptions, Record, ShopOptions, Traffic};
use crate::domain::Ms;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often the shop is looked after: fine enough for the eye, and cheap.
const TICK: Duration = Duration::from_millis(4);

/// The shop, with what happened in it until then in the topics already: a service that is started finds a history.
pub(super) fn with_history(
    kind: ShopKind,
    shop: ShopOptions,
    until_ms: Ms,
    producer: &ProducerOptions,
) -> anyhow::Result<Traffic> {
    let mut shop = Traffic::new(kind, shop);
    if until_ms > 0 {
        let mut producer = Producer::new(producer)?;
        let mut record = Record::default();
        while shop.next_at_ms() <= until_ms {
            shop.next_into(&mut record);
            producer.send(&record)?;
        }
        producer.finish()?;
    }
    Ok(shop)
}

/// Produces until asked to stop; counts into `sent`.
pub(super) fn run(
    mut shop: Traffic,
    producer: &ProducerOptions,
    clock: &DemoClock,
    stop: &AtomicBool,
    sent: &Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let mut producer = Producer::new(producer)?;
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

//! Either shop: one that sells to people, or one that sells to companies.

use super::b2b::Market;
use super::options::ShopOptions;
use super::record::Record;
use super::shop::Shop;
use crate::app::cli::ShopKind;
use crate::domain::Ms;

/// A seeded, endless stream of records in the order of their record times.
#[derive(Debug)]
pub enum Traffic {
    Consumer(Box<Shop>),
    B2b(Box<Market>),
}

impl Traffic {
    #[must_use]
    pub fn new(kind: ShopKind, options: ShopOptions) -> Self {
        match kind {
            ShopKind::Consumer => Self::Consumer(Box::new(Shop::new(options))),
            ShopKind::B2b => Self::B2b(Box::new(Market::new(options))),
        }
    }

    /// The shop's own time of the record given last (milliseconds since its first moment).
    #[must_use]
    pub fn elapsed_ms(&self) -> Ms {
        match self {
            Self::Consumer(shop) => shop.elapsed_ms(),
            Self::B2b(market) => market.elapsed_ms(),
        }
    }

    /// The shop's own time at which the next record will come, at the earliest.
    #[must_use]
    pub fn next_at_ms(&self) -> Ms {
        match self {
            Self::Consumer(shop) => shop.next_at_ms(),
            Self::B2b(market) => market.next_at_ms(),
        }
    }

    /// The next record, with times counted from the start.
    pub fn next_into(&mut self, into: &mut Record) {
        match self {
            Self::Consumer(shop) => shop.next_into(into),
            Self::B2b(market) => market.next_into(into),
        }
    }

    /// The next record as if it happened now: `record_ms` is its record time.
    pub fn next_at(&mut self, record_ms: Ms, into: &mut Record) {
        match self {
            Self::Consumer(shop) => shop.next_at(record_ms, into),
            Self::B2b(market) => market.next_at(record_ms, into),
        }
    }

    /// Passes over the next record without writing it.
    pub fn skip_one(&mut self) {
        match self {
            Self::Consumer(shop) => shop.skip_one(),
            Self::B2b(market) => market.skip_one(),
        }
    }
}

impl Iterator for Traffic {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let mut record = Record::default();
        self.next_into(&mut record);
        Some(record)
    }
}

//! Whose formats the events of the shop of people are written in: Segment's, or those of real sources, which mappings read.
//!
//! A source writes what it really would send of a deed. What Shopify has no webhook for (a cart is looked at, a card refused) is said
//! by the site.

mod ga4;
mod sendgrid;
mod shopify;

use super::json_writer::Dates;
use super::record::{Record, Topic};
use super::scene::Scene;
use super::write;
use crate::app::cli::SourceFormat;

/// Which real sources write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sources {
    pub shopify: bool,
    pub sendgrid: bool,
    pub ga4: bool,
    /// People, products and orders have numbers for names, as in Shopify; in Segment JSON, too.
    pub has_number_ids: bool,
}

impl Sources {
    #[must_use]
    pub fn new(formats: &[SourceFormat]) -> Self {
        Self {
            shopify: formats.contains(&SourceFormat::Shopify),
            sendgrid: formats.contains(&SourceFormat::Sendgrid),
            ga4: formats.contains(&SourceFormat::Ga4),
            has_number_ids: !formats.is_empty(),
        }
    }

    /// Shipped mapping of what is written of this kind, and the topic that it goes to where no setting names another. `None`: Segment
    /// JSON.
    #[must_use]
    pub fn mapping(self, topic: Topic) -> Option<(&'static str, &'static str)> {
        match topic {
            Topic::Clickstream => self.ga4.then_some(("ga4-mp", "site.events")),
            Topic::Email => self.sendgrid.then_some(("sendgrid", "mail.events")),
            Topic::Cart => self.shopify.then_some(("shopify", "shop.webhooks")),
        }
    }

    /// Writes an event; gives the place of `receivedAt` in the value if there is one.
    pub(super) fn write(self, record: &mut Record, scene: &Scene<'_>, pad_bytes: usize, dates: &mut Dates) -> Option<usize> {
        record.headers.clear();
        record.also.clear();
        if self.shopify && shopify::write(record, scene, dates) {
            return None;
        }
        let topic = match write::topic(scene.what) {
            Topic::Cart if self.shopify => Topic::Clickstream,
            topic => topic,
        };
        let is_written = match topic {
            Topic::Clickstream => self.ga4 && ga4::write(record, scene),
            Topic::Email => self.sendgrid && sendgrid::write(record, scene),
            Topic::Cart => false,
        };
        if is_written { None } else { Some(write::event(record, scene, topic, pad_bytes, dates)) }
    }
}

//! What the file says of the shop's own people.

use crate::fault::Spanned;
use leadstream_core::domain::model::internal::Network;

/// What senders mark tests of theirs with.
pub(super) const MARKED: [&str; 4] = ["test", "is_test", "test_order", "is_test_order"];
/// A mark of this name is looked at in events about orders only (Shopify's `test`): elsewhere it may be anything.
pub(super) const OF_ORDERS: &str = "test";

/// What the file says of it.
#[derive(Debug, Clone, Default)]
pub struct InternalSpec {
    pub domains: Vec<Spanned<String>>,
    pub networks: Vec<Spanned<String>>,
    pub marked: Option<Vec<Spanned<String>>>,
}

impl InternalSpec {
    pub(super) fn marks(&self) -> Vec<&str> {
        self.marked.as_ref().map_or_else(|| MARKED.to_vec(), |marks| marks.iter().map(|mark| mark.value.trim()).collect())
    }

    pub(super) fn domains(&self) -> Vec<String> {
        let mut domains: Vec<String> = self.domains.iter().map(|domain| domain_of(&domain.value)).collect();
        domains.sort();
        domains.dedup();
        domains
    }

    pub(super) fn networks(&self) -> Vec<Network> {
        let mut networks: Vec<Network> = self.networks.iter().filter_map(|text| Network::parse(&text.value)).collect();
        networks.sort();
        networks.dedup();
        networks
    }
}

/// People write the at sign, too.
pub(super) fn domain_of(text: &str) -> String {
    text.trim().trim_start_matches('@').trim_end_matches('.').to_lowercase()
}

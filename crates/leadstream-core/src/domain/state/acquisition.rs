//! What a prospect has spent, and where it came from.

use crate::domain::{Ms, Text};

/// Currencies in which the orders of one prospect are added up; what comes in further ones counts as [`OTHER_CURRENCY`].
pub const MAX_CURRENCIES: usize = 4;

/// Orders in more currencies than a record keeps.
pub const OTHER_CURRENCY: &str = "other";

/// Orders without a currency.
pub const NO_CURRENCY: &str = "-";

/// Longest name of a source or campaign; the rest is cut off.
pub const MAX_NAME_BYTES: usize = 64;

/// Where the prospect came from and what was bought: for the figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Customer {
    pub first_source: Option<Text>,
    pub first_campaign: Option<Text>,
    /// The newest ones; the same as the first while there is only one.
    pub last_source: Option<Text>,
    pub last_campaign: Option<Text>,
    pub orders: u32,
    pub first_order_ms: Option<Ms>,
    /// Currency and thousandths of its unit, refunds taken off.
    pub spent: Vec<(Text, i64)>,
}

impl Customer {
    pub(crate) fn record_source(&mut self, source: Option<Text>, campaign: Option<Text>) {
        let newest = |first: &mut Option<Text>, last: &mut Option<Text>, named: Option<Text>| {
            let Some(name) = named else { return };
            first.get_or_insert_with(|| name.clone());
            *last = Some(name);
        };
        newest(&mut self.first_source, &mut self.last_source, source);
        newest(&mut self.first_campaign, &mut self.last_campaign, campaign);
    }

    pub(crate) fn pay(&mut self, currency: Option<&str>, milli: i64) {
        if milli == 0 {
            return;
        }
        let currency = currency.unwrap_or(NO_CURRENCY);
        let known = self.spent.iter().position(|(c, _)| c == currency);
        let room = self.spent.len() + 1 < MAX_CURRENCIES;
        let named = if known.is_some() || room { currency } else { OTHER_CURRENCY };
        match self.spent.iter_mut().find(|(c, _)| c == named) {
            Some((_, sum)) => *sum = sum.saturating_add(milli),
            None => self.spent.push((named.into(), milli)),
        }
    }
}

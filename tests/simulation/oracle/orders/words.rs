//! What to say of orders of which none fits.

use super::super::Rule;
use super::super::differences::first_differences;
use super::super::outputs::Sent;
use super::super::standing::Standing;
use super::{Node, Question};
use crate::world::START_MS;
use leadstream::engine::codec::Codec;
use leadstream::wire::state_record::StateCodec;

impl Question<'_, '_> {
    /// What there was to order, for people.
    pub(super) fn circumstances(&self) -> String {
        let from = START_MS;
        let records = self.records.iter().flatten().map(|(event, taken)| {
            let (input, offset, since) = (taken.input, taken.offset, taken.visible.since / 1_000);
            format!(
                "{input}/{offset} {} of {} (record {}, there since {since})",
                event.key(),
                event.time_ms() - from,
                event.record_ms() - from
            )
        });
        let timers = self.before.into_iter().flat_map(|before| before.prospect.timers());
        let timers = timers.map(|timer| format!("{:?} at {}", timer.kind, timer.deadline_ms - from));
        let transaction = &self.commit;
        format!(
            "in ms since the start: its records {:?}, first {:?}; timers before {:?}; task time {} to {}, transaction begun {}, decided {}, after {}",
            records.collect::<Vec<_>>(),
            self.first,
            timers.collect::<Vec<_>>(),
            self.time_ms.saturating_sub(from),
            transaction.record.time_ms - from,
            transaction.begun / 1_000,
            transaction.decided / 1_000,
            self.since / 1_000
        )
    }

    /// Keeps the difference that the order met with that came furthest; of several the first.
    pub(super) fn differs(&self, node: &Node, rule: Rule, text: impl FnOnce() -> String) {
        let reached = (node.at.iter().sum::<usize>() + node.explained.len()) * 1_000 + 999;
        self.differs_by(reached, rule, text);
    }

    pub(super) fn differs_by(&self, reached: usize, rule: Rule, text: impl FnOnce() -> String) {
        if !self.explains.get() {
            return;
        }
        let mut difference = self.difference.borrow_mut();
        if difference.as_ref().is_none_or(|(furthest, ..)| *furthest < reached) {
            *difference = Some((reached, rule, text()));
        }
    }

    /// What the transaction has for a key, for people.
    pub(super) fn others(&self, whose: &str) -> String {
        let of_key = self.sents.all.iter().filter(|sent| sent.visible.record.key.as_deref() == Some(whose.as_bytes()));
        format!("{:?}", of_key.map(Sent::show).collect::<Vec<_>>())
    }

    pub(super) fn differing_state(&self, standing: &Standing) -> (usize, String) {
        let Some(wanted) = self.wanted else { return (1, "the fold changes the record, the transaction does not".to_owned()) };
        let Some(bytes) = wanted else { return (1, "the transaction deletes the record, the fold does not".to_owned()) };
        if standing.is_erased {
            return (1, "the fold deletes the record, the transaction does not".to_owned());
        }
        match StateCodec.decode(bytes) {
            Ok(written) => first_differences(&standing.prospect, &written),
            Err(error) => (1, format!("the transaction's record can't be read: {error}")),
        }
    }
}

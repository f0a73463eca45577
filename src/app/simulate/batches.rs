//! Sources that don't send each event alone: SendGrid posts a list of what happened meanwhile, a proxy of GA4's measurement protocol
//! gathers the events of a client.

use super::record::{Record, Topic};
use super::sources::Sources;
use crate::domain::Ms;
use std::collections::{BTreeMap, HashMap};

/// How long the first mail of a list waits: SendGrid posts every 30 s.
const MAILS_WAIT_MS: Ms = 30_000;
/// The same of the first event of a request: gtag.js, whose requests a proxy passes on, gathers events for 5 s.
const EVENTS_WAIT_MS: Ms = 5_000;
/// The most that the measurement protocol takes.
const MOST_EVENTS: usize = 25;

/// Holds events back until their batch goes out; all others go straight through, with the records that follow them.
#[derive(Debug, Default)]
pub struct Batches {
    sources: Sources,
    /// By how their records begin: the same for all of a client.
    open: HashMap<Vec<u8>, Batch>,
    /// By when they are due.
    due: BTreeMap<(Ms, u64), Vec<u8>>,
    begun: u64,
}

#[derive(Debug)]
struct Batch {
    number: u64,
    events: usize,
    record: Record,
}

type Give<'a> = &'a mut dyn FnMut(&Record) -> anyhow::Result<()>;

impl Batches {
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self { sources, ..Self::default() }
    }

    /// Takes what the shop gave, and gives what goes out by then, in the order of record times.
    ///
    /// # Errors
    /// Those of `give`.
    pub fn push(&mut self, record: &Record, give: Give<'_>) -> anyhow::Result<()> {
        self.go_out(record.record_ms, give)?;
        let Some((begin, end)) = self.sources.mapping(record.topic).and_then(|_| parts(record)) else {
            give(record)?;
            return record.also.iter().try_for_each(|also| give(&Record { record_ms: record.record_ms, ..also.clone() }));
        };
        let key = &record.value[..begin];
        let Some(batch) = self.open.get_mut(key) else {
            self.begun += 1;
            let wait_ms = if record.topic == Topic::Email { MAILS_WAIT_MS } else { EVENTS_WAIT_MS };
            let due_ms = record.record_ms + wait_ms;
            self.due.insert((due_ms, self.begun), key.to_vec());
            self.open.insert(key.to_vec(), Batch { number: self.begun, events: 1, record: record.clone() });
            return Ok(());
        };
        let value = &mut batch.record.value;
        value.truncate(value.len() - end);
        value.push(b',');
        value.extend_from_slice(&record.value[begin..]);
        batch.events += 1;
        if batch.events < MOST_EVENTS {
            return Ok(());
        }
        batch.record.record_ms = record.record_ms;
        self.open.remove(key).map_or(Ok(()), |full| give(&full.record))
    }

    /// Gives what is still held back.
    ///
    /// # Errors
    /// Those of `give`.
    pub fn finish(mut self, give: Give<'_>) -> anyhow::Result<()> {
        self.go_out(Ms::MAX, give)
    }

    fn go_out(&mut self, now_ms: Ms, give: Give<'_>) -> anyhow::Result<()> {
        while let Some(due) = self.due.first_entry().filter(|due| due.key().0 <= now_ms) {
            let ((due_ms, number), key) = due.remove_entry();
            // It may have been full before.
            if self.open.get(&key).is_some_and(|batch| batch.number == number)
                && let Some(mut batch) = self.open.remove(&key)
            {
                batch.record.record_ms = due_ms;
                give(&batch.record)?;
            }
        }
        Ok(())
    }
}

/// Where the first event begins, and how much follows the last one. `None`: it can't be taken together with others.
fn parts(record: &Record) -> Option<(usize, usize)> {
    let (begin, end): (_, &[u8]) = match record.topic {
        Topic::Clickstream => (memchr::memmem::find(&record.value, GA4_EVENTS)? + GA4_EVENTS.len(), b"]}"),
        Topic::Email => (1, b"]"),
        Topic::Cart => return None,
    };
    (record.value.starts_with(b"[") || record.topic != Topic::Email).then_some(())?;
    record.value[begin..].ends_with(end).then_some((begin, end.len()))
}

const GA4_EVENTS: &[u8] = b"\"events\":[";

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(at_ms: Ms, text: &str) -> Record {
        Record { topic: Topic::Email, record_ms: at_ms, value: text.as_bytes().to_vec(), ..Record::default() }
    }

    fn site(at_ms: Ms, client: &str, n: usize) -> Record {
        let value = format!(r#"{{"client_id":"{client}","events":[{n}]}}"#).into_bytes();
        Record { topic: Topic::Clickstream, record_ms: at_ms, value, ..Record::default() }
    }

    fn given(records: &[Record]) -> Vec<(Ms, String)> {
        let mut out = Vec::new();
        let mut give = |record: &Record| {
            out.push((record.record_ms, String::from_utf8(record.value.clone()).unwrap()));
            Ok(())
        };
        let mut batches = Batches::new(Sources { shopify: true, sendgrid: true, ga4: true, has_number_ids: true });
        for record in records {
            batches.push(record, &mut give).unwrap();
        }
        batches.finish(&mut give).unwrap();
        out
    }

    #[test]
    fn mails_of_half_a_minute_go_out_together() {
        let all = given(&[mail(1_000, "[1]"), mail(2_000, "[2]"), mail(31_000, "[3]")]);
        assert_eq!(all, [(31_000, "[1,2]".to_owned()), (61_000, "[3]".to_owned())]);
    }

    #[test]
    fn events_of_a_client_go_out_together_at_most_twenty_five() {
        let mut records: Vec<Record> = (0..26).map(|n| site(n as Ms, "a", n)).collect();
        records.push(site(26, "b", 0));
        let all = given(&records);
        let first: Vec<String> = (0..25).map(|n| n.to_string()).collect();
        let want = [
            (24, format!(r#"{{"client_id":"a","events":[{}]}}"#, first.join(","))),
            (5_025, r#"{"client_id":"a","events":[25]}"#.to_owned()),
            (5_026, r#"{"client_id":"b","events":[0]}"#.to_owned()),
        ];
        assert_eq!(all, want);
    }

    #[test]
    fn what_is_broken_goes_alone_and_what_follows_keeps_the_time() {
        let webhook = Record { topic: Topic::Cart, record_ms: 5, also: vec![mail(0, "[9]")], ..Record::default() };
        let all = given(&[mail(1, "[1"), mail(2, ""), webhook]);
        assert_eq!(all, [(1, "[1".to_owned()), (2, String::new()), (5, String::new()), (5, "[9]".to_owned())]);
    }
}

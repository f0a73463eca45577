//! Puts what lines hold into the log of its partition, as Kafka's partitioner would deal it, with its place in time.

use super::options::Options;
use super::outcomes::Outcomes;
use super::partition_log::{PartitionLog, block_bytes};
use super::people::People;
use super::record::{Order, Source, Stored, What};
use super::rows::{self, Table};
use super::spill::Spill;
use crate::app::dump;
use crate::domain::Ms;
use crate::domain::identity::id::Id;
use crate::domain::ids::murmur2_partition;
use crate::wire::decode::Decoder;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What one topic came to.
pub(super) struct Partitioned {
    pub logs: Vec<PartitionLog>,
    /// What its mapping made of its records.
    pub outcomes: Outcomes,
}

pub(super) struct Partitioner<'a> {
    logs: Vec<PartitionLog>,
    partitions: u32,
    pub topic: u16,
    pub topic_name: &'a str,
    pub decoder: &'a Decoder,
    /// Place in time of the record before in its file: of one that says none.
    before_ms: Ms,
    /// The same of each partition of a dump: its offsets are the order in which its records arrived.
    dumped_ms: BTreeMap<i32, Ms>,
    pub outcomes: Outcomes,
    block_bytes: usize,
    spill: &'a Spill,
    /// `None`: each id is a prospect's own.
    people: Option<&'a People<'a>>,
}

impl<'a> Partitioner<'a> {
    pub(super) fn new(
        topic: u16,
        options: &'a Options,
        decoder: &'a Decoder,
        spill: &'a Spill,
        people: Option<&'a People<'a>>,
    ) -> Self {
        let partitions = options.partitions;
        Self {
            logs: (0..partitions).map(|_| PartitionLog::default()).collect(),
            partitions,
            topic,
            topic_name: options.decode.topics.get(usize::from(topic)).map_or("", |topic| topic.name.as_str()),
            decoder,
            before_ms: Ms::MIN,
            dumped_ms: BTreeMap::new(),
            outcomes: Outcomes::default(),
            block_bytes: block_bytes(partitions),
            spill,
            people,
        }
    }

    /// What a line without a time stays behind is of its own file.
    pub(super) fn next_file(&mut self) {
        self.before_ms = Ms::MIN;
        self.dumped_ms.clear();
    }

    pub(super) fn into_partitioned(self) -> Partitioned {
        Partitioned { logs: self.logs, outcomes: self.outcomes }
    }

    /// Takes a line that is an event, a row, or a record of a dump.
    pub(super) fn take(&mut self, line: &[u8], table: Table, source: Source) -> anyhow::Result<()> {
        let head = self.decoder.head(line, self.topic).unwrap_or_default();
        if !head.has_properties {
            if let Some((dumped, (partition, offset))) = dump::read_placed(line) {
                let key = dumped.key.as_deref();
                let order = self.dumped_order(partition, dumped.timestamp_ms);
                let what = What::Dumped {
                    partition,
                    offset,
                    timestamp_ms: dumped.timestamp_ms,
                    key: key.map(str::as_bytes),
                    value: dumped.value.as_deref().map(str::as_bytes),
                };
                return self.put(key, &Stored { order, source, what, refused: None });
            }
            if let Some(event) = rows::event_of_line(line, table) {
                let head = self.decoder.head(&event, self.topic).unwrap_or_default();
                let order = self.order(head.record_ms.or(head.event_ms));
                return self.put(head.prospect.as_deref(), &Stored { order, source, what: What::Line(&event), refused: None });
            }
        }
        let order = self.order(head.record_ms.or(head.event_ms));
        let prospect: Option<Cow<'_, str>> = head.prospect;
        self.put(prospect.as_deref(), &Stored { order, source, what: What::Line(line), refused: None })
    }

    /// A line without a time stays behind the one before.
    pub(super) fn order(&mut self, ms: Option<Ms>) -> Order {
        self.before_ms = ms.unwrap_or(self.before_ms);
        Order { ms: self.before_ms, partition: -1 }
    }

    /// Records of a dump's partition stay in the order of their offsets.
    pub(super) fn dumped_order(&mut self, partition: i32, timestamp_ms: Option<Ms>) -> Order {
        let before_ms = self.dumped_ms.entry(partition).or_insert(Ms::MIN);
        *before_ms = timestamp_ms.unwrap_or(*before_ms).max(*before_ms);
        Order { ms: *before_ms, partition }
    }

    pub(super) fn put(&mut self, key: Option<&str>, record: &Stored<'_>) -> anyhow::Result<()> {
        if let Some(people) = self.people {
            if record.refused.is_some() {
                return self.put_first(record);
            }
            return self.put_person(people, &Self::ids_of(people, record), key, record);
        }
        let partition = key.filter(|key| !key.is_empty()).map_or(0, |key| murmur2_partition(key.as_bytes(), self.partitions));
        self.logs[partition as usize].put_block(record, self.spill, self.block_bytes)
    }

    /// With the first partition's.
    pub(super) fn put_first(&mut self, record: &Stored<'_>) -> anyhow::Result<()> {
        self.logs[0].put_block(record, self.spill, self.block_bytes)
    }

    pub(super) fn people(&self) -> Option<&'a People<'a>> {
        self.people
    }
}

impl Partitioner<'_> {
    /// Takes a record of a person with these ids.
    pub(super) fn put_person(
        &mut self,
        people: &People<'_>,
        ids: &[Id],
        key: Option<&str>,
        record: &Stored<'_>,
    ) -> anyhow::Result<()> {
        let Some(key) = people.key(ids, key) else { return self.put_first(record) };
        let key = Some(key.as_bytes());
        let what = match record.what {
            What::Line(line) => {
                let offset = i64::try_from(record.source.line).unwrap_or(i64::MAX);
                let timestamp_ms = self.decoder.head(line, self.topic).unwrap_or_default().record_ms;
                What::Dumped { partition: -1, offset, timestamp_ms, key, value: Some(line) }
            }
            What::Dumped { partition, offset, timestamp_ms, value, key: _ } => {
                What::Dumped { partition, offset, timestamp_ms, key, value }
            }
        };
        self.put_first(&Stored { what, ..*record })
    }

    /// The ids of a record in the form of the Segment spec.
    pub(super) fn ids_of(people: &People<'_>, record: &Stored<'_>) -> Vec<Id> {
        people.ids.reader.of_spec(record.what.bytes()).ids.into_vec()
    }
}

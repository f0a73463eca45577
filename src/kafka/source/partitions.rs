//! The assigned partitions: started, restarted, released, and repaired after an error.

use super::{KafkaSource, REQUEST_TIMEOUT, ends_unknown};
use crate::kafka::client::{Asked, Code, GroupConsumer};
use crate::kafka::errors;
use crate::kafka::repair::Step;
use crate::planted;
use crate::runtime::ports::{Failure, InputPartition};

impl<C: GroupConsumer> KafkaSource<C> {
    /// Brings partitions that stay over an incremental rebalance back to where they were taken.
    ///
    /// librdkafka pauses everything for a rebalance and resumes from its own idea of the position, which is one too many after
    /// an end of partition (before 2.13.2): a record would be skipped. What it fetched meanwhile is outdated by the seek.
    pub(super) fn seek_back(&mut self, but: &[InputPartition]) -> Result<(), Failure> {
        // What is broken is started again by itself.
        let kept = self.intakes.iter().filter(|(p, intake)| !but.contains(p) && intake.is_open());
        let positions: Vec<(InputPartition, i64)> = kept.map(|(p, intake)| (*p, intake.position())).collect();
        if positions.is_empty() || planted!(SeekBackForgotten) {
            return Ok(());
        }
        let done = self.consumer.seek(&positions, REQUEST_TIMEOUT);
        positions.iter().for_each(|(p, _)| self.outdate(*p));
        done.map_err(|e| Failure::Rebuild(format!("positions can't be kept over a rebalance: {e}")))
    }

    /// What was fetched of a partition and not handed out comes again.
    fn outdate(&mut self, partition: InputPartition) {
        if !planted!(StraysOutliveSeek) {
            self.strays.remove(&partition);
        }
        self.anew.insert(partition);
    }

    /// A partition's queue brought an error, after what was taken of it.
    pub(super) fn broke(&mut self, from: InputPartition, code: Code, text: &str) {
        let what = format!("{}, partition {}: {text}", self.topic(from), from.partition);
        tracing::warn!("{what}");
        if planted!(ErrorForgotten) {
            return;
        }
        // The library may fetch the same again and again, or go on behind what it could not read.
        match self.consumer.pause(&[from]) {
            Ok(()) => drop(self.paused.insert(from)),
            Err(error) => tracing::debug!("{what}: it can't be paused: {error}"),
        }
        if let Some(intake) = self.intakes.get_mut(&from) {
            intake.failed(code, what, self.consumer.now());
        }
    }

    /// Goes on with what is to be done about broken partitions. Never waits for the broker.
    pub(super) fn repair(&mut self) -> Result<(), Failure> {
        let now = self.consumer.now();
        let broken: Vec<InputPartition> =
            self.intakes.iter().filter(|(_, intake)| intake.trouble().is_some()).map(|(p, _)| *p).collect();
        for at in broken {
            let Some(intake) = self.intakes.get_mut(&at) else { continue };
            let answer = self.ends.get(&at).and_then(Asked::answer);
            let step = match answer {
                Some(answer) => {
                    self.ends.remove(&at);
                    let topic = &self.topics[usize::from(at.input)];
                    let answer = answer.map_err(|e| errors::of_client(&ends_unknown(topic), &e));
                    intake.bounds(answer, self.on_gap, now)?
                }
                None => intake.step(now)?,
            };
            match step {
                Step::Rest => {}
                Step::AskBounds => {
                    let asked = self.consumer.ask_bounds(at, REQUEST_TIMEOUT);
                    self.ends.insert(at, asked);
                }
                Step::Start { offset, lost } => {
                    if lost > 0 {
                        self.lost.push((at, lost));
                    }
                    self.assign(&[(at, offset)], true)?;
                }
            }
        }
        Ok(())
    }

    /// Assigns partitions from these offsets; `again`: they are assigned already.
    pub(super) fn assign(&mut self, from: &[(InputPartition, i64)], again: bool) -> Result<(), Failure> {
        let partitions: Vec<InputPartition> = from.iter().map(|(p, _)| *p).collect();
        let cooperative = self.consumer.is_cooperative();
        // What is new in an incremental assignment is the answer to the group.
        self.is_ahead |= again || !cooperative;
        if cooperative && again {
            for p in &partitions {
                self.queues.remove(p);
            }
            let result = self.consumer.incremental_unassign(&partitions);
            result.map_err(|e| errors::of_client("partitions can't be let go", &e))?;
        }
        // The eager protocol knows one assignment: all of it is given again.
        let all: Vec<(InputPartition, i64)> =
            if cooperative { from.to_vec() } else { self.intakes.iter().map(|(p, i)| (*p, i.position())).collect() };
        if let Err(failure) = self.give_to_library(&partitions, &all, cooperative) {
            if cooperative {
                // The library has none of them: when they are assigned the next time, they are new.
                self.forget(&partitions);
            }
            return Err(match failure {
                Failure::Retry(text) if cooperative && again => Failure::Rebuild(text),
                failure => failure,
            });
        }
        if cooperative { self.seek_back(&partitions) } else { Ok(()) }
    }

    fn give_to_library(
        &mut self,
        partitions: &[InputPartition],
        all: &[(InputPartition, i64)],
        cooperative: bool,
    ) -> Result<(), Failure> {
        self.split(&all.iter().map(|(p, _)| *p).collect::<Vec<_>>())?;
        let resumed: Vec<InputPartition> = partitions.iter().filter(|p| self.paused.remove(p)).copied().collect();
        if !resumed.is_empty() {
            self.consumer.resume(&resumed).map_err(|e| errors::of_client("partitions can't be resumed", &e))?;
        }
        let assigned = if cooperative { self.consumer.incremental_assign(all) } else { self.consumer.assign(all) };
        assigned.map_err(|e| errors::of_client("partitions can't be assigned", &e))
    }

    /// Lets go of what is known of partitions; what was paused must not stay so, should it come back.
    pub(super) fn forget(&mut self, partitions: &[InputPartition]) {
        let resumed: Vec<InputPartition> = partitions.iter().filter(|p| self.paused.remove(p)).copied().collect();
        if !resumed.is_empty()
            && let Err(error) = self.consumer.resume(&resumed)
        {
            tracing::debug!("partitions can't be resumed: {error}");
        }
        for p in partitions {
            self.queues.remove(p);
            self.strays.remove(p);
            self.anew.remove(p);
            self.intakes.remove(p);
            self.ends.remove(p);
        }
    }

    /// Splits the queues of partitions off, before they are assigned.
    pub(super) fn split(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        for p in partitions {
            self.queues.remove(p);
            self.outdate(*p);
            let queue = self
                .consumer
                .split(*p)
                .ok_or_else(|| Failure::Stop(format!("{} has no partition {}", self.topic(*p), p.partition)))?;
            self.queues.insert(*p, queue);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Ms;
    use crate::kafka::client::{ClientError, CommittedOffsets, PartitionQueue, Polled, Rebalance, Taken};
    use crate::kafka::membership::Membership;
    use crate::kafka::records::{OwnedRecord, OwnedRecords};
    use crate::runtime::options::OnGap;
    use crate::runtime::options::Options as WorkerOptions;
    use crate::runtime::ports::{Bounds, EventSource, FetchRoom, Fetched, GroupEvent};
    use std::cell::{Cell, RefCell};
    use std::collections::{BTreeSet, VecDeque};
    use std::rc::Rc;
    use std::time::Duration;

    const AT: InputPartition = InputPartition { partition: 3, input: 0 };
    const OTHER: InputPartition = InputPartition { partition: 4, input: 0 };

    /// A member of a group that says what was written down for it, and remembers what it was told.
    #[derive(Default)]
    struct Member {
        events: RefCell<VecDeque<Rebalance>>,
        /// Put into the library's queue just before the next call that lets go of partitions.
        overtaken: RefCell<Option<Rebalance>>,
        told: RefCell<Vec<&'static str>>,
        /// The calls that are no answer to the group.
        called: RefCell<Vec<String>>,
        is_lost: Cell<bool>,
        is_eager: Cell<bool>,
        now: Cell<Duration>,
        assigned: RefCell<BTreeSet<InputPartition>>,
        /// The next assignment is not taken.
        refuses: Cell<bool>,
        polled: RefCell<VecDeque<Polled>>,
        taken: Rc<RefCell<VecDeque<Taken<OwnedRecords>>>>,
        committed: RefCell<Option<Result<CommittedOffsets, ClientError>>>,
        ends: RefCell<Option<Result<Bounds, ClientError>>>,
        offset_at: Cell<Option<i64>>,
    }

    impl Member {
        fn told(&self, what: &'static str) -> Result<(), ClientError> {
            self.told.borrow_mut().push(what);
            Ok(())
        }

        fn has(&self, partitions: impl IntoIterator<Item = InputPartition>) -> Result<(), ClientError> {
            let has_all = partitions.into_iter().all(|p| self.assigned.borrow().contains(&p));
            if has_all { Ok(()) } else { Err(ClientError::new(Code::InvalidArgument, "it is not assigned")) }
        }

        fn called(&self, what: String) -> Result<(), ClientError> {
            self.called.borrow_mut().push(what);
            Ok(())
        }
    }

    /// `None`: nobody answers.
    struct Answer<T>(RefCell<Option<Result<T, ClientError>>>);

    impl<T> Asked<T> for Answer<T> {
        fn answer(&self) -> Option<Result<T, ClientError>> {
            self.0.take()
        }
    }

    struct Queue(Rc<RefCell<VecDeque<Taken<OwnedRecords>>>>);

    impl PartitionQueue for Queue {
        type Batch = OwnedRecords;

        fn take(&self, _: usize) -> Taken<OwnedRecords> {
            self.0.borrow_mut().pop_front().unwrap_or_else(|| taken(&[], None, None))
        }
    }

    fn record(offset: i64) -> OwnedRecord {
        OwnedRecord { partition: 3, offset, timestamp_ms: None, key: None, value: None, headers: Vec::new() }
    }

    fn taken(offsets: &[i64], end: Option<i64>, error: Option<Code>) -> Taken<OwnedRecords> {
        let records = offsets.iter().copied().map(record).collect();
        Taken { records: OwnedRecords { input: 0, records }, end, error: error.map(|code| (code, "why".to_owned())) }
    }

    impl GroupConsumer for Rc<Member> {
        type Batch = OwnedRecords;
        type Queue = Queue;
        type Asked<T: Send + 'static> = Answer<T>;

        fn now(&self) -> Duration {
            self.now.get()
        }

        fn poll(&self) -> Option<Polled> {
            self.polled.borrow_mut().pop_front()
        }

        fn next_rebalance(&self) -> Option<Rebalance> {
            self.events.borrow_mut().pop_front()
        }

        fn is_cooperative(&self) -> bool {
            !self.is_eager.get()
        }

        fn is_assignment_lost(&self) -> bool {
            self.is_lost.get()
        }

        fn membership(&self) -> Option<Membership> {
            None
        }

        fn ask_committed(&self, _: &[InputPartition], _: Duration) -> Answer<CommittedOffsets> {
            Answer(RefCell::new(self.committed.take()))
        }

        fn ask_bounds(&self, _: InputPartition, _: Duration) -> Answer<Bounds> {
            Answer(RefCell::new(self.ends.take()))
        }

        fn bounds(&self, _: InputPartition, _: Duration) -> Result<Bounds, ClientError> {
            self.called("bounds".to_owned())?;
            Ok(Bounds { low: 0, high: 9 })
        }

        fn offset_at(&self, _: InputPartition, _: Ms, _: Duration) -> Result<Option<i64>, ClientError> {
            Ok(self.offset_at.get())
        }

        fn split(&self, at: InputPartition) -> Option<Queue> {
            (at.partition < 8).then(|| Queue(Rc::clone(&self.taken)))
        }

        fn assign(&self, _: &[(InputPartition, i64)]) -> Result<(), ClientError> {
            self.told("assign")
        }

        fn incremental_assign(&self, from: &[(InputPartition, i64)]) -> Result<(), ClientError> {
            if self.refuses.take() {
                return Err(ClientError::new(Code::State, "not now"));
            }
            self.assigned.borrow_mut().extend(from.iter().map(|(p, _)| *p));
            self.told("incremental assign")
        }

        fn unassign(&self) -> Result<(), ClientError> {
            self.told("unassign")
        }

        fn incremental_unassign(&self, partitions: &[InputPartition]) -> Result<(), ClientError> {
            self.has(partitions.iter().copied())?;
            self.assigned.borrow_mut().retain(|p| !partitions.contains(p));
            self.events.borrow_mut().extend(self.overtaken.take());
            self.is_lost.set(false);
            self.told("incremental unassign")
        }

        fn pause(&self, _: &[InputPartition]) -> Result<(), ClientError> {
            self.called("pause".to_owned())
        }

        fn resume(&self, _: &[InputPartition]) -> Result<(), ClientError> {
            self.called("resume".to_owned())
        }

        fn seek(&self, to: &[(InputPartition, i64)], _: Duration) -> Result<(), ClientError> {
            self.has(to.iter().map(|(p, _)| *p))?;
            let to: Vec<_> = to.iter().map(|(at, offset)| (at.partition, *offset)).collect();
            self.called(format!("seek {to:?}"))
        }

        fn known_end(&self, _: InputPartition) -> Option<i64> {
            Some(12)
        }

        fn wait(&self, at_most: Duration) {
            self.now.set(self.now.get() + at_most);
        }

        fn close(&self) {
            self.told.borrow_mut().push("close");
        }
    }

    fn joined() -> (Rc<Member>, KafkaSource<Rc<Member>>) {
        let member = Rc::new(Member::default());
        let worker = WorkerOptions { on_gap: OnGap::Skip, ..WorkerOptions::new(vec!["cart".to_owned()], 4) };
        let source = KafkaSource::new(Rc::clone(&member), "g", &worker);
        (member, source)
    }

    /// A partition that could not be read, whose pause is over.
    fn broken() -> (Rc<Member>, KafkaSource<Rc<Member>>) {
        let member = Rc::new(Member::default());
        let worker = WorkerOptions::new(vec!["cart".to_owned()], 4);
        let mut source = KafkaSource::new(Rc::clone(&member), "g", &worker);
        source.start(&[(AT, 7)]).unwrap();
        source.broke(AT, Code::BadMessage, "CRC");
        member.now.set(Duration::from_secs(1));
        member.told.take();
        (member, source)
    }

    fn revoked(lost: bool) -> Option<GroupEvent> {
        Some(GroupEvent::Revoked { partitions: vec![AT], lost })
    }

    const AGAIN: [&str; 2] = ["incremental unassign", "incremental assign"];

    #[test]
    fn nothing_is_repaired_while_the_group_waits_for_an_answer() {
        for lost in [false, true] {
            let (member, mut source) = broken();
            member.is_lost.set(lost);
            member.events.borrow_mut().push_back(Rebalance::Revoke(vec![AT]));
            assert_eq!(source.group_event().unwrap(), revoked(lost));
            assert_eq!(member.told.take(), [""; 0], "the library would take it for the answer to the group");
            source.stop(&[AT]).unwrap();
            assert_eq!(source.group_event().unwrap(), None);
            assert_eq!(member.told.take(), ["incremental unassign"], "and what is gone is not repaired");
        }
    }

    #[test]
    fn partitions_that_were_let_go_of_by_a_repair_unseen_are_lost() {
        let (member, mut source) = broken();
        *member.overtaken.borrow_mut() = Some(Rebalance::Revoke(vec![AT]));
        assert_eq!(source.group_event().unwrap(), revoked(true));
        assert_eq!(member.told.take(), AGAIN);
    }

    #[test]
    fn partitions_that_were_let_go_of_by_a_restart_unseen_are_lost() {
        let (member, mut source) = broken();
        *member.overtaken.borrow_mut() = Some(Rebalance::Revoke(vec![AT]));
        source.start(&[(AT, 5)]).unwrap();
        assert_eq!(member.told.take(), AGAIN);
        assert_eq!(source.group_event().unwrap(), revoked(true));
    }

    #[test]
    fn after_a_repair_the_group_takes_as_ever() {
        let (member, mut source) = broken();
        assert_eq!(source.group_event().unwrap(), None);
        assert_eq!(member.told.take(), AGAIN);
        assert_eq!(source.group_event().unwrap(), None);
        member.events.borrow_mut().push_back(Rebalance::Revoke(vec![AT]));
        assert_eq!(source.group_event().unwrap(), revoked(false));
    }

    #[test]
    fn what_is_new_is_assigned_before_anything_is_started_again_beside_it() {
        let member = Rc::new(Member::default());
        let worker = WorkerOptions::new(vec!["cart".to_owned()], 4);
        let mut source = KafkaSource::new(Rc::clone(&member), "g", &worker);
        source.start(&[(AT, 7)]).unwrap();
        assert_eq!(member.told.take(), ["incremental assign"]);
        source.start(&[(AT, 5), (OTHER, 0)]).unwrap();
        assert_eq!(member.told.take(), ["incremental assign", "incremental unassign", "incremental assign"]);
        assert_eq!(*member.assigned.borrow(), BTreeSet::from([AT, OTHER]));
    }

    #[test]
    fn an_assignment_of_nothing_is_answered_too() {
        let (member, mut source) = broken();
        source.start(&[]).unwrap();
        assert_eq!(member.told.take(), ["incremental assign"], "the group waits for it");
    }

    #[test]
    fn what_the_library_did_not_take_is_new_the_next_time() {
        let (member, mut source) = broken();
        member.refuses.set(true);
        assert!(matches!(source.start(&[(OTHER, 0)]), Err(Failure::Retry(_))));
        source.start(&[(OTHER, 0)]).unwrap();
        assert_eq!(member.told.take(), ["incremental assign"]);
        // What was at work is not any more: all is begun anew.
        member.refuses.set(true);
        assert!(matches!(source.start(&[(AT, 5)]), Err(Failure::Rebuild(_))));
        source.start(&[(AT, 5)]).unwrap();
        assert_eq!(member.told.take(), ["incremental unassign", "incremental assign"]);
        assert_eq!(*member.assigned.borrow(), BTreeSet::from([AT, OTHER]));
    }

    /// How many records a fetch gives, and whether the end comes after them.
    fn fetched(source: &mut KafkaSource<Rc<Member>>) -> Option<(usize, Option<i64>)> {
        let fetched = source.fetch(AT, FetchRoom { records: 9, bytes: 1 << 20 }).unwrap();
        fetched.map(|Fetched { records, end, .. }| (records.len(), end))
    }

    #[test]
    fn what_is_fetched_moves_the_position_and_what_is_broken_gives_nothing_until_it_is_started_again() {
        let (member, mut source) = joined();
        assert_eq!(fetched(&mut source), None, "not started");
        source.start(&[(AT, 7)]).unwrap();
        assert_eq!(member.told.take(), ["incremental assign"]);
        source.strays.insert(AT, vec![record(7), record(8)]);
        member.taken.borrow_mut().extend([
            taken(&[9, 10], None, None),
            taken(&[], Some(12), None),
            taken(&[], None, None),
            taken(&[12], None, Some(Code::BadMessage)),
            taken(&[13], None, None),
        ]);
        for (fetch, position) in
            [(Some((2, None)), 9), (Some((2, None)), 11), (Some((0, Some(12))), 11), (None, 11), (Some((1, None)), 13)]
        {
            assert_eq!((fetched(&mut source), source.intakes[&AT].position()), (fetch, position));
        }
        assert_eq!(fetched(&mut source), None, "it is broken");
        let broken = source.broken();
        assert_eq!((broken.len(), broken[0].at, broken[0].text.as_str()), (1, AT, "cart, partition 3: why"));
        assert_eq!(member.called.take(), ["pause"], "no end of the log was asked for");
        member.now.set(Duration::from_secs(1));
        source.group_event().unwrap();
        assert_eq!((member.told.take(), member.called.take()), (AGAIN.to_vec(), vec!["resume".to_owned()]));
        assert_eq!(fetched(&mut source), Some((1, None)));
        assert!(source.broken().is_empty() && source.lost().is_empty());
        let none = source.start(&[(InputPartition { partition: 8, input: 0 }, 0)]);
        assert!(matches!(none, Err(Failure::Stop(text)) if text == "cart has no partition 8"));
    }

    #[test]
    fn records_before_the_split_are_taken_first_and_errors_of_no_partition_are_judged() {
        let (member, mut source) = joined();
        let stray = || Polled::Stray(AT, record(7));
        let error = |code| Polled::Error(ClientError::new(code, "why"));
        for code in [Code::PartitionEOF, Code::UnknownTopicOrPartition, Code::AllBrokersDown] {
            member.polled.borrow_mut().extend([error(code), stray()]);
            assert_eq!(source.group_event().unwrap(), None, "{code:?}");
            assert_eq!(source.strays.remove(&AT).map(|strays| strays.len()), Some(1), "{code:?}");
        }
        member.polled.borrow_mut().push_back(error(Code::TopicAuthorizationFailed));
        assert!(matches!(source.group_event(), Err(Failure::Stop(_))));
        let fatal = ClientError { is_fatal: true, ..ClientError::new(Code::FencedInstanceId, "why") };
        member.polled.borrow_mut().push_back(Polled::Error(fatal));
        assert!(matches!(source.group_event(), Err(Failure::Stop(_))));
    }

    #[test]
    fn partitions_that_stay_are_sought_back_to_where_they_were_taken() {
        let (member, mut source) = joined();
        source.start(&[(AT, 7)]).unwrap();
        assert_eq!(member.called.take(), [""; 0], "nothing else is assigned");
        source.start(&[(OTHER, 4)]).unwrap();
        assert_eq!(member.called.take(), ["seek [(3, 7)]"]);
        // What came before and was not taken comes again, and whoever takes it knows.
        let is_anew =
            |source: &mut KafkaSource<_>| source.fetch(AT, FetchRoom { records: 9, bytes: 1 << 20 }).unwrap().map(|f| f.is_anew);
        assert_eq!((is_anew(&mut source), is_anew(&mut source)), (Some(true), None));
        source.strays.insert(AT, vec![record(7), record(8)]);
        source.stop(&[]).unwrap();
        assert_eq!(member.called.take(), ["seek [(3, 7), (4, 4)]"]);
        member.taken.borrow_mut().push_back(taken(&[7, 8, 9], None, None));
        let anew = source.fetch(AT, FetchRoom { records: 9, bytes: 1 << 20 }).unwrap().unwrap();
        assert_eq!((anew.records.len(), anew.is_anew, source.intakes[&AT].position()), (3, true, 10));
        source.broke(AT, Code::BadMessage, "CRC");
        source.stop(&[]).unwrap();
        assert_eq!(member.called.take(), ["pause", "seek [(4, 4)]"], "what is broken is started again by itself");
        source.stop(&[AT]).unwrap();
        assert_eq!(member.called.take(), ["resume", "seek [(4, 4)]"], "it must not stay paused, should it come back");
        source.stop(&[OTHER]).unwrap();
        assert_eq!(member.called.take(), [""; 0]);
    }

    #[test]
    fn the_eager_protocol_knows_one_assignment() {
        let (member, mut source) = joined();
        member.is_eager.set(true);
        source.start(&[(AT, 7)]).unwrap();
        source.start(&[(OTHER, 4)]).unwrap();
        source.stop(&[OTHER]).unwrap();
        assert_eq!((member.told.take(), member.called.take().len()), (vec!["assign", "assign", "unassign"], 0));
        assert!(source.intakes.is_empty(), "all of it is gone");
    }

    #[test]
    fn records_that_were_replaced_after_they_were_read_are_counted() {
        for (text, lost) in [("broker end offset is 5", vec![(AT, 2)]), ("broker end offset is 7", vec![])] {
            let (member, mut source) = joined();
            source.start(&[(AT, 7)]).unwrap();
            source.broke(AT, Code::LogTruncation, text);
            member.now.set(Duration::from_secs(1));
            *member.ends.borrow_mut() = Some(Ok(Bounds { low: 0, high: 9 }));
            source.group_event().unwrap();
            source.group_event().unwrap();
            assert_eq!(source.lost(), lost, "{text}");
        }
    }

    #[test]
    fn committed_offsets_come_in_the_order_of_the_question_or_not_at_all() {
        let (member, mut source) = joined();
        assert!(matches!(source.committed(), Err(Failure::Retry(_))), "nobody asked");
        let mut asked = |answer| {
            *member.committed.borrow_mut() = answer;
            source.ask_committed(&[AT, OTHER]);
            source.committed()
        };
        assert_eq!(asked(None).unwrap(), None);
        assert_eq!(asked(Some(Ok(vec![(OTHER, Ok(None)), (AT, Ok(Some(5.into())))]))).unwrap(), Some(vec![Some(5.into()), None]));
        assert!(matches!(asked(Some(Ok(vec![(AT, Ok(Some(5.into())))]))), Err(Failure::Retry(_))), "one is missing");
        let denied = || ClientError::new(Code::GroupAuthorizationFailed, "why");
        assert!(matches!(asked(Some(Err(denied()))), Err(Failure::Stop(_))));
        assert!(matches!(asked(Some(Ok(vec![(AT, Err(denied())), (OTHER, Ok(None))]))), Err(Failure::Stop(_))));
        assert!(source.waiting_for_offsets().contains("group g "), "and says whom it waits for");
    }

    #[test]
    fn a_time_that_nothing_is_as_young_as_begins_at_the_end() {
        let (member, mut source) = joined();
        assert_eq!(source.offset_at(AT, 1).unwrap(), 9);
        member.offset_at.set(Some(3));
        assert_eq!(source.offset_at(AT, 1).unwrap(), 3);
        assert_eq!(source.known_end(AT), None, "not started");
        assert_eq!(ends_unknown("cart"), "the ends of cart can't be read");
        source.start(&[(AT, 3)]).unwrap();
        assert_eq!(source.known_end(AT), Some(12));
        source.wait(Duration::from_secs(3));
        assert_eq!(member.now.get(), Duration::from_secs(3));
        member.told.take();
        source.leave();
        assert_eq!(member.told.take(), ["close"]);
        drop(source);
        assert_eq!(member.told.take(), ["close"]);
    }
}

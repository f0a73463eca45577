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
    pub(super) fn seek_back(&self, but: &[InputPartition]) -> Result<(), Failure> {
        // What is broken is started again by itself.
        let kept = self.intakes.iter().filter(|(p, intake)| !but.contains(p) && intake.is_open());
        let positions: Vec<(InputPartition, i64)> = kept.map(|(p, intake)| (*p, intake.position())).collect();
        if positions.is_empty() || planted!(SeekBackForgotten) {
            return Ok(());
        }
        let done = self.consumer.seek(&positions, REQUEST_TIMEOUT);
        done.map_err(|e| Failure::Rebuild(format!("positions can't be kept over a rebalance: {e}")))
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
            self.intakes.remove(p);
            self.ends.remove(p);
        }
    }

    /// Splits the queues of partitions off, before they are assigned.
    pub(super) fn split(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        for p in partitions {
            self.queues.remove(p);
            self.strays.remove(p);
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
    use crate::kafka::client::{ClientError, PartitionQueue, Polled, Rebalance, Taken};
    use crate::kafka::records::OwnedRecords;
    use crate::runtime::options::Options as WorkerOptions;
    use crate::runtime::ports::{Bounds, EventSource, GroupEvent};
    use std::cell::{Cell, RefCell};
    use std::collections::{BTreeSet, VecDeque};
    use std::rc::Rc;
    use std::time::Duration;

    const AT: InputPartition = InputPartition { partition: 3, input: 0 };

    /// A member of a group that says what was written down for it, and remembers what it was told.
    #[derive(Default)]
    struct Member {
        events: RefCell<VecDeque<Rebalance>>,
        /// Put into the library's queue just before the next call that lets go of partitions.
        overtaken: RefCell<Option<Rebalance>>,
        told: RefCell<Vec<&'static str>>,
        is_lost: Cell<bool>,
        now: Cell<Duration>,
        assigned: RefCell<BTreeSet<InputPartition>>,
        /// The next assignment is not taken.
        refuses: Cell<bool>,
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
    }

    /// A question that nobody answers.
    struct Unanswered;

    impl<T> Asked<T> for Unanswered {
        fn answer(&self) -> Option<Result<T, ClientError>> {
            None
        }
    }

    struct Empty;

    impl PartitionQueue for Empty {
        type Batch = OwnedRecords;

        fn take(&self, _: usize) -> Taken<OwnedRecords> {
            Taken { records: OwnedRecords { input: 0, records: Vec::new() }, end: None, error: None }
        }
    }

    impl GroupConsumer for Rc<Member> {
        type Batch = OwnedRecords;
        type Queue = Empty;
        type Asked<T: Send + 'static> = Unanswered;

        fn now(&self) -> Duration {
            self.now.get()
        }

        fn poll(&self) -> Option<Polled> {
            None
        }

        fn next_rebalance(&self) -> Option<Rebalance> {
            self.events.borrow_mut().pop_front()
        }

        fn is_cooperative(&self) -> bool {
            true
        }

        fn is_assignment_lost(&self) -> bool {
            self.is_lost.get()
        }

        fn ask_committed(&self, _: &[InputPartition], _: Duration) -> Unanswered {
            Unanswered
        }

        fn ask_bounds(&self, _: InputPartition, _: Duration) -> Unanswered {
            Unanswered
        }

        fn bounds(&self, _: InputPartition, _: Duration) -> Result<Bounds, ClientError> {
            Ok(Bounds { low: 0, high: 9 })
        }

        fn offset_at(&self, _: InputPartition, _: Ms, _: Duration) -> Result<Option<i64>, ClientError> {
            Ok(None)
        }

        fn split(&self, _: InputPartition) -> Option<Empty> {
            Some(Empty)
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
            Ok(())
        }

        fn resume(&self, _: &[InputPartition]) -> Result<(), ClientError> {
            Ok(())
        }

        fn seek(&self, to: &[(InputPartition, i64)], _: Duration) -> Result<(), ClientError> {
            self.has(to.iter().map(|(p, _)| *p))
        }

        fn known_end(&self, _: InputPartition) -> Option<i64> {
            None
        }

        fn wait(&self, _: Duration) {}

        fn close(&self) {}
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

    const OTHER: InputPartition = InputPartition { partition: 4, input: 0 };

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
}

//! One input partition as its reader sees it: where it is taken, what is wrong with it, and what is tried next. Pure: the time and
//! the answers of the broker come in.
//!
//! An error of a partition is a state, not an event: the client library may say it only once and then fetch nothing any more, and it
//! may have passed records over. So what was taken before the error counts, nothing after it does, and reading begins again at
//! the position until it works.

use super::errors;
use crate::planted;
use crate::runtime::options::OnGap;
use crate::runtime::ports::{Bounds, Failure, FetchRoom};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::time::Duration;

/// Pause before a partition is tried again, and the longest one: it doubles with every try.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What a record is taken to weigh before the first has come: few are taken then.
const FIRST_MEAN_BYTES: usize = 64 * 1024;

/// The brokers change places, or don't answer: the library recovers by itself.
pub(super) fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::BrokerTransportFailure
            | Code::AllBrokersDown
            | Code::Resolve
            | Code::OperationTimedOut
            | Code::RequestTimedOut
            | Code::NetworkException
            | Code::LeaderNotAvailable
            | Code::NotLeaderForPartition
            | Code::BrokerNotAvailable
            | Code::ReplicaNotAvailable
            | Code::FencedLeaderEpoch
            | Code::UnknownLeaderEpoch
            | Code::OffsetNotAvailable
            | Code::KafkaStorageError
            | Code::UnknownPartition
            | Code::UnknownTopic
            | Code::UnknownTopicOrPartition
            | Code::UnknownTopicId
            | Code::Unknown
            | Code::NodeUpdate
            | Code::WaitingForCoordinator
            | Code::ThrottlingQuotaExceeded
    )
}

/// The position is not one of the log: the library says so once and fetches nothing any more.
pub(super) fn is_reset(code: Code) -> bool {
    matches!(code, Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation)
}

/// Where the log ended when our records were written, should the library have found it truncated. It says so in its text only;
/// negative: no record of that time is left.
pub(super) fn truncated_to(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once("broker end offset is ")?;
    let number: String = rest.chars().take_while(|c| *c == '-' || c.is_ascii_digit()).collect();
    number.parse().ok()
}

/// What to do next about a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing, or not yet.
    Rest,
    /// Ask where its log begins and ends, and say so by [`Intake::bounds`].
    AskBounds,
    /// Start to fetch from this offset again. `lost`: this many records were replaced by others behind our back.
    Start { offset: i64, lost: u64 },
}

/// What is wrong with a partition.
#[derive(Debug)]
struct Broken {
    code: Code,
    text: String,
    tries: u32,
    stage: Stage,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is fetched until then.
    Pause { until: Duration },
    /// The ends of the log are being asked for.
    Asking,
    /// Fetched again; well as soon as something comes.
    Trying,
}

/// How one input partition is taken.
#[derive(Debug)]
pub(super) struct Intake {
    /// The next offset to be taken.
    position: i64,
    /// Of a record, in the latest fetch.
    mean_bytes: usize,
    broken: Option<Broken>,
}

impl Intake {
    pub fn new(position: i64) -> Self {
        Self { position, mean_bytes: FIRST_MEAN_BYTES, broken: None }
    }

    pub fn position(&self) -> i64 {
        self.position
    }

    /// Whether what comes of the partition may be taken.
    pub fn is_open(&self) -> bool {
        self.broken.as_ref().is_none_or(|broken| broken.stage == Stage::Trying)
    }

    /// How many records to take, as large as those before.
    pub fn fetch_records(&self, room: FetchRoom) -> usize {
        room.records.min(room.bytes / self.mean_bytes).max(1)
    }

    /// This many bytes were taken in this many records.
    pub fn weighed(&mut self, bytes: usize, records: usize) {
        self.mean_bytes = bytes.checked_div(records).map_or(self.mean_bytes, |mean| mean.max(1));
    }

    /// What is wrong, for people.
    pub fn trouble(&self) -> Option<&str> {
        self.broken.as_ref().map(|broken| broken.text.as_str())
    }

    /// Records were taken, up to `next` (`None`: none), and are handed out; `at_end`: the end of the partition came after them.
    pub fn took(&mut self, next: Option<i64>, at_end: bool) {
        self.position = next.unwrap_or(self.position);
        if next.is_some() || at_end {
            self.broken = None;
        }
    }

    /// An error came after what was taken.
    pub fn failed(&mut self, code: Code, text: String, now: Duration) {
        let tries = self.broken.take().map_or(0, |broken| broken.tries + 1);
        let pause = FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE);
        self.broken = Some(Broken { code, text, tries, stage: Stage::Pause { until: now + pause } });
    }

    /// What is to be done now.
    ///
    /// # Errors
    /// Only a person can help.
    pub fn step(&mut self, now: Duration) -> Result<Step, Failure> {
        let Some(broken) = &mut self.broken else { return Ok(Step::Rest) };
        // A missing input must be known to be missing at the start; later it may come back.
        if errors::operator_action(broken.code).is_some() && !is_passing(broken.code) {
            return Err(errors::stop(&broken.text, broken.code));
        }
        match broken.stage {
            Stage::Pause { until } if until <= now && is_reset(broken.code) => {
                broken.stage = Stage::Asking;
                Ok(Step::AskBounds)
            }
            Stage::Pause { until } if until <= now => {
                broken.stage = Stage::Trying;
                let offset = self.position + i64::from(planted!(ErrorPassedOver));
                Ok(Step::Start { offset, lost: 0 })
            }
            Stage::Pause { .. } | Stage::Asking | Stage::Trying => Ok(Step::Rest),
        }
    }

    /// The ends of the log, as asked for.
    ///
    /// # Errors
    /// Records are gone: to be judged by the committed offset and `kafka.on_gap`, or by a person.
    pub fn bounds(&mut self, answer: Result<Bounds, Failure>, on_gap: OnGap, now: Duration) -> Result<Step, Failure> {
        let Some(broken) = self.broken.as_mut().filter(|broken| broken.stage == Stage::Asking) else { return Ok(Step::Rest) };
        let bounds = match answer {
            Ok(bounds) => bounds,
            Err(Failure::Retry(why)) => {
                let (code, text) = (broken.code, broken.text.clone());
                tracing::warn!("{text}; {why}: trying again");
                self.failed(code, text, now);
                return Ok(Step::Rest);
            }
            Err(failure) => return Err(failure),
        };
        let position = self.position;
        if !(bounds.low..=bounds.high).contains(&position) {
            return Err(Failure::Rebuild(broken.text.clone()));
        }
        // After an end of partition librdkafka's own position is one too many (before 2.13.2), and a new leader takes that for a
        // truncated log. What counts is whether something that was taken is gone.
        let kept = truncated_to(&broken.text).map_or(position, |end| end.max(bounds.low).min(position));
        let kept = if planted!(TruncationGrownPastCountsAsGoingOn) { position } else { kept };
        let lost = u64::try_from(position - kept).unwrap_or(0);
        if lost > 0 {
            let what = format!(
                "{}. The log was truncated at {kept} and has grown again: {lost} records before {position} were replaced by others after \
                 they were read (an unclean election)",
                broken.text
            );
            if on_gap == OnGap::Stop && !planted!(TruncationSkipped) {
                return Err(Failure::Stop(format!(
                    "{what}. What was read stays counted, what replaced it was not read. To continue after it, set kafka.on_gap=\"skip\""
                )));
            }
            tracing::error!("{what}: continuing at {position} (kafka.on_gap=\"skip\")");
        } else {
            tracing::info!(position, "{}: going on where records were taken", broken.text);
        }
        broken.stage = Stage::Trying;
        Ok(Step::Start { offset: position, lost })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    const OFF_BY_ONE: &str = "Partition log truncation detected at offset 4 (leader epoch 3): broker end offset is 3 (offset leader \
                              epoch 3). Reset to INVALID.: Local: Partition log truncation detected (broker 1)";

    /// What a consumer gives at one take: offsets, end, error.
    type FetchedOnce = (Vec<i64>, Option<i64>, Option<(Code, &'static str)>);

    /// A consumer that says what was written down for it: after an error nothing comes until it is started again.
    struct Scripted {
        intake: Intake,
        fetches: VecDeque<FetchedOnce>,
        bounds: VecDeque<Result<Bounds, Failure>>,
        on_gap: OnGap,
        started: Vec<i64>,
        lost: u64,
        applied: Vec<i64>,
        /// Times at which something was asked of the broker.
        asked: Vec<Duration>,
        now: Duration,
    }

    impl Scripted {
        fn new(fetches: Vec<FetchedOnce>, bounds: Vec<Result<Bounds, Failure>>, on_gap: OnGap) -> Self {
            Self {
                intake: Intake::new(0),
                fetches: fetches.into(),
                bounds: bounds.into(),
                on_gap,
                started: Vec::new(),
                lost: 0,
                applied: Vec::new(),
                asked: Vec::new(),
                now: Duration::ZERO,
            }
        }

        /// Iterations of the worker's loop, 10 ms each, as the source drives it.
        fn run(&mut self, turns: u32) -> Result<(), Failure> {
            for _ in 0..turns {
                self.now += Duration::from_millis(10);
                let mut step = self.intake.step(self.now)?;
                if step == Step::AskBounds {
                    self.asked.push(self.now);
                    let answer = self.bounds.pop_front().unwrap_or(Ok(Bounds { low: 0, high: 100 }));
                    step = self.intake.bounds(answer, self.on_gap, self.now)?;
                }
                if let Step::Start { offset, lost } = step {
                    self.started.push(offset);
                    self.lost += lost;
                    self.asked.push(self.now);
                }
                if !self.intake.is_open() {
                    continue;
                }
                let Some((offsets, end, error)) = self.fetches.pop_front() else { continue };
                self.intake.took(offsets.last().map(|o| o + 1), end.is_some() && error.is_none());
                self.applied.extend(offsets);
                if let Some((code, text)) = error {
                    self.intake.failed(code, text.to_owned(), self.now);
                }
            }
            Ok(())
        }
    }

    fn retry() -> Result<Bounds, Failure> {
        Err(Failure::Retry("the leader was lost just now".to_owned()))
    }

    #[test]
    fn records_before_an_error_count_once_and_later_ones_arrive_although_the_broker_does_not_answer_at_first() {
        let fetches = vec![(vec![0, 1, 2], None, Some((Code::AutoOffsetReset, OFF_BY_ONE))), (vec![3, 4], Some(5), None)];
        let mut scripted = Scripted::new(fetches, vec![retry(), Ok(Bounds { low: 0, high: 5 })], OnGap::Stop);
        scripted.run(1).unwrap();
        assert_eq!(scripted.applied, [0, 1, 2], "handed out with the error");
        assert_eq!(scripted.intake.trouble(), Some(OFF_BY_ONE));
        scripted.run(100).unwrap();
        assert_eq!(scripted.applied, [0, 1, 2, 3, 4]);
        assert_eq!((scripted.started, scripted.lost), (vec![3], 0));
        assert_eq!(scripted.intake.trouble(), None);
    }

    #[test]
    fn a_batch_that_can_not_be_read_is_tried_ever_less_often_and_never_passed_over() {
        for code in [Code::BadMessage, Code::BadCompression, Code::NotImplemented, Code::InvalidMessage, Code::Unknown] {
            let mut fetches: Vec<FetchedOnce> = vec![(vec![0, 1], None, Some((code, "CRC")))];
            fetches.extend((0..1_000).map(|_| (vec![], None, Some((code, "CRC")))));
            let mut scripted = Scripted::new(fetches, vec![], OnGap::Stop);
            scripted.run(6_000).unwrap();
            assert_eq!(scripted.applied, [0, 1]);
            // A minute: 100 ms, doubling to 10 s.
            assert!((8..=14).contains(&scripted.started.len()), "{code:?}: {:?}", scripted.asked);
            assert!(scripted.started.iter().all(|offset| *offset == 2));
            assert_eq!(scripted.intake.trouble(), Some("CRC"));
            // Put right: it goes on where it stood.
            scripted.fetches = [(vec![2, 3], Some(4), None)].into();
            scripted.run(1_001).unwrap();
            assert_eq!(scripted.applied, [0, 1, 2, 3]);
            assert_eq!(scripted.intake.trouble(), None);
        }
    }

    #[test]
    fn a_log_that_was_truncated_behind_us_and_has_grown_again_is_a_gap() {
        let truncated =
            "Partition log truncation detected at offset 5 (leader epoch 3): broker end offset is 2 (offset leader epoch 2)";
        let fetches = || vec![(vec![0, 1, 2, 3, 4], None, Some((Code::AutoOffsetReset, truncated))), (vec![5, 6], None, None)];
        let bounds = || vec![retry(), Ok(Bounds { low: 0, high: 9 })];
        let mut scripted = Scripted::new(fetches(), bounds(), OnGap::Stop);
        let stop = scripted.run(200).unwrap_err();
        assert!(
            matches!(&stop, Failure::Stop(text) if text.contains("truncated at 2") && text.contains("kafka.on_gap")),
            "{stop}"
        );
        let mut scripted = Scripted::new(fetches(), bounds(), OnGap::Skip);
        scripted.run(200).unwrap();
        assert_eq!((scripted.applied, scripted.lost), (vec![0, 1, 2, 3, 4, 5, 6], 3));
    }

    #[test]
    fn a_position_outside_of_the_log_is_judged_by_the_committed_offset() {
        for bounds in [Bounds { low: 0, high: 2 }, Bounds { low: 7, high: 9 }] {
            let fetches = vec![(vec![0, 1, 2], None, Some((Code::AutoOffsetReset, "out of range")))];
            let mut scripted = Scripted::new(fetches, vec![Ok(bounds)], OnGap::Stop);
            assert!(matches!(scripted.run(100), Err(Failure::Rebuild(_))));
            assert_eq!(scripted.applied, [0, 1, 2]);
        }
    }

    #[test]
    fn what_only_a_person_can_mend_stops_after_what_was_taken_is_handed_out() {
        let fetches = vec![(vec![0, 1], None, Some((Code::TopicAuthorizationFailed, "not allowed")))];
        let mut scripted = Scripted::new(fetches, vec![], OnGap::Stop);
        assert!(matches!(scripted.run(10), Err(Failure::Stop(_))));
        assert_eq!(scripted.applied, [0, 1]);
    }

    #[test]
    fn the_end_of_a_truncated_log_is_read_from_the_library_s_text() {
        assert_eq!(truncated_to(OFF_BY_ONE), Some(3));
        assert_eq!(truncated_to("No epoch found less or equal to offset 9: broker end offset is -1 (offset"), Some(-1));
        assert_eq!(truncated_to("fetch failed due to requested offset not available on the broker"), None);
    }

    #[test]
    fn as_many_records_are_taken_as_there_is_room_for_by_their_size_so_far_and_never_none() {
        let room = FetchRoom { records: 100, bytes: 1024 * 1024 };
        let mut intake = Intake::new(7);
        assert_eq!((intake.position(), intake.fetch_records(room)), (7, 16), "large ones may come first");
        intake.weighed(3_000, 2);
        assert_eq!(intake.fetch_records(FetchRoom { bytes: 4_500, ..room }), 3);
        assert_eq!(intake.fetch_records(room), 100);
        assert_eq!(intake.fetch_records(FetchRoom { bytes: 10, ..room }), 1);
        intake.weighed(0, 0);
        assert_eq!(intake.fetch_records(FetchRoom { bytes: 4_500, ..room }), 3, "as before");
    }

    #[test]
    fn an_input_that_is_missing_for_a_moment_is_tried_again_after_a_pause() {
        let mut intake = Intake::new(7);
        intake.failed(Code::UnknownTopicOrPartition, "gone".to_owned(), Duration::ZERO);
        assert_eq!(intake.step(FIRST_PAUSE - Duration::from_millis(1)).unwrap(), Step::Rest);
        assert!(!intake.is_open());
        assert_eq!(intake.step(FIRST_PAUSE).unwrap(), Step::Start { offset: 7, lost: 0 });
        assert!(intake.is_open());
        intake.took(None, false);
        assert_eq!(intake.trouble(), Some("gone"), "nothing came yet");
        intake.took(None, true);
        assert_eq!(intake.trouble(), None, "it is empty, but it answers");
        intake.failed(Code::UnknownTopicOrPartition, "gone".to_owned(), Duration::ZERO);
        intake.took(Some(9), false);
        assert_eq!((intake.trouble(), intake.position()), (None, 9));
    }
}

//! A task's inputs and the clock: nothing that a producer claims about the time moves the time of others.

mod others;
mod parts;

use leadstream::config;
use leadstream::domain::output::Body;
use leadstream::domain::{HOUR_MS, MINUTE_MS, Ms, SECOND_MS};
use leadstream::engine::task::{BatchEffects, Task};
use leadstream::runtime::circuit_breaker::CircuitBreaker;
use leadstream::runtime::observe::BatchStats;
use leadstream::runtime::options::PoisonLimit;
use leadstream::runtime::ports::{DeadReason, Failure, Prepared, RecordBatch, RecordView, Rejected};
use leadstream::runtime::task_runner::{Collect, Now, Ran, TaskRunner};
use leadstream::wire::decode::{Decoder, Format, Options, Topic};
use leadstream::wire::state_record::StateCodec;
use std::sync::Arc;
use std::time::Duration;

const WALL_MS: Ms = 1_795_000_000_000;
const LIMIT_MS: Ms = 5 * MINUTE_MS;
const CLICKSTREAM: u16 = 0;
const CART: u16 = 1;

struct Record {
    timestamp_ms: Option<Ms>,
    key: String,
    value: String,
}

struct Records(u16, Vec<Record>);

impl RecordBatch for Records {
    fn len(&self) -> usize {
        self.1.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let record = &self.1[n];
        RecordView {
            input: self.0,
            partition: 0,
            offset: i64::try_from(n).unwrap(),
            timestamp_ms: record.timestamp_ms,
            key: Some(record.key.as_bytes()),
            value: Some(record.value.as_bytes()),
            content_type: None,
            ..RecordView::default()
        }
    }

    fn headers(&self, _: usize) -> Vec<(String, Option<Vec<u8>>)> {
        Vec::new()
    }
}

fn add(key: &str, timestamp_ms: Ms) -> Record {
    let value = r#"{"type":"track","event":"Product Added","properties":{"product_id":"p","price":9}}"#;
    Record { timestamp_ms: Some(timestamp_ms), key: key.to_owned(), value: value.to_owned() }
}

fn order(key: &str, timestamp_ms: Ms) -> Record {
    let value = r#"{"type":"track","event":"Order Completed","properties":{"order_id":"o","products":[{"product_id":"p"}]}}"#;
    Record { value: value.to_owned(), ..page(key, timestamp_ms) }
}

/// A page view without a time of its own.
fn page(key: &str, timestamp_ms: impl Into<Option<Ms>>) -> Record {
    Record { timestamp_ms: timestamp_ms.into(), key: key.to_owned(), value: r#"{"type":"page"}"#.to_owned() }
}

fn page_at(key: &str, timestamp_ms: impl Into<Option<Ms>>, own_ms: Ms) -> Record {
    Record { value: format!(r#"{{"type":"page","timestamp":{own_ms}}}"#), ..page(key, timestamp_ms) }
}

fn garbage(timestamp_ms: impl Into<Option<Ms>>) -> Record {
    Record { value: "garbage".to_owned(), ..page("g", timestamp_ms) }
}

fn now(wall_ms: Ms) -> Now {
    let monotonic = Duration::from_millis(wall_ms.unsigned_abs());
    Now { wall_ms, monotonic, behind_after_ms: 5 * SECOND_MS, max_ahead_ms: LIMIT_MS, said_within_ms: 60 * SECOND_MS }
}

struct Rig {
    runner: TaskRunner<StateCodec>,
    decoder: Decoder,
    effects: BatchEffects,
    dead: Vec<(u16, i64, Rejected)>,
    stats: BatchStats,
}

impl Rig {
    fn new() -> Self {
        Self::with(false, None)
    }

    fn with(replay: bool, poison: Option<PoisonLimit>) -> Self {
        let settings = config::load_from(None, [], &[]).unwrap().settings;
        let models = Arc::new(config::models(&settings).unwrap());
        let topic = |name: &str| Topic { name: name.to_owned(), is_email: false, is_trusted: true, format: Format::Json };
        let options = Options { topics: vec![topic("clickstream"), topic("cart")], ..Options::default() };
        let decoder = Decoder::new(options, &models.vocabulary);
        let task = Task::new(models, StateCodec);
        let mut runner = TaskRunner::new(0, task, &[0, 0], 2, replay, poison.map(CircuitBreaker::new));
        runner.active = true;
        Self { runner, decoder, effects: BatchEffects::default(), dead: Vec::new(), stats: BatchStats::default() }
    }

    /// Fetched of an input; `end`: and no more is there.
    fn fetched(&mut self, input: u16, records: Vec<Record>, end: bool) {
        let next = i64::try_from(records.len()).unwrap();
        let prepared = Prepared::all(Box::new(Records(input, records)));
        self.runner.push(input, prepared, end.then_some(next), Duration::ZERO, &self.decoder);
    }

    fn try_run(&mut self, now: &Now) -> Result<Ran, Failure> {
        let dead = &mut self.dead;
        let mut write = |records: &dyn RecordBatch, n: usize, rejected: &Rejected| {
            let view = records.view(n);
            dead.push((view.input, view.offset, rejected.clone()));
            Ok(())
        };
        let mut collect = Collect { effects: &mut self.effects, stats: &mut self.stats, dead: &mut write };
        self.runner.run(1_000, now, &self.decoder, &mut collect)
    }

    fn run(&mut self, now: &Now) -> Ran {
        self.try_run(now).unwrap()
    }

    /// Applies what is there, and lets the wall clock fire what is due.
    fn turn(&mut self, wall_ms: Ms) {
        self.run(&now(wall_ms));
        self.runner.advance(&now(wall_ms), u64::MAX, &mut self.effects);
    }

    /// Who was reminded of a cart.
    fn reminded(&self) -> Vec<&str> {
        let reminders = self.effects.outputs.iter().filter(|o| matches!(o.output.body, Body::CartAbandoned(_)));
        reminders.map(|o| &*o.prospect).collect()
    }

    fn knows(&self, key: &str) -> bool {
        self.runner.task.prospect(key).unwrap().is_some()
    }

    fn commit(&mut self) {
        self.runner.task.staged(|_| {});
        self.runner.confirm();
    }
}

#[test]
fn a_record_an_hour_ahead_reminds_nobody_and_is_a_dead_letter() {
    let mut rig = Rig::new();
    let carts = (0..5).map(|n| add(&format!("c-{n}"), WALL_MS - 10 * SECOND_MS)).collect();
    rig.fetched(CART, carts, true);
    let ahead = [59 * MINUTE_MS + 55 * SECOND_MS, 59 * MINUTE_MS + 59 * SECOND_MS];
    rig.fetched(CLICKSTREAM, ahead.map(|by| page("x", WALL_MS + by)).into(), true);
    rig.turn(WALL_MS);
    assert_eq!(rig.reminded(), [""; 0]);
    let found: Vec<_> = rig.dead.iter().map(|(input, offset, dead)| (*input, *offset, dead.reason)).collect();
    assert_eq!(found, [(CLICKSTREAM, 0, DeadReason::AbsurdTime), (CLICKSTREAM, 1, DeadReason::AbsurdTime)]);
    assert!(rig.dead[0].2.detail.contains("59m 55s ahead of the clock, at most 5m are allowed (inputs.max_ahead)"));
    assert!(rig.runner.task.time_ms() <= WALL_MS);
    assert_eq!(rig.runner.positions().collect::<Vec<_>>(), [2, 5], "they are passed");
    assert_eq!(rig.stats.dead.values().sum::<u64>(), 2);
    rig.commit();
    assert!(!rig.knows("x"), "what is refused is of nobody");
    rig.turn(WALL_MS + HOUR_MS - 10 * SECOND_MS);
    assert_eq!(rig.reminded().len(), 5, "at their own time");
}

#[test]
fn a_clock_four_minutes_ahead_moves_only_its_own_prospect() {
    for behind in [false, true] {
        for replay in [false, true] {
            let mut rig = Rig::with(replay, None);
            // Due in two minutes.
            rig.fetched(CART, vec![add("other", WALL_MS - 58 * MINUTE_MS)], true);
            rig.turn(WALL_MS - 57 * MINUTE_MS);
            rig.commit();
            let ahead = WALL_MS + 4 * MINUTE_MS;
            let mut records = vec![page("fast", ahead)];
            if behind {
                records.insert(0, page("old", WALL_MS - MINUTE_MS));
            }
            rig.fetched(CLICKSTREAM, records, !behind);
            rig.run(&now(WALL_MS));
            assert_eq!(rig.reminded(), [""; 0], "behind {behind}, replay {replay}");
            assert_eq!(rig.dead, []);
            assert!(rig.runner.task.time_ms() <= WALL_MS);
            rig.commit();
            let fast = rig.runner.task.prospect("fast").unwrap().unwrap();
            assert_eq!(fast.first_seen_ms, ahead, "the event keeps its time: who replays it gets the same");
            rig.fetched(CLICKSTREAM, Vec::new(), true);
            rig.turn(WALL_MS + 2 * MINUTE_MS - 1);
            assert_eq!(rig.reminded(), [""; 0]);
            rig.turn(WALL_MS + 2 * MINUTE_MS);
            assert_eq!(rig.reminded(), ["other"]);
        }
    }
}

#[test]
fn without_a_limit_a_clock_still_moves_only_its_own_prospect() {
    let mut rig = Rig::new();
    rig.fetched(CART, vec![add("other", WALL_MS - 10 * SECOND_MS)], true);
    rig.fetched(CLICKSTREAM, vec![page("fast", 4_102_444_800_000)], true);
    let now = Now { max_ahead_ms: Ms::MAX, ..now(WALL_MS) };
    rig.run(&now);
    rig.runner.advance(&now, u64::MAX, &mut rig.effects);
    assert_eq!((rig.reminded(), rig.dead.len()), (Vec::new(), 0));
    assert!(rig.runner.task.time_ms() <= WALL_MS);
    rig.commit();
    assert!(rig.knows("fast"));
}

#[test]
fn a_refused_record_is_taken_at_once_and_the_others_stay_in_their_order() {
    let mut rig = Rig::new();
    let hour = HOUR_MS;
    let clicks =
        vec![page("x", WALL_MS + hour), page("a", WALL_MS - 3 * hour), garbage(WALL_MS + hour), page("c", WALL_MS - hour)];
    rig.fetched(CLICKSTREAM, clicks, false);
    // Nothing is known of the carts yet: the others wait for them, what is refused does not.
    let ran = rig.run(&now(WALL_MS));
    assert_eq!((ran.applied, ran.waiting_for), (1, Some(CART)));
    rig.fetched(CART, vec![page("b", WALL_MS - 2 * hour), page("d", WALL_MS - hour + 1)], false);
    rig.run(&now(WALL_MS));
    // "c" has gone too, and then the clickstream may hold an earlier one than "d".
    assert_eq!(rig.runner.positions().collect::<Vec<_>>(), [4, 1]);
    let found: Vec<_> = rig.dead.iter().map(|(_, offset, dead)| (*offset, dead.reason)).collect();
    assert_eq!(found, [(0, DeadReason::AbsurdTime), (2, DeadReason::UnreadableValue)], "garbage is garbage at any time");
    assert_eq!(rig.runner.task.time_ms(), WALL_MS - hour);
}

#[test]
fn a_record_slightly_ahead_does_not_wait_for_its_time_while_others_arrive() {
    let mut rig = Rig::new();
    rig.fetched(CLICKSTREAM, vec![page("fast", WALL_MS + 4 * MINUTE_MS)], false);
    rig.fetched(CART, vec![page("a", WALL_MS - 1), page("b", WALL_MS + 3 * MINUTE_MS)], false);
    let ran = rig.run(&now(WALL_MS));
    assert_eq!((ran.applied, ran.waiting_for), (2, Some(CLICKSTREAM)), "after what has happened, not after what will");
    assert_eq!(rig.runner.positions().collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_head_from_the_future_says_nothing_of_being_caught_up() {
    let caught_up = |record_ms: Ms| {
        let mut rig = Rig::new();
        rig.fetched(CART, Vec::new(), true);
        rig.fetched(CLICKSTREAM, vec![page("x", record_ms)], false);
        rig.runner.is_caught_up(&now(WALL_MS))
    };
    for (by_ms, is) in [(-6_000, false), (-4_000, true), (0, true), (1_000, true), (6_000, false), (4 * MINUTE_MS, false)] {
        assert_eq!(caught_up(WALL_MS + by_ms), is, "{by_ms}");
    }
    for record_ms in [WALL_MS + HOUR_MS, Ms::MAX, 0, Ms::MIN] {
        assert!(!caught_up(record_ms), "{record_ms}");
    }
}

#[test]
fn a_backlog_full_of_records_from_the_future_stays_a_backlog() {
    let mut rig = Rig::new();
    // Due half an hour ago, and ordered a minute later: nobody may be reminded before the order is read.
    let ordered = order("other", WALL_MS - 29 * MINUTE_MS);
    let ahead = |n: i64| page("fast", WALL_MS + n * MINUTE_MS);
    let records =
        vec![add("other", WALL_MS - 90 * MINUTE_MS), ahead(4), ahead(61), garbage(WALL_MS + HOUR_MS), ahead(3), ordered];
    rig.fetched(CART, records, true);
    rig.fetched(CLICKSTREAM, Vec::new(), true);
    rig.turn(WALL_MS);
    assert_eq!(rig.reminded(), [""; 0]);
    assert_eq!(rig.dead.len(), 2);
}

#[test]
fn what_was_ahead_when_it_was_fetched_is_applied_once_its_time_has_come() {
    let mut rig = Rig::new();
    rig.fetched(CART, Vec::new(), true);
    rig.fetched(CLICKSTREAM, vec![page("x", WALL_MS + HOUR_MS)], true);
    rig.turn(WALL_MS + HOUR_MS - LIMIT_MS);
    assert_eq!(rig.dead, []);
    rig.commit();
    assert!(rig.knows("x"));
}

#[test]
fn an_aborted_batch_is_judged_again_by_the_clock() {
    let mut rig = Rig::new();
    rig.fetched(CART, Vec::new(), true);
    rig.fetched(CLICKSTREAM, vec![page("x", WALL_MS + LIMIT_MS + 1)], true);
    rig.turn(WALL_MS);
    assert_eq!(rig.dead.len(), 1);
    rig.runner.discard(&rig.decoder);
    rig.turn(WALL_MS + 1);
    assert_eq!(rig.dead.len(), 1, "now it is applied");
    rig.commit();
    assert!(rig.knows("x"));
}

#[test]
fn an_aborted_backlog_is_a_backlog_again_however_lately_its_end_was_seen() {
    let mut rig = Rig::new();
    // The page moves the time past the reminder's before the order is read.
    let ago = |minutes: Ms| WALL_MS - minutes * MINUTE_MS;
    rig.fetched(CART, vec![add("buyer", ago(90)), page("other", ago(29)), order("buyer", ago(28))], true);
    rig.fetched(CLICKSTREAM, Vec::new(), true);
    for attempt in 0..3 {
        rig.effects.clear();
        rig.turn(WALL_MS + attempt * 100);
        assert_eq!(rig.reminded(), [""; 0], "attempt {attempt}");
        // It waits for its commit, and sees the ends once more.
        rig.turn(WALL_MS + attempt * 100 + 50);
        rig.runner.discard(&rig.decoder);
    }
}

#[test]
fn a_batch_that_took_nothing_of_an_input_leaves_it_as_read_as_it_was() {
    let mut rig = Rig::new();
    rig.fetched(CART, Vec::new(), true);
    rig.fetched(CLICKSTREAM, vec![page("x", WALL_MS)], true);
    rig.turn(WALL_MS);
    // Not yet taken when the batch is given up: delivered late, as it may be at any time.
    rig.fetched(CART, vec![page("y", WALL_MS - HOUR_MS)], true);
    rig.runner.discard(&rig.decoder);
    assert!(rig.runner.is_caught_up(&now(WALL_MS + 500)));
    assert!(!rig.runner.is_caught_up(&now(WALL_MS + 1_500)));
}

#[test]
fn an_input_that_is_fetched_anew_is_not_read_until_its_end_is_seen_again() {
    let mut rig = Rig::new();
    rig.fetched(CART, vec![add("buyer", WALL_MS - HOUR_MS)], true);
    rig.fetched(CLICKSTREAM, Vec::new(), true);
    rig.turn(WALL_MS - 20 * MINUTE_MS);
    // It had been fetched, when a rebalance threw away what was not taken: perhaps the order that cancels the reminder.
    rig.runner.forget_end(CART, &rig.decoder);
    assert!(!rig.runner.is_caught_up(&now(WALL_MS)));
    rig.turn(WALL_MS);
    assert_eq!(rig.reminded(), [""; 0]);
    rig.fetched(CART, Vec::new(), true);
    rig.turn(WALL_MS + 1);
    assert_eq!(rig.reminded(), ["buyer"]);
}

#[test]
fn the_events_own_time_counts_where_the_record_has_none() {
    for none in [None, Some(-1), Some(0), Some(-62_135_596_800_000), Some(946_684_799_999)] {
        let mut rig = Rig::new();
        rig.fetched(CART, Vec::new(), true);
        let records = vec![page_at("now", none, WALL_MS - 1), page_at("hour", none, WALL_MS + HOUR_MS), page("never", none)];
        rig.fetched(CLICKSTREAM, records, true);
        rig.turn(WALL_MS);
        assert_eq!(
            rig.dead.iter().map(|(_, n, dead)| (*n, dead.reason)).collect::<Vec<_>>(),
            [1, 2].map(|n| (n, DeadReason::AbsurdTime))
        );
        rig.commit();
        assert_eq!(rig.runner.task.prospect("now").unwrap().unwrap().first_seen_ms, WALL_MS - 1, "{none:?}");
        assert!(!rig.knows("hour") && !rig.knows("never"));
    }
}

#[test]
fn too_many_records_from_the_future_count_as_poison_like_other_dead_letters() {
    let mut rig = Rig::with(false, Some(PoisonLimit { window: 10, count: 3, ratio: 0.5 }));
    rig.fetched(CLICKSTREAM, (0..3).map(|_| page("x", WALL_MS + HOUR_MS)).collect(), true);
    let ran = rig.try_run(&now(WALL_MS)).expect("a run");
    assert_eq!(ran.tripped.map(|p| (p.input, p.dead, p.of)), Some((CLICKSTREAM, 3, 3)));
}

#[test]
fn a_task_time_that_ran_ahead_comes_back_to_the_clock() {
    let mut rig = Rig::new();
    assert_eq!(rig.runner.task.restore_time(WALL_MS + HOUR_MS, WALL_MS), HOUR_MS);
    assert_eq!(rig.runner.task.time_ms(), WALL_MS);
    assert_eq!(rig.runner.task.restore_time(WALL_MS - 1, WALL_MS), 0, "an older one changes nothing");
    assert_eq!(rig.runner.task.time_ms(), WALL_MS);
    assert_eq!(Rig::new().runner.task.restore_time(Ms::MAX, WALL_MS), Ms::MAX - WALL_MS);
    assert_eq!(Rig::new().runner.task.restore_time(Ms::MIN, WALL_MS), 0, "a new task");
}

//! Who is forgotten by itself, at which instant, and what stays of it; and the mark above which nobody unknown is taken in.

use super::harness::{Did, Line, START_MS, commit, model, play, restored, run_lines, shop};
use leadstream_core::domain::DAY_MS;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Note;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::engine::figures::{Key, PeopleCount, Way, week_of};
use leadstream_core::engine::task::{BatchEffects, Mode, Task};
use leadstream_core::state_record::StateCodec;
use proptest::prelude::*;
use std::sync::Arc;

/// The default model that keeps unknown visitors for so long.
fn keeping(kept: &str) -> Arc<Models> {
    let text = include_str!("../../../../config/models/ecommerce.toml");
    let (head, _) = text.split_once("\n[cart]").expect("the shipped model has a [cart]");
    let cart = "[cart]\nsteps = [\"1h\", \"6h\"]\ncooldown = \"1d\"\nforget_after = \"2d\"";
    model(&format!("forget_anonymous_after = \"{kept}\"\n{head}\n{cart}\n"))
}

fn task(models: &Arc<Models>, text: &str) -> Task<StateCodec> {
    let mut task = Task::new(Arc::clone(models), StateCodec);
    play(&mut task, models, text, |_| ());
    commit(&mut task);
    task
}

fn advance(task: &mut Task<StateCodec>, until_ms: i64) -> BatchEffects {
    let mut effects = BatchEffects::default();
    task.advance(until_ms, Mode::Virtual, &mut effects);
    effects
}

fn is_there(task: &Task<StateCodec>, key: &str) -> bool {
    task.prospect(key).unwrap().is_some()
}

#[test]
fn a_record_read_from_the_changelog_is_forgotten_at_the_right_instant_with_a_tombstone_and_nothing_else() {
    let models = shop("");
    let mut task = restored(&task(&models, "7h page; 8h page by=ben user=b"), Arc::clone(&models));
    let end_ms = START_MS + 7 * 3_600_000 + 180 * DAY_MS;
    assert_eq!(task.next_deadline_ms(), Some(end_ms), "Ben has none");
    assert_eq!(advance(&mut task, end_ms - 1).fired, 0);
    let effects = advance(&mut task, end_ms);
    assert_eq!((effects.fired, &effects.outputs[..], &effects.notes[..]), (1, &[][..], &[(Note::Forgotten, 1)][..]));
    let mut staged = Vec::new();
    task.staged(|some| staged.extend(some.iter().map(|(key, record)| (key.to_vec(), record.is_some()))));
    assert_eq!(staged, [(b"ann".to_vec(), false)]);
    // Until that is committed it is not so.
    task.discard();
    assert!(is_there(&task, "ann"));
    assert_eq!(task.next_deadline_ms(), Some(end_ms));
    assert_eq!(advance(&mut task, end_ms).fired, 1);
    commit(&mut task);
    assert!(!is_there(&task, "ann") && is_there(&task, "ben"));
    assert_eq!((task.size().records, task.size().prospects, task.next_deadline_ms()), (1, 1, None));
}

#[test]
fn a_record_of_the_first_format_has_its_end_too() {
    let hex: String = include_str!("../golden/state-v1-newcomer.hex").split_whitespace().collect();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    let models = shop("");
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    task.install("old", Some(&bytes)).unwrap();
    let last_seen_ms = task.prospect("old").unwrap().unwrap().last_seen_ms;
    assert_eq!(task.next_deadline_ms(), Some(last_seen_ms + 180 * DAY_MS));
    advance(&mut task, last_seen_ms + 180 * DAY_MS);
    commit(&mut task);
    assert_eq!(task.size().records, 0);
}

#[test]
fn a_changed_model_applies_at_once_and_off_keeps_everybody() {
    let old = task(&keeping("off"), "0s page; 100d page by=ben");
    assert_eq!(old.next_deadline_ms(), None);
    let mut new = restored(&old, keeping("30d"));
    let effects = advance(&mut new, START_MS + 100 * DAY_MS);
    assert_eq!(effects.notes, [(Note::Forgotten, 1)]);
    commit(&mut new);
    assert!(!is_there(&new, "ann") && is_there(&new, "ben"));
    assert_eq!(new.next_deadline_ms(), Some(START_MS + 130 * DAY_MS));
}

#[test]
fn the_model_in_charge_of_the_prospect_decides() {
    let first = include_str!("../../../../config/models/ecommerce.toml");
    let second = include_str!("../../../../config/models/buyer5.toml");
    let with = |text: &str, kept: &str| format!("forget_anonymous_after = \"{kept}\"\n{text}");
    for (one, other, end) in [("20d", "off", Some(20)), ("off", "20d", None)] {
        let texts = [with(first, one), with(second, other)];
        let models = leadstream_model::from_texts(&[&texts[0], &texts[1]]).unwrap();
        let task = task(&Arc::new(models), "0s page; 60d wait");
        // Stages of the other model that go stale come first, if it has any.
        assert_eq!(is_there(&task, "ann"), end.is_none(), "{one} {other}: {:?}", task.prospect("ann"));
    }
}

#[test]
fn an_event_at_the_very_instant_comes_first_and_one_millisecond_later_is_somebody_new() {
    let models = shop("");
    for (late_ms, entered) in [(0, 1), (1, 2)] {
        let mut task = task(&models, "0s page");
        let at_ms = START_MS + 180 * DAY_MS + late_ms;
        let one = Did { time_ms: at_ms, record_ms: at_ms, prospect: "ann".into(), name: "page".into(), ..Did::default() };
        task.apply_event(&one.event(&models), Mode::Virtual, &mut BatchEffects::default());
        commit(&mut task);
        let first_seen_ms = task.prospect("ann").unwrap().unwrap().first_seen_ms;
        assert_eq!(first_seen_ms, if entered == 1 { START_MS } else { at_ms });
    }
}

#[test]
fn what_was_counted_of_past_weeks_stays_and_who_stands_where_is_that_of_the_records() {
    let models = shop("");
    let story = "0s page context.campaign.source=search; 1d view p; 200d page by=ben context.campaign.source=ad";
    let mut kept = task(&models, story);
    let model = models.in_charge().hash;
    let moved = |task: &Task<StateCodec>| {
        task.figures().total(|key| matches!(key, Key::Moved { .. } | Key::Week { .. } | Key::Touched { .. }))
    };
    let heads = |task: &Task<StateCodec>| task.figures().get(&Key::People { what: PeopleCount::Prospects });
    assert_eq!(heads(&kept), 1, "Ann went before Ben came");
    let entered = Key::Week { model, axis: Axis::Funnel, stage: 1, week: week_of(START_MS), way: Way::Entered };
    assert_eq!(kept.figures().get(&entered), 1, "that she came in her week is no less true");
    let before = moved(&kept);
    advance(&mut kept, START_MS + 400 * DAY_MS);
    commit(&mut kept);
    assert_eq!((heads(&kept), moved(&kept)), (0, before));
    assert_eq!(kept.population(), &leadstream_core::engine::figures::population::Population::of(&models));
}

/// Visitors who mostly look, sometimes fill a cart, and stay away for days.
fn visits(known: f64) -> impl Strategy<Value = Vec<Did>> {
    const NAMES: [&str; 6] = ["page", "Product Viewed", "Product Added", "Product Removed", "Cart Viewed", "User Deleted"];
    let one = (0..NAMES.len(), 0..12_u8, 0..8_000_i64, prop::bool::weighted(known), prop::bool::weighted(0.1));
    prop::collection::vec(one, 1..80).prop_map(move |many| {
        let mut now_ms = START_MS;
        let one = |(n, (name, who, minutes, known, late)): (usize, (usize, u8, i64, bool, bool))| {
            now_ms += minutes * 60_000;
            Did {
                prospect: format!("p{who}"),
                time_ms: if late { now_ms - minutes * 90_000 } else { now_ms },
                record_ms: now_ms,
                name: NAMES[name].to_owned(),
                message_id: Some(format!("m{n}")),
                products: if (1..4).contains(&name) { vec![("P".to_owned(), None)] } else { Vec::new() },
                properties: if known { vec![("user".to_owned(), "u".to_owned())] } else { Vec::new() },
                ..Did::default()
            }
        };
        many.into_iter().enumerate().map(one).collect()
    })
}

fn lines(events: &[Did]) -> Vec<Line> {
    let last_ms = events.last().map_or(START_MS, |e| e.record_ms);
    events.iter().map(|e| Line::Event(Box::new(e.clone()))).chain([Line::Until(last_ms + 3 * DAY_MS)]).collect()
}

/// The committed records, by key.
fn records(task: &Task<StateCodec>) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = task.records().map(|(key, record)| (key.to_owned(), record.to_vec())).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batches_and_restarts_change_nothing_of_who_is_forgotten(
        events in visits(0.1), batch in 2..40_usize, at in any::<prop::sample::Index>()
    ) {
        let models = keeping("4d");
        let plain = lines(&events);
        let one_by_one = run_lines(&[Arc::clone(&models)], &plain, 1);
        prop_assert_eq!(&run_lines(&[Arc::clone(&models)], &plain, batch), &one_by_one);
        prop_assert_eq!(&run_lines(&[Arc::clone(&models)], &plain, usize::MAX), &one_by_one);
        let mut with_restart = plain.clone();
        with_restart.insert(at.index(plain.len()), Line::Restart(0));
        prop_assert_eq!(run_lines(&[models], &with_restart, 1), one_by_one);
    }

    #[test]
    fn after_long_enough_only_those_are_left_of_whom_something_is_known(events in visits(0.2)) {
        let models = keeping("4d");
        let mut task = Task::new(Arc::clone(&models), StateCodec);
        let mut effects = BatchEffects::default();
        for did in &events {
            task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
        }
        let end_ms = events.last().unwrap().record_ms + 400 * DAY_MS;
        task.advance(end_ms, Mode::Virtual, &mut effects);
        commit(&mut task);
        for (key, _) in task.records() {
            let known = |did: &Did| did.prospect == key && !did.properties.is_empty();
            prop_assert!(events.iter().any(known), "{} is kept", key);
        }
        prop_assert_eq!(task.next_deadline_ms(), None);
        prop_assert_eq!(task.size().prospects, task.size().records);
    }

    /// However many invented ids come, and however the batches lie: the number of records is bounded, and who is refused is the
    /// same.
    #[test]
    fn a_flood_of_the_unknown_never_gets_past_the_mark(
        events in visits(0.0), most in 1..6_usize, batch in 1..40_usize, abort in any::<prop::sample::Index>()
    ) {
        let models = keeping("4d");
        let run = |batch: usize, abort: Option<usize>| {
            let mut task = Task::new(Arc::clone(&models), StateCodec);
            task.limit_records(Some(most));
            let mut effects = BatchEffects::default();
            for (n, did) in events.iter().enumerate() {
                if abort == Some(n) {
                    commit(&mut task);
                    let mut thrown_away = BatchEffects::default();
                    events[n..].iter().for_each(|did| task.apply_event(&did.event(&models), Mode::Virtual, &mut thrown_away));
                    task.discard();
                }
                task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
                assert!(task.prospects() <= most, "{} prospects", task.prospects());
                if n % batch == 0 {
                    commit(&mut task);
                    assert_eq!(task.prospects(), task.size().records);
                }
                if n % 7 == 3 {
                    commit(&mut task);
                    task = restored(&task, Arc::clone(&models));
                    task.limit_records(Some(most));
                }
            }
            commit(&mut task);
            let refused: u64 = effects.notes.iter().filter(|(note, _)| *note == Note::NoRoom).map(|(_, n)| n).sum();
            (records(&task), effects.outputs, refused)
        };
        let one_by_one = run(1, None);
        prop_assert_eq!(&run(batch, None), &one_by_one);
        prop_assert_eq!(&run(batch, Some(abort.index(events.len()))), &one_by_one);
    }
}

#[test]
fn above_the_mark_whoever_is_known_is_served_and_whoever_goes_makes_room() {
    let models = keeping("4d");
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    task.limit_records(Some(2));
    let mut refused = 0;
    let mut put = |task: &mut Task<StateCodec>, text: &str| {
        let mut effects = BatchEffects::default();
        for line in super::harness::script(text) {
            let Line::Event(did) = line else { panic!("events only") };
            task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
        }
        commit(task);
        refused += effects.notes.iter().filter(|(n, _)| *n == Note::NoRoom).map(|(_, count)| *count).sum::<u64>();
        refused
    };
    assert_eq!(put(&mut task, "0s page by=a; 1s page by=b; 2s page by=c; 3s add X by=d id=d1"), 2);
    assert!(is_there(&task, "a") && is_there(&task, "b") && !is_there(&task, "c") && !is_there(&task, "d"));
    assert_eq!(put(&mut task, "4s view p by=a id=a2; 5s add X by=b id=b2"), 2, "who is there is served");
    let known = "6s page by=u user=7; 7s order by=o id=o1; 8s open by=m id=m1; 9s identify by=i id=i1; 10s group of=g by=g id=g1; \
                 11s page email=x@y.z by=e id=e1; 12s unsubscribe by=n id=n1; 13s Lead_Accepted by=l id=l1";
    assert_eq!(put(&mut task, known), 2);
    for key in ["u", "o", "m", "i", "g", "e", "n", "l"] {
        assert!(is_there(&task, key), "{key} is new, and known to somebody");
    }
    assert_eq!(put(&mut task, "14s page by=z"), 3, "a prospect more than the mark allows makes no room");
    assert_eq!((task.size().prospects, task.size().most_prospects), (10, Some(2)));
    // Two left of those that are known, and room for one.
    assert_eq!(put(&mut task, "15s delete by=o id=x1; 15s delete by=m id=x2; 15s delete by=i id=x3; 15s delete by=g id=x4"), 3);
    assert_eq!(put(&mut task, "16s delete by=e id=x5; 16s delete by=n id=x6; 16s delete by=l id=x7; 16s delete by=u id=x8"), 3);
    assert_eq!(put(&mut task, "17s delete by=a id=x9; 18s page by=a id=a9; 18s page by=z id=z9"), 4, "the same batch counts");
    assert!(is_there(&task, "a") && is_there(&task, "b") && !is_there(&task, "z"));
}

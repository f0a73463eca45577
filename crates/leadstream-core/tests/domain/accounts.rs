//! Accounts: whatever the order in which members' updates arrive, the same state and the same consensus stand in the end.

use super::harness::{Line, START_MS, commit, model, script};
use leadstream_core::domain::company_names::ACCOUNT_KEY;
use leadstream_core::domain::member_update::MemberUpdate;
use leadstream_core::domain::member_update::MemberUpdateRecord;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::{AccountChanged, Body, Note};
use leadstream_core::domain::state::consensus::MAX_VOTES;
use leadstream_core::domain::state::group::{EMPTY_KEPT_MS, Group, MAX_MEMBERS};
use leadstream_core::domain::terms::account::{AccountKind, AccountVerdict};
use leadstream_core::domain::terms::limit::Limit;
use leadstream_core::engine::task::{BatchEffects, Mode, Task};
use leadstream_core::state_record::StateCodec;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

const MODEL: &str = r#"
name = "m"
[journey]
stages = ["one", "two", "three"]
moves = [ { to = "one", on = "*" }, { to = "two", on = "B" }, { to = "three", on = "C" } ]
[accounts]
consensus = { stage = "two", of = 2 }
"#;

fn update(member: &str, at_ms: i64, journey: Option<&str>) -> MemberUpdateRecord {
    let update = MemberUpdate {
        account: "acme.com".into(),
        member: member.into(),
        journey: journey.map(Into::into),
        score: 10.0,
        left: journey.is_none(),
        ..MemberUpdate::default()
    };
    let id = u128::from(leadstream_core::domain::ids::hash64(format!("{member}{at_ms}{journey:?}").as_bytes()));
    MemberUpdateRecord { update, at_ms, id, event: None, ids: Arc::default() }
}

/// What is left in the end, and every output.
fn told(models: &Arc<Models>, all: &[MemberUpdateRecord]) -> (Group, Vec<(u128, i64, AccountChanged)>, BatchEffects) {
    let mut task = Task::new(Arc::clone(models), StateCodec);
    let mut effects = BatchEffects::default();
    for member_update in all {
        task.apply_update(member_update, &mut effects);
    }
    commit(&mut task);
    let record = task.prospect(&format!("{ACCOUNT_KEY}acme.com")).unwrap().expect("the account is known");
    let outputs = effects.outputs.drain(..).map(|o| match o.output.body {
        Body::AccountChanged(body) => (o.output.id, o.output.at_ms, *body),
        other => panic!("{other:?}"),
    });
    let outputs = outputs.collect();
    (*record.extras.unwrap().account.group.clone().unwrap(), outputs, effects)
}

/// Transitions that were said and not taken back.
fn standing(outputs: &[(u128, i64, AccountChanged)]) -> BTreeSet<(AccountKind, i64)> {
    let recalled: BTreeSet<u128> = outputs.iter().filter_map(|(_, _, body)| body.recalls).collect();
    let consensus = |kind| matches!(kind, AccountKind::ConsensusReached | AccountKind::ConsensusLost);
    let stands = outputs.iter().filter(|(id, _, body)| consensus(body.kind) && !recalled.contains(id));
    stands.map(|(_, at_ms, body)| (body.kind, *at_ms)).collect()
}

/// Without what tells only in which order things arrived.
fn final_state(mut group: Group) -> Group {
    group.consensus.votes.iter_mut().for_each(|v| v.revision = 0);
    group
}

#[derive(Debug, Clone)]
struct Step {
    member: usize,
    minutes: i64,
    does: u8,
}

/// In order of time.
fn in_order(steps: &[Step]) -> Vec<MemberUpdateRecord> {
    let mut now_ms = START_MS;
    let name = |n: usize| ["ann", "ben", "cleo", "dan"][n];
    let steps = steps.iter().enumerate().map(|(n, step)| {
        now_ms += step.minutes * 60_000;
        let mut member_update = match step.does {
            0..=2 => update(name(step.member), now_ms, Some("one")),
            3..=6 => update(name(step.member), now_ms, Some("two")),
            7 => update(name(step.member), now_ms, None),
            _ => update(name(step.member), now_ms, Some("three")),
        };
        // Of another message each.
        member_update.id ^= (n as u128 + 1) << 40;
        member_update.update.verdict = match step.does {
            8 => Some(AccountVerdict::Disqualified),
            9 => Some(AccountVerdict::Reopened),
            _ => None,
        };
        member_update
    });
    let mut all: Vec<MemberUpdateRecord> = steps.collect();
    all.sort_by_key(MemberUpdateRecord::order);
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_arrives_first_the_same_stands(
        steps in prop::collection::vec((0..4_usize, 0..50_i64, 0..10_u8).prop_map(|(member, minutes, does)| Step { member, minutes, does }), 1..40),
        picks in prop::collection::vec(0..4_usize, 40),
    ) {
        let models = model(MODEL);
        let all = in_order(&steps);
        // What one member tells stays in order; members overtake each other.
        let mut queues: Vec<std::collections::VecDeque<MemberUpdateRecord>> = vec![std::collections::VecDeque::new(); 4];
        for member_update in &all {
            let n = ["ann", "ben", "cleo", "dan"].iter().position(|m| *m == member_update.update.member).unwrap();
            queues[n].push_back(member_update.clone());
        }
        let mut shuffled = Vec::new();
        for pick in picks.iter().cycle() {
            let Some(n) = (0..4).map(|n| (pick + n) % 4).find(|n| !queues[*n].is_empty()) else { break };
            shuffled.push(queues[n].pop_front().unwrap());
        }
        let (one, said, _) = told(&models, &all);
        let (other, also_said, _) = told(&models, &shuffled);
        prop_assert_eq!(final_state(one), final_state(other));
        prop_assert_eq!(standing(&said), standing(&also_said));
        // In order nothing is taken back, and no id ever comes twice.
        prop_assert!(said.iter().all(|(_, _, body)| body.recalls.is_none()));
        for outputs in [&said, &also_said] {
            let ids: BTreeSet<u128> = outputs.iter().map(|(id, ..)| *id).collect();
            prop_assert_eq!(ids.len(), outputs.len());
        }
    }
}

#[test]
fn an_account_is_bounded_and_says_so() {
    let models = model(MODEL);
    let many: Vec<MemberUpdateRecord> = (0..100).map(|n| update(&format!("m{n:03}"), START_MS + n, Some("two"))).collect();
    let (group, said, effects) = told(&models, &many);
    assert_eq!(group.members.len(), MAX_MEMBERS);
    assert!(group.members.iter().all(|m| m.updated_ms >= START_MS + 36), "those who told nothing for longest left");
    assert!(group.consensus.votes.len() <= MAX_VOTES && group.consensus.settled.agreed.len() <= MAX_MEMBERS);
    assert!(effects.notes.iter().any(|(note, _)| *note == Note::LimitReached(Limit::AccountMembers)));
    assert_eq!(standing(&said), BTreeSet::from([(AccountKind::ConsensusReached, START_MS + 1)]));
}

#[test]
fn an_account_that_everybody_left_is_forgotten_after_a_while() {
    let models = model(MODEL);
    let mut task = Task::new(models, StateCodec);
    let mut effects = BatchEffects::default();
    for member_update in [update("ann", START_MS, Some("two")), update("ann", START_MS + 1, None)] {
        task.apply_update(&member_update, &mut effects);
    }
    commit(&mut task);
    assert_eq!((task.size().records, task.population().accounts), (1, [0, 1, 0, 0]));
    assert_eq!(task.population().carts.iter().sum::<u64>(), 0, "an account is no prospect");
    task.advance(START_MS + EMPTY_KEPT_MS, Mode::Virtual, &mut effects);
    commit(&mut task);
    assert_eq!(task.size().records, 1, "not yet");
    task.advance(START_MS + 1 + EMPTY_KEPT_MS, Mode::Virtual, &mut effects);
    let mut deleted = Vec::new();
    task.staged(|records| deleted.extend(records.iter().map(|(key, value)| (key.to_vec(), value.is_none()))));
    task.confirm();
    assert_eq!(deleted, [(format!("{ACCOUNT_KEY}acme.com").into_bytes(), true)]);
    assert_eq!((task.size().records, task.population().accounts), (0, [0; 4]));
}

#[test]
fn another_model_keeps_what_was_said_and_judges_by_its_own_rules_from_then_on() {
    let before = model(MODEL);
    let mut task = Task::new(Arc::clone(&before), StateCodec);
    let mut effects = BatchEffects::default();
    for member_update in [update("ann", START_MS, Some("two")), update("ben", START_MS + 1, Some("two"))] {
        task.apply_update(&member_update, &mut effects);
    }
    commit(&mut task);
    effects.outputs.clear();
    let mut next = super::harness::restored(&task, model(&MODEL.replace("of = 2", "of = 3")));
    let cleo = update("cleo", START_MS + 2, Some("one"));
    next.apply_update(&cleo, &mut effects);
    let kinds = |effects: &BatchEffects| -> Vec<AccountKind> {
        let kind = |body: &Body| if let Body::AccountChanged(body) = body { body.kind } else { panic!("{body:?}") };
        effects.outputs.iter().map(|o| kind(&o.output.body)).collect()
    };
    assert_eq!(kinds(&effects), [], "nothing is taken back by a change of the rules");
    let ben = update("ben", START_MS + 3, Some("one"));
    next.apply_update(&ben, &mut effects);
    assert_eq!(kinds(&effects)[0], AccountKind::ConsensusLost);
}

#[test]
fn updates_of_one_instant_have_ids_of_their_own() {
    // The company is known from an event that is ahead of its time: all that follows is told as of then, twice that a stage is stale.
    let models = model(&MODEL.replace("[accounts]", "[journey.stale]\ntwo = { after = \"1h\", to = \"one\" }\n[accounts]"));
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for line in script("1m < 10h identify email=ann@acme.com; 10m B; 2h wait; 3h B; 5h wait") {
        match line {
            Line::Event(did) => task.apply_event(&did.event(&models), Mode::Virtual, &mut effects),
            Line::Until(until_ms) => task.advance(until_ms, Mode::Virtual, &mut effects),
            _ => unreachable!("the script has none"),
        };
        commit(&mut task);
    }
    let told: Vec<(i64, Option<String>, u128)> = effects
        .outputs
        .iter()
        .filter_map(|o| o.member_update())
        .map(|told| (told.at_ms, told.update.journey.map(|stage| stage.to_string()), told.id))
        .collect();
    let at_ms = START_MS + 10 * 3_600_000;
    let stages: Vec<(i64, Option<&str>)> = told.iter().map(|(at_ms, stage, _)| (*at_ms, stage.as_deref())).collect();
    assert_eq!(stages, [None, Some("two"), Some("one"), Some("two"), Some("one")].map(|stage| (at_ms, stage)));
    let ids: BTreeSet<u128> = told.iter().map(|(.., id)| *id).collect();
    assert_eq!(ids.len(), told.len(), "{told:?}");
}

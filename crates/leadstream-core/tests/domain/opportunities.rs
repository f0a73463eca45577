//! What is counted of opportunities, leads and accounts: cohorts by the week in which they were opened, also over orders that come
//! to nothing, restarts and several tasks.

use super::harness::{Line, START_MS, commit, model, play, restored, script, shop};
use leadstream_core::domain::member_update::MemberUpdateRecord;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::{DAY_MS, HOUR_MS, Text};
use leadstream_core::engine::figures::opportunity::class_of;
use leadstream_core::engine::figures::{AccountState, Figures, Key, LeadBy, LeadFact, OpportunityFact, week_of};
use leadstream_core::engine::task::{BatchEffects, Mode, Task};
use leadstream_core::state_record::StateCodec;
use std::sync::Arc;

fn apply(task: &mut Task<StateCodec>, models: &Models, text: &str) {
    play(task, models, text, |_| ());
    commit(task);
}

fn after(models: &Arc<Models>, text: &str) -> Task<StateCodec> {
    let mut task = Task::new(Arc::clone(models), StateCodec);
    apply(&mut task, models, text);
    task
}

/// Opened, won, lost and won directly, in a week after the start.
fn facts(figures: &Figures, models: &Models, weeks_later: i32) -> [i64; 4] {
    use OpportunityFact::{Lost, Opened, Won, WonDirectly};
    let (model, week) = (models.in_charge().hash, week_of(START_MS) + weeks_later);
    [Opened, Won, Lost, WonDirectly].map(|what| figures.get(&Key::Opportunities { model, week, what }))
}

fn took(figures: &Figures, models: &Models, won: bool, took_ms: i64) -> i64 {
    let (model, week) = (models.in_charge().hash, week_of(START_MS));
    figures.get(&Key::OpportunityTook { model, week, won, class: class_of(took_ms) })
}

/// Those open now, by their day after the start.
fn open(figures: &Figures, models: &Models) -> Vec<(i64, i64)> {
    let model = models.in_charge().hash;
    let day = |key: &Key| match key {
        Key::OpportunitiesOpen { model: of, day } if *of == model => Some(i64::from(*day) - START_MS / DAY_MS),
        _ => None,
    };
    figures.sorted().into_iter().filter_map(|(key, n)| Some((day(key)?, n))).collect()
}

const CART: &str = "steps = [\"1h\"]";

#[test]
fn an_opportunity_counts_in_the_week_in_which_it_was_opened_whenever_it_is_won_or_lost() {
    let models = shop(CART);
    let figures = after(
        &models,
        "0s add p*1 price=30; 1d Checkout_Started; 9d order order=o1 value=30
         1d add q*1 price=10 by=bob id=b1
         2d add q*1 price=10 by=cleo id=c1
         8d order order=o2 value=5 by=dan id=d1; 40d wait",
    )
    .figures();
    // Ann won within nine days, over two open stages; Bob and Cleo went stale; Dan was never open.
    assert_eq!(facts(&figures, &models, 0), [3, 1, 2, 0]);
    assert_eq!(facts(&figures, &models, 1), [0, 0, 0, 1]);
    assert_eq!((took(&figures, &models, true, 9 * DAY_MS), open(&figures, &models)), (1, vec![]));
}

#[test]
fn what_is_still_open_stands_by_the_day_on_which_it_came_in_and_moves_within_change_nothing() {
    let models = shop(CART);
    let task = after(&models, "0s add p*1 price=30; 2d Checkout_Started; 3d add q*1 by=bob id=b1");
    assert_eq!(open(&task.figures(), &models), [(0, 1), (3, 1)]);
    assert_eq!(facts(&task.figures(), &models, 0), [2, 0, 0, 0]);
    assert_eq!(open(&restored(&task, Arc::clone(&models)).figures(), &models), [(0, 1), (3, 1)], "it is in the records");
    // The next one of the same person is another one.
    let again = after(&models, "0s add p*1 price=30; 1h order order=o1 value=30; 1d delete; 2d add p*1 id=x");
    assert_eq!((facts(&again.figures(), &models, 0), open(&again.figures(), &models)), ([2, 1, 0, 0], vec![(2, 1)]));
}

#[test]
fn an_order_that_comes_to_nothing_takes_the_win_back() {
    let models = shop(CART);
    let reversed = after(&models, "0s add p*1 price=30; 2h order order=o1 value=30; 1d refund order=o1; 2d wait");
    assert_eq!(facts(&reversed.figures(), &models, 0), [1, 0, 0, 0]);
    assert_eq!((took(&reversed.figures(), &models, true, 2 * HOUR_MS), open(&reversed.figures(), &models)), (0, vec![(0, 1)]));
    let direct = after(&models, "0s page path=/; 2h order order=o1 value=30; 1d Order_Cancelled order=o1");
    assert_eq!(facts(&direct.figures(), &models, 0), [0, 0, 0, 0]);
    // A refund in part takes back nothing.
    let part = after(&models, "0s add p*1 price=30; 2h order order=o1 value=30; 1d refund order=o1 value=10; 2d wait");
    assert_eq!(facts(&part.figures(), &models, 0), [1, 1, 0, 0]);
    assert_eq!(took(&part.figures(), &models, true, 2 * HOUR_MS), 1);
}

#[test]
fn what_was_opened_before_the_count_began_is_in_no_cohort() {
    let models = shop(CART);
    let before = after(&models, "0s add p*1 price=30; 1h add q*1 price=10 by=bob id=b1");
    let mut again = restored(&before, Arc::clone(&models));
    apply(
        &mut again,
        &models,
        "3d order order=o1 value=30; 4d add q*1 price=10 by=cleo id=c1; 5d order order=o2 value=10 by=cleo id=c2",
    );
    // Ann's opening was not counted here, so neither is her order; Cleo's is.
    assert_eq!(facts(&again.figures(), &models, 0), [1, 1, 0, 0]);
    assert_eq!(open(&again.figures(), &models), [(0, 1)], "Bob stands open all the same");
}

#[test]
fn the_disqualified_are_lost_and_begin_anew_when_they_come_back() {
    let models = model(
        r#"
name = "deals"
[journey]
stages = ["looks", "asks", "buys"]
moves = [ { to = "looks", on = "page" }, { to = "asks", on = "Demo Requested" }, { to = "buys", on = "Order Completed" } ]
[disqualify]
rules = [ { on = "Lead Disqualified" } ]
[re_entry]
rules = [ { on = "Trial Started" } ]
"#,
    );
    let out = after(&models, "0s Demo_Requested; 2d Lead_Disqualified; 3d wait");
    assert_eq!((facts(&out.figures(), &models, 0), open(&out.figures(), &models)), ([1, 0, 1, 0], vec![]));
    assert_eq!(took(&out.figures(), &models, false, 2 * DAY_MS), 1);
    let back = after(&models, "0s Demo_Requested; 2d Lead_Disqualified; 10d Trial_Started; 11d order order=o1 value=9");
    assert_eq!(facts(&back.figures(), &models, 0), [1, 0, 1, 0]);
    assert_eq!(facts(&back.figures(), &models, 1), [1, 1, 0, 0], "opened again in the second week");
}

#[test]
fn opportunities_of_several_tasks_add_up_and_a_duplicate_or_an_aborted_batch_counts_nothing() {
    let models = shop(CART);
    let (ann, bob) = ("0s add p*1 price=30 by=ann id=a1; 2h order order=o1 value=30 by=ann id=a2", "1h add q*1 by=bob id=b1");
    let whole =
        after(&models, "0s add p*1 price=30 by=ann id=a1; 1h add q*1 by=bob id=b1; 2h order order=o1 value=30 by=ann id=a2");
    let mut sum = Figures::new(&models);
    [ann, bob].iter().for_each(|text| sum.merge(&after(&models, text).figures()));
    assert_eq!(sum.sorted(), whole.figures().sorted());
    let mut task = whole;
    let counted = task.figures();
    play(&mut task, &models, "3h order order=o9 value=30 by=bob id=b9", |_| ());
    task.discard();
    assert_eq!(task.figures(), counted);
    apply(&mut task, &models, "3h order order=o1 value=30 by=ann id=a2");
    assert_eq!(facts(&task.figures(), &models, 0), [2, 1, 0, 0]);
}

fn business() -> Arc<Models> {
    Arc::new(leadstream_model::from_texts(&[include_str!("../../../../config/models/b2b10.toml")]).unwrap())
}

/// What lifts somebody over the line of `b2b10` at three hours.
fn rise(who: &str, source: &str) -> String {
    ["0h group industry=software employees=200", "1h Demo_Requested", "2h White_Paper_Read", "3h Meeting_Booked"]
        .iter()
        .enumerate()
        .map(|(n, line)| format!("{line} by={who} id={who}-{n} email={who}@acme.com context.campaign.source={source}\n"))
        .collect()
}

#[test]
fn leads_are_counted_by_source_and_a_late_answer_takes_back_what_silence_counted() {
    let models = business();
    let by = |figures: &Figures, name: &str| {
        use LeadFact::{Mql, MqlBack, MqlToSql, Won};
        let key = |what| Key::LeadsBy { by: LeadBy::Source, name: Text::from(name), what };
        [Mql, MqlToSql, MqlBack, Won].map(|what| figures.get(&key(what)))
    };
    let answered = |figures: &Figures| figures.total(|key| matches!(key, Key::LeadAnswered { .. }));
    // What is learnt of her origin later changes nothing: it counts beside its hand-over.
    let known = after(
        &models,
        &format!("{}4h Lead_Accepted by=ann id=x; 5h page path=/ by=ann id=y context.campaign.source=ad", rise("ann", "")),
    );
    assert_eq!((by(&known.figures(), "(none)"), by(&known.figures(), "ad")), ([1, 1, 0, 0], [0; 4]));
    let silent = after(&models, &format!("{}5d wait", rise("ann", "fair")));
    assert_eq!((by(&silent.figures(), "fair"), answered(&silent.figures())), ([1, 0, 1, 0], 0));
    let late = after(&models, &format!("{}5d Lead_Accepted by=ann id=x", rise("ann", "fair")));
    assert_eq!((by(&late.figures(), "fair"), answered(&late.figures())), ([1, 1, 0, 0], 1));
    let in_time = |figures: &Figures| {
        let what = |text: &str| Text::from(text);
        figures.get(&Key::Leads { qualification: what("MQL"), what: what("answered-in-time"), reason: Text::default() })
    };
    assert_eq!(in_time(&late.figures()), 0);
    let prompt = after(&models, &format!("{}4h Lead_Accepted by=ann id=x; 5h Lead_Won by=ann id=y", rise("ann", "fair")));
    assert_eq!((by(&prompt.figures(), "fair"), in_time(&prompt.figures())), ([1, 1, 0, 1], 1));
    assert_eq!(answered(&prompt.figures()), 1, "the first answer alone");
}

#[test]
fn accounts_stand_in_the_figures_by_state_and_are_those_of_the_records() {
    let models = business();
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for line in script(&format!("{}{}", rise("ann", "fair"), rise("bob", "fair"))) {
        let Line::Event(did) = line else { panic!("only events") };
        task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
    }
    // What members told is taken in by the account's own task: here the same one.
    let told: Vec<MemberUpdateRecord> = effects.outputs.iter().filter_map(|output| output.member_update()).collect();
    for member_update in told {
        task.apply_update(&member_update, &mut effects);
    }
    commit(&mut task);
    let model = models.in_charge().hash;
    for figures in [task.figures(), restored(&task, Arc::clone(&models)).figures()] {
        let by = |wanted| figures.total(|key| matches!(key, Key::Accounts { state, .. } if *state == wanted));
        let accounts: i64 = AccountState::ALL.into_iter().map(by).sum();
        assert_eq!((accounts, by(AccountState::Disqualified)), (1, 0), "{:?}", figures.sorted());
        assert_eq!(figures.get(&Key::AccountMembers { model }), 2);
        // Both have asked for a demo and booked a meeting.
        let stands = figures.total(|key| matches!(key, Key::Accounts { journey, .. } if *journey == 5));
        assert_eq!(stands, 1, "at the evaluation of options");
    }
}

/// Asks and falls back, many times over, without ever leaving the open stages.
const BACK_AND_FORTH: &str = "
name = \"m\"
[journey]
stages = [\"looks\", \"asks\", \"decides\", \"buys\"]
history = HISTORY
moves = [
  { to = \"looks\", on = \"page\" },
  { to = \"asks\", on = \"Product Added\" },
  { to = \"decides\", on = \"Checkout Started\" },
  { to = \"buys\", on = \"Order Completed\" },
]
stale = { decides = { after = \"2h\", to = \"asks\" }, asks = { after = \"30d\", to = \"looks\" } }
";

fn forgetful(history: usize) -> Arc<Models> {
    model(&BACK_AND_FORTH.replace("HISTORY", &history.to_string()))
}

/// Twelve changes of stage between asking and deciding, a day each.
fn twelve_changes() -> String {
    let days: Vec<String> = (1..=6).map(|day| format!("{day}d Checkout_Started id=k{day}")).collect();
    format!("1m page path=/; 1h add p*1 price=30; {}", days.join("; "))
}

#[test]
fn an_opportunity_keeps_its_beginning_however_many_stages_follow() {
    for history in [0, 1, 4, 16] {
        let models = forgetful(history);
        let way = twelve_changes();
        let task = after(&models, &format!("{way}; 7d wait"));
        assert_eq!(open(&task.figures(), &models), [(0, 1)], "open, with a history of {history}");
        assert_eq!(open(&restored(&task, Arc::clone(&models)).figures(), &models), [(0, 1)], "it is in the record");
        let won = after(&models, &format!("{way}; 9d order order=o1 value=30")).figures();
        assert_eq!(facts(&won, &models, 0), [1, 1, 0, 0], "won, with a history of {history}");
        assert_eq!(took(&won, &models, true, 9 * DAY_MS - HOUR_MS), 1);
        let lost = after(&models, &format!("{way}; 60d wait")).figures();
        assert_eq!((facts(&lost, &models, 0), open(&lost, &models)), ([1, 0, 1, 0], vec![]), "lost, with a history of {history}");
    }
}

#[test]
fn an_order_taken_back_after_a_long_way_opens_the_old_opportunity_again() {
    for history in [2, 4, 16] {
        let models = forgetful(history);
        let way = format!("{}; 9d order order=o1 value=30; 10d Order_Cancelled order=o1", twelve_changes());
        let back = after(&models, &way).figures();
        assert_eq!((facts(&back, &models, 0), open(&back, &models)), ([1, 0, 0, 0], vec![(0, 1)]), "history of {history}");
    }
}

#[test]
fn what_was_lost_or_won_lends_its_beginning_to_no_other() {
    for history in [0, 1, 4] {
        let models = forgetful(history);
        let lost = format!("{}; 60d add q*1 price=5 id=new; 61d wait", twelve_changes());
        assert_eq!(open(&after(&models, &lost).figures(), &models), [(60, 1)], "lost before, with a history of {history}");
        let won = format!("{}; 9d order order=o1 value=30; 10d page path=/ id=p2", twelve_changes());
        assert_eq!(open(&after(&models, &won).figures(), &models), [], "won, with a history of {history}");
    }
}

#[test]
fn a_beginning_that_the_history_tells_is_not_kept_twice() {
    let models = forgetful(4);
    let opening = |text: &str| {
        let ann = after(&models, text).prospect("ann").unwrap().unwrap();
        ann.tracks[0].positions.journey.as_ref().unwrap().opening.clone()
    };
    assert_eq!(opening("1m page path=/; 1h add p*1; 1d Checkout_Started id=k; 2d wait"), None);
    // What is lost since is nothing to keep.
    assert_eq!(
        opening(&format!(
            "{}; 60d wait; 61d add p*1 id=a; 61d Checkout_Started id=b; 62d wait; 62d Checkout_Started id=c; 63d wait",
            twelve_changes()
        )),
        None
    );
    assert!(opening(&twelve_changes()).is_some());
}

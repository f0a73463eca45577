//! What tasks count: the numbers of small stories, and that they survive aborts, restarts and being added up.

use super::harness::{START_MS, commit, play, restored, shop};

use leadstream_core::domain::model::Models;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::engine::figures::{
    CartFact, Figures, Key, LeadBy, LeadFact, MAX_NAMES, OTHER, Origin, PeopleCount, Touch, Way, week_of,
};
use leadstream_core::engine::task::Task;
use leadstream_core::state_record::StateCodec;
use leadstream_model::SHIPPED;
use std::sync::Arc;

fn apply(task: &mut Task<StateCodec>, models: &Models, text: &str) {
    play(task, models, text, |_| ());
}

fn after(models: &Arc<Models>, text: &str) -> Task<StateCodec> {
    let mut task = Task::new(Arc::clone(models), StateCodec);
    apply(&mut task, models, text);
    commit(&mut task);
    task
}

const STEPS: &str = "steps = [\"1h\", \"24h\"]";

const STORY: &str = "
    0s page path=/ context.campaign.source=search context.campaign.name=spring
    1m view p
    2m add p*1 price=30 value=30
    5h wait
    6h click context.campaign.source=newsletter
    7h order value=30
    30d order value=50 id=second
    31d refund value=20
    0s page path=/ by=bob id=b1
    40d wait";

fn shipped(name: &str) -> Arc<Models> {
    let (_, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name).unwrap();
    Arc::new(leadstream_model::from_texts(&[text]).unwrap())
}

fn stage(models: &Models, axis: Axis, name: &str) -> u8 {
    let index = models.in_charge().axes[axis].stages.iter().position(|s| s == name).unwrap();
    u8::try_from(index + 1).unwrap()
}

/// Standings: what is kept by difference.
fn standings(figures: &Figures) -> Vec<(Key, i64)> {
    let stands = |key: &Key| match key {
        Key::Stands { .. } | Key::People { .. } | Key::Spent { .. } | Key::Closed { .. } | Key::ClosedSeconds {} => true,
        Key::Origins { of, .. } | Key::OriginSpent { of, .. } => matches!(of, Origin::FirstSource | Origin::FirstCampaign),
        _ => false,
    };
    figures.sorted().into_iter().filter(|(key, _)| stands(key)).map(|(key, n)| (key.clone(), n)).collect()
}

#[test]
fn a_story_is_counted_as_a_person_would() {
    let models = shop(STEPS);
    let task = after(&models, STORY);
    let figures = task.figures();
    let model = models.in_charge().hash;
    let count = |key: Key| figures.get(&key);
    let people = |what| count(Key::People { what });
    assert_eq!(
        [PeopleCount::Prospects, PeopleCount::Customers, PeopleCount::Repeaters, PeopleCount::Orders].map(people),
        [2, 1, 1, 2]
    );
    assert_eq!(count(Key::Spent { currency: "EUR".into() }), 60_000, "the refund is taken off");
    let (first, last) = (Origin::FirstSource, Origin::LastSource);
    assert_eq!(count(Key::Origins { of: first, name: "search".into(), what: PeopleCount::Customers }), 1);
    assert_eq!(count(Key::Origins { of: last, name: "newsletter".into(), what: PeopleCount::Orders }), 2);
    assert_eq!(count(Key::Origins { of: last, name: "search".into(), what: PeopleCount::Orders }), 0);
    assert_eq!(count(Key::OriginSpent { of: Origin::FirstCampaign, name: "spring".into(), currency: "EUR".into() }), 60_000);
    assert_eq!(count(Key::ClosedSeconds {}), 7 * 3_600);
    let carts = [CartFact::Opened, CartFact::Abandoned, CartFact::Reminded, CartFact::Recovered, CartFact::Ordered];
    assert_eq!(carts.map(|what| count(Key::Carts { what })), [1, 1, 1, 1, 1]);
    assert_eq!(count(Key::CartValue { what: CartFact::Recovered, currency: "EUR".into() }), 30_000);
    assert_eq!(count(Key::Reminders { step: 1 }), 1);
    let week = week_of(START_MS);
    assert_eq!((count(Key::Orders { week, again: false }), count(Key::Orders { week: week + 4, again: true })), (1, 1));

    let [intent, purchase, retention] = ["intent", "purchase", "retention"].map(|s| stage(&models, Axis::Funnel, s));
    let funnel = Axis::Funnel;
    assert_eq!(count(Key::Moved { model, axis: funnel, from: intent, to: purchase, way: Way::Onward }), 1);
    assert_eq!(count(Key::Week { model, axis: funnel, stage: intent, week, way: Way::Entered }), 1);
    assert_eq!(count(Key::Week { model, axis: funnel, stage: purchase, week, way: Way::Onward }), 1, "left weeks later");
    assert_eq!(count(Key::StayedSeconds { model, axis: funnel, stage: intent, onward: true }), 7 * 3_600 - 120);
    assert_eq!(count(Key::Stands { model, axis: funnel, persona: 0, stage: retention }), 1);
    let validation = stage(&models, Axis::Journey, "validation");
    assert_eq!(count(Key::Touched { model, persona: 0, stage: validation, by: Touch::Campaign }), 1, "the mail's click");
}

#[test]
fn an_order_counts_as_it_stands_however_often_it_is_told() {
    let models = shop(STEPS);
    let week = week_of(START_MS);
    let counted = |text: &str| {
        let task = after(&models, text);
        let figures = task.figures();
        assert_eq!(standings(&restored(&task, Arc::clone(&models)).figures()), standings(&figures));
        let orders = [false, true].map(|again| figures.get(&Key::Orders { week, again }));
        let value = figures.get(&Key::OrderValue { week, currency: "EUR".into() });
        let heads =
            [PeopleCount::Customers, PeopleCount::Repeaters, PeopleCount::Orders].map(|what| figures.get(&Key::People { what }));
        (heads, figures.get(&Key::Spent { currency: "EUR".into() }), orders, value, figures.get(&Key::OrdersUnpriced {}))
    };
    let once = ([1, 0, 1], 50_000, [1, 0], 50_000, 0);
    for same in [
        "0s order order=o1 value=50",
        "0s order order=o1 value=50; 40s order order=o1 value=50; 4d order order=o1 value=50",
        "0s order order=o1; 1m order order=o1 value=50",
        "0s order order=o1 value=20; 1m Order_Updated order=o1 value=50",
        "0s order value=50; 1m order order=o1 value=50; 2m order value=50",
        "0s order order=o1 value=50; 1m Payment_Failed order=o1; 2m order order=o1 value=50",
        "0s order order=o1 value=50; 1m order order=o2 value=7; 2h Order_Cancelled order=o2",
        "0s order order=o1 value=60; 1d refund order=o1 value=10 refund_id=r1; 2d refund order=o1 value=10 refund_id=r1",
    ] {
        assert_eq!(counted(same), once, "{same}");
    }
    let nothing = ([0, 0, 0], 0, [0, 0], 0, 0);
    for same in [
        "0s order order=o1 value=50; 1d refund order=o1",
        "0s order order=o1 value=50; 1d refund order=o1 value=50; 2d refund order=o1 value=50",
        "0s order order=o1 value=50; 1d refund order=o1 value=20; 2d refund order=o1 value=30; 3d Order_Cancelled order=o1",
        "0s order order=o1 value=50; 1h Order_Cancelled order=o1 value=50; 2h Order_Cancelled order=o1 value=50",
        "0s order order=o1 value=50; 1h Payment_Failed order=o1",
        "0s order order=o1; 1h Payment_Failed order=o1",
        "1h Order_Cancelled order=o1; 2h < 10m order order=o1 value=50",
        "0s order order=o1 value=50 status=failed",
    ] {
        assert_eq!(counted(same), nothing, "{same}");
    }
    let two = ([1, 1, 2], 100_000, [1, 1], 100_000, 0);
    assert_eq!(counted("0s order order=o1 value=50; 1m order order=o2 value=50"), two);
    assert_eq!(counted("0s order value=50; 11m order value=50"), two);
}

#[test]
fn a_duplicate_and_an_aborted_batch_count_nothing() {
    let models = shop(STEPS);
    let mut task = after(&models, STORY);
    let counted = task.figures();
    apply(&mut task, &models, "41d order value=10 id=third; 41d page by=cleo id=c1 context.campaign.source=ad");
    task.discard();
    assert_eq!(task.figures(), counted);
    apply(&mut task, &models, "30d order value=50 id=second; 31d refund value=20 id=m7");
    commit(&mut task);
    assert_eq!(task.figures().sorted(), counted.sorted());
}

#[test]
fn standings_are_those_of_the_records_also_after_a_restart_and_when_one_is_erased() {
    let models = shop(STEPS);
    let task = after(&models, STORY);
    let mut again = restored(&task, Arc::clone(&models));
    assert!(standings(&task.figures()).len() > 10);
    assert_eq!(standings(&again.figures()), standings(&task.figures()));
    // The changelog may hold several records of one prospect until it is compacted.
    for (key, record) in task.records() {
        again.install(key, Some(record)).unwrap();
    }
    assert_eq!(standings(&again.figures()), standings(&task.figures()));
    apply(&mut again, &models, "41d delete; 41d delete by=bob id=b2");
    commit(&mut again);
    assert_eq!(standings(&again.figures()), []);
}

#[test]
fn absurd_amounts_stop_nobody_and_go_with_who_brought_them() {
    let models = shop(STEPS);
    let orders: String = (0..20).map(|n| format!("{n}h order value=1000000000000000 by=p{} id=o{n}\n", n % 4)).collect();
    let mut task = after(&models, &orders);
    let again = restored(&task, Arc::clone(&models));
    assert_eq!(standings(&again.figures()), standings(&task.figures()));
    assert_eq!(task.figures().get(&Key::People { what: PeopleCount::Orders }), 20);
    let mut all = task.figures();
    all.merge(&again.figures());
    assert_eq!(all.get(&Key::People { what: PeopleCount::Orders }), 40);
    apply(
        &mut task,
        &models,
        "21h delete by=p0; 21h delete by=p1 id=d1; 21h delete by=p2 id=d2; 22h order value=7 by=p3 id=last",
    );
    apply(&mut task, &models, "23h delete by=p3 id=d3");
    commit(&mut task);
    assert_eq!(standings(&task.figures()), []);
}

#[test]
fn a_late_first_visit_of_a_customer_is_counted_like_one_in_time() {
    let models = shop(STEPS);
    let mut task = after(&models, "10h order value=30");
    let took_s = |task: &Task<StateCodec>| task.figures().get(&Key::ClosedSeconds {});
    assert_eq!(took_s(&task), 0);
    apply(&mut task, &models, "11h < 1h view p id=late");
    commit(&mut task);
    assert_eq!(took_s(&task), 9 * 3_600);
    assert_eq!(standings(&task.figures()), standings(&restored(&task, Arc::clone(&models)).figures()));
}

#[test]
fn figures_of_tasks_add_up_to_those_of_one() {
    let models = shop(STEPS);
    let people = ["ann", "bob", "cleo", "dan"];
    let story = |names: &[&str]| -> String {
        let of = |name: &&str| {
            STORY
                .replace(" by=bob", "")
                .replace("\n    40d", "\n")
                .lines()
                .filter(|l| l.contains(' '))
                .map(|l| {
                    let mut words = l.split_whitespace();
                    let (time, rest) = (words.next().unwrap_or(""), words.collect::<Vec<_>>().join(" "));
                    if rest.is_empty() || rest == "wait" {
                        String::new()
                    } else {
                        format!("{time} {rest} by={name} id={name}-{time}-{}\n", rest.len())
                    }
                })
                .collect::<String>()
        };
        let mut lines: Vec<String> = names.iter().flat_map(|n| of(n).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        lines.sort_by_key(|l| super::harness::ms(l.split(' ').next().unwrap()));
        lines.join("\n") + "\n40d wait"
    };
    let whole = after(&models, &story(&people));
    let parts = [after(&models, &story(&people[..1])), after(&models, &story(&people[1..]))];
    let mut sum = Figures::new(&models);
    parts.iter().for_each(|part| sum.merge(&part.figures()));
    assert_eq!(sum.sorted(), whole.figures().sorted());
    assert_eq!(sum.get(&Key::People { what: PeopleCount::Customers }), 4);
}

#[test]
fn names_that_find_no_room_are_counted_together() {
    let models = shop(STEPS);
    let lines: Vec<String> =
        (0..MAX_NAMES + 30).map(|n| format!("{n}s page by=u{n} id=u{n} context.campaign.name=c{n}")).collect();
    let task = after(&models, &lines.join("\n"));
    let named = |name: &str| {
        task.figures().get(&Key::Origins { of: Origin::FirstCampaign, name: name.into(), what: PeopleCount::Prospects })
    };
    assert_eq!(
        (named("c0"), named(&format!("c{}", MAX_NAMES - 1)), named(&format!("c{MAX_NAMES}")), named(OTHER)),
        (1, 1, 0, 30)
    );
}

#[test]
fn a_lead_that_sales_takes_counts_once_and_a_rejected_one_with_its_reason() {
    let models = Arc::new(leadstream_model::from_texts(&[include_str!("../../../../config/models/b2b10.toml")]).unwrap());
    let rise = |who: &str| {
        ["0h group industry=software employees=200", "1h Demo_Requested", "2h White_Paper_Read", "3h Meeting_Booked"]
            .iter()
            .enumerate()
            .map(|(n, line)| format!("{line} by={who} id={who}-{n}"))
            .collect::<Vec<_>>()
    };
    let mut lines: Vec<String> = ["ann", "bob", "cleo"].iter().flat_map(|who| rise(who)).collect();
    lines.sort_by_key(|line| super::harness::ms(line.split(' ').next().unwrap()));
    lines.extend(
        [
            "4h Lead_Accepted by=ann id=a1",
            "5h Lead_Won by=ann id=a2",
            "5h Lead_Rejected by=bob id=b1 reason=no_budget",
            "6h Lead_Won by=cleo id=c1",
        ]
        .map(str::to_owned),
    );
    let task = after(&models, &lines.join("\n"));
    let figures = task.figures();
    assert_eq!((figures.get(&Key::LeadsGot {}), figures.get(&Key::LeadsTaken {})), (3, 2), "{:?}", figures.sorted());
    let lead = |what: &str, reason: &str| {
        figures.get(&Key::Leads { qualification: "MQL".into(), what: what.into(), reason: reason.into() })
    };
    assert_eq!(
        [lead("handed-over", ""), lead("accepted", ""), lead("rejected", "no budget"), lead("returned", "")],
        [3, 1, 1, 1]
    );
}

/// Customers, repeaters and orders; what was spent; orders without a value; prospects that stand at the purchase.
fn sold(models: &Arc<Models>, text: &str) -> ([i64; 3], i64, i64, i64) {
    let task = after(models, text);
    let figures = task.figures();
    assert_eq!(standings(&restored(&task, Arc::clone(models)).figures()), standings(&figures), "{text}");
    let heads =
        [PeopleCount::Customers, PeopleCount::Repeaters, PeopleCount::Orders].map(|what| figures.get(&Key::People { what }));
    let model = models.in_charge().hash;
    let purchase = stage(models, Axis::Journey, "purchase");
    let stands = figures.get(&Key::Stands { model, axis: Axis::Journey, persona: 0, stage: purchase });
    (heads, figures.get(&Key::Spent { currency: "EUR".into() }), figures.get(&Key::OrdersUnpriced {}), stands)
}

#[test]
fn a_contract_counts_a_customer_with_its_money_whoever_tells_it() {
    let models = shipped("b2b10");
    for once in [
        "0s Demo_Requested; 9d Contract_Signed order=k1 value=24000",
        "0s Demo_Requested; 9d Contract_Signed order=k1 value=24000; 12d Contract_Signed order=k1 value=24000",
        "0s Demo_Requested; 9d Contract_Signed value=24000; 12d Contract_Signed order=k1 value=24000",
        "0s Demo_Requested; 9d Contract_Signed order=k1 value=24000; 12d Lead_Won",
        "0s Demo_Requested; 9d Lead_Won; 12d Contract_Signed order=k1 value=24000",
        "0s Demo_Requested; 9d Lead_Won order=d7 value=24000; 12d Contract_Signed order=k1 value=24000",
        "0s Demo_Requested; 9d Contract_Signed order=k1; 12d order order=k1 value=24000",
        "0s Demo_Requested; 9d Contract_Signed order=k1 value=20000; 12d Contract_Signed order=k1 value=24000",
        "0s Demo_Requested; 9d Contract_Signed order=k1 value=30000; 12d refund order=k1 value=6000 refund_id=r1",
    ] {
        assert_eq!(sold(&models, once), ([1, 0, 1], 24_000_000, 0, 1), "{once}");
    }
    // Nobody says what it is worth: a customer all the same.
    for unpriced in ["0s Contract_Signed order=k1", "0s Lead_Won", "0s Lead_Won; 1d Contract_Signed order=k1"] {
        assert_eq!(sold(&models, unpriced), ([1, 0, 1], 0, 1, 1), "{unpriced}");
    }
    let two = "0s Contract_Signed order=k1 value=10000; 1d Contract_Signed order=k2 value=14000";
    let (heads, spent, ..) = sold(&models, two);
    assert_eq!((heads, spent), ([1, 1, 2], 24_000_000));
}

#[test]
fn what_is_no_sale_or_came_to_nothing_counts_nobody() {
    let models = shipped("b2b10");
    for none in [
        "0s Demo_Requested; 9d Contract_Sent order=k1 value=24000",
        "0s Demo_Requested; 9d Quote_Requested value=24000",
        "0s Demo_Requested; 9d Lead_Accepted value=24000",
        "0s Demo_Requested; 9d Contract_Signed order=k1 value=24000; 12d Contract_Cancelled order=k1",
        "0s Demo_Requested; 9d Lead_Won value=24000; 12d Lead_Lost reason=withdrew",
        "0s Demo_Requested; 9d Contract_Signed order=k1 value=24000; 10d refund order=k1",
    ] {
        assert_eq!(sold(&models, none), ([0, 0, 0], 0, 0, 0), "{none}");
    }
}

#[test]
fn leads_that_sales_lost_are_lost_opportunities_and_those_that_it_found_count_apart() {
    let models = shipped("b2b10");
    let model = models.in_charge().hash;
    let [option, trial, before] =
        ["evaluation-of-options", "validation", "consideration"].map(|name| stage(&models, Axis::Journey, name));
    let text = "
        0s Demo_Requested; 1m Trial_Started; 9d Lead_Lost reason=price
        0s Demo_Requested by=ben; 9d Lead_Lost by=ben
        0s Demo_Requested by=cara; 9d Lead_Recycled by=cara
        0s page by=dan; 9d Lead_Accepted by=dan; 12d Lead_Won by=dan value=100";
    let task = after(&models, text);
    let figures = task.figures();
    let fell = |from| figures.get(&Key::Moved { model, axis: Axis::Journey, from, to: before, way: Way::Back });
    assert_eq!((fell(trial), fell(option)), (1, 1));
    let found = |what| figures.total(|key| matches!(key, Key::LeadsBy { by: LeadBy::Source, what: is, .. } if *is == what));
    assert_eq!((found(LeadFact::Found), found(LeadFact::FoundWon)), (3, 1), "nobody had been handed over");
    assert_eq!((figures.get(&Key::LeadsGot {}), figures.get(&Key::LeadsTaken {})), (0, 0));
}

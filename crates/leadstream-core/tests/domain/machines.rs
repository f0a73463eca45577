//! Machine traffic: what is counted, what is remembered of it, and which reminder a mail belongs to.

use super::harness::{Line, commit, script, shop};
use leadstream_core::domain::output::{Body, Note};
use leadstream_core::domain::state::past_carts::MAX_ORDERS;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::bots::BotKind;
use leadstream_core::domain::terms::limit::Limit;
use leadstream_core::engine::task::{BatchEffects, Mode, ProspectOutput, Task};
use leadstream_core::state_record::StateCodec;
use std::sync::Arc;

/// What a script leaves behind.
struct Ran {
    effects: BatchEffects,
    prospect: Prospect,
}

impl Ran {
    fn count(&self, kind: BotKind) -> u64 {
        self.noted(Note::Bot(kind))
    }

    fn noted(&self, note: Note) -> u64 {
        self.effects.notes.iter().filter(|(n, _)| *n == note).map(|(_, count)| count).sum()
    }

    fn machines(&self) -> [u64; 5] {
        BotKind::ALL.map(|kind| self.count(kind))
    }
}

fn run(cart: &str, text: &str) -> Ran {
    run_lines(cart, &script(text))
}

fn run_lines(cart: &str, lines: &[Line]) -> Ran {
    let models = shop(cart);
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for line in lines {
        match line {
            Line::Event(did) => task.apply_event(&did.event(&models), Mode::Virtual, &mut effects),
            Line::Until(until_ms) => task.advance(*until_ms, Mode::Virtual, &mut effects),
            other => panic!("{other:?}"),
        }
    }
    commit(&mut task);
    let prospect = task.prospect("ann").unwrap().unwrap();
    Ran { effects, prospect }
}

#[test]
fn machines_are_counted_by_what_told_them() {
    let ran = run(
        "",
        "0m open bot=true; 1m page agent=Googlebot/2.1; 2m open agent=curl/8; 3m Email_Delivered; 3m5s click link=a; 3m6s click link=b; \
         4m click link=a; 4m2s click link=b; 10m 70x page",
    );
    // Marked, bots, scanners, floods. The first of two links at once still looks like a person's.
    assert_eq!(ran.machines(), [1, 2, 0, 3, 10]);
}

#[test]
fn people_leave_nothing_that_machines_are_told_by() {
    let ran = run("", "0m Email_Delivered mail=a; 5m click mail=a link=x; 10m 25x page; 20m page");
    assert_eq!(ran.machines(), [0; 5]);
    assert!(ran.prospect.extras.is_none_or(|extras| extras.bots.get().is_none()), "after the seconds in which it matters");
}

#[test]
fn the_click_of_one_mail_is_not_told_by_the_delivery_of_another() {
    assert_eq!(run("", "0m Email_Delivered mail=a; 5s click mail=b link=x").machines(), [0; 5]);
    assert_eq!(run("", "0m Email_Delivered mail=a; 5s click link=x").count(BotKind::Scanner), 1, "nobody said which");
    assert_eq!(run("", "0m Email_Delivered mail=a; 11s click mail=a link=x").machines(), [0; 5], "after ten seconds");
    // The delivery is told late: the click came before it.
    assert_eq!(run("", "5s click mail=a link=x; 6s < 8s Email_Delivered mail=a").machines(), [0; 5]);
}

#[test]
fn what_was_kept_while_offline_is_no_flood() {
    // A telephone sends what happened during the day, then its owner looks on.
    let mut lines = script("0m page; 10h page");
    for n in 0..70 {
        lines.extend(script(&format!("10h1s < {n}m page id=late-{n}")));
    }
    lines.extend(script("10h2s page id=now; 10h3s page id=now-too"));
    assert_eq!(run_lines("", &lines).machines(), [0; 5]);
}

#[test]
fn a_flood_lasts_until_there_are_few_again() {
    let ran = run("", "0m 240x page; 3m 40x page");
    assert_eq!(ran.count(BotKind::Flood), 180, "all but the first sixty, and none of the forty after a pause");
    let calm = run("", "0m 240x page; 3m5s 20x page");
    assert!(calm.prospect.extras.is_none_or(|extras| extras.bots.views.is_none()));
}

fn recovered(ran: &Ran) -> Vec<(Option<&'static str>, Option<usize>)> {
    let outcome = |output: &ProspectOutput| match &output.output.body {
        Body::CartOutcome(o) if o.kind.type_name() == "cart.recovered" => {
            let at = o.attributed_trigger_id.map(|id| o.trigger_ids.iter().position(|t| *t == id).unwrap() + 1);
            Some((o.attribution.map(|a| a.name()), at))
        }
        _ => None,
    };
    ran.effects.outputs.iter().filter_map(outcome).collect()
}

fn trigger_ids(ran: &Ran) -> Vec<u128> {
    let left = |o: &&ProspectOutput| matches!(o.output.body, Body::CartAbandoned(_));
    ran.effects.outputs.iter().filter(left).map(|o| o.output.id).collect()
}

#[test]
fn a_mail_belongs_to_the_trigger_that_it_names() {
    let start = "0m add A cart=c price=5; 26h wait";
    let ids = trigger_ids(&run("", start));
    assert_eq!(ids.len(), 2);
    // Two reminders left: without a name the click belongs to the second.
    assert_eq!(recovered(&run("", &format!("{start}; 27h click; 28h order A cart=c"))), [(Some("click"), Some(2))]);
    let first = format!("{start}; 27h click trigger_id={:032x}; 28h order A cart=c", ids[0]);
    assert_eq!(recovered(&run("", &first)), [(Some("click"), Some(1))]);
    let other = format!("{start}; 27h click trigger_id={:032x}; 28h order A cart=c", 7);
    assert_eq!(recovered(&run("", &other)), [(None, None)], "of another trigger");
}

#[test]
fn windows_are_exact_and_may_be_off() {
    for (cart, opened, ordered, want) in [
        ("", "2h click", "5d2h", Some("click")),
        ("", "2h click", "5d2h1s", None),
        ("", "2h open", "1d2h", Some("open")),
        ("", "2h open", "1d2h1s", None),
        ("click_window = \"1h\"", "2h click", "4h", None),
        ("click_window = \"off\"", "2h click", "3h", None),
        ("open_window = \"3d\"", "2h open", "3d", Some("open")),
        ("open_window = \"off\"", "2h open", "3h", None),
    ] {
        let ran = run(cart, &format!("0m add A cart=c price=5; {opened}; {ordered} order A cart=c"));
        assert_eq!(recovered(&ran)[0].0, want, "{cart} {opened} {ordered}");
    }
}

#[test]
fn few_orders_are_remembered_and_their_lines_not_for_long() {
    let mut text = String::new();
    for n in 0..20 {
        text += &format!("{n}m add A cart=c price=5; {n}m30s order A cart=c order=o{n};");
    }
    let ran = run("", &text);
    assert_eq!(ran.prospect.extras.as_ref().unwrap().orders.len(), MAX_ORDERS);
    assert_eq!(ran.noted(Note::LimitReached(Limit::Orders)), 12);
    assert!(run("", &format!("{text} 2d page")).prospect.extras.is_none_or(|extras| extras.orders.is_empty()));
    assert!(run("payment_window = \"off\"", &text).prospect.extras.is_none_or(|extras| extras.orders.is_empty()));
    // Nobody comes again: they go with the cart.
    assert!(run("", &format!("{text} 11d wait")).prospect.extras.is_none_or(|extras| extras.orders.is_empty()));
}

//! Section 3 of the contract, sentence by sentence: each has a case where it acts and one where it must not.

use super::harness::{is_cart, said, shop};

/// `(what it shows, settings of [cart], script, what leaves)`
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (what, cart, script, want) in cases {
        let got = said(&[shop(cart)], script, is_cart);
        if got != *want {
            wrong.push(format!("{what}\n   script: {script}\n   want: {want:?}\n   got:  {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Three quick steps and no cooldown: what most cases need.
const PLAIN: &str = r#"cooldown = "off""#;
const ONE_STEP: &str = "steps = [\"1h\"]\ncooldown = \"off\"\nmax_lateness = \"off\"\nforget_after = \"off\"";
/// A series for each cart.
const EACH: &str = "series = \"cart\"\nsteps = [\"1h\"]\ncooldown = \"off\"\nmax_lateness = \"off\"\nforget_after = \"off\"";
const LINES: &str = "order_clears = \"lines\"\ncooldown = \"off\"";
const IDLE_CART: &str = "idle_on = \"cart\"\ncooldown = \"off\"";

#[test]
fn first_of_all_added_with_cart_id_ordered_without_no_step_leaves() {
    check(&[
        ("ordered without cart_id", PLAIN, "0m add A cart=c1; 10m checkout; 20m order A; 20d wait", &[]),
        ("ordered without cart_id and products", PLAIN, "0m add A cart=c1; 20m order; 20d wait", &[]),
        (
            "not ordered: all steps leave",
            PLAIN,
            "0m add A cart=c1; 4d wait",
            &["1h step 1/3 cart=c1 A*1", "1day step 2/3 cart=c1 A*1", "3days step 3/3 cart=c1 A*1"],
        ),
    ]);
}

#[test]
fn the_cart_is_a_set_of_lines_by_product() {
    check(&[
        ("an add adds the quantity", ONE_STEP, "0m add A*2; 1m add A*3; 2m add B; 2h wait", &["1h2m step 1/1 A*5 B*1"]),
        ("a removal removes by quantity", ONE_STEP, "0m add A*3; 1m remove A*2; 2h wait", &["1h1m step 1/1 A*1"]),
        (
            "a removal without quantity removes the line",
            ONE_STEP,
            "0m add A*3 ; 1m add B; 2m remove A; 2h wait",
            &["1h2m step 1/1 B*1"],
        ),
        ("removing what is not there changes nothing", ONE_STEP, "0m add A; 1m remove B; 2h wait", &["1h1m step 1/1 A*1"]),
        ("a snapshot replaces the lines", ONE_STEP, "0m add A; 1m snapshot B*2 C; 2h wait", &["1h1m step 1/1 B*2 C*1"]),
        (
            "a checkout with products replaces the lines",
            ONE_STEP,
            "0m add A; 1m checkout-with B; 2h wait",
            &["1h1m step 1/1 B*1"],
        ),
        ("a checkout without products leaves the lines", ONE_STEP, "0m add A; 1m checkout; 2h wait", &["1h1m step 1/1 A*1"]),
        (
            "carts are kept apart by cart_id",
            EACH,
            "0m add A cart=x; 1m add B cart=y; 2h wait",
            &["1h1m step 1/1 cart=x A*1", "1h1m step 1/1 cart=y B*1"],
        ),
    ]);
}

#[test]
fn an_order_clears_the_cart_or_only_the_lines_bought() {
    check(&[
        ("cart: whatever was bought, the cart is cleared", PLAIN, "0m add A; 1m add B; 2m order A; 4d wait", &[]),
        ("cart: an add after it starts anew", PLAIN, "0m add A; 2m order A; 3m add B; 90m wait", &["1h3m step 1/3 B*1"]),
        (
            "lines: what was not bought stays and is reminded of",
            LINES,
            "0m add A; 1m add B; 2m order A; 90m wait",
            &["1h2m step 1/3 B*1"],
        ),
        ("lines: the whole line goes, whatever the quantity", LINES, "0m add A*5; 2m order A*1; 4d wait", &[]),
        (
            "lines: buying what is not in the cart changes nothing",
            LINES,
            "0m add A; 1m order Z; 90m wait",
            &["1h1m step 1/3 A*1"],
        ),
        ("lines: an order without products takes all", LINES, "0m add A; 1m add B; 2m order; 4d wait", &[]),
    ]);
}

#[test]
fn events_without_cart_id() {
    check(&[
        ("an order concerns every cart", PLAIN, "0m add A cart=x; 1m add B cart=y; 2m order; 4d wait", &[]),
        ("also one with products", PLAIN, "0m add A cart=x; 1m add B cart=y; 2m order A B; 4d wait", &[]),
        (
            "an order with a known cart_id concerns that cart only",
            EACH,
            "0m add A cart=x; 1m add B cart=y; 2m order cart=y; 90m wait",
            &["1h2m step 1/1 cart=x A*1"],
        ),
        ("an order whose cart_id is unknown counts as one without", PLAIN, "0m add A cart=x; 2m order cart=zzz; 4d wait", &[]),
        (
            "lines: those products in every cart",
            LINES,
            "0m add A cart=x; 1m add A cart=y; 1m add B cart=y; 2m order A; 90m wait",
            &["1h2m step 1/3 cart=y B*1"],
        ),
        (
            "an add concerns the cart touched last",
            EACH,
            "0m add A cart=x; 1m add B cart=y; 2m add C; 2h wait",
            &["1h2m step 1/1 cart=x A*1", "1h2m step 1/1 cart=y B*1 C*1"],
        ),
        (
            "a removal concerns the cart touched last",
            EACH,
            "0m add A cart=x; 1m add A cart=y; 2m remove A; 2h wait",
            &["1h2m step 1/1 cart=x A*1"],
        ),
        (
            "a snapshot concerns the cart touched last",
            ONE_STEP,
            "0m add A cart=x; 1m snapshot B; 2h wait",
            &["1h1m step 1/1 cart=x B*1"],
        ),
        (
            "else the cart without id",
            EACH,
            "0m add A; 1m add B cart=y; 2h wait",
            &["1h1m step 1/1 A*1", "1h1m step 1/1 cart=y B*1"],
        ),
    ]);
}

#[test]
fn idle_means_no_activity() {
    check(&[
        ("site: a page view moves the clock", ONE_STEP, "0m add A; 50m page; 3h wait", &["1h50m step 1/1 A*1"]),
        ("site: a mail event doesn't", ONE_STEP, "0m add A; 50m open; 3h wait", &["1h step 1/1 A*1"]),
        ("site: identify doesn't", ONE_STEP, "0m add A; 50m identify; 3h wait", &["1h step 1/1 A*1"]),
        ("site: a refund doesn't", ONE_STEP, "0m add A; 50m refund; 3h wait", &["1h step 1/1 A*1"]),
        ("cart: a page view doesn't move the clock", IDLE_CART, "0m add A; 50m page; 90m wait", &["1h step 1/3 A*1"]),
        ("cart: a checkout does", IDLE_CART, "0m add A; 50m pay; 2h wait", &["1h50m step 1/3 A*1"]),
    ]);
}

#[test]
fn arming() {
    check(&[
        (
            "an add of a product already there arms",
            ONE_STEP,
            "0m add A; 90m view; 2h add A; 4h wait",
            &["1h step 1/1 A*1", "3h step 1/1 A*2"],
        ),
        ("activity alone doesn't arm again", ONE_STEP, "0m add A; 2h view; 3h look; 9h wait", &["1h step 1/1 A*1"]),
        (
            "a snapshot that brings a new line arms",
            ONE_STEP,
            "0m snapshot A; 2h snapshot A B; 4h wait",
            &["1h step 1/1 A*1", "3h step 1/1 A*1 B*1"],
        ),
        (
            "a snapshot with a higher quantity arms",
            ONE_STEP,
            "0m snapshot A; 2h snapshot A*2; 4h wait",
            &["1h step 1/1 A*1", "3h step 1/1 A*2"],
        ),
        ("the same snapshot again doesn't", ONE_STEP, "0m snapshot A*2; 2h snapshot A*2; 9h wait", &["1h step 1/1 A*2"]),
        ("a smaller snapshot doesn't", ONE_STEP, "0m snapshot A*2 B; 2h snapshot A*1; 9h wait", &["1h step 1/1 A*2 B*1"]),
        (
            "further adds before step 1 only move its clock",
            PLAIN,
            "0m add A; 30m add B; 50m add C; 2h wait",
            &["1h50m step 1/3 A*1 B*1 C*1"],
        ),
        (
            "while it runs, adds only change the cart, and each step carries it as it then stands",
            PLAIN,
            "0m add A; 2h add B; 25h wait",
            &["1h step 1/3 A*1", "1day step 2/3 A*1 B*1"],
        ),
    ]);
}

#[test]
fn a_series_keeps_the_episode_of_the_add_that_armed_it() {
    use super::harness::{START_MS, run_lines, script};
    use leadstream_core::domain::output::Body;
    let outputs = run_lines(&[shop(PLAIN)], &script("0m add A; 30m add B; 2h add C; 4d wait"), 1);
    let episodes: Vec<i64> = outputs
        .iter()
        .filter_map(|o| if let Body::CartAbandoned(c) = &o.output.body { Some(c.episode_ms - START_MS) } else { None })
        .collect();
    assert_eq!(episodes, [0, 0, 0]);
}

#[test]
fn cooldown_counts_from_the_first_step_that_left() {
    const COOL: &str = "steps = [\"1h\", \"2h\"]\ncooldown = \"7d\"\nforget_after = \"30d\"";
    check(&[
        (
            "an add within it arms nothing, and the first such add is reported",
            COOL,
            "0m add A; 5h add B; 6h add C; 6d wait",
            &["1h step 1/2 A*1", "2h step 2/2 A*1", "5h skipped cooldown sent=2"],
        ),
        (
            "after it an add arms",
            COOL,
            "0m add A; 7d2h add B; 8d wait",
            &["1h step 1/2 A*1", "2h step 2/2 A*1", "7days3h step 1/2 A*1 B*1", "7days4h step 2/2 A*1 B*1"],
        ),
        (
            "an add inside the running series is no matter of cooldown",
            COOL,
            "0m add A; 90m add B; 3h wait",
            &["1h step 1/2 A*1", "2h30m step 2/2 A*1 B*1"],
        ),
        (
            "it counts per prospect, over all carts",
            COOL,
            "0m add A cart=x; 5h add B cart=y; 6d wait",
            &["1h step 1/2 cart=x A*1", "2h step 2/2 cart=x A*1", "5h skipped cooldown sent=0"],
        ),
        (
            "a skipped step starts none",
            COOL,
            "0m add A; 9h live; 10h add B; 11h wait; 12h wait",
            &["1h skipped step 1 late sent=0", "2h skipped step 2 late sent=0", "11h step 1/2 A*1 B*1", "12h step 2/2 A*1 B*1"],
        ),
    ]);
}

#[test]
fn when_a_step_is_due() {
    check(&[
        (
            "abandoned_at + delay",
            PLAIN,
            "0m add A; 20m view; 4d wait",
            &["1h20m step 1/3 A*1", "1day20m step 2/3 A*1", "3days20m step 3/3 A*1"],
        ),
        (
            "last activity + the first delay",
            PLAIN,
            "0m add A; 23h30m view; 25h wait",
            &["1h step 1/3 A*1", "1day30m step 2/3 A*1"],
        ),
        ("activity well before doesn't matter", PLAIN, "0m add A; 5h view; 25h wait", &["1h step 1/3 A*1", "1day step 2/3 A*1"]),
        (
            "a step that left late spaces the next one",
            "cooldown = \"off\"\nmax_lateness = \"off\"",
            "0m add A; 9h live; 40h wait",
            &["1h step 1/3 A*1", "1day8h step 2/3 A*1"],
        ),
        (
            "a skipped step spaces nothing",
            PLAIN,
            "0m add A; 9h live; 25h wait",
            &["1h skipped step 1 late sent=0", "1day step 2/3 A*1"],
        ),
        (
            "grace lets a due step wait",
            "cooldown = \"off\"\ngrace = \"10m\"",
            "0m add A; 65m view; 3h wait",
            &["2h15m step 1/3 A*1"],
        ),
        ("without grace it doesn't", PLAIN, "0m add A; 65m view; 3h wait", &["1h step 1/3 A*1"]),
        ("at the same instant an event comes before a timer", ONE_STEP, "0m add A; 1h order A; 9h wait", &[]),
        (
            "a millisecond later the timer was first",
            ONE_STEP,
            "0m add A; 1h1ms order A; 9h wait",
            &["1h step 1/1 A*1", "1h1ms recovered ordered sent=1"],
        ),
    ]);
}

#[test]
fn what_ends_a_series() {
    check(&[
        ("an order", PLAIN, "0m add A; 2h order A; 9d wait", &["1h step 1/3 A*1", "2h recovered ordered sent=1"]),
        ("an emptied cart", PLAIN, "0m add A; 2h remove A; 9d wait", &["1h step 1/3 A*1", "2h cancelled emptied sent=1"]),
        ("an empty snapshot", PLAIN, "0m add A; 2h snapshot; 9d wait", &["1h step 1/3 A*1", "2h cancelled emptied sent=1"]),
        ("an unsubscribe", PLAIN, "0m add A; 2h unsubscribe; 9d wait", &["1h step 1/3 A*1", "2h cancelled unsubscribed sent=1"]),
        ("a hard bounce", PLAIN, "0m add A; 2h bounce; 9d wait", &["1h step 1/3 A*1", "2h cancelled hard-bounce sent=1"]),
        ("a complaint", PLAIN, "0m add A; 2h complain; 9d wait", &["1h step 1/3 A*1", "2h cancelled complained sent=1"]),
        ("a soft bounce ends nothing", PLAIN, "0m add A; 2h softbounce; 25h wait", &["1h step 1/3 A*1", "1day step 2/3 A*1"]),
        (
            "a removal that leaves lines ends nothing",
            PLAIN,
            "0m add A; 1m add B; 2h remove A; 25h wait",
            &["1h1m step 1/3 A*1 B*1", "1day1m step 2/3 B*1"],
        ),
        (
            "lines: an order that leaves lines doesn't",
            LINES,
            "0m add A; 1m add B; 2h order A; 25h wait",
            &["1h1m step 1/3 A*1 B*1", "1day1m step 2/3 B*1"],
        ),
        (
            "lines: an order of the last line does",
            LINES,
            "0m add A; 2h order A; 9d wait",
            &["1h step 1/3 A*1", "2h recovered ordered sent=1"],
        ),
        ("before step 1 nothing is said", PLAIN, "0m add A; 10m remove A; 9d wait", &[]),
    ]);
}

#[test]
fn no_series_starts_until_consent_comes_back() {
    check(&[
        ("after an unsubscribe", PLAIN, "0m unsubscribe; 1h add A; 9d wait", &["1h skipped unsubscribed sent=0"]),
        ("after a hard bounce", PLAIN, "0m bounce; 1h add A; 9d wait", &["1h skipped hard-bounce sent=0"]),
        ("after a complaint", PLAIN, "0m complain; 1h add A; 9d wait", &["1h skipped complained sent=0"]),
        (
            "an order doesn't bring it back",
            PLAIN,
            "0m unsubscribe; 1h order A; 2h add A; 9d wait",
            &["2h skipped unsubscribed sent=0"],
        ),
        ("after an order a series may start", PLAIN, "0m add A; 1m order A; 2h add A; 4h wait", &["3h step 1/3 A*1"]),
        (
            "consent is back: the next add arms",
            PLAIN,
            "0m unsubscribe; 1h add A; 2h subscribe; 3h add B; 5h wait",
            &["1h skipped unsubscribed sent=0", "4h step 1/3 A*1 B*1"],
        ),
        (
            "an older unsubscribe does not undo a newer consent",
            PLAIN,
            "2h subscribe; 3h < 1h unsubscribe; 4h add A; 6h wait",
            &["5h step 1/3 A*1"],
        ),
    ]);
}

#[test]
fn late_steps_are_skipped_and_the_series_goes_on() {
    check(&[
        (
            "later than max_lateness",
            PLAIN,
            "0m add A; 3h1m live; 25h wait",
            &["1h skipped step 1 late sent=0", "1day step 2/3 A*1"],
        ),
        ("exactly max_lateness leaves", PLAIN, "0m add A; 3h live; 4h wait", &["1h step 1/3 A*1"]),
        (
            "off: however late",
            "steps = [\"1h\"]\ncooldown = \"off\"\nmax_lateness = \"off\"",
            "0m add A; 5d live",
            &["1h step 1/1 A*1"],
        ),
    ]);
}

#[test]
fn a_cart_without_a_cart_event_is_forgotten() {
    check(&[
        (
            "after a completed series",
            PLAIN,
            "0m add A; 11d wait",
            &["1h step 1/3 A*1", "1day step 2/3 A*1", "3days step 3/3 A*1", "10days expired forgotten sent=3"],
        ),
        (
            "an order before that still recovers",
            PLAIN,
            "0m add A; 9d order A; 30d wait",
            &["1h step 1/3 A*1", "1day step 2/3 A*1", "3days step 3/3 A*1", "9days recovered ordered sent=3"],
        ),
        (
            "an order after it doesn't; of its goods it is told as late",
            PLAIN,
            "0m add A; 10d1m order A; 30d wait",
            &[
                "1h step 1/3 A*1",
                "1day step 2/3 A*1",
                "3days step 3/3 A*1",
                "10days expired forgotten sent=3",
                "10days1m recovered-late ordered sent=3",
            ],
        ),
        (
            "a cart event keeps it",
            ONE_STEP,
            "0m add A; 20d order A; 21d wait",
            &["1h step 1/1 A*1", "20days recovered ordered sent=1"],
        ),
        ("off: never", ONE_STEP, "0m add A; 400d wait", &["1h step 1/1 A*1"]),
        ("no series, no outcome", PLAIN, "0m add A; 1m remove A; 30d wait", &[]),
    ]);
}

#[test]
fn late_events_count_but_never_undo_what_a_later_one_decided() {
    check(&[
        ("an add older than the last clear does not refill", ONE_STEP, "0m add A; 30m order A; 31m < 10m add B; 9h wait", &[]),
        (
            "an add younger than the clear does",
            ONE_STEP,
            "0m add A; 30m order A; 40m view; 41m < 35m add B; 9h wait",
            &["1h40m step 1/1 B*1"],
        ),
        (
            "an add older than a snapshot does not refill",
            ONE_STEP,
            "0m add A; 30m snapshot A; 31m < 10m add B; 9h wait",
            &["1h30m step 1/1 A*1"],
        ),
        (
            "an add older than the removal of its product does not refill",
            ONE_STEP,
            "0m add B; 30m remove A; 31m < 10m add A; 9h wait",
            &["1h30m step 1/1 B*1"],
        ),
        (
            "an add older than the last step that left does not arm",
            ONE_STEP,
            "0m add A; 100m page by=bob; 2h < 30m add B; 9h wait",
            &["1h step 1/1 A*1"],
        ),
        (
            "an older snapshot changes nothing",
            ONE_STEP,
            "0m add A; 20m add B; 30m < 10m snapshot C; 9h wait",
            &["1h20m step 1/1 A*1 B*1"],
        ),
        (
            "an older removal leaves a newer add",
            ONE_STEP,
            "0m add A; 20m add A; 30m < 10m remove A; 9h wait",
            &["1h20m step 1/1 A*2"],
        ),
        ("an order before an add leaves that add", ONE_STEP, "10m add A; 20m < 5m order A; 9h wait", &["1h10m step 1/1 A*1"]),
    ]);
}

#[test]
fn what_should_have_come_before_a_step_recalls_it() {
    check(&[
        (
            "an order",
            PLAIN,
            "0m add A; 100m page by=bob; 2h < 30m order A; 9d wait",
            &["1h step 1/3 A*1", "30m recalled ordered sent=1"],
        ),
        (
            "an emptied cart",
            PLAIN,
            "0m add A; 100m page by=bob; 2h < 30m remove A; 9d wait",
            &["1h step 1/3 A*1", "30m recalled emptied sent=1"],
        ),
        (
            "an unsubscribe",
            PLAIN,
            "0m add A; 100m page by=bob; 2h < 30m unsubscribe; 9d wait",
            &["1h step 1/3 A*1", "30m recalled unsubscribed sent=1"],
        ),
        (
            "a complaint",
            PLAIN,
            "0m add A; 100m page by=bob; 2h < 30m complain; 9d wait",
            &["1h step 1/3 A*1", "30m recalled complained sent=1"],
        ),
        (
            "a hard bounce",
            PLAIN,
            "0m add A; 100m page by=bob; 2h < 30m bounce; 9d wait",
            &["1h step 1/3 A*1", "30m recalled hard-bounce sent=1"],
        ),
        (
            "one after the step doesn't",
            PLAIN,
            "0m add A; 3h < 90m order A; 9d wait",
            &["1h step 1/3 A*1", "1h30m recovered ordered sent=1"],
        ),
        (
            "only the steps after it are recalled",
            PLAIN,
            "0m add A; 29h page by=bob; 30h < 3h order A; 9d wait",
            &["1h step 1/3 A*1", "1day step 2/3 A*1", "3h recalled ordered sent=1", "3h recovered ordered sent=1"],
        ),
    ]);
}

#[test]
fn catch_up_first_then_mail() {
    check(&[
        (
            "an order in the backlog cancels, before and after the due time",
            PLAIN,
            "0m add A; 0m behind; 5h order A; 6h live; 9d wait",
            &[],
        ),
        ("activity further on moves the step", PLAIN, "0m add A; 0m behind; 5h view; 5h30m live; 7h wait", &["6h step 1/3 A*1"]),
        (
            "what is still due leaves once, within max_lateness",
            PLAIN,
            "0m behind; 0m add A; 2h page by=bob; 2h30m live; 2h31m wait",
            &["1h step 1/3 A*1"],
        ),
        (
            "older steps are skipped with their reason",
            PLAIN,
            "0m behind; 0m add A; 2h page by=bob; 4h live; 5h wait",
            &["1h skipped step 1 late sent=0"],
        ),
        (
            "in replay they fire as if live",
            PLAIN,
            "0m add A; 5h order A; 6h wait",
            &["1h step 1/3 A*1", "5h recovered ordered sent=1"],
        ),
    ]);
}

#[test]
fn a_restart_changes_nothing() {
    check(&[
        (
            "pending steps leave at their time",
            PLAIN,
            "0m add A; 30m restart; 2h wait; 2h restart; 4d wait",
            &["1h step 1/3 A*1", "1day step 2/3 A*1", "3days step 3/3 A*1"],
        ),
        ("a duplicate is still one", ONE_STEP, "0m add A id=same; 1m restart; 2m add A id=same; 2h wait", &["1h step 1/1 A*1"]),
    ]);
}

#[test]
fn an_erased_prospect_gets_nothing_more() {
    check(&[("User Deleted", PLAIN, "0m add A; 30m delete; 9d wait", &[])]);
}

#[test]
fn another_model_never_sends_a_step_whose_due_time_lies_before_the_change() {
    let slow = shop(PLAIN);
    let fast = shop("steps = [\"10m\", \"3h\"]\ncooldown = \"off\"");
    let later = shop("steps = [\"5h\"]\ncooldown = \"off\"");
    let got = said(&[slow.clone(), fast], "0m add A; 30m wait; 30m restart 1; 30m view; 4h wait", is_cart);
    assert_eq!(got, ["40m step 1/2 A*1", "3h30m step 2/2 A*1"], "an event moved the clock first: nothing is overdue");
    let fast = shop("steps = [\"10m\", \"3h\"]\ncooldown = \"off\"");
    let got = said(&[slow.clone(), fast], "0m add A; 30m wait; 30m restart 1; 30m open; 4h wait", is_cart);
    assert_eq!(got, ["30m skipped step 1 model-changed sent=0", "3h step 2/2 A*1"]);
    let got = said(&[slow, later], "0m add A; 30m restart 1; 6h wait", is_cart);
    assert_eq!(got, ["5h step 1/1 A*1"], "a later due time is simply the new one");
}

#[test]
fn the_value_is_price_times_quantity_and_an_order_counts_once() {
    use super::harness::{run_lines, script};
    use leadstream_core::domain::output::Body;
    let text = "0m add A*2 price=9.5 cart=x; 1m add B price=1 cart=y; 2h order value=20; 3h wait";
    let outputs = run_lines(&[shop("series = \"cart\"\nsteps = [\"1h\"]\ncooldown = \"off\"")], &script(text), 1);
    let values: Vec<Option<f64>> = outputs
        .iter()
        .filter_map(|o| match &o.output.body {
            Body::CartAbandoned(c) => Some(c.value),
            Body::CartOutcome(c) => Some(c.value),
            _ => None,
        })
        .collect();
    assert_eq!(values, [Some(19.0), Some(1.0), Some(20.0), None]);
}

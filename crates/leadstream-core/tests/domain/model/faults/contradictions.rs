//! Rules that contain each other's opposite are warned of, with an example; rules that fit are not.

use leadstream_model::{CartSpec, SHIPPED, contradictions};

/// What is warned of a model with these sections: place and message.
fn warnings(top: &str, sections: &str) -> Vec<String> {
    let head = r#"name = "m"
[journey]
stages = ["one", "two"]
moves = [{ to = "one", on = "page" }, { to = "two", on = "Order Completed" }]
"#;
    let loaded = leadstream_model::parse("m", &format!("{top}\n{head}\n{sections}\n"));
    let models =
        leadstream_model::build(std::slice::from_ref(&loaded), &CartSpec::default()).unwrap_or_else(|f| panic!("{f:#?}"));
    let all = contradictions(&loaded.spec, &models.in_charge().cart);
    all.into_iter().map(|fault| format!("{}: {}", fault.place.path, fault.message)).collect()
}

/// The one warning of these sections holds all of these words.
fn warned(sections: &str, words: &[&str]) {
    let all = warnings("", sections);
    let [one] = all.as_slice() else { panic!("{sections}: {all:#?}") };
    for word in words {
        assert!(one.contains(word), "{word:?} is not in\n{one}");
    }
}

fn nothing(sections: &str) {
    let all = warnings("", sections);
    assert!(all.is_empty(), "{sections}: {all:#?}");
}

#[test]
fn no_shipped_model_contradicts_itself() {
    for (name, _) in SHIPPED {
        let loaded = leadstream_model::load(name);
        let models = leadstream_model::build(std::slice::from_ref(&loaded), &CartSpec::default()).unwrap();
        assert_eq!(contradictions(&loaded.spec, &models.in_charge().cart), [], "{name}");
    }
}

#[test]
fn a_cap_that_the_reminders_of_a_cart_fill_themselves() {
    let one_a_day = [
        "contact.caps",
        "A cart left at 10:00: step 1 leaves at 11:00, step 2 is due at 10:00 the next day, 23 hours later; the cap allows 1 per 1 day: skipped",
    ];
    warned("[contact]\ncaps = [\"1 per 1d\"]", &one_a_day);
    let two_a_week = ["steps 1 and 2 leave at 11:00 and 10:00 the next day, step 3 is due at 10:00 3 days later, 2 days later"];
    warned("[contact]\ncaps = [\"2 per 7d\"]", &two_a_week);
    warned(
        "[contact]\ncaps = [\"3 per 1d\", \"1 per 2h\"]\n[cart]\nsteps = [\"30m\", \"2h\", \"3d\"]",
        &["step 2 is due at 12:00, 90 minutes later; the cap allows 1 per 2 hours"],
    );
}

#[test]
fn a_cap_with_room_for_the_series() {
    nothing("[contact]\ncaps = [\"1 per 23h\"]");
    nothing("[contact]\ncaps = [\"2 per 1d\", \"3 per 7d\"]");
    nothing("[contact]\ncaps = [\"1 per 1d\"]\n[cart]\nsteps = [\"1h\"]");
    nothing("[contact]\ncaps = [\"1 per 1d\"]\n[cart]\nsteps = [\"1h\", \"25h\", \"49h\"]");
}

#[test]
fn a_trigger_that_may_leave_more_often_than_all_mails_together() {
    let trigger = |at_most: &str, more: &str| {
        format!(
            "[cart]\nsteps = [\"1h\"]\n[contact]\ncaps = [\"1 per 7d\"]\n[[triggers]]\nname = \"t\"\nafter = {{ on = \"page\" }}\n\
             within = \"1h\"\nat_most = \"{at_most}\"\n{more}"
        )
    };
    warned(&trigger("2 per 7d", ""), &["triggers#1.at_most", "2 times per 7 days", "1 per 7 days"]);
    nothing(&trigger("1 per 7d", ""));
    nothing(&trigger("2 per 30d", ""));
    nothing(&trigger("2 per 7d", "mail = false"));
}

#[test]
fn a_cooldown_that_is_over_before_the_series_is() {
    let example = ["cart.cooldown", "ends at 11:00 the next day, step 3 leaves at 10:00 3 days later", "2 days 23 hours"];
    warned("[cart]\ncooldown = \"1d\"", &example);
    nothing("[cart]\ncooldown = \"71h\"");
    nothing("[cart]\ncooldown = \"off\"");
    nothing("[cart]\ncooldown = \"1h\"\nsteps = [\"1h\"]");
}

#[test]
fn a_hold_that_is_always_too_short() {
    let quiet = |more: &str| format!("[contact]\ntime_zone = \"UTC\"\n{more}");
    let night = quiet("quiet_hours = { from = \"20:00\", to = \"10:00\" }");
    warned(&night, &["at 20:00", "14 hours", "max_hold allows 12 hours", "\"14h\""]);
    let weekend =
        quiet("quiet_hours = { from = \"22:00\", to = \"08:00\" }\nweekdays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]");
    warned(&weekend, &["Friday at 22:00", "until Monday at 08:00", "2 days 10 hours", "\"58h\""]);
    nothing(&quiet("quiet_hours = { from = \"22:00\", to = \"08:00\" }"));
    nothing(&format!("{weekend}\nmax_hold = \"3d\""));
    nothing(&format!("{night}\nwhen_quiet = \"skip\""));
}

#[test]
fn a_reminder_that_is_held_until_its_cart_is_forgotten() {
    let held = "[contact]\ntime_zone = \"UTC\"\nquiet_hours = { from = \"22:00\", to = \"08:00\" }";
    warned(
        &format!("{held}\n[cart]\nforget_after = \"80h\""),
        &["cart.forget_after", "step 3", "may wait 10 hours", "forgotten 3 days 8 hours after"],
    );
    nothing(&format!("{held}\n[cart]\nforget_after = \"83h\""));
}

fn browse(more: &str) -> String {
    format!("[[triggers]]\nname = \"t\"\nunless = {{ on = \"Order Completed\" }}\n{more}")
}

#[test]
fn a_trigger_that_leaves_with_no_open_cart_after_something_that_fills_one() {
    let added = "after = { on = [\"Product Viewed\", \"add_to_cart\"] }\nwithin = \"4h\"";
    let words = ["triggers#1.not_with_open_cart", "Product Added at 10:00: due at 14:00", "open-cart"];
    warned(&browse(&format!("{added}\nnot_with_open_cart = true")), &words);
    nothing(&browse(&format!("{added}\nnot_with_open_cart = false")));
    nothing(&browse("after = { on = \"Product Viewed\" }\nwithin = \"4h\"\nnot_with_open_cart = true"));
}

#[test]
fn a_trigger_that_waits_for_the_end_of_its_own_visit() {
    let viewed = "after = { on = \"Product Viewed\" }\nafter_visit = true";
    warned(&browse(&format!("{viewed}\nwithin = \"10m\"")), &["triggers#1.after_visit", "due at 10:10", "ends at 10:30"]);
    nothing(&browse(&format!("{viewed}\nwithin = \"30m\"")));
    let all = warnings("session_gap = \"5m\"", &browse(&format!("{viewed}\nwithin = \"10m\"")));
    assert!(all.is_empty(), "{all:?}");
}

#[test]
fn consent_first_and_no_trait_that_gives_it() {
    let words = ["contact.consent", "step 1 is due at 11:00, no-consent"];
    warned("[contact]\nconsent = \"opt-in\"\nconsent_traits = []", &words);
    nothing("[contact]\nconsent = \"opt-in\"");
    nothing("[contact]\nconsent = \"opt-in\"\nconsent_traits = [\"newsletter\"]");
    nothing("[contact]\nconsent_traits = []");
}

/// The one fault of a model with these sections.
fn fault(sections: &str, path: &str, says: &str) {
    let head = "name = \"m\"\n[journey]\nstages = [\"one\", \"two\"]\nmoves = [{ to = \"one\", on = \"page\" }, { to = \"two\", on = \"a\" }]\n";
    let faults = leadstream_model::from_texts(&[&format!("{head}{sections}\n")]).err().unwrap_or_default();
    let [one] = faults.as_slice() else { panic!("{sections}: {faults:#?}") };
    assert!(one.fault.place.path == path && one.fault.message.contains(says), "{one}");
}

#[test]
fn faults_of_consent_spread_and_the_shops_own_people() {
    let quiet = "[contact]\ntime_zone = \"UTC\"\nquiet_hours = { from = \"22:00\", to = \"08:00\" }\n";
    fault("[contact]\nspread = \"30m\"", "contact.spread", "has no effect without quiet_hours");
    fault(&format!("{quiet}when_quiet = \"skip\"\nspread = \"30m\""), "contact.spread", "holds nothing");
    fault(&format!("{quiet}spread = \"1s\""), "contact.spread", "1 minute to 12 hours");
    fault("[contact]\nconsent = \"opt_in\"", "contact.consent", "opt-in");
    fault("[contact]\nconsent_traits = [\"a\", \"a\"]", "contact.consent_traits#2", "there twice");
    fault("[contact]\nconsent_traits = [\"a\"]\nopt_out_traits = [\"a\"]", "contact.opt_out_traits#1", "can't be both");
    fault("[internal]\ndomains = [\"gmail.com\"]", "internal.domains#1", "everybody may have an address");
    fault("[internal]\ndomains = [\"myshop\"]", "internal.domains#1", "is no mail domain");
    fault("[internal]\nnetworks = [\"10.0.0.0/40\"]", "internal.networks#1", "is no network");
    fault("[internal]\nnetworks = [\"0.0.0.0/0\"]", "internal.networks#1", "half the world");
    fault("[internal]\nmarked = [\"\"]", "internal.marked#1", "can't name a mark");
    fault("[internal]\nmarket = [\"a\"]", "internal.market", "marked");
}

/// A model whose leads ask for sales by these, and are disqualified by those.
fn hands_and_exits(asks: &str, goes: &str) -> String {
    format!(
        "[score]\nlabels = {{ cold = 0, hot = 20 }}\n[[score.groups]]\nname = \"deeds\"\nhalf_life = \"30d\"\n\
         rules = [{{ on = \"page\", points = 1 }}]\n\
         [hand_over]\nmql = {{ label = \"hot\", sla = \"24h\" }}\nhand_raise = {asks}\n[disqualify]\nrules = [{{ {goes}, reason = \"no\" }}]"
    )
}

#[test]
fn an_event_that_asks_for_sales_and_disqualifies() {
    let sections =
        hands_and_exits("[\"Demo Requested\", \"Quote Requested\"]", "on = [\"Feature Missing\", \"Quote Requested\"]");
    warned(&sections, &["hand_raise", "Quote Requested", "handed over never"]);
    let sections = hands_and_exits(
        "{ on = \"Demo Requested\", where = { plan = \"free\" } }",
        "on = \"Demo Requested\", where = { plan = \"free\" }",
    );
    warned(&sections, &["Demo Requested"]);
}

#[test]
fn events_that_are_told_apart_ask_or_disqualify() {
    nothing(&hands_and_exits("[\"Demo Requested\"]", "on = \"Feature Missing\""));
    nothing(&hands_and_exits("[\"Demo Requested\"]", "on = \"Demo Requested\", where = { plan = \"free\" }"));
}

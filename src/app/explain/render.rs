//! What is known of a prospect, in words.

mod cart;
mod model;
mod outputs;

use super::page::{Page, decimal, word};
use crate::app::zone::Zone;
use crate::view::output::OutputView;
use crate::view::prospect::ProspectView;
use crate::view::prospect::lead::LeadView;
use crate::view::prospect::person::TraitValue;
use crate::view::prospect::timers::TimerView;
use crate::view::prospect::triggers::{DecisionView, WaitingView};

/// The answer about a prospect as text, and what left for it: known when files were asked.
pub(super) fn of(prospect: &ProspectView, outputs: &[OutputView], zone: &Zone) -> String {
    let mut page = Page::new(zone);
    head(&mut page, prospect);
    for track in &prospect.models {
        model::add(&mut page, track);
    }
    for one in &prospect.carts {
        cart::add(&mut page, one);
    }
    more(&mut page, prospect);
    if !prospect.timers.is_empty() {
        page.line("  next     without a further event:");
    }
    for timer in &prospect.timers {
        page.line(&timer_line(timer, &page));
    }
    outputs::add(&mut page, outputs);
    page.into_text()
}

fn head(page: &mut Page<'_>, prospect: &ProspectView) {
    let asked = prospect.asked_as.as_ref().map(|asked| format!(", who is {asked}, too,")).unwrap_or_default();
    page.line(&format!("{}{asked} at {}", prospect.prospect, page.time_and_zone(prospect.at)));
    if !prospect.ids.is_empty() {
        let ids = prospect.ids.iter().map(|id| format!("{} (since {})", id.id, page.time(id.since)));
        page.line(&format!("  ids      {}", ids.collect::<Vec<_>>().join(", ")));
    }
    page.line(&format!(
        "  seen     first {}, last {}, {} visits, last activity {}",
        page.time(prospect.first_seen),
        page.time(prospect.last_seen),
        prospect.sessions,
        page.time(prospect.last_activity)
    ));
    let consent = &prospect.consent;
    let allowed = if consent.mail_allowed { "allowed" } else { "not allowed" };
    let since = consent.since.map(|since| format!(" since {}", page.time(Some(since)))).unwrap_or_default();
    page.line(&format!("  mail     {allowed} ({}{since})", consent.state));
    if let Some(since) = prospect.contact.internal_since {
        page.line(&format!("  internal one of the shop's own since {}: nothing counts", page.time(Some(since))));
    }
    if let Some(from) = prospect.cooldown_from {
        let from = page.time(Some(from));
        page.line(&format!("  cooldown began {from}, with the first reminder of the latest series"));
    }
}

/// Traits, origin, triggers that wait, and what was decided about triggers.
fn more(page: &mut Page<'_>, prospect: &ProspectView) {
    let traits = prospect.traits.iter().map(|(name, known)| format!("{name} {}", trait_text(&known.value)));
    let traits: Vec<String> = traits.collect();
    if !traits.is_empty() {
        page.line(&format!("  traits   {}", traits.join(", ")));
    }
    if let Some(origin) = &prospect.origin {
        let [first, last] =
            [&origin.first, &origin.last].map(|from| format!("{}, {}", word(from.source.as_ref()), word(from.campaign.as_ref())));
        page.line(&format!("  came by  {first} (last {last}); {} orders", origin.orders));
    }
    if let Some(lead) = &prospect.lead {
        page.line(&lead_line(lead, page));
    }
    for waiting in prospect.triggers.iter().flat_map(|triggers| &triggers.waiting) {
        page.line(&waiting_line(waiting, page));
    }
    if !prospect.decisions.is_empty() {
        page.line("  decided  which triggers left, and why others did not:");
    }
    for decision in &prospect.decisions {
        page.line(&decision_line(decision, page));
    }
}

fn trait_text(value: &TraitValue) -> String {
    match value {
        TraitValue::Bool(yes) => yes.to_string(),
        TraitValue::Number(number) => decimal(*number),
        TraitValue::Text(text) => text.clone(),
    }
}

fn waiting_line(waiting: &WaitingView, page: &Page<'_>) -> String {
    let event = waiting.event.as_ref().map(|event| format!(", since {event} on {}", page.time(waiting.since)));
    let (trigger, leaves) = (word(waiting.trigger.as_ref()), page.time(waiting.leaves));
    format!("  waits    {trigger} leaves {leaves}{}", event.unwrap_or_default())
}

fn decision_line(decision: &DecisionView, page: &Page<'_>) -> String {
    let DecisionView { at, done, due: _, passed, reason, step, trigger, until } = decision;
    let step = step.map(|step| format!(" step {step}")).unwrap_or_default();
    let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let until = until.map(|until| format!(" until {}", page.time(Some(until)))).unwrap_or_default();
    let passed = if passed.is_empty() { String::new() } else { format!(" (passed: {})", passed.join(", ")) };
    format!("           {} {trigger}{step} {done}{why}{until}{passed}", page.time(*at))
}

/// Who has the lead, and until when.
fn lead_line(lead: &LeadView, page: &Page<'_>) -> String {
    let mut line = match lead.handed_over {
        None => "  lead     never handed over".to_owned(),
        Some(_) => {
            format!("  lead     {} {}, handed over {}", lead.qualification, lead.state, page.time(lead.handed_over))
        }
    };
    if let Some(held) = &lead.held_back {
        line += &format!(", held back since {}: {}", page.time(held.since), held.reason);
    }
    if let Some(answer) = &lead.answer {
        line += &format!(", sales said {answer} {}", page.time(lead.answered));
    }
    for (time, what) in [(lead.due, "due"), (lead.not_again_before, "not again before")] {
        if time.is_some() {
            line += &format!(", {what} {}", page.time(time));
        }
    }
    line
}

fn timer_line(timer: &TimerView, page: &Page<'_>) -> String {
    let of = [&timer.axis, &timer.cart_id, &timer.trigger, &timer.model];
    let of: Vec<&str> = of.into_iter().filter_map(|name| name.as_ref()?.as_deref()).collect();
    let of = if of.is_empty() { String::new() } else { format!(" ({})", of.join(", ")) };
    format!("           {} {}{of}", page.time(timer.at), timer.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::terminal::printable;
    use serde_json::{Value, json};

    fn said(answer: Value) -> String {
        let prospect: ProspectView = serde_json::from_value(answer).unwrap();
        let outputs = prospect.outputs.iter().flatten().map(|output| serde_json::from_value(output.clone()).unwrap());
        of(&prospect, &outputs.collect::<Vec<_>>(), &Zone::named(Some("UTC")).unwrap())
    }

    #[test]
    fn stages_score_cart_and_what_comes_next_are_said() {
        let time = |hour: u8| format!("2026-03-01T{hour:02}:00:00.250Z");
        let text = said(json!({
            "prospect": "ann", "at": time(0), "first_seen": time(1), "last_seen": time(2), "last_activity": null, "sessions": 3,
            "consent": { "mail_allowed": false, "state": "unsubscribed", "since": time(3) }, "cooldown_from": null,
            "models": [{
                "model": "m", "hash": "h", "journey": { "stage": "b", "entered": time(4), "stale_at": time(5) }, "funnel": null,
                "score": { "total": 12.5, "label": "warm", "label_falls_at": time(6), "groups": { "mail": 12.5 } },
            }],
            "carts": [{
                "cart_id": null, "lines": [{ "product_id": "p", "quantity": 2, "price": 9.5, "name": "Lamp" }],
                "series": { "phase": "running", "steps_done": 1, "next_due": time(7),
                    "sent": [{ "step": 1, "left": time(8), "trigger_id": "t" }] },
            }],
            "timers": [{ "kind": "cart-step", "cart_id": null, "at": time(7) }],
        }));
        for part in [
            "ann at 2026-03-01 00:00:00 (UTC)\n",
            "last activity –\n",
            "not allowed (unsubscribed since 2026-03-01 03:00:00)",
            "journey  b since 2026-03-01 04:00:00, goes stale 2026-03-01 05:00:00\n",
            "funnel   not entered",
            "score    12.5 (warm): mail 12.5; the label falls 2026-03-01 06:00:00\n",
            "cart     without id: 1 lines, series running, step 2 due 2026-03-01 07:00:00\n",
            "2 × p Lamp at 9.5\n",
            "step 1 left 2026-03-01 08:00:00, trigger t\n",
            "2026-03-01 07:00:00 cart-step\n",
        ] {
            assert!(text.contains(part), "{part:?} is not in:\n{text}");
        }
    }

    #[test]
    fn no_character_of_an_answer_reaches_the_terminal_as_more_than_a_character() {
        let bad: String =
            (0..=0x2fff).filter_map(char::from_u32).filter(|c| printable(&c.to_string()) != c.to_string()).collect();
        assert!(bad.contains('\u{1b}') && bad.contains('\n') && bad.contains('\u{9b}') && bad.contains('\u{202e}'));
        let traits = serde_json::Map::from_iter([(bad.clone(), json!({ "value": bad }))]);
        let answer = json!({
            "prospect": bad, "traits": traits, "origin": { "first": { "source": bad, "campaign": bad }, "last": {} },
            "carts": [{ "cart_id": bad, "checkout_step": bad, "series": { "phase": bad, "sent": [{ "trigger_id": bad }] },
                "lines": [{ "product_id": bad, "name": bad, "quantity": 1 }] }],
            "models": [{ "model": bad, "journey": { "stage": bad, "cause": bad, "event": bad, "history": [{ "stage": bad }] },
                "persona": bad, "disqualified": { "reason": bad },
                "score": { "total": 1, "label": bad, "grade": bad, "groups": { bad.clone(): 1 },
                    "ledger": [{ "what": "event", "event": bad, "rule": bad, "group": bad }, { "what": bad }] } }],
            "lead": { "answer": bad, "state": bad, "qualification": bad, "held_back": { "reason": bad } },
            "triggers": { "waiting": [{ "trigger": bad, "event": bad }] }, "consent": { "state": bad },
            "decisions": [{ "reason": bad, "trigger": bad, "done": bad, "passed": [bad] }],
            "timers": [{ "cart_id": bad, "kind": bad }],
            "outputs": [{ "type": bad, "to": bad, "from": bad, "cart_id": bad, "event": { "name": bad },
                "company": { "name": bad, "journey": bad }, "reasons": [bad] }],
        });
        let text = said(answer.clone());
        let harmless = said(serde_json::from_str(&answer.to_string().replace(&json!(bad).to_string(), "\"x\"")).expect("JSON"));
        assert_eq!(text.lines().count(), harmless.lines().count(), "no line is forged");
        assert!(text.chars().all(|c| c == '\n' || printable(&c.to_string()) == c.to_string()), "{text}");
    }

    #[test]
    fn an_answer_that_lacks_everything_is_no_panic() {
        assert!(said(json!({})).contains("mail"));
    }

    #[test]
    fn what_only_a_newer_service_says_is_left_out() {
        let text = said(json!({ "prospect": "ann", "weather": { "is": "fine" }, "timers": [{ "kind": "tea", "sugar": 2 }] }));
        assert!(text.contains("ann at –\n") && text.contains("– tea\n"), "{text}");
    }
}

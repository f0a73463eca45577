//! What is known of a prospect, in words.

use crate::app::terminal::printable;
use serde_json::Value;
use std::fmt::Write;

/// The instance's answer as text, whatever characters are in it.
pub(super) fn of(answer: &Value) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _never = known(&mut text, &shown(answer));
    text
}

/// The same with every text made printable.
pub(super) fn shown(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(printable(text).into_owned()),
        Value::Array(all) => all.iter().map(shown).collect(),
        Value::Object(all) => all.iter().map(|(name, value)| (printable(name).into_owned(), shown(value))).collect(),
        other => other.clone(),
    }
}

fn known(text: &mut String, answer: &Value) -> std::fmt::Result {
    writeln!(text, "{} at {}", word(&answer["prospect"]), word(&answer["at"]))?;
    writeln!(
        text,
        "  seen     first {}, last {}, {} visits, last activity {}",
        word(&answer["first_seen"]),
        word(&answer["last_seen"]),
        word(&answer["sessions"]),
        word(&answer["last_activity"])
    )?;
    let consent = &answer["consent"];
    let allowed = if consent["mail_allowed"] == true { "allowed" } else { "not allowed" };
    write!(text, "  mail     {allowed} ({}", word(&consent["state"]))?;
    if !consent["since"].is_null() {
        write!(text, " since {}", word(&consent["since"]))?;
    }
    writeln!(text, ")")?;
    if !answer["contact"]["internal_since"].is_null() {
        writeln!(text, "  internal one of the shop's own since {}: nothing counts", word(&answer["contact"]["internal_since"]))?;
    }
    if !answer["cooldown_from"].is_null() {
        writeln!(text, "  cooldown began {}, with the first reminder of the latest series", word(&answer["cooldown_from"]))?;
    }
    for track in list(&answer["models"]) {
        model(text, track)?;
    }
    for one in list(&answer["carts"]) {
        cart(text, one)?;
    }
    more(text, answer)?;
    if !list(&answer["timers"]).is_empty() {
        writeln!(text, "  next     without a further event:")?;
    }
    for timer in list(&answer["timers"]) {
        let of =
            ["axis", "cart_id", "trigger", "model"].iter().filter_map(|key| timer[*key].as_str()).collect::<Vec<_>>().join(", ");
        let of = if of.is_empty() { of } else { format!(" ({of})") };
        writeln!(text, "           {} {}{of}", word(&timer["at"]), word(&timer["kind"]))?;
    }
    left(text, answer)
}

/// Traits, origin, triggers that wait, and what was decided about triggers.
fn more(text: &mut String, answer: &Value) -> std::fmt::Result {
    let traits: Vec<String> = answer["traits"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, known)| format!("{name} {}", word(&known["value"])))
        .collect();
    if !traits.is_empty() {
        writeln!(text, "  traits   {}", traits.join(", "))?;
    }
    let origin = &answer["origin"];
    if !origin.is_null() {
        let from = |at: &Value| format!("{}, {}", word(&at["source"]), word(&at["campaign"]));
        writeln!(
            text,
            "  came by  {} (last {}); {} orders",
            from(&origin["first"]),
            from(&origin["last"]),
            word(&origin["orders"])
        )?;
    }
    lead(text, &answer["lead"])?;
    for waiting in list(&answer["triggers"]["waiting"]) {
        let event = waiting["event"].as_str().map(|event| format!(", since {event} on {}", word(&waiting["since"])));
        writeln!(
            text,
            "  waits    {} leaves {}{}",
            word(&waiting["trigger"]),
            word(&waiting["leaves"]),
            event.unwrap_or_default()
        )?;
    }
    if !list(&answer["decisions"]).is_empty() {
        writeln!(text, "  decided  which triggers left, and why others did not:")?;
    }
    for decision in list(&answer["decisions"]) {
        let step = decision["step"].as_u64().map(|step| format!(" step {step}")).unwrap_or_default();
        let why = decision["reason"].as_str().map(|reason| format!(": {reason}")).unwrap_or_default();
        let until = decision["until"].as_str().map(|until| format!(" until {until}")).unwrap_or_default();
        let passed: Vec<&str> = list(&decision["passed"]).iter().filter_map(Value::as_str).collect();
        let passed = if passed.is_empty() { String::new() } else { format!(" (passed: {})", passed.join(", ")) };
        let (at, trigger, done) = (word(&decision["at"]), word(&decision["trigger"]), word(&decision["done"]));
        writeln!(text, "           {at} {trigger}{step} {done}{why}{until}{passed}")?;
    }
    Ok(())
}

/// Who has the lead, and until when.
fn lead(text: &mut String, lead: &Value) -> std::fmt::Result {
    if lead.is_null() {
        return Ok(());
    }
    let held = &lead["held_back"];
    if lead["handed_over"].is_null() {
        write!(text, "  lead     never handed over")?;
    } else {
        write!(
            text,
            "  lead     {} {}, handed over {}",
            word(&lead["qualification"]),
            word(&lead["state"]),
            word(&lead["handed_over"])
        )?;
    }
    if !held.is_null() {
        write!(text, ", held back since {}: {}", word(&held["since"]), word(&held["reason"]))?;
    }
    if !lead["answer"].is_null() {
        write!(text, ", sales said {} {}", word(&lead["answer"]), word(&lead["answered"]))?;
    }
    for (key, what) in [("due", "due"), ("not_again_before", "not again before")] {
        if !lead[key].is_null() {
            write!(text, ", {what} {}", word(&lead[key]))?;
        }
    }
    writeln!(text)
}

/// What left for the prospect: known when files were asked.
fn left(text: &mut String, answer: &Value) -> std::fmt::Result {
    if !list(&answer["outputs"]).is_empty() {
        writeln!(text, "  left     what went to downstream topics:")?;
    }
    for output in list(&answer["outputs"]) {
        let mut says: Vec<String> = Vec::new();
        if let Some(to) = output["to"].as_str() {
            says.push(format!("{} > {to}", output["from"].as_str().unwrap_or("-")));
        }
        for key in ["axis", "step", "trigger", "qualification", "reason", "cause", "cart_id"] {
            if !output[key].is_null() {
                says.push(format!("{key} {}", word(&output[key])));
            }
        }
        says.extend(company(output));
        if let Some(event) = output["event"]["name"].as_str() {
            says.push(format!("by {event}"));
        }
        writeln!(text, "           {} {}: {}", word(&output["at"]), word(&output["type"]), says.join(", "))?;
    }
    Ok(())
}

/// What an output about a lead says of its company.
fn company(output: &Value) -> Option<String> {
    let company = Some(&output["company"]).filter(|company| !company.is_null())?;
    let stage = |axis: &str| company[axis].as_str().map(|stage| format!(" at {stage}"));
    let consensus = match (company["consensus"].as_bool(), company["consensus_since"].as_str()) {
        (Some(true), Some(since)) => format!("agreed since {since}"),
        (Some(true), None) => "agreed".to_owned(),
        _ => format!("{} of {} agree", list(&company["agreed"]).len(), word(&company["expected"])),
    };
    let active = list(&company["active_colleagues"]).len();
    let at = stage("journey").or_else(|| stage("funnel")).unwrap_or_default();
    let why = if output["type"] == "lead.held-back" { output["reasons"][0].as_str() } else { None };
    let why = why.map(|why| format!("{why}, ")).unwrap_or_default();
    Some(format!("{why}company {}{at}, {consensus}, {active} active colleagues", word(&company["name"])))
}

fn model(text: &mut String, track: &Value) -> std::fmt::Result {
    writeln!(
        text,
        "  model    {}{}",
        word(&track["model"]),
        if track["hash"].is_null() { " (another version of it)" } else { "" }
    )?;
    for axis in ["journey", "funnel"] {
        let at = &track[axis];
        if at.is_null() {
            writeln!(text, "    {axis:<8} not entered")?;
            continue;
        }
        write!(text, "    {axis:<8} {} since {}{}", word(&at["stage"]), word(&at["entered"]), by(at))?;
        if !at["stale_at"].is_null() {
            write!(text, ", goes stale {}", word(&at["stale_at"]))?;
        }
        writeln!(text)?;
        journeys(text, at)?;
        for past in list(&at["history"]).iter().rev() {
            writeln!(text, "             before: {} since {}{}", word(&past["stage"]), word(&past["entered"]), by(past))?;
        }
    }
    let score = &track["score"];
    if score.is_null() {
        return Ok(());
    }
    if !track["persona"].is_null() {
        writeln!(text, "    persona  {}", word(&track["persona"]))?;
    }
    let out = &track["disqualified"];
    if !out.is_null() {
        writeln!(text, "    disqualified since {} ({})", word(&out["since"]), word(&out["reason"]))?;
    }
    write!(text, "    score    {} ({})", word(&score["total"]), word(&score["label"]))?;
    if !score["grade"].is_null() {
        write!(
            text,
            ", grade {}: fit {}, engagement {}",
            word(&score["grade"]),
            word(&score["fit"]),
            word(&score["engagement"])
        )?;
    }
    let groups: Vec<String> =
        score["groups"].as_object().into_iter().flatten().map(|(name, points)| format!("{name} {}", word(points))).collect();
    write!(text, ": {}", groups.join(", "))?;
    if !score["label_falls_at"].is_null() {
        write!(text, "; the label falls {}", word(&score["label_falls_at"]))?;
    }
    if !score["label_rises_at"].is_null() {
        write!(text, "; the label rises {}", word(&score["label_rises_at"]))?;
    }
    writeln!(text)?;
    if list(&score["ledger"]).is_empty() {
        return Ok(());
    }
    writeln!(text, "    why      {:>9}  {:>9}", "given", "worth now")?;
    for line in list(&score["ledger"]) {
        writeln!(text, "             {}", ledger(line))?;
    }
    writeln!(text, "             {:>9}  {:>9}  the score", "", points(&score["ledger_sum"]))
}

/// Which journey it is, and those before it, the newest first.
fn journeys(text: &mut String, at: &Value) -> std::fmt::Result {
    let Some(number) = at["journey_number"].as_u64() else { return Ok(()) };
    let closed = if at["journey_closed"].is_null() { String::new() } else { format!(", closed {}", word(&at["journey_closed"])) };
    writeln!(text, "             journey {number}, since {}{closed}", word(&at["journey_began"]))?;
    for past in list(&at["past_journeys"]).iter().rev() {
        let stages: Vec<String> = list(&past["stages"]).iter().map(|stage| word(&stage["stage"])).collect();
        let stages = if stages.is_empty() { "its stages are not remembered".to_owned() } else { stages.join(" > ") };
        let (number, began, closed) = (word(&past["number"]), word(&past["began"]), word(&past["closed"]));
        writeln!(text, "             journey {number}, {began} to {closed}: {stages}")?;
    }
    Ok(())
}

/// One line of the account: what was given, what is left of it, when, for what.
fn ledger(line: &Value) -> String {
    let (given, now, group) = (points(&line["given"]), points(&line["now"]), word(&line["group"]));
    match line["what"].as_str() {
        Some("event") => {
            let event = line["event"].as_str().unwrap_or("an event");
            let rule = line["rule"].as_str().filter(|rule| *rule != event).map(|rule| format!(" (rule: {rule})"));
            format!("{given:>9}  {now:>9}  {}  {event}, {group}{}", word(&line["at"]), rule.unwrap_or_default())
        }
        Some("brought-forward") => format!("{:>9}  {now:>9}  older events, {group}", ""),
        Some("fit") => format!("{:>9}  {now:>9}  who it is: {}", "", word(&line["rule"])),
        Some("fit-cap") => format!("{:>9}  {now:>9}  above the cap of the fit", ""),
        Some("cap") => format!("{:>9}  {now:>9}  above the cap of the score", ""),
        _ => line.to_string(),
    }
}

/// What brought a prospect into a stage.
fn by(at: &Value) -> String {
    match (at["cause"].as_str(), at["event"].as_str()) {
        (Some("event"), Some(event)) => format!(", by {event}"),
        (Some("event") | None, _) => String::new(),
        (Some(cause), Some(event)) => format!(", {cause} by {event}"),
        (Some(cause), None) => format!(", {cause}"),
    }
}

/// Points with two decimals; nothing for none.
fn points(value: &Value) -> String {
    value.as_f64().map_or_else(String::new, |points| format!("{points:.2}"))
}

fn cart(text: &mut String, cart: &Value) -> std::fmt::Result {
    let series = &cart["series"];
    let id = cart["cart_id"].as_str().unwrap_or("without id");
    write!(text, "  cart     {id}: {} lines, series {}", list(&cart["lines"]).len(), word(&series["phase"]))?;
    if !series["next_due"].is_null() {
        write!(text, ", step {} due {}", series["steps_done"].as_u64().unwrap_or(0) + 1, word(&series["next_due"]))?;
    }
    if cart["reminded_for"] == "payment-failed" {
        write!(text, ", its payment failed")?;
    }
    if let Some(step) = cart["checkout_step"].as_str() {
        write!(text, ", checkout at step {step}")?;
    }
    writeln!(text)?;
    for line in list(&cart["lines"]) {
        let name = line["name"].as_str().map(|n| format!(" {n}")).unwrap_or_default();
        let price = line["price"].as_f64().map(|p| format!(" at {p}")).unwrap_or_default();
        writeln!(text, "           {} × {}{name}{price}", word(&line["quantity"]), word(&line["product_id"]))?;
    }
    for sent in list(&series["sent"]) {
        write!(
            text,
            "           step {} left {}, trigger {}",
            word(&sent["step"]),
            word(&sent["left"]),
            word(&sent["trigger_id"])
        )?;
        for done in ["opened", "clicked"] {
            if !sent[done].is_null() {
                write!(text, ", {done} {}", word(&sent[done]))?;
            }
        }
        writeln!(text)?;
    }
    Ok(())
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn word(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn stages_score_cart_and_what_comes_next_are_said() {
        let answer = json!({
            "prospect": "ann", "at": "T0", "first_seen": "T1", "last_seen": "T2", "last_activity": null, "sessions": 3,
            "consent": { "mail_allowed": false, "state": "unsubscribed", "since": "T3" }, "cooldown_from": null,
            "models": [{
                "model": "m", "hash": "h", "journey": { "stage": "b", "entered": "T4", "stale_at": "T5" }, "funnel": null,
                "score": { "total": 12.5, "label": "warm", "label_falls_at": "T6", "groups": { "mail": 12.5 } },
            }],
            "carts": [{
                "cart_id": null, "lines": [{ "product_id": "p", "quantity": 2, "price": 9.5, "name": "Lamp" }],
                "series": { "phase": "running", "steps_done": 1, "next_due": "T7", "sent": [{ "step": 1, "left": "T8", "trigger_id": "t" }] },
            }],
            "timers": [{ "kind": "cart-step", "cart_id": null, "at": "T7" }],
        });
        let text = of(&answer);
        for part in [
            "ann at T0",
            "not allowed (unsubscribed since T3)",
            "journey  b since T4, goes stale T5",
            "funnel   not entered",
            "score    12.5 (warm): mail 12.5; the label falls T6",
            "cart     without id: 1 lines, series running, step 2 due T7",
            "2 × p Lamp at 9.5",
            "step 1 left T8, trigger t",
            "T7 cart-step",
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
            "carts": [{ "cart_id": bad, "lines": [{ "product_id": bad, "name": bad, "quantity": 1 }] }],
            "models": [{ "model": bad, "journey": { "stage": bad, "cause": bad, "event": bad }, "persona": bad,
                "score": { "total": 1, "label": bad, "groups": { bad.clone(): 1 }, "ledger": [{ "what": "event", "event": bad, "rule": bad }, { "what": bad }] } }],
            "decisions": [{ "reason": bad, "until": bad, "passed": [bad] }], "timers": [{ "cart_id": bad, "kind": bad }],
            "outputs": [{ "to": bad, "from": bad, "cart_id": bad, "event": { "name": bad } }],
        });
        let text = of(&answer);
        let (with, without) = (
            text.lines().count(),
            of(&serde_json::from_str(&answer.to_string().replace(&json!(bad).to_string(), "\"x\"")).expect("JSON"))
                .lines()
                .count(),
        );
        assert_eq!(with, without, "no line is forged");
        assert!(text.chars().all(|c| c == '\n' || printable(&c.to_string()) == c.to_string()), "{text}");
    }

    #[test]
    fn an_answer_that_lacks_everything_is_no_panic() {
        assert!(of(&json!({})).contains("mail"));
    }
}

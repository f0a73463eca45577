//! What is known of an account, in words.

use super::words::{list, shown, word};
use serde_json::Value;
use std::fmt::Write;

/// The answer about an account as text.
pub(super) fn of(answer: &Value) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _never = known(&mut text, &shown(answer));
    text
}

fn known(text: &mut String, answer: &Value) -> std::fmt::Result {
    writeln!(text, "account {} at {}", word(&answer["account"]), word(&answer["at"]))?;
    let names: Vec<String> = list(&answer["known_as"]).iter().map(word).collect();
    if !names.is_empty() {
        writeln!(text, "  known as {}", names.join(", "))?;
    }
    writeln!(text, "  heard    first {}, last {}", word(&answer["first_heard"]), word(&answer["last_heard"]))?;
    writeln!(
        text,
        "  stands   journey {}, funnel {}, score {} (model {})",
        word(&answer["journey"]),
        word(&answer["funnel"]),
        word(&answer["score"]),
        word(&answer["model"])
    )?;
    if answer["disqualified"] == true {
        writeln!(text, "  out      disqualified: {}", word(&answer["reason"]))?;
    }
    let consensus = &answer["consensus"];
    let reached = if consensus["reached"] == true { "reached" } else { "not reached" };
    let since = if consensus["since"].is_null() { String::new() } else { format!(" since {}", word(&consensus["since"])) };
    writeln!(text, "  agree    consensus {reached}{since}: {}", word(&consensus["why"]))?;
    let deciders: Vec<String> = list(&consensus["deciders"]).iter().map(word).collect();
    let asked = if deciders.is_empty() { "everybody".to_owned() } else { deciders.join(", ") };
    writeln!(text, "           asked {asked}; agreement is {} or further", word(&consensus["stage"]))?;
    writeln!(text, "  members")?;
    for member in list(&answer["members"]) {
        writeln!(
            text,
            "           {} ({}): journey {}, funnel {}, score {}; {}",
            word(&member["member"]),
            word(&member["role"]),
            word(&member["journey"]),
            word(&member["funnel"]),
            word(&member["score"]),
            word(&member["why"])
        )?;
    }
    if !list(&answer["votes"]).is_empty() {
        writeln!(text, "  votes")?;
    }
    for vote in list(&answer["votes"]) {
        let who = if vote["member"].is_null() { "somebody who left".to_owned() } else { word(&vote["member"]) };
        let followed = if vote["followed"].is_null() { String::new() } else { format!(": {}", word(&vote["followed"])) };
        writeln!(text, "           {} {who} {}{followed}", word(&vote["at"]), word(&vote["says"]))?;
    }
    if !answer["forget_at"].is_null() {
        writeln!(text, "  next     nobody belongs to it; it is forgotten {}", word(&answer["forget_at"]))?;
    }
    Ok(())
}

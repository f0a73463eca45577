//! Faults of `[accounts]`, and what it does to the hash.

use super::{GOOD, faults_of, hash};
use crate::model::show;

/// Faults of an `[accounts]` section behind the good model: place and words of each.
#[track_caller]
fn accounts_fault(section: &str, path: &str, says: &str) {
    let faults = faults_of(&format!("{GOOD}[accounts]\n{section}\n"));
    assert_eq!(faults.len(), 1, "{}", show(&faults));
    assert_eq!(faults[0].fault.place.path, path, "{}", show(&faults));
    assert!(faults[0].fault.place.line > GOOD.lines().count(), "{}", show(&faults));
    assert!(faults[0].fault.message.contains(says), "{says:?} is not in: {}", faults[0].fault.message);
}

#[test]
fn faults_of_accounts() {
    let good = "consensus = { stage = \"two\", of = 3 }\n";
    accounts_fault("score = \"sum\"", "accounts.consensus", "is missing");
    accounts_fault("consensus = { stage = \"twoo\", of = 3 }", "accounts.consensus.stage", "did you mean \"two\"?");
    accounts_fault("consensus = { stage = \"two\" }", "accounts.consensus.of", "is missing");
    accounts_fault("consensus = { stage = \"two\", of = 0 }", "accounts.consensus.of", "must be 1 to 64");
    accounts_fault(
        "consensus = { stage = \"two\", of = 3, roles = [\"boss\"] }",
        "accounts.consensus.roles#1",
        "is no role of [accounts]",
    );
    accounts_fault(&format!("{good}score = \"most\""), "accounts.score", "known are \"sum\", \"highest\"");
    accounts_fault(&format!("{good}free_mail = [\"a@isp.example\"]"), "accounts.free_mail#1", "is no mail domain");
    accounts_fault(&format!("{good}roles = [ {{ name = \"boss\" }} ]"), "accounts.roles#1.where", "is missing");
    accounts_fault(
        &format!("{good}roles = [ {{ name = \"boss\", on = \"page\", where = {{ job_title = \"CEO\" }} }} ]"),
        "accounts.roles#1.on",
        "leave `on` out",
    );
    accounts_fault(&format!("{good}disqualified = {{ where = {{ reason = \"x\" }} }}"), "accounts.disqualified.on", "is missing");
    accounts_fault(&format!("{good}rolls = []"), "accounts.rolls", "did you mean \"roles\"?");
}

#[test]
fn what_accounts_say_is_part_of_the_hash_and_their_absence_is_not() {
    let of = |section: &str| {
        let models = leadstream_model::from_texts(&[&format!("{GOOD}{section}")]).unwrap_or_else(|f| panic!("{}", show(&f)));
        hash(&models).to_owned()
    };
    let accounts = "[accounts]\nconsensus = { stage = \"two\", of = 3 }\n";
    assert_ne!(of(accounts), of(""));
    assert_eq!(of(&format!("{accounts}score = \"sum\"\n")), of(accounts), "the default said");
    for more in ["score = \"highest\"", "free_mail = [\"isp.example\"]", "reopened = { on = \"Reopened\" }"] {
        assert_ne!(of(&format!("{accounts}{more}\n")), of(accounts), "{more}");
    }
}

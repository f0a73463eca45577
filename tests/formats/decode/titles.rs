//! A job title comes under many names; whichever a model asks under, it is the same.

use super::*;

use leadstream::domain::model::Models;
use leadstream::domain::origin::Position;
use leadstream::engine::task::{BatchEffects, Mode, Task};
use leadstream::wire::state_record::StateCodec;
use leadstream_model::from_texts;
use std::sync::Arc;

const MODEL: &str = r#"
name = "m"
[journey]
stages = ["one"]
moves = [{ to = "one", on = "*" }]
[[personas]]
name = "boss"
where = { title = { seniority = ["owner", "executive"] } }
[[personas]]
name = "student"
where = { job_title = { seniority = "student" } }
"#;

/// Persona after these calls, each with its traits.
fn persona(all: &[&str]) -> Option<String> {
    let models: Arc<Models> = Arc::new(from_texts(&[MODEL]).unwrap());
    let options = Options {
        topics: vec![Topic { name: "cart".into(), is_email: false, is_trusted: true, format: Format::Json }],
        ..Options::default()
    };
    let decoder = Decoder::new(options, &models.vocabulary);
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for (n, traits) in all.iter().enumerate() {
        let line = format!(
            r#"{{"type":"identify","userId":"ann","messageId":"m{n}","timestamp":"2026-03-02T09:0{n}:00Z","receivedAt":"2026-03-02T09:0{n}:00Z","traits":{traits}}}"#
        );
        let event = decoder.decode_line(line.as_bytes(), Position::default()).unwrap();
        task.apply_event(&event, Mode::Virtual, &mut effects);
    }
    task.staged(|_| {});
    task.confirm();
    let prospect = task.prospect("ann").unwrap().unwrap();
    models.in_charge().people.persona_of(&prospect.tracks[0]).map(|name| name.to_string())
}

#[test]
fn a_title_is_found_under_all_its_names() {
    for traits in [
        r#"{"title":"CEO"}"#,
        r#"{"job_title":"CEO"}"#,
        r#"{"jobTitle":"CEO"}"#,
        r#"{"jobtitle":"CEO"}"#,
        r#"{"Job Title":"CEO"}"#,
        r#"{"Title":"CEO"}"#,
        r#"{"position":"CEO"}"#,
        r#"{"role":"CEO"}"#,
        r#"{"jobRole":"CEO"}"#,
        r#"{"employment":{"title":"CEO"}}"#,
        r#"{"job":{"title":"CEO"}}"#,
        r#"{"title":"Ms","job_title":"CEO"}"#,
        r#"{"title":"Ms","position":"CEO"}"#,
        r#"{"title":"CEO","role":"admin"}"#,
    ] {
        assert_eq!(persona(&[traits]).as_deref(), Some("boss"), "{traits}");
    }
    assert_eq!(persona(&[r#"{"jobTitle":"Intern"}"#]).as_deref(), Some("student"));
}

#[test]
fn what_is_no_title_takes_none_away() {
    assert_eq!(persona(&[r#"{"title":"CEO"}"#, r#"{"role":"admin"}"#]).as_deref(), Some("boss"));
    assert_eq!(persona(&[r#"{"title":"CEO"}"#, r#"{"title":"Mr."}"#]).as_deref(), Some("boss"));
    assert_eq!(persona(&[r#"{"title":"Mr."}"#]), None);
    assert_eq!(persona(&[r#"{"headline":"CEO"}"#]), None);
    assert_eq!(persona(&[r#"{"role":"admin","position":{"x":12}}"#]), None);
}

#[test]
fn the_newest_title_counts_under_whichever_name_it_comes() {
    assert_eq!(persona(&[r#"{"title":"Intern"}"#, r#"{"jobTitle":"CEO"}"#]).as_deref(), Some("boss"));
    assert_eq!(persona(&[r#"{"job_title":"CEO"}"#, r#"{"title":"Gardener"}"#]), None);
    assert_eq!(persona(&[r#"{"position":"Intern"}"#, r#"{"position":"CEO"}"#]).as_deref(), Some("boss"));
}

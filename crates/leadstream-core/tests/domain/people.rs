//! Who a prospect is, and which of several models is for them: what scenarios don't show.

use super::harness::{Line, commit, model, play, restored, run_lines, script};
use leadstream_core::domain::ids::name_hash;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::domain::terms::per_axis::PerAxis;
use leadstream_core::engine::codec::Codec;
use leadstream_core::engine::task::Task;
use leadstream_core::state_record::StateCodec;
use leadstream_model::SHIPPED;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The shop's model, and the one of business buyers, for engineers only.
fn two(carry_over: &str) -> Arc<Models> {
    let text = |name: &str| SHIPPED.iter().find(|(shipped, _)| *shipped == name).unwrap().1;
    let engineers = format!("for_personas = [\"engineering\"]\n{}\n{carry_over}", text("b2b10"));
    super::harness::models(&[text("ecommerce"), &engineers])
}

fn run(models: &Arc<Models>, text: &str) -> Task<StateCodec> {
    let mut task = Task::new(Arc::clone(models), StateCodec);
    play(&mut task, models, text, commit);
    task
}

#[test]
fn everybody_is_counted_once_under_the_model_in_charge_and_their_persona() {
    let models = two("");
    let task = run(
        &models,
        "0m page path=/pricing\n1m identify by=ben title=Developer\n2m Demo_Requested by=ben\n3m identify by=eva title=CEO\n\
         4m Trial_Started by=eva\n5m identify by=tom title=Developer\n6m identify by=tom title=Gardener",
    );
    let population = task.population();
    let prospects: Vec<u64> = population.models.iter().map(|of| of.labels.iter().sum()).collect();
    assert_eq!(prospects, [3, 1], "Ann, Eva and Tom are the shop's, Ben is the engineers'");
    let personas: Vec<u64> = population.models[0].stages.iter().map(|PerAxis { journey, .. }| journey.iter().sum()).collect();
    assert_eq!(personas, [2, 1, 0, 0, 0, 0], "Eva is an executive, Ann and Tom are nobody we know");
    let engineers = &population.models[1].stages[2][Axis::Journey];
    assert_eq!(engineers.iter().position(|n| *n > 0), Some(5), "Ben compares: the fifth stage");
    assert_eq!(restored(&task, Arc::clone(&models)).population(), population, "as after a restart");
}

#[test]
fn coming_over_and_moving_on_by_the_same_event_are_two_changes_with_two_ids() {
    let models = two(
        "[carry_over]\nfrom = \"ecommerce\"\notherwise = \"nearest\"\njourney = { \"problem-identification\" = \"awareness\" }\n\
         funnel = {}",
    );
    let lines = script("0m page path=/magazine/a\n1m page path=/pricing\n2m identify title=Developer\n3m Demo_Requested");
    let outputs = run_lines(&[models], &lines, 1);
    let ids: BTreeSet<u128> = outputs.iter().map(|o| o.output.id).collect();
    assert_eq!(ids.len(), outputs.len());
}

#[test]
fn points_go_along_where_both_models_have_a_group_of_that_name() {
    let text = |name: &str, top: &str, rest: &str| {
        format!(
            "name = \"{name}\"\n{top}\n[journey]\nstages = [\"in\"]\nmoves = [{{ to = \"in\", on = \"*\" }}]\n[score]\n\
             labels = {{ cold = 0, warm = 10 }}\n[[score.groups]]\nname = \"reading\"\nhalf_life = \"10d\"\n\
             rules = [{{ on = \"page\", points = 16 }}]\n[[score.groups]]\nname = \"{name} only\"\nhalf_life = \"off\"\n\
             rules = [{{ on = \"Trial Started\", points = 1 }}]\n{rest}"
        )
    };
    let general = text("general", "", "[[personas]]\nname = \"cook\"\nwhere = { job = \"cook\" }\n");
    let cooks = text("cooks", "for_personas = [\"cook\"]", "[carry_over]\nfrom = \"general\"\n");
    let models = leadstream_model::from_texts(&[&general, &cooks]).unwrap_or_else(|faults| panic!("{faults:?}"));
    let lines = script("0d page\n0d Trial_Started\n10d identify job=cook\n12d Trial_Started");
    let outputs = run_lines(&[Arc::new(models)], &lines, 1);
    let scores = outputs.iter().filter_map(|o| match &o.output.body {
        Body::StageChanged(s) if o.output.model == 1 => Some((s.to.to_string(), s.score)),
        _ => None,
    });
    // 16 points have halved in ten days; the group that only the other model has stays behind.
    assert_eq!(scores.collect::<Vec<_>>(), [("in".to_owned(), 8.0)]);
}

#[test]
fn a_grade_is_a_letter_of_fit_and_a_number_of_engagement() {
    let models = model(
        "name = \"m\"\n[funnel]\nstages = [\"in\"]\nmoves = [{ to = \"in\", on = \"*\" }]\n[score]\n[[score.groups]]\n\
         name = \"g\"\nhalf_life = \"off\"\nrules = [{ on = \"page\", points = 10 }]\n[fit]\n\
         rules = [{ where = { job = { exists = true } }, points = 10 }]\n[grades]\nfit = { A = 40, B = 20, C = 10 }\n\
         engagement = { 1 = 30, 2 = 20, 3 = 10 }",
    );
    let people = &models.models[0].people;
    let said = |fit: f64, engagement: f64| {
        let track = leadstream_core::domain::state::track::Track { grade: people.grade(fit, engagement), ..Default::default() };
        people.grade_of(&track).unwrap().to_string()
    };
    assert_eq!([said(40.0, 30.0), said(39.9, 29.9), said(10.0, 10.0), said(-5.0, -1.0)], ["A1", "B2", "C3", "D4"]);
    assert_eq!(people.engagement_line(people.grade(0.0, 25.0)), Some(20.0));
    assert_eq!(people.engagement_line(people.grade(0.0, 0.0)), None, "nothing is below 4");
}

/// What somebody may do who is now this, now that.
fn lives() -> impl Strategy<Value = String> {
    let one = (0..11_usize, 0..2_usize, prop_oneof![0..50_i64, 0..3_000_i64, 0..60_000_i64], prop::bool::weighted(0.15));
    prop::collection::vec(one, 1..50).prop_map(|many| {
        let did = [
            "identify title=Developer",
            "identify title=Developer",
            "identify title=Gardener",
            "identify title=CEO budget=approved",
            "group employees=20",
            "identify budget=none",
            "page path=/pricing",
            "Demo_Requested",
            "Trial_Started",
            "add A",
            "order",
        ];
        let mut minutes = 0;
        let lines = many.into_iter().map(|(what, who, passed, late)| {
            minutes += passed;
            let happened = if late { format!("< {}m ", minutes - passed.min(minutes) / 2) } else { String::new() };
            format!("{minutes}m {happened}{} by={}", did[what], ["ann", "ben"][who])
        });
        lines.chain(["600d wait".to_owned()]).collect::<Vec<_>>().join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whoever_somebody_turns_out_to_be_exactly_one_model_is_in_charge(life in lives(), restart in any::<prop::sample::Index>()) {
        let models = [two(
            "[cart]\nsteps = [\"20m\", \"30h\"]\n[carry_over]\nfrom = \"ecommerce\"\notherwise = \"nearest\"\n\
             journey = { problem-identification = \"awareness\" }",
        )];
        let lines = script(&life);
        let outputs = run_lines(&models, &lines, 1);
        let mut with_restart = lines.clone();
        with_restart.insert(restart.index(lines.len()), Line::Restart(0));
        prop_assert_eq!(&run_lines(&models, &lines, 1_000), &outputs);
        prop_assert_eq!(&run_lines(&models, &with_restart, 1_000), &outputs);
        let ids: BTreeSet<u128> = outputs.iter().map(|o| o.output.id).collect();
        prop_assert_eq!(ids.len(), outputs.len(), "an id came twice");
        for output in &outputs {
            let engineers = output.output.model == 1;
            match &output.output.body {
                // The engineers' model says nothing of others.
                Body::StageChanged(s) if engineers => prop_assert_eq!(s.persona.as_deref(), Some("engineering")),
                Body::CartAbandoned(c) => prop_assert_eq!(c.persona.as_deref() == Some("engineering"), engineers),
                _ => {}
            }
        }
    }
}

#[test]
fn a_long_text_is_cut_at_a_whole_character() {
    let models = model(
        "name = \"m\"\n[funnel]\nstages = [\"in\"]\nmoves = [{ to = \"in\", on = \"*\" }]\n\
         [[personas]]\nname = \"p\"\nwhere = { job = { exists = true } }",
    );
    let task = run(&models, &format!("0m identify job={}", "ü".repeat(200)));
    let (_, record) = task.records().next().expect("Ann");
    let prospect = StateCodec.decode(record).unwrap();
    let job = prospect.extras.as_ref().unwrap().traits.get(name_hash("job")).map(|v| format!("{v:?}"));
    assert_eq!(job, Some(format!("Text({:?})", "ü".repeat(64))));
}

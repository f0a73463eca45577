//! Leads on their way through their account: what members and accounts tell each other lies on other partitions and comes later.

use super::harness::{Line, model, say, script};
use leadstream_core::domain::hand_over::HandOver;
use leadstream_core::domain::member_update::MemberUpdateRecord;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use leadstream_core::domain::state::lead::LeadStatus;
use leadstream_core::domain::terms::sales::HandOverKind;
use leadstream_core::engine::task::{BatchEffects, Mode, ProspectOutput, Task};
use leadstream_core::state_record::StateCodec;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;

/// Points stay: what is handed over depends on the events alone.
const MODEL: &str = r#"
name = "companies"
[journey]
stages = ["one", "two", "won"]
moves = [ { to = "one", on = "*" }, { to = "two", on = "Demo" }, { to = "won", on = "Order Completed" } ]
[score]
labels = { cold = 0, mql = 100, sql = 300 }
[[score.groups]]
name = "a"
half_life = "off"
rules = [ { on = "Demo", points = 100 } ]
[hand_over]
mql = { label = "mql", sla = "1d", grace = "1d" }
[accounts]
consensus = { stage = "two", of = 2 }
"#;

/// Tasks whose words to each other arrive after so many more events; 0: at once.
struct Partitions {
    models: Arc<Models>,
    tasks: Vec<Task<StateCodec>>,
    underway: VecDeque<(usize, MemberUpdateRecord)>,
    outputs: Vec<ProspectOutput>,
}

fn partition(key: &str) -> usize {
    usize::try_from(leadstream_core::domain::ids::murmur2_partition(key.as_bytes(), 3)).unwrap()
}

impl Partitions {
    fn of(models: &Arc<Models>) -> Self {
        let tasks = (0..3).map(|_| Task::new(Arc::clone(models), StateCodec)).collect();
        Self { models: Arc::clone(models), tasks, underway: VecDeque::new(), outputs: Vec::new() }
    }

    /// Takes in what the tasks gave, as transactions would: committed, then on its way.
    fn commit(&mut self, at: usize, now: usize, effects: &mut BatchEffects) {
        for output in effects.outputs.drain(..) {
            match output.member_update() {
                Some(member_update) => self.underway.push_back((now, member_update)),
                None => self.outputs.push(output),
            }
        }
        self.tasks[at].staged(|_| {});
        self.tasks[at].confirm();
    }

    fn deliver(&mut self, now: usize, delay: usize) {
        while self.underway.front().is_some_and(|(since, _)| now - since >= delay) {
            let (_, member_update) = self.underway.pop_front().unwrap();
            let at = partition(member_update.update.addressee());
            let mut effects = BatchEffects::default();
            self.tasks[at].apply_update(&member_update, &mut effects);
            self.commit(at, now, &mut effects);
        }
    }

    fn run(mut self, lines: &[Line], delay: usize) -> Self {
        for (now, line) in lines.iter().enumerate() {
            let mut effects = BatchEffects::default();
            match line {
                Line::Event(did) => {
                    let event = did.event(&self.models);
                    let at = partition(&event.prospect);
                    self.tasks[at].apply_event(&event, Mode::Virtual, &mut effects);
                    self.commit(at, now, &mut effects);
                }
                Line::Until(until_ms) => {
                    for at in 0..self.tasks.len() {
                        self.tasks[at].advance(*until_ms, Mode::Virtual, &mut effects);
                        self.commit(at, now, &mut effects);
                    }
                }
                _ => unreachable!("scripts of this file have none"),
            }
            self.deliver(now, delay);
        }
        // Everything arrives in the end.
        while !self.underway.is_empty() {
            self.deliver(usize::MAX, 0);
        }
        self
    }

    /// What leaves of leads: id, kind and time, each once.
    fn leads(&self) -> BTreeMap<u128, String> {
        let mut leads = BTreeMap::new();
        for ProspectOutput { prospect, output, .. } in &self.outputs {
            if matches!(output.body, Body::HandOver(_)) {
                assert!(leads.insert(output.id, format!("{prospect}: {}", say(output))).is_none(), "twice: {}", say(output));
            }
        }
        leads
    }

    fn about(&self, kind: HandOverKind) -> impl Iterator<Item = (&str, &HandOver)> {
        self.outputs.iter().filter_map(move |o| match &o.output.body {
            Body::HandOver(lead) if lead.kind == kind => Some((&*o.prospect, &**lead)),
            _ => None,
        })
    }

    fn stand(&self, key: &str) -> Option<(LeadStatus, bool)> {
        let prospect = self.tasks[partition(key)].prospect(key).unwrap()?;
        let lead = prospect.extras.as_deref().map(|extras| (extras.lead.status, extras.lead.held.is_some()));
        Some(lead.unwrap_or_default())
    }
}

/// People of three companies, minutes apart; whoever is a lead has one hand-over, so that the pause after it plays no part.
fn life(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut dice = |sides: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % sides
    };
    let mut text = String::new();
    for person in 0..9 {
        writeln!(text, "{person}m identify email=p{person}@c{}.example by=p{person}", person % 3).unwrap();
    }
    for minute in (20..1_200).step_by(20) {
        let who = dice(9);
        let (company, n) = (who % 3, minute);
        let what = match dice(12) {
            0..=3 => format!("Demo by=p{who}"),
            4 | 5 => format!("Account_Disqualified by=p{who}"),
            6 | 7 => format!("Account_Reopened by=p{who}"),
            8 if company == 1 => format!("order P1 order=o{n} value=10 by=p{who}"),
            _ => format!("Page_Read by=p{who}"),
        };
        writeln!(text, "{n}m {what}").unwrap();
    }
    text
}

/// So many minutes of nothing after each event: what its tasks tell each other arrives meanwhile.
fn with_pauses(text: &str, pauses: i64) -> String {
    let mut paused = String::new();
    for line in text.lines() {
        let minute: i64 = line.split_once("m ").unwrap().0.parse().unwrap();
        writeln!(paused, "{line}").unwrap();
        (1..=pauses).filter(|_| minute >= 20).for_each(|extras| writeln!(paused, "{}m wait", minute + extras).unwrap());
    }
    paused
}

#[test]
fn what_arrives_at_once_and_what_arrives_a_moment_later_hand_over_alike() {
    let models = model(MODEL);
    let (mut held, mut handed_over) = (0, 0);
    for seed in 1..=60 {
        let text = format!("{}\n10d wait", with_pauses(&life(seed), 9));
        let lines = script(&text);
        let at_once = Partitions::of(&models).run(&lines, 0);
        let later = Partitions::of(&models).run(&lines, 2);
        assert_eq!(at_once.leads(), later.leads(), "seed {seed}\n{text}");
        for person in 0..9 {
            let key = format!("p{person}");
            assert_eq!(at_once.stand(&key), later.stand(&key), "seed {seed}: {key}");
        }
        let count = |kind| at_once.about(kind).count();
        held += count(HandOverKind::HeldBack);
        handed_over += count(HandOverKind::HandedOver);
    }
    assert!(held > 60 && handed_over > 60, "{held} held back, {handed_over} handed over");
}

#[test]
fn however_late_the_words_arrive_nobody_hears_of_a_lead_that_was_not_handed_over() {
    let models = model(MODEL);
    for seed in 1..=60 {
        let text = format!("{}\n{}\n10d wait", life(seed), (1..20).map(|n| format!("{}m wait\n", 1_200 + n)).collect::<String>());
        for delay in [1, 3, 7] {
            let partitions = Partitions::of(&models).run(&script(&text), delay);
            let got: Vec<(&str, i64)> =
                partitions.about(HandOverKind::HandedOver).map(|(who, lead)| (who, lead.handed_over_at_ms)).collect();
            for kind in [HandOverKind::Reminded, HandOverKind::Returned] {
                for (who, lead) in partitions.about(kind) {
                    assert!(got.contains(&(who, lead.handed_over_at_ms)), "seed {seed}, delay {delay}: {who} {lead:?}\n{text}");
                }
            }
            for (who, lead) in partitions.about(HandOverKind::HeldBack) {
                assert_eq!(lead.sla_due_at_ms, None, "{who}");
            }
        }
    }
}

#[test]
fn whoever_is_read_long_before_its_colleagues_is_never_reminded_of_what_was_held_back() {
    let models = model(MODEL);
    // Ben's partition lags: his word that the company is out arrives when all is over for Ann, reminders and all.
    let text = "0m identify email=ann@acme.example\n1m identify email=ben@acme.example by=ben\n1h Account_Disqualified by=ben";
    let mut partitions = Partitions::of(&models).run(&script(text), 0);
    let ann = "2h Demo\n5d wait";
    partitions = partitions.run(&script(ann), 0);
    let kinds: Vec<String> = partitions.leads().into_values().collect();
    assert_eq!(kinds, ["ann: 2h lead held-back MQL: account-disqualified, label mql, a 100: Demo 100"]);
    assert_eq!(partitions.stand("ann"), Some((LeadStatus::Open, true)));
    // The same, but nothing that anybody tells arrives before the end.
    let text = format!("{text}\n{ann}");
    let lines = script(&text);
    let late = Partitions::of(&models).run(&lines, lines.len());
    assert_eq!(late.leads().into_values().collect::<Vec<_>>(), kinds, "the account knew when it was asked");
    assert_eq!(late.stand("ann"), Some((LeadStatus::Open, true)));
    // And handed over once it is open again.
    let reopened = Partitions::of(&models).run(&script(&format!("{text}\n6d Account_Reopened by=ben\n6d1h wait")), 0);
    assert_eq!(reopened.stand("ann"), Some((LeadStatus::AwaitingAnswer, false)));
}

#[test]
fn a_lead_without_a_company_leaves_as_ever() {
    let with = Partitions::of(&model(MODEL)).run(&script("0m identify\n1h Demo\n3d wait"), 0);
    let (plain, _) = MODEL.split_once("[accounts]").unwrap();
    let without = Partitions::of(&model(plain)).run(&script("0m identify\n1h Demo\n3d wait"), 0);
    assert_eq!((with.leads(), with.leads().len()), (without.leads(), 3));
    let is_plain = |o: &ProspectOutput| match &o.output.body {
        Body::HandOver(lead) => lead.company.is_none(),
        _ => true,
    };
    assert!(with.outputs.iter().all(is_plain));
}

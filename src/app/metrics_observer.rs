//! What workers report, as metrics.

mod misses;
mod refused_log;
pub mod routers;
mod untrusted;

use crate::domain::hand_over::HandOver;
use crate::domain::identity::record::Counted;
use crate::domain::model::Models;
use crate::domain::model::sales::ANSWERS;
use crate::domain::names::{Authority, Kind};
use crate::domain::output::trigger::CartOutcome;
use crate::domain::output::{Body, Note};
use crate::domain::terms::account::AccountKind;
use crate::domain::terms::bots::{BotKind, InternalKind};
use crate::domain::terms::cart::OutcomeKind;
use crate::domain::terms::limit::Limit;
use crate::domain::terms::recovery::AttributionReason;
use crate::domain::terms::sales::{Answer, Bar, HandOverKind, MERGED, Qualification, RETURNED_BECAUSE};
use crate::domain::terms::trigger::TriggerKind;
use crate::engine::task::ProspectOutput;
use crate::runtime::observe::{BatchStats, Observer, RebalanceKind, TransactionOutcome};
use crate::runtime::ports::{Cause, DeadReason};
use crate::telemetry::Telemetry;
use crate::telemetry::catalogue::{accounts, batches, carts, events, leads, state, tasks, triggers};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const fn outcome_name(outcome: TransactionOutcome) -> &'static str {
    match outcome {
        TransactionOutcome::Committed => "committed",
        TransactionOutcome::Aborted => "aborted",
        TransactionOutcome::Rebuilt => "unknown",
    }
}

const fn rebalance_name(kind: RebalanceKind) -> &'static str {
    match kind {
        RebalanceKind::Assigned => "assigned",
        RebalanceKind::Revoked => "revoked",
        RebalanceKind::Lost => "lost",
    }
}

/// Counts what committed batches did.
pub struct MetricsObserver {
    telemetry: Arc<Telemetry>,
    models: Arc<Models>,
    /// Input topics, in the order of their indices.
    inputs: Vec<String>,
    refused_log: refused_log::RefusedLog,
    untrusted: untrusted::Untrusted,
    misses: misses::Unlogged,
}

impl MetricsObserver {
    /// Shows every series of the closed sets at zero, and the models.
    #[must_use]
    pub fn new(telemetry: Arc<Telemetry>, models: Arc<Models>, inputs: Vec<String>) -> Self {
        for reason in DeadReason::ALL {
            telemetry.declare(&events::DEAD_LETTERS, &[reason.name()]);
        }
        for topic in &inputs {
            telemetry.declare(&tasks::INPUT_WAITS, &[topic]);
            for class in Kind::CLASSES {
                telemetry.declare(&events::EVENTS, &[topic, class]);
            }
            for authority in Authority::ALL {
                telemetry.declare(&events::UNTRUSTED_EVENTS, &[topic, authority.name()]);
            }
        }
        for step in 1..=models.most_cart_steps() {
            telemetry.declare(&carts::CART_TRIGGERS, &[&step.to_string()]);
            telemetry.declare(&carts::CART_UNADDRESSABLE, &[&step.to_string()]);
        }
        for limit in Limit::ALL {
            telemetry.declare(&state::LIMITS_REACHED, &[limit.name()]);
        }
        for kind in BotKind::ALL {
            telemetry.declare(&events::MACHINE_EVENTS, &[kind.name()]);
        }
        for kind in InternalKind::ALL {
            telemetry.declare(&events::INTERNAL_EVENTS, &[kind.name()]);
        }
        for trigger in models.models.iter().flat_map(|m| &m.triggers.triggers) {
            for kind in [TriggerKind::Fired, TriggerKind::Recalled] {
                telemetry.declare(&triggers::TRIGGERS, &[&trigger.name, kind.name()]);
            }
        }
        if models.accounts().is_some() {
            for kind in AccountKind::ALL {
                telemetry.declare(&accounts::ACCOUNT_CHANGES, &[kind.type_name()]);
            }
        }
        if models.models.iter().any(|model| model.sales.hand_over.is_some()) {
            declare_leads(&telemetry);
        }
        for outcome in ["committed", "aborted", "unknown"] {
            telemetry.declare(&batches::TRANSACTIONS, &[outcome]);
        }
        for cause in Cause::ALL {
            telemetry.declare(&batches::ABORTS, &[cause.name()]);
        }
        for kind in ["assigned", "revoked", "lost"] {
            telemetry.declare(&tasks::REBALANCES, &[kind]);
        }
        for model in &models.models {
            telemetry.model(&model.name, &model.hash_text);
        }
        Self {
            telemetry,
            models,
            inputs,
            refused_log: refused_log::RefusedLog::default(),
            untrusted: untrusted::Untrusted::default(),
            misses: misses::Unlogged::default(),
        }
    }

    fn topic(&self, input: u16) -> &str {
        self.inputs.get(usize::from(input)).map_or("other", String::as_str)
    }

    fn model(&self, output: &ProspectOutput) -> &str {
        self.models.models.get(output.output.model).map_or("other", |m| m.name.as_str())
    }

    fn outputs(&self, batch: &BatchStats) {
        // One look-up per series and batch, not per output.
        let mut stages: BTreeMap<_, u64> = BTreeMap::new();
        let mut labels: BTreeMap<_, u64> = BTreeMap::new();
        let mut steps: BTreeMap<u8, u64> = BTreeMap::new();
        let mut unaddressable: BTreeMap<u8, u64> = BTreeMap::new();
        let mut outcomes: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut triggers: BTreeMap<(&str, &'static str), u64> = BTreeMap::new();
        let mut suppressed: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut leads: BTreeMap<_, u64> = BTreeMap::new();
        let mut accounts: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut identities: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut lateness: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        for output in &batch.outputs {
            let body = &output.output.body;
            match body {
                Body::StageChanged(s) => {
                    let key = (self.model(output), s.axis.name(), s.from.as_deref(), s.to.as_str(), s.cause.name());
                    *stages.entry(key).or_default() += 1;
                }
                Body::ScoreChanged(s) => *labels.entry((self.model(output), s.to.as_deref(), s.up)).or_default() += 1,
                Body::CartAbandoned(c) => {
                    *steps.entry(c.step).or_default() += 1;
                    if !c.addressable {
                        *unaddressable.entry(c.step).or_default() += 1;
                    }
                }
                Body::CartOutcome(c) => {
                    *outcomes.entry(c.kind.type_name()).or_default() += 1;
                    match c.kind {
                        OutcomeKind::Skipped => *suppressed.entry(c.reason.name()).or_default() += 1,
                        OutcomeKind::Recovered | OutcomeKind::RecoveredLate => self.recovered(c),
                        OutcomeKind::Reversed => {
                            self.telemetry.cart_reversed(c.currency.as_deref(), c.reason.name(), c.value.unwrap_or(0.0));
                        }
                        OutcomeKind::Cancelled | OutcomeKind::Recalled | OutcomeKind::Expired => {}
                    }
                }
                Body::Triggered(t) => *triggers.entry((t.trigger.as_str(), t.kind.name())).or_default() += 1,
                Body::IdentityChanged(i) => *identities.entry(i.type_name()).or_default() += 1,
                Body::Member(_) | Body::Told(_) | Body::Blocked => {}
                Body::HandOver(h) => *leads.entry((h.kind, h.qualification, h.answer, returned_because(h))).or_default() += 1,
                Body::AccountChanged(a) => *accounts.entry(a.kind.type_name()).or_default() += 1,
            }
            // Without an event time was the cause: the output was due at its own time.
            if output.output.event.is_none()
                && let Some(kind) = timer_name(body)
            {
                let late_ms = batch.committed_at_ms - output.output.at_ms;
                lateness.entry(kind).or_default().push(late_ms as f64 / 1_000.0);
            }
        }
        for ((model, axis, from, to, cause), count) in stages {
            self.telemetry.stage_changes(model, axis, from, to, cause, count);
        }
        for ((model, label, up), count) in labels {
            self.telemetry.score_changes(model, label, up, count);
        }
        for ((kind, qualification, answer, because), count) in leads {
            self.telemetry.hand_overs(kind.type_name(), qualification.name(), count);
            if let Some(answer) = answer {
                self.telemetry.lead_answers(qualification.name(), answer.name(), count);
            }
            if let Some(because) = because {
                let (level, held_back) = (qualification.name(), kind == HandOverKind::HeldBack);
                if held_back {
                    self.telemetry.leads_held_back(level, because, count);
                } else {
                    self.telemetry.lead_returns(level, because, count);
                }
            }
        }
        steps.into_iter().for_each(|(step, count)| self.telemetry.cart_triggers(step, count));
        unaddressable.into_iter().for_each(|(step, count)| self.telemetry.cart_unaddressable(step, count));
        outcomes.into_iter().for_each(|(kind, count)| self.telemetry.cart_outcomes(kind, count));
        triggers.into_iter().for_each(|((trigger, kind), count)| self.telemetry.triggers(trigger, kind, count));
        accounts.into_iter().for_each(|(kind, count)| self.telemetry.account_changes(kind, count));
        identities.into_iter().for_each(|(kind, count)| self.telemetry.identity_changes(kind, count));
        suppressed.into_iter().for_each(|(reason, count)| self.telemetry.cart_suppressed(reason, count));
        lateness.into_iter().for_each(|(kind, seconds)| self.telemetry.trigger_lateness(kind, seconds));
    }

    fn recovered(&self, cart: &CartOutcome) {
        let (currency, value) = (cart.currency.as_deref(), cart.value.unwrap_or(0.0));
        if cart.late {
            return self.telemetry.cart_recovered_late(currency, value);
        }
        match cart.attribution {
            Some(attribution) => self.telemetry.cart_recovered(currency, attribution.name(), value),
            None => {
                self.telemetry.cart_came_back(currency, cart.attribution_reason.map_or("other", AttributionReason::name), value)
            }
        }
    }

    fn notes(&self, batch: &BatchStats) {
        let count = |note| batch.notes.get(&note).copied().unwrap_or_default();
        let telemetry = &self.telemetry;
        telemetry.duplicates(count(Note::Duplicate));
        telemetry.late_events(count(Note::Late));
        telemetry.clamped_events(batch.clamped);
        telemetry.clock_corrected_events(batch.clock_corrected);
        telemetry.local_time_events(batch.local_times);
        telemetry.broken_fields(batch.broken_fields);
        telemetry.before_erasure(count(Note::BeforeErasure));
        telemetry.model_moves(count(Note::ModelMoved));
        telemetry.stages_kept(count(Note::StageKept));
        telemetry.lead_answers_ignored(count(Note::AnswerIgnored));
        telemetry.prospects_forgotten(count(Note::Forgotten));
        let refused = count(Note::NoRoom);
        telemetry.new_prospects_refused(refused);
        if refused > 0
            && let Some(line) = self.refused_log.line(refused, batch.committed_at_ms)
        {
            tracing::warn!("{line}");
        }
        for (note, count) in &batch.notes {
            if let Note::Suppressed(reason) = note {
                self.telemetry.triggers_suppressed(reason.name(), *count);
            }
        }
        for limit in Limit::ALL {
            self.telemetry.limits_reached(limit.name(), count(Note::LimitReached(limit)));
        }
        for kind in BotKind::ALL {
            self.telemetry.machine_events(kind.name(), count(Note::Bot(kind)));
        }
        for kind in InternalKind::ALL {
            self.telemetry.internal_events(kind.name(), count(Note::Internal(kind)));
        }
        for why in Counted::ALL {
            self.telemetry.links_refused(why.name(), count(Note::Link(why)));
        }
        self.telemetry.cart_suppressed("no-consent", count(Note::NoConsent));
    }
}

impl Observer for MetricsObserver {
    fn batch_committed(&self, _worker: u16, batch: &BatchStats) {
        for ((input, class), count) in &batch.classes {
            self.telemetry.events(self.topic(*input), class, *count);
        }
        let mut dead: BTreeMap<DeadReason, u64> = BTreeMap::new();
        for ((input, reason), count) in &batch.dead {
            if let Some(authority) = reason.authority() {
                let topic = self.topic(*input);
                self.telemetry.untrusted_events(topic, authority.name(), *count);
                if let Some(line) = self.untrusted.line((*input, topic), authority, *count, batch.committed_at_ms) {
                    tracing::warn!("{line}");
                }
            }
            *dead.entry(*reason).or_default() += count;
        }
        dead.into_iter().for_each(|(reason, count)| self.telemetry.dead_letters(reason.name(), count));
        self.notes(batch);
        self.misses.count(&self.telemetry, batch);
        self.outputs(batch);
        // Each sampled record stands for an equal share of the batch; the first ones also for what is left over.
        let (events, samples) = (usize::try_from(batch.events).unwrap_or(usize::MAX), batch.sampled_record_ms.len().max(1));
        let latencies = batch.sampled_record_ms.iter().enumerate().map(|(n, record_ms)| {
            let stands_for = events / samples + usize::from(n < events % samples);
            (batch.committed_at_ms.saturating_sub(*record_ms).max(0) as f64 / 1_000.0, stands_for)
        });
        self.telemetry.event_latency(latencies);
        self.telemetry.committed(batch.events, batch.commit_took.as_secs_f64(), batch.committed_at_ms as f64 / 1_000.0);
    }

    fn failure(&self, _worker: u16, class: &'static str) {
        self.telemetry.failure(class);
    }

    fn aborted(&self, _worker: u16, cause: Cause) {
        self.telemetry.aborted(cause.name());
    }

    fn restoring(&self, _worker: u16, partition: i32, ratio: f64, records: u64) {
        self.telemetry.restore_progress(partition, ratio, records);
    }

    fn restored(&self, _worker: u16, _partition: i32, took: Duration) {
        self.telemetry.restored(took.as_secs_f64());
    }

    fn gap(&self, _worker: u16, input: u16, records: u64) {
        self.telemetry.gap(self.topic(input), records);
    }

    fn transaction(&self, _worker: u16, outcome: TransactionOutcome) {
        self.telemetry.transaction(outcome_name(outcome));
    }

    fn rebalance(&self, _worker: u16, kind: RebalanceKind, _partitions: usize) {
        self.telemetry.rebalance(rebalance_name(kind));
    }

    fn waited_for(&self, _worker: u16, input: u16) {
        self.telemetry.input_waits(self.topic(input), 1);
    }
}

/// Every series about leads at zero.
fn declare_leads(telemetry: &Telemetry) {
    for level in [Qualification::Mql, Qualification::Sql].map(Qualification::name) {
        for kind in HandOverKind::ALL {
            telemetry.declare(&leads::HAND_OVERS, &[kind.type_name(), level]);
        }
        for (answer, _) in ANSWERS {
            telemetry.declare(&leads::LEAD_ANSWERS, &[level, answer.name()]);
        }
        for bar in Bar::ALL {
            telemetry.declare(&leads::LEADS_HELD_BACK, &[level, bar.name()]);
        }
        let by_answer = [Answer::Rejected, Answer::Recycled, Answer::Lost].map(Answer::name);
        for reason in by_answer.into_iter().chain(RETURNED_BECAUSE) {
            telemetry.declare(&leads::LEAD_RETURNS, &[level, reason]);
        }
    }
}

/// Why a lead was held back, or went back: what sales said, or what the reasons begin with.
fn returned_because(lead: &HandOver) -> Option<&'static str> {
    if lead.kind == HandOverKind::HeldBack {
        return Bar::ALL.map(Bar::name).into_iter().find(|why| lead.reasons.first().is_some_and(|r| r == why));
    }
    if lead.kind != HandOverKind::Returned {
        return None;
    }
    let by_itself = || RETURNED_BECAUSE.into_iter().chain([MERGED]).find(|why| lead.reasons.first().is_some_and(|r| r == why));
    lead.answer.map(Answer::name).or_else(by_itself).or(Some("other"))
}

/// Which timer gives such an output.
fn timer_name(body: &Body) -> Option<&'static str> {
    match body {
        Body::StageChanged(_) => Some("stale"),
        Body::ScoreChanged(_) => Some("label"),
        Body::CartAbandoned(_) => Some("cart-step"),
        Body::Triggered(_) => Some("trigger"),
        Body::HandOver(_) => Some("hand-over"),
        Body::CartOutcome(_)
        | Body::AccountChanged(_)
        | Body::IdentityChanged(_)
        | Body::Member(_)
        | Body::Told(_)
        | Body::Blocked => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::output::trigger::{CartAbandoned, CartOutcome};
    use crate::domain::output::{Output, Triggered};
    use crate::domain::terms::cart::Reason;
    use crate::domain::terms::recovery::Attribution;
    use leadstream_model::CartSpec;

    fn counting() -> (MetricsObserver, Arc<Telemetry>) {
        let telemetry = Arc::new(Telemetry::new("0.0.0"));
        let (_, shipped) = leadstream_model::SHIPPED[0];
        let call =
            "[[triggers]]\nname = \"call\"\nafter = { on = \"page\" }\nwithin = \"1h\"\n[hand_over]\nmql = { label = \"mql\" }";
        let shipped = leadstream_model::parse("m", &format!("ready_triggers = \"win-back\"\n{shipped}\n{call}"));
        let models = leadstream_model::build(&[shipped], &CartSpec::default()).expect("the shipped model loads");
        (MetricsObserver::new(Arc::clone(&telemetry), Arc::new(models), vec!["clickstream".to_owned()]), telemetry)
    }

    fn output(at_ms: i64, body: Body) -> ProspectOutput {
        ProspectOutput {
            prospect: "u-1".into(),
            ids: Arc::default(),
            output: Output { id: 1, model: 0, at_ms, event: None, body },
        }
    }

    fn step(at_ms: i64) -> ProspectOutput {
        let cart = CartAbandoned {
            cart_id: None,
            episode_ms: 0,
            step: 1,
            steps: 3,
            due_at_ms: at_ms,
            abandoned_at_ms: 0,
            armed_for: crate::domain::state::cart::ArmedFor::Abandoned,
            checkout_started: false,
            checkout_step: None,
            addressable: at_ms > 5_000,
            address: None,
            lines: Vec::new(),
            lines_left_out: 0,
            value: None,
            currency: None,
            score: 0.0,
            label: None,
            persona: None,
            proof: crate::domain::output::Proof::default(),
        };
        output(at_ms, Body::CartAbandoned(Box::new(cart)))
    }

    fn call() -> ProspectOutput {
        let call = Triggered {
            kind: TriggerKind::Fired,
            trigger: "call".into(),
            episode_ms: 0,
            due_at_ms: 0,
            reasons: Vec::new(),
            product_id: None,
            score: 0.0,
            label: None,
            persona: None,
            proof: crate::domain::output::Proof::default(),
        };
        output(0, Body::Triggered(Box::new(call)))
    }

    fn outcome(kind: OutcomeKind, reason: Reason) -> ProspectOutput {
        let cart = CartOutcome {
            kind,
            cart_id: None,
            episode_ms: 0,
            step: None,
            steps_sent: 1,
            reason,
            trigger_ids: Vec::new(),
            order_id: None,
            value: Some(80.0),
            currency: Some("EUR".into()),
            attribution: (kind == OutcomeKind::Recovered && reason == Reason::Ordered).then_some(Attribution::Click),
            attributed_trigger_id: None,
            attributed_by: None,
            attribution_reason: (reason == Reason::Forgotten).then_some(AttributionReason::NoMailEvents),
            late: kind == OutcomeKind::RecoveredLate,
            whole: false,
            ordered_ms: 0,
        };
        output(0, Body::CartOutcome(Box::new(cart)))
    }

    fn returned(answer: Option<Answer>, reason: &str) -> ProspectOutput {
        let lead = HandOver {
            kind: HandOverKind::Returned,
            qualification: Qualification::Mql,
            reasons: vec![reason.into()],
            answer,
            sla_due_at_ms: None,
            handed_over_at_ms: 0,
            score: 0.0,
            fit: None,
            grade: None,
            label: None,
            persona: None,
            account: None,
            role: None,
            company: None,
        };
        output(0, Body::HandOver(Box::new(lead)))
    }

    #[test]
    fn leads_are_counted_by_what_sales_said_and_why_they_went_back() {
        let (counting, telemetry) = counting();
        let mut batch = BatchStats::default();
        batch.notes.insert(Note::AnswerIgnored, 2);
        batch.outputs = vec![
            returned(Some(Answer::Rejected), "a free text is no label"),
            returned(Some(Answer::Rejected), "no budget"),
            returned(None, "no-answer"),
        ];
        counting.batch_committed(0, &batch);
        let page = telemetry.render();
        for line in [
            "leadstream_hand_overs_total{kind=\"lead.returned\",qualification=\"MQL\"} 3",
            "leadstream_hand_overs_total{kind=\"lead.handed-over\",qualification=\"SQL\"} 0",
            "leadstream_lead_answers_total{qualification=\"MQL\",answer=\"rejected\"} 2",
            "leadstream_lead_returns_total{qualification=\"MQL\",reason=\"rejected\"} 2",
            "leadstream_lead_returns_total{qualification=\"MQL\",reason=\"no-answer\"} 1",
            "leadstream_lead_returns_total{qualification=\"SQL\",reason=\"aged\"} 0",
            "leadstream_lead_answers_ignored_total 2",
        ] {
            assert!(page.lines().any(|l| l == line), "{line} is not in\n{page}");
        }
        assert!(!page.contains("free text"), "{page}");
    }

    #[test]
    fn a_committed_batch_shows_in_the_metrics_once() {
        let (counting, telemetry) = counting();
        let mut batch =
            BatchStats { events: 10, committed_at_ms: 5_000, sampled_record_ms: vec![4_990, 4_900], ..BatchStats::default() };
        batch.classes.insert((0, "page"), 10);
        batch.dead.insert((0, DeadReason::AbsurdTime), 2);
        batch.notes.insert(Note::Duplicate, 3);
        batch.notes.insert(Note::Suppressed(Reason::Cap), 2);
        batch.outputs = vec![
            step(4_800),
            call(),
            outcome(OutcomeKind::Recovered, Reason::Ordered),
            outcome(OutcomeKind::Skipped, Reason::Late),
            outcome(OutcomeKind::Recovered, Reason::Forgotten),
            outcome(OutcomeKind::RecoveredLate, Reason::Ordered),
        ];
        batch.outputs.push(outcome(OutcomeKind::Reversed, Reason::OrderRefunded));
        batch.notes.insert(Note::Bot(BotKind::Bot), 7);
        batch.notes.insert(Note::Internal(InternalKind::Network), 4);
        counting.batch_committed(0, &batch);
        counting.transaction(0, TransactionOutcome::Committed);
        let page = telemetry.render();
        for line in [
            "leadstream_events_total{topic=\"clickstream\",class=\"page\"} 10",
            "leadstream_dead_letters_total{reason=\"absurd-time\"} 2",
            "leadstream_duplicates_total 3",
            "leadstream_cart_triggers_total{step=\"1\"} 1",
            "leadstream_cart_triggers_total{step=\"3\"} 0",
            "leadstream_trigger_lateness_seconds_bucket{kind=\"cart-step\",le=\"0.15\"} 0",
            "leadstream_trigger_lateness_seconds_bucket{kind=\"cart-step\",le=\"0.25\"} 1",
            "leadstream_cart_recovered_value_sum{currency=\"EUR\"} 80",
            "leadstream_cart_attributed_value_sum{currency=\"EUR\",attribution=\"click\"} 80",
            "leadstream_cart_attributed_value_sum{currency=\"EUR\",attribution=\"none\"} 80",
            "leadstream_cart_unattributed_value_sum{currency=\"EUR\",reason=\"no-mail-events-known\"} 80",
            "leadstream_cart_recovered_late_value_sum{currency=\"EUR\"} 80",
            "leadstream_cart_reversed_value_sum{currency=\"EUR\",reason=\"refunded\"} 80",
            "leadstream_cart_unaddressable_total{step=\"1\"} 1",
            "leadstream_machine_events_total{kind=\"bot\"} 7",
            "leadstream_machine_events_total{kind=\"flood\"} 0",
            "leadstream_internal_events_total{kind=\"network\"} 4",
            "leadstream_internal_events_total{kind=\"person\"} 0",
            "leadstream_cart_suppressed_total{reason=\"late\"} 1",
            "leadstream_triggers_suppressed_total{reason=\"cap\"} 2",
            "leadstream_triggers_total{trigger=\"call\",kind=\"fired\"} 1",
            "leadstream_triggers_total{trigger=\"call\",kind=\"recalled\"} 0",
            "leadstream_triggers_total{trigger=\"win-back\",kind=\"fired\"} 0",
            "leadstream_cart_outcomes_total{kind=\"cart.skipped\"} 1",
            "leadstream_event_latency_seconds_count 10",
            "leadstream_event_latency_seconds_bucket{le=\"0.01\"} 5",
            "leadstream_transactions_total{outcome=\"committed\"} 1",
            "leadstream_transactions_total{outcome=\"aborted\"} 0",
            "leadstream_last_commit_timestamp_seconds 5",
        ] {
            assert!(page.lines().any(|l| l == line), "{line} is not in\n{page}");
        }
    }
}

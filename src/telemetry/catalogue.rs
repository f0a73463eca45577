//! Every metric of the service: name, type, unit, labels, meaning, and when to worry.
//!
//! `docs/metrics.md` holds the same table; a test compares them. Names are a contract: add, never rename. Labels come from
//! closed sets (topics of the configuration, stages of the model, documented reasons), never from what prospects send.

/// What kind of metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    /// The name in Prometheus' `# TYPE` line and in the docs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    /// `seconds`, `bytes`, `records`, …: what one of it is.
    pub unit: &'static str,
    pub labels: &'static [&'static str],
    pub help: &'static str,
    /// When an operator should look; the alert that follows from it.
    pub worry: &'static str,
    /// Upper bounds of a histogram's buckets, ascending.
    pub buckets: &'static [f64],
}

const LATENCY_BUCKETS: &[f64] =
    &[0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0];
const COMMIT_BUCKETS: &[f64] = &[0.002, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
const RESTORE_BUCKETS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
const BATCH_BUCKETS: &[f64] = &[1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0, 100_000.0];
const MONEY_BUCKETS: &[f64] = &[10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0];

const fn counter(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    worry: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Counter, unit, labels, help, worry, buckets: &[] }
}

const fn gauge(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    worry: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Gauge, unit, labels, help, worry, buckets: &[] }
}

const fn histogram(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    buckets: &'static [f64],
    help: &'static str,
    worry: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Histogram, unit, labels, help, worry, buckets }
}

/// Declares the constants and [`ALL`] together, so that none can be missing from the list.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $id:ident = $metric:expr;)*) => {
        $($(#[$doc])* pub const $id: Metric = $metric;)*

        /// Every metric, in the order of the documentation.
        pub const ALL: &[&Metric] = &[$(&$id),*];
    };
}

catalogue! {
    /// Input events, counted when their batch is committed.
    EVENTS = counter("leadstream_events_total", "events", &["topic", "class"],
        "Input events that took effect or were duplicates, by input topic and class of the event's name",
        "The rate of a topic falls to zero while its lag grows.");
    /// Records that could not be used.
    DEAD_LETTERS = counter("leadstream_dead_letters_total", "records", &["reason"],
        "Records that could not be used and were sent to the dead letters, by reason",
        "More than 1 % of events: a producer has changed; see docs/bad-input.md.");
    /// What untrusted inputs were not allowed to say.
    UNTRUSTED_EVENTS = counter("leadstream_untrusted_events_total", "events", &["topic", "class"],
        "Events that erase, withdraw consent or answer for sales (class: erasure, consent, sales) from a topic that inputs.trusted doesn't list; they were sent to the dead letters",
        "A steady rate of `consent`: mail events arrive on a topic that is not trusted, see inputs.trusted. A jump: someone is forging events.");
    /// Events seen before.
    DUPLICATES = counter("leadstream_duplicates_total", "events", &[],
        "Events whose message id had already been seen for this prospect; they changed nothing",
        "A jump: a producer is resending its history.");
    /// Events of people who were erased since.
    BEFORE_ERASURE = counter("leadstream_before_erasure_events_total", "events", &[],
        "Events that happened before their prospect was erased and arrived afterwards; they were dropped",
        "Not by itself; a steady rate: a producer keeps sending data about people who asked to be deleted.");
    /// Events older than what the prospect has already seen.
    LATE_EVENTS = counter("leadstream_late_events_total", "events", &[],
        "Events older than the newest one seen for the prospect; they count with their own time",
        "More than a few percent for long: a source delivers late, so triggers may be recalled.");
    /// Times set back to the record's.
    CLAMPED_EVENTS = counter("leadstream_clamped_events_total", "events", &[],
        "Events whose time was further in the future than the allowed skew and was set to the record's time",
        "A steady rate: some client's clock is wrong.");
    /// Times corrected for the clock of their sender.
    CLOCK_CORRECTED_EVENTS = counter("leadstream_clock_corrected_events_total", "events", &[],
        "Events whose sender's clock was off by a minute or more, judging by `sentAt` and their arrival, and whose time was corrected accordingly",
        "A jump: one of your servers has the wrong time.");
    /// Times without a zone that were local.
    LOCAL_TIME_EVENTS = counter("leadstream_local_time_events_total", "events", &[],
        "Events whose time has no zone and was off their arrival by whole or half hours: taken as local time",
        "Any: set `inputs.time_zones` for their source, to end the guessing.");
    /// Names that are nearly known.
    NEAR_MISSES = counter("leadstream_near_misses_total", "events", &["name"],
        "Events whose unknown name is close to a built-in one, by the built-in name; the dashboard and the log show the names as they came",
        "Any: a source uses a name that is not understood, such as `orderComplete`.");
    /// Events without their product.
    WITHOUT_PRODUCT = counter("leadstream_events_without_product_total", "events", &["name"],
        "Events that should name a product but don't (Product Added, Product Removed, Cart Updated): they have no effect on carts",
        "A steady rate: a source names its products in a way that docs/events.md doesn't know.");
    /// Broken optional fields.
    BROKEN_FIELDS = counter("leadstream_broken_fields_total", "fields", &[],
        "Malformed optional fields that were dropped; their events still count",
        "A jump: a producer has changed its format.");

    /// Events that no person made.
    MACHINE_EVENTS = counter("leadstream_machine_events_total", "events", &["kind"],
        "Events generated by machines, which neither score nor move a prospect nor reset a timer, by how they were recognised: marked, bot, scanner, flood",
        "A jump of `flood`: someone is crawling the shop. `scanner` above half of all clicks: click rates mean little.");

    /// Events of the shop's own people, and of tests.
    INTERNAL_EVENTS = counter("leadstream_internal_events_total", "events", &["kind"],
        "Events of the shop's own staff and of tests, which are excluded from everything, by how they were recognised: person, network, marked",
        "A jump of `network` or `marked`: a listed network includes customers, or the shop marks real orders as tests.");

    /// Moves of prospects.
    STAGE_CHANGES = counter("leadstream_stage_changes_total", "changes", &["model", "axis", "from", "to", "cause"],
        "Stage changes by model, axis, stage left (empty on entry), stage entered and cause",
        "A move that used to be common stops: the site's tracking is broken.");
    /// Where prospects stand.
    PROSPECTS = gauge("leadstream_prospects", "prospects", &["model", "axis", "stage"],
        "Prospects currently in a stage, over the partitions of this instance",
        "Not by itself; sum over instances.");
    /// Prospects by persona and stage.
    PERSONAS = gauge("leadstream_persona_prospects", "prospects", &["model", "persona", "axis", "stage"],
        "Prospects of each persona (`none`: of no persona) currently in a stage, for models with personas",
        "Not by itself; a cell that stays at 0 is one that no content or campaign has reached.");
    /// Prospects by label.
    SCORE_LABELS = gauge("leadstream_score_labels", "prospects", &["model", "label"],
        "Prospects that currently have this score label (`none`: below the lowest), over the partitions of this instance",
        "Not by itself; sum over instances.");
    /// Label changes.
    SCORE_CHANGES = counter("leadstream_score_changes_total", "changes", &["model", "label", "direction"],
        "Score labels reached (`none`: fell below the lowest), by label and direction",
        "Only falls, no rises: events that matter are missing.");

    /// Outputs about leads.
    HAND_OVERS = counter("leadstream_hand_overs_total", "outputs", &["kind", "qualification"],
        "Outputs about leads between marketing and sales, by type (lead.handed-over, lead.held-back, lead.reminded, lead.answered, lead.returned) and qualification",
        "`lead.reminded` close to `lead.handed-over`: sales doesn't answer, or its answers don't arrive.");
    /// What sales said.
    LEAD_ANSWERS = counter("leadstream_lead_answers_total", "answers", &["qualification", "answer"],
        "Answers of sales by qualification and answer: accepted, rejected, recycled, won, lost, no-show",
        "The share of `rejected` grows: the MQL threshold is too low, or a source brings the wrong people.");
    /// Why leads went back.
    LEAD_RETURNS = counter("leadstream_lead_returns_total", "leads", &["qualification", "reason"],
        "Leads returned to marketing, by qualification and reason: an answer, no-answer, aged, disqualified, account-disqualified, account-customer, model-changed, order-reversed",
        "`no-answer`: any. `aged` grows: accepted leads are not being closed.");
    /// Hand-overs that were not made.
    LEADS_HELD_BACK = counter("leadstream_leads_held_back_total", "leads", &["qualification", "reason"],
        "Leads not handed over because of their company, by qualification and reason: account-disqualified, account-customer",
        "`account-customer` grows beside few hand-overs: existing customers buy more, and `[hand_over] customers` keeps them from sales.");
    /// Answers that meant nothing.
    LEAD_ANSWERS_IGNORED = counter("leadstream_lead_answers_ignored_total", "answers", &[],
        "Answers of sales that changed nothing: about no hand-over, older than the last one, or repeated",
        "A steady rate: the CRM sends everything twice, or its ids are not those of the events.");

    /// Cart triggers.
    CART_TRIGGERS = counter("leadstream_cart_triggers_total", "triggers", &["step"],
        "Cart triggers sent, by step of the series",
        "Zero for hours while carts are being filled.");
    /// Steps that wait for the catch-up.
    CART_STEPS_HELD = gauge("leadstream_cart_steps_held", "steps", &[],
        "Cart steps that are due but wait because their task is still behind (`catch_up = \"hold\"`)",
        "Above zero for longer than max_lateness: they will be skipped as late.");
    /// Steps that did not leave.
    CART_SUPPRESSED = counter("leadstream_cart_suppressed_total", "steps", &["reason"],
        "Cart steps and series that were not sent, by reason",
        "`late` grows: the service was down or behind for longer than max_lateness.");
    /// Triggers of absence.
    TRIGGERS = counter("leadstream_triggers_total", "triggers", &["trigger", "kind"],
        "Triggers for absence by name in the model, and whether they were sent (`fired`) or taken back (`recalled`)",
        "`recalled` grows: the events that should prevent them arrive late.");
    /// Triggers of absence that did not leave.
    TRIGGERS_SUPPRESSED = counter("leadstream_triggers_suppressed_total", "triggers", &["reason"],
        "Triggers for absence that were due but not sent, by reason",
        "`cap` or `quiet-hours` far above what is sent: the contact policy is too strict.");
    /// What became of series.
    CART_OUTCOMES = counter("leadstream_cart_outcomes_total", "outcomes", &["kind"],
        "Cart outcomes by type: cart.recovered, cart.recovered-late, cart.cancelled, cart.recalled, cart.expired, cart.skipped, cart.reversed",
        "`cart.recalled` grows: orders arrive after the mail was sent; consider `grace`. `cart.recovered` counts every order after a reminder; the two metrics below split their value by attribution.");
    /// Orders that follow from a reminder.
    CART_RECOVERED_VALUE = histogram("leadstream_cart_recovered_value", "currency units", &["currency"], MONEY_BUCKETS,
        "Value of orders after a click in a reminder or an open of one, by currency; `_sum` is the recovered revenue before reversals",
        "Not by itself.");
    /// The same and those without, by what they follow from.
    CART_ATTRIBUTED_VALUE = histogram("leadstream_cart_attributed_value", "currency units", &["currency", "attribution"], MONEY_BUCKETS,
        "Value of orders after a reminder, by currency and attribution: a click in a reminder, an open, or `none` (the customer came back unprompted)",
        "All `none` while reminders are sent: no mail events arrive, or they don't say which mail they are about.");
    /// Those without, by why nothing is known.
    CART_UNATTRIBUTED_VALUE = histogram("leadstream_cart_unattributed_value", "currency units", &["currency", "reason"], MONEY_BUCKETS,
        "Value of orders after a reminder without a known click or open, by currency and reason: no-mail-events-known, no-open-or-click, by-machine, names-another-mail, outside-window",
        "Mostly `no-mail-events-known`: the mailer's events don't arrive. `names-another-mail`: see `[cart] campaigns`.");
    /// Orders of forgotten carts' goods.
    CART_RECOVERED_LATE_VALUE = histogram("leadstream_cart_recovered_late_value", "currency units", &["currency"], MONEY_BUCKETS,
        "Value of orders for the goods of carts that were reminded of and then forgotten, by currency; not part of the recovered revenue",
        "Not by itself.");
    /// Orders that came to nothing after all.
    CART_REVERSED_VALUE = histogram("leadstream_cart_reversed_value", "currency units", &["currency", "reason"], MONEY_BUCKETS,
        "Value of recovered orders that was reversed, by currency and reason: cancelled, refunded, payment-failed, order-changed",
        "`payment-failed` jumps: the payment provider has trouble.");
    /// Triggers for prospects without a known address.
    CART_UNADDRESSABLE = counter("leadstream_cart_unaddressable_total", "triggers", &["step"],
        "Cart triggers sent for prospects whose address was never seen, by step",
        "Most of leadstream_cart_triggers_total: the shop asks for the address too late, or identify calls omit it.");
    /// Accounts.
    ACCOUNTS = gauge("leadstream_accounts", "accounts", &["state"],
        "Accounts by state (open, consensus, disqualified), over the partitions of this instance",
        "Not by itself; sum over instances.");
    /// Their members.
    ACCOUNT_MEMBERS = gauge("leadstream_account_members", "prospects", &[],
        "Members of all accounts, over the partitions of this instance",
        "Many members per account: a mail domain that is not a company's; see accounts.free_mail.");
    /// What left about accounts.
    ACCOUNT_CHANGES = counter("leadstream_account_changes_total", "changes", &["kind"],
        "Outputs about accounts by type: account.stage-changed, account.consensus-reached, account.consensus-lost, account.consensus-recalled, account.disqualified, account.reopened",
        "`account.consensus-recalled` at a steady rate: events of some members arrive late.");

    /// Visible minus due.
    TRIGGER_LATENESS = histogram("leadstream_trigger_lateness_seconds", "seconds", &["kind"], LATENCY_BUCKETS,
        "How long after its due time an output that a timer caused became visible (commit minus due), by kind: cart-step, trigger, stale, label, hand-over",
        "p99 above 0.25 s while the task is caught up.");

    /// Commit minus record time.
    EVENT_LATENCY = histogram("leadstream_event_latency_seconds", "seconds", &[], LATENCY_BUCKETS,
        "From an event's record time to the commit that made its effects visible",
        "p99 above 0.15 s while the inputs are caught up.");
    /// Records per transaction.
    BATCH_RECORDS = histogram("leadstream_batch_records", "records", &[], BATCH_BUCKETS,
        "Input records per committed transaction",
        "Always at the largest bucket: the service can't keep up.");
    /// Time of a commit.
    COMMIT_SECONDS = histogram("leadstream_commit_seconds", "seconds", &[], COMMIT_BUCKETS,
        "From the end of processing a batch to its committed transaction",
        "p50 above 0.05 s: the brokers are slow, or a producer isn't flushed before its commit.");
    /// Transactions.
    TRANSACTIONS = counter("leadstream_transactions_total", "transactions", &["outcome"],
        "Transactions by outcome: committed, aborted, unknown (the producer was rebuilt and the committed offsets read back)",
        "`unknown` or `aborted` more than occasionally.");
    /// Transactions given up, by why.
    ABORTS = counter("leadstream_aborts_total", "transactions", &["cause"],
        "Transactions that were aborted or of unknown outcome, by cause: too-large, timestamp, invalid-record, policy, authorization, no-topic, membership, timed-out, connection, sequence, poisoned-input, unknown-outcome, other",
        "too-large to no-topic: any; a broker refuses what the service writes, and /readyz says what to do. Others: a steady rate.");
    /// Failures by what has to be done.
    FAILURES = counter("leadstream_failures_total", "failures", &["class"],
        "Failures of Kafka calls by what has to be done: retry, abort, refused (the task is set aside), rebuild, stop",
        "`stop` and `refused`: any (a gap, missing rights, a topic's settings: /readyz and the log say what to do). `rebuild`: more than one an hour without a broker restart.");
    /// When the last transaction was committed.
    LAST_COMMIT = gauge("leadstream_last_commit_timestamp_seconds", "seconds", &[],
        "Unix time of the last committed transaction of this instance",
        "Older than a minute while leadstream_input_lag_records is above zero.");

    /// Records not yet read.
    INPUT_LAG = gauge("leadstream_input_lag_records", "records", &["topic", "partition"],
        "Records between the committed position and the end of an input partition",
        "It grows for minutes.");
    /// How far the task's time lies behind the wall clock.
    TASK_CLOCK_LAG = gauge("leadstream_task_clock_lag_seconds", "seconds", &["partition"],
        "Wall clock minus the task's time; 0 when it is caught up",
        "Above `engine.behind_after` for minutes: cart steps are held.");
    /// Waits for a slower input.
    INPUT_WAITS = counter("leadstream_input_waits_total", "waits", &["topic"],
        "Times that a task that had records waited for this input, which had not reached its end",
        "A steady high rate: this topic's brokers are slower than the others'.");
    /// Gaps that were skipped.
    GAP_RECORDS = counter("leadstream_gap_records_total", "records", &["topic"],
        "Records that retention removed before they were read and that `kafka.on_gap = \"skip\"` skipped",
        "Any: events were lost before they reached the service; see docs/operations.md.");

    /// Tasks by state.
    TASKS = gauge("leadstream_tasks", "tasks", &["state"],
        "Tasks of this instance by state: waiting (for all inputs), restoring, ready, stuck",
        "`stuck` above zero; `restoring` or `waiting` for minutes.");
    /// What is wrong with tasks, and since when.
    TASK_TROUBLE = gauge("leadstream_task_trouble_seconds", "seconds", &["partition", "kind"],
        "How long something has been wrong with a task (0 when nothing is), by kind: refused, no-commit, poisoned-input, broken-input, waiting",
        "Any above zero, `waiting` above 60: /readyz says what it is and what to do.");
    /// How far a restore is.
    RESTORE_RATIO = gauge("leadstream_restore_progress_ratio", "ratio", &["partition"],
        "Share of the changelog that a restoring task has read, from 0 to 1; 1 when it is done",
        "Stuck below 1: an open transaction holds back the changelog's stable end.");
    /// Records read back.
    RESTORED_RECORDS = counter("leadstream_restored_records_total", "records", &[],
        "Changelog records read back during restores",
        "Not by itself.");
    /// Time of a restore.
    RESTORE_SECONDS = histogram("leadstream_restore_seconds", "seconds", &[], RESTORE_BUCKETS,
        "From assignment to a ready task",
        "p99 above a minute: compaction of the changelog lags, or the network is slow.");
    /// Group changes.
    REBALANCES = counter("leadstream_rebalances_total", "rebalances", &["kind"],
        "Consumer group changes seen by this instance's workers: assigned, revoked, lost",
        "`lost`: any. Others: more than a few an hour without a deployment.");

    /// Prospect records in memory.
    STATE_RECORDS = gauge("leadstream_state_records", "records", &[],
        "Prospect records held by this instance",
        "It grows faster than new visitors arrive.");
    /// Their bytes.
    STATE_BYTES = gauge("leadstream_state_bytes", "bytes", &[],
        "Bytes of the prospect records held by this instance, without the index",
        "Close to the machine's memory.");
    /// Decoded copies.
    STATE_DECODED_RECORDS = gauge("leadstream_state_decoded_records", "records", &[],
        "Decoded copies of the most recently used prospects, at most `engine.decoded_records` per instance at one to two kilobytes each",
        "Not by itself: it explains memory beyond the records' bytes.");
    /// How full the fullest partition is.
    STATE_FILL = gauge("leadstream_state_fill_ratio", "ratio", &[],
        "Prospects of the fullest partition divided by `engine.max_records_per_partition`; 0 while that is off",
        "Above 0.9: new visitors about whom nothing is known will soon be refused.");
    /// Events of new prospects above the mark.
    NEW_PROSPECTS_REFUSED = counter("leadstream_new_prospects_refused_total", "events", &[],
        "Events not applied because they are a new visitor's about whom nothing is known, in a partition that holds `engine.max_records_per_partition` prospects",
        "Any: a flood of invented ids, or more visitors than the setting allows.");
    /// Records that went by themselves.
    PROSPECTS_FORGOTTEN = counter("leadstream_prospects_forgotten_total", "prospects", &[],
        "Visitors about whom nothing was known, forgotten because they stayed away for as long as the model keeps such records (`forget_anonymous_after`)",
        "Not by itself.");
    /// Timers.
    TIMERS_PENDING = gauge("leadstream_timers_pending", "timers", &[],
        "Prospects with a pending timer",
        "Not by itself.");
    /// Limits of a record reached.
    LIMITS_REACHED = counter("leadstream_limits_reached_total", "times", &["limit"],
        "Times that a record reached a limit and its least useful part was dropped, by limit (docs/limits.md)",
        "A steady rate: a bot, or one key shared by many people.");
    /// Records moved to another model.
    MODEL_MOVES = counter("leadstream_model_moves_total", "records", &[],
        "Records written under another model hash and moved to the current model on first touch",
        "It still grows long after a model change: two model hashes in one group.");
    /// Stages that the current model doesn't know.
    STAGES_KEPT = counter("leadstream_stages_kept_total", "stages", &[],
        "Stages of an earlier model that the current one doesn't know and that were kept",
        "Any: declare in the model file what they became.");

    /// HTTP requests.
    HTTP_REQUESTS = counter("leadstream_http_requests_total", "requests", &["endpoint", "code"],
        "Requests to the admin server by endpoint and status code",
        "Many 401: someone is guessing tokens. 503 from an API endpoint: its limits are reached.");
    /// HTTP connections that the server ended.
    HTTP_CONNECTIONS_CLOSED = counter("leadstream_http_connections_closed_total", "connections", &["reason"],
        "Connections that the admin server closed, by reason: slow-head (no complete request in time), long-head, silence, full (its place was needed for another)",
        "`full` or `slow-head` at a steady rate: someone is occupying the admin port; health is still answered.");
    /// The build.
    BUILD_INFO = gauge("leadstream_build_info", "1", &["version"],
        "Always 1; the version is the label",
        "Two versions for longer than a deployment.");
    /// The model.
    MODEL_INFO = gauge("leadstream_model_info", "1", &["name", "hash"],
        "Always 1; name and content hash of an effective model are the labels",
        "Two hashes of one name for longer than a deployment.");
}

/// The table of the documentation.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| metric | type | unit | labels | meaning | when to worry |\n|---|---|---|---|---|---|\n");
    for m in ALL {
        let labels = if m.labels.is_empty() { "–".to_owned() } else { m.labels.join(", ") };
        out += &format!("| `{}` | {} | {} | {labels} | {} | {} |\n", m.name, m.kind.name(), m.unit, m.help, m.worry);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_carry_the_prefix_and_the_suffix_of_their_type() {
        for m in ALL {
            assert!(m.name.starts_with("leadstream_"), "{}", m.name);
            assert_eq!(m.name.ends_with("_total"), m.kind == Kind::Counter, "{}: counters and only they end in _total", m.name);
            assert_eq!(m.name.ends_with("_seconds"), m.unit == "seconds" && m.kind != Kind::Counter, "{}", m.name);
            assert_eq!(m.name.ends_with("_bytes"), m.unit == "bytes", "{}", m.name);
            assert!(m.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", m.name);
        }
    }

    #[test]
    fn no_two_metrics_share_a_name() {
        let names: BTreeSet<_> = ALL.iter().map(|m| m.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn histograms_and_only_they_have_ascending_buckets() {
        for m in ALL {
            assert_eq!(m.kind == Kind::Histogram, !m.buckets.is_empty(), "{}", m.name);
            assert!(m.buckets.windows(2).all(|w| w[0] < w[1]), "{}", m.name);
        }
    }
}

//! What identity would do with the newest records of the inputs, by their mappings and the settings of identity as they are.

mod figures;
mod linked;
mod seen;
mod suspects;
pub(super) mod text;

use super::report::Report;
use super::sample::Sampled;
use crate::app::identity::settled::{Settled, refusal, settled};
use crate::app::identity::{self, Ids};
use crate::app::service;
use crate::config::settings::InputTopic;
use crate::config::settings::secret::Secret;
use crate::config::{SettingFault, Settings};
use crate::domain::identity::linking::LiveLinking;
use crate::domain::identity::settings::IdentitySettings;
use crate::domain::model::Models;
use crate::kafka::admin::RecordHeader;
use crate::kafka::blocked_ids::BlockedIds;
use crate::kafka::options::Options;
use crate::runtime::ports::{OutTopic, RecordView};
use crate::view::identity::IdentitySampleView;
use crate::wire::decode::Decoder;
use crate::wire::identity_settings::Written;
use seen::{Reader, Seen};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What ids are read and linked by, if anybody wants to know.
pub(super) fn ids(settings: &Settings, is_asked: bool, faults: &[SettingFault], report: &mut Report) -> Option<Ids> {
    if !(settings.identity.enabled || is_asked) {
        return None;
    }
    if faults.iter().any(|fault| fault.key.is_empty() || fault.key.starts_with("identity.")) {
        report.warning("identity", "not looked at, because its settings have faults".to_owned());
        return None;
    }
    let mut tried = settings.clone();
    if !settings.identity.enabled {
        tried.identity.enabled = true;
        if needs_secret(settings) {
            // Whatever it is, the same values have the same ids.
            tried.identity.secret = Some(Secret::new(format!("{:032x}", rand::random::<u128>())));
            let text = "addresses and numbers are hashed with a secret for this check alone, so their ids will be others: set \
                        identity.secret_file before identity.enabled (the output of `openssl rand -hex 32`), or identity.hash=[]";
            report.warning("identity", text.to_owned());
        }
    }
    match identity::ids(&tried) {
        Ok(ids) => ids,
        Err(why) => {
            report.fault("identity", format!("{why:#}"));
            None
        }
    }
}

fn needs_secret(settings: &Settings) -> bool {
    let identity = &settings.identity;
    let is_hashed = identity.id_types().is_ok_and(|types| !identity.hashed(&types).is_empty());
    is_hashed && identity.secret.is_none() && identity.secret_file.is_none()
}

/// Samples all inputs.
pub(super) fn check(sampled: Sampled<'_>, ids: &Ids, options: &Options, models: &Models, report: &mut Report) {
    let ids = with_blocked(sampled, ids, options, report);
    if sampled.is_off() {
        report.warning("identity", "no sample is read (check.sample_records=0): nothing is said of persons".to_owned());
        return;
    }
    let decoder = Decoder::new(service::decoder_options(sampled.settings), &models.vocabulary);
    let reader = Reader { decoder: decoder.reading_ids(Arc::clone(&ids.reader)), ids: &ids };
    let inputs = sampled.settings.input_topics();
    let mapping_of = |topic: &InputTopic| sampled.mappings.get(inputs.iter().position(|t| t.name == topic.name)?)?.as_ref();
    let all = RefCell::new((Seen::default(), BTreeMap::new()));
    let count = |seen: &mut Seen, topic: &InputTopic, view: &RecordView<'_>, headers: &[RecordHeader]| {
        sampled.unless_waiting(|| reader.count(seen, &topic.name, mapping_of(topic), view, headers));
    };
    let done = |_: &mut Report, topic: &InputTopic, seen: Seen| {
        let (all, records) = &mut *all.borrow_mut();
        records.insert(topic.name.clone(), seen.records);
        all.add(seen);
    };
    sampled.each_record(report, |_| true, count, done);
    let (seen, records) = all.into_inner();
    found(seen, &ids, &records, report);
}

/// With the ids that the running service has blocked, where it has been on.
fn with_blocked(sampled: Sampled<'_>, ids: &Ids, options: &Options, report: &mut Report) -> Ids {
    let live = Arc::new(LiveLinking::new((*ids.linking).clone()));
    if sampled.topics.contains_key(&sampled.settings.output_topic(OutTopic::Identity)) {
        match BlockedIds::read(options, Arc::clone(&live)) {
            Ok(blocked) => settings(sampled, ids, blocked.settings().as_ref(), report),
            Err(failure) => report.warning("identity", format!("{failure}: here they count as if they were not blocked")),
        }
    }
    Ids { linking: live.get(), ..ids.clone() }
}

/// Whether `run` would start with these settings over what is known.
fn settings(sampled: Sampled<'_>, ids: &Ids, written: Option<&Written>, report: &mut Report) {
    // Without identity the secret may be one of this check alone.
    let Some(written) = written.filter(|_| sampled.settings.identity.enabled) else { return };
    let engine = sampled.settings.engine_topics();
    let partitions = engine.iter().find_map(|topic| sampled.topics.get(&topic.name)).map(|topic| topic.partitions);
    let partitions = partitions.unwrap_or(written.settings.partitions);
    let own = IdentitySettings { partitions, ..(*ids.settings).clone() };
    match settled(&own, Some(written), ids.accepts_settings) {
        Settled::Same | Settled::First => {
            report.good("identity", "its settings are those that everybody is known under".to_owned());
        }
        Settled::Accepted(differing) => {
            let text = format!("other settings than before, which identity.accept_settings takes: {}", differing.join("; "));
            report.warning("identity", text);
        }
        Settled::Refused(differing) => report.fault("identity", refusal(&differing)),
    }
}

/// Tells what was found.
fn found(seen: Seen, ids: &Ids, records: &BTreeMap<String, u64>, report: &mut Report) {
    let figures = figures::of(seen, ids);
    let inputs: Vec<String> = records.iter().map(|(topic, count)| format!("{topic} {count}")).collect();
    let text = format!("{} persons in the newest records ({}); see below", figures.persons, inputs.join(", "));
    report.good("identity", text);
    told(&figures, report);
    report.identity(figures);
}

/// What should be looked after before it is switched on.
fn told(figures: &IdentitySampleView, report: &mut Report) {
    for suspect in &figures.suspects {
        report.warning("identity", suspect.message.clone());
    }
    if figures.suspects_left_out > 0 {
        let text = format!("{} more ids look as if they were several people's", figures.suspects_left_out);
        report.warning("identity", text);
    }
    if figures.nobodys > 0 {
        let text = format!(
            "{} events name nobody and become dead letters: see `no ids` below for what stands there instead, and [ids] of the mappings \
             for where ids are looked for",
            figures.nobodys
        );
        report.warning("identity", text);
    }
}

#[cfg(test)]
mod tests;

//! `check`: settings, model, topics, rights: every fault at once, each with what to do.

mod broker_answers;
mod cluster;
mod identity;
mod known;
mod names;
mod record_times;
mod report;
mod routes;
mod sample;
mod trust;

use super::cli::CheckArgs;
use super::exit::{BAD_USAGE, DONE};
use super::files::create_temporary;
use super::registry::SchemaSource;
use super::route::{self, InputMapping};
use crate::config::{self, Loaded, SettingFault, Settings, validate};
use crate::domain::model::Models;
use crate::domain::terms::per_axis::PerAxis;
use known::Known;
use report::Report;
use std::path::Path;
use std::process::ExitCode;

/// Runs the command: exit code 2 when there is a fault.
///
/// # Errors
/// The report can't be written.
pub fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let report = found(&args);
    report.print(args.json)?;
    Ok(ExitCode::from(if report.has_faults() { BAD_USAGE } else { DONE }))
}

/// Everything that is found.
pub(super) fn found(args: &CheckArgs) -> Report {
    let mut report = Report::default();
    let (Loaded { settings, layers }, faults) = config::load_all(args.settings.config.as_deref(), &args.settings.set);
    let exposed = config::exposed::warnings(&settings, &layers);
    for fault in &faults {
        report.fault("settings", fault.to_string());
    }
    for warning in validate::warnings(&settings) {
        report.warning("settings", warning);
    }
    for warning in exposed {
        report.warning("settings", warning);
    }
    if faults.is_empty() {
        report.good("settings", "no fault".to_owned());
    }
    files(&settings, &mut report);
    let models = model(&settings, &faults, &mut report);
    let mappings = mappings(&settings, &mut report);
    let ids = identity::ids(&settings, args.identity, &faults, &mut report);
    let options = cluster::usable_options(&settings, &mut report);
    if args.offline {
        report.warning("kafka", "not asked (--offline)".to_owned());
    } else if faults.iter().any(says_where) {
        report.warning("kafka", "not asked, because the settings that say where and for what have faults".to_owned());
    } else {
        let known = Known { models: models.as_ref(), mappings: mappings.as_deref(), ids: ids.as_ref() };
        cluster::check(&settings, &options, &known, &mut report);
    }
    report
}

/// Whether the fault is about where the brokers and topics are; a fault without a key (no TOML) is about everything.
fn says_where(fault: &SettingFault) -> bool {
    ["kafka.bootstrap_servers", "kafka.properties", "kafka.group_id", "topics."].iter().any(|key| fault.key.starts_with(key))
        || fault.key.is_empty()
}

/// The models, if they can be used.
fn model(settings: &Settings, faults: &[SettingFault], report: &mut Report) -> Option<Models> {
    if faults.iter().any(|fault| fault.key == "model.files") {
        return None;
    }
    match config::models(settings) {
        Ok(models) => {
            for model in &models.models {
                let PerAxis { journey, funnel } = &model.axes;
                let text = format!(
                    "{} (hash {}): {} journey stages, {} funnel stages, {} labels, {} reminders",
                    model.name,
                    model.hash_text,
                    journey.stages.len(),
                    funnel.stages.len(),
                    model.score.labels.len(),
                    model.cart.steps_ms.len()
                );
                report.good("model", text);
            }
            Some(models)
        }
        Err(faults) => {
            faults.iter().for_each(|fault| report.fault("model", fault.to_string()));
            None
        }
    }
}

/// What the records of each input become events by, if the mappings can be read.
fn mappings(settings: &Settings, report: &mut Report) -> Option<Vec<Option<InputMapping>>> {
    match route::input_mappings(settings, &mut SchemaSource::of_command(settings)) {
        Ok(mappings) => Some(mappings.into_iter().map(|(_, mapping)| mapping).collect()),
        Err(faults) => {
            report.fault("mappings", faults.to_string());
            None
        }
    }
}

/// Files and folders that the settings name.
fn files(settings: &Settings, report: &mut Report) {
    if let Some(path) = &settings.http.token_file {
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().is_empty() => report.fault("http", format!("http.token_file {} is empty", path.display())),
            Ok(_) => {}
            Err(error) => report.fault("http", format!("http.token_file {} can't be read: {error}", path.display())),
        }
    }
    if let Some(dir) = &settings.state.dir
        && let Err(message) = writable(dir)
    {
        report.fault("state", format!("state.dir {}: {message}", dir.display()));
    }
}

/// Whether the folder (or the one that it would be made in) can be written to. Nothing is locked: a running instance may use it.
fn writable(dir: &Path) -> Result<(), String> {
    let nearest = dir.ancestors().find(|d| d.is_dir()).unwrap_or(Path::new("."));
    let made = create_temporary(nearest, "leadstream-check");
    let (_, probe) = made.map_err(|error| format!("can't be written to ({error}): give this user the right to"))?;
    std::fs::remove_file(&probe).map_err(|error| error.to_string())
}

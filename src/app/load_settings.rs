//! Settings and models for the commands: loaded, or all errors reported and exit code 2.

use super::cli::SettingsArgs;
use super::exit::UsageError;
use crate::config::{self, Loaded};
use crate::domain::model::Models;
use leadstream_model::FileFault;

/// Settings in force.
///
/// # Errors
/// Every fault, as a [`UsageError`].
pub fn settings(args: &SettingsArgs) -> anyhow::Result<Loaded> {
    config::load(args.config.as_deref(), &args.set).map_err(|faults| usage("the settings have", &faults))
}

/// Settings and the models they name.
///
/// # Errors
/// Every fault of both, as a [`UsageError`].
pub fn settings_and_models(args: &SettingsArgs) -> anyhow::Result<(Loaded, Models)> {
    let loaded = settings(args)?;
    let models = models(&loaded.settings)?;
    Ok((loaded, models))
}

/// The models that the settings name.
///
/// # Errors
/// Every fault, as a [`UsageError`].
pub fn models(settings: &config::Settings) -> anyhow::Result<Models> {
    config::models(settings).map_err(|faults: Vec<FileFault>| usage("the model has", &faults))
}

/// Faults as a [`UsageError`].
pub(super) fn usage(what: &str, faults: &[impl ToString]) -> anyhow::Error {
    let list: Vec<String> = faults.iter().map(|fault| format!("\n  {}", fault.to_string())).collect();
    let count = if faults.len() == 1 { "a fault".to_owned() } else { format!("{} faults", faults.len()) };
    UsageError(format!("{what} {count}:{}", list.concat())).into()
}

/// Logs what is in force and where it comes from; secrets are masked.
pub fn log_settings(loaded: &Loaded) {
    for (key, value, origin) in config::settings::effective(&loaded.layers) {
        tracing::info!(target: "leadstream::settings", "{key} = {value} ({origin})");
    }
    let exposed = config::exposed::warnings(&loaded.settings, &loaded.layers);
    for warning in config::validate::warnings(&loaded.settings).into_iter().chain(exposed) {
        tracing::warn!(target: "leadstream::settings", "{warning}");
    }
}

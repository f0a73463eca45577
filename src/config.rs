//! Settings: text in, typed and checked values out; all errors together, each with its location. Model files are read by `leadstream-model`.

pub mod exposed;
pub mod instance;
pub mod keys;
pub mod layers;
mod properties;
pub mod reference;
mod secrets;
pub mod settings;
pub mod validate;

pub use layers::{Layers, SettingFault};
pub use secrets::is_secret;
pub use settings::Settings;

use crate::domain::Ms;
use crate::domain::model::Models;
use layers::Origin;
use leadstream_model::FileFault;
use std::path::Path;

/// Settings that were read without a fault.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub settings: Settings,
    /// For the log: what is in force and where it comes from (see [`settings::effective`]).
    pub layers: Layers,
}

/// Reads the settings: defaults < file < environment < `--set`.
///
/// # Errors
/// Every fault of every layer.
pub fn load(file: Option<&Path>, set: &[String]) -> Result<Loaded, Vec<SettingFault>> {
    load_from(file, environment(), set)
}

/// As [`load`], with a given environment.
///
/// # Errors
/// Every fault of every layer.
pub fn load_from(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    set: &[String],
) -> Result<Loaded, Vec<SettingFault>> {
    let (loaded, faults) = read(file, environment, set);
    if faults.is_empty() { Ok(loaded) } else { Err(faults) }
}

/// The settings as far as they can be read, and all errors: for `check`, which checks the rest anyway.
#[must_use]
pub fn load_all(file: Option<&Path>, set: &[String]) -> (Loaded, Vec<SettingFault>) {
    read(file, environment(), set)
}

// The one place that reads the environment.
#[allow(clippy::disallowed_methods, reason = "settings are read here and passed down as values")]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn read(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    set: &[String],
) -> (Loaded, Vec<SettingFault>) {
    let mut layers = Layers::default();
    if let Some(path) = file {
        match std::fs::read_to_string(path) {
            Ok(text) => layers.file(&path.display().to_string(), &text),
            Err(error) => {
                let origin = Origin::File { path: path.display().to_string(), line: 0 };
                layers.fault(origin, "", format!("can't be read: {error}"));
            }
        }
    }
    layers.environment(environment);
    for argument in set {
        layers.set(argument);
    }
    let settings = Settings::read(&mut layers);
    let mut faults = std::mem::take(&mut layers.faults);
    faults.sort();
    faults.dedup();
    (Loaded { settings, layers }, faults)
}

/// Loads, checks and compiles the configured models, with the settings' overrides.
///
/// # Errors
/// Every fault of every model file.
pub fn models(settings: &Settings) -> Result<Models, Vec<FileFault>> {
    let models = leadstream_model::models(&settings.model.files, &settings.model.cart)?;
    let max_age_ms = settings.inputs.max_age.map_or(Ms::MAX, |age| Ms::try_from(age.as_millis()).unwrap_or(Ms::MAX));
    Ok(Models { max_age_ms, ..models })
}

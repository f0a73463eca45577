//! Who knows the schemas of records, from settings: asked only where a mapping needs them.

use crate::config::Settings;
use crate::registry::{Patient, Registry};
use crate::telemetry::Telemetry;
use anyhow::Context as _;
use leadstream_mapping::Schemas;
use std::sync::Arc;
use std::time::Duration;

/// A command ends when its registry has not answered for so long; the service goes on asking.
const PATIENCE: Duration = Duration::from_secs(20);

/// The schemas of an instance, or of a command.
pub type SharedSchemas = Arc<dyn Schemas + Send + Sync>;

/// The registry that the settings name, started when it is first needed.
pub struct SchemaSource<'a> {
    settings: &'a Settings,
    telemetry: Arc<Telemetry>,
    is_patient: bool,
    started: Option<SharedSchemas>,
}

impl<'a> SchemaSource<'a> {
    /// Of the service: nobody waits for the network, records do.
    #[must_use]
    pub fn of_service(settings: &'a Settings, telemetry: &Arc<Telemetry>) -> Self {
        Self { settings, telemetry: Arc::clone(telemetry), is_patient: false, started: None }
    }

    /// Of a command, which waits for each schema.
    #[must_use]
    pub fn of_command(settings: &'a Settings) -> Self {
        let telemetry = Arc::new(Telemetry::new(env!("CARGO_PKG_VERSION")));
        Self { settings, telemetry, is_patient: true, started: None }
    }

    /// The schemas; `None`: the settings name no registry.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn schemas(&mut self) -> anyhow::Result<Option<SharedSchemas>> {
        if self.started.is_none() {
            let Some(options) = self.settings.registry.options(self.settings.state.dir.as_deref()) else { return Ok(None) };
            let registry = Registry::start(options, Arc::clone(&self.telemetry)).context("the schema registry can't be asked")?;
            self.started =
                Some(if self.is_patient { Arc::new(Patient { registry, at_most: PATIENCE }) } else { Arc::new(registry) });
        }
        Ok(self.started.clone())
    }
}

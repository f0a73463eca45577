//! `run`: the service.

use super::cli::RunArgs;
use super::identity;
use super::load_settings;
use super::registry::SchemaSource;
use super::route;
use super::service::{Launch, Options, Service, SystemClock, kafka_options, refuse_unusable, worker_options};
use super::signals;
use crate::config::{Settings, instance};
use crate::domain::identity::linking::LiveLinking;
use crate::http;
use crate::http::access::Token;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::supervisor::StopSwitch;
use crate::telemetry::Telemetry;
use crate::wire::mapped::Mapper;
use anyhow::Context;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How often the main thread looks whether a worker has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// Leaving the group and ending threads may take this much longer than the drain itself.
const LEAVE_GRACE: Duration = Duration::from_secs(2);

/// Runs the command.
///
/// # Errors
/// The work failed.
pub fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    let (loaded, models) = load_settings::settings_and_models(&args.settings)?;
    let settings = &loaded.settings;
    // Before anything is logged: a value that is not taken may be one of another property.
    refuse_unusable(settings)?;
    init_logs(settings)?;
    load_settings::log_settings(&loaded);
    // Caught from the beginning: a stop that comes during a long start is a stop, too.
    let (asked, switch) = (Arc::new(AtomicBool::new(false)), Arc::new(OnceLock::<StopSwitch>::new()));
    let (told, reached) = (Arc::clone(&asked), Arc::clone(&switch));
    signals::on_stop(move || {
        told.store(true, Ordering::Release);
        if let Some(switch) = reached.get() {
            switch.stop();
        }
    })?;
    let instance = instance::resolve(settings.engine.instance_id.as_deref(), settings.state.dir.as_deref())?;
    let telemetry = Arc::new(Telemetry::new(env!("CARGO_PKG_VERSION")));
    let launch = Launch {
        settings,
        models: Arc::new(models),
        options: options(settings, &instance.id, &telemetry)?,
        telemetry,
        clock: Arc::new(SystemClock::new()),
        http: http_options(settings)?,
    };
    let Service { mut handle, http, .. } = launch.start()?;
    if let Some(server) = &http {
        tracing::info!("metrics, health and the page for people: http://{}", server.address());
    }
    let stop = switch.get_or_init(|| handle.stop_switch());
    if asked.load(Ordering::Acquire) {
        stop.stop();
    }
    let deadline = settings.engine.shutdown_deadline + LEAVE_GRACE;
    let stopped = loop {
        match handle.wait(POLL_INTERVAL) {
            None if handle.is_stopping() => break handle.stop(deadline),
            None => {}
            Some(Ok(())) => break Ok(()),
            Some(Err(failure)) => {
                // The others finish their batches; what matters is the first failure.
                if let Err(other) = handle.stop(deadline) {
                    tracing::warn!("while stopping: {other}");
                }
                break Err(failure);
            }
        }
    };
    if let Some(server) = http {
        server.stop();
    }
    drop(instance);
    stopped?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn options(settings: &Settings, instance_id: &str, telemetry: &Arc<Telemetry>) -> anyhow::Result<Options> {
    let kafka = kafka_options(settings, instance_id);
    let route::Mapped { engine: mut mappings, routed: inputs } =
        route::Mapped::load(settings, &mut SchemaSource::of_service(settings, telemetry))?;
    let ids = identity::ids(settings)?;
    if ids.is_some() {
        tracing::warn!("identity.enabled: not finished in this version, see \"What is not built yet\" in docs/identity.md");
    }
    let linking = ids.as_ref().map(|ids| Arc::new(LiveLinking::new((*ids.linking).clone())));
    if let Some(ids) = &ids {
        let reading = |mapper: Option<Mapper>| mapper.map(|mapper| mapper.reading_ids(Arc::clone(&ids.reader)));
        mappings = mappings.into_iter().map(reading).collect();
    }
    let routed = (!inputs.is_empty()).then(|| {
        let (kafka, worker) = route::options(settings, &kafka);
        (kafka, WorkerOptions { linking: linking.clone(), ..worker }, inputs)
    });
    let worker = WorkerOptions { linking, ..worker_options(settings) };
    Ok(Options { kafka, worker, mappings, routed, ids })
}

/// Sets up the logs of a service.
///
/// # Errors
/// `log.level` can't be read.
pub fn init_logs(settings: &Settings) -> anyhow::Result<()> {
    use crate::telemetry::logs::{LogOptions, init};
    let log = &settings.log;
    init(&LogOptions { format: log.format, level: log.level.clone(), colours: std::io::stderr().is_terminal() })?;
    Ok(())
}

fn http_options(settings: &Settings) -> anyhow::Result<Option<http::Options>> {
    let set = &settings.http;
    let Some(listen) = set.listen else { return Ok(None) };
    let token = match &set.token_file {
        None => None,
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("http.token_file {} can't be read", path.display()))?;
            Some(Token::new(&text).with_context(|| format!("http.token_file {}", path.display()))?)
        }
    };
    Ok(Some(http::Options { listen, token, allow_anonymous: set.allow_anonymous, limits: set.limits }))
}

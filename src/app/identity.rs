//! Identity: what the service links ids by, and the commands about ids: `identity name` (the id that a value stands for, for those who
//! have to write it themselves, such as a mailer), `show`, `block` and `unblock`.

pub(super) mod block;
pub(super) mod components;
pub(super) mod settled;
pub(super) mod show;
mod written;

use super::cli::IdentityNameArgs;
use super::exit::{DONE, UsageError};
use super::load_settings::settings;
use super::terminal::stdout;
use crate::config::Settings;
use crate::config::settings::identity::Identity;
use crate::domain::Ms;
use crate::domain::identity::linking::Linking;
use crate::domain::identity::naming::{IdNaming, NoId};
use crate::domain::identity::secret::IdSecret;
use crate::domain::identity::settings::IdentitySettings;
use crate::domain::identity::types::{IdType, IdTypes};
use crate::kafka::options as kafka;
use crate::kafka::purge::KafkaPurge;
use crate::runtime::ports::{OutTopic, Purge as _};
use crate::runtime::supervisor::Job;
use crate::wire::event_ids::IdReader;
use anyhow::{Context as _, anyhow, bail};
use leadstream_model::fields::unknown;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What the ids of events are read and linked by.
#[derive(Debug, Clone)]
pub struct Ids {
    pub reader: Arc<IdReader>,
    pub linking: Arc<Linking>,
    /// What all instances have to agree about, without the number of partitions, which the topics say.
    pub settings: Arc<IdentitySettings>,
    /// Others than those that all is known under are taken.
    pub accepts_settings: bool,
}

/// `None`: identity is off.
///
/// # Errors
/// A setting can't be used, with what to do.
pub fn ids(settings: &Settings) -> anyhow::Result<Option<Ids>> {
    let identity = &settings.identity;
    if !identity.enabled {
        return Ok(None);
    }
    let types = identity.id_types().map_err(faulty)?;
    let hashed = identity.hashed(&types);
    let secret = match hashed.first() {
        None => None,
        Some(kind) => Some(secret(identity, types.name(*kind))?),
    };
    let written = IdentitySettings {
        types: types.specs().to_vec(),
        hashed: hashed.iter().map(|kind| types.name(*kind).to_owned()).collect(),
        secret: secret.as_ref().map(IdSecret::fingerprint),
        strip_plus: identity.strip_plus,
        gmail_dots: identity.gmail_dots,
        partitions: 0,
    };
    let naming = naming(identity, types.clone(), hashed, secret)?;
    let reader = IdReader::new(naming).map_err(|why| anyhow!("the places of ids can't be read: {why}"))?;
    let erased_for_ms = settings.inputs.max_age.map_or(Ms::MAX, |age| Ms::try_from(age.as_millis()).unwrap_or(Ms::MAX));
    let ids_in_outputs = identity.ids_in_outputs;
    let linking = Linking { types, limits: identity.limits(erased_for_ms), ids_in_outputs, ..Linking::default() };
    Ok(Some(Ids {
        reader: Arc::new(reader.detaching_on(&identity.detach_on)),
        linking: Arc::new(linking),
        settings: Arc::new(written),
        accepts_settings: identity.accept_settings,
    }))
}

/// How often what tasks have read of `leadstream.forwards` is deleted: it is kept for ever otherwise, for it may hold the only copy of
/// a prospect.
const PURGE_EVERY: Duration = Duration::from_secs(30);
const NAP: Duration = Duration::from_millis(200);

/// Deletes what was read of `leadstream.forwards`, now and then. `kafka`: with the group of the engine.
#[must_use]
pub fn purging(kafka: &kafka::Options, partitions: u32) -> Job {
    let mut purge = KafkaPurge::new(OutTopic::Forwards, kafka, partitions);
    Box::new(move |stop| {
        let (mut passed, mut said) = (Duration::ZERO, None);
        while !stop.load(Ordering::Acquire) {
            std::thread::sleep(NAP);
            passed += NAP;
            if passed >= PURGE_EVERY {
                passed = Duration::ZERO;
                purge.purge();
            }
            match purge.purged() {
                Some(Err(why)) if said.as_ref() != Some(&why) => {
                    tracing::warn!("what was read of leadstream.forwards can't be deleted: it grows until that works: {why}");
                    said = Some(why);
                }
                Some(Ok(_)) => said = None,
                _ => {}
            }
        }
        Ok(())
    })
}

fn naming(identity: &Identity, types: IdTypes, hashed: Vec<IdType>, secret: Option<IdSecret>) -> anyhow::Result<IdNaming> {
    IdNaming::new(identity.naming(types, hashed, secret)).map_err(|faults| {
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        UsageError(said.join("\n")).into()
    })
}

fn faulty(faults: Vec<(String, String)>) -> UsageError {
    let said: Vec<String> = faults.into_iter().map(|(key, message)| format!("{key}: {message}")).collect();
    UsageError(said.join("\n"))
}

/// Runs `identity name`: exit code 1 when the value is no id.
///
/// # Errors
/// The type is unknown, the settings are not enough, or the value is no id: with what to do.
pub fn name(args: &IdentityNameArgs) -> anyhow::Result<ExitCode> {
    let loaded = settings(&args.settings)?;
    let identity = &loaded.settings.identity;
    let types = identity.id_types().map_err(faulty)?;
    let Some(kind) = types.find(&args.kind) else {
        let known: Vec<&str> = types.all().map(|kind| types.name(kind)).collect();
        let message = unknown(&args.kind, "type of ids", &known);
        return Err(UsageError(format!("{message} (types of your own are set by identity.types)")).into());
    };
    // The secret is only asked for where it is needed.
    let hashed: Vec<_> = identity.hashed(&types).into_iter().filter(|hashed| *hashed == kind).collect();
    let secret = if hashed.is_empty() { None } else { Some(secret(identity, &args.kind)?) };
    let naming = naming(identity, types, hashed, secret)?;
    match naming.name(kind, &args.value) {
        Ok(id) => writeln!(stdout(false), "{}", naming.types().text(&id))?,
        Err(why) => bail!("{:?} is no id of type {}: it {why}{}", args.value, args.kind, advice(&why)),
    }
    Ok(ExitCode::from(DONE))
}

/// What hashes the ids of a type.
fn secret(identity: &Identity, kind: &str) -> anyhow::Result<IdSecret> {
    let usage = |message: String| anyhow!(UsageError(message));
    match (&identity.secret, &identity.secret_file) {
        (Some(secret), _) => IdSecret::new(secret.reveal()).map_err(|fault| usage(format!("identity.secret {fault}"))),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("identity.secret_file {} can't be read", path.display()))?;
            IdSecret::new(&text).map_err(|fault| usage(format!("identity.secret_file {} {fault}", path.display())))
        }
        (None, None) => Err(usage(format!(
            "ids of type {kind} are hashed, and there is no secret: set identity.secret_file to a file with the output of \
             `openssl rand -hex 32`, or identity.hash = [] for ids that hold the plain value"
        ))),
    }
}

/// What to do about a value that is no id.
fn advice(why: &NoId) -> &'static str {
    match why {
        NoId::Placeholder => "; events are known by their other ids then",
        NoId::BlockedWord => " (identity.block); take it out there if it is somebody's",
        NoId::BlockedPattern(_) => " (identity.block_patterns); make that narrower if it is somebody's",
        NoId::TooLong(_) => "; let the source send a shorter one, such as a hash of it",
        NoId::NoAddress | NoId::NoPhone | NoId::UnknownType | NoId::TooMany => "",
    }
}

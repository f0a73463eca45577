//! `identity name`: the id that a value stands for, for those who have to write it themselves, such as a mailer.

use super::cli::IdentityNameArgs;
use super::exit::{DONE, UsageError};
use super::load_settings::settings;
use super::terminal::stdout;
use crate::config::settings::identity::Identity;
use crate::domain::identity::naming::{IdNaming, NoId};
use crate::domain::identity::secret::IdSecret;
use anyhow::{Context as _, anyhow, bail};
use leadstream_model::fields::unknown;
use std::io::Write as _;
use std::process::ExitCode;

/// Runs the command: exit code 1 when the value is no id.
///
/// # Errors
/// The type is unknown, the settings are not enough, or the value is no id: with what to do.
pub fn name(args: &IdentityNameArgs) -> anyhow::Result<ExitCode> {
    let loaded = settings(&args.settings)?;
    let identity = &loaded.settings.identity;
    let faulty = |faults: Vec<(String, String)>| {
        let said: Vec<String> = faults.into_iter().map(|(key, message)| format!("{key}: {message}")).collect();
        UsageError(said.join("\n"))
    };
    let types = identity.id_types().map_err(faulty)?;
    let Some(kind) = types.find(&args.kind) else {
        let known: Vec<&str> = types.all().map(|kind| types.name(kind)).collect();
        let message = unknown(&args.kind, "type of ids", &known);
        return Err(UsageError(format!("{message} (types of your own are set by identity.types)")).into());
    };
    // The secret is only asked for where it is needed.
    let hashed: Vec<_> = identity.hashed(&types).into_iter().filter(|hashed| *hashed == kind).collect();
    let secret = if hashed.is_empty() { None } else { Some(secret(identity, &args.kind)?) };
    let naming = IdNaming::new(identity.naming(types, hashed, secret)).map_err(|faults| {
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        UsageError(said.join("\n"))
    })?;
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

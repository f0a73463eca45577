//! `explain`: asks a running instance about one prospect, and says it in words.

pub(super) mod ask;
mod company;
mod times;
mod words;

use super::cli::ExplainArgs;
use super::exit::{DONE, UsageError};
use super::terminal::stdout;
use super::zone::Zone;
use super::{load, replay};
use crate::config::Settings;
use crate::http;
use anyhow::{Context, bail};
use ask::Place;
use serde_json::Value;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// No instance answers, nothing is known of the prospect, another instance owns it, or a file can't be read.
pub fn run(args: ExplainArgs) -> anyhow::Result<ExitCode> {
    let zone = Zone::named(args.time_zone.as_deref())?;
    // A name that no prospect has may be a company's.
    let prospect = if args.account { None } else { Some(if args.inputs.is_empty() { asked(&args)? } else { replayed(&args)? }) };
    let account = |args: &ExplainArgs| if args.inputs.is_empty() { asked_account(args) } else { replayed_account(args) };
    let answer = match prospect {
        Some(Found::Known(answer)) => answer,
        Some(Found::Nobody(why)) => account(&args)?.into_known().with_context(|| why)?,
        None => account(&args)?.into_known()?,
    };
    let mut out = stdout(args.json);
    if args.json {
        writeln!(out, "{answer}")?
    } else {
        let answer = times::in_zone(&answer, &zone);
        write!(out, "{}", if answer["votes"].is_null() { words::of(&answer) } else { company::of(&answer) })?
    }
    Ok(ExitCode::from(DONE))
}

/// What somebody asked for, or why nothing is known of it.
enum Found {
    Known(Value),
    Nobody(String),
}

impl Found {
    fn into_known(self) -> anyhow::Result<Value> {
        match self {
            Self::Known(answer) => Ok(answer),
            Self::Nobody(why) => bail!(why),
        }
    }
}

/// From files, by the same engine.
fn replayed(args: &ExplainArgs) -> anyhow::Result<Found> {
    let until = replay::until(&args.until)?;
    let as_of_ms = replay::as_of(args.as_of.as_deref())?;
    let from = replay::From { settings: &args.settings, inputs: &args.inputs, partitions: 1, as_of_ms };
    let options = from.options(std::env::temp_dir(), until)?;
    let one = replay::one(&options, &args.prospect, &replay::spinner())?;
    let Some(record) = one.record else {
        return Ok(Found::Nobody(format!("{:?}: no event in these files is of this prospect", args.prospect)));
    };
    let mut answer = http::prospect::view(&args.prospect, &record, &options.models, one.at_ms);
    answer["outputs"] = Value::Array(one.outputs);
    Ok(Found::Known(answer))
}

/// The account from files: all prospects are replayed, for any of them may belong to it.
fn replayed_account(args: &ExplainArgs) -> anyhow::Result<Found> {
    let nobody = |why: &str| Ok(Found::Nobody(format!("{:?}: {why}", args.prospect)));
    let until = replay::until(&args.until)?;
    let as_of_ms = replay::as_of(args.as_of.as_deref())?;
    let from = replay::From { settings: &args.settings, inputs: &args.inputs, partitions: 1, as_of_ms };
    let options = from.options(std::env::temp_dir(), until)?;
    let Some((_, _, accounts)) = options.models.accounts() else { return nobody("no model of the settings has accounts") };
    let names = accounts.names.meant_by(&args.prospect);
    let Some((account, record, at_ms)) = replay::account(&options, &names, &replay::spinner())? else {
        return nobody("no event in these files is of somebody of this account");
    };
    match http::account::view(&account, &record, &options.models, at_ms) {
        Some(answer) => Ok(Found::Known(answer)),
        None => nobody("its record is no account's"),
    }
}

/// From a running instance.
fn asked(args: &ExplainArgs) -> anyhow::Result<Found> {
    get(args, "prospects")
}

fn asked_account(args: &ExplainArgs) -> anyhow::Result<Found> {
    get(args, "accounts")
}

fn get(args: &ExplainArgs, what: &str) -> anyhow::Result<Found> {
    let loaded = load::settings(&args.settings)?;
    let place = place(args.url.as_deref(), &loaded.settings)?;
    let token = match &loaded.settings.http.token_file {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("http.token_file {} can't be read", path.display()))?;
            Some(text.trim().to_owned())
        }
        None => None,
    };
    let path = format!("/api/v1/{what}/{}", ask::encoded(&args.prospect));
    let (status, body) = ask::get(&place, &path, token.as_deref()).with_context(|| {
        format!("no instance answers at http://{place}: is `leadstream run` up, and is that its http.listen?")
    })?;
    let answer: Value =
        serde_json::from_str(&body).with_context(|| format!("http://{place} answered {status}, but not as leadstream does"))?;
    if status == 200 {
        return Ok(Found::Known(answer));
    }
    let why = answer["error"].as_str().unwrap_or("no reason given");
    match status {
        401 | 403 => bail!("http://{place} wants a token ({why}): set http.token_file"),
        421 => bail!("{why}: ask the instance that owns it, with --url"),
        404 => Ok(Found::Nobody(format!("{:?}: {why}", args.prospect))),
        _ => bail!("http://{place} answered {status}: {why}"),
    }
}

/// Where to ask: `--url`, else the settings' own address.
pub(super) fn place(url: Option<&str>, settings: &Settings) -> Result<Place, UsageError> {
    if let Some(url) = url {
        return Place::parse(url).ok_or_else(|| UsageError(format!("--url {url:?} must read http://HOST:PORT")));
    }
    let listen = settings.http.listen.ok_or_else(|| UsageError("http.listen is off: say --url http://HOST:PORT".to_owned()))?;
    // Bound to every address, it answers on loopback too.
    let host = if listen.ip().is_unspecified() { "127.0.0.1".to_owned() } else { listen.ip().to_string() };
    Ok(Place { host, port: listen.port() })
}

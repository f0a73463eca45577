//! `explain`: asks a running instance about one prospect, and says it in words.

mod company;
pub(super) mod http_client;
mod page;
mod render;

use super::cli::ExplainArgs;
use super::exit::{DONE, UsageError};
use super::terminal::stdout;
use super::zone::Zone;
use super::{load_settings, replay};
use crate::config::Settings;
use crate::view::account::AccountView;
use crate::view::output::OutputView;
use crate::view::problem::Problem;
use crate::view::prospect::ProspectView;
use anyhow::{Context, bail};
use http_client::Place;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// No instance answers, nothing is known of the prospect, another instance owns it, or a file can't be read.
pub fn run(args: ExplainArgs) -> anyhow::Result<ExitCode> {
    let zone = Zone::named(args.time_zone.as_deref())?;
    let is_from_files = !args.inputs.is_empty();
    let account = || if is_from_files { replayed_account(&args) } else { asked_account(&args) };
    let prospect = || if is_from_files { replayed(&args) } else { asked(&args) };
    let answer = match if args.account { account()? } else { prospect()? } {
        Found::Known(answer) => answer,
        // A name that no prospect has may be a company's.
        Found::Nobody(why) if !args.account => account()?.into_known().with_context(|| why)?,
        Found::Nobody(why) => bail!(why),
    };
    let mut out = stdout(args.json);
    if args.json {
        writeln!(out, "{}", answer.json)?
    } else {
        let page = match &answer.about {
            About::Prospect(prospect, outputs) => render::of(prospect, outputs, &zone),
            About::Account(account) => company::of(account, &zone),
        };
        write!(out, "{page}")?
    }
    Ok(ExitCode::from(DONE))
}

/// The answer, and as JSON.
struct Answer {
    json: String,
    about: About,
}

enum About {
    Prospect(Box<ProspectView>, Vec<OutputView>),
    Account(Box<AccountView>),
}

/// The answer, or why nothing is known.
enum Found {
    Known(Answer),
    Nobody(String),
}

impl Found {
    fn into_known(self) -> anyhow::Result<Answer> {
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
        return Ok(Found::Nobody(format!(
            "{:?}: no event in these files is about this prospect, or it was deleted or forgotten after the last",
            args.prospect
        )));
    };
    let mut prospect = ProspectView::of(&one.name, &record, &options.models, one.at_ms);
    prospect.asked_as = Some(args.prospect.clone()).filter(|asked| *asked != one.name);
    let (outputs, as_written) = one.outputs.into_iter().unzip();
    prospect.outputs = Some(as_written);
    let json = serde_json::to_string(&prospect)?;
    Ok(Found::Known(Answer { json, about: About::Prospect(Box::new(prospect), outputs) }))
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
        return nobody("no event in these files is about a member of this account");
    };
    let Some(account) = AccountView::of(&account, &record, &options.models, at_ms) else {
        return nobody("its record is no account's");
    };
    let json = serde_json::to_string(&account)?;
    Ok(Found::Known(Answer { json, about: About::Account(Box::new(account)) }))
}

/// From a running instance.
fn asked(args: &ExplainArgs) -> anyhow::Result<Found> {
    get(args, "prospects", |prospect| About::Prospect(Box::new(prospect), Vec::new()))
}

fn asked_account(args: &ExplainArgs) -> anyhow::Result<Found> {
    get(args, "accounts", |account| About::Account(Box::new(account)))
}

fn get<T: DeserializeOwned>(args: &ExplainArgs, what: &str, about: impl Fn(T) -> About) -> anyhow::Result<Found> {
    let loaded = load_settings::settings(&args.settings)?;
    let place = place(args.url.as_deref(), &loaded.settings)?;
    let token = match &loaded.settings.http.token_file {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("http.token_file {} can't be read", path.display()))?;
            Some(text.trim().to_owned())
        }
        None => None,
    };
    let path = format!("/api/v1/{what}/{}", http_client::encoded(&args.prospect));
    let (status, body) = http_client::get(&place, &path, token.as_deref()).with_context(|| {
        format!("no instance answers at http://{place}: is `leadstream run` up, and is that its http.listen?")
    })?;
    if status == 200 {
        let view = http_client::read(&place, status, &body)?;
        // As the service wrote it: it may say more than this build knows.
        return Ok(Found::Known(Answer { json: body, about: about(view) }));
    }
    let Problem { error: why, .. } = http_client::read(&place, status, &body)?;
    match status {
        401 | 403 => bail!("http://{place} requires a token ({why}): set http.token_file"),
        421 => bail!("{why}: ask the instance that owns it, with --url"),
        404 => Ok(Found::Nobody(format!("{:?}: {why}", args.prospect))),
        _ => bail!("http://{place} answered {status}: {why}"),
    }
}

/// Where to ask: `--url`, else the settings' own address.
pub(super) fn place(url: Option<&str>, settings: &Settings) -> Result<Place, UsageError> {
    if let Some(url) = url {
        return Place::parse(url).ok_or_else(|| UsageError(format!("--url {url:?} must have the form http://HOST:PORT")));
    }
    let listen = settings.http.listen.ok_or_else(|| UsageError("http.listen is off: give --url http://HOST:PORT".to_owned()))?;
    // Bound to every address, it answers on loopback too.
    let host = if listen.ip().is_unspecified() { "127.0.0.1".to_owned() } else { listen.ip().to_string() };
    Ok(Place { host, port: listen.port() })
}

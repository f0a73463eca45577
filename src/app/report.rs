//! `report`: the figures of files or of running instances, as text, JSON or one page.

mod costs;
mod how;
mod html;
mod measures;
mod rows;
mod text;
mod words;

use super::cli::ReportArgs;
use super::exit::{DONE, UsageError};
use super::explain::{http_client, place};
use super::load_settings;
use super::replay;
use super::terminal::stdout;
use crate::app::zone::Zone;
use crate::domain::terms::per_axis::PerAxis;
use crate::engine::figures::Figures;
use crate::view::figures::FormOfFunnel;
use crate::view::funnel::FunnelView;
use crate::view::problem::Problem;
use anyhow::{Context, bail};
pub(super) use costs::Costs;
pub(super) use measures::Measures;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the command.
///
/// # Errors
/// The arguments make no sense, an input can't be read, no instance answers, or the page can't be written.
pub fn run(args: &ReportArgs) -> anyhow::Result<ExitCode> {
    let costs = costs(&args.campaign_cost)?;
    let pipeline = args.pipeline.as_deref().map(pipeline).transpose()?;
    let zone = Zone::named(args.time_zone.as_deref())?;
    let figures = if args.inputs.is_empty() { of_services(args)? } else { of_files(args, pipeline.as_ref())? };
    if let Some((open, won)) = &pipeline {
        let known = |name: &str| figures.models.values().any(|m| m.stages.iter().flatten().any(|stage| stage == name));
        if let Some(unknown) = [open, won].into_iter().find(|name| !known(name)) {
            return Err(UsageError(format!("--pipeline: no model has a stage {unknown:?}")).into());
        }
    }
    let measures = Measures::of(&figures, &costs, pipeline.as_ref());
    if let Some(path) = &args.html {
        std::fs::write(path, html::page(&measures, args.top, &zone))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut out = stdout(args.json);
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&measures)?)?;
    } else if let Some(path) = &args.html {
        writeln!(out, "written to {}", path.display())?;
    } else {
        write!(out, "{}", text::of(&measures, args.top, &zone))?;
    }
    Ok(ExitCode::from(DONE))
}

/// `NAME=AMOUNT`; the same name twice adds up.
fn costs(given: &[String]) -> Result<Costs, UsageError> {
    let mut costs = Costs::new();
    for one in given {
        let parts = one.rsplit_once('=').and_then(|(name, amount)| Some((name, amount.parse::<f64>().ok()?)));
        match parts.filter(|(name, amount)| !name.is_empty() && amount.is_finite() && *amount >= 0.0) {
            Some((name, amount)) => *costs.entry(name.to_owned()).or_default() += amount,
            None => {
                return Err(UsageError(format!(
                    "--campaign-cost {one:?} must have the form NAME=AMOUNT, such as spring-sale=1200"
                )));
            }
        }
    }
    Ok(costs)
}

fn pipeline(given: &str) -> Result<(String, String), UsageError> {
    match given.split_once("..") {
        Some((open, won)) if !open.is_empty() && !won.is_empty() => Ok((open.to_owned(), won.to_owned())),
        _ => Err(UsageError(format!("--pipeline {given:?} must name two stages, such as intent..purchase"))),
    }
}

fn of_files(args: &ReportArgs, pipeline: Option<&(String, String)>) -> anyhow::Result<Figures> {
    let until = replay::until(&args.until)?;
    let as_of_ms = replay::as_of(args.as_of.as_deref())?;
    let from = replay::From { settings: &args.settings, inputs: &args.inputs, partitions: args.partitions, as_of_ms };
    let mut options = from.options(std::env::temp_dir(), until)?;
    if let Some(pipeline) = pipeline {
        // What is counted of opportunities is counted between these stages.
        for model in &mut Arc::make_mut(&mut options.models).models {
            let stages = PerAxis::from_fn(|axis| model.axes[axis].stages.clone());
            model.set_pipeline(measures::pipeline::named(&stages, pipeline).or(model.pipeline));
        }
    }
    let progress = replay::spinner();
    let (figures, tally) = replay::figures(&options, &progress)?;
    progress.finish_and_clear();
    let dead: u64 = tally.dead_letters.values().sum();
    if dead > 0 {
        let mut stderr = std::io::stderr();
        writeln!(stderr, "{dead} of {} lines can't be used; `leadstream replay` writes them out", tally.records)?;
        replay::unusable(&options, &tally).try_for_each(|line| writeln!(stderr, "  {line}"))?;
    }
    for line in tally.misses.lines() {
        writeln!(std::io::stderr(), "{line}")?;
    }
    Ok(figures)
}

/// Asks every instance and adds up what they say.
fn of_services(args: &ReportArgs) -> anyhow::Result<Figures> {
    let loaded = load_settings::settings(&args.settings)?;
    let path = args.token_file.as_ref().or(loaded.settings.http.token_file.as_ref());
    let token = path
        .map(|path| std::fs::read_to_string(path).with_context(|| format!("the token file {} can't be read", path.display())))
        .transpose()?;
    let urls: Vec<Option<&str>> = match args.from.as_slice() {
        [] => vec![None],
        all => all.iter().map(|url| Some(url.as_str())).collect(),
    };
    let mut figures = Figures::default();
    let mut seen: BTreeMap<(String, i32), String> = BTreeMap::new();
    for url in urls {
        let place = place(url, &loaded.settings)?;
        let (status, body) = http_client::get(&place, "/api/v1/funnel", token.as_deref().map(str::trim)).with_context(|| {
            format!("no instance answers at http://{place}: is `leadstream run` up, and is that its http.listen? (--from URL)")
        })?;
        if status != 200 {
            let Problem { error: why, .. } = http_client::read(&place, status, &body)?;
            match status {
                401 | 403 => bail!("http://{place} requires a token ({why}): give --token-file FILE"),
                _ => bail!("http://{place} answered {status}: {why}"),
            }
        }
        let (funnel, mine, unknown) = funnel(&place, status, &body)?;
        let warn = |text: String| writeln!(std::io::stderr(), "http://{place}: {text}");
        if unknown > 0 {
            warn(format!("{unknown} figures of a newer leadstream are left out"))?;
        }
        if !funnel.complete {
            warn("not every task is ready: the figures are incomplete".to_owned())?;
        }
        for partition in funnel.partitions {
            if let Some(other) = seen.insert((funnel.group.clone(), partition), place.to_string()) {
                warn(format!(
                    "partition {partition} was already counted from {other}: it is moving, or that is the same instance"
                ))?;
            }
        }
        figures.merge(&mine);
    }
    Ok(figures)
}

/// What an instance answered: its figures apart, and how many of them this build doesn't know.
fn funnel(place: &http_client::Place, status: u16, body: &str) -> anyhow::Result<(FunnelView, Figures, usize)> {
    let form: FormOfFunnel = http_client::read(place, status, body)?;
    form.check().map_err(|why| anyhow::anyhow!("http://{place}: {why}"))?;
    let funnel: FunnelView = http_client::read(place, status, body)?;
    let (figures, unknown) = funnel.figures.read().map_err(|why| anyhow::anyhow!("http://{place}: {why}"))?;
    Ok((funnel, figures, unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_and_pipeline_are_read_as_people_write_them() {
        let given = ["spring=sale=10.5", "spring=sale=1", "b=0"].map(str::to_owned);
        assert_eq!(costs(&given).unwrap(), Costs::from([("spring=sale".to_owned(), 11.5), ("b".to_owned(), 0.0)]));
        for wrong in ["spring", "=3", "a=-1", "a=NaN", "a="] {
            assert!(costs(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
        assert_eq!(pipeline("intent..purchase").unwrap(), ("intent".to_owned(), "purchase".to_owned()));
        assert!(pipeline("intent").is_err() && pipeline("..purchase").is_err());
    }
}

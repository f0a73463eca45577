//! `identity show`: whom an id stands for, as the changelog has it.

use super::written;
use crate::app::cli::IdentityShowArgs;
use crate::app::exit::DONE;
use crate::app::load_settings::settings;
use crate::app::service::connecting;
use crate::app::terminal::{stdout, write_json};
use crate::domain::identity::message::MAX_HOPS;
use crate::domain::identity::types::IdTypes;
use crate::domain::ids::murmur2_partition;
use crate::domain::state::prospect::Prospect;
use crate::engine::codec::{Codec as _, CodecError};
use crate::kafka::admin::Admin;
use crate::kafka::options::Options;
use crate::kafka::{blocked_ids, latest};
use crate::runtime::ports::OutTopic;
use crate::view::ids::{IdView, IdsView};
use crate::view::time::Time;
use crate::wire::state_record::StateCodec;
use anyhow::{anyhow, bail};
use indicatif::ProgressBar;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// It is no id, or the brokers or their topics can't be read: with what to do.
pub fn run(args: &IdentityShowArgs) -> anyhow::Result<ExitCode> {
    let loaded = settings(&args.settings)?;
    written::needs_identity(&loaded.settings)?;
    let id = written::id(&args.id, &loaded.settings)?.to_string();
    let types = loaded.settings.identity.id_types().map_err(super::faulty)?;
    let state = State::open(connecting(&loaded.settings, "+identity")?)?;
    let shown = shown(&id, &types, &state)?;
    let mut out = stdout(args.json);
    if args.json {
        write_json(&mut out, &shown)?;
    } else {
        write!(out, "{}", text(&shown, &state.topic))?;
    }
    Ok(ExitCode::from(DONE))
}

/// The records of ids, and which are blocked.
trait Records {
    fn partition_of(&self, id: &str) -> i32;

    /// The newest record of each, where there is one, and since when it is blocked, where it is.
    fn records(&self, ids: &[String]) -> anyhow::Result<(BTreeMap<String, Prospect>, BTreeMap<String, i64>)>;
}

/// The changelog.
struct State {
    options: Options,
    topic: String,
    partitions: u32,
    progress: ProgressBar,
}

impl State {
    fn open(options: Options) -> anyhow::Result<Self> {
        let topic = options.output_topic(OutTopic::State);
        let topics = Admin::connect(&options)?.topics()?;
        let partitions = match topics.get(&topic) {
            Some(found) => found.partitions,
            None => bail!("{topic} does not exist: are topics.prefix and kafka.bootstrap_servers those of the service?"),
        };
        let blocked = options.output_topic(OutTopic::Identity);
        if !topics.contains_key(&blocked) {
            bail!("{blocked} does not exist: `leadstream topics create` makes it");
        }
        Ok(Self { options, topic, partitions, progress: ProgressBar::new_spinner() })
    }
}

impl Records for State {
    fn partition_of(&self, id: &str) -> i32 {
        i32::try_from(murmur2_partition(id.as_bytes(), self.partitions)).unwrap_or_default()
    }

    fn records(&self, ids: &[String]) -> anyhow::Result<(BTreeMap<String, Prospect>, BTreeMap<String, i64>)> {
        let mut wanted: BTreeMap<i32, Vec<String>> = BTreeMap::new();
        ids.iter().for_each(|id| wanted.entry(self.partition_of(id)).or_default().push(id.clone()));
        let names: Vec<String> = wanted.keys().map(ToString::to_string).collect();
        let where_from = format!("{} {}", self.topic, names.join(", "));
        let said = |read: u64| {
            self.progress.set_message(format!("{where_from}: {read} records read"));
            self.progress.tick();
        };
        let found = latest::newest(&self.options, &self.topic, &wanted, &said)?;
        self.progress.finish_and_clear();
        let decoded = |(id, bytes): (String, Vec<u8>)| match StateCodec.decode(&bytes) {
            Ok(prospect) => Ok((id, prospect)),
            Err(why @ CodecError::Newer { .. }) => Err(anyhow!("the record of {id}: {why}: use the build of the service")),
            Err(why) => Err(anyhow!("the record of {id} in {}: {why}", self.topic)),
        };
        Ok((found.into_iter().map(decoded).collect::<Result<_, _>>()?, blocked_ids::blocked_since(&self.options, ids)?))
    }
}

/// Follows an id to whom it stands for: each step reads what all ids of the one before it point to.
fn shown(id: &str, types: &IdTypes, state: &impl Records) -> anyhow::Result<IdsView> {
    let mut view = IdsView { id: id.to_owned(), ..IdsView::default() };
    let mut known = BTreeSet::from([id.to_owned()]);
    let mut next = vec![id.to_owned()];
    // Each id points to smaller ones: no person has more.
    for _ in 0..=MAX_HOPS {
        if next.is_empty() {
            break;
        }
        let (records, blocked) = state.records(&next)?;
        let ids = std::mem::take(&mut next);
        for id in ids {
            let one = IdView::of(&id, state.partition_of(&id), records.get(&id), blocked.get(&id).copied(), types);
            next.extend(one.points_to.iter().map(|claim| claim.id.clone()).filter(|id| known.insert(id.clone())));
            if one.what == "prospect" {
                view.prospects.push(id);
            }
            view.chain.push(one);
        }
    }
    Ok(view)
}

fn text(view: &IdsView, topic: &str) -> String {
    let mut text = String::new();
    for id in &view.chain {
        one(id, &mut text);
    }
    match &*view.prospects {
        [] => _ = writeln!(text, "{} stands for nobody", view.id),
        [prospect] if *prospect == view.id => {}
        all => _ = writeln!(text, "{} stands for {}", view.id, all.join(", ")),
    }
    let partitions: BTreeSet<String> = view.chain.iter().map(|id| id.partition.to_string()).collect();
    let partitions: Vec<String> = partitions.into_iter().collect();
    _ = writeln!(
        text,
        "(from {topic}, partition {}, as committed: what the service is about to commit, or what is on its way from one id to another, is \
         not in it)",
        partitions.join(", ")
    );
    text
}

fn one(id: &IdView, text: &mut String) {
    let mut said: Vec<String> = Vec::new();
    match &*id.what {
        "points-on" => {
            let to: Vec<String> =
                id.points_to.iter().map(|claim| format!("{} (last linked {})", claim.id, time(claim.linked))).collect();
            said.push(format!("points to {}", to.join(", ")));
            said.push(format!("since {}", time(id.points_to_others_since)));
        }
        "prospect" => said.push(format!("a prospect, last seen {}", time(id.last_seen))),
        "erased" => said.push("nothing but that it was erased".to_owned()),
        _ => said.push("nobody: there is no record of it".to_owned()),
    }
    if id.shared {
        said.push("a shared device, which stands for none of its users".to_owned());
    }
    if id.users > 0 {
        said.push(format!("users lately: {}", id.users));
    }
    if let Some(detached) = id.detached {
        said.push(format!("logged out {}", time(Some(detached))));
    }
    if let Some(until) = id.crowded_until {
        said.push(format!("too many ids came to it: nothing leaves for it until {}", time(Some(until))));
    }
    if let Some(before) = id.erased_before {
        said.push(format!("erased: what happened up to {} is nobody's", time(Some(before))));
    }
    if let Some(since) = id.blocked_since {
        said.push(format!("BLOCKED since {}: `leadstream identity unblock {}`", time(Some(since)), id.id));
    }
    _ = writeln!(text, "{}: {}", id.id, said.join("; "));
    let widest = id.names.iter().map(|name| name.id.chars().count()).max().unwrap_or(0);
    for name in &id.names {
        let linked = name.linked.map(|linked| format!(", last linked {}", time(Some(linked)))).unwrap_or_default();
        _ = writeln!(text, "  {:<widest$}  {:<5}  since {}{linked}", name.id, name.kind, time(name.since));
    }
}

fn time(time: Option<Time>) -> String {
    time.map_or_else(|| "an unknown time".to_owned(), |time| crate::rfc3339::Rfc3339::new(time.ms()).to_second())
}

#[cfg(test)]
pub(in crate::app) mod tests;

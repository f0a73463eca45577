//! Machine traffic: what is counted and neither scores, nor moves, nor resets a clock.

mod agents;
mod proxies;

use super::check::Found;
use super::spec::{At, ModelSpec};
use super::words::length;
use crate::domain::names::Vocabulary;
use crate::domain::{Ms, SECOND_MS};
pub use agents::{Agent, Agents};
pub use proxies::{PROXIES, Proxies};

/// Most names of programs of one model.
const MAX_BOT_NAMES: usize = 100;
/// A shorter name is in everything.
const MIN_BOT_NAME_BYTES: usize = 3;
const MAX_BOT_NAME_BYTES: usize = 64;
/// Fewer views in a minute are a person's.
const MIN_VIEWS: i64 = 20;
/// Most views or links: whatever is more is meant as off.
const MAX_COUNT: i64 = 10_000;
/// Most links of a burst: as many clicks are remembered.
pub const MAX_LINKS: i64 = 8;
/// Longest time that tells a scanner from a reader.
const MAX_SCANNER_MS: Ms = 600 * SECOND_MS;

/// What the file says of it: `[machines]`. Inner `None`: `"off"`.
#[derive(Debug, Clone, Default)]
pub struct MachineSpec {
    pub marked: Option<At<bool>>,
    pub bots: Option<At<bool>>,
    pub bot_names: Option<Vec<At<String>>>,
    pub proxies: Option<Vec<At<String>>>,
    pub proxy_after_ms: Option<At<Option<Ms>>>,
    pub scanner_after_ms: Option<At<Option<Ms>>>,
    pub scanner_links: Option<At<Option<i64>>>,
    pub scanner_within_ms: Option<At<Ms>>,
    pub views_per_minute: Option<At<Option<i64>>>,
}

/// The same, compiled.
#[derive(Debug, Clone)]
pub struct MachineModel {
    /// What its sender marks as made by a machine.
    pub marked: bool,
    /// Known programs; `None`: nobody looks.
    pub agents: Option<Agents>,
    /// An open that one of these fetched.
    pub proxies: Proxies,
    /// An open so soon after the delivery of its mail.
    pub proxy_after_ms: Option<Ms>,
    /// A click so soon after the delivery of its mail.
    pub scanner_after_ms: Option<Ms>,
    /// So many different links clicked within so long.
    pub scanner_links: Option<(usize, Ms)>,
    /// More views than these in a minute.
    pub views_per_minute: Option<usize>,
}

impl MachineModel {
    /// How long the delivery of a mail matters.
    #[must_use]
    pub fn delivery_matters_ms(&self) -> Option<Ms> {
        self.scanner_after_ms.max(self.proxy_after_ms)
    }
}

impl Default for MachineModel {
    fn default() -> Self {
        compiled(&MachineSpec::default())
    }
}

/// Notes what is wrong.
pub(super) fn check(spec: &MachineSpec, _model: &ModelSpec, found: &mut Found) {
    let names = spec.bot_names.as_deref().unwrap_or_default();
    for name in names.iter().filter(|n| !(MIN_BOT_NAME_BYTES..=MAX_BOT_NAME_BYTES).contains(&n.value.trim().len())) {
        let message =
            format!("{:?} can't name a program: write {MIN_BOT_NAME_BYTES} to {MAX_BOT_NAME_BYTES} bytes of it", name.value);
        found.add(&name.place, message);
    }
    if let Some(one_too_many) = names.get(MAX_BOT_NAMES) {
        found.add(&one_too_many.place, format!("at most {MAX_BOT_NAMES} names fit"));
    }
    for (n, name) in spec.proxies.iter().flatten().enumerate() {
        if !PROXIES.contains(&name.value.as_str()) {
            let known = PROXIES.map(|p| format!("{p:?}")).join(", ");
            found.add(&name.place, format!("there is no proxy {:?}: known are {known}", name.value));
        }
        if spec.proxies.iter().flatten().take(n).any(|other| other.value == name.value) {
            found.add(&name.place, format!("{:?} is there twice: leave one out", name.value));
        }
    }
    let durations = [
        (spec.proxy_after_ms.as_ref().map(|at| (at.value, &at.place)), "\"5s\", or \"off\""),
        (spec.scanner_after_ms.as_ref().map(|at| (at.value, &at.place)), "\"10s\", or \"off\""),
        (spec.scanner_within_ms.as_ref().map(|at| (Some(at.value), &at.place)), "\"5s\""),
    ];
    for ((ms, place), example) in durations.into_iter().filter_map(|(said, example)| Some((said?, example))) {
        if ms.is_some_and(|ms| !(1..=MAX_SCANNER_MS).contains(&ms)) {
            found.add(place, format!("a scanner is told by seconds, at most 10 minutes: write {example}"));
        }
    }
    if let Some(views) = &spec.views_per_minute
        && views.value.is_some_and(|n| !(MIN_VIEWS..=MAX_COUNT).contains(&n))
    {
        let message = format!("people look at many pages too: write a number from {MIN_VIEWS} to {MAX_COUNT}, or \"off\"");
        found.add(&views.place, message);
    }
    if let Some(links) = &spec.scanner_links
        && links.value.is_some_and(|n| !(2..=MAX_LINKS).contains(&n))
    {
        found.add(&links.place, format!("one link is a person's click: write a number from 2 to {MAX_LINKS}, or \"off\""));
    }
}

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &MachineSpec, _model: &ModelSpec, vocabulary: &mut Vocabulary) -> MachineModel {
    let model = compiled(spec);
    if model.agents.is_some() || model.proxies != Proxies::NONE {
        vocabulary.want_user_agents();
    }
    model
}

fn compiled(spec: &MachineSpec) -> MachineModel {
    let names = spec.bot_names.iter().flatten().map(|n| n.value.trim());
    let count = |said: &Option<At<Option<i64>>>, default: usize| match said {
        Some(at) => at.value.and_then(|n| usize::try_from(n).ok()),
        None => Some(default),
    };
    let within_ms = spec.scanner_within_ms.as_ref().map_or(5 * SECOND_MS, |at| at.value);
    MachineModel {
        marked: spec.marked.as_ref().is_none_or(|at| at.value),
        agents: spec.bots.as_ref().is_none_or(|at| at.value).then(|| Agents::new(names)),
        proxies: spec.proxies.as_ref().map_or(Proxies::ALL, |names| Proxies::named(names.iter().map(|n| n.value.as_str()))),
        proxy_after_ms: spec.proxy_after_ms.as_ref().map_or(Some(5 * SECOND_MS), |at| at.value),
        scanner_after_ms: spec.scanner_after_ms.as_ref().map_or(Some(10 * SECOND_MS), |at| at.value),
        scanner_links: count(&spec.scanner_links, 2).map(|links| (links, within_ms)),
        views_per_minute: count(&spec.views_per_minute, 60),
    }
}

/// Lines of the canonical text: none for what is as it would be anyway, so that a model which says nothing keeps its hash.
pub(super) fn lines(spec: &MachineSpec) -> Vec<String> {
    let (said, default) = (compiled(spec), MachineModel::default());
    let names = sorted(spec.bot_names.as_deref().unwrap_or_default());
    let lines = [
        (said.marked != default.marked).then(|| format!("machines marked {}", said.marked)),
        said.agents.is_none().then(|| "machines bots false".to_owned()),
        (!names.is_empty()).then(|| format!("machines bot names {names:?}")),
        (said.proxies != default.proxies).then(|| format!("machines proxies {:?}", said.proxies.names())),
        (said.proxy_after_ms != default.proxy_after_ms).then(|| format!("machines proxy after {:?}", said.proxy_after_ms)),
        (said.scanner_after_ms != default.scanner_after_ms)
            .then(|| format!("machines scanner after {:?}", said.scanner_after_ms)),
        (said.scanner_links != default.scanner_links).then(|| format!("machines scanner links {:?}", said.scanner_links)),
        (said.views_per_minute != default.views_per_minute).then(|| format!("machines views {:?}", said.views_per_minute)),
    ];
    lines.into_iter().flatten().collect()
}

fn sorted(names: &[At<String>]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|n| n.value.trim().to_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}

/// What it says, in words.
pub(super) fn statements(spec: &MachineSpec, say: &mut dyn FnMut(&str, String)) {
    let model = compiled(spec);
    let or_off = |text: Option<String>| text.unwrap_or_else(|| "off".to_owned());
    say("machines: what its sender marks", if model.marked { "does not count".to_owned() } else { "off".to_owned() });
    say("machines: known bots", or_off(model.agents.is_some().then(|| "do not count".to_owned())));
    for name in sorted(spec.bot_names.as_deref().unwrap_or_default()) {
        say(&format!("machines: a program called {name} is a bot"), String::new());
    }
    let proxies = model.proxies.names();
    say(
        "machines: opens by the mail proxies of",
        if proxies.is_empty() { "off".to_owned() } else { proxies.join(", ") + " do not count" },
    );
    say("machines: an open is a proxy's this soon after delivery", or_off(model.proxy_after_ms.map(length)));
    say("machines: a click is a scanner's this soon after delivery", or_off(model.scanner_after_ms.map(length)));
    let links = model.scanner_links.map(|(links, within_ms)| format!("{links} different links within {}", length(within_ms)));
    say("machines: clicks are a scanner's from", or_off(links));
    say("machines: views in a minute are a machine's above", or_off(model.views_per_minute.map(|n| n.to_string())));
}

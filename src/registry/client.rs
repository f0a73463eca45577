//! Who knows schemas by their ids: those of memory and disk at once, all others as soon as the registry has answered.
//!
//! Nobody waits for the network here: a thread of its own asks, and until it knows, the answer is "not yet". An id is unknown only
//! when the registry has said so twice, a second apart: what reads behind its own writer may not have it yet.

use super::answer::{Missing, Outcome};
use super::disk::Disk;
use super::fetch::Fetch;
use super::options::Options;
use crate::telemetry::Telemetry;
use futures_util::future::join_all;
use leadstream_mapping::{Lookup, Schema, SchemaId, SchemaText, Schemas};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Pauses while the registry is away: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Between the two times that a registry says that it has no such schema.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// For so long an id counts as unknown; then the registry is asked again.
const VERDICT_HOLDS: Duration = Duration::from_mins(1);
/// An id that nobody has looked up for so long is asked for no more.
const FORGOTTEN: Duration = Duration::from_mins(1);

/// Ids that are asked for, and those that turned out to be none: bounded, as whoever writes records names them.
const MOST_WANTED: usize = 1_000;
const MOST_VERDICTS: usize = 10_000;
/// Asked for at the same time.
const AT_ONCE: usize = 8;
/// Of so many ids a minute the log says that they are none.
const MOST_SAID: u32 = 10;

/// A registry's schemas.
pub struct Registry {
    shared: Arc<Shared>,
}

struct Shared {
    options: Options,
    disk: Option<Disk>,
    telemetry: Arc<Telemetry>,
    known: RwLock<BTreeMap<SchemaId, Arc<Schema>>>,
    state: Mutex<State>,
    /// Something is wanted, or all is over.
    called: Condvar,
    /// Something has become known.
    answered: Condvar,
}

#[derive(Default)]
struct State {
    /// When each was looked up last.
    wanted: BTreeMap<SchemaId, Instant>,
    verdicts: BTreeMap<SchemaId, Verdict>,
    trouble: Option<String>,
    /// Since when, and of how many ids, the log said that they are none.
    said: Option<(Instant, u32)>,
    is_over: bool,
}

/// Why a schema can't be had, though the registry can.
struct Verdict {
    why: String,
    at: Instant,
    is_sure: bool,
}

#[allow(clippy::disallowed_methods, reason = "adapters may measure time: pauses, and how long an answer holds")]
fn now() -> Instant {
    Instant::now()
}

impl Registry {
    /// Starts the thread that asks.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(options: Options, telemetry: Arc<Telemetry>) -> io::Result<Self> {
        let disk = options.cache.as_deref().map(|cache| Disk::of(cache, &options.addresses));
        let shared = Arc::new(Shared {
            options,
            disk,
            telemetry,
            known: RwLock::default(),
            state: Mutex::default(),
            called: Condvar::new(),
            answered: Condvar::new(),
        });
        shared.telemetry.declare_registry(Outcome::ALL.map(Outcome::name));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let own = Arc::clone(&shared);
        std::thread::Builder::new().name("registry".to_owned()).spawn(move || own.run(&runtime))?;
        Ok(Self { shared })
    }

    /// Why records wait for schemas, and what to do; `None`: none does.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let state = self.shared.state();
        state.trouble.clone().filter(|_| !state.wanted.is_empty())
    }

    /// Waits until a schema is known, or for so long.
    #[must_use]
    pub fn wait_for(&self, id: SchemaId, at_most: Duration) -> Lookup {
        let until = now() + at_most;
        loop {
            let found = self.schema(id);
            let state = self.shared.state();
            let left = until.saturating_duration_since(now());
            if left.is_zero() || !matches!(found, Lookup::NotYet(_)) {
                return found;
            }
            // What is answered before this waits is seen when the pause is over.
            let pause = left.min(Duration::from_millis(50));
            drop(self.shared.answered.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// A registry whose answer is waited for, up to a bound: for commands.
pub struct Patient {
    pub registry: Registry,
    pub at_most: Duration,
}

impl Schemas for Patient {
    fn schema(&self, id: SchemaId) -> Lookup {
        self.registry.wait_for(id, self.at_most)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.shared.state().is_over = true;
        self.shared.called.notify_all();
    }
}

impl Schemas for Registry {
    fn schema(&self, id: SchemaId) -> Lookup {
        if let Some(schema) = self.shared.known(id) {
            return Lookup::Known(schema);
        }
        let mut state = self.shared.state();
        if let Some(why) = state.unusable(id) {
            return Lookup::Unusable(why.to_owned());
        }
        if !state.wanted.contains_key(&id) {
            // The disk is asked once, and not while others want to know something.
            drop(state);
            if let Some(text) = self.shared.disk.as_ref().and_then(|disk| disk.read(id))
                && let Ok(schema) = Schema::compile(&text)
            {
                return Lookup::Known(self.shared.keep(id, schema));
            }
            state = self.shared.state();
        }
        state.want(id);
        self.shared.called.notify_all();
        let asked = || "the schema registry is being asked for it".to_owned();
        Lookup::NotYet(state.trouble.clone().unwrap_or_else(asked))
    }

    fn want(&self, ids: &[SchemaId]) {
        let mut new: Vec<SchemaId> = ids.iter().copied().filter(|id| self.shared.known(*id).is_none()).collect();
        {
            let mut state = self.shared.state();
            new.retain(|id| state.unusable(*id).is_none());
            // Those that are asked for already are still wanted.
            new.retain(|id| state.wanted.get_mut(id).map(|at| *at = now()).is_none());
        }
        // What the disk has is read when its record comes.
        new.retain(|id| !self.shared.disk.as_ref().is_some_and(|disk| disk.has(*id)));
        let mut state = self.shared.state();
        new.into_iter().for_each(|id| state.want(id));
        self.shared.called.notify_all();
    }
}

impl State {
    /// Why an id is none, while that holds.
    fn unusable(&self, id: SchemaId) -> Option<&str> {
        let holds = |verdict: &&Verdict| verdict.is_sure && verdict.at.elapsed() < VERDICT_HOLDS;
        self.verdicts.get(&id).filter(holds).map(|verdict| verdict.why.as_str())
    }

    fn want(&mut self, id: SchemaId) {
        if self.wanted.len() < MOST_WANTED || self.wanted.contains_key(&id) {
            self.wanted.insert(id, now());
        }
    }

    /// What is to be asked for: first what nobody has asked for yet, so that it doesn't wait for those that are probably none; and
    /// of those a second after they were said to be none.
    fn next(&self) -> Vec<SchemaId> {
        let (doubted, new): (Vec<_>, Vec<_>) = self.wanted.keys().partition(|id| self.verdicts.contains_key(id));
        let is_due = |id: &SchemaId| self.verdicts.get(id).is_none_or(|verdict| verdict.at.elapsed() >= ASK_AGAIN);
        new.into_iter().chain(doubted.into_iter().filter(is_due)).collect()
    }

    /// The log says it of a few ids: whoever writes records could fill it.
    fn is_said(&mut self) -> bool {
        let (since, said) = self.said.get_or_insert_with(|| (now(), 0));
        if since.elapsed() >= VERDICT_HOLDS {
            (*since, *said) = (now(), 0);
        }
        *said += 1;
        if *said == MOST_SAID {
            tracing::warn!("more such schemas are not listed for a minute; leadstream_dead_letters_total counts their records");
        }
        *said < MOST_SAID
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, id: SchemaId) -> Option<Arc<Schema>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn keep(&self, id: SchemaId, schema: Schema) -> Arc<Schema> {
        let schema = Arc::new(schema);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&schema));
        schema
    }

    /// Asks for what is wanted until all is over.
    fn run(&self, runtime: &tokio::runtime::Runtime) {
        let mut pause = FIRST_PAUSE;
        while let Some(ids) = self.next() {
            let fetch = Fetch { options: &self.options, telemetry: &self.telemetry };
            let mut is_away = false;
            for ids in ids.chunks(AT_ONCE) {
                let found = runtime.block_on(join_all(ids.iter().map(|id| fetch.schema(*id))));
                for (id, found) in ids.iter().zip(found) {
                    is_away |= matches!(found, Err(Missing::Trouble(..)));
                    self.took(*id, found);
                }
                if is_away {
                    break;
                }
            }
            // Nothing is asked for in vain: not a registry that is away, and not one that has just said no.
            self.rest(if is_away { pause } else { ASK_AGAIN }, is_away);
            pause = if is_away { (pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
        }
    }

    /// What is wanted, as soon as something is; `None`: all is over.
    fn next(&self) -> Option<Vec<SchemaId>> {
        let mut state = self.state();
        loop {
            if state.is_over {
                return None;
            }
            state.wanted.retain(|_, at| at.elapsed() < FORGOTTEN);
            self.telemetry.registry_waiting(state.wanted.len());
            if !state.wanted.is_empty() {
                return Some(state.next());
            }
            state.trouble = None;
            state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for so long, or until something else is wanted where the registry answers.
    fn rest(&self, pause: Duration, is_away: bool) {
        let until = now() + pause;
        let mut state = self.state();
        let doubted = |state: &State| state.wanted.keys().all(|id| state.verdicts.contains_key(id));
        loop {
            let left = until.saturating_duration_since(now());
            if state.is_over || left.is_zero() || (!is_away && (state.wanted.is_empty() || !doubted(&state))) {
                return;
            }
            state = self.called.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What was found out of a schema.
    fn took(&self, id: SchemaId, found: Result<SchemaText, Missing>) {
        let compiled = found.and_then(|text| {
            let schema = Schema::compile(&text).map_err(|why| Missing::Unusable(format!("it can't be read: {why}")))?;
            Ok((text, schema))
        });
        match compiled {
            Ok((text, schema)) => {
                if let Some(Err(error)) = self.disk.as_ref().map(|disk| disk.write(id, &text)) {
                    tracing::warn!(%error, "a schema can't be kept in state.dir, and is asked for again after a restart");
                }
                self.keep(id, schema);
                let mut state = self.state();
                state.wanted.remove(&id);
                state.verdicts.remove(&id);
                self.answers(&mut state);
            }
            Err(Missing::Unknown(why)) => {
                let mut state = self.state();
                self.answers(&mut state);
                let is_sure = state.verdicts.get(&id).is_some_and(|verdict| verdict.at.elapsed() >= ASK_AGAIN);
                self.judge(&mut state, id, why, is_sure);
            }
            Err(Missing::Unusable(why)) => {
                let mut state = self.state();
                self.answers(&mut state);
                self.judge(&mut state, id, why, true);
            }
            Err(Missing::Trouble(_, why)) => {
                let trouble = format!("the schema registry can't be asked, and records wait for it: {why}");
                let mut state = self.state();
                if state.trouble.as_ref() != Some(&trouble) {
                    tracing::warn!(schema = %id, "{trouble}");
                }
                state.trouble = Some(trouble);
            }
        }
        self.answered.notify_all();
    }

    /// The registry is there.
    fn answers(&self, state: &mut State) {
        if state.trouble.take().is_some() {
            tracing::info!("the schema registry answers again");
        }
    }

    fn judge(&self, state: &mut State, id: SchemaId, why: String, is_sure: bool) {
        if state.verdicts.len() >= MOST_VERDICTS {
            state.verdicts.retain(|id, _| state.wanted.contains_key(id));
        }
        if is_sure {
            if state.is_said() {
                tracing::warn!(schema = %id, "records with this schema can't be read: {why}");
            }
            state.wanted.remove(&id);
        }
        // A first word is kept with its time, so that the second one can be told from it.
        if is_sure || state.verdicts.get(&id).is_none_or(|verdict| verdict.is_sure) {
            state.verdicts.insert(id, Verdict { why, at: now(), is_sure });
        }
    }
}

//! What rules of linking say leaves with the batch.

use super::state::Task;
use crate::domain::identity::message::{Body, MAX_HOPS, Message};
use crate::domain::identity::record::Effect;
use crate::domain::output::of_ids::{blocked, blocked_everywhere, conflict};
use crate::domain::output::{Body as OutputBody, Note, Output};
use crate::domain::{Ms, Text};
use crate::engine::codec::Codec;
use crate::engine::effects::{BatchEffects, ProspectOutput};

/// What comes of a message besides new records, and when the record was written that brought it about.
pub(super) struct Cause {
    pub own: Text,
    pub record_ms: Ms,
}

impl<C: Codec> Task<C> {
    /// What leaves of a rule.
    pub(super) fn send(&mut self, told: impl IntoIterator<Item = Effect>, cause: &Cause, effects: &mut BatchEffects) {
        for effect in told {
            let (key, output) = match effect {
                Effect::Send(message) if matches!(message.body, Body::Forwarded(_)) => {
                    effects.forwarded = Some(effects.outputs.len());
                    (message.to.clone(), told_output(message, cause.record_ms))
                }
                Effect::Send(message) => (message.to.clone(), told_output(message, cause.record_ms)),
                Effect::Conflict(claimed) => {
                    (claimed.kept.clone(), conflict(&claimed.kept, claimed.id, claimed.refused, claimed.at_ms))
                }
                Effect::Blocked { id, at_ms } => {
                    effects.outputs.push(ProspectOutput { prospect: (&*id).into(), output: blocked_everywhere(at_ms) });
                    let output = blocked(&id, at_ms);
                    (id, output)
                }
                Effect::Count(why) => {
                    self.effects.notes.push(Note::Link(why));
                    continue;
                }
            };
            effects.outputs.push(ProspectOutput { prospect: (&*key).into(), output });
        }
    }
}

/// A message as it leaves: its record has the time of the one that brought it about.
fn told_output(message: Message, record_ms: Ms) -> Output {
    debug_assert!(message.hops <= MAX_HOPS, "it is stopped before");
    Output { id: 0, model: 0, at_ms: record_ms, event: None, body: OutputBody::Told(Box::new(message)) }
}

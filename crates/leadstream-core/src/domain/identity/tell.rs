//! What rules of linking tell leaves as outputs.

use super::message::{MAX_HOPS, Message};
use super::record::Effect;
use crate::domain::output::of_ids::{blocked, blocked_everywhere, conflict};
use crate::domain::output::{Body, Effects, Note, Output};
use crate::domain::{Ms, Text};

/// Gives each with the key of its record; what is only counted is noted. `record_ms`: of the record that brought it about.
pub fn tell(told: impl IntoIterator<Item = Effect>, record_ms: Ms, effects: &mut Effects, mut give: impl FnMut(Text, Output)) {
    for effect in told {
        match effect {
            Effect::Send(message) => give(message.to.clone(), message_output(message, record_ms)),
            Effect::Conflict(claimed) => {
                let output = conflict(&claimed.kept, claimed.id, claimed.refused, claimed.at_ms);
                give(claimed.kept, output);
            }
            Effect::Blocked { id, at_ms } => {
                give(id.clone(), blocked_everywhere(at_ms));
                let output = blocked(&id, at_ms);
                give(id, output);
            }
            Effect::Count(why) => effects.notes.push(Note::Link(why)),
        }
    }
}

/// A message as it leaves: its record has the time of the one that brought it about.
fn message_output(message: Message, record_ms: Ms) -> Output {
    debug_assert!(message.hops <= MAX_HOPS, "it is stopped before");
    Output { id: 0, model: 0, at_ms: record_ms, event: None, body: Body::Told(Box::new(message)) }
}

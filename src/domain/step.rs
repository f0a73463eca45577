//! The brain: one event or one due timer in, new state and effects out.

use super::Ms;
use super::effect::Effects;
use super::event::Event;
use super::model::Models;
use super::prospect::{Prospect, TimerKind};

/// Applies one event. `prospect` is `None` for somebody never seen. Calling it twice with the same arguments gives the same
/// answer; a duplicate changes nothing but gives a note.
pub fn step(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, models: &Models, effects: &mut Effects) {
    let _ = (prospect, is_new, event, models, effects);
}

/// Fires one due timer of a prospect. `now_ms` is the instant that lateness is measured by. A timer that is no longer set
/// (or not yet due) does nothing.
pub fn fire(key: &str, prospect: &mut Prospect, kind: TimerKind, now_ms: Ms, models: &Models, effects: &mut Effects) {
    let _ = (key, prospect, kind, now_ms, models, effects);
}

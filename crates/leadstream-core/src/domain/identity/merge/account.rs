//! The company: who is one person is one member of it.

use crate::domain::Ms;
use crate::domain::model::Models;
use crate::domain::output::Effects;
use crate::domain::rules::account;
use crate::domain::rules::context::StepContext;
use crate::domain::state::account::{Belongs, Membership};
use crate::domain::state::prospect::Prospect;

/// The weaker name is no member any more. Gives where it belonged.
pub(super) fn leave(
    from: &mut Prospect,
    from_key: &str,
    at_ms: Ms,
    models: &Models,
    effects: &mut Effects,
) -> Option<Membership> {
    from.extras.as_ref()?.account.get()?;
    let since = effects.outputs.len();
    let mut step = StepContext::of_time(from_key, from, at_ms, models, effects);
    account::forgotten(from, &mut step);
    effects.outputs_of_merged.extend(effects.outputs.drain(since..));
    let account = &mut from.extras.as_mut()?.account;
    if let Some(belongs) = &mut account.belongs {
        (belongs.sent_ms, belongs.sent_digest) = (None, None);
    }
    account.get().cloned()
}

/// The company that is surer, else the one that was named last.
pub(super) fn unite(into: &mut Prospect, from: Option<Membership>, step: &mut StepContext<'_, '_>) {
    // Of an account itself there is only one name.
    let Some(Membership { role, belongs, barred, group: _ }) = from else { return };
    let own = into.extras.as_ref().and_then(|extras| extras.account.belongs.as_ref());
    let key = |belongs: &Belongs| (belongs.source, belongs.since_ms);
    let is_other = belongs.as_ref().is_some_and(|theirs| own.is_none_or(|own| key(theirs) > key(own)));
    let is_same = belongs.as_ref().zip(own).is_some_and(|(theirs, own)| theirs.account == own.account);
    if is_other && !is_same {
        account::forgotten(into, step);
        let account = &mut into.extras_mut().account;
        (account.belongs, account.barred) = (belongs, barred);
    }
    let account = &mut into.extras_mut().account;
    account.role = account.role.take().or(role);
}

/// Its company hears where it stands.
pub(super) fn tell(into: &mut Prospect, step: &mut StepContext<'_, '_>) {
    account::on_merge(into, step);
}

//! By which name something was armed, and where a cart came from: kept when the prospect gets another name, since ids of triggers
//! are made of it.

use crate::domain::Text;
use crate::domain::rules::cart::clock::is_live;
use crate::domain::state::prospect::Prospect;

/// What was begun under the old name remembers it; what was begun under the new one needs no reminder.
pub(super) fn keep(prospect: &mut Prospect, old: &str, new: &str) {
    let kept = |name: &mut Option<Text>| {
        let before = name.take().unwrap_or_else(|| Text::from(old));
        *name = Some(before).filter(|before| before != new);
    };
    for cart in &mut prospect.carts {
        kept(&mut cart.origin);
        if is_live(&cart.series) || !cart.series.sent.is_empty() {
            kept(&mut cart.series.armed_under);
        }
    }
    if let Some(extras) = &mut prospect.extras {
        extras.triggers.change(|triggers| {
            triggers.pending.iter_mut().for_each(|pending| kept(&mut pending.armed_under));
            triggers.left.iter_mut().for_each(|left| kept(&mut left.armed_under));
        });
    }
}

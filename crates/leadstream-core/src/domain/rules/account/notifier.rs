//! Who tells an account something.

use crate::domain::event::Event;
use crate::domain::ids::{IdKind, output_id};
use crate::domain::member_update::MemberUpdate;
use crate::domain::model::Model;
use crate::domain::output::{Body, Effects, Output};
use crate::domain::rules::context::causing;
use crate::domain::state::account::Belongs;
use crate::domain::{Ms, Text};
use std::cell::RefCell;

/// Who tells an account something.
pub(crate) struct AccountNotifier<'a, 'e> {
    pub(crate) key: &'a str,
    pub(crate) index: usize,
    pub(crate) model: &'a Model,
    pub(crate) event: Option<&'a Event<'e>>,
    /// What this event calls the company.
    pub(crate) known_as: RefCell<Option<Text>>,
}

impl AccountNotifier<'_, '_> {
    /// The member is none any more.
    pub(crate) fn leaves(&self, belongs: &mut Belongs, at_ms: Ms, effects: &mut Effects) {
        if belongs.sent_digest.is_none() {
            return;
        }
        let at_ms = belongs.sent_ms.map_or(at_ms, |sent_ms| at_ms.max(sent_ms));
        (belongs.sent_digest, belongs.sent_ms) = (None, Some(at_ms));
        let update =
            MemberUpdate { account: belongs.account.clone(), member: self.key.into(), left: true, ..MemberUpdate::default() };
        self.push(update, at_ms, 0, effects);
    }

    pub(crate) fn push(&self, update: MemberUpdate, at_ms: Ms, sent_digest: u64, effects: &mut Effects) {
        let cause = self.event.map_or(sent_digest, |e| e.message_hash);
        let kind = IdKind::Member(u8::from(update.left));
        let id = output_id(self.key, &self.model.name, kind, Some(&update.account), at_ms, cause, 0);
        effects.outputs.push(Output {
            id,
            model: u16::try_from(self.index).unwrap_or(u16::MAX),
            at_ms,
            event: self.event.map(causing),
            body: Body::Member(Box::new(update)),
        });
    }
}

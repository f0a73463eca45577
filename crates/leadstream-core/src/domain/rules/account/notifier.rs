//! Sends updates of a member to its account.

use crate::domain::ids::{IdKind, output_id};
use crate::domain::member_update::MemberUpdate;
use crate::domain::model::Model;
use crate::domain::output::{Body, Output};
use crate::domain::rules::context::{StepContext, causing};
use crate::domain::state::account::Belongs;
use crate::domain::{Ms, Text};

/// Sends updates of a member to its account.
pub(crate) struct AccountNotifier<'s, 'a, 'e> {
    /// The model that accounts are kept by.
    pub(crate) index: usize,
    pub(crate) model: &'a Model,
    /// What this event calls the company.
    pub(crate) known_as: Option<Text>,
    pub(crate) step: &'s mut StepContext<'a, 'e>,
}

impl AccountNotifier<'_, '_, '_> {
    /// The member is none any more.
    pub(crate) fn leaves(&mut self, belongs: &mut Belongs, at_ms: Ms) {
        if belongs.sent_digest.is_none() {
            return;
        }
        let at_ms = belongs.sent_ms.map_or(at_ms, |sent_ms| at_ms.max(sent_ms));
        (belongs.sent_digest, belongs.sent_ms) = (None, Some(at_ms));
        let update = MemberUpdate {
            account: belongs.account.clone(),
            member: self.step.key.into(),
            left: true,
            ..MemberUpdate::default()
        };
        self.push(update, at_ms, 0);
    }

    pub(crate) fn push(&mut self, update: MemberUpdate, at_ms: Ms, sent_digest: u64) {
        let cause = self.step.event.map_or(sent_digest, |e| e.message_hash);
        let kind = IdKind::Member(u8::from(update.left));
        let id = output_id(self.step.key, &self.model.name, kind, Some(&update.account), at_ms, cause, 0);
        self.step.effects.outputs.push(Output {
            id,
            model: self.index,
            at_ms,
            event: self.step.event.map(causing),
            body: Body::Member(Box::new(update)),
        });
    }
}

//! `forget_anonymous_after`: how long visitors of whom nothing is known are kept.

use crate::common::describe::or_off;
use crate::fault::{Faults, Spanned};
use crate::fields::Fields;
use crate::section::cart::compile::cart;
#[cfg(test)]
use crate::section::cases::Case;
use crate::section::interface::Section;
use crate::section::view::ModelView;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::{DAY_MS, Ms};

/// A shorter time would forget message ids that still tell what comes again.
const MIN_KEPT_MS: Ms = DAY_MS;

/// How long such a record is kept after its last event, when the model says nothing.
const DEFAULT_KEPT_MS: Ms = 180 * DAY_MS;

/// `forget_anonymous_after`.
#[derive(Debug, Clone, Default)]
pub struct ForgettingSpec {
    /// Inner `None`: `"off"`.
    pub anonymous_after_ms: Option<Spanned<Option<Ms>>>,
}

impl ForgettingSpec {
    /// How long a record of whom nothing is known is kept: what is said, else the default.
    fn anonymous_after_ms(&self) -> Option<Ms> {
        self.anonymous_after_ms.as_ref().map_or(Some(DEFAULT_KEPT_MS), |said| said.value)
    }
}

impl Section for ForgettingSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        Self { anonymous_after_ms: file.duration_or_off("forget_anonymous_after", faults) }
    }

    /// A forgotten prospect starts from zero, so it has to be remembered for as long as something must not be sent twice.
    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        let Some(Spanned { value: Some(kept_ms), place }) = &self.anonymous_after_ms else { return };
        if *kept_ms < MIN_KEPT_MS {
            faults.add(place, "must be at least \"1d\", for what comes again is known by the record; \"off\" keeps everybody");
            return;
        }
        if cart(view.cart).cooldown_ms.is_some_and(|cooldown_ms| *kept_ms < cooldown_ms) {
            faults.add(place, "must not be shorter than the cooldown of the cart series: whoever is forgotten is reminded anew");
        }
    }

    fn compile(&self, _: &ModelView<'_>, _: &mut Vocabulary, model: &mut Model) {
        model.forget_anonymous_ms = self.anonymous_after_ms();
    }

    fn canonical(&self) -> Vec<String> {
        let kept_ms = self.anonymous_after_ms();
        if kept_ms == Some(DEFAULT_KEPT_MS) { Vec::new() } else { vec![format!("forget anonymous after {kept_ms:?}")] }
    }

    fn describe(&self, _: &ModelView<'_>, say: &mut dyn FnMut(&str, String)) {
        say("who stays unknown is forgotten after", or_off(self.anonymous_after_ms()));
    }

    #[cfg(test)]
    fn cases(&self) -> &'static [Case] {
        &[
            Case::Fault("forget_anonymous_after = \"1h\"", "forget_anonymous_after", "must be at least"),
            Case::SameModel("forget_anonymous_after = \"180d\""),
            Case::OtherModel("forget_anonymous_after = \"90d\""),
            Case::OtherModel("forget_anonymous_after = \"off\""),
        ]
    }
}

//! `forget_anonymous_after`: how long visitors of whom nothing is known are kept.

pub mod spec;

use crate::common::describe::or_off;
use crate::fault::{Faults, Spanned};
use crate::fields::Fields;
use crate::section::cart::compile::cart;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::{DAY_MS, Ms};
use spec::{DEFAULT_KEPT_MS, ForgettingSpec};

/// A shorter time would forget message ids that still tell what comes again.
const MIN_KEPT_MS: Ms = DAY_MS;

impl Section for ForgettingSpec {
    type Compiled = Option<Ms>;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        Self { anonymous_after_ms: file.duration_or_off("forget_anonymous_after", faults) }
    }

    /// A forgotten prospect starts from zero, so it has to be remembered for as long as something must not be sent twice.
    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        let Some(Spanned { value: Some(kept_ms), place }) = &self.anonymous_after_ms else { return };
        if *kept_ms < MIN_KEPT_MS {
            faults.add(place, "must be at least \"1d\", for what comes again is known by the record; \"off\" keeps everybody");
            return;
        }
        if cart(&model.cart).cooldown_ms.is_some_and(|cooldown_ms| *kept_ms < cooldown_ms) {
            faults.add(place, "must not be shorter than the cooldown of the cart series: whoever is forgotten is reminded anew");
        }
    }

    fn compile(&self, _: &ModelSpec, _: &mut Vocabulary) -> Option<Ms> {
        self.anonymous_after_ms()
    }

    fn canonical(&self) -> Vec<String> {
        let kept_ms = self.anonymous_after_ms();
        if kept_ms == Some(DEFAULT_KEPT_MS) { Vec::new() } else { vec![format!("forget anonymous after {kept_ms:?}")] }
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        say("who stays unknown is forgotten after", or_off(self.anonymous_after_ms()));
    }
}

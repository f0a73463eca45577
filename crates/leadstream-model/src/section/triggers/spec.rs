//! What the file says of triggers.

use crate::condition::spec::ConditionSpec;
use crate::fault::Spanned;
use leadstream_core::domain::Ms;
use leadstream_core::domain::model::CartModel;

/// What the file says of it: `[[triggers]]`.
#[derive(Debug, Clone, Default)]
pub struct TriggersSpec {
    pub triggers: Vec<Spanned<TriggerSpec>>,
}

/// One trigger.
#[derive(Debug, Clone, Default)]
pub struct TriggerSpec {
    pub name: Option<Spanned<String>>,
    pub after: Option<Spanned<AfterSpec>>,
    pub after_stage: Option<Spanned<String>>,
    pub after_label: Option<Spanned<String>>,
    pub unless: Option<Spanned<ConditionSpec>>,
    pub unless_stage: Vec<Spanned<String>>,
    pub within_ms: Option<Spanned<Ms>>,
    pub at_most: Option<Spanned<(i64, Ms)>>,
    pub same: Option<Spanned<String>>,
    pub restart: Option<Spanned<bool>>,
    pub if_viewed_ms: Option<Spanned<Ms>>,
    pub if_carted_ms: Option<Spanned<Ms>>,
    pub mail: Option<Spanned<bool>>,
    /// Inner `None`: `"off"`.
    pub max_lateness_ms: Option<Spanned<Option<Ms>>>,
    pub not_with_open_cart: Option<Spanned<bool>>,
    pub after_visit: Option<Spanned<bool>>,
}

/// `after = { on = …, where = …, times = 3, within = "7d" }`.
#[derive(Debug, Clone, Default)]
pub struct AfterSpec {
    pub when: ConditionSpec,
    pub times: Option<Spanned<i64>>,
    pub distinct: Option<Spanned<String>>,
    pub within_ms: Option<Spanned<Ms>>,
}

impl TriggerSpec {
    /// Its name; empty where the file gives none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", |name| name.value.as_str())
    }

    /// How long it waits.
    #[must_use]
    pub fn within_ms(&self) -> Ms {
        self.within_ms.as_ref().map_or(0, |within| within.value)
    }

    /// Like the steps of a cart, when the model says nothing.
    #[must_use]
    pub fn max_lateness_ms(&self) -> Option<Ms> {
        self.max_lateness_ms.as_ref().map_or(CartModel::default().max_lateness_ms, |max| max.value)
    }
}

/// A switch that is off unless the file says otherwise.
pub(super) fn is_set(said: Option<&Spanned<bool>>) -> bool {
    said.is_some_and(|said| said.value)
}

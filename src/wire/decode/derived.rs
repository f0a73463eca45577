//! Properties that no event has to have for a model to ask for them: what kind of page it is, how many stars a rating gives. They are
//! derived from the event where a model asks for them. An event that has them itself keeps its own.

use super::event_builder::EventBuilder;
use super::lookup::Lookup;
use super::value::Scalar;
use crate::domain::event::Value;
use crate::domain::names::pages;
use crate::domain::names::ratings;
use std::borrow::Cow;

impl EventBuilder<'_> {
    /// What a page or screen is for. Before its name and category become properties.
    pub(super) fn make_page_kind(&mut self, lookup: &Lookup) {
        let Some(page_kind) = lookup.page_kind else { return };
        let place = |property| self.properties.iter().find(|(p, _)| Some(*p) == property).map(|(_, value)| value);
        if place(Some(page_kind)).is_some() {
            return;
        }
        let path = place(lookup.path).and_then(|value| if let Value::Text(path) = value { Some(&**path) } else { None });
        let said = [self.call_name.as_ref(), self.call_category.as_ref()].map(|scalar| match scalar {
            Some(Scalar::Text(text)) => Some(&**text),
            _ => None,
        });
        let [category, title] = self.signals.page_words();
        let [name, call_category] = said;
        let names = [name, self.single.product.name.as_deref(), call_category, category, title];
        if let Some(kind) = pages::kind_of(path, names.into_iter().flatten()) {
            self.put_value(page_kind, 0, Value::Text(Cow::Borrowed(kind)));
        }
    }

    /// The stars of a rating.
    pub(super) fn make_stars(&mut self, lookup: &Lookup) {
        let Some(property) = lookup.stars else { return };
        if let Some(stars) = self.signals.rating().and_then(|(rating, best)| ratings::stars(rating, best)) {
            self.put_value(property, 0, Value::Number(stars));
        }
    }
}

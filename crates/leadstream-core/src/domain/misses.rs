//! What inputs nearly say: names that are nearly known ones, and events that ought to name a product. Counted for people to see.

use super::event::Event;
use std::collections::BTreeMap;

/// Most names that are counted one by one; further ones are counted together.
pub const MAX_NAMES: usize = 50;
/// Longest name that is shown; the rest is cut off.
const MAX_NAME_CHARS: usize = 60;

/// Counts; they add up.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Misses {
    /// By what is nearly said and the name as it came, fit to be shown.
    names: BTreeMap<(&'static str, String), u64>,
    /// Of names beyond [`MAX_NAMES`], by what is nearly said.
    others: BTreeMap<&'static str, u64>,
    /// Events without the product that they ought to name, by name.
    without_product: BTreeMap<String, u64>,
}

impl Misses {
    /// Looks at an event. Hardly any has something to count: the others cost two comparisons.
    #[inline]
    pub fn count(&mut self, event: &Event<'_>) {
        if event.signals.near.is_some() || event.lacks_product() {
            self.count_it(event);
        }
    }

    #[cold]
    fn count_it(&mut self, event: &Event<'_>) {
        if let Some(meant) = event.signals.near {
            self.add_near(meant, &event.name, 1);
        } else {
            *self.without_product.entry(event.name.clone().into_owned()).or_default() += 1;
        }
    }

    /// Counts events of a name that is nearly a known one.
    pub fn add_near(&mut self, meant: &'static str, name: &str, count: u64) {
        self.add_name(meant, shown(name), count);
    }

    fn add_name(&mut self, meant: &'static str, name: String, count: u64) {
        let has_room = self.names.len() < MAX_NAMES;
        match self.names.entry((meant, name)) {
            std::collections::btree_map::Entry::Occupied(mut known) => *known.get_mut() += count,
            std::collections::btree_map::Entry::Vacant(new) if has_room => drop(new.insert(count)),
            std::collections::btree_map::Entry::Vacant(_) => *self.others.entry(meant).or_default() += count,
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        for ((meant, name), count) in &other.names {
            self.add_name(meant, name.clone(), *count);
        }
        for (meant, count) in &other.others {
            *self.others.entry(meant).or_default() += count;
        }
        for (name, count) in &other.without_product {
            *self.without_product.entry(name.clone()).or_default() += count;
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.others.is_empty() && self.without_product.is_empty()
    }

    /// Events by the known name that theirs nearly is.
    #[must_use]
    pub fn by_meant(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = self.others.clone();
        for ((meant, _), count) in &self.names {
            *counts.entry(meant).or_default() += count;
        }
        counts
    }

    /// Events without a product, by name.
    #[must_use]
    pub fn without_product(&self) -> &BTreeMap<String, u64> {
        &self.without_product
    }

    /// Name, what it nearly is, and how often it came; the most frequent first.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, &'static str, u64)> {
        let mut names: Vec<_> = self.names.iter().map(|((meant, name), count)| (name.as_str(), *meant, *count)).collect();
        names.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
        names
    }

    /// For people, the most frequent first.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let near = self.names().into_iter().map(|(name, meant, count)| format!("{count} × `{name}`: did you mean {meant}?"));
        let others = self.others.iter().map(|(meant, count)| format!("{count} × further names: did you mean {meant}?"));
        let without = self.without_product.iter().map(|(name, count)| format!("{count} × {name} without a product"));
        near.chain(others).chain(without).collect()
    }
}

/// A name as people may see it: short, without anything that a terminal or a page could take for more than text.
fn shown(name: &str) -> String {
    name.chars().take(MAX_NAME_CHARS).map(|letter| if letter.is_control() || letter == '`' { '?' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misses(names: &[(&'static str, &str, u64)]) -> Misses {
        let mut misses = Misses::default();
        for (meant, name, count) in names {
            misses.add_near(meant, name, *count);
        }
        misses
    }

    #[test]
    fn what_is_nearly_said_is_told_with_the_most_frequent_first() {
        let mut one = misses(&[("Order Completed", "orderComplete", 400), ("Product Added", "Prodcut Added", 500)]);
        one.add(&misses(&[("Order Completed", "orderComplete", 12)]));
        one.without_product.insert("Product Added".to_owned(), 37);
        assert_eq!(
            one.lines(),
            [
                "500 × `Prodcut Added`: did you mean Product Added?",
                "412 × `orderComplete`: did you mean Order Completed?",
                "37 × Product Added without a product"
            ]
        );
        assert_eq!(one.by_meant().into_values().sum::<u64>(), 912);
        assert!(!one.is_empty() && Misses::default().is_empty());
    }

    #[test]
    fn names_have_a_limit_and_none_is_lost_in_the_counts() {
        let mut all = Misses::default();
        for n in 0..MAX_NAMES + 30 {
            all.add(&misses(&[("Order Completed", &format!("Order Complete{n}"), 2)]));
        }
        assert_eq!(all.names().len(), MAX_NAMES);
        assert_eq!(all.by_meant()["Order Completed"], 2 * (MAX_NAMES as u64 + 30));
        assert!(all.lines().contains(&"60 × further names: did you mean Order Completed?".to_owned()));
    }

    #[test]
    fn a_name_is_fit_to_be_shown() {
        assert_eq!(shown("a\u{1b}[31m`b\n"), "a?[31m?b?");
        assert_eq!(shown(&"é".repeat(300)).chars().count(), MAX_NAME_CHARS);
    }
}

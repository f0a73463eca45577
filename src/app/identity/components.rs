//! Which ids hang together, as far as events name them together: sets by union-find.

use crate::domain::identity::id::Id;
use hashbrown::HashMap;

/// The sets.
#[derive(Debug, Default)]
pub(in crate::app) struct Components {
    numbers: HashMap<Id, u32>,
    parents: Vec<u32>,
    /// By number. At the root of each set stands its strongest.
    ids: Vec<Id>,
}

impl Components {
    /// The number of an id, from 0 in the order in which they came.
    pub(in crate::app) fn number(&mut self, id: &Id) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
        self.numbers.insert(id.clone(), number);
        self.parents.push(number);
        self.ids.push(id.clone());
        number
    }

    /// The number that stands for the whole set of an id.
    pub(in crate::app) fn root(&mut self, mut number: u32) -> u32 {
        while let Some(parent) = self.parents.get(number as usize).copied().filter(|parent| *parent != number) {
            let above = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(place) = self.parents.get_mut(number as usize) {
                *place = above;
            }
            number = above;
        }
        number
    }

    /// The id of a number.
    pub(in crate::app) fn id(&self, number: u32) -> Option<&Id> {
        self.ids.get(number as usize)
    }

    /// How many ids there are.
    pub(in crate::app) fn len(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    /// All of them are one person's, as far as anybody says.
    pub(in crate::app) fn join(&mut self, ids: &[Id]) {
        let Some((first, others)) = ids.split_first() else { return };
        let first = self.number(first);
        for other in others {
            let other = self.number(other);
            let (one, other) = (self.root(first), self.root(other));
            if one == other {
                continue;
            }
            let stays = if self.ids[one as usize] < self.ids[other as usize] { one } else { other };
            self.parents[(one + other - stays) as usize] = stays;
        }
    }

    /// The strongest id of its set; `None`: the id was never named.
    pub(in crate::app) fn strongest_of(&mut self, id: &Id) -> Option<&Id> {
        let number = *self.numbers.get(id)?;
        let root = self.root(number);
        self.ids.get(root as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::types::IdTypes;

    #[test]
    fn who_is_named_together_is_one_whatever_the_order() {
        let types = IdTypes::default();
        let ids = |texts: &[&str]| texts.iter().map(|text| types.parse(text).unwrap()).collect::<Vec<_>>();
        let events = [ids(&["anon:a", "cart:c"]), ids(&["42", "anon:b"]), ids(&["email:e", "cart:c"]), ids(&["42", "email:e"])];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let mut components = Components::default();
            order.iter().for_each(|n| components.join(&events[*n]));
            components.join(&ids(&["7"]));
            for id in ["42", "anon:a", "anon:b", "cart:c", "email:e"] {
                assert_eq!(components.strongest_of(&ids(&[id])[0]), Some(&ids(&["42"])[0]), "{id}");
            }
            assert_eq!(components.strongest_of(&ids(&["7"])[0]), Some(&ids(&["7"])[0]));
            assert_eq!(components.strongest_of(&ids(&["8"])[0]), None);
        }
    }
}

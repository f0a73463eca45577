//! What brought the customer last before an order: kept with the order, so that what is taken back is taken off what it was counted for.

use crate::domain::Text;
use crate::domain::state::orders::{KnownOrder, KnownOrders, MAX_TOUCHES, OTHER_TOUCH, Touch};
use std::num::NonZeroU16;

impl KnownOrders {
    /// What an order is credited to: its number among the touches; `None` where it came by nothing that has a name.
    pub(crate) fn credit(&mut self, touch: Touch) -> Option<NonZeroU16> {
        if touch == Touch::default() {
            return None;
        }
        let known = |touches: &[Touch], wanted: &Touch| touches.iter().position(|touch| touch == wanted);
        if known(&self.touches, &touch).is_none() && self.touches.len() >= MAX_TOUCHES {
            self.forget_touches();
        }
        let other = |name: Option<Text>| name.map(|_| Text::const_new(OTHER_TOUCH));
        let has_room = self.touches.len() < MAX_TOUCHES || known(&self.touches, &touch).is_some();
        let touch = if has_room { touch } else { Touch { source: other(touch.source), campaign: other(touch.campaign) } };
        let at = known(&self.touches, &touch).unwrap_or_else(|| {
            self.touches.push(touch);
            self.touches.len() - 1
        });
        u16::try_from(at + 1).ok().and_then(NonZeroU16::new)
    }

    /// What an order was credited to.
    #[must_use]
    pub fn touch_of(&self, order: &KnownOrder) -> Touch {
        order.touch.and_then(|number| self.touches.get(usize::from(number.get()) - 1)).cloned().unwrap_or_default()
    }

    /// Those of orders that are forgotten go.
    pub(in crate::domain) fn forget_touches(&mut self) {
        for at in (0..self.touches.len()).rev() {
            let place = |order: &KnownOrder| order.touch.map(|number| usize::from(number.get()) - 1);
            if self.list.iter().any(|order| place(order) == Some(at)) {
                continue;
            }
            self.touches.remove(at);
            for order in self.list.iter_mut().filter(|order| place(order) > Some(at)) {
                order.touch = order.touch.and_then(|number| NonZeroU16::new(number.get() - 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {

    use crate::domain::state::orders::{KnownOrder, KnownOrders, MAX_TOUCHES, OTHER_TOUCH, Touch};

    fn touch(source: &str) -> Touch {
        Touch { source: Some(source.into()), campaign: None }
    }

    #[test]
    fn orders_keep_what_they_were_credited_to_whatever_is_forgotten() {
        let mut known = KnownOrders::default();
        assert_eq!(known.credit(Touch::default()), None);
        for n in 0..MAX_TOUCHES {
            let touch = known.credit(touch(&n.to_string()));
            known.list.push(KnownOrder { touch, ..KnownOrder::default() });
        }
        let other = known.credit(touch("one too many"));
        known.list.push(KnownOrder { touch: other, ..KnownOrder::default() });
        assert_eq!(known.touch_of(&known.list[MAX_TOUCHES]), touch(OTHER_TOUCH));
        assert_eq!(known.credit(touch("another")), other, "there is no room");
        assert_eq!(known.credit(touch("7")), std::num::NonZeroU16::new(8), "known");
        known.list.drain(..5);
        let new = known.credit(touch("another"));
        known.list.push(KnownOrder { touch: new, ..KnownOrder::default() });
        let names: Vec<_> = known.list.iter().map(|order| known.touch_of(order).source.unwrap()).collect();
        assert_eq!(names, ["5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", OTHER_TOUCH, "another"]);
        known.list.clear();
        known.forget_touches();
        assert!(known.touches.is_empty());
    }
}

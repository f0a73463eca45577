//! What becomes of carts after an order, and what machines are told by.

use super::{line, many, optional_text, optional_time, text, time};
use leadstream_core::domain::state::bots::{BotEvidence, Click, Delivered, Views};
use leadstream_core::domain::state::cart::{Heard, SentStep};
use leadstream_core::domain::state::past_carts::{Bought, BoughtLine, ForgottenCart, PastOrder};
use leadstream_core::domain::terms::recovery::AttributedBy;
use proptest::prelude::*;
use std::num::{NonZeroU32, NonZeroU64};

prop_compose! {
    pub fn sent()(step in any::<u8>(), episode_ms in time(), left_ms in time(), trigger_id in any::<u128>(),
                  opened_ms in optional_time(), clicked_ms in optional_time(), (opened_by, clicked_by) in (0..4_usize, 0..4_usize),
                  mail in any::<u32>(), (heard_any, of_another, of_machine, void) in any::<(bool, bool, bool, bool)>()) -> SentStep {
        let heard = Heard { any: heard_any, of_another, of_machine };
        let [opened_by, clicked_by] = [opened_by, clicked_by].map(|at| AttributedBy::ALL[at]);
        SentStep { step, episode_ms, left_ms, trigger_id, opened_ms, clicked_ms, opened_by, clicked_by, mail: NonZeroU32::new(mail), heard, void }
    }
}

prop_compose! {
    pub fn order()(order in any::<u64>(), time_ms in time(), cart in optional_text(), episode_ms in time(), lines in many(line().boxed()),
                   sent in many(sent().boxed()), goods in many(any::<u32>()), value in proptest::option::of(super::finite()),
                   currency in proptest::option::of(text()), forgotten_ms in optional_time()) -> PastOrder {
        PastOrder { order: NonZeroU64::new(order), time_ms, cart, episode_ms, lines, sent, goods: goods.into(), value, currency, forgotten_ms }
    }
}

prop_compose! {
    pub fn forgotten()(cart in optional_text(), episode_ms in time(), forgotten_ms in time(), sent in many(sent().boxed()),
                       goods in many(any::<u32>()), value in proptest::option::of(super::finite()), currency in optional_text()) -> ForgottenCart {
        ForgottenCart { cart, episode_ms, forgotten_ms, sent, goods: goods.into(), value, currency }
    }
}

prop_compose! {
    pub fn bought()(time_ms in time(), lines in many((any::<u64>(), 0.0..1e9_f64, 0..3_u64))) -> Bought {
        let line = |(what, quantity, order)| BoughtLine { what, quantity, order: NonZeroU64::new(order) };
        Bought { time_ms, lines: lines.into_iter().map(line).collect() }
    }
}

prop_compose! {
    pub fn bots()(delivered in proptest::option::of((time(), any::<u32>())), clicks in many((time(), any::<NonZeroU32>())),
                     views in proptest::option::of((time(), any::<u32>(), any::<bool>()))) -> BotEvidence {
        BotEvidence {
            delivered: delivered.map(|(time_ms, mail)| Delivered { time_ms, mail: NonZeroU32::new(mail) }),
            clicks: clicks.into_iter().map(|(time_ms, link)| Click { time_ms, link }).collect(),
            views: views.map(|(since_ms, count, flood)| Views { since_ms, count, flood }),
        }
    }
}

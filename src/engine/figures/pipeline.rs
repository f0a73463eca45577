//! Which stages of a model are open opportunities, and which one is won: what velocity and forecast are computed from.
//!
//! Won is the earliest stage that an order or a contract leads to. Opportunities stand from the earliest stage that somebody
//! enters by asking to buy (a cart, a checkout, a demo, a quote), else in the one stage before won. A report may be told
//! otherwise.

use crate::domain::effect::Axis;
use crate::domain::model::{Model, Models, On};
use crate::domain::names::{NameId, kind_of_track};

/// Stages from `open` up to, not including, `won` are opportunities; numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pipeline {
    pub axis: Axis,
    pub open: u8,
    pub won: u8,
}

/// Events that win, besides those that order.
const WINS: [&str; 4] = ["Order Completed", "Contract Signed", "Deal Won", "Opportunity Won"];
/// Events that show the wish to buy, besides those of carts and checkouts.
const ASKS: [&str; 5] = ["Demo Requested", "Quote Requested", "Proposal Sent", "Price Negotiated", "Survey Answered"];

/// What a model's moves say: in the funnel if it has one, else in the journey.
pub(super) fn of(model: &Model, models: &Models) -> Option<Pipeline> {
    let axis = if model.axes[1].stages.is_empty() { Axis::Journey } else { Axis::Funnel };
    let named = |id: &NameId| models.vocabulary.names().get(usize::from(id.0)).map_or("", String::as_str);
    let leads = |meant: &dyn Fn(&str) -> bool, below: usize| {
        let moves = model.axes[axis.index()].moves.iter();
        let by_name = moves.filter(|m| match &m.condition.on {
            On::Any => false,
            On::Names(ids) => ids.iter().map(named).any(meant),
        });
        by_name.map(|m| m.to).filter(|to| *to < below).min()
    };
    let won = leads(&|name| WINS.contains(&name), usize::MAX).filter(|won| *won > 0)?;
    let asks = |name: &str| !WINS.contains(&name) && (kind_of_track(name).is_cart_activity() || ASKS.contains(&name));
    let open = leads(&|name| asks(name) && name != "Product Removed", won).unwrap_or(won - 1);
    Some(Pipeline { axis, open: u8::try_from(open + 1).ok()?, won: u8::try_from(won + 1).ok()? })
}

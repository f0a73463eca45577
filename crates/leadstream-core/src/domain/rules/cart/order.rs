//! What an order does to the carts of a prospect: which of them it is about, what it takes, and which series end.

use crate::domain::event::Event;
use crate::domain::model::{CartModel, OrderClears};
use crate::domain::rules::cart::clock::is_live;
use crate::domain::rules::cart::find::{concerned, touch};
use crate::domain::rules::cart::goods::Share;
use crate::domain::rules::cart::lines::end_of_instant;
use crate::domain::rules::cart::outcome::{OutcomeDetails, report, report_of};
use crate::domain::rules::cart::product_match::Sold;
use crate::domain::rules::cart::series::recall;
use crate::domain::rules::cart::{bought, forgotten, goods, lines, past_orders, successor};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::orders;
use crate::domain::state::cart::{Cart, CartLine, MAX_CARTS, Series, SeriesPhase};
use crate::domain::state::past_carts::PastOrder;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::{OutcomeKind, Reason};
use crate::domain::{Ms, Text};
use smallvec::SmallVec;

/// What an order is to one cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// Another cart's.
    Nothing,
    /// It takes what it names.
    Lines,
    /// It takes the whole cart; `bought`: as far as anybody knows something of what was in it.
    Whole { bought: bool },
}

/// An order, as it concerns one cart.
struct Order<'a, 'e> {
    event: &'a Event<'e>,
    sold: Sold<'a>,
    /// It comes again.
    again: bool,
}

/// An order with products takes them out of every cart; its own cart, or one with something of what it names, it clears.
pub(super) fn order(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    if step.model().elsewhere.holds(event) {
        return;
    }
    let id = event.cart_id.as_deref();
    let own = id.and_then(|id| concerned(&prospect.carts, Some(id)));
    // What was ordered may still come, late: it must find out that it is bought.
    if own.is_none() && (id.is_some() || prospect.carts.is_empty()) && prospect.carts.len() < MAX_CARTS {
        prospect.carts.push(Cart { id: id.map(Text::from), touched_ms: event.time_ms, ..Cart::default() });
    }
    let placed_ms = orders::placed_ms(prospect, step.news);
    let until_ms = end_of_instant(placed_ms.map_or(event.time_ms, |placed| placed.min(event.time_ms)));
    let again = placed_ms.is_some();
    let order = Order { event, sold: Sold::of(event, until_ms, again, &prospect.carts), again };
    let about = |(at, cart): (usize, &Cart)| about(cart, own.map(|own| own == at), &order, &step.model().cart);
    let abouts: SmallVec<[About; 4]> = prospect.carts.iter().enumerate().map(about).collect();
    let shares = shares(prospect, &order, &abouts);
    let mut taken = Vec::new();
    // The cart with the one series comes last: by then it is known whether another one still has something in it.
    let live = prospect.carts.iter().position(|cart| is_live(&cart.series)).filter(|_| abouts.len() > 1);
    for at in (0..abouts.len()).filter(|at| Some(*at) != live).chain(live) {
        one(prospect, (at, abouts[at], shares[at]), &order, &mut taken, step);
    }
    if again {
        return;
    }
    bought::remember(prospect, event, until_ms, &taken, step);
    if shares.iter().all(Option::is_none) {
        forgotten::order(prospect, event, &taken, step);
    }
    end_cooldown(prospect, until_ms, &step.model().cart);
}

/// What of the order is of goods that each cart was reminded of, if it follows a reminder of it. Its value counts once: first for
/// the cart that was mailed last.
fn shares(prospect: &Prospect, order: &Order<'_, '_>, abouts: &[About]) -> SmallVec<[Option<Share>; 4]> {
    let event = order.event;
    let mut shares: SmallVec<[Option<Share>; 4]> = SmallVec::from_elem(None, abouts.len());
    let mailed = |cart: &Cart| cart.series.sent.iter().filter(|s| s.may_lead_to(event.time_ms)).map(|s| s.left_ms).max();
    let concerned = prospect.carts.iter().zip(abouts).enumerate();
    let concerned = concerned.filter(|(_, (_, about))| matches!(about, About::Lines | About::Whole { bought: true }));
    let mut mailed: SmallVec<[(Ms, usize); 4]> =
        concerned.filter_map(|(at, (cart, _))| mailed(cart).map(|mailed_ms| (mailed_ms, at))).collect();
    mailed.sort_by_key(|(mailed_ms, at)| (std::cmp::Reverse(*mailed_ms), *at));
    let mut left = event.value;
    for (_, at) in mailed {
        let cart = &prospect.carts[at];
        let is_taken = |line: &&CartLine| match abouts[at] {
            About::Lines if !event.products.is_empty() => order.sold.takes(line),
            _ => line.added_ms <= order.sold.until_ms,
        };
        let taken: Vec<&CartLine> = cart.lines.iter().filter(is_taken).collect();
        if taken.is_empty() && abouts[at] == About::Lines {
            continue;
        }
        let Some(share) = goods::share(&cart.series.goods, event, &taken) else { continue };
        let value =
            share.value.zip(left).map(|(value, left)| value.min(left)).filter(|value| *value > 0.0 || left == event.value);
        left = left.zip(value).map(|(left, value)| left - value).or(left);
        shares[at] = Some(Share { value });
    }
    shares
}

/// After a purchase the next cart may be reminded of, cooldown or not, unless a series is still running.
pub(in crate::domain) fn end_cooldown(prospect: &mut Prospect, until_ms: Ms, model: &CartModel) {
    let is_over = prospect.cooldown_from_ms.is_some_and(|from_ms| from_ms <= until_ms);
    if model.order_ends_cooldown && is_over && !prospect.carts.iter().any(|cart| is_live(&cart.series)) {
        prospect.cooldown_from_ms = None;
        prospect.cooldown_reported = false;
    }
}

/// What an order is to a cart; `is_own`: the cart that it names, where that is known.
fn about(cart: &Cart, is_own: Option<bool>, order: &Order<'_, '_>, model: &CartModel) -> About {
    // An empty list of products is no list: an order has products.
    if order.event.products.is_empty() {
        return match (is_own, model.order_clears) {
            (Some(false), _) => About::Nothing,
            (_, OrderClears::Lines) => About::Lines,
            (_, OrderClears::Cart) => About::Whole { bought: true },
        };
    }
    if model.order_clears == OrderClears::Lines || is_own == Some(false) {
        return About::Lines;
    }
    let bought = cart.lines.is_empty() || cart.lines.iter().any(|line| order.sold.takes(line));
    if bought || is_own == Some(true) { About::Whole { bought } } else { About::Lines }
}

/// An order on one cart.
fn one(
    prospect: &mut Prospect,
    (at, about, share): (usize, About, Option<Share>),
    order: &Order<'_, '_>,
    all_taken: &mut Vec<CartLine>,
    step: &mut StepContext<'_, '_>,
) {
    let (event, model) = (order.event, &step.model().cart);
    let cart = &mut prospect.carts[at];
    let (taken, is_whole) = match about {
        About::Nothing => return,
        About::Lines => (lines::take_bought(cart, event, &order.sold), false),
        About::Whole { .. } => (lines::clear(cart, order.sold.until_ms), true),
    };
    // One that comes again and finds nothing of its own says nothing new.
    let is_news = !taken.is_empty() || (is_whole && !order.again);
    if is_whole || is_news {
        touch(cart, event.time_ms);
    }
    lines::settle_currency(cart);
    let sum = (cart.id.clone(), cart.series.episode_ms);
    let mut past = PastOrder { cart: sum.0, episode_ms: sum.1, lines: taken, ..PastOrder::default() };
    all_taken.extend(past.lines.iter().cloned());
    let leaves_lines = !is_whole && !cart.lines.is_empty();
    let pending = matches!(cart.series.phase, SeriesPhase::Armed | SeriesPhase::Running);
    if !is_news || (leaves_lines && pending) {
        past_orders::remember(prospect, event, past, step);
        return;
    }
    let recalled = recall(prospect, at, event, Reason::Ordered, Ms::MAX, step);
    // A purchase ends the cooldown, if the model says so.
    let heir = successor::heir(prospect, at, event.time_ms, model.order_ends_cooldown, model);
    let cart = &mut prospect.carts[at];
    // A series armed after the (late) order is none of its business.
    let concerned = cart.series.episode_ms <= event.time_ms.max(order.sold.until_ms);
    if let Some(share) = share {
        let mut sent = std::mem::take(&mut cart.series.sent);
        sent.retain(|s| s.may_lead_to(event.time_ms));
        let mut told = OutcomeDetails::of(OutcomeKind::Recovered, Reason::Ordered);
        // The series whose reminders it follows; a later one of the same cart may have been armed since.
        past.episode_ms = sent.last().map_or(past.episode_ms, |s| s.episode_ms);
        (told.value, told.episode_ms) = (share.value, Some(past.episode_ms));
        report_of((cart.id.as_ref(), cart.only_currency(), &sent), &told, event, step);
        (past.sent, past.value) = (sent, share.value);
        past.goods = std::mem::take(&mut cart.series.goods);
    } else if cart.series.phase == SeriesPhase::Running && concerned && !recalled && heir.is_none() {
        report(cart, OutcomeDetails::of(OutcomeKind::Cancelled, Reason::Ordered), Some(event.into()), event.time_ms, step);
    }
    past.currency = event.currency.as_deref().map(Text::from).or_else(|| cart.currency.clone());
    match heir.filter(|_| concerned) {
        // Only this cart was bought: another one still lies there.
        Some(heir) => successor::go_back(&mut prospect.carts, at, heir),
        // What somebody bought instead is nothing that the reminders led to, and nothing later is.
        None if concerned => cart.series = Series::default(),
        None => {}
    }
    past_orders::remember(prospect, event, past, step);
}

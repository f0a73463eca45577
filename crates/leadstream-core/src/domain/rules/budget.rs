//! What a record may weigh, and what goes first where it would weigh more.
//!
//! Lists of a record are bounded by their number; texts come from outside and make the difference between a kilobyte and
//! megabytes. So whatever a step leaves behind is weighed, and what is least useful goes until it fits: a prospect can't make a
//! record that its topic doesn't take, nor one that makes each of its events expensive.

use crate::domain::output::{Effects, Note};
use crate::domain::state::cart::CartLine;
use crate::domain::state::limits::{MAX_CART_BYTES, MAX_ORDER_BYTES, MAX_RECORD_BYTES};
use crate::domain::state::prospect::{Extras, Prospect};
use crate::domain::state::weight;
use crate::domain::state::weight::units;
use crate::domain::terms::limit::Limit;
use crate::domain::{Ms, Text};

/// Texts of a line that it can do without, the least useful first.
const TEXTS: [fn(&mut CartLine) -> &mut Option<Text>; 4] =
    [|line| &mut line.image_url, |line| &mut line.url, |line| &mut line.variant, |line| &mut line.name];

/// Makes the lines of a cart fit: texts go first, then the lines added first. Gives the number of lines that had to go.
#[must_use]
pub fn fit_cart(lines: &mut Vec<CartLine>, effects: &mut Effects) -> u32 {
    fit_lines(lines, (MAX_CART_BYTES, 1), Limit::CartBytes, effects)
}

/// The same for what is remembered of an order.
pub fn fit_order(lines: &mut Vec<CartLine>, effects: &mut Effects) {
    fit_lines(lines, (MAX_ORDER_BYTES, 0), Limit::OrderBytes, effects);
}

fn fit_lines(lines: &mut Vec<CartLine>, (most, kept): (usize, usize), limit: Limit, effects: &mut Effects) -> u32 {
    let mut over = weight::lines(lines).saturating_sub(most);
    if over == 0 {
        return 0;
    }
    effects.notes.push(Note::LimitReached(limit));
    for text in TEXTS {
        drop_texts(lines, text, &mut over);
    }
    drop_lines(lines, kept, &mut over)
}

fn drop_texts(lines: &mut [CartLine], text: fn(&mut CartLine) -> &mut Option<Text>, over: &mut usize) {
    for line in lines {
        if *over == 0 {
            return;
        }
        let text = text(line).take();
        *over = over.saturating_sub(units::text(text.as_deref()));
    }
}

/// Drops the first lines, down to `kept`; says how many.
fn drop_lines(lines: &mut Vec<CartLine>, kept: usize, over: &mut usize) -> u32 {
    let mut gone = 0;
    while *over > 0 && lines.len() - gone > kept {
        *over = over.saturating_sub(weight::line(&lines[gone]));
        gone += 1;
    }
    lines.drain(..gone);
    u32::try_from(gone).unwrap_or(u32::MAX)
}

/// Nearly all records have so little that they can't be too heavy, whatever their texts are: two carts of two lines take 28
/// KiB, and two models 25 KiB, with all that a count bounds. They need not be weighed. A cart of another name has that name, too.
fn is_light(prospect: &Prospect) -> bool {
    prospect.extras.is_none()
        && prospect.carts.len() <= 2
        && prospect.carts.iter().all(|cart| cart.lines.len() <= 2 && !cart.has_ids())
        && prospect.tracks.len() <= 2
        && prospect.tracks.iter().all(|track| track.counts.len() <= 8 && track.uses.len() <= 64)
}

/// Makes a record fit. `models`: how many run, and have the first tracks.
pub fn fit_record(prospect: &mut Prospect, models: usize, effects: &mut Effects) {
    if is_light(prospect) {
        return;
    }
    let mut over = weight::record(prospect).saturating_sub(MAX_RECORD_BYTES);
    if over == 0 {
        return;
    }
    effects.notes.push(Note::LimitReached(Limit::RecordBytes));
    for text in TEXTS {
        for lines in lines_by_use(prospect) {
            drop_texts(lines, text, &mut over);
        }
    }
    while over > 0 && prospect.tracks.len() > models {
        over = over.saturating_sub(prospect.tracks.pop().as_ref().map_or(0, weight::track));
    }
    for order in orders(prospect) {
        drop_lines(&mut order.lines, 0, &mut over);
    }
    for at in carts_by_age(prospect) {
        let cart = &mut prospect.carts[at];
        let gone = drop_lines(&mut cart.lines, 1, &mut over);
        cart.lines_left_out = cart.lines_left_out.saturating_add(gone);
    }
    forget_memories(prospect, &mut over);
}

/// What is only remembered in case something comes late: gone, a late event is judged without it.
fn forget_memories(prospect: &mut Prospect, over: &mut usize) {
    for at in carts_by_age(prospect) {
        let removed = &mut prospect.carts[at].removed;
        drop_first(removed, |_| weight::REMOVED, over);
    }
    if let Some(extras) = prospect.extras.as_deref_mut() {
        if *over > 0 {
            *over = over.saturating_sub(extras.bought.take().as_deref().map_or(0, weight::bought));
        }
        drop_first(&mut extras.forgotten, weight::forgotten, over);
        drop_first(&mut extras.orders, weight::order, over);
        extras.known_orders.change(|known| {
            drop_first(&mut known.list, weight::known_order, over);
            known.forget_touches();
        });
        extras.triggers.change(|triggers| drop_first(&mut triggers.left, weight::fired, over));
    }
    for track in &mut prospect.tracks {
        // The rules' memories are refilled by what happens next.
        while *over > 0 && !(track.counts.is_empty() && track.uses.is_empty()) {
            let before = weight::track(track);
            if track.counts.pop().is_none() {
                track.uses.clear();
            }
            *over = over.saturating_sub(before - weight::track(track));
        }
    }
    if let Some(extras) = prospect.extras.as_deref_mut() {
        extras.triggers.change(|triggers| drop_first(&mut triggers.pending, weight::pending, over));
    }
}

fn drop_first<T>(list: &mut Vec<T>, weight: impl Fn(&T) -> usize, over: &mut usize) {
    let mut gone = 0;
    while *over > 0 && gone < list.len() {
        *over = over.saturating_sub(weight(&list[gone]));
        gone += 1;
    }
    list.drain(..gone);
}

fn orders(prospect: &mut Prospect) -> &mut [crate::domain::state::past_carts::PastOrder] {
    prospect.extras.as_deref_mut().map_or(&mut [], |Extras { orders, .. }| orders.as_mut_slice())
}

/// Places of the carts, the one touched longest ago first.
fn carts_by_age(prospect: &Prospect) -> Vec<usize> {
    let mut places: Vec<(Ms, usize)> = prospect.carts.iter().enumerate().map(|(at, cart)| (cart.touched_ms, at)).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, at)| at).collect()
}

/// All lines of the record: of orders, then of the carts by age.
fn lines_by_use(prospect: &mut Prospect) -> Vec<&mut Vec<CartLine>> {
    let Prospect { carts, extras, .. } = prospect;
    let orders = extras.as_deref_mut().map_or(&mut [][..], |extras| &mut extras.orders);
    let mut carts: Vec<_> = carts.iter_mut().collect();
    carts.sort_by_key(|cart| cart.touched_ms);
    orders.iter_mut().map(|order| &mut order.lines).chain(carts.into_iter().map(|cart| &mut cart.lines)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Text;
    use crate::domain::event::Message;
    use crate::domain::model::MAX_COUNT_MEMORY;
    use crate::domain::state::cart::{Cart, CartLine, MAX_GOODS, MAX_REMOVED, MAX_SENT, Removed, SentStep, Series};
    use crate::domain::state::limits::MAX_RECORD_BYTES;
    use crate::domain::state::prospect::Prospect;
    use crate::domain::state::track::{
        Disqualified, EnteredBy, Entry, GroupPoints, Hit, Journeys, MAX_ENTRIES, PastJourney, PastStage, RuleCount, RuleUse,
        StagePosition, Track,
    };
    use crate::domain::state::weight;
    use crate::domain::terms::per_axis::PerAxis;

    fn long(bytes: usize) -> Text {
        "x".repeat(bytes).into()
    }

    /// As large as the decoder and the model let it become.
    fn cart() -> Cart {
        let line = CartLine {
            product_id: long(256),
            sku: Some(long(256)),
            name: Some(long(512)),
            variant: Some(long(512)),
            url: Some(long(2_048)),
            image_url: Some(long(2_048)),
            currency: Some(long(16)),
            ..CartLine::default()
        };
        Cart {
            id: Some(long(256)),
            lines: vec![line; 2],
            removed: vec![Removed { product_hash: 1, time_ms: 1 }; MAX_REMOVED],
            checkout_step: Some(long(64)),
            currency: Some(long(16)),
            series: Series {
                sent: vec![SentStep::default(); MAX_SENT],
                goods: std::iter::repeat_n(1, MAX_GOODS).collect(),
                ..Series::default()
            },
            ..Cart::default()
        }
    }

    fn track() -> Track {
        let past = PastStage { stage_hash: 1, entered_ms: 1, by: EnteredBy::default() };
        let position = StagePosition {
            stage: long(64),
            entered_ms: 1,
            stale_at_ms: None,
            by: EnteredBy::default(),
            history: std::iter::repeat_n(past, 32).collect(),
            opening: Some(Box::default()),
            journeys: Some(Box::new(Journeys { past: vec![PastJourney::default(); 33], ..Journeys::default() })),
        };
        let stood = PerAxis::from_fn(|_| Some(position.clone()));
        let hits = std::iter::repeat_n(Hit { time_ms: 1, match_key: 1 }, MAX_COUNT_MEMORY).collect();
        Track {
            model: long(64),
            positions: stood.clone(),
            counts: std::iter::repeat_n(RuleCount { rule: 1, hits }, 8).collect(),
            groups: std::iter::repeat_n(GroupPoints { group: 1, points: 1.0, as_of_ms: 1, carried_forward: 1.0 }, 64).collect(),
            uses: std::iter::repeat_n(RuleUse { rule: 1, since_ms: 1, count: 1 }, 64).collect(),
            disqualified: Some(Box::new(Disqualified { reason: Some(long(120)), stood, ..Disqualified::default() })),
            ledger: std::iter::repeat_n(Entry { what: 1, time_ms: 1, hundredths: 1 }, MAX_ENTRIES).collect(),
            ..Track::default()
        }
    }

    #[test]
    fn what_is_not_weighed_could_not_be_too_heavy() {
        let mut prospect =
            Prospect { carts: vec![cart(), cart()], tracks: std::iter::repeat_n(track(), 2).collect(), ..Prospect::default() };
        for n in 0..2_000 {
            prospect.seen.remember(Message { hash: n, id_hash: n, is_change: n % 2 == 0 }, 1);
        }
        assert!(is_light(&prospect));
        let weight = weight::record(&prospect);
        assert!(weight <= MAX_RECORD_BYTES, "{weight}");
        assert!(weight > MAX_RECORD_BYTES / 2, "{weight}: the test is about something");
        prospect.carts.push(cart());
        assert!(!is_light(&prospect));
    }
}

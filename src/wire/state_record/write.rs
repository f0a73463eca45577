//! Prospect to bytes.
//!
//! Every struct is taken apart completely: a field added to the domain does not compile until it has a place here.

use super::VERSION;
use super::writer::varint_bytes;
pub(super) use super::writer::{Writer, encode_varint, zigzag};
use crate::domain::dedup::SeenIds;
use crate::domain::effect::{AttributedBy, Cause};
use crate::domain::model::pipeline::Opening;
use crate::domain::prospect::{
    ArmedFor, Cart, CartLine, Consent, ConsentState, EnteredBy, Heard, Journeys, Phase, Prospect, RuleCount, SentStep, Series,
    StagePosition, Track,
};
use crate::domain::{Ms, SECOND_MS};

pub(super) fn prospect(prospect: &Prospect, out: &mut Vec<u8>) {
    let Prospect {
        first_seen_ms,
        last_seen_ms,
        last_activity_ms,
        last_cart_activity_ms,
        sessions,
        seen,
        consent: Consent { state, since_ms, granted_ms },
        carts,
        cooldown_from_ms,
        cooldown_reported,
        tracks,
        addressable,
        identified,
        address,
        more,
    } = prospect;
    let w = &mut Writer { out, base: *last_seen_ms };
    w.uint(1, VERSION);
    if *last_seen_ms != 0 {
        w.varint(2, last_seen_ms.cast_unsigned());
    }
    w.time_or_0(3, *first_seen_ms);
    w.time(4, *last_activity_ms);
    w.time(5, *last_cart_activity_ms);
    w.uint(6, *sessions);
    if let Some(old) = &seen.before {
        w.packed(7, old.parts().0.iter().map(|h| h.to_le_bytes()));
    }
    w.uint(9, consent_number(*state));
    w.time_or_0(10, *since_ms);
    w.time(11, *cooldown_from_ms);
    w.flag(12, *cooldown_reported);
    for t in tracks {
        w.nested(13, |w| track(t, w));
    }
    for c in carts {
        w.nested(14, |w| cart(c, w));
    }
    if let Some(old) = &seen.before {
        let (_, oldest_s, gaps) = old.parts();
        w.nested(15, |w| seconds(*last_seen_ms, oldest_s, gaps, w));
    }
    if let Some(more) = more.as_deref().filter(|m| !m.is_empty()) {
        w.nested(16, |w| super::more::write(more, w));
    }
    w.flag(20, *addressable);
    w.flag(21, *identified);
    for (field, ids) in [(22, &seen.changes), (23, &seen.others)] {
        seen_ids(field, ids, w);
    }
    w.time(24, *granted_ms);
    if *address != 0 {
        w.fixed32(29, *address);
    }
}

pub(super) fn seen_ids(field: u32, ids: &SeenIds, w: &mut Writer<'_>) {
    let (ids, (oldest_s, gaps)) = (ids.ids(), ids.times());
    if ids.is_empty() {
        return;
    }
    let oldest = zigzag(w.base.div_euclid(SECOND_MS).wrapping_sub(oldest_s));
    let chain = varint_bytes(oldest) + gaps.len();
    let parts = [4 * ids.len(), ids.len(), chain];
    // The largest part of most records: its length is known before it is written, so that nothing has to be moved.
    w.message_of(field, parts.iter().map(|bytes| 1 + varint_bytes(*bytes as u64) + bytes).sum());
    w.packed(1, ids.iter().map(|[low @ .., _]| *low));
    w.packed(2, ids.iter().map(|[.., high]| [*high]));
    w.message_of(3, chain);
    encode_varint(oldest, w.out);
    w.out.extend_from_slice(gaps);
}

/// A chain of whole seconds.
fn seconds(base_ms: Ms, oldest_s: i64, gaps: &[u8], w: &mut Writer<'_>) {
    encode_varint(zigzag(base_ms.div_euclid(SECOND_MS).wrapping_sub(oldest_s)), w.out);
    w.out.extend_from_slice(gaps);
}

fn consent_number(state: ConsentState) -> u32 {
    match state {
        ConsentState::Open => 0,
        ConsentState::Unsubscribed => 1,
        ConsentState::HardBounce => 2,
        ConsentState::Complained => 3,
    }
}

fn track(track: &Track, w: &mut Writer<'_>) {
    let Track {
        model,
        model_hash,
        positions,
        counts,
        groups,
        uses,
        label,
        label_since_ms,
        label_falls_at_ms,
        persona,
        fit,
        grade,
        paused,
        disqualified,
        ledger,
    } = track;
    let [journey, funnel] = positions;
    w.text(1, model);
    if *model_hash != 0 {
        w.fixed64(2, *model_hash);
    }
    for (field, stage) in [(3, journey), (4, funnel)] {
        if let Some(stage) = stage {
            w.nested(field, |w| position(stage, w));
        }
    }
    for c in counts {
        w.nested(5, |w| count(c, w));
    }
    w.packed(6, groups.iter().map(|g| g.group.to_le_bytes()));
    w.packed(7, groups.iter().map(|g| g.points.to_le_bytes()));
    w.times(8, groups.iter().map(|g| g.as_of_ms));
    w.packed(9, uses.iter().map(|u| u.rule.to_le_bytes()));
    w.times(10, uses.iter().map(|u| u.since_ms));
    if !uses.is_empty() {
        w.nested(11, |w| uses.iter().for_each(|u| encode_varint(u64::from(u.count), w.out)));
    }
    if let Some(label) = label {
        w.fixed32(12, *label);
    }
    w.time_or_0(13, *label_since_ms);
    w.time(14, *label_falls_at_ms);
    if let Some(persona) = persona {
        w.fixed32(15, *persona);
    }
    if *fit != 0.0 {
        w.fixed64(16, fit.to_bits());
    }
    w.uint(17, u32::from(*grade));
    w.flag(18, *paused);
    if let Some(disqualified) = disqualified {
        w.nested(19, |w| super::more::write_disqualified(disqualified, w));
    }
    if groups.iter().any(|g| g.brought != 0.0) {
        w.packed(20, groups.iter().map(|g| g.brought.to_le_bytes()));
    }
    super::ledger::write(ledger, w);
}

pub(super) fn position(position: &StagePosition, w: &mut Writer<'_>) {
    let StagePosition { stage, entered_ms, stale_at_ms, by, history, journeys, opening } = position;
    w.text(1, stage);
    w.time_or_0(2, *entered_ms);
    w.time(3, *stale_at_ms);
    w.packed(4, history.iter().map(|h| h.stage_hash.to_le_bytes()));
    w.times(5, history.iter().map(|h| h.entered_ms));
    w.uint(6, by_number(*by));
    if history.iter().any(|h| h.by != EnteredBy::default()) {
        w.nested(7, |w| history.iter().for_each(|h| encode_varint(u64::from(by_number(h.by)), w.out)));
    }
    if let Some(journeys) = journeys.as_deref() {
        w.nested(8, |w| self::journeys(journeys, w));
    }
    if let Some(Opening { since_ms, won_ms }) = opening.as_deref() {
        w.time(9, *since_ms);
        w.time(10, *won_ms);
    }
}

fn journeys(journeys: &Journeys, w: &mut Writer<'_>) {
    let Journeys { began_ms, closed_ms, past, forgotten } = journeys;
    w.time_or_0(1, *began_ms);
    w.time(2, *closed_ms);
    let all: Vec<Ms> = past.iter().flat_map(|journey| [journey.began_ms, journey.closed_ms]).collect();
    w.times(3, all.into_iter());
    w.uint(4, *forgotten);
}

/// The event's mark, then three bits for the cause.
fn by_number(by: EnteredBy) -> u32 {
    let cause = match by.cause {
        Cause::Event => 0,
        Cause::Stale => 1,
        Cause::Disqualified => 2,
        Cause::ReEntered => 3,
        Cause::CarriedOver => 4,
        Cause::OrderReversed => 5,
        Cause::NextJourney => 6,
    };
    u32::from(by.event) << 3 | cause
}

fn count(count: &RuleCount, w: &mut Writer<'_>) {
    let RuleCount { rule, hits } = count;
    if *rule != 0 {
        w.fixed32(1, *rule);
    }
    w.times(2, hits.iter().map(|h| h.time_ms));
    if hits.iter().any(|h| h.same != 0) {
        w.packed(3, hits.iter().map(|h| h.same.to_le_bytes()));
    }
}

fn cart(cart: &Cart, w: &mut Writer<'_>) {
    let Cart {
        id,
        aliases,
        lines,
        removed,
        cleared_ms,
        touched_ms,
        checkout_started,
        checkout_step,
        currency,
        series,
        forget_at_ms,
        lines_left_out,
        skip_told,
    } = cart;
    w.optional_text(1, id.as_deref());
    for l in lines {
        w.nested(2, |w| line(l, w));
    }
    w.packed(3, removed.iter().map(|r| r.product_hash.to_le_bytes()));
    w.times(4, removed.iter().map(|r| r.time_ms));
    w.time(5, *cleared_ms);
    w.time_or_0(6, *touched_ms);
    w.flag(7, *checkout_started);
    w.optional_text(8, currency.as_deref());
    if *series != Series::default() {
        w.nested(9, |w| self::series(series, w));
    }
    w.time(10, *forget_at_ms);
    w.optional_text(20, checkout_step.as_deref());
    w.uint(21, *lines_left_out);
    for alias in aliases {
        w.optional_text(22, Some(alias));
    }
    w.flag(23, *skip_told);
}

pub(super) fn line(line: &CartLine, w: &mut Writer<'_>) {
    let CartLine { product_id, sku, name, variant, url, image_url, quantity, price, currency, added_ms } = line;
    w.text(1, product_id);
    w.optional_text(2, sku.as_deref());
    w.optional_text(3, name.as_deref());
    w.optional_text(4, variant.as_deref());
    w.optional_text(5, url.as_deref());
    w.optional_text(6, image_url.as_deref());
    let pieces = line.pieces();
    w.uint(7, pieces.unwrap_or_default());
    if let Some(price) = price {
        w.fixed64(8, price.to_bits());
    }
    w.time_or_0(9, *added_ms);
    if pieces.is_none() {
        w.fixed64(10, quantity.to_bits());
    }
    w.optional_text(11, currency.as_deref());
}

fn series(series: &Series, w: &mut Writer<'_>) {
    let Series {
        phase,
        armed_for,
        episode_ms,
        armed_by,
        done,
        abandoned_at_ms,
        last_step_ms,
        last_step_left,
        sent,
        goods,
        due_ms,
        fire_at_ms,
        arming,
        armed_as,
    } = series;
    let phase = match phase {
        Phase::Idle => 0,
        Phase::Armed => 1,
        Phase::Running => 2,
        Phase::Complete => 3,
        Phase::Ended => 4,
    };
    w.uint(1, phase);
    w.time_or_0(2, *episode_ms);
    if *armed_by != 0 {
        w.fixed64(3, *armed_by);
    }
    w.uint(4, u32::from(*done));
    w.time_or_0(5, *abandoned_at_ms);
    w.time_or_0(6, *last_step_ms);
    w.flag(7, *last_step_left);
    for s in sent {
        w.nested(8, |w| self::sent(s, w));
    }
    w.time(9, *due_ms);
    w.time(10, *fire_at_ms);
    if let Some(arming) = arming {
        super::position::write_arming(11, *arming, w);
    }
    w.flag(20, *armed_for == ArmedFor::PaymentFailed);
    w.optional_text(22, armed_as.as_deref());
    w.packed(23, goods.iter().map(|hash| hash.to_le_bytes()));
}

pub(super) fn sent(sent: &SentStep, w: &mut Writer<'_>) {
    let SentStep { step, episode_ms, left_ms, trigger_id, opened_ms, clicked_ms, opened_by, clicked_by, mail, heard, void } =
        sent;
    w.uint(1, u32::from(*step));
    w.time_or_0(2, *episode_ms);
    w.time_or_0(3, *left_ms);
    w.bytes(4, &trigger_id.to_be_bytes());
    w.time(20, *opened_ms);
    w.time(21, *clicked_ms);
    if *mail != 0 {
        w.fixed32(22, *mail);
    }
    let Heard { any, of_another, of_machine } = heard;
    let heard = u32::from(*any) | u32::from(*of_another) << 1 | u32::from(*of_machine) << 2;
    w.uint(23, heard | by_place(*opened_by) << 3 | by_place(*clicked_by) << 5);
    w.flag(24, *void);
}

fn by_place(by: AttributedBy) -> u32 {
    AttributedBy::ALL.iter().position(|known| *known == by).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

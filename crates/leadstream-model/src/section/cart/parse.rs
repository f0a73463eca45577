//! `[cart]` of a model file, and `model.cart.*` of the settings: the same keys.

use super::spec::CartSpec;
use crate::condition::parse::of_properties;
use crate::condition::spec::Tests;
use crate::fault::{Faults, Spanned};
use crate::fields::Fields;
use leadstream_core::domain::model::{CatchUp, IdleOn, OrderClears, SeriesFor};

/// Reads the keys of the cart series.
pub fn cart(mut fields: Fields<'_>, faults: &mut Faults) -> CartSpec {
    let spec = CartSpec {
        steps_ms: fields.durations("steps", faults),
        idle_on: fields.choice("idle_on", &[("site", IdleOn::Site), ("cart", IdleOn::Cart)], faults),
        order_clears: fields.choice("order_clears", &[("cart", OrderClears::Cart), ("lines", OrderClears::Lines)], faults),
        cooldown_ms: fields.duration_or_off("cooldown", faults),
        max_lateness_ms: fields.duration_or_off("max_lateness", faults),
        forget_after_ms: fields.duration_or_off("forget_after", faults),
        grace_ms: fields.duration("grace", faults),
        catch_up: fields.choice("catch_up", &[("hold", CatchUp::Hold), ("replay", CatchUp::Replay)], faults),
        click_window_ms: fields.duration_or_off("click_window", faults),
        open_window_ms: fields.duration_or_off("open_window", faults),
        payment_window_ms: fields.duration_or_off("payment_window", faults),
        series: fields.choice("series", &[("prospect", SeriesFor::Prospect), ("cart", SeriesFor::Cart)], faults),
        min_value: fields.number_or_off("min_value", faults),
        campaigns: campaigns(&mut fields, faults),
        late_window_ms: fields.duration_or_off("late_window", faults),
        order_ends_cooldown: fields.bool("order_ends_cooldown", faults),
        not_by: not_by(&mut fields, faults),
    };
    fields.finish(faults);
    spec
}

/// What the mailer calls reminders.
fn campaigns(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<Spanned<Vec<String>>> {
    let (_, place) = fields.node("campaigns")?;
    let value = fields.texts("campaigns", faults)?.into_iter().map(|name| name.value).collect();
    Some(Spanned { value, place })
}

/// A list of tables: properties of an order and what must hold of them.
fn not_by(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<Spanned<Vec<Spanned<Tests>>>> {
    let (_, place) = fields.node("not_by")?;
    let one =
        |table: Fields<'_>, faults: &mut Faults| Spanned { value: of_properties(&table, faults), place: table.place.clone() };
    let value = fields.tables("not_by", faults).into_iter().map(|table| one(table, faults)).collect();
    Some(Spanned { value, place })
}

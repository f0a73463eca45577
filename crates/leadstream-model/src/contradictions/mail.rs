//! Rules about mails that keep each other from leaving.

use super::in_force::ModelInForce;
use crate::contradictions::times::{BEGIN_MS, at, clock, long, on_day};

use crate::fault::{Faults, Place, Spanned};
use leadstream_core::domain::names::canonical;
use leadstream_core::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms};

const WEEK_MS: Ms = 7 * DAY_MS;

pub(crate) fn find(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    caps_and_steps(in_force, faults);
    caps_and_triggers(in_force, faults);
    cooldown(in_force, faults);
    holds(in_force, faults);
    open_carts(in_force, faults);
    visits(in_force, faults);
    consent(in_force, faults);
}

/// A cap that a series can't keep: its own steps fill it.
fn caps_and_steps(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    let steps_ms = &in_force.cart.steps_ms;
    for cap in &in_force.spec.contact.caps {
        let (times, per_ms) = cap.value;
        let mut left: Vec<usize> = Vec::new();
        for (n, delay_ms) in steps_ms.iter().enumerate() {
            let in_period = |before: &&usize| delay_ms - steps_ms[**before] < per_ms;
            let lately: Vec<usize> = left.iter().filter(in_period).copied().collect();
            if i64::try_from(lately.len()).is_ok_and(|sent| sent < times) {
                left.push(n);
                continue;
            }
            let Some(last) = lately.last().copied() else { continue };
            let leave = if lately.len() == 1 { "leaves" } else { "leave" };
            let message = format!(
                "a series is never complete under this cap. A cart left at {}: {} {leave} at {}, step {} is due at {}, {} later; \
                 the cap allows {times} per {}: skipped. Allow more, or a shorter period, or send fewer reminders",
                clock(BEGIN_MS),
                numbers(&lately),
                lately.iter().map(|step| at(BEGIN_MS + steps_ms[*step])).collect::<Vec<_>>().join(" and "),
                n + 1,
                at(BEGIN_MS + delay_ms),
                long(delay_ms - steps_ms[last]),
                long(per_ms),
            );
            faults.add(&cap.place, message);
            // What it keeps from leaving is told once.
            break;
        }
    }
}

fn numbers(steps: &[usize]) -> String {
    let numbers: Vec<String> = steps.iter().map(|step| (step + 1).to_string()).collect();
    format!("{} {}", if steps.len() == 1 { "step" } else { "steps" }, numbers.join(" and "))
}

/// A trigger that may leave more often than any mail may.
fn caps_and_triggers(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    for trigger in
        in_force.spec.triggers.triggers.iter().map(|t| &t.value).filter(|t| t.mail.as_ref().is_none_or(|mail| mail.value))
    {
        let Some((limit, name)) = trigger.at_most.as_ref().zip(trigger.name.as_ref()) else { continue };
        let (times, per_ms) = limit.value;
        let tighter = |cap: &&Spanned<(i64, Ms)>| cap.value.0 < times && cap.value.1 >= per_ms;
        if let Some(cap) = in_force.spec.contact.caps.iter().find(tighter) {
            let message = format!(
                "trigger {:?} may leave {times} times per {}, but the cap allows {} per {} of all mails together: after {} of \
                 them within {} the next one is skipped, whatever this says",
                name.value,
                long(per_ms),
                cap.value.0,
                long(cap.value.1),
                cap.value.0,
                long(per_ms),
            );
            faults.add(&limit.place, message);
        }
    }
}

/// A trigger that comes after something was put into a cart, and not while something is in one.
fn open_carts(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    const FILLING: [&str; 2] = ["Product Added", "Wishlist Product Added to Cart"];
    for trigger in in_force.spec.triggers.triggers.iter().map(|t| &t.value) {
        let Some(not) = trigger.not_with_open_cart.as_ref().filter(|not| not.value) else { continue };
        let after = trigger.after.iter().flat_map(|after| &after.value.when.on);
        if let Some(on) = after.map(|on| canonical(&on.value)).find(|on| FILLING.contains(on)) {
            let message = format!(
                "{on} fills a cart, and while it has something in it this trigger doesn't leave. {on} at {}: due at {}, when the \
                 cart is still open: withheld (open-cart). Leave not_with_open_cart out, or let [cart] remind of carts",
                clock(BEGIN_MS),
                at(BEGIN_MS + trigger.within_ms.as_ref().map_or(0, |within| within.value)),
            );
            faults.add(&not.place, message);
        }
    }
}

/// A trigger that waits for the end of the very visit that it comes after.
fn visits(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    let gap_ms = in_force.spec.general.session_gap_ms();
    for trigger in in_force.spec.triggers.triggers.iter().map(|t| &t.value) {
        let Some((visit, within)) = trigger.after_visit.as_ref().filter(|v| v.value).zip(trigger.within_ms.as_ref()) else {
            continue;
        };
        let of_event = trigger.after.is_some();
        if of_event && within.value < gap_ms {
            let message = format!(
                "it never leaves after {}: a visit lasts until {} without activity. An event at {}: due at {}, but the visit ends at \
                 {} at the soonest, so it waits until then. Make `within` longer than session_gap, or leave after_visit out",
                long(within.value),
                long(gap_ms),
                clock(BEGIN_MS),
                at(BEGIN_MS + within.value),
                at(BEGIN_MS + gap_ms),
            );
            faults.add(&visit.place, message);
        }
    }
}

/// Consent that has to be given first, and no trait by which it is.
fn consent(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    let consent = &in_force.spec.contact.consent;
    if let Some(opt_in) = consent.opt_in.as_ref().filter(|opt_in| opt_in.value)
        && consent.agreeing.as_ref().is_some_and(Vec::is_empty)
    {
        let message = format!(
            "nobody is mailed before consent was given, and no trait gives it: only events such as Subscribed or Consent Granted do. \
             Somebody whose profile says yes at {} leaves a cart: step 1 is due at {}, no-consent. Leave consent_traits out, or \
             name the traits of your profiles",
            clock(BEGIN_MS),
            at(BEGIN_MS + in_force.cart.steps_ms.first().copied().unwrap_or_default()),
        );
        faults.add(&opt_in.place, message);
    }
}

/// A cooldown that is over before the series is.
fn cooldown(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    let cart = in_force.cart;
    let (Some(first_ms), Some(last_ms), Some(cooldown_ms)) = (cart.steps_ms.first(), cart.steps_ms.last(), cart.cooldown_ms)
    else {
        return;
    };
    if cart.steps_ms.len() < 2 || cooldown_ms >= last_ms - first_ms {
        return;
    }
    let place = place_of(in_force, "cooldown");
    let message = format!(
        "it is over before the series is, so it keeps nobody from a second one. A cart left at {}: step 1 leaves at {}, the \
         cooldown of {} ends at {}, step {} leaves at {}; whoever adds something after that is reminded anew. Make it longer than {}, \
         or \"off\" if that is meant",
        clock(BEGIN_MS),
        at(BEGIN_MS + first_ms),
        long(cooldown_ms),
        at(BEGIN_MS + first_ms + cooldown_ms),
        cart.steps_ms.len(),
        at(BEGIN_MS + last_ms),
        long(last_ms - first_ms),
    );
    faults.add(&place, message);
}

/// Where a rule of the cart stands, or would stand.
fn place_of(in_force: &ModelInForce<'_>, key: &str) -> Place {
    let cart = &in_force.spec.cart;
    let own = match key {
        "cooldown" => cart.cooldown_ms.as_ref().map(|at| &at.place),
        _ => cart.forget_after_ms.as_ref().map(|at| &at.place),
    };
    let steps = cart.steps_ms.as_ref().map(|at| &at.place);
    own.or(steps).cloned().unwrap_or_else(|| Place { line: 0, path: format!("cart.{key}") })
}

/// What falls due in quiet hours may have to wait longer than it may, or than the cart is remembered.
fn holds(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    let contact = &in_force.spec.contact;
    let holds = contact.holds();
    let Some((from_ms, to_ms)) = longest_quiet_ms(in_force).filter(|_| holds) else { return };
    let max_ms = contact.max_hold_ms();
    let wait_ms = to_ms - from_ms;
    if let Some(max_ms) = max_ms.filter(|max_ms| *max_ms < wait_ms) {
        let own = contact.max_hold_ms.as_ref().map(|at| &at.place);
        let other = contact.weekdays.as_ref().map(|at| &at.place).or(contact.quiet_hours.as_ref().map(|at| &at.place));
        let message = format!(
            "what is due on {} would have to wait until {}, {}; max_hold allows {}: skipped, not held. Write max_hold = \"{}h\" \
             or more, or \"off\"",
            on_day(from_ms),
            on_day(to_ms),
            long(wait_ms),
            long(max_ms),
            (wait_ms + HOUR_MS - 1) / HOUR_MS,
        );
        faults.add(own.or(other).unwrap_or(&contact.place), message);
    }
    let held_ms = max_ms.map_or(wait_ms, |max_ms| max_ms.min(wait_ms));
    let (Some(last_ms), Some(forget_ms)) = (in_force.cart.steps_ms.last(), in_force.cart.forget_after_ms) else { return };
    let due_ms = last_ms + in_force.cart.grace_ms;
    if due_ms + held_ms >= forget_ms {
        let left_ms = (from_ms - due_ms).rem_euclid(WEEK_MS);
        let message = format!(
            "a reminder that is held comes after its cart is forgotten. A cart left on {}: step {} is due on {}, in quiet hours, and \
             may wait {}; the cart is forgotten {} after it was left. Make forget_after longer than {}",
            on_day(left_ms),
            in_force.cart.steps_ms.len(),
            on_day(from_ms),
            long(held_ms),
            long(forget_ms),
            long(due_ms + held_ms),
        );
        faults.add(&place_of(in_force, "forget_after"), message);
    }
}

/// The longest time in a week without mail, from the midnight before a Monday on; `None` where there is none.
fn longest_quiet_ms(in_force: &ModelInForce<'_>) -> Option<(Ms, Ms)> {
    let contact = &in_force.spec.contact;
    // Rules are made of minutes. Two weeks, for one may begin with the end of a quiet time.
    let mut longest: Option<(Ms, Ms)> = None;
    let mut since: Option<Ms> = None;
    for minute in 0..2 * WEEK_MS / MINUTE_MS {
        let now_ms = minute * MINUTE_MS;
        if contact.is_quiet_at(now_ms) {
            since.get_or_insert(now_ms);
        } else if let Some(from_ms) = since.take()
            && longest.is_none_or(|(from, to)| now_ms - from_ms > to - from)
            && from_ms > 0
        {
            longest = Some((from_ms, now_ms));
        }
    }
    longest.map(|(from_ms, to_ms)| {
        let weeks_ms = from_ms - from_ms.rem_euclid(WEEK_MS);
        (from_ms - weeks_ms, to_ms - weeks_ms)
    })
}

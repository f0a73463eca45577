//! SendGrid's events of mails. Each record is a list of one here; [`Batches`](crate::app::simulate::Batches) make it as many as a post holds.

use super::super::ids;
use super::super::json_writer::{number, put};
use super::super::record::{Record, Topic};
use super::super::scene::Scene;
use super::super::what::{Campaign, Mail, What};
use super::super::write::AGENTS;

/// Writes an event of a mail; `false`: it is of none.
pub(super) fn write(record: &mut Record, scene: &Scene<'_>) -> bool {
    let Scene { stamp, visitor, what: What::Mail(mail, campaign), .. } = *scene else { return false };
    record.place_unkeyed(Topic::Email, stamp.record_ms);
    let out = &mut record.value;
    out.clear();
    put!(out, b"[{\"email\":\"");
    ids::address(out, visitor, stamp);
    put!(out, b"\",\"timestamp\":");
    number(out, u64::try_from(stamp.event_ms / 1_000).unwrap_or(0));
    put!(out, b",\"event\":\"", event(*mail), b"\",\"sg_event_id\":\"");
    ids::message(out, stamp, 0);
    let (kind, n) = match campaign {
        Campaign::Newsletter(week) => ("newsletter", *week),
        Campaign::Reminder(step, _) => ("cart-reminder", u32::from(*step)),
    };
    put!(out, b"\",\"sg_message_id\":\"");
    ids::counted(out, "e", visitor, n);
    put!(out, b"\",\"category\":[\"", kind, b"-");
    number(out, u64::from(n));
    put!(out, b"\"],\"singlesend_name\":\"", kind, b"\"");
    // The custom argument of who it was sent to.
    put!(out, b",\"prospect\":\"");
    ids::user(out, visitor, stamp);
    put!(out, b"\"");
    match mail {
        Mail::Delivered => put!(out, b",\"response\":\"250 OK\""),
        Mail::Opened => put!(out, b",\"sg_machine_open\":false,\"useragent\":\"", AGENTS[visitor as usize % 3], b"\""),
        Mail::Clicked => {
            put!(out, b",\"url\":\"https://shop.example/cart\",\"useragent\":\"", AGENTS[visitor as usize % 3], b"\"");
        }
        Mail::HardBounced => {
            put!(out, b",\"type\":\"bounce\",\"status\":\"5.1.1\",\"reason\":\"550 5.1.1 no such mailbox\"");
        }
        Mail::SoftBounced => put!(out, b",\"type\":\"blocked\",\"status\":\"4.2.2\",\"reason\":\"452 4.2.2 mailbox full\""),
        Mail::Complained => {}
        Mail::Unsubscribed | Mail::Subscribed => put!(out, b",\"asm_group_id\":17"),
    }
    put!(out, b"}]");
    true
}

const fn event(mail: Mail) -> &'static str {
    match mail {
        Mail::Delivered => "delivered",
        Mail::Opened => "open",
        Mail::Clicked => "click",
        Mail::HardBounced | Mail::SoftBounced => "bounce",
        Mail::Complained => "spamreport",
        Mail::Unsubscribed => "group_unsubscribe",
        Mail::Subscribed => "group_resubscribe",
    }
}

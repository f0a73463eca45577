//! The figures of a sample, for people.

use crate::app::terminal::printable;
use crate::view::identity::{ClusterView, IdTypeView, IdentitySampleView};
use leadstream_model::units::format_ms;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// All of it, as lines.
pub(in crate::app::check) fn of(figures: &IdentitySampleView) -> String {
    let mut text = String::new();
    events(figures, &mut text);
    text.push_str("ids\n");
    figures.by_type.iter().for_each(|kind| line_of_type(kind, &mut text));
    persons(figures, &mut text);
    if !figures.clusters.is_empty() {
        text.push_str("largest sets of ids that events name together\n");
    }
    figures.clusters.iter().for_each(|cluster| line_of_cluster(cluster, &mut text));
    text.push_str(
        "A sample shows only what lies in it: an id that older or other records link with somebody looks like a person of its own \
         here, and who shares an id with whom shows in full only in all records (`leadstream replay`); check.sample_records reads more.\n",
    );
    text
}

fn events(figures: &IdentitySampleView, text: &mut String) {
    let IdentitySampleView { events, events_by_key, events_left_out, nobodys, unusable, records, span_ms, hops, .. } = figures;
    let with_ids = events - events_by_key;
    let span = format_ms(span_ms / 1_000 * 1_000);
    _ = writeln!(text, "\nWhat identity would do with the newest {records} records of the inputs, which span {span}:\n");
    _ = writeln!(text, "events   {} of {} with ids", with_ids, events + nobodys);
    for (count, what) in [
        (*events_by_key, "name nobody, and are known by the key of their record"),
        (*nobodys, "name nobody, and become dead letters"),
        (*unusable, "more can't be used, whoever they are of: see the lines about inputs"),
        (*events_left_out, "are not looked at: these are too many for one check"),
    ] {
        if count > 0 {
            _ = writeln!(text, "         {count} {what}");
        }
    }
    let looked_at = hops.none + hops.one + hops.two;
    for (count, what) in [
        (hops.none, "stay where they lie"),
        (hops.one, "take one hop: by a router, or from an id that points to another"),
        (hops.two, "take two: they name nobody but by an id that points to another"),
    ] {
        _ = writeln!(text, "         {} {what}", percent(count, looked_at));
    }
}

#[allow(clippy::cast_precision_loss, reason = "a share for people")]
fn percent(count: u64, of: u64) -> String {
    if of == 0 { "none".to_owned() } else { format!("{:5.1} %", 100.0 * count as f64 / of as f64) }
}

fn line_of_type(kind: &IdTypeView, text: &mut String) {
    let IdTypeView { distinct, events, is_hashed, no_ids, kind } = kind;
    let hashed = if *is_hashed { " (hashed)" } else { "" };
    let none = if no_ids.is_empty() { String::new() } else { format!("; no ids: {}", counts(no_ids)) };
    _ = writeln!(text, "  {kind:<8} {distinct} in {events} events{hashed}{none}");
}

/// `placeholder 3, blocked 2`.
fn counts(counts: &BTreeMap<String, u64>) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn persons(figures: &IdentitySampleView, text: &mut String) {
    let by = &figures.persons_by_ids;
    _ = writeln!(
        text,
        "persons  {}: {} with one id, {} with two, {} with three, {} with more",
        figures.persons, by.one, by.two, by.three, by.more
    );
    if figures.crowded > 0 {
        _ = writeln!(text, "         {} ids would be blocked, since so many come to them: nobody's", figures.crowded);
    }
    if figures.contested > 0 {
        _ = writeln!(text, "         {} ids are claimed by two, and stay with the first (id.conflict)", figures.contested);
    }
}

fn line_of_cluster(cluster: &ClusterView, text: &mut String) {
    let ClusterView { events, ids, ids_by_type, persons, tied_by, tied_others } = cluster;
    let who = if *persons == 1 { "one person".to_owned() } else { format!("{persons} persons") };
    _ = writeln!(
        text,
        "  {ids} ids ({}) in {events} events, {who}: {} is named with {tied_others} others",
        counts(ids_by_type),
        printable(tied_by)
    );
}

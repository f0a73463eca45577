//! Dead letters counted by reason and topic.

use super::times::time;
use crate::app::terminal::printable;
use crate::domain::Ms;
use crate::view::dead_letters::{DeadLetterCount, DeadLettersView};
use crate::wire::dead_letter::Info;
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Debug, Default)]
pub(in crate::app) struct Table {
    rows: BTreeMap<(String, String), Row>,
}

#[derive(Debug)]
struct Row {
    count: u64,
    redriven: u64,
    oldest_ms: Ms,
    newest_ms: Ms,
}

impl Table {
    /// Counts a dead letter of this time.
    pub(in crate::app) fn add(&mut self, info: &Info, at: Ms, redriven: bool) {
        let row = self.rows.entry((info.reason.clone(), info.topic.clone())).or_insert(Row {
            count: 0,
            redriven: 0,
            oldest_ms: at,
            newest_ms: at,
        });
        row.count += 1;
        row.redriven += u64::from(redriven);
        row.oldest_ms = row.oldest_ms.min(at);
        row.newest_ms = row.newest_ms.max(at);
    }

    pub(in crate::app) fn view(&self) -> DeadLettersView {
        let rows = self.rows.iter().map(|((reason, topic), row)| DeadLetterCount {
            count: row.count,
            newest: time(row.newest_ms),
            oldest: time(row.oldest_ms),
            reason: reason.clone(),
            redriven: row.redriven,
            topic: topic.clone(),
        });
        DeadLettersView { dead_letters: rows.collect(), total: self.rows.values().map(|row| row.count).sum() }
    }

    pub(super) fn text(&self) -> String {
        if self.rows.is_empty() {
            return "no dead letters\n".to_owned();
        }
        let widest = self.rows.keys().map(|(_, topic)| printable(topic).len()).max().unwrap_or(0).max("TOPIC".len());
        // Writing to a String can't fail.
        let mut text = String::new();
        let _never = writeln!(
            text,
            "{:<17} {:<widest$} {:>9} {:>9}  {:<24} {:<24}",
            "REASON", "TOPIC", "COUNT", "REDRIVEN", "OLDEST", "NEWEST"
        );
        for ((reason, topic), row) in &self.rows {
            let (oldest, newest) = (time(row.oldest_ms), time(row.newest_ms));
            let (reason, topic) = (printable(reason), printable(topic));
            let _never =
                writeln!(text, "{reason:<17} {topic:<widest$} {:>9} {:>9}  {oldest:<24} {newest:<24}", row.count, row.redriven);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_letters_are_counted_by_reason_and_topic_with_their_times() {
        let mut table = Table::default();
        let info = |reason: &str| Info { reason: reason.to_owned(), topic: "cart".to_owned(), ..Info::default() };
        table.add(&info("no-name"), 2_000, false);
        table.add(&info("no-name"), 1_000, true);
        table.add(&info("absurd-time"), 5_000, false);
        let view = table.view();
        let no_name = &view.dead_letters[1];
        assert_eq!((view.total, no_name.count, no_name.redriven), (3, 2, 1));
        assert_eq!(no_name.oldest, "1970-01-01T00:00:01Z");
        assert!(table.text().lines().count() == 3 && Table::default().text() == "no dead letters\n");
    }
}

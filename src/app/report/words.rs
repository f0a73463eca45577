//! Numbers as people write them.

use super::measures::money::Money;
use super::measures::trust::Trust;
use super::measures::weeks::Unusual;
use std::fmt::Write;

/// `1234567` as `1,234,567`.
pub(super) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = if number < 0 { "-".to_owned() } else { String::new() };
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `0.2345` as `23.4 %`.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

/// A rate, between what it lies, and of how many; or why there is none.
pub(super) fn rate(share: Option<f64>, trust: &Trust) -> String {
    match (share, trust.interval, &trust.why) {
        (Some(_), Some([low, high]), _) => {
            format!("{} ({:.1}–{:.1}, of {})", percent(share), 100.0 * low, 100.0 * high, count(trust.cases))
        }
        (None, _, Some(why)) => why.clone(),
        _ => percent(share),
    }
}

/// The same where the number of cases stands beside it.
pub(super) fn rate_of(share: Option<f64>, trust: &Trust) -> String {
    match (share, trust.interval) {
        (Some(_), Some([low, high])) => format!("{} ({:.1}–{:.1})", percent(share), 100.0 * low, 100.0 * high),
        _ => percent(share),
    }
}

/// With two decimals, or none where they say nothing.
#[allow(clippy::cast_possible_truncation, reason = "amounts stay far below 2^52")]
pub(super) fn amount(amount: f64) -> String {
    if amount.abs() >= 10_000.0 {
        return count(amount.round() as i64);
    }
    format!("{amount:.2}")
}

/// `1 order`, `2,500 orders`.
pub(super) fn several(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Amounts by currency.
pub(super) fn money(money: &Money) -> String {
    listed(money, ", ")
}

/// The same where one thing is worth all of them, as a mean over several currencies is.
pub(super) fn together(money: &Money) -> String {
    listed(money, " + ")
}

fn listed(money: &Money, joined_by: &str) -> String {
    let all: Vec<String> = money.iter().map(|(currency, sum)| format!("{} {}", amount(*sum), named(currency))).collect();
    if all.is_empty() { "–".to_owned() } else { all.join(joined_by) }
}

/// `-` stands for amounts without a currency.
pub(super) fn named(currency: &str) -> &str {
    if currency == "-" { "(no currency)" } else { currency }
}

/// A length of time in its largest unit of which there is at least one.
#[allow(clippy::cast_precision_loss, reason = "times stay far below 2^52")]
pub(super) fn time(ms: Option<i64>) -> String {
    let Some(ms) = ms else { return "–".to_owned() };
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    match units.into_iter().find(|(unit, _)| ms >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", ms as f64 / unit as f64),
        None => format!("{ms} ms"),
    }
}

/// An unusual run of weeks, as a sentence.
pub(super) fn unusual(run: &Unusual) -> String {
    let mut text = format!("{} to {}: from {} only ", run.from, run.to, run.stage);
    if run.direction == "high" {
        text = format!("{} to {}: from {} as many as ", run.from, run.to, run.stage);
    }
    // Writing to a String can't fail.
    let _never = write!(
        text,
        "{} went onward, usual are {} ({} of {}, {} {}, {:.1} standard deviations)",
        percent(Some(run.conversion)),
        percent(Some(run.usual)),
        count(run.onward),
        count(run.entered),
        run.weeks,
        if run.weeks == 1 { "week" } else { "weeks" },
        run.strength.abs()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!((count(1_234_567).as_str(), count(-12).as_str(), count(-1_234).as_str()), ("1,234,567", "-12", "-1,234"));
        assert_eq!((percent(Some(0.2345)).as_str(), percent(None).as_str()), ("23.4 %", "–"));
        assert_eq!((amount(9.5).as_str(), amount(12_345.6).as_str()), ("9.50", "12,346"));
        assert_eq!((time(Some(5_400_000)).as_str(), time(Some(40)).as_str()), ("1.5 h", "40 ms"));
    }
}

//! Amounts as people and shops write them in text.

/// No amount is longer.
const MAX_NUMBER_BYTES: usize = 64;

/// What may stand before or behind an amount: signs, and letters of currencies that are no code of three.
const SIGNS: [&str; 36] = [
    "€", "£", "$", "¥", "₹", "₽", "₺", "₩", "₪", "₫", "₴", "₦", "฿", "₱", "₲", "₵", "₸", "₼", "R$", "US$", "A$", "C$", "CA$",
    "AU$", "NZ$", "HK$", "S$", "kr", "kr.", "zł", "Kč", "Ft", "lei", "Fr.", "Rs", "Rs.",
];

/// Codes of ISO 4217 that shops use.
const CODES: &str = "AED ALL AMD ARS AUD AZN BAM BDT BGN BHD BRL BYN CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP EUR GBP GEL GHS GTQ \
                     HKD HRK HUF IDR ILS INR ISK JOD JPY KES KRW KWD KZT LKR MAD MDL MKD MXN MYR NGN NOK NZD OMR PAB PEN PHP PKR PLN \
                     PYG QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD TZS UAH UGX USD UYU UZS VND XAF XOF ZAR";

/// Reads a number in text: `12.50`, `1e3`, `2,000.00`, `2.000,00`, `1 250,00`, `12,50`, with a currency around it.
///
/// The separators tell thousands and decimals apart where they can: of two different ones the last is that of the decimals, one
/// that comes twice is that of thousands. A point that comes once is a decimal point. A comma that comes once with exactly three
/// digits behind it (`1,250`), and a point of that kind in an amount with a currency (`1.250 €`), can be read in two ways: `None`.
#[must_use]
pub fn read(text: &str) -> Option<f64> {
    let text = text.trim();
    // What programs write.
    if let Ok(number) = text.parse::<f64>() {
        return Some(number).filter(|n| n.is_finite());
    }
    if text.len() > MAX_NUMBER_BYTES || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let (negative, rest) = sign(text);
    let amount = without_currency(rest);
    // The sign may also stand behind the currency.
    let (negative_too, amount) = if negative { (false, amount) } else { sign(amount) };
    let amount = round_amount(amount);
    let number = grouped(amount, amount.len() != rest.len())?;
    Some(if negative || negative_too { -number } else { number })
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// `12,-` and `12.–`: no decimals.
fn round_amount(text: &str) -> &str {
    let bare = text.trim_end_matches(['-', '–', '—']);
    if bare.len() == text.len() { text } else { bare.strip_suffix([',', '.']).unwrap_or(text) }
}

/// The amount without a currency before or behind it.
fn without_currency(text: &str) -> &str {
    let is_amount = |c: char| c.is_ascii_digit() || matches!(c, '-' | '−' | '+');
    let start = text.find(is_amount).unwrap_or_default();
    let end = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '-' | '–' | '—')).unwrap_or_default();
    let end = end + text.get(end..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
    let (Some(before), Some(amount), Some(behind)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return text;
    };
    if is_currency(before.trim()) && is_currency(behind.trim()) { amount } else { text }
}

fn is_currency(text: &str) -> bool {
    let is_code = text.len() == 3 && CODES.split(' ').any(|code| code.eq_ignore_ascii_case(text));
    text.is_empty() || is_code || SIGNS.iter().any(|sign| sign.eq_ignore_ascii_case(text))
}

/// Digits with separators.
fn grouped(text: &str, has_currency: bool) -> Option<f64> {
    let is_mark = |c: char| matches!(c, '.' | ',');
    let last = text.rfind(is_mark);
    let mark = last.and_then(|at| text.get(at..)?.chars().next());
    let count = mark.map_or(0, |mark| text.matches(mark).count());
    let other = text.find(|c| is_mark(c) && Some(c) != mark).is_some()
        || text.contains([' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’']);
    let decimals = match (last, mark) {
        (Some(at), Some(mark)) if count == 1 => {
            let (whole, behind) = (text.get(..at)?, text.get(at + 1..)?);
            let looks_like_thousands = behind.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
            if looks_like_thousands && !other && (mark == ',' || has_currency) {
                return None;
            }
            Some(at)
        }
        _ => None,
    };
    let (whole, fraction) = match decimals {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
        None => (text, ""),
    };
    let mut plain = [0_u8; MAX_NUMBER_BYTES + 1];
    let mut length = 0;
    let mut put = |byte: u8| {
        if let Some(place) = plain.get_mut(length) {
            *place = byte;
            length += 1;
        }
    };
    // Groups of thousands: of three digits, in India of two before the last; all with one separator.
    let mut separator = None;
    let mut groups = whole.split(|c: char| !c.is_ascii_digit() && *separator.get_or_insert(c) == c).peekable();
    let mut n = 0;
    while let Some(group) = groups.next() {
        let is_last = groups.peek().is_none();
        let fits = match group.len() {
            _ if n == 0 && is_last => !group.is_empty() || !fraction.is_empty(),
            1 => n == 0,
            2 => !is_last,
            length => length == 3,
        };
        if !fits || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        group.bytes().for_each(&mut put);
        n += 1;
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || (n > 1 && separator.is_some_and(|c| !is_separator(c))) {
        return None;
    }
    put(b'.');
    fraction.bytes().for_each(&mut put);
    std::str::from_utf8(plain.get(..length)?).ok()?.parse().ok()
}

/// What may stand between thousands.
fn is_separator(c: char) -> bool {
    matches!(c, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’')
}

/// Money in thousandths of its unit: sums of whole numbers don't depend on their order.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "saturating, and checked to be finite")]
pub fn milli(amount: f64) -> i64 {
    if amount.is_finite() { (amount * 1_000.0).round() as i64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, want) in [
            ("12", 12.0),
            (" 12.50 ", 12.5),
            ("1e3", 1_000.0),
            ("-5", -5.0),
            ("1.250", 1.25),
            ("12,50", 12.5),
            ("12,5", 12.5),
            ("0,250", 0.25),
            ("1250,125", 1_250.125),
            ("2,000.00", 2_000.0),
            ("2.000,00", 2_000.0),
            ("1,250,000", 1_250_000.0),
            ("1.250.000", 1_250_000.0),
            ("1.250.000,50", 1_250_000.5),
            ("12,34,567.00", 1_234_567.0),
            ("1 250,00", 1_250.0),
            ("1\u{a0}250,00", 1_250.0),
            ("1\u{202f}250", 1_250.0),
            ("1'250.00", 1_250.0),
            ("1.250,00 €", 1_250.0),
            ("£2,000.00", 2_000.0),
            ("2000 GBP", 2_000.0),
            ("EUR 12.50", 12.5),
            ("12.50eur", 12.5),
            ("R$ 1.250,00", 1_250.0),
            ("500 Kč", 500.0),
            ("99 kr.", 99.0),
            ("-£5.00", -5.0),
            ("£-5.00", -5.0),
            ("−5,00 €", -5.0),
            ("12,-", 12.0),
            ("12.– Fr.", 12.0),
        ] {
            assert_eq!(read(text), Some(want), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_in_none_is_no_number() {
        for text in [
            "",
            " ",
            "€",
            "1,250",
            "999,999",
            "1.250 €",
            "$1,250",
            "1,2,3",
            "1,25,0",
            "12 34",
            "1.250.00",
            "1,250.000,00",
            "12 pieces",
            "USB 3",
            "12-13",
            "10.000.000.0",
            "NaN",
            "inf",
            "1 250 000.00.0",
            "--5",
            "1..5",
            "1,,5",
            "12€5",
            "1.2e",
            "٣",
            "1'250’000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"1".repeat(400)), None);
        assert_eq!(read(&"1,234".repeat(40)), None);
    }
}

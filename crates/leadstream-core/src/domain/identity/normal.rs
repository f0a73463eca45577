//! One form for what people and programs write in several ways: addresses, telephone numbers, hashes of them.

use crate::domain::placeholder_ids::{bare, is_address, is_hash, is_shared_address};
use std::borrow::Cow;

/// Fewest and most digits of a number with its country.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A number that ends so is nobody's.
const NO_SUBSCRIBER: &str = "0000000";

/// Mail services that read an address without its dots.
const DOTS_MEAN_NOTHING: [&str; 2] = ["gmail.com", "googlemail.com"];

/// What else is the same address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EmailOptions {
    /// `ada+shop@mail.example` is `ada@mail.example`.
    pub strip_plus: bool,
    /// `a.da@gmail.com` is `ada@gmail.com`.
    pub gmail_dots: bool,
}

/// An address as its id has it: small letters, the domain in ASCII. `None`: it is no address that one person reads.
#[must_use]
pub fn email(text: &str, options: EmailOptions) -> Option<String> {
    let text = without_scheme(text.trim(), "mailto:");
    let inner = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')).map_or(text, |(_, inner)| inner);
    let (local, domain) = bare(inner).rsplit_once('@')?;
    if local.contains(['@', ',', ';', '<', '>', '"']) || local.chars().any(char::is_control) {
        return None;
    }
    let domain = idna::domain_to_ascii(domain.trim_end_matches('.')).ok()?;
    let mut local: Cow<'_, str> = local.to_lowercase().into();
    if options.strip_plus
        && let Some((before, _)) = local.split_once('+')
        && !before.is_empty()
    {
        local = before.to_owned().into();
    }
    if options.gmail_dots && DOTS_MEAN_NOTHING.contains(&domain.as_str()) {
        local = local.replace('.', "").into();
    }
    let address = format!("{local}@{domain}");
    (is_address(&address) && !is_shared_address(&address)).then_some(address)
}

/// A telephone number by E.164: `+` and digits. `None`: it doesn't say of which country it is, or is no number.
#[must_use]
pub fn phone(text: &str) -> Option<String> {
    let text = without_scheme(text.trim(), "tel:").trim();
    // The zero that is only dialled within the country.
    let text = text.replace("(0)", "");
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
    let mut number = String::from("+");
    for c in rest.chars() {
        match c {
            '0'..='9' => number.push(c),
            ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '.' | '/' | '(' | ')' => {}
            _ => return None,
        }
    }
    let digits = &number[1..];
    let is_one = PHONE_DIGITS.contains(&digits.len())
        && !digits.starts_with('0')
        && !digits.ends_with(NO_SUBSCRIBER)
        && digits.bytes().any(|digit| digit != digits.as_bytes()[0]);
    is_one.then_some(number)
}

/// Without `mailto:` or `tel:` before it, in any case.
fn without_scheme<'t>(text: &'t str, scheme: &str) -> &'t str {
    match text.split_at_checked(scheme.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(scheme) => rest,
        _ => text,
    }
}

/// A hash that stands in the place of an address or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashed<'t> {
    /// SHA-256, in hexadecimal digits: what the plain value can be compared with.
    Sha256([u8; 32]),
    /// Any other: only the same hash is the same id.
    Other(&'t str),
}

/// What a text says that is hexadecimal digits and nothing else; `None`: it isn't.
#[must_use]
pub fn hashed(text: &str) -> Option<Hashed<'_>> {
    let text = text.trim();
    if !is_hash(text) {
        return None;
    }
    Some(sha256_of_hex(text).map_or(Hashed::Other(text), Hashed::Sha256))
}

fn sha256_of_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// In small hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: EmailOptions = EmailOptions { strip_plus: false, gmail_dots: false };
    const BOTH: EmailOptions = EmailOptions { strip_plus: true, gmail_dots: true };

    #[test]
    fn an_address_has_one_form_whatever_its_case_blanks_and_alphabet() {
        for (text, want) in [
            ("ada@mail.example", "ada@mail.example"),
            ("  Ada@Mail.EXAMPLE\t", "ada@mail.example"),
            ("ADA@MAIL.EXAMPLE.", "ada@mail.example"),
            ("mailto:ada@mail.example", "ada@mail.example"),
            ("\"Ada\" <ada@mail.example>", "ada@mail.example"),
            ("<ada@mail.example>", "ada@mail.example"),
            ("'ada@mail.example'", "ada@mail.example"),
            ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
            ("ada@mail。example", "ada@mail.example"),
            ("ÄNNE@mail.example", "änne@mail.example"),
            ("ada+shop@mail.example", "ada+shop@mail.example"),
            ("a.d.a@gmail.com", "a.d.a@gmail.com"),
            ("o'hara@mail.example", "o'hara@mail.example"),
        ] {
            assert_eq!(email(text, PLAIN).as_deref(), Some(want), "{text}");
            assert_eq!(email(want, PLAIN).as_deref(), Some(want), "{want}: its own form");
        }
    }

    #[test]
    fn plus_parts_and_dots_of_gmail_go_where_a_shop_wants_it() {
        for (text, want) in [
            ("ada+shop+x@mail.example", "ada@mail.example"),
            ("+ada@mail.example", "+ada@mail.example"),
            ("A.d.A+shop@GMail.com", "ada@gmail.com"),
            ("a.da@googlemail.com", "ada@googlemail.com"),
            ("a.da@mail.example", "a.da@mail.example"),
        ] {
            assert_eq!(email(text, BOTH).as_deref(), Some(want), "{text}");
        }
        assert_eq!(email("...@gmail.com", BOTH), None, "nothing is left");
    }

    #[test]
    fn what_nobody_or_everybody_reads_is_no_address() {
        for text in [
            "",
            "ada",
            "ada@mail",
            "ada@localhost",
            "a da@mail.example",
            "ada@mail.example, bob@mail.example",
            "ada@mail.example;bob@mail.example",
            "kim@example.com",
            "kim@test.de",
            "noreply@shop.example",
            "test@shop.example",
            "Guest@shop.example",
            "customer@shop.example",
            "a***@mail.example",
            "ada@xn--999999999.example",
        ] {
            assert_eq!(email(text, PLAIN), None, "{text:?}");
        }
    }

    #[test]
    fn a_number_has_its_country_or_is_none() {
        for (text, want) in [
            ("+49 30 901820", Some("+4930901820")),
            ("+49 (0)30 / 90 18-20", Some("+4930901820")),
            ("0049-30-901820", Some("+4930901820")),
            ("tel:+49.30.901820", Some("+4930901820")),
            ("+1 (555) 010\u{2011}4477", Some("+15550104477")),
            ("+683 4001", Some("+6834001")),
            ("030 901820", None),
            ("4930901820", None),
            ("+49 30 901820 ext 5", None),
            ("+0 30 901820", None),
            ("+12345", None),
            ("+1234567890123456", None),
            ("+1 000 000 0000", None),
            ("+1111111111", None),
            ("+", None),
            ("", None),
            ("ada@mail.example", None),
        ] {
            assert_eq!(phone(text).as_deref(), want, "{text:?}");
        }
    }

    #[test]
    fn hashes_are_known_by_their_digits() {
        let sha256 = "5D41402ABC4B2A76B9719D911017C5925d41402abc4b2a76b9719d911017c592";
        let Some(Hashed::Sha256(bytes)) = hashed(sha256) else { panic!("64 digits") };
        assert_eq!(hex(&bytes), sha256.to_lowercase());
        assert_eq!(hashed(" 5d41402abc4b2a76b9719d911017c592 "), Some(Hashed::Other("5d41402abc4b2a76b9719d911017c592")));
        for text in ["", "5d41", "5d41402abc4b2a7g", "ada@mail.example", &"0".repeat(64)] {
            assert_eq!(hashed(text), None, "{text}");
        }
    }
}

//! Placeholders that programs write where they have no id or address: such an id is absent, such an address no one's.

/// Placeholders that are never an id.
const NO_ID: [&str; 15] = [
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "unknown",
    "n/a",
    "#n/a",
    "void",
    "true",
    "false",
    "object object",
    "[object object]",
    "not set",
    "not_set",
];

/// Placeholders for people only: a product or an order may well have such an id.
const NOBODY: [&str; 17] = [
    "anonymous",
    "anon",
    "guest",
    "user",
    "test",
    "id",
    "email",
    "distinctid",
    "distinct_id",
    "not_authenticated",
    "notauthenticated",
    "not logged in",
    "notloggedin",
    "not signed in",
    "logged out",
    "loggedout",
    "customer",
];

/// Longest of these words, in quotes; longest row of them.
const MAX_WORD_BYTES: usize = 19;
const MAX_WORDS_BYTES: usize = 48;

/// From this length one letter, and one digit other than 0, all over is no id: shorter numbers may well be somebody's.
const ONE_LETTER_FROM: usize = 4;
const ONE_LETTER_UP_TO: usize = 40;
const ONE_DIGIT_FROM: usize = 10;

/// Local parts of addresses that no one reads. `guest@` is not among them: someone who types an address as a guest may have that one.
const NO_READER: [&str; 7] = ["noreply", "no-reply", "no_reply", "test", "donotreply", "null", "undefined"];

/// Local parts of addresses that stand for everybody who gives none. As a place to write to one of them may be good; as an id it would
/// make one person of all of them.
const EVERYBODY: [&str; 19] = [
    "guest",
    "guests",
    "anonymous",
    "anon",
    "nobody",
    "noone",
    "none",
    "unknown",
    "na",
    "user",
    "customer",
    "dummy",
    "fake",
    "noemail",
    "no-email",
    "no_email",
    "nomail",
    "no-mail",
    "no_mail",
];

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdOf {
    /// A user, a browser, the prospect.
    Person,
    /// An order, a cart, a product, a message.
    Thing,
}

/// Whether a text is an id. Every event asks: for most the first two bytes decide.
#[inline]
#[must_use]
pub fn is_id(text: &str, of: IdOf) -> bool {
    match text.as_bytes() {
        [first, second, ..] if first.is_ascii_alphanumeric() && first != second && !may_begin_a_word(*first, *second) => true,
        _ => is_id_on_second_sight(text, of),
    }
}

/// How the words begin: a bit for each pair of letters, whatever their case.
const BEGINNINGS: [u32; 32] = {
    const PAIRS: [&[u8; 2]; 20] = [
        b"nu", b"no", b"ni", b"na", b"n/", b"un", b"vo", b"tr", b"fa", b"ob", b"an", b"gu", b"us", b"te", b"id", b"em", b"di",
        b"yo", b"lo", b"cu",
    ];
    let mut bits = [0; 32];
    let mut n = 0;
    while n < PAIRS.len() {
        let [first, second] = *PAIRS[n];
        bits[(first & 0x1f) as usize] |= 1 << (second & 0x1f);
        n += 1;
    }
    bits
};

/// Whether one of the words may begin so, or zeros with hyphens or a point do: it is looked at once more then.
#[inline]
fn may_begin_a_word(first: u8, second: u8) -> bool {
    BEGINNINGS[usize::from(first & 0x1f)] >> (second & 0x1f) & 1 == 1 || first == b'0' && !second.is_ascii_alphanumeric()
}

#[inline(never)]
fn is_id_on_second_sight(text: &str, of: IdOf) -> bool {
    let bare = bare(text);
    if bare.len() <= MAX_WORD_BYTES {
        let is = |word: &&str| bare.eq_ignore_ascii_case(word);
        if NO_ID.iter().any(is) || of == IdOf::Person && NOBODY.iter().any(is) || bare == "-1" {
            return false;
        }
    }
    if is_template(text.trim(), of) || bare.len() <= MAX_WORDS_BYTES && are_all_none(bare, of) {
        return false;
    }
    // Zeros, hyphens, the nil UUID; blanks, dots, brackets.
    if bare.chars().all(|c| c == '0' || !c.is_alphanumeric()) {
        return false;
    }
    let mut letters = bare.chars();
    let Some(first) = letters.next() else { return false };
    let from = if first.is_ascii_digit() { ONE_DIGIT_FROM } else { ONE_LETTER_FROM };
    bare.len() < from || bare.len() > ONE_LETTER_UP_TO || letters.any(|letter| letter != first)
}

/// Whether it looks like a template that was not filled in.
fn is_template(text: &str, of: IdOf) -> bool {
    // Signs that stand around nothing else.
    const SURE: [(&str, &str); 9] =
        [("{{", ""), ("${", ""), ("#{", "}"), ("{%", "%}"), ("<%", "%>"), ("[[", "]]"), ("*|", "|*"), ("%%", "%%"), ("@{", "}")];
    // Around a name: what has a digit, or an address in it, is somebody's.
    const OF_NAMES: [(&str, &str); 6] = [("%", "%"), ("{", "}"), ("<", ">"), ("[", "]"), ("__", "__"), ("$", "")];
    let inner = |(open, close): &(&str, &str)| text.strip_prefix(*open)?.strip_suffix(*close);
    let is_name = |inner: &str| {
        inner.starts_with(|c: char| c.is_ascii_alphabetic())
            && inner.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.' | b'-' | b' '))
    };
    if text.starts_with(|c: char| c.is_alphanumeric()) {
        return false;
    }
    SURE.iter().filter_map(inner).any(|inner| !inner.is_empty())
        || of == IdOf::Person && OF_NAMES.iter().filter_map(inner).any(is_name)
}

/// Whether it is several of the words, and nothing else: `undefined undefined`, `null-null`, `anonymous_user`, `YOUR_USER_ID`.
fn are_all_none(bare: &str, of: IdOf) -> bool {
    let is = |words: &[&str], word: &str| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let mut words = bare.split([' ', '-', '_', ',', ':', '|', '.']).filter(|word| !word.is_empty()).peekable();
    let is_of_reader = of == IdOf::Person && words.next_if(|word| word.eq_ignore_ascii_case("your")).is_some();
    let whole = of == IdOf::Person && NOBODY.iter().any(|known| known.contains(' ') && is_same(known, bare));
    let rest = |word: &str| is(&NO_ID, word) || of == IdOf::Person && is(&NOBODY, word);
    whole || words.peek().is_some() && (is_of_reader || bare.contains([' ', '-', '_', ',', ':', '|', '.'])) && words.all(rest)
}

/// Whether two rows of words differ in nothing but case and what stands between the words.
fn is_same(known: &str, bare: &str) -> bool {
    let plain = |byte: u8| if matches!(byte, b'_' | b'-') { b' ' } else { byte.to_ascii_lowercase() };
    known.len() == bare.len() && known.bytes().map(plain).eq(bare.bytes().map(plain))
}

/// Without blanks, and without one pair of quotes or brackets.
#[must_use]
pub fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    let pairs = [('"', '"'), ('\'', '\''), ('`', '`'), ('(', ')'), ('<', '>'), ('[', ']')];
    pairs.into_iter().find_map(|(open, close)| inner(open, close)).unwrap_or(text).trim()
}

/// Whether a text is an address that someone may read, or the hash of one, as senders write that hide addresses from this service.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.trim().rsplit_once('@') else { return is_hash(text.trim()) };
    if text.contains('*') {
        return false;
    }
    let (local, domain) = (local.trim_start_matches(['"', '\'', '<']), domain.trim_end_matches(['"', '\'', '>']));
    let Some((name, top)) = domain.rsplit_once('.') else { return false };
    if local.is_empty() || name.is_empty() || top.is_empty() || text.trim().contains(char::is_whitespace) {
        return false;
    }
    let is_one_of = |words: &[&str], text: &str| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let first = name.split('.').next().unwrap_or(name);
    !(is_one_of(&NO_READER, local)
        || is_one_of(&["example.com", "example.org", "example.net"], domain)
        || is_one_of(&["test", "null", "undefined", "none"], first)
        || is_one_of(&["localhost", "invalid"], top)
        || first.eq_ignore_ascii_case("localhost"))
}

/// Whether an address stands for everybody who gives none: it can be written to, but says of nobody who it is.
#[must_use]
pub fn is_shared_address(text: &str) -> bool {
    let local = text.trim().rsplit_once('@').map_or("", |(local, _)| local);
    EVERYBODY.iter().any(|word| local.eq_ignore_ascii_case(word))
}

/// The words that stand for no person, as programs write them that hash whatever they have.
pub fn words() -> impl Iterator<Item = &'static str> {
    NO_ID.into_iter().chain(NOBODY).chain(["", " ", "0", "-1", "{}", "[]", "\"\""])
}

/// At least 64 bits in hexadecimal digits.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    text.len() >= 16
        && text.len().is_multiple_of(2)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && is_id(text, IdOf::Thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_no_id_are_no_id_in_any_case_bare_or_quoted() {
        for word in NO_ID {
            for text in [word.to_owned(), word.to_uppercase(), format!("\"{word}\""), format!("'{word}'"), format!("  {word} ")] {
                assert!(!is_id(&text, IdOf::Thing) && !is_id(&text, IdOf::Person), "{text}");
            }
        }
        for word in NOBODY {
            assert!(!is_id(word, IdOf::Person) && !is_id(&word.to_uppercase(), IdOf::Person), "{word}");
            assert!(is_id(word, IdOf::Thing), "{word}");
        }
    }

    #[test]
    fn what_says_nothing_is_no_id() {
        for text in [
            "",
            " ",
            "\t\n",
            "\u{a0}",
            "0",
            "00",
            "0000000",
            "-1",
            "-",
            "---",
            "0-0",
            "00000000-0000-0000-0000-000000000000",
            "{}",
            "[]",
            "\"\"",
            "...",
            "?",
            "xxxx",
            "XXXXXX",
            "aaaa",
            "1111111111",
            "[object Object]",
            "[object object]",
            "(null)",
            "<null>",
            "{{user_id}}",
            "${user.id}",
            "0.0",
            "0,0",
            "0.00",
            "%%user_id%%",
            "*|UNIQID|*",
            "[[user_id]]",
            "<%= user.id %>",
            "undefined undefined",
            "null-null",
            "undefined_undefined",
            "#N/A",
        ] {
            assert!(!is_id(text, IdOf::Thing), "{text:?}");
        }
    }

    #[test]
    fn what_stands_for_somebody_is_nobody_but_may_be_a_thing() {
        for text in [
            "<user_id>",
            "$userId",
            "%USER_ID%",
            "{user_id}",
            "[customer.id]",
            "__user__",
            "YOUR_USER_ID",
            "your-customer-id",
            "not-logged-in",
            "not_logged_in",
            "NotLoggedIn",
            "logged-out",
            "anonymous_user",
            "guest user",
            "user_id",
        ] {
            assert!(!is_id(text, IdOf::Person), "{text:?}");
        }
        for text in [
            "$device:18f2",
            "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}",
            "<20260914.1@mail.example>",
            "%7Bann%7D1",
            "null-island",
            "undefined-7",
            "yourstruly",
            "your-name-7",
            "your",
            "anonymous_ape",
            "0.5",
            "0,1",
            "louise",
            "customer-4711",
        ] {
            assert!(is_id(text, IdOf::Person), "{text:?}");
        }
        for text in ["<sku>", "$cart", "guest user", "test-user", "customer"] {
            assert!(is_id(text, IdOf::Thing), "{text:?}");
        }
    }

    #[test]
    fn short_numbers_and_whatever_only_begins_so_are_ids() {
        for text in [
            "1",
            "7",
            "10",
            "11",
            "111111",
            "9999",
            "-2",
            "a",
            "aa",
            "u",
            "0a",
            "01",
            "100",
            "u-1001",
            "undefined-1",
            "null-pointer",
            "guest-4711",
            "user 7",
            "anon-aaa",
            "test-1",
            "nan-cy",
            "truelove",
            "名",
            "00000000-0000-0000-0000-000000000001",
            "ann@mail.example",
            "_",
        ] {
            assert_eq!(is_id(text, IdOf::Person), text != "_", "{text:?}");
        }
    }

    #[test]
    fn the_longest_word_is_not_too_long() {
        let longest = NO_ID.iter().chain(&NOBODY).map(|word| word.len()).max();
        assert!(longest.is_some_and(|longest| longest <= MAX_WORD_BYTES));
        assert!(
            NO_ID
                .iter()
                .chain(&NOBODY)
                .all(|word| may_begin_a_word(word.as_bytes()[0], word.as_bytes()[1]) || !word.starts_with(char::is_alphanumeric))
        );
    }

    #[test]
    fn addresses_that_nobody_reads_are_none() {
        for text in [
            "",
            "undefined",
            "null",
            "ann",
            "ann@",
            "@mail.example",
            "ann@localhost",
            "ann@server.localhost",
            "ann@mail",
            "ann@.de",
            "ann@mail.",
            "a nn@mail.example",
            "kim@example.com",
            "kim@EXAMPLE.org",
            "kim@example.net",
            "kim@test.de",
            "kim@test.com",
            "noreply@shop.example",
            "No-Reply@shop.example",
            "test@shop.example",
            "4711",
            "0000000000000000",
        ] {
            assert!(!is_address(text), "{text:?}");
        }
        for text in [
            "ann@mail.example",
            "guest@mail.example",
            " ann@mail.example ",
            "guest.house@hotel.example",
            "a+test@b.example",
            "kim@testing.example",
            "5d41402abc4b2a76b9719d911017c592",
        ] {
            assert!(is_address(text), "{text:?}");
        }
    }

    #[test]
    fn an_address_of_everybody_is_one_but_says_of_nobody_who_it_is() {
        for text in ["guest@mail.example", " Guest@mail.example", "no-email@shop.example", "customer@mail.example"] {
            assert!(is_shared_address(text), "{text:?}");
        }
        for text in ["guest.house@hotel.example", "anna@mail.example", "office@guest.example", "guest", "@mail.example"] {
            assert!(!is_shared_address(text), "{text:?}");
        }
        assert!(words().all(|word| !is_id(word, IdOf::Person)));
    }
}

//! What a page is for, told by its path in any language, else by its name: `/en/pricing`, `/preise.html`, the screen `PricingScreen`.
//!
//! The table stands in `docs/events.md`.

mod kinds;

pub use kinds::KINDS;

/// The property that models ask for. An event that has one of its own keeps it.
pub const PAGE_KIND: &str = "page_kind";

/// Longest part of a path, or name, that is looked up.
const MAX_WORD_BYTES: usize = 24;
/// Parts of a path behind the language that are looked at.
const MAX_PARTS: usize = 3;

/// What a page is for: by its path, else by its names, the first that says so.
pub fn kind_of<'a>(path: Option<&str>, names: impl IntoIterator<Item = &'a str>) -> Option<&'static str> {
    path.and_then(of_path).or_else(|| names.into_iter().find_map(of_name))
}

fn of_path(path: &str) -> Option<&'static str> {
    let mut parts = parts(path.as_bytes()).skip_while(|part| is_locale(part)).take(MAX_PARTS + 1).peekable();
    for _ in 0..MAX_PARTS {
        let part = parts.next()?;
        let part = part.iter().rposition(|b| *b == b'.').and_then(|dot| part.get(..dot)).unwrap_or(part);
        match look_up(part) {
            // Of all products together there is a list; a shop's shelves are nobody's kind of page.
            Some("product") if parts.peek().is_none() => return Some("list"),
            Some("list") if part.eq_ignore_ascii_case(b"shop") && parts.peek().is_some() => {}
            Some("list") => {
                // `/collections/tents/products/dome`.
                let product = parts.find(|part| look_up(part) == Some("product"));
                return Some(if product.is_some() { "product" } else { "list" });
            }
            Some(kind) => return Some(kind),
            None => {}
        }
    }
    None
}

/// The parts of a path, or of a whole address behind its host, that say something.
fn parts(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let scheme = path.iter().position(|b| matches!(b, b':' | b'/' | b'?' | b'#'));
    let behind = scheme.and_then(|at| path.get(at..)).and_then(|rest| rest.strip_prefix(b"://"));
    let host_bytes = |rest: &[u8]| rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let path = behind.map_or(path, |rest| rest.get(host_bytes(rest)..).unwrap_or_default());
    let end = path.iter().position(|b| matches!(b, b'?' | b'#' | b';')).unwrap_or(path.len());
    path.get(..end).unwrap_or_default().split(|b| *b == b'/').filter(|part| !part.is_empty())
}

/// `en`, `de-at`, `pt_BR`, `zh-hans`.
fn is_locale(part: &[u8]) -> bool {
    // Longest is `zh-hans`.
    if part.len() > 7 {
        return false;
    }
    let letters = |text: &[u8]| text.iter().all(u8::is_ascii_alphabetic);
    match part.iter().position(|b| matches!(b, b'-' | b'_')).and_then(|at| part.split_at_checked(at)) {
        None => part.len() == 2 && letters(part) && !part.eq_ignore_ascii_case(b"vs"),
        Some((language, rest)) => language.len() == 2 && letters(language) && matches!(rest.len(), 3 | 5) && letters(&rest[1..]),
    }
}

/// A title or the name of a screen: its parts, apart from the shop's own name.
fn of_name(name: &str) -> Option<&'static str> {
    // Most that say it are a single word of the table.
    if let Some(kind) = look_up(name.as_bytes()) {
        return Some(kind);
    }
    let mut rest = name;
    for _ in 0..MAX_PARTS {
        let (part, behind) = cut(rest);
        if let Some(kind) = of_part(part) {
            return Some(kind);
        }
        rest = behind?;
    }
    None
}

/// The part before the first of `|`, `–`, `—`, `:`, `·`, `»`, `/`, `&` and ` - `, and what stands behind it.
fn cut(name: &str) -> (&str, Option<&str>) {
    let bytes = name.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let mark = match byte {
            b'|' | b':' | b'/' | b'&' => 1,
            b' ' if bytes.get(at..).is_some_and(|rest| rest.starts_with(b" - ")) => 3,
            // First bytes of the four that are no ASCII.
            0xc2 | 0xe2 => {
                name.get(at..).and_then(|rest| rest.chars().next()).filter(|c| "–—·»".contains(*c)).map_or(0, char::len_utf8)
            }
            _ => 0,
        };
        if mark > 0 {
            return (name.get(..at).unwrap_or_default(), name.get(at + mark..));
        }
    }
    (name, None)
}

/// Longest name that may be a word of the table with what may stand around it, as in `our-…-overview`.
const MAX_NAME_BYTES: usize = MAX_WORD_BYTES + 13;

/// A name as the table writes it: small letters, words joined by hyphens, without what screens and pages are called besides.
fn of_part(part: &str) -> Option<&'static str> {
    let mut plain = [0; MAX_NAME_BYTES];
    let mut length = 0;
    let mut put = |byte: u8| {
        *plain.get_mut(length)? = byte;
        length += 1;
        Some(())
    };
    let mut before = b' ';
    for letter in part.trim().chars() {
        // No word of the table has other letters; other marks part words like a blank.
        let letter = match u8::try_from(letter) {
            Ok(letter) if letter.is_ascii() => letter,
            _ if letter.is_alphanumeric() => return None,
            _ => b' ',
        };
        let (is_plain, after_plain) = (letter.is_ascii_alphanumeric(), before.is_ascii_alphanumeric());
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() || !is_plain && after_plain {
            put(b'-')?;
        }
        if is_plain {
            put(letter.to_ascii_lowercase())?;
        }
        before = letter;
    }
    let word = plain.get(..length)?;
    let word = word.strip_suffix(b"-").unwrap_or(word);
    let word = match word {
        [rest @ .., b'-', b'p', b'a', b'g', b'e']
        | [rest @ .., b'-', b's', b'c', b'r', b'e', b'e', b'n']
        | [rest @ .., b'-', b'v', b'i', b'e', b'w']
        | [rest @ .., b'-', b's', b'e', b'i', b't', b'e']
        | [rest @ .., b'-', b'o', b'v', b'e', b'r', b'v', b'i', b'e', b'w'] => rest,
        _ => word,
    };
    // A screen called Product is one product's.
    look_up(word.strip_prefix(b"our-").unwrap_or(word))
}

/// The kind of a word in any case, with `_` for `-`.
fn look_up(word: &[u8]) -> Option<&'static str> {
    // No word is a single letter, as shops' own parts of paths often are.
    if word.len() < 2 {
        return None;
    }
    let mut small = [0; MAX_WORD_BYTES];
    let small = small.get_mut(..word.len())?;
    for (to, from) in small.iter_mut().zip(word) {
        *to = if *from == b'_' { b'-' } else { from.to_ascii_lowercase() };
    }
    table().kind(small)
}

/// All words, those of one length and one first letter side by side: most of what is asked for has none to compare with.
struct Table {
    rows: Vec<(&'static [u8], &'static str)>,
    /// Where the words of a length and a first letter begin, and after the last of them the end.
    begins: Vec<usize>,
}

impl Table {
    fn new() -> Self {
        let words =
            |(kind, words): (&'static str, &'static [&'static str])| words.iter().map(move |word| (word.as_bytes(), kind));
        let mut rows: Vec<_> = KINDS.into_iter().flat_map(words).collect();
        rows.sort_unstable_by_key(|(word, _)| (place(word), *word));
        let begins = (0..=PLACES).map(|at| rows.partition_point(|(word, _)| place(word) < at)).collect();
        Self { rows, begins }
    }

    fn kind(&self, word: &[u8]) -> Option<&'static str> {
        let at = place(word);
        let rows = self.rows.get(*self.begins.get(at)?..*self.begins.get(at + 1)?)?;
        rows.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }
}

const LETTERS: usize = 32;
const PLACES: usize = (MAX_WORD_BYTES + 1) * LETTERS;

fn place(word: &[u8]) -> usize {
    word.len().min(MAX_WORD_BYTES) * LETTERS + usize::from(word.first().map_or(0, |letter| letter % 32))
}

fn table() -> &'static Table {
    static TABLE: std::sync::LazyLock<Table> = std::sync::LazyLock::new(Table::new);
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_the_page_is_for_in_any_language() {
        for (path, kind) in [
            ("/pricing", "pricing"),
            ("/en/pricing", "pricing"),
            ("/de-de/preise/", "pricing"),
            ("/pt_BR/planos", "pricing"),
            ("/us/en/plans?ref=1#teams", "pricing"),
            ("/Pricing.html", "pricing"),
            ("/pages/pricing", "pricing"),
            ("https://shop.example/fr/tarifs", "pricing"),
            ("/products/dome-tent", "product"),
            ("/products", "list"),
            ("/collections/tents", "list"),
            ("/collections/tents/products/dome", "product"),
            ("/shop/preise", "pricing"),
            ("/blogs/news/how-we-price-things", "magazine"),
            ("/magazine/damp-cellar", "magazine"),
            ("/help/what-is-mould", "help"),
            ("/company/careers", "careers"),
            ("/customers/acme", "case-study"),
            ("/vs/others", "comparison"),
            ("/book-a-demo", "demo"),
            ("/checkout/shipping", "checkout"),
            ("/warenkorb", "cart"),
            ("/pricing?back=https://shop.example/blog", "pricing"),
        ] {
            assert_eq!(kind_of(Some(path), []), Some(kind), "{path}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_none() {
        for path in [
            "/",
            "",
            "/en/",
            "/pricing-errors-and-how-we-cut-them",
            "/repricing",
            "/team",
            "//",
            "/é/ü",
            "/a/b/c/pricing",
            "?pricing",
            "https://shop.example",
            "https://pricing?x=/blog",
        ] {
            assert_eq!(kind_of(Some(path), []), None, "{path}");
        }
        for name in ["", "Home", "How we cut pricing errors", "Pricing errors", "☃", "Cutting prices in 2026"] {
            assert_eq!(kind_of(None, [name]), None, "{name}");
        }
        assert_eq!(kind_of(Some(&"/x".repeat(10_000)), [&*"Pricing ".repeat(10_000)]), None);
    }

    #[test]
    fn a_screen_or_a_title_says_it_where_no_path_does() {
        for (name, kind) in [
            ("Pricing", "pricing"),
            ("PricingScreen", "pricing"),
            ("pricing_page", "pricing"),
            ("Plans & Pricing", "pricing"),
            ("Preise | Acme", "pricing"),
            ("Acme – Karriere", "careers"),
            ("Acme - Case Studies", "case-study"),
            ("Help Center", "help"),
            ("Our Solutions", "solution"),
            ("ProductView", "product"),
            ("Checkout: Payment", "checkout"),
        ] {
            assert_eq!(kind_of(Some("/app/7"), [name]), Some(kind), "{name}");
        }
        assert_eq!(kind_of(Some("/blog/x"), ["Pricing"]), Some("magazine"), "the path goes before");
    }

    #[test]
    fn each_word_means_one_kind_and_can_be_found() {
        for (kind, words) in KINDS {
            for word in words {
                assert_eq!(look_up(word.as_bytes()), Some(kind), "{word}");
                assert!(word.len() <= MAX_WORD_BYTES, "{word}");
            }
        }
        let words: std::collections::BTreeSet<_> = table().rows.iter().map(|(word, _)| word).collect();
        assert_eq!(words.len(), table().rows.len(), "no word means two kinds");
    }
}

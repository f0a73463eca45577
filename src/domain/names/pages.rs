//! What a page is for, told by its path in any language, else by its name: `/en/pricing`, `/preise.html`, the screen `PricingScreen`.
//!
//! The table stands in `docs/events.md`.

/// The property that models ask for. An event that has one of its own keeps it.
pub const PAGE_KIND: &str = "page_kind";

/// Longest part of a path, or name, that is looked up.
const MAX_WORD_BYTES: usize = 24;
/// Parts of a path behind the language that are looked at.
const MAX_PARTS: usize = 3;

/// Kinds of pages with what they are called, in small letters, hyphens for blanks. Of a path the first part that is one of these.
pub const KINDS: [(&str, &[&str]); 12] = [
    (
        "pricing",
        &[
            "pricing",
            "prices",
            "price",
            "price-list",
            "plans",
            "pricing-plans",
            "plans-pricing",
            "plans-and-pricing",
            "rates",
            "fees",
            "packages",
            "preise",
            "preis",
            "preisliste",
            "tarife",
            "tarif",
            "kosten",
            "tarifs",
            "prix",
            "precios",
            "tarifas",
            "planes",
            "prezzi",
            "tariffe",
            "piani",
            "prijzen",
            "tarieven",
            "precos",
            "planos",
            "cennik",
            "priser",
        ],
    ),
    (
        "product",
        &[
            "product",
            "products",
            "produkt",
            "produkte",
            "produit",
            "produits",
            "producto",
            "productos",
            "prodotto",
            "prodotti",
            "item",
        ],
    ),
    (
        "list",
        &[
            "category",
            "categories",
            "collections",
            "collection",
            "catalog",
            "catalogue",
            "shop",
            "kategorie",
            "sortiment",
            "katalog",
        ],
    ),
    (
        "magazine",
        &[
            "magazine",
            "magazin",
            "mag",
            "blog",
            "blogs",
            "journal",
            "news",
            "articles",
            "article",
            "artikel",
            "stories",
            "insights",
            "resources",
            "resource",
            "ressourcen",
            "ressources",
            "recursos",
            "risorse",
            "guides",
            "guide",
            "ratgeber",
            "wissen",
            "learn",
            "academy",
            "library",
            "knowledge",
            "glossary",
            "whitepapers",
            "ebooks",
            "webinars",
            "podcast",
            "videos",
            "actualites",
            "noticias",
            "notizie",
            "nieuws",
        ],
    ),
    (
        "help",
        &[
            "help",
            "help-center",
            "help-centre",
            "hilfe",
            "support",
            "faq",
            "faqs",
            "aide",
            "ayuda",
            "aiuto",
            "ajuda",
            "hulp",
            "knowledge-base",
            "troubleshooting",
            "how-to",
        ],
    ),
    (
        "case-study",
        &[
            "case-studies",
            "case-study",
            "customers",
            "customer-stories",
            "success-stories",
            "testimonials",
            "references",
            "clients",
            "fallstudien",
            "kunden",
            "referenzen",
            "kundenstimmen",
            "erfolgsgeschichten",
            "clienti",
            "klanten",
            "etudes-de-cas",
            "casos-de-exito",
            "temoignages",
        ],
    ),
    (
        "solution",
        &[
            "solutions",
            "solution",
            "use-cases",
            "use-case",
            "industries",
            "features",
            "platform",
            "loesungen",
            "losungen",
            "branchen",
            "funktionen",
            "soluciones",
            "soluzioni",
            "oplossingen",
        ],
    ),
    (
        "comparison",
        &["compare", "comparison", "vs", "versus", "alternatives", "alternative", "vergleich", "comparatif", "comparar"],
    ),
    (
        "demo",
        &[
            "demo",
            "book-a-demo",
            "request-a-demo",
            "request-demo",
            "get-a-demo",
            "live-demo",
            "contact-sales",
            "talk-to-sales",
            "quote",
            "get-a-quote",
            "request-a-quote",
            "angebot",
            "demo-anfragen",
            "demo-buchen",
            "devis",
            "free-trial",
            "trial",
        ],
    ),
    (
        "careers",
        &[
            "careers",
            "career",
            "jobs",
            "job",
            "join-us",
            "work-with-us",
            "vacancies",
            "karriere",
            "stellen",
            "stellenangebote",
            "carrieres",
            "emploi",
            "recrutement",
            "empleo",
            "lavora-con-noi",
            "vacatures",
            "carreiras",
            "kariera",
        ],
    ),
    (
        "cart",
        &[
            "cart",
            "basket",
            "bag",
            "shopping-cart",
            "shopping-bag",
            "warenkorb",
            "panier",
            "carrito",
            "cesta",
            "carrello",
            "winkelwagen",
        ],
    ),
    ("checkout", &["checkout", "kasse", "payment", "paiement", "commande", "caisse", "pago", "cassa", "afrekenen", "bezahlen"]),
];

/// What a page is for: by its path, else by its names, the first that says so.
pub fn kind_of<'a>(path: Option<&str>, names: impl IntoIterator<Item = &'a str>) -> Option<&'static str> {
    path.and_then(of_path).or_else(|| names.into_iter().find_map(of_name))
}

fn of_path(path: &str) -> Option<&'static str> {
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let end = path.find(['?', '#', ';']).unwrap_or(path.len());
    let mut parts =
        path[..end].split('/').filter(|part| !part.is_empty()).skip_while(|part| is_locale(part)).take(MAX_PARTS + 1).peekable();
    for _ in 0..MAX_PARTS {
        let part = parts.next()?;
        let part = part.rsplit_once('.').map_or(part, |(name, _ending)| name);
        match look_up(part) {
            // Of all products together there is a list; a shop's shelves are nobody's kind of page.
            Some("product") if parts.peek().is_none() => return Some("list"),
            Some("list") if part.eq_ignore_ascii_case("shop") && parts.peek().is_some() => {}
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

/// `en`, `de-at`, `pt_BR`, `zh-hans`.
fn is_locale(part: &str) -> bool {
    let letters = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
    match part.split_once(['-', '_']) {
        None => part.len() == 2 && letters(part) && !part.eq_ignore_ascii_case("vs"),
        Some((language, rest)) => language.len() == 2 && letters(language) && matches!(rest.len(), 2 | 4) && letters(rest),
    }
}

/// A title or the name of a screen: its parts, apart from the shop's own name.
fn of_name(name: &str) -> Option<&'static str> {
    name.split(['|', '–', '—', ':', '·', '»', '/', '&']).flat_map(|part| part.split(" - ")).take(MAX_PARTS).find_map(|part| {
        let mut word = String::with_capacity(MAX_WORD_BYTES);
        let mut before = ' ';
        for letter in part.trim().chars().take(2 * MAX_WORD_BYTES) {
            if letter.is_uppercase() && before.is_lowercase() || !letter.is_alphanumeric() && before.is_alphanumeric() {
                word.push('-');
            }
            if letter.is_alphanumeric() {
                word.extend(letter.to_lowercase());
            }
            before = letter;
        }
        let word = word.trim_matches('-');
        let word =
            ["-page", "-screen", "-view", "-seite", "-overview"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        // A screen called Product is one product's.
        look_up(word.strip_prefix("our-").unwrap_or(word))
    })
}

/// The kind of a word in any case, with `_` for `-`.
fn look_up(word: &str) -> Option<&'static str> {
    let mut small = [0; MAX_WORD_BYTES];
    let small = small.get_mut(..word.len())?;
    for (to, from) in small.iter_mut().zip(word.bytes()) {
        *to = if from == b'_' { b'-' } else { from.to_ascii_lowercase() };
    }
    let table = table();
    let small = &*small;
    table.binary_search_by(|(known, _)| known.as_bytes().cmp(small)).ok().and_then(|at| table.get(at)).map(|(_, kind)| *kind)
}

fn table() -> &'static [(&'static str, &'static str)] {
    static TABLE: std::sync::LazyLock<Vec<(&str, &str)>> = std::sync::LazyLock::new(|| {
        let rows = KINDS.into_iter().flat_map(|(kind, words)| words.iter().map(move |word| (*word, kind)));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable();
        rows
    });
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
                assert_eq!(look_up(word), Some(kind), "{word}");
                assert!(word.len() <= MAX_WORD_BYTES, "{word}");
            }
        }
        assert!(table().windows(2).all(|pair| pair[0].0 != pair[1].0), "no word means two kinds");
    }
}

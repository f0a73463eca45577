//! What a job title says: how far up somebody stands, and what they work on.
//!
//! Titles are read word by word, in several languages, never letter by letter: "International" holds no intern and "Contractor" no CTO.
//! The words are data: [`ranks`] and [`functions`].

mod functions;
mod ranks;

pub use functions::Function;
pub use ranks::Seniority;

use crate::domain::ids::name_hash;
use ranks::Rank;
use std::sync::LazyLock;

/// Longest title that is read; the rest is left out.
const MAX_BYTES: usize = 128;
/// Most words of a part of a title that are read.
const MAX_WORDS: usize = 24;

/// Names of the trait under which a job title comes, wherever it stands: each is read where another of them is asked for.
pub const TITLE_TRAITS: [&str; 5] = ["job_title", "title", "employment.title", "job.title", "work_title"];
/// Names that often mean a job title and often something else (a place, what somebody may do in a product): read where no other says one.
pub const OTHER_TITLE_TRAITS: [&str; 6] = ["position", "job_position", "occupation", "job_role", "job", "role"];

/// The trait under which records keep what comes under such a name.
pub const OTHER_TITLE: &str = "position/role";

/// Hashes of the traits that say the same as this one, itself among them: a model may ask under one name and a record know it under another.
#[must_use]
pub fn same_as(name: u32) -> &'static [u32] {
    static ALL: LazyLock<Vec<u32>> = LazyLock::new(|| TITLE_TRAITS.into_iter().chain([OTHER_TITLE]).map(name_hash).collect());
    if ALL.contains(&name) { &ALL } else { &[] }
}

/// How to address somebody is no job.
#[must_use]
pub fn is_salutation(text: &str) -> bool {
    const SALUTATIONS: &str = "mr|mrs|ms|miss|mx|sir|madam|dr|prof|prof dr|herr|frau|hr|fr|m|mme|mlle|sr|sra|dr med|dipl ing|mag";
    text.len() <= 16 && ranks::has(SALUTATIONS, &words(text).join(" "))
}

/// How far up a title stands; `None` where it says nothing of it. "MD" alone is a managing director, behind a name a physician.
#[must_use]
pub fn seniority(title: &str) -> Option<Seniority> {
    if title.trim().eq_ignore_ascii_case("md") {
        return Some(Seniority::Executive);
    }
    let found: Vec<Seniority> = parts(title).iter().filter_map(|part| of_part(&words(part))).collect();
    let highest = found.iter().max().copied()?;
    // What follows is whom they assist: "Executive Assistant, CEO".
    if found.first() == Some(&Seniority::Assistant) {
        return Some(Seniority::Assistant);
    }
    // Who studies and works is a student; who studies and founded a company is not.
    let learns = found.contains(&Seniority::Student) && highest <= Seniority::Senior;
    Some(if learns { Seniority::Student } else { highest })
}

/// What somebody works on; `None` where the title says nothing of it.
#[must_use]
pub fn function(title: &str) -> Option<Function> {
    let words: Vec<String> = parts(title).iter().flat_map(|part| words(part)).collect();
    functions::of(&words)
}

/// A title may name several: "Founder & CEO", "Head of Sales / Marketing".
fn parts(title: &str) -> Vec<String> {
    let end = (0..=MAX_BYTES.min(title.len())).rev().find(|n| title.is_char_boundary(*n)).unwrap_or(0);
    let mut text = title[..end].to_lowercase();
    for between in [" - ", " – ", " — ", " and ", " und ", " et ", " y ", " e ", " i "] {
        text = text.replace(between, "|");
    }
    text.split(['|', ',', '/', '&', '+', ';', '(', ')', '•', '·', '\n']).map(|part| part.trim().to_owned()).collect()
}

/// Words in lower case. Points within a word are left out ("C.E.O."), a genitive stays part of its word ("President's"), and so no title.
fn words(text: &str) -> Vec<String> {
    let is_between = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '\'' | '’'));
    let elided = |word: &str| -> Vec<String> {
        // French and Italian: "d'entreprise", "l'innovation".
        match word.split_once(['\'', '’']) {
            Some((article @ ("d" | "l" | "dell" | "all"), noun)) => vec![article.to_owned(), noun.to_owned()],
            _ => vec![word.to_owned()],
        }
    };
    let plain = |word: &str| word.replace('.', "").to_lowercase();
    text.split(is_between).map(plain).filter(|word| !word.is_empty()).flat_map(|word| elided(&word)).take(MAX_WORDS).collect()
}

/// The last word that says a rank decides, before the first preposition: "Assistant to the CEO", "Director of Sales", "CEO Assistant".
fn of_part(words: &[String]) -> Option<Seniority> {
    if words.iter().any(|word| ranks::has(ranks::NOT_NOW, word)) {
        return None;
    }
    if let Some((found, behind)) = ranks::phrase(words) {
        // More may follow: "Vice President Assistant", "Chief of Staff to the CEO".
        let rest = &words[behind..];
        return Some(ranked(rest, true).filter(|rank| *rank <= Seniority::Staff).unwrap_or(found));
    }
    ranked(words, false)
}

fn ranked(words: &[String], is_rest: bool) -> Option<Seniority> {
    let end = words.iter().position(|word| ranks::has(ranks::PREPOSITIONS, word));
    let end = end.filter(|end| *end > 0 || is_rest).unwrap_or(words.len());
    let head = &words[..end];
    let mut found = None;
    for (n, word) in head.iter().enumerate() {
        let around = ranks::Around { before: &head[..n], after: &head[n + 1..] };
        match ranks::of_word(word, &around) {
            Rank::None => {}
            // Of those who work on it the first: "Chief Architect".
            Rank::Is(Seniority::Staff) if found.is_some() && head[0] == "chief" => {}
            Rank::Is(seniority) => found = Some(seniority),
            Rank::Only(seniority) => return Some(seniority),
            // "Assistant Director": one below.
            Rank::Below => return ranked(&words[n + 1..], false).map(Seniority::below),
        }
    }
    found
}

#[cfg(test)]
mod tests;

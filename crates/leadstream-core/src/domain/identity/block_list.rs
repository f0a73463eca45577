//! Values that a shop says are nobody's: words, and regular expressions. What programs write for nobody is in `placeholder_ids`.

use super::normal::{EmailOptions, email, phone};
use super::secret::sha256;
use super::types::{IdType, IdTypes};
use crate::domain::placeholder_ids::{bare, words};
use regex::{Regex, RegexBuilder};
use std::collections::BTreeSet;

/// Most words and expressions.
pub const MAX_WORDS: usize = 10_000;
pub const MAX_PATTERNS: usize = 100;

/// Largest expression, compiled.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Addresses that sites are tried out with, beside the words for nobody: some programs hash them unseen.
const TRIED_OUT: [&str; 6] =
    ["test@test.com", "test@example.com", "user@example.com", "email@example.com", "example@example.com", "name@example.com"];

/// MD5 and SHA-1 of nothing.
const OF_NOTHING: [&str; 2] = ["d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709"];

/// Why a list can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockFault {
    #[error("has {0} words, and at most {MAX_WORDS} can be told: write an expression for those that are alike")]
    TooManyWords(usize),
    #[error("has {0} expressions, and at most {MAX_PATTERNS} can be tried on each id")]
    TooManyPatterns(usize),
    #[error("{pattern:?} is no regular expression: {error}")]
    Pattern { pattern: String, error: String },
    #[error("{0:?} fits an empty text, and so every id: write `^` before it and `$` behind it")]
    BlocksAll(String),
}

/// The list, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct BlockList {
    /// In small letters.
    words: BTreeSet<Box<str>>,
    of_type: BTreeSet<(IdType, Box<str>)>,
    /// SHA-256 of what is blocked, in the form in which it would be hashed.
    hashes: BTreeSet<[u8; 32]>,
    patterns: Vec<Regex>,
}

impl BlockList {
    /// A word may say which type it is of, as ids are written: `email:office@shop.example`.
    ///
    /// # Errors
    /// Everything that is wrong with the list.
    pub fn new(types: &IdTypes, options: EmailOptions, own: &[String], patterns: &[String]) -> Result<Self, Vec<BlockFault>> {
        let mut faults = Vec::new();
        let mut list = Self::default();
        if own.len() > MAX_WORDS {
            faults.push(BlockFault::TooManyWords(own.len()));
        }
        list.hashes.extend(words().chain(TRIED_OUT).map(sha256));
        for word in own {
            let word = word.trim();
            let typed = word.split_once(':').and_then(|(name, value)| Some((types.find(name)?, value.trim())));
            let value = typed.map_or(word, |(_, value)| value);
            let forms = [Some(value.to_lowercase()), email(value, options), phone(value)];
            for form in forms.into_iter().flatten() {
                list.hashes.insert(sha256(&form));
                match typed {
                    Some((kind, _)) => list.of_type.insert((kind, form.into())),
                    None => list.words.insert(form.into()),
                };
            }
        }
        if patterns.len() > MAX_PATTERNS {
            faults.push(BlockFault::TooManyPatterns(patterns.len()));
        }
        for pattern in patterns.iter().take(MAX_PATTERNS) {
            match RegexBuilder::new(pattern).case_insensitive(true).size_limit(MAX_PATTERN_BYTES).build() {
                Ok(regex) if regex.is_match("") => faults.push(BlockFault::BlocksAll(pattern.clone())),
                Ok(regex) => list.patterns.push(regex),
                Err(error) => faults.push(BlockFault::Pattern { pattern: pattern.clone(), error: error.to_string() }),
            }
        }
        if faults.is_empty() { Ok(list) } else { Err(faults) }
    }

    /// Whether a value is on the list, as it was said or in its one form.
    #[must_use]
    pub fn has_word(&self, kind: IdType, value: &str) -> bool {
        if self.words.is_empty() && self.of_type.is_empty() {
            return false;
        }
        let value: Box<str> = bare(value).to_lowercase().into();
        self.words.contains(&value) || self.of_type.contains(&(kind, value))
    }

    /// The first expression that finds something in it.
    #[must_use]
    pub fn pattern(&self, value: &str) -> Option<&str> {
        self.patterns.iter().find(|regex| regex.is_match(value)).map(Regex::as_str)
    }

    /// Whether it is the hash of something that is blocked.
    #[must_use]
    pub fn has_sha256(&self, hash: &[u8; 32]) -> bool {
        self.hashes.contains(hash)
    }

    /// Whether it is another hash of nothing at all.
    #[must_use]
    pub fn is_hash_of_nothing(hash: &str) -> bool {
        OF_NOTHING.iter().any(|known| hash.eq_ignore_ascii_case(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str], patterns: &[&str]) -> Result<BlockList, String> {
        let own = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        BlockList::new(&IdTypes::default(), EmailOptions::default(), &own(words), &own(patterns))
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn a_word_is_blocked_in_any_case_and_form_and_only_for_its_type_where_it_has_one() {
        let list = list(&["Kiosk-7", "email:Office@Shop.example", "user:0815", "x:y"], &[]).unwrap();
        let kind = |name| IdTypes::default().find(name).unwrap();
        for (name, value, is_blocked) in [
            ("user", "kiosk-7", true),
            ("anon", " \"KIOSK-7\" ", true),
            ("user", "kiosk-77", false),
            ("email", "office@shop.example", true),
            ("user", "office@shop.example", false),
            ("user", "0815", true),
            ("anon", "0815", false),
            ("anon", "x:y", true),
        ] {
            assert_eq!(list.has_word(kind(name), value), is_blocked, "{name} {value}");
        }
        assert!(list.has_sha256(&sha256("office@shop.example")));
        assert!(
            list.has_sha256(&sha256("")) && list.has_sha256(&sha256("undefined")) && list.has_sha256(&sha256("test@test.com"))
        );
        assert!(!list.has_sha256(&sha256("ada@mail.example")));
    }

    #[test]
    fn expressions_find_what_is_alike_whatever_its_case() {
        let list = list(&[], &["^pos-[0-9]+$", "@shop\\.example$"]).unwrap();
        assert_eq!(list.pattern("POS-12"), Some("^pos-[0-9]+$"));
        assert_eq!(list.pattern("till@shop.example"), Some("@shop\\.example$"));
        assert_eq!(list.pattern("pos-12a"), None);
    }

    #[test]
    fn lists_that_would_block_everybody_or_can_not_be_read_are_refused() {
        let faults = list(&[], &["(", "a|", "pos"]).expect_err("two faults");
        assert!(faults.starts_with("\"(\" is no regular expression: "), "{faults}");
        assert!(
            faults.ends_with("\"a|\" fits an empty text, and so every id: write `^` before it and `$` behind it"),
            "{faults}"
        );
        let many = vec!["x"; 10_001];
        let says = "has 10001 words, and at most 10000 can be told: write an expression for those that are alike";
        assert_eq!(list(&many, &[]).map(|_| ()), Err(says.to_owned()));
        let says = "has 101 expressions, and at most 100 can be tried on each id";
        assert_eq!(list(&[], &vec!["x"; 101]).map(|_| ()), Err(says.to_owned()));
        assert!(list(&many[..10_000], &vec!["x"; 100]).is_ok());
    }
}

//! One id of a person: its type and value, its text as keys and outputs have it, and the one order of all ids.

use super::types::{IdType, IdTypes};
use crate::domain::Text;

/// Longest value, after it was normalised. With the longest type before it, it still fits into a record's key.
pub const MAX_VALUE_BYTES: usize = 200;

/// Why a value is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    #[error("is empty")]
    Empty,
    #[error("has {0} bytes, and an id has at most {MAX_VALUE_BYTES}")]
    TooLong(usize),
}

/// An id. **Ids are ordered**: the smaller is the stronger (by the type's rank, then the type's name, then the value), and a prospect
/// is named by the smallest of its ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    // The order of the fields is the order of ids.
    kind: IdType,
    value: Text,
}

impl Id {
    /// Takes a value as it is: it was normalised.
    ///
    /// # Errors
    /// It is empty or too long.
    pub fn new(kind: IdType, value: impl Into<Text>) -> Result<Self, IdFault> {
        let value = value.into();
        match value.len() {
            0 => Err(IdFault::Empty),
            length if length > MAX_VALUE_BYTES => Err(IdFault::TooLong(length)),
            _ => Ok(Self { kind, value }),
        }
    }

    #[must_use]
    pub fn kind(&self) -> IdType {
        self.kind
    }

    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl IdTypes {
    /// An id as keys and outputs have it: `type:value`. The strongest type stands without its name, unless what is left would look
    /// like an id of some type: a user that is called `email:x` is `user:email:x`.
    #[must_use]
    pub fn text(&self, id: &Id) -> Text {
        if id.kind == IdType::TOP && self.typed(&id.value).is_none() {
            return id.value.clone();
        }
        let name = self.name(id.kind);
        let mut text = Text::with_capacity(name.len() + 1 + id.value.len());
        text.push_str(name);
        text.push(':');
        text.push_str(&id.value);
        text
    }

    /// The id that a text stands for; for every id `parse(text(id)) == id`. Values are not normalised here.
    ///
    /// # Errors
    /// Its value is empty or too long.
    pub fn parse(&self, text: &str) -> Result<Id, IdFault> {
        let (kind, value) = self.typed(text).unwrap_or((IdType::TOP, text));
        Id::new(kind, value)
    }

    /// Type and value of a text that begins with a type's name.
    fn typed<'t>(&self, text: &'t str) -> Option<(IdType, &'t str)> {
        let (name, value) = text.split_once(':')?;
        Some((self.find(name)?, value))
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::{IdClass, IdTypeSpec};
    use super::*;
    use proptest::prelude::*;

    fn id(types: &IdTypes, name: &str, value: &str) -> Id {
        Id::new(types.find(name).unwrap(), value).unwrap()
    }

    #[test]
    fn the_strongest_type_stands_bare_unless_its_value_looks_like_another_id() {
        let types = IdTypes::default();
        for (name, value, text) in [
            ("user", "42", "42"),
            ("user", "urn:7", "urn:7"),
            ("user", ":", ":"),
            ("user", "User:7", "User:7"),
            ("user", "email:ada@mail.example", "user:email:ada@mail.example"),
            ("user", "user:7", "user:user:7"),
            ("user", "anon:", "user:anon:"),
            ("email", "ada@mail.example", "email:ada@mail.example"),
            ("anon", "anon:7", "anon:anon:7"),
            ("cart", "a:b:c", "cart:a:b:c"),
        ] {
            let id = id(&types, name, value);
            assert_eq!(types.text(&id), text);
            assert_eq!(types.parse(text), Ok(id), "{text}");
        }
        assert_eq!(types.parse("user:42"), types.parse("42"), "the long form is understood");
        let by_address =
            IdTypes::with(&[IdTypeSpec::new("email", 1, IdClass::Address), IdTypeSpec::new("user", 2, IdClass::Exclusive)]);
        let by_address = by_address.unwrap();
        assert_eq!(by_address.text(&id(&by_address, "email", "ada@mail.example")), "ada@mail.example");
        assert_eq!(by_address.text(&id(&by_address, "user", "42")), "user:42");
    }

    #[test]
    fn what_is_empty_or_too_long_is_no_id() {
        let types = IdTypes::default();
        for text in ["", "user:", "email:"] {
            assert_eq!(types.parse(text), Err(IdFault::Empty), "{text}");
        }
        let longest = "x".repeat(MAX_VALUE_BYTES);
        assert_eq!(types.parse(&format!("anon:{longest}")).map(|id| id.value().len()), Ok(200));
        let fault = types.parse(&format!("anon:{longest}ü")).expect_err("too long");
        assert_eq!(fault.to_string(), "has 202 bytes, and an id has at most 200");
    }

    #[test]
    fn the_stronger_id_is_the_smaller_one() {
        let types = IdTypes::with(&[IdTypeSpec::new("crm", 2, IdClass::Exclusive)]).unwrap();
        let rising = ["1", "10", "9", "user:email:a", "crm:1", "crm:2", "email:a@b.example", "phone:+1", "anon:0", "cart:0"];
        let ids: Vec<Id> = rising.iter().map(|text| types.parse(text).unwrap()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
    }

    fn some_types() -> impl Strategy<Value = IdTypes> {
        let own = ("[a-z_]{1,6}|user|cart", 2..9u8, prop::sample::select(IdClass::ALL.to_vec()));
        let spec = own.prop_map(|(name, rank, class)| IdTypeSpec { name, rank, class });
        prop::collection::vec(spec, 0..4).prop_filter_map("an order", |own| IdTypes::with(&own).ok())
    }

    fn some_id() -> impl Strategy<Value = (u8, String)> {
        let value = "(user|email|phone|anon|cart|[a-z_]{1,6}|.)?:?.{1,40}";
        (any::<u8>(), value)
    }

    proptest! {
        #[test]
        fn every_id_is_read_back_from_its_text_and_no_two_have_the_same((types, a, b) in (some_types(), some_id(), some_id())) {
            let make = |(kind, value): (u8, String)| {
                let kinds: Vec<IdType> = types.all().collect();
                Id::new(kinds[usize::from(kind) % kinds.len()], value).unwrap()
            };
            let (a, b) = (make(a), make(b));
            prop_assert_eq!(types.parse(&types.text(&a)), Ok(a.clone()));
            prop_assert_eq!(types.text(&a) == types.text(&b), a == b);
            // The order is by rank, then by the type's name, then by value.
            let key = |id: &Id| (types.rank(id.kind()), types.name(id.kind()).to_owned(), id.value().to_owned());
            prop_assert_eq!(a.cmp(&b), key(&a).cmp(&key(&b)));
        }
    }
}

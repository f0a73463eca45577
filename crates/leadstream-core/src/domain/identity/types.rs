//! Types of ids: how strong each is, and what a second holder of such an id means.

use std::fmt;

/// Most types, with the usual ones: an event's ids are few, and each type is a field of it.
pub const MAX_TYPES: usize = 16;

/// Longest name of a type.
pub const MAX_TYPE_BYTES: usize = 32;

/// A type, by its number among the configured ones, which stand from the strongest to the weakest. Only good together with the
/// [`IdTypes`] that it is of: what is stored or sent has the type's name ([`IdTypes::text`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdType(u8);

impl IdType {
    /// The strongest type: its ids are written without its name.
    pub const TOP: Self = Self(0);

    /// Its place in a list of one thing for each type.
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What it means when two prospects hold the same id of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdClass {
    /// One person's own: two of them are two people, whatever they share, unless an alias says otherwise.
    Exclusive,
    /// Several people may read one address.
    Address,
    /// Follows whoever used it last.
    Device,
    /// Proof that both are one person.
    Joining,
}

impl IdClass {
    pub const ALL: [Self; 4] = [Self::Exclusive, Self::Address, Self::Device, Self::Joining];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exclusive => "exclusive",
            Self::Address => "address",
            Self::Device => "device",
            Self::Joining => "joining",
        }
    }

    /// Names a person by itself, as far as it names one at all.
    fn is_of_people(self) -> bool {
        matches!(self, Self::Exclusive | Self::Address)
    }
}

impl fmt::Display for IdClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A type as it is configured. The smaller the rank, the stronger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdTypeSpec {
    pub name: String,
    pub rank: u8,
    pub class: IdClass,
}

impl IdTypeSpec {
    #[must_use]
    pub fn new(name: &str, rank: u8, class: IdClass) -> Self {
        Self { name: name.to_owned(), rank, class }
    }
}

/// Why a list of types can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypesFault {
    #[error("{0:?} can't name a type of ids: 1 to {MAX_TYPE_BYTES} small letters, digits or `_`")]
    Name(String),
    #[error("{0} types of ids, with the usual ones; at most {MAX_TYPES} can be told apart")]
    TooMany(usize),
    #[error("{0:?} is named twice")]
    Twice(String),
    #[error("{0} and {1} have rank {2}, the strongest: only one type can be it, since its ids are written without a type")]
    TwoTops(String, String, u8),
    #[error(
        "{weak} (rank {weak_rank}, {weak_class}) is stronger than {strong} (rank {strong_rank}, {strong_class}), and people would be \
         named by what changes hands: give {weak} a rank above {strong_rank}"
    )]
    Order { weak: String, weak_rank: u8, weak_class: IdClass, strong: String, strong_rank: u8, strong_class: IdClass },
}

/// The configured types, from the strongest to the weakest: by rank, then by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdTypes(Vec<IdTypeSpec>);

impl Default for IdTypes {
    fn default() -> Self {
        Self(Self::usual())
    }
}

impl IdTypes {
    fn usual() -> Vec<IdTypeSpec> {
        vec![
            IdTypeSpec::new("user", 1, IdClass::Exclusive),
            IdTypeSpec::new("email", 2, IdClass::Address),
            IdTypeSpec::new("phone", 3, IdClass::Address),
            IdTypeSpec::new("anon", 4, IdClass::Device),
            IdTypeSpec::new("cart", 5, IdClass::Joining),
        ]
    }

    /// The usual types, with those of one's own added; one that has the name of a usual one replaces it.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn with(own: &[IdTypeSpec]) -> Result<Self, Vec<TypesFault>> {
        let mut faults = Vec::new();
        let mut all = Self::usual();
        for (n, spec) in own.iter().enumerate() {
            if !is_type_name(&spec.name) {
                faults.push(TypesFault::Name(spec.name.clone()));
            }
            if own[..n].iter().any(|other| other.name == spec.name) {
                faults.push(TypesFault::Twice(spec.name.clone()));
            }
            match all.iter_mut().find(|usual| usual.name == spec.name) {
                Some(usual) => *usual = spec.clone(),
                None => all.push(spec.clone()),
            }
        }
        all.sort_by(|a, b| (a.rank, &a.name).cmp(&(b.rank, &b.name)));
        if all.len() > MAX_TYPES {
            faults.push(TypesFault::TooMany(all.len()));
        }
        if let [first, second, ..] = all.as_slice()
            && first.rank == second.rank
        {
            faults.push(TypesFault::TwoTops(first.name.clone(), second.name.clone(), first.rank));
        }
        for (n, weak) in all.iter().enumerate().filter(|(_, spec)| !spec.class.is_of_people()) {
            if let Some(strong) = all[n..].iter().find(|spec| spec.class.is_of_people()) {
                faults.push(TypesFault::Order {
                    weak: weak.name.clone(),
                    weak_rank: weak.rank,
                    weak_class: weak.class,
                    strong: strong.name.clone(),
                    strong_rank: strong.rank,
                    strong_class: strong.class,
                });
            }
        }
        if faults.is_empty() { Ok(Self(all)) } else { Err(faults) }
    }

    #[must_use]
    pub fn find(&self, name: &str) -> Option<IdType> {
        let number = self.0.iter().position(|spec| spec.name == name)?;
        u8::try_from(number).ok().map(IdType)
    }

    /// From the strongest to the weakest.
    pub fn all(&self) -> impl Iterator<Item = IdType> + '_ {
        (0u8..).zip(&self.0).map(|(number, _)| IdType(number))
    }

    /// The specs, from the strongest to the weakest.
    #[must_use]
    pub fn specs(&self) -> &[IdTypeSpec] {
        &self.0
    }

    /// A number of another list is taken for the weakest type of this one.
    fn spec(&self, kind: IdType) -> &IdTypeSpec {
        let last = self.0.len().saturating_sub(1);
        &self.0[kind.index().min(last)]
    }

    #[must_use]
    pub fn name(&self, kind: IdType) -> &str {
        &self.spec(kind).name
    }

    #[must_use]
    pub fn rank(&self, kind: IdType) -> u8 {
        self.spec(kind).rank
    }

    #[must_use]
    pub fn class(&self, kind: IdType) -> IdClass {
        self.spec(kind).class
    }
}

/// Whether a type can have this name; `:` would end it in the id's text.
#[must_use]
pub fn is_type_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=MAX_TYPE_BYTES).contains(&name.len()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(types: &IdTypes) -> Vec<&str> {
        types.all().map(|kind| types.name(kind)).collect()
    }

    #[test]
    fn the_usual_types_stand_from_the_strongest_to_the_weakest() {
        let types = IdTypes::default();
        assert_eq!(names(&types), ["user", "email", "phone", "anon", "cart"]);
        assert_eq!(types.find("user"), Some(IdType::TOP));
        assert_eq!(types.find("User"), None);
        let class = |name| types.find(name).map(|kind| types.class(kind));
        assert_eq!(class("email"), Some(IdClass::Address));
        assert_eq!(class("anon"), Some(IdClass::Device));
        assert_eq!(class("cart"), Some(IdClass::Joining));
        assert_eq!(types, IdTypes::with(&[]).unwrap());
    }

    #[test]
    fn own_types_stand_where_their_rank_and_name_put_them_and_may_replace_usual_ones() {
        let own = [
            IdTypeSpec::new("loyalty_2", 2, IdClass::Exclusive),
            IdTypeSpec::new("crm", 2, IdClass::Exclusive),
            IdTypeSpec::new("anon", 9, IdClass::Device),
            IdTypeSpec::new("quote", 7, IdClass::Joining),
        ];
        let types = IdTypes::with(&own).unwrap();
        assert_eq!(names(&types), ["user", "crm", "email", "loyalty_2", "phone", "cart", "quote", "anon"]);
        assert_eq!(types.find("anon").map(|kind| types.rank(kind)), Some(9));
        let weaker_user =
            IdTypes::with(&[IdTypeSpec::new("email", 1, IdClass::Address), IdTypeSpec::new("user", 2, IdClass::Exclusive)]);
        assert_eq!(names(&weaker_user.unwrap())[..2], ["email", "user"], "shops that know people by their addresses");
    }

    #[test]
    fn lists_that_make_no_order_are_refused_with_everything_that_is_wrong() {
        let faults = |own: &[IdTypeSpec]| {
            IdTypes::with(own).expect_err("refused").iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let device = IdClass::Device;
        assert_eq!(
            faults(&[
                IdTypeSpec::new("crm", 1, IdClass::Exclusive),
                IdTypeSpec::new("Quote:Id", 9, device),
                IdTypeSpec::new("tv", 3, device),
                IdTypeSpec::new("tv", 3, device),
            ]),
            "\"Quote:Id\" can't name a type of ids: 1 to 32 small letters, digits or `_`\n\
             \"tv\" is named twice\n\
             crm and user have rank 1, the strongest: only one type can be it, since its ids are written without a type"
        );
        assert_eq!(
            faults(&[IdTypeSpec::new("tv", 2, device), IdTypeSpec::new("email", 3, IdClass::Address)]),
            "tv (rank 2, device) is stronger than email (rank 3, address), and people would be named by what changes hands: give tv \
             a rank above 3"
        );
        let many: Vec<_> = (0..12).map(|n| IdTypeSpec::new(&format!("own{n}"), 9, device)).collect();
        assert_eq!(faults(&many), "17 types of ids, with the usual ones; at most 16 can be told apart");
        assert_eq!(IdTypes::with(&many[1..]).map(|types| types.all().count()), Ok(MAX_TYPES));
    }
}

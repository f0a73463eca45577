//! A lead's grade.

/// Letter of the fit and number of the engagement, such as `A1`: each from 0, the best, to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade {
    pub letter: u8,
    pub number: u8,
}

impl Grade {
    /// The grade as one number, from 1, as records and ids have it.
    #[must_use]
    pub fn code(self) -> u8 {
        self.letter.saturating_mul(4).saturating_add(self.number).saturating_add(1)
    }

    /// What [`Grade::code`] gives.
    #[must_use]
    pub fn of_code(code: u8) -> Option<Self> {
        code.checked_sub(1).map(|rank| Self { letter: rank / 4, number: rank % 4 })
    }
}

//! Keys as rows of plain cells, so that any format can carry them: the name of the figure, then its fields in order.

use crate::domain::Text;
use crate::domain::terms::movement::Axis;

/// One cell of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Number(i64),
    Text(Text),
}

/// A field of a key.
pub trait Field: Sized {
    fn cell(&self) -> Cell;
    /// `None`: no such value.
    fn of_cell(cell: &Cell) -> Option<Self>;
}

impl Field for Text {
    fn cell(&self) -> Cell {
        Cell::Text(self.clone())
    }

    fn of_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.clone()),
            Cell::Number(_) => None,
        }
    }
}

/// 16 hex digits: larger than the whole numbers that JSON carries safely.
impl Field for u64 {
    fn cell(&self) -> Cell {
        Cell::Text(format!("{self:016x}").into())
    }

    fn of_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => Self::from_str_radix(text, 16).ok(),
            Cell::Number(_) => None,
        }
    }
}

impl Field for bool {
    fn cell(&self) -> Cell {
        Cell::Number(i64::from(*self))
    }

    fn of_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Number(0) => Some(false),
            Cell::Number(1) => Some(true),
            _ => None,
        }
    }
}

impl Field for Axis {
    fn cell(&self) -> Cell {
        Cell::Text(Text::const_new(self.name()))
    }

    fn of_cell(cell: &Cell) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.cell() == *cell)
    }
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn cell(&self) -> Cell {
                Cell::Number(i64::from(*self))
            }

            fn of_cell(cell: &Cell) -> Option<Self> {
                match cell {
                    Cell::Number(number) => Self::try_from(*number).ok(),
                    Cell::Text(_) => None,
                }
            }
        }
    )*};
}

number!(u8, u16, i32);

/// A closed set of words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $variant),*
        }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The word in rows.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }
        }

        impl Field for $name {
            fn cell(&self) -> Cell {
                Cell::Text(Text::const_new(self.word()))
            }

            fn of_cell(cell: &Cell) -> Option<Self> {
                match cell {
                    $(Cell::Text(text) if *text == $word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

/// The keys, and their rows.
macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal { $($field:ident: $type:ty),* }),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $variant { $($field: $type),* }),*
        }

        impl $name {
            /// The name of the figure and the fields.
            #[must_use]
            pub fn row(&self) -> Vec<Cell> {
                match self {
                    $(Self::$variant { $($field),* } => vec![Cell::Text(Text::const_new($word)), $(Field::cell($field)),*]),*
                }
            }

            /// The key of a row; `None`: this build knows no such figure.
            #[must_use]
            pub fn of_row(row: &[Cell]) -> Option<Self> {
                let (Cell::Text(word), fields) = row.split_first()? else { return None };
                let mut fields = fields.iter();
                let key = match word.as_str() {
                    $($word => Self::$variant { $($field: <$type as Field>::of_cell(fields.next()?)?),* },)*
                    _ => return None,
                };
                fields.next().is_none().then_some(key)
            }
        }
    };
}

pub(super) use {keys, words};

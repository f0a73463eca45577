//! A section of the settings as one table: each row gives a key its field, default, bounds and description.

use crate::config::keys::kind::Kind;
use leadstream_model::tree::{self, Entry, Node, Table};
use leadstream_model::{Faults, Place, fields::Fields};

/// A type that a setting can have.
pub(super) trait Setting: Sized {
    const KIND: Kind;
    /// What else a row says of its values; `()`: nothing.
    type Bounds;

    /// What is said of the key; `None`: nothing, or nothing that can be used, which is a fault.
    fn read(fields: &mut Fields<'_>, key: &'static str, bounds: &Self::Bounds, faults: &mut Faults) -> Option<Self>;
}

/// A section that reads its keys.
pub(super) trait Section {
    fn name(&self) -> &'static str;
    fn read(&mut self, fields: &mut Fields<'_>, faults: &mut Faults);
}

/// The value that a row's default stands for.
pub(super) fn from_default<T: Setting>(key: &'static str, default: &str, bounds: &T::Bounds) -> T {
    let value = tree::parse_value(default).expect("the default of a row is TOML");
    let table = Table { entries: vec![Entry { key: key.to_owned(), node: Node { line: 0, value } }] };
    let read = T::read(&mut Fields::new(&table, Place::default()), key, bounds, &mut Faults::default());
    read.expect("the default of a row is a value of its type, within its bounds")
}

/// Declares a section: its struct, `Default`, the reader, and its rows of the reference (`KEYS`). A row is
///
/// ```text
/// key: Type = default in bounds, "description";
/// ```
///
/// The default is written as in a settings file, so that it is the one that the reference shows; one in parentheses is an
/// expression, and the description says what it is. Without a default the field starts as `Type::default()`. Bounds are those that
/// the type asks for, see [`Setting::Bounds`]. `.group.field as key` reads the key into a field of another struct, often the options
/// of the component that obeys it; such a group, and what is read by hand, stands under `besides`.
macro_rules! section {
    (
        $(#[$meta:meta])*
        $section:ident $name:literal $(besides { $($(#[$doc:meta])* $extra:ident: $extra_type:ty,)* })? {
            $(
                $($field:ident)? $(.$group:ident.$inner:ident as $key:ident)?: $type:ty
                    $(= $default:tt $(in $bounds:expr)?)?, $about:expr;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $section {
            $($(#[doc = $about] pub $field: $type,)?)*
            $($($(#[$doc])* pub $extra: $extra_type,)*)?
        }

        impl Default for $section {
            fn default() -> Self {
                #[allow(unused_mut, reason = "a section may have no key with a default")]
                let mut section = Self {
                    $($($field: <$type>::default(),)?)*
                    $($($extra: <$extra_type>::default(),)*)?
                };
                $(section!(
                    @default section [$($field)? $($group.$inner)?] $type, section!(@key $($field)? $($key)?),
                    [$($default)?] [$($($bounds)?)?]
                );)*
                section
            }
        }

        impl $section {
            /// Its rows of the reference.
            pub(in crate::config) const KEYS: &'static [$crate::config::keys::key::Key] = &[
                $($crate::config::keys::key::Key {
                    name: concat!($name, ".", section!(@key $($field)? $($key)?)),
                    kind: <$type as $crate::config::settings::section::Setting>::KIND,
                    default: section!(@text $($default)?),
                    about: $about,
                },)*
            ];
        }

        impl $crate::config::settings::section::Section for $section {
            fn name(&self) -> &'static str {
                $name
            }

            fn read(&mut self, fields: &mut leadstream_model::fields::Fields<'_>, faults: &mut leadstream_model::Faults) {
                $(
                    let key = section!(@key $($field)? $($key)?);
                    let bounds = section!(@bounds $($($bounds)?)?);
                    if let Some(said) = <$type as $crate::config::settings::section::Setting>::read(fields, key, &bounds, faults) {
                        self.$($field)?$($group.$inner)? = said;
                    }
                )*
            }
        }
    };
    (@key $key:ident) => { stringify!($key) };
    (@text) => { "" };
    (@text ($value:expr)) => { "" };
    (@text $default:tt) => { stringify!($default) };
    (@bounds) => { () };
    (@bounds $bounds:expr) => { $bounds };
    (@default $section:ident [$($path:tt)+] $type:ty, $key:expr, [] []) => {};
    (@default $section:ident [$($path:tt)+] $type:ty, $key:expr, [($value:expr)] [$($bounds:expr)?]) => {
        $section.$($path)+ = $value;
    };
    (@default $section:ident [$($path:tt)+] $type:ty, $key:expr, [$default:tt] [$($bounds:expr)?]) => {
        $section.$($path)+ = $crate::config::settings::section::from_default::<$type>(
            $key,
            stringify!($default),
            &section!(@bounds $($bounds)?),
        );
    };
}

/// A type of few values, each with its word.
macro_rules! choice {
    ($type:ident: $($word:literal => $value:ident),+) => {
        impl $crate::config::settings::section::Setting for $type {
            const KIND: $crate::config::keys::kind::Kind = $crate::config::keys::kind::Kind::Choice(&[$($word),+]);
            type Bounds = ();

            fn read(
                fields: &mut leadstream_model::fields::Fields<'_>,
                key: &'static str,
                (): &(),
                faults: &mut leadstream_model::Faults,
            ) -> Option<Self> {
                fields.choice(key, &[$(($word, Self::$value)),+], faults).map(|said| said.value)
            }
        }
    };
}

pub(super) use {choice, section};

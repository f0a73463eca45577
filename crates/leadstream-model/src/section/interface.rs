//! What every section of a model does.

#[cfg(test)]
use super::cases::Case;
use super::view::ModelView;
use crate::fault::Faults;
use crate::fields::Fields;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::names::Vocabulary;

/// One section: what a file says of one subject. Its default is what holds where a file says nothing.
pub trait Section {
    /// Takes the section's keys out of a file; notes what can't be read.
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self
    where
        Self: Sized;

    /// Notes what is wrong.
    fn check(&self, view: &ModelView<'_>, faults: &mut Faults);

    /// From a section without faults to what steps run on: its fields of the model.
    fn compile(&self, view: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model);

    /// Its lines of the canonical text. A section that came later than others has none where the file says nothing of it, so that
    /// such a model keeps its hash.
    fn canonical(&self) -> Vec<String>;

    /// Says in words what holds: what it is about, and what is said of it.
    fn describe(&self, view: &ModelView<'_>, say: &mut dyn FnMut(&str, String));

    /// What a test holds of it: faults with their messages, and what makes another model of one.
    #[cfg(test)]
    fn cases(&self) -> &'static [Case];
}

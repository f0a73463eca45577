//! What sections see of the model that they stand in.

use super::accounts::spec::AccountsSpec;
use super::axis::spec::AxisSpec;
use super::cart::spec::CartSpec;
use super::general::spec::GeneralSpec;
use super::people::spec::PeopleSpec;
use super::sales::spec::SalesSpec;
use super::score::spec::ScoreSpec;
use super::triggers::spec::TriggersSpec;
use super::won::spec::WonSpec;
use leadstream_core::domain::terms::per_axis::PerAxis;

/// The sections of one model that others ask. A section whose values no other one checks or uses is not among them, and may stand
/// in one file: this one imports those that it names.
#[derive(Clone, Copy)]
pub struct ModelView<'a> {
    pub general: &'a GeneralSpec,
    /// Journey, funnel.
    pub axes: &'a PerAxis<AxisSpec>,
    pub score: &'a ScoreSpec,
    pub cart: &'a CartSpec,
    pub people: &'a PeopleSpec,
    pub sales: &'a SalesSpec,
    pub won: &'a WonSpec,
    pub triggers: &'a TriggersSpec,
    pub accounts: &'a AccountsSpec,
}

//! What files say of one prospect.

use super::run_task::Worked;
use crate::domain::Ms;
use crate::domain::state::prospect::Prospect;
use crate::view::output::OutputView;

/// What files say of one prospect.
pub(in crate::app) struct One {
    /// What it is called.
    pub name: String,
    /// `None`: no event of it.
    pub record: Option<Prospect>,
    /// Where the clock stopped.
    pub at_ms: Ms,
    /// What left for it, by time, and as it was written.
    pub outputs: Vec<(OutputView, serde_json::Value)>,
}

/// What the person is called that an id stands for, and by which other ids.
pub(super) fn names_of(tasks: &[Worked], id: &str) -> anyhow::Result<Vec<String>> {
    let mut name = id.to_owned();
    while let Some(holder) = tasks.iter().find_map(|worked| worked.task.holders(&name).first().map(ToString::to_string)) {
        name = holder;
    }
    let mut names = vec![name];
    for worked in tasks {
        let record = worked.task.prospect(&names[0])?;
        let identity = record.as_ref().and_then(|record| record.extras.as_ref()?.identity.get());
        names.extend(identity.iter().flat_map(|identity| &identity.names).map(|name| name.id.to_string()));
    }
    Ok(names)
}

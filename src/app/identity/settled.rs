//! The settings of identity are those that all is known under, or somebody wants others.

use super::Ids;
use crate::domain::Ms;
use crate::domain::identity::linking::LiveLinking;
use crate::domain::identity::settings::IdentitySettings;
use crate::kafka::blocked_ids::BlockedIds;
use crate::kafka::identity_settings::SettingsWriter;
use crate::kafka::options as kafka;
use crate::runtime::ports::Failure;
use crate::runtime::supervisor::Job;
use crate::wire::identity_settings::Written;
use std::sync::Arc;
use std::time::Duration;

/// So often the settings are read, and written where nobody has.
const TRIES: u32 = 20;
const NAP: Duration = Duration::from_millis(300);
const UNSETTLED: &str = "instances with different settings of identity start at the same time, each with identity.accept_settings: give all \
                         of them the same settings";

/// What is to be done with the settings.
#[derive(Debug, PartialEq, Eq)]
pub enum Settled {
    /// They are those that all is known under.
    Same,
    /// Nothing was ever known by any.
    First,
    /// Others are taken.
    Accepted(Vec<String>),
    /// They differ.
    Refused(Vec<String>),
}

/// Compares the settings with what is written.
#[must_use]
pub fn settled(own: &IdentitySettings, written: Option<&Written>, accepts: bool) -> Settled {
    let Some(written) = written else { return Settled::First };
    match own.differences(&written.settings) {
        differing if differing.is_empty() => Settled::Same,
        differing if accepts => Settled::Accepted(differing),
        differing => Settled::Refused(differing),
    }
}

/// Why it doesn't start, and how to go on.
#[must_use]
pub fn refusal(differing: &[String]) -> String {
    format!(
        "the settings of identity are not those that everybody is known under:\n  {}\nWhat to do: set them back; or, if that is \
         what you want, stop all instances and start with identity.accept_settings=true once",
        differing.join("\n  ")
    )
}

/// Reads which ids are blocked and by which settings ids are written, and follows what becomes of both. The first to come writes the
/// settings.
///
/// # Errors
/// They can't be read or written, or the settings are others.
pub fn following(kafka: &kafka::Options, live: Arc<LiveLinking>, ids: &Ids, partitions: u32, now_ms: Ms) -> Result<Job, Failure> {
    let own = IdentitySettings { partitions, ..(*ids.settings).clone() };
    let read = || BlockedIds::read(kafka, Arc::clone(&live));
    let mut failed = None;
    for _ in 0..TRIES {
        let blocked = read()?;
        match settled(&own, blocked.settings().as_ref(), ids.accepts_settings) {
            Settled::Same => return Ok(Box::new(move |stop| blocked.follow(&own, &stop))),
            Settled::Refused(differing) => return Err(Failure::Stop(refusal(&differing))),
            Settled::First | Settled::Accepted(_) => {}
        }
        // Of several that start together one writes at a time; what it wrote is what the others find.
        failed = write_settings(kafka, &own, ids.accepts_settings, now_ms, &read).err();
        if failed.is_some() {
            std::thread::sleep(NAP);
        }
    }
    Err(failed.unwrap_or_else(|| Failure::Stop(UNSETTLED.to_owned())))
}

/// Writes the settings, unless another one was faster.
fn write_settings(
    kafka: &kafka::Options,
    own: &IdentitySettings,
    accepts: bool,
    now_ms: Ms,
    read: &impl Fn() -> Result<BlockedIds, Failure>,
) -> Result<(), Failure> {
    let writer = SettingsWriter::open(kafka)?;
    let before = read()?.settings();
    let since_ms = before.as_ref().map_or(now_ms, |written| written.since_ms);
    let settings = Written { settings: own.clone(), since_ms };
    match settled(own, before.as_ref(), accepts) {
        Settled::First => writer.write(&settings),
        Settled::Accepted(differing) => {
            writer.write(&settings)?;
            let list = differing.join("; ");
            tracing::warn!("identity.accept_settings: from now on {list}. Take the setting out again");
            Ok(())
        }
        Settled::Same | Settled::Refused(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_62_the_first_writes_its_settings_and_others_are_refused_unless_somebody_wants_them() {
        let own = IdentitySettings { partitions: 4, ..IdentitySettings::default() };
        let written = |partitions| Some(Written { settings: IdentitySettings { partitions, ..own.clone() }, since_ms: 5 });
        assert_eq!(settled(&own, None, false), Settled::First);
        assert_eq!(settled(&own, written(4).as_ref(), true), Settled::Same);
        let Settled::Refused(differing) = settled(&own, written(8).as_ref(), false) else { panic!("refused") };
        assert!(matches!(settled(&own, written(8).as_ref(), true), Settled::Accepted(same) if same == differing));
        let text = refusal(&differing);
        assert!(text.contains("4 partitions instead of 8") && text.contains("identity.accept_settings=true"), "{text}");
    }
}

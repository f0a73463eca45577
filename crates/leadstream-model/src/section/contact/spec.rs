//! What the file says of contact.

use super::consent::ConsentSpec;
use crate::fault::{Place, Spanned};
use leadstream_core::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms};

/// A mail waits at most this long for quiet hours to end, when the model says nothing.
const DEFAULT_MAX_HOLD_MS: Ms = 12 * HOUR_MS;
/// What was held leaves within this time from the end of quiet hours on, when the model says nothing.
pub(super) const DEFAULT_SPREAD_MS: Ms = 30 * MINUTE_MS;

/// What the file says of it: `[contact]`.
#[derive(Debug, Clone, Default)]
pub struct ContactSpec {
    pub place: Place,
    pub given: bool,
    /// So many times, in so many milliseconds.
    pub caps: Vec<Spanned<(i64, Ms)>>,
    pub priority: Vec<Spanned<String>>,
    /// From, to: times of day.
    pub quiet_hours: Option<Spanned<(Ms, Ms)>>,
    /// Indices into [`leadstream_core::domain::model::contact::WEEKDAYS`].
    pub weekdays: Option<Spanned<Vec<u8>>>,
    pub time_zone: Option<Spanned<String>>,
    /// True: `"hold"`.
    pub hold: Option<Spanned<bool>>,
    /// Inner `None`: `"off"`.
    pub max_hold_ms: Option<Spanned<Option<Ms>>>,
    /// Inner `None`: `"off"`.
    pub soft_bounces: Option<Spanned<Option<i64>>>,
    /// True: `"count"`.
    pub opens: Option<Spanned<bool>>,
    /// True: `"all"`.
    pub list_unsubscribe: Option<Spanned<bool>>,
    pub consent: ConsentSpec,
    /// Inner `None`: `"off"`.
    pub spread_ms: Option<Spanned<Option<Ms>>>,
}

impl ContactSpec {
    /// What was held leaves within this time from the end of quiet hours on; `None`: at once.
    #[must_use]
    pub fn spread_ms(&self) -> Option<Ms> {
        self.spread_ms.as_ref().map_or(Some(DEFAULT_SPREAD_MS), |spread| spread.value)
    }

    /// There are times at which no mail may leave.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.quiet_hours.is_some() || self.weekdays.is_some()
    }

    /// Opens of mails are nothing.
    #[must_use]
    pub fn ignores_opens(&self) -> bool {
        self.opens.as_ref().is_some_and(|count| !count.value)
    }

    /// Who leaves one newsletter wants no mail at all.
    #[must_use]
    pub fn one_list_is_all(&self) -> bool {
        self.list_unsubscribe.as_ref().is_some_and(|all| all.value)
    }

    /// The days on which mail may leave, in their order: indices into `WEEKDAYS`.
    #[must_use]
    pub fn weekdays(&self) -> Vec<u8> {
        let mut days = self.weekdays.as_ref().map_or_else(|| (0..7).collect(), |d| d.value.clone());
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Whether no mail may leave at this time of a week that begins with a Monday.
    #[must_use]
    pub fn is_quiet_at(&self, week_ms: Ms) -> bool {
        let time_ms = week_ms.rem_euclid(DAY_MS);
        let day = week_ms.div_euclid(DAY_MS).rem_euclid(7);
        let is_quiet = self.quiet_hours.as_ref().is_some_and(|hours| {
            let (from_ms, to_ms) = hours.value;
            if from_ms < to_ms { (from_ms..to_ms).contains(&time_ms) } else { time_ms >= from_ms || time_ms < to_ms }
        });
        is_quiet || !self.weekdays().iter().any(|allowed| i64::from(*allowed) == day)
    }

    /// What falls due in quiet hours waits for their end.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.hold.as_ref().is_none_or(|hold| hold.value)
    }

    /// For so long at most.
    #[must_use]
    pub fn max_hold_ms(&self) -> Option<Ms> {
        self.max_hold_ms.as_ref().map_or(Some(DEFAULT_MAX_HOLD_MS), |max| max.value)
    }
}

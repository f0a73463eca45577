//! Dates of the Gregorian calendar as days.

/// Days since 1970-01-01 of a date in the Gregorian calendar (Howard Hinnant's algorithm), for years of four digits.
#[inline]
pub(super) fn days_from_civil(year: u32, month: u32, day: u32) -> i64 {
    // An era later, so that no number is negative.
    let year = year + 400 - u32::from(month <= 2);
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i64::from(days) - (719_468 + 146_097)
}

#[inline]
pub(super) fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

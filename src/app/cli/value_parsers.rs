//! How values of options are read, where clap has no parser of its own: times, rates and shares.

use std::time::Duration;

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    leadstream_model::units::duration(text).map_err(|e| e.to_string())
}

pub(super) fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() && n > 0.0 => Ok(n),
        _ => Err("must be a number greater than 0".to_owned()),
    }
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if (0.0..=1.0).contains(&n) => Ok(n),
        _ => Err("must be a share from 0 to 1, such as 0.01 for 1 %".to_owned()),
    }
}

//! What campaigns cost, as the caller says.

use std::collections::BTreeMap;

/// By name of the campaign.
pub(in crate::app) type Costs = BTreeMap<String, f64>;

//! What outputs say of the ids of their prospect: the rules of a step know none.

use crate::domain::Text;
use crate::domain::identity::id::Id;
use crate::domain::identity::linking::Linking;
use crate::domain::output::{Body, Output};
use crate::domain::state::prospect::Prospect;

/// Whether an address is somebody's. Where identity is off none is: a record may still have one.
pub(super) fn is_address(linking: Option<&Linking>, address: &str) -> bool {
    linking.is_some_and(|linking| !linking.blocked.has(address))
}

/// A reminder says no address that is blocked since it was named.
pub(super) fn check_addresses(linking: Option<&Linking>, outputs: &mut [Output]) {
    for output in outputs {
        if let Body::CartAbandoned(cart) = &mut output.body {
            cart.address = cart.address.take().filter(|address| is_address(linking, address));
        }
    }
}

/// The other ids of a prospect, the strongest first, where outputs say them.
pub(super) fn ids(linking: Option<&Linking>, prospect: &Prospect) -> Vec<Text> {
    let Some(linking) = linking.filter(|linking| linking.ids_in_outputs) else { return Vec::new() };
    let names = prospect.extras.iter().filter_map(|extras| extras.identity.get()).flat_map(|identity| &identity.names);
    let mut ids: Vec<(Option<Id>, &Text)> = names.map(|name| (linking.types.parse(&name.id).ok(), &name.id)).collect();
    ids.sort();
    ids.into_iter().map(|(_, id)| id.clone()).collect()
}

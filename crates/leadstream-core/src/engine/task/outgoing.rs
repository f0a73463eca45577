//! What outputs say of the ids of their prospect: the rules of a step know none.

use crate::domain::identity::linking::Linking;
use crate::domain::output::{Body, Output};

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

//! References from mounted shell scripts: the addresses in the options of their commands.

use super::{MAX_REFERENCES_PER_FILE, MentionPlace};
use crate::{
    extract::{addresses_in, command_line, env_key},
    model::{Reference, ReferenceTarget},
};

/// Returns references to the addresses that the commands of a script name. Scripts contain much that never
/// runs, so an address counts only if a service of a source has it as an endpoint.
pub(super) fn references_in_script<'a>(
    place: &MentionPlace<'_>,
    text: &str,
    variable: &impl Fn(&str) -> Option<&'a str>,
) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    command_line::for_each_option_value(&["sh", "-c", text], &mut |setting| {
        let sibling = || setting.port.filter(|_| env_key::port_key(setting.key).is_some());
        for address in addresses_in(setting.key, setting.value, variable, sibling) {
            let host = address.host.to_string();
            let target = ReferenceTarget::EstateAddress(address);
            if found.len() < MAX_REFERENCES_PER_FILE && !found.iter().any(|known| known.target == target) {
                found.push(place.reference(line_of(text, &host), target));
            }
        }
    });
    found
}

/// Returns the number of the first line that contains `host`. Returns 1 if none does, because a variable may
/// contain the host.
fn line_of(text: &str, host: &str) -> u32 {
    let index = text.lines().position(|line| line.to_ascii_lowercase().contains(host)).unwrap_or(0);
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

//! Names from the environment of a container: the names of its variables, and the names of the service in
//! telemetry.

use crate::model::Text;
use std::collections::BTreeSet;

/// Variables whose value is a name of the service and not a secret: OpenTelemetry's ("Environment Variable
/// Specification") and Datadog's ("Unified Service Tagging").
const NAME_VARIABLES: &[&str] = &["OTEL_SERVICE_NAME", "DD_SERVICE"];

/// Variables that images set for programs of any kind.
const IMAGE_VARIABLES: &[&str] =
    &["PATH", "HOME", "HOSTNAME", "LANG", "LC_ALL", "TERM", "SHLVL", "PWD", "GPG_KEY"];

/// Maximum number of variables to list for one service.
const MAX_VARIABLES: usize = 300;

/// Maximum length of a service's name in telemetry, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// Returns the sorted names of the variables, without those that images usually set.
#[must_use]
pub fn variable_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Text> {
    let is_name = |name: &&str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
    };
    let own = names.into_iter().filter(is_name).filter(|name| !IMAGE_VARIABLES.contains(name));
    let sorted: BTreeSet<&str> = own.collect();
    sorted.into_iter().take(MAX_VARIABLES).map(Text::new).collect()
}

/// Returns the names under which the service sends telemetry, according to its variables.
#[must_use]
pub fn telemetry_names<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Text> {
    let named =
        pairs.into_iter().filter(|(name, value)| NAME_VARIABLES.contains(name) && is_plain_name(value));
    let names: BTreeSet<Text> = named.map(|(_, value)| Text::new(value)).collect();
    names.into_iter().collect()
}

/// Returns true if `value` looks like a name. A secret in the wrong variable is usually too long, or has
/// other characters.
pub(super) fn is_plain_name(value: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&value.len())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_./ ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{telemetry_names, variable_names};

    #[test]
    fn only_names_are_kept() {
        assert_eq!(variable_names(["PATH", "DB_URL", "A B", "DB_URL", "API_KEY"]), ["API_KEY", "DB_URL"]);
        let pairs =
            [("DD_SERVICE", "orders"), ("API_KEY", "s3cret"), ("OTEL_SERVICE_NAME", "https://a?b=s3cret")];
        assert_eq!(telemetry_names(pairs), ["orders"]);
    }
}

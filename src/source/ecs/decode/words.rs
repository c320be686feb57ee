//! Small readings that every decoder needs: cleaned text, times, and the parts of ARNs.

use crate::model::{Text, Timestamp};
use aws_smithy_types::DateTime;

/// Text from outside, cleaned; empty where there is none.
pub(crate) fn said(text: Option<&str>) -> String {
    text.map(Text::new).unwrap_or_default().to_string()
}

/// Text from outside, cleaned, unless it is empty.
pub(crate) fn some(text: Option<&str>) -> Option<String> {
    text.map(Text::new).filter(|t| !t.trim().is_empty()).map(Into::into)
}

/// A time as AWS sends it.
pub(crate) fn time(at: Option<&DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).unwrap_or(0)).ok()
}

/// What stands after the last slash: `orders:42` of a task definition's ARN, the name of a cluster's.
pub(crate) fn tail(arn: &str) -> String {
    Text::new(arn.rsplit('/').next().unwrap_or(arn)).to_string()
}

/// The family of `family:revision`, or of a task definition's ARN.
pub(crate) fn family(definition: &str) -> String {
    let name = tail(definition);
    match name.rsplit_once(':') {
        Some((family, revision)) if revision.chars().all(|c| c.is_ascii_digit()) => family.to_owned(),
        _ => name,
    }
}

/// A count, never below zero.
pub(crate) fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{family, tail};

    #[test]
    fn arns_and_bare_names_read_the_same() {
        let arn = "arn:aws:ecs:eu-west-1:000000000000:task-definition/orders:42";
        assert_eq!(tail(arn), "orders:42");
        assert_eq!(family(arn), "orders");
        assert_eq!(family("orders:42"), "orders");
        assert_eq!(family("orders"), "orders");
    }
}

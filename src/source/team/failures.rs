//! Failures that explain to the user why this member of a team polls for itself.

use crate::{
    model::{Failure, FailureKind, Text},
    team::{AloneReason, HeadContent, TEAM_SCHEMA},
};

/// Returns the failure that explains `reason` to the user. `problem` is the store's last failure, or the
/// reason why this member can't lead. `head` is the last head (the object that names the leader) that this
/// member read or wrote. `location` is the store's location for display.
pub(super) fn alone_failure(
    reason: AloneReason,
    problem: Option<&Failure>,
    head: Option<&HeadContent>,
    location: &str,
) -> Failure {
    match (reason, problem, head) {
        (AloneReason::Unreachable | AloneReason::NoLeader, Some(problem), _) => problem.clone(),
        (AloneReason::OtherSchema, _, Some(HeadContent::OtherSchema { schema, version })) => {
            let by = if version.is_empty() { String::new() } else { format!(", by Portolan {version}") };
            let what = format!(
                "{location} is written in the format `{schema}`{by}; this version of Portolan reads `{TEAM_SCHEMA}`"
            );
            Failure::new(FailureKind::Invalid, what, "use one version of Portolan in the whole team")
        }
        (AloneReason::Damaged, _, Some(HeadContent::Damaged(why))) => {
            let why = Text::with_max_chars(why, 200);
            let what = format!("the head of the team in {location} is damaged: {why}");
            Failure::new(
                FailureKind::Invalid,
                what,
                "check who may write to the store; a member replaces the head if it stays for 3 minutes",
            )
        }
        (AloneReason::NoReading, _, Some(HeadContent::Valid(head))) => {
            let what =
                format!("{} leads the team in {location}, but shares no new reading", head.leader.name);
            Failure::new(
                FailureKind::Missing,
                what,
                "look at its messages, or end it so that another one leads",
            )
        }
        (AloneReason::Unreachable, ..) => {
            let what = format!("{location} does not answer");
            Failure::new(FailureKind::Unreachable, what, "run portolan doctor to check the store")
        }
        _ => {
            let what = format!("no leader in {location}, and this Portolan can't lead");
            Failure::new(
                FailureKind::Missing,
                what,
                "run portolan collect, or allow this user to write to the store",
            )
        }
    }
}

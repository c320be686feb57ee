//! Role of this Portolan in a team as text, for the header and the sources screen.

use crate::{
    model::{FailureKind, TeamRole, TeamStatus},
    screen::widget::text::pluralize,
};

/// Returns three texts about the role in a team for the header, from the longest to the shortest, without the
/// name of the source.
#[must_use]
pub fn team_labels(team: &TeamStatus) -> [String; 3] {
    let members = if team.members > 1 { format!(", {} in team", team.members) } else { String::new() };
    match &team.role {
        TeamRole::Joining => ["joining the team", "joining", "joining"].map(str::to_owned),
        TeamRole::Leading { problem, .. } => {
            let trouble = if problem.is_some() { ", store failing" } else { "" };
            let (whole, short) = (format!("leads{trouble}{members}"), format!("leads{trouble}"));
            [whole.clone(), whole, short]
        }
        TeamRole::Following { leader, read_as, problem } => {
            let trouble = if problem.is_some() { ", store failing" } else { "" };
            let role = if read_as.is_empty() { String::new() } else { format!(" as {read_as}") };
            [
                format!("by {leader}{role}{trouble}{members}"),
                format!("by {leader}{trouble}{members}"),
                format!("by {leader}{trouble}"),
            ]
        }
        TeamRole::Alone(failure) => {
            let reason = match failure.kind {
                FailureKind::Denied => "store denied",
                FailureKind::Credentials => "store: auth failed",
                FailureKind::Throttled => "store throttled",
                FailureKind::Unreachable | FailureKind::Timeout => "store unreachable",
                FailureKind::Missing => "nothing to follow",
                FailureKind::Invalid => "store unusable",
            };
            let share =
                if team.members > 1 { format!(", 1/{} of the quota", team.members) } else { String::new() };
            [format!("alone: {reason}{share}"), format!("alone: {reason}"), "alone".to_owned()]
        }
    }
}

/// Returns sentences about the role in a team for the sources screen.
#[must_use]
pub fn team_lines(team: &TeamStatus) -> Vec<String> {
    let members = match team.members {
        0 => "the number of members is not known yet".to_owned(),
        count => format!("{} in the team", pluralize(count as usize, "member")),
    };
    match &team.role {
        TeamRole::Joining => vec![format!("joining the team, {members}")],
        TeamRole::Leading { read_as, problem } => {
            let role = if read_as.is_empty() { String::new() } else { format!(" as {read_as}") };
            let mut lines = vec![format!("this Portolan polls for the team{role}; {members}")];
            lines.extend(problem.iter().map(|failure| format!("{} ({})", failure.message, failure.remedy)));
            lines
        }
        TeamRole::Following { leader, read_as, problem } => {
            let role = if read_as.is_empty() { String::new() } else { format!(" as {read_as}") };
            let mut lines = vec![format!("read by {leader}{role}; {members}")];
            lines.extend(problem.iter().map(|failure| format!("{} ({})", failure.message, failure.remedy)));
            lines
        }
        TeamRole::Alone(failure) => vec![
            format!("polls without the team: {} ({})", failure.message, failure.remedy),
            format!("{members}; this Portolan uses its part of the quota"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::team_labels;
    use crate::model::{Failure, FailureKind, TeamRole, TeamStatus};

    #[test]
    fn the_header_says_who_reads_and_how_many_follow() {
        let following =
            TeamRole::Following { leader: "ann@laptop".into(), read_as: "role Dev".into(), problem: None };
        let labels = team_labels(&TeamStatus { role: following, members: 12 });
        assert_eq!(labels[0], "by ann@laptop as role Dev, 12 in team");
        assert_eq!(labels[2], "by ann@laptop");
        let failure = Failure::new(FailureKind::Unreachable, "", "");
        let alone = team_labels(&TeamStatus { role: TeamRole::Alone(failure), members: 4 });
        assert_eq!(alone[0], "alone: store unreachable, 1/4 of the quota");
    }
}

//! Deployments of a service as text, for the card and the headless commands.

use super::time;
use crate::model::{Deployment, RolloutState, Service, Timestamp};

/// Width of a progress bar, in cells.
const BAR_WIDTH: usize = 10;

/// Returns the deployments of a service as pairs of label and text. The label is the version, and the text
/// holds the progress and the changes. If several versions run, a last row counts the instances of each
/// version.
#[must_use]
pub fn deployment_rows(service: &Service, now: Timestamp, ascii: bool) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let (shown, rest): (Vec<_>, Vec<_>) =
        service.deployments.iter().enumerate().partition(|(place, d)| *place < 2 || d.running > 0);
    for (_, deployment) in shown {
        let words = describe_deployment(deployment, now);
        let bar = if deployment.desired > 0 { progress_bar(deployment, ascii) + " " } else { String::new() };
        rows.push((deployment.version.to_string(), bar + &words));
        rows.extend(deployment.reason.iter().map(|reason| (String::new(), reason.to_string())));
        let difference = deployment.describe_changes().map(|words| ascii_arrows(words, ascii));
        rows.extend(difference.map(|words| (String::new(), words)));
    }
    if !rest.is_empty() {
        rows.push((String::new(), format!("and {} older, not running", rest.len())));
    }
    let versions = service.running_versions();
    if versions.len() > 1 {
        let counts: Vec<_> =
            versions.iter().map(|(version, count)| format!("{count} on {version}")).collect();
        rows.push(("versions".to_owned(), counts.join(", ")));
    }
    rows
}

/// Returns a bar that shows the running instances as a share of the desired ones.
fn progress_bar(deployment: &Deployment, ascii: bool) -> String {
    let (full, empty) = if ascii { ("#", "-") } else { ("█", "░") };
    let (running, desired) = (deployment.running as usize, deployment.desired as usize);
    let filled = (running * BAR_WIDTH).checked_div(desired).unwrap_or(0).min(BAR_WIDTH);
    format!("{}{}", full.repeat(filled), empty.repeat(BAR_WIDTH - filled))
}

/// Returns counts, rollout state and age of a deployment as a comma-separated list.
fn describe_deployment(deployment: &Deployment, now: Timestamp) -> String {
    let mut words = vec![format!("{}/{} running", deployment.running, deployment.desired)];
    if deployment.failed > 0 {
        words.push(format!("{} failed", deployment.failed));
    }
    words.push(rollout_label(deployment.rollout).to_owned());
    words.extend(deployment.created.map(|at| format!("{} ago", time::age(at, now))));
    words.join(", ")
}

/// Returns the label of a rollout state.
#[must_use]
pub fn rollout_label(rollout: RolloutState) -> &'static str {
    match rollout {
        RolloutState::InProgress => "in progress",
        RolloutState::Completed => "completed",
        RolloutState::Failed => "failed",
        RolloutState::Unknown => "active",
    }
}

fn ascii_arrows(words: String, ascii: bool) -> String {
    if ascii { words.replace('→', "->") } else { words }
}

#[cfg(test)]
mod tests {
    use super::deployment_rows;
    use crate::model::{Deployment, RevisionChange, RolloutState, Service, fixtures};

    fn deployment(version: &str, counts: (u32, u32, u32)) -> Deployment {
        Deployment {
            id: version.into(),
            version: version.into(),
            rollout: RolloutState::InProgress,
            reason: None,
            running: counts.0,
            desired: counts.1,
            failed: counts.2,
            created: Some(fixtures::ago(300)),
            updated: None,
            previous: None,
            changes: Vec::new(),
        }
    }

    fn row_texts(service: &Service, ascii: bool) -> Vec<String> {
        deployment_rows(service, fixtures::ago(0), ascii)
            .into_iter()
            .map(|(label, words)| format!("{label}|{words}"))
            .collect()
    }

    #[test]
    fn progress_difference_and_versions() {
        let mut orders = fixtures::service("orders");
        let image = |v: &str| Some(format!("orders:{v}"));
        orders.deployments = vec![deployment("orders:42", (2, 4, 1)), deployment("orders:41", (2, 0, 0))];
        orders.deployments[0].previous = Some("orders:41".into());
        orders.deployments[0].changes = vec![RevisionChange {
            property: "image".into(),
            before: image("1.41").map(Into::into),
            after: image("1.42").map(Into::into),
        }];
        orders.instances = ["orders:41", "orders:42", "orders:41", "orders:42"]
            .map(|version| crate::model::Instance {
                version: Some(version.into()),
                ..fixtures::instance(version)
            })
            .to_vec();
        assert_eq!(
            row_texts(&orders, false),
            [
                "orders:42|█████░░░░░ 2/4 running, 1 failed, in progress, 5m ago",
                "|differs from orders:41: image orders:1.41 → orders:1.42",
                "orders:41|2/0 running, in progress, 5m ago",
                "versions|2 on orders:42, 2 on orders:41",
            ]
        );
        assert!(row_texts(&orders, true).iter().all(|row| row.is_ascii()));
    }

    #[test]
    fn services_without_deployments_list_mixed_versions() {
        let mut web = fixtures::service("web");
        assert!(row_texts(&web, false).is_empty());
        web.instances = ["1", "2", "1"]
            .map(|version| crate::model::Instance {
                version: Some(version.into()),
                ..fixtures::instance(version)
            })
            .to_vec();
        assert_eq!(row_texts(&web, false), ["versions|2 on 1, 1 on 2"]);
    }
}

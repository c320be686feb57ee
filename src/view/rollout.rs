//! What is rolled out of a service, in words: the card and the headless command tell the same.

use super::time;
use crate::model::{Deployment, Rollout, Service, Timestamp};

/// The cells of a progress bar.
const CELLS: usize = 10;

/// The rows, each with its label: every deployment with how far it is, what differs from the one before, and who is on
/// which version.
#[must_use]
pub fn rows(service: &Service, now: Timestamp, ascii: bool) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let (shown, rest): (Vec<_>, Vec<_>) =
        service.deployments.iter().enumerate().partition(|(place, d)| *place < 2 || d.running > 0);
    for (_, deployment) in shown {
        let words = words(deployment, now);
        let bar = if deployment.desired > 0 { bar(deployment, ascii) + " " } else { String::new() };
        rows.push((deployment.version.to_string(), bar + &words));
        rows.extend(deployment.reason.iter().map(|reason| (String::new(), reason.to_string())));
        let difference = deployment.difference().map(|words| plain(words, ascii));
        rows.extend(difference.map(|words| (String::new(), words)));
    }
    if !rest.is_empty() {
        rows.push((String::new(), format!("and {} older, of which nothing runs", rest.len())));
    }
    let versions = service.versions();
    if versions.len() > 1 {
        let counts: Vec<_> =
            versions.iter().map(|(version, count)| format!("{count} on {version}")).collect();
        rows.push(("versions".to_owned(), counts.join(", ")));
    }
    rows
}

/// How many of those it wants run.
fn bar(deployment: &Deployment, ascii: bool) -> String {
    let (full, empty) = if ascii { ("#", "-") } else { ("█", "░") };
    let (running, desired) = (deployment.running as usize, deployment.desired as usize);
    let filled = (running * CELLS).checked_div(desired).unwrap_or(0).min(CELLS);
    format!("{}{}", full.repeat(filled), empty.repeat(CELLS - filled))
}

/// How it stands.
fn words(deployment: &Deployment, now: Timestamp) -> String {
    let mut words = vec![format!("{}/{} running", deployment.running, deployment.desired)];
    if deployment.failed > 0 {
        words.push(format!("{} failed", deployment.failed));
    }
    words.push(state(deployment.rollout).to_owned());
    words.extend(deployment.created.map(|at| format!("{} ago", time::age(at, now))));
    words.join(", ")
}

/// Where it stands, in words.
#[must_use]
pub fn state(rollout: Rollout) -> &'static str {
    match rollout {
        Rollout::InProgress => "in progress",
        Rollout::Completed => "completed",
        Rollout::Failed => "failed",
        Rollout::Unknown => "active",
    }
}

fn plain(words: String, ascii: bool) -> String {
    if ascii { words.replace('→', "->") } else { words }
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::model::{Alteration, Deployment, Rollout, Service, sample};

    fn deployment(version: &str, counts: (u32, u32, u32)) -> Deployment {
        Deployment {
            id: version.into(),
            version: version.into(),
            rollout: Rollout::InProgress,
            reason: None,
            running: counts.0,
            desired: counts.1,
            failed: counts.2,
            created: Some(sample::ago(300)),
            updated: None,
            previous: None,
            changes: Vec::new(),
        }
    }

    fn told(service: &Service, ascii: bool) -> Vec<String> {
        rows(service, sample::ago(0), ascii)
            .into_iter()
            .map(|(label, words)| format!("{label}|{words}"))
            .collect()
    }

    #[test]
    fn progress_difference_and_versions() {
        let mut orders = sample::service("orders");
        let image = |v: &str| Some(format!("orders:{v}"));
        orders.deployments = vec![deployment("orders:42", (2, 4, 1)), deployment("orders:41", (2, 0, 0))];
        orders.deployments[0].previous = Some("orders:41".into());
        orders.deployments[0].changes = vec![Alteration {
            what: "image".into(),
            before: image("1.41").map(Into::into),
            after: image("1.42").map(Into::into),
        }];
        orders.instances = ["orders:41", "orders:42", "orders:41", "orders:42"]
            .map(|version| crate::model::Instance {
                version: Some(version.into()),
                ..sample::instance(version)
            })
            .to_vec();
        assert_eq!(
            told(&orders, false),
            [
                "orders:42|█████░░░░░ 2/4 running, 1 failed, in progress, 5m ago",
                "|differs from orders:41: image orders:1.41 → orders:1.42",
                "orders:41|2/0 running, in progress, 5m ago",
                "versions|2 on orders:42, 2 on orders:41",
            ]
        );
        assert!(told(&orders, true).iter().all(|row| row.is_ascii()));
    }

    #[test]
    fn what_is_not_rolled_out_has_versions_where_they_differ() {
        let mut web = sample::service("web");
        assert!(told(&web, false).is_empty());
        web.instances = ["1", "2", "1"]
            .map(|version| crate::model::Instance {
                version: Some(version.into()),
                ..sample::instance(version)
            })
            .to_vec();
        assert_eq!(told(&web, false), ["versions|2 on 1, 1 on 2"]);
    }
}

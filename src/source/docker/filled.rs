//! Named volumes that one container fills for others: a configuration in one is read by those, and only written by it.

use super::decode::Seen;
use crate::model::{Mention, State, Target, Text, Via};
use std::{collections::BTreeSet, sync::Arc};

/// The volumes that some containers fill for others.
#[derive(Debug, Default)]
pub(super) struct Filled<'a> {
    /// The volumes that some container has read-only.
    read: BTreeSet<&'a str>,
    /// The volumes of containers that run on.
    used: BTreeSet<&'a str>,
    /// The services, by group and name, whose end another one waits for.
    awaited: BTreeSet<(Option<&'a str>, &'a Text)>,
}

impl<'a> Filled<'a> {
    /// The volumes of those containers.
    pub(super) fn of(seen: &'a [Arc<Seen>]) -> Self {
        let mut filled =
            Self { awaited: seen.iter().flat_map(|c| awaited_by(c)).collect(), ..Self::default() };
        for (container, volume) in seen.iter().flat_map(|c| c.volumes.iter().map(move |v| (c, v))) {
            if volume.read_only {
                filled.read.insert(&volume.name);
            }
            if !filled.ends(container) {
                filled.used.insert(&volume.name);
            }
        }
        filled
    }

    /// Whether `container` wrote the file in which the mention stands for others: it may write to the volume and
    /// another one may only read it, or it ends and leaves the volume to those that run on.
    pub(super) fn is_written(&self, container: &Seen, mention: &Mention) -> bool {
        let Some(path) = mention.place.key.strip_prefix("file ").filter(|_| mention.via == Via::ConfigFile)
        else {
            return false;
        };
        container.volumes.iter().filter(|volume| !volume.read_only && volume.holds(path)).any(|volume| {
            let name = volume.name.as_str();
            self.read.contains(name) || (self.ends(container) && self.used.contains(name))
        })
    }

    /// Whether it has ended, or is there to end.
    fn ends(&self, container: &Seen) -> bool {
        let runs = matches!(container.instance.state, State::Running | State::Starting | State::Restarting);
        !runs || self.awaited.contains(&(container.owner.group.as_deref(), &container.owner.name))
    }
}

/// The services whose end `container` waits for.
fn awaited_by(container: &Seen) -> impl Iterator<Item = (Option<&str>, &Text)> {
    let group = container.owner.group.as_deref();
    container.mentions.iter().filter_map(move |mention| match &mention.target {
        Target::Peer(name) if mention.via == Via::Completion => Some((group, name)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::Filled;
    use crate::{
        model::SourceId,
        source::docker::{
            decode::{Seen, container},
            files::Text,
        },
    };
    use serde_json::json;
    use std::sync::Arc;

    /// A service of one container that has the volume `conf` with a file that names `orders`.
    fn seen(name: &str, writes: bool, runs: bool, after: &str) -> Arc<Seen> {
        let state = if runs { "running" } else { "exited" };
        let answer = json!({
            "Id": name, "Name": name, "State": {"Status": state, "Running": runs},
            "Config": {"Image": name, "Labels": {
                "com.docker.compose.project": "shop", "com.docker.compose.service": name,
                "com.docker.compose.depends_on": after,
            }},
            "Mounts": [{"Type": "volume", "Name": "conf", "Destination": "/conf", "RW": writes}],
        });
        let text = Text { path: "/conf/app.yml".into(), text: "url: http://orders:80".into() };
        let answer = serde_json::from_str(&answer.to_string()).unwrap();
        Arc::new(container(&SourceId::new("docker"), &answer, &[text]).unwrap())
    }

    /// The containers that only wrote the file.
    fn writers(seen: &[Arc<Seen>]) -> Vec<&str> {
        let filled = Filled::of(seen);
        let wrote = |c: &&Arc<Seen>| c.mentions.iter().any(|mention| filled.is_written(c, mention));
        seen.iter().filter(wrote).map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn who_writes_for_a_reader_or_ends_does_not_read() {
        let reader = |after| seen("reader", false, true, after);
        assert_eq!(writers(&[seen("maker", true, true, ""), reader("")]), ["maker"]);
        let user = |after| seen("user", true, true, after);
        assert_eq!(writers(&[seen("maker", true, false, ""), user("")]), ["maker"], "it has ended");
        let awaits = "maker:service_completed_successfully:false";
        assert_eq!(writers(&[seen("maker", true, true, ""), user(awaits)]), ["maker"], "it is awaited");
        assert!(writers(&[seen("maker", true, true, ""), user("maker")]).is_empty(), "both may read it");
        assert!(writers(&[seen("maker", true, false, "")]).is_empty(), "its own, and stopped");
    }
}

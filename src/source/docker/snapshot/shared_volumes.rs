//! Named volumes that one container fills with files for others. References in these files belong to the
//! services that read the files, not to the service that wrote them.

use crate::{
    model::{InstanceState, Reference, ReferenceKind, ReferenceTarget, Text},
    source::docker::decode::ContainerRecord,
};
use std::{collections::BTreeSet, sync::Arc};

/// Named volumes of all containers, grouped by use, to distinguish the readers of a volume from its writer.
#[derive(Debug, Default)]
pub(in crate::source::docker) struct SharedVolumes<'a> {
    /// Volumes that at least one container mounts read-only.
    mounted_read_only: BTreeSet<&'a str>,
    /// Volumes of the containers that are running and not expected to exit.
    used_by_running: BTreeSet<&'a str>,
    /// Services, by group and name, whose completion another service waits for.
    awaited_services: BTreeSet<(Option<&'a str>, &'a Text)>,
}

impl<'a> SharedVolumes<'a> {
    /// Collects the volumes of the containers `records`.
    pub(in crate::source::docker) fn of(records: &'a [Arc<ContainerRecord>]) -> Self {
        let mut filled = Self {
            awaited_services: records.iter().flat_map(|c| awaited_by(c)).collect(),
            ..Self::default()
        };
        for (container, volume) in records.iter().flat_map(|c| c.volumes.iter().map(move |v| (c, v))) {
            if volume.read_only {
                filled.mounted_read_only.insert(&volume.name);
            }
            if !filled.is_short_lived(container) {
                filled.used_by_running.insert(&volume.name);
            }
        }
        filled
    }

    /// Returns true if `container` wrote the file of `reference` only for other containers, so that
    /// `container` itself does not call the referenced address.
    ///
    /// That is so if `container` may write to the volume with the file, and one of two things holds: a
    /// container mounts the volume read-only, or `container` is short-lived and a long-running container
    /// mounts the volume.
    pub(in crate::source::docker) fn is_written_for_others(
        &self,
        container: &ContainerRecord,
        reference: &Reference,
    ) -> bool {
        let Some(path) = reference.config_file_path() else { return false };
        container.volumes.iter().filter(|volume| !volume.read_only && volume.contains(path)).any(|volume| {
            let name = volume.name.as_str();
            self.mounted_read_only.contains(name)
                || (self.is_short_lived(container) && self.used_by_running.contains(name))
        })
    }

    /// Returns true if the container has stopped, or if another service waits for its exit.
    fn is_short_lived(&self, container: &ContainerRecord) -> bool {
        let runs = matches!(
            container.instance.state,
            InstanceState::Running
                | InstanceState::Starting
                | InstanceState::Restarting
                | InstanceState::Paused
        );
        !runs || self.awaited_services.contains(&(container.owner.group.as_deref(), &container.owner.name))
    }
}

/// Returns the services whose completion `container` waits for.
fn awaited_by(container: &ContainerRecord) -> impl Iterator<Item = (Option<&str>, &Text)> {
    let group = container.owner.group.as_deref();
    container.references.iter().filter_map(move |mention| match &mention.target {
        ReferenceTarget::ServiceName(name) if mention.kind == ReferenceKind::Completion => {
            Some((group, name))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::SharedVolumes;
    use crate::{
        model::SourceId,
        source::docker::{
            decode::{ContainerRecord, MAX_REFERENCES, decode_container},
            files::FileText,
        },
    };
    use serde_json::json;
    use std::sync::Arc;

    /// Returns a container with the volume `conf` and a file that references `orders`.
    fn container_with_volume(name: &str, writes: bool, runs: bool, after: &str) -> Arc<ContainerRecord> {
        let state = if runs { "running" } else { "exited" };
        let answer = json!({
            "Id": name, "Name": name, "State": {"Status": state, "Running": runs},
            "Config": {"Image": name, "Labels": {
                "com.docker.compose.project": "shop", "com.docker.compose.service": name,
                "com.docker.compose.depends_on": after,
            }},
            "Mounts": [{"Type": "volume", "Name": "conf", "Destination": "/conf", "RW": writes}],
        });
        let text = FileText { path: "/conf/app.yml".into(), text: "url: http://orders:80".into() };
        let answer = serde_json::from_str(&answer.to_string()).unwrap();
        Arc::new(decode_container(&SourceId::new("docker"), &answer, &[text], MAX_REFERENCES).unwrap())
    }

    /// Returns the names of the containers that wrote the file only for others.
    fn writers(seen: &[Arc<ContainerRecord>]) -> Vec<&str> {
        let filled = SharedVolumes::of(seen);
        let wrote = |c: &&Arc<ContainerRecord>| {
            c.references.iter().any(|mention| filled.is_written_for_others(c, mention))
        };
        seen.iter().filter(wrote).map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn a_container_that_writes_for_others_is_no_reader() {
        let reader = |after| container_with_volume("reader", false, true, after);
        assert_eq!(writers(&[container_with_volume("maker", true, true, ""), reader("")]), ["maker"]);
        let user = |after| container_with_volume("user", true, true, after);
        assert_eq!(
            writers(&[container_with_volume("maker", true, false, ""), user("")]),
            ["maker"],
            "it has ended"
        );
        let awaits = "maker:service_completed_successfully:false";
        assert_eq!(
            writers(&[container_with_volume("maker", true, true, ""), user(awaits)]),
            ["maker"],
            "it is awaited"
        );
        assert!(
            writers(&[container_with_volume("maker", true, true, ""), user("maker")]).is_empty(),
            "both may read it"
        );
        assert!(
            writers(&[container_with_volume("maker", true, false, "")]).is_empty(),
            "its own, and stopped"
        );
    }
}

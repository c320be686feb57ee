//! Differences between revisions of a task definition.
//!
//! Some attributes may be secret, such as the values of variables, or commands. Of these, Portolan keeps only
//! a hash, in memory and never on disk. The hash shows that a value has changed, but not the value.

use crate::{
    model::{RevisionChange, Text},
    source::ecs::decode::text::{clean_text, last_segment, non_empty_text},
};
use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

/// Attributes of a task definition revision, for comparison with another revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RevisionAttributes {
    /// Attributes of the task, by name.
    task: LiteMap<String, Attribute>,
    /// Attributes of each container, by container name and attribute name.
    containers: LiteMap<String, LiteMap<String, Attribute>>,
}

/// Attribute of a task definition revision, such as the image of a container: its value, or a hash of it.
///
/// `display` is empty for an attribute that may be secret. `fingerprint` is a hash of the value; it is `None`
/// for an attribute that was read from disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Attribute {
    #[serde(rename = "words")]
    display: String,
    #[serde(skip)]
    fingerprint: Option<u64>,
}

impl RevisionAttributes {
    /// Returns true if all attributes have fingerprints, which means that the revision was read from AWS and
    /// not from disk.
    #[must_use]
    pub(crate) fn has_fingerprints(&self) -> bool {
        let all = self.task.values().chain(self.containers.values().flat_map(LiteMap::values));
        all.into_iter().all(|aspect| aspect.fingerprint.is_some())
    }
}

impl Attribute {
    /// Creates an attribute whose value may be displayed.
    fn shown(words: impl Into<String>) -> Self {
        let display = words.into();
        Self { fingerprint: Some(fingerprint(&display)), display }
    }

    /// Creates an attribute whose value may be secret. Keeps only a hash of the value.
    fn hidden(value: impl Hash) -> Self {
        Self { display: String::new(), fingerprint: Some(fingerprint(value)) }
    }

    /// Returns true if the attributes differ. If one of them has no fingerprint, compares only the displayed
    /// texts.
    fn differs(&self, other: &Self) -> bool {
        let prints = self.fingerprint.zip(other.fingerprint);
        self.display != other.display || prints.is_some_and(|(one, another)| one != another)
    }
}

fn fingerprint(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Returns the attributes of a task definition.
pub(crate) fn revision_attributes(raw: &TaskDefinition) -> RevisionAttributes {
    let mut task = LiteMap::new();
    let mut add = |name: &str, value: Option<String>| {
        task.extend(value.map(|value| (name.to_owned(), Attribute::shown(value))));
    };
    add("cpu", non_empty_text(raw.cpu()));
    add("memory", non_empty_text(raw.memory()).map(|memory| format!("{memory} MiB")));
    add("network mode", raw.network_mode().map(|mode| Text::new(mode.as_str())).map(Into::into));
    add("task role", raw.task_role_arn().map(last_segment));
    add("execution role", raw.execution_role_arn().map(last_segment));
    let containers =
        raw.container_definitions().iter().map(|c| (clean_text(c.name()), container_attributes(c)));
    RevisionAttributes { task, containers: containers.collect() }
}

fn container_attributes(raw: &ContainerDefinition) -> LiteMap<String, Attribute> {
    let mut all = LiteMap::from_iter([("image".to_owned(), Attribute::shown(clean_text(raw.image())))]);
    for pair in raw.environment() {
        all.insert(format!("environment {}", clean_text(pair.name())), Attribute::hidden(pair.value()));
    }
    for secret in raw.secrets() {
        all.insert(format!("secret {}", Text::new(secret.name())), Attribute::hidden(secret.value_from()));
    }
    for mapping in raw.port_mappings() {
        let port = mapping
            .container_port()
            .map(|p| p.to_string())
            .or_else(|| non_empty_text(mapping.container_port_range()));
        let protocol = mapping.protocol().map_or("tcp", |p| p.as_str());
        let name = format!("port {}/{}", port.unwrap_or_default(), Text::new(protocol));
        all.insert(name, Attribute::hidden((mapping.host_port(), mapping.name())));
    }
    if !raw.entry_point().is_empty() || !raw.command().is_empty() {
        all.insert("command".to_owned(), Attribute::hidden((raw.entry_point(), raw.command())));
    }
    if let Some(check) = raw.health_check() {
        let timing = (check.interval(), check.timeout(), check.retries(), check.start_period());
        all.insert("health check".to_owned(), Attribute::hidden((check.command(), timing)));
    }
    for (name, value) in [("cpu", Some(raw.cpu()).filter(|cpu| *cpu > 0)), ("memory", raw.memory())] {
        all.extend(value.map(|value| (name.to_owned(), Attribute::shown(value.to_string()))));
    }
    if let Some(log) = raw.log_configuration() {
        all.insert("log driver".to_owned(), Attribute::shown(Text::new(log.log_driver().as_str())));
    }
    all
}

/// Returns the changes from the revision `before` to the revision `after`. If there are several containers,
/// the name of a change in a container begins with the name of the container.
pub(crate) fn revision_changes(
    before: &RevisionAttributes,
    after: &RevisionAttributes,
) -> Vec<RevisionChange> {
    let mut found = attribute_changes(&before.task, &after.task, "");
    let names: BTreeSet<&String> = before.containers.keys().chain(after.containers.keys()).collect();
    let lone = names.len() == 1;
    for name in names {
        match (before.containers.get(name), after.containers.get(name)) {
            (Some(a), Some(b)) => {
                let place = if lone { String::new() } else { format!("{name}: ") };
                found.extend(attribute_changes(a, b, &place));
            }
            (a, b) => {
                let image =
                    |all: Option<&LiteMap<String, Attribute>>| Some(all?.get("image")?.display.clone());
                found.push(RevisionChange {
                    property: format!("container {name}").into(),
                    before: image(a).map(Into::into),
                    after: image(b).map(Into::into),
                });
            }
        }
    }
    found
}

/// Returns the changes between two sets of attributes. Puts `place` before the name of each change.
fn attribute_changes(
    before: &LiteMap<String, Attribute>,
    after: &LiteMap<String, Attribute>,
    place: &str,
) -> Vec<RevisionChange> {
    let mut names: Vec<&String> =
        before.keys().chain(after.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    // The image comes first because it matters most.
    names.sort_by_key(|name| *name != "image");
    let different = names.into_iter().filter(|name| match (before.get(*name), after.get(*name)) {
        (Some(before), Some(after)) => before.differs(after),
        _ => true,
    });
    let words = |all: &LiteMap<String, Attribute>, name| {
        all.get(name).map(|aspect: &Attribute| aspect.display.clone())
    };
    different
        .map(|name| RevisionChange {
            property: format!("{place}{name}").into(),
            before: words(before, name).map(Into::into),
            after: words(after, name).map(Into::into),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{revision_attributes, revision_changes};
    use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, Secret, TaskDefinition};

    fn container(name: &str, image: &str, variables: &[(&str, &str)]) -> ContainerDefinition {
        let pair = |(name, value): &(&str, &str)| KeyValuePair::builder().name(*name).value(*value).build();
        ContainerDefinition::builder()
            .name(name)
            .image(image)
            .set_environment(Some(variables.iter().map(pair).collect()))
            .build()
    }

    fn task(cpu: &str, containers: Vec<ContainerDefinition>) -> TaskDefinition {
        TaskDefinition::builder().cpu(cpu).set_container_definitions(Some(containers)).build()
    }

    fn change_lines(before: &TaskDefinition, after: &TaskDefinition) -> Vec<String> {
        revision_changes(&revision_attributes(before), &revision_attributes(after))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn attributes_from_disk_have_no_fingerprints() {
        let before = revision_attributes(&task(
            "256",
            vec![container("app", "app:1", &[("A", "s3cret"), ("B", "x")])],
        ));
        let text = serde_json::to_string(&before).unwrap();
        assert!(!text.contains("print") && !text.contains("s3cret"), "{text}");
        let shelved: super::RevisionAttributes = serde_json::from_str(&text).unwrap();
        assert!(before.has_fingerprints() && !shelved.has_fingerprints());
        let after = revision_attributes(&task("256", vec![container("app", "app:2", &[("A", "hunter2")])]));
        let told: Vec<String> = revision_changes(&shelved, &after).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["image app:1 → app:2", "environment B removed"]);
    }

    #[test]
    fn changes_show_names_and_never_values() {
        let before =
            task("256", vec![container("app", "app:1", &[("A", "s3cret"), ("B", "x"), ("C", "same")])]);
        let after =
            task("512", vec![container("app", "app:2", &[("A", "hunter2"), ("C", "same"), ("D", "new")])]);
        let told = change_lines(&before, &after);
        assert_eq!(
            told,
            [
                "cpu 256 → 512",
                "image app:1 → app:2",
                "environment A changed",
                "environment B removed",
                "environment D added",
            ]
        );
        let all = format!(
            "{:?} {told:?}",
            revision_changes(&revision_attributes(&before), &revision_attributes(&after))
        );
        assert!(!all.contains("s3cret") && !all.contains("hunter2"), "{all}");
        assert!(!format!("{:?}", revision_attributes(&before)).contains("s3cret"));
    }

    #[test]
    fn images_of_one_registry_are_shortened() {
        let of = |image: &str| task("256", vec![container("app", image, &[])]);
        let told = |a: &str, b: &str| change_lines(&of(a), &of(b));
        assert_eq!(told("reg.example/shop/app:1", "reg.example/shop/app:2"), ["image app:1 → app:2"]);
        assert_eq!(told("reg.example/é:1", "reg.example/è:1"), ["image é:1 → è:1"]);
        assert_eq!(told("app:1", "reg.example/app:1"), ["image app:1 → reg.example/app:1"]);
    }

    #[test]
    fn sidecars_come_and_go_and_give_the_containers_their_names() {
        let (app, envoy) = (container("app", "app:1", &[]), container("envoy", "envoy:3", &[]));
        let newer = container("app", "app:2", &[]);
        let (alone, both) = (task("256", vec![app]), task("256", vec![newer, envoy]));
        assert_eq!(
            change_lines(&alone, &both),
            ["app: image app:1 → app:2", "container envoy added: envoy:3"]
        );
        assert_eq!(
            change_lines(&both, &alone),
            ["app: image app:2 → app:1", "container envoy removed: envoy:3"]
        );
        assert!(change_lines(&both, &both).is_empty());
    }

    #[test]
    fn secrets_commands_and_checks_change_by_name() {
        let with = |source: &str, command: &str| {
            let secret = Secret::builder().name("KEY").value_from(source).build().unwrap();
            let container = ContainerDefinition::builder().name("app").image("app:1").secrets(secret);
            task("256", vec![container.command(command).build()])
        };
        assert_eq!(
            change_lines(&with("arn:a", "run"), &with("arn:b", "run --token=x")),
            ["command changed", "secret KEY changed"]
        );
    }
}

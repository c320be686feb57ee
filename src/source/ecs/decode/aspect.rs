//! What of a task definition tells one revision from the next. Of what may be secret (values of variables, commands) there
//! is a fingerprint, kept in memory only and never on disk: enough to say that it is another, not what it is.

use super::words::{said, some, tail};
use crate::model::{Alteration, Text};
use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

/// The aspects of a revision: those of the task, and those of each container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Aspects {
    task: LiteMap<String, Aspect>,
    containers: LiteMap<String, LiteMap<String, Aspect>>,
}

/// What one aspect is: in words, which are empty where its value is never told, and as a fingerprint, which what comes from
/// the disk lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Aspect {
    words: String,
    #[serde(skip)]
    print: Option<u64>,
}

impl Aspects {
    /// Whether it can be told from others by all its aspects: it was read from AWS, not from the disk.
    #[must_use]
    pub(crate) fn is_whole(&self) -> bool {
        let all = self.task.values().chain(self.containers.values().flat_map(LiteMap::values));
        all.into_iter().all(|aspect| aspect.print.is_some())
    }
}

impl Aspect {
    fn told(words: impl Into<String>) -> Self {
        let words = words.into();
        Self { print: Some(print(&words)), words }
    }

    fn untold(value: impl Hash) -> Self {
        Self { words: String::new(), print: Some(print(value)) }
    }

    /// Whether it is known to be another.
    fn differs(&self, other: &Self) -> bool {
        let prints = self.print.zip(other.print);
        self.words != other.words || prints.is_some_and(|(one, another)| one != another)
    }
}

fn print(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The aspects of a task definition.
pub(crate) fn aspects(raw: &TaskDefinition) -> Aspects {
    let mut task = LiteMap::new();
    let mut add = |name: &str, value: Option<String>| {
        task.extend(value.map(|value| (name.to_owned(), Aspect::told(value))));
    };
    add("cpu", some(raw.cpu()));
    add("memory", some(raw.memory()).map(|memory| format!("{memory} MiB")));
    add("network mode", raw.network_mode().map(|mode| Text::new(mode.as_str())).map(Into::into));
    add("task role", raw.task_role_arn().map(tail));
    add("execution role", raw.execution_role_arn().map(tail));
    let containers = raw.container_definitions().iter().map(|c| (said(c.name()), container(c)));
    Aspects { task, containers: containers.collect() }
}

fn container(raw: &ContainerDefinition) -> LiteMap<String, Aspect> {
    let mut all = LiteMap::from_iter([("image".to_owned(), Aspect::told(said(raw.image())))]);
    for pair in raw.environment() {
        all.insert(format!("environment {}", said(pair.name())), Aspect::untold(pair.value()));
    }
    for secret in raw.secrets() {
        all.insert(format!("secret {}", Text::new(secret.name())), Aspect::untold(secret.value_from()));
    }
    for mapping in raw.port_mappings() {
        let port =
            mapping.container_port().map(|p| p.to_string()).or_else(|| some(mapping.container_port_range()));
        let protocol = mapping.protocol().map_or("tcp", |p| p.as_str());
        let name = format!("port {}/{}", port.unwrap_or_default(), Text::new(protocol));
        all.insert(name, Aspect::untold((mapping.host_port(), mapping.name())));
    }
    if !raw.entry_point().is_empty() || !raw.command().is_empty() {
        all.insert("command".to_owned(), Aspect::untold((raw.entry_point(), raw.command())));
    }
    if let Some(check) = raw.health_check() {
        let timing = (check.interval(), check.timeout(), check.retries(), check.start_period());
        all.insert("health check".to_owned(), Aspect::untold((check.command(), timing)));
    }
    for (name, value) in [("cpu", Some(raw.cpu()).filter(|cpu| *cpu > 0)), ("memory", raw.memory())] {
        all.extend(value.map(|value| (name.to_owned(), Aspect::told(value.to_string()))));
    }
    if let Some(log) = raw.log_configuration() {
        all.insert("log driver".to_owned(), Aspect::told(Text::new(log.log_driver().as_str())));
    }
    all
}

/// What is different from one revision to the next. Where both have one container, its name says nothing.
pub(crate) fn differences(before: &Aspects, after: &Aspects) -> Vec<Alteration> {
    let mut found = between(&before.task, &after.task, "");
    let names: BTreeSet<&String> = before.containers.keys().chain(after.containers.keys()).collect();
    let lone = names.len() == 1;
    for name in names {
        match (before.containers.get(name), after.containers.get(name)) {
            (Some(a), Some(b)) => {
                let place = if lone { String::new() } else { format!("{name}: ") };
                found.extend(between(a, b, &place));
            }
            (a, b) => {
                let image = |all: Option<&LiteMap<String, Aspect>>| Some(all?.get("image")?.words.clone());
                found.push(Alteration {
                    what: format!("container {name}").into(),
                    before: image(a).map(Into::into),
                    after: image(b).map(Into::into),
                });
            }
        }
    }
    found
}

/// What is different between two sets of aspects.
fn between(
    before: &LiteMap<String, Aspect>,
    after: &LiteMap<String, Aspect>,
    place: &str,
) -> Vec<Alteration> {
    let mut names: Vec<&String> =
        before.keys().chain(after.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    // What people ask for first.
    names.sort_by_key(|name| *name != "image");
    let different = names.into_iter().filter(|name| match (before.get(*name), after.get(*name)) {
        (Some(before), Some(after)) => before.differs(after),
        _ => true,
    });
    let words =
        |all: &LiteMap<String, Aspect>, name| all.get(name).map(|aspect: &Aspect| aspect.words.clone());
    different
        .map(|name| Alteration {
            what: format!("{place}{name}").into(),
            before: words(before, name).map(Into::into),
            after: words(after, name).map(Into::into),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{aspects, differences};
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

    fn told(before: &TaskDefinition, after: &TaskDefinition) -> Vec<String> {
        differences(&aspects(before), &aspects(after)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_lay_on_disk_has_no_fingerprints_and_tells_what_it_can() {
        let before = aspects(&task("256", vec![container("app", "app:1", &[("A", "s3cret"), ("B", "x")])]));
        let text = serde_json::to_string(&before).unwrap();
        assert!(!text.contains("print") && !text.contains("s3cret"), "{text}");
        let shelved: super::Aspects = serde_json::from_str(&text).unwrap();
        assert!(before.is_whole() && !shelved.is_whole());
        let after = aspects(&task("256", vec![container("app", "app:2", &[("A", "hunter2")])]));
        let told: Vec<String> = differences(&shelved, &after).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["image app:1 → app:2", "environment B removed"]);
    }

    #[test]
    fn names_are_told_and_values_never() {
        let before =
            task("256", vec![container("app", "app:1", &[("A", "s3cret"), ("B", "x"), ("C", "same")])]);
        let after =
            task("512", vec![container("app", "app:2", &[("A", "hunter2"), ("C", "same"), ("D", "new")])]);
        let told = told(&before, &after);
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
        let all = format!("{:?} {told:?}", differences(&aspects(&before), &aspects(&after)));
        assert!(!all.contains("s3cret") && !all.contains("hunter2"), "{all}");
        assert!(!format!("{:?}", aspects(&before)).contains("s3cret"));
    }

    #[test]
    fn of_two_images_of_one_registry_the_ends_are_told() {
        let of = |image: &str| task("256", vec![container("app", image, &[])]);
        let told = |a: &str, b: &str| told(&of(a), &of(b));
        assert_eq!(told("reg.example/shop/app:1", "reg.example/shop/app:2"), ["image app:1 → app:2"]);
        assert_eq!(told("reg.example/é:1", "reg.example/è:1"), ["image é:1 → è:1"]);
        assert_eq!(told("app:1", "reg.example/app:1"), ["image app:1 → reg.example/app:1"]);
    }

    #[test]
    fn sidecars_come_and_go_and_give_the_containers_their_names() {
        let (app, envoy) = (container("app", "app:1", &[]), container("envoy", "envoy:3", &[]));
        let newer = container("app", "app:2", &[]);
        let (alone, both) = (task("256", vec![app]), task("256", vec![newer, envoy]));
        assert_eq!(told(&alone, &both), ["app: image app:1 → app:2", "container envoy added: envoy:3"]);
        assert_eq!(told(&both, &alone), ["app: image app:2 → app:1", "container envoy removed: envoy:3"]);
        assert!(told(&both, &both).is_empty());
    }

    #[test]
    fn secrets_commands_and_checks_are_told_by_name() {
        let with = |source: &str, command: &str| {
            let secret = Secret::builder().name("KEY").value_from(source).build().unwrap();
            let container = ContainerDefinition::builder().name("app").image("app:1").secrets(secret);
            task("256", vec![container.command(command).build()])
        };
        assert_eq!(
            told(&with("arn:a", "run"), &with("arn:b", "run --token=x")),
            ["command changed", "secret KEY changed"]
        );
    }
}

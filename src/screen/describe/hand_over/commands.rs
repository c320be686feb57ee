//! Shell commands of the AWS CLI, Docker and Portolan that show a service. The user can paste each command
//! into a shell without changes.

use super::{CopyItem, arn_of, instance_id};
use crate::{
    model::{Instance, LogRoute, Service, ServiceKind, shell_operand, shell_option},
    store::World,
    topology::Node,
};
use std::fmt::Write;

/// Returns the start of Portolan's own commands. Without `--demo`, a command copied from the demo would read
/// the user's own sources.
#[must_use]
pub fn own_program(world: &World) -> &'static str {
    if world.demo { "portolan --demo" } else { "portolan" }
}

/// Returns commands that show the service, its faulty or newest instance, its logs and its events. Returns
/// none for a service that is only declared.
pub(super) fn commands(world: &World, node: &Node, service: &Service) -> Vec<CopyItem> {
    let status = world.sources.iter().find(|status| status.id == service.source());
    let mut options = String::new();
    for (option, value) in status.into_iter().flat_map(|status| &status.tool_options) {
        let _ = write!(options, " {}", shell_option(option, value));
    }
    // Discovery gives sources on Podman an id that begins with `podman`.
    let program = if service.source().as_str().starts_with("podman") { "podman" } else { "docker" };
    let docker = format!("{program}{options}");
    let mut items = match service.kind {
        ServiceKind::EcsService | ServiceKind::EcsFamily => ecs_commands(service, &options),
        ServiceKind::Compose => compose_commands(service, &docker),
        ServiceKind::Container => container_commands(service, &docker),
        ServiceKind::Swarm => swarm_commands(service, &docker),
        ServiceKind::Declared => Vec::new(),
    };
    if service.kind != ServiceKind::Declared {
        let name = world.topology().unique_name(node);
        let program = own_program(world);
        let logs = format!("{program} logs --since 1h {}", shell_operand(&name));
        items.push(CopyItem::new("Portolan: logs", logs));
        let events = format!("{program} events --since 1d {}", shell_option("--service", &name));
        items.push(CopyItem::new("Portolan: events", events));
    }
    items
}

fn ecs_commands(service: &Service, options: &str) -> Vec<CopyItem> {
    let region = arn_of(service).and_then(|arn| arn.split(':').nth(3));
    let in_region = |region: Option<&str>| {
        let region = region.map(|region| format!(" {}", shell_option("--region", region)));
        format!("{}{options}", region.unwrap_or_default())
    };
    let cluster = shell_option("--cluster", service.group.as_deref().unwrap_or("default"));
    let name = |option: &str| shell_option(option, &service.name);
    let mut items = Vec::new();
    let mut add = |label: &str, command: String| {
        items.push(CopyItem::new(&format!("aws: {label}"), format!("aws {command}{}", in_region(region))));
    };
    if service.kind == ServiceKind::EcsService {
        add("service", format!("ecs describe-services {cluster} {}", name("--services")));
        add("tasks", format!("ecs list-tasks {cluster} {}", name("--service-name")));
    } else {
        add("tasks", format!("ecs list-tasks {cluster} {}", name("--family")));
    }
    if let Some(instance) = instance_to_show(service) {
        let task = shell_option("--tasks", instance_id(instance));
        add("task", format!("ecs describe-tasks {cluster} {task}"));
    }
    if let Some(version) = service.instances.iter().find_map(|instance| instance.version.as_deref()) {
        let version = shell_option("--task-definition", version);
        add("task definition", format!("ecs describe-task-definition {version}"));
    }
    if let Some((group, stream, log_region)) = cloudwatch_log(service) {
        // The log streams of one container have the same name prefix in all tasks.
        let prefix = stream.and_then(|stream| stream.rsplit_once('/')).map(|(prefix, _)| prefix);
        let prefix = prefix.map(|prefix| format!(" {}", shell_option("--log-stream-name-prefix", prefix)));
        let options = format!("--since 1h{}{}", prefix.unwrap_or_default(), in_region(log_region.or(region)));
        let group = shell_operand(group);
        items.push(CopyItem::new("aws: logs", format!("aws logs tail {options} {group}")));
        items.push(CopyItem::new("aws: logs (follow)", format!("aws logs tail --follow {options} {group}")));
    }
    items
}

/// Returns the log group of a service's first container whose log is in CloudWatch, a stream in that group,
/// and the region if it differs from the region of the service.
fn cloudwatch_log(service: &Service) -> Option<(&str, Option<&str>, Option<&str>)> {
    let mut routes =
        service.instances.iter().flat_map(|i| &i.containers).map(|container| &container.log_route);
    routes.find_map(|route| match route {
        LogRoute::CloudWatch { group, stream, region } => {
            Some((group.as_str(), stream.as_deref(), region.as_deref()))
        }
        LogRoute::Engine { .. } | LogRoute::ExpiredStreams { .. } | LogRoute::Unreadable { .. } => None,
    })
}

fn compose_commands(service: &Service, docker: &str) -> Vec<CopyItem> {
    let Some(project) = service.group.as_deref() else { return container_commands(service, docker) };
    let compose = format!("{docker} compose {}", shell_option("--project-name", project));
    let name = shell_operand(&service.name);
    let mut items = vec![
        CopyItem::new("docker: containers", format!("{compose} ps -a {name}")),
        CopyItem::new("docker: logs", format!("{compose} logs --tail 100 {name}")),
        CopyItem::new("docker: logs (follow)", format!("{compose} logs --tail 100 --follow {name}")),
    ];
    items.extend(container_commands(service, docker).into_iter().filter(|item| !item.label.contains("logs")));
    items
}

fn container_commands(service: &Service, docker: &str) -> Vec<CopyItem> {
    let Some(instance) = instance_to_show(service) else { return Vec::new() };
    let name = shell_operand(&instance.name);
    vec![
        CopyItem::new("docker: container", format!("{docker} inspect {name}")),
        CopyItem::new("docker: logs", format!("{docker} logs --tail 100 {name}")),
        CopyItem::new("docker: logs (follow)", format!("{docker} logs --tail 100 --follow {name}")),
        CopyItem::new("docker: usage", format!("{docker} stats {name}")),
    ]
}

fn swarm_commands(service: &Service, docker: &str) -> Vec<CopyItem> {
    let name = service.group.as_deref().map(|stack| format!("{stack}_{}", service.name));
    let name = shell_operand(name.as_deref().unwrap_or(&service.name));
    vec![
        CopyItem::new("docker: tasks", format!("{docker} service ps {name}")),
        CopyItem::new("docker: service", format!("{docker} service inspect {name}")),
        CopyItem::new("docker: logs", format!("{docker} service logs --tail 100 {name}")),
    ]
}

/// Returns the faulty instance with the latest exit, or else the instance that started last.
fn instance_to_show(service: &Service) -> Option<&Instance> {
    let faulty = service.instances.iter().filter(|instance| instance.is_faulty());
    let newest = faulty.max_by_key(|instance| instance.exit.as_ref().and_then(|exit| exit.at));
    newest.or_else(|| service.instances.iter().max_by_key(|instance| instance.started))
}

#[cfg(test)]
mod tests {
    use super::commands;
    use crate::{
        model::{
            Container, Fact, FactKind, Instance, InstanceId, Inventory, LogRoute, Service, ServiceId,
            ServiceKind, SourceId, SourceStatus, fixtures::*,
        },
        store::Store,
    };

    fn texts(service: &Service) -> Vec<String> {
        let source = SourceId::from(&service.id);
        let status = SourceStatus::new(source.clone(), "ecs", String::new());
        let mut store = Store::new(Inventory::default(), vec![status], 0, ago(0));
        store.apply_poll_result(&source, Ok(snapshot(source.as_str(), vec![service.clone()])));
        let node = store.world.topology().nodes.values().next().unwrap();
        commands(&store.world, node, service).into_iter().map(|item| item.text).collect()
    }

    #[test]
    fn an_ecs_service_has_the_commands_of_the_aws_cli() {
        let log_route = LogRoute::CloudWatch {
            group: "/ecs/shop/web".into(),
            stream: Some("app/app/0123".into()),
            region: None,
        };
        let instance = Instance {
            id: InstanceId::new("ecs:eu/0123"),
            version: Some("web:7".into()),
            containers: vec![Container {
                name: "app".into(),
                image: "shop/web:1".into(),
                digest: None,
                log_route,
                exit: None,
            }],
            ..instance("0123")
        };
        let web = Service {
            id: ServiceId::new("ecs:eu/shop/web"),
            kind: ServiceKind::EcsService,
            facts: vec![Fact::new(FactKind::Arn, "arn:aws:ecs:eu-west-1:1:service/shop/web")],
            instances: vec![instance],
            ..service("web")
        };
        assert_eq!(
            texts(&web)[..5],
            [
                "aws ecs describe-services --cluster shop --services web --region eu-west-1",
                "aws ecs list-tasks --cluster shop --service-name web --region eu-west-1",
                "aws ecs describe-tasks --cluster shop --tasks 0123 --region eu-west-1",
                "aws ecs describe-task-definition --task-definition web:7 --region eu-west-1",
                "aws logs tail --since 1h --log-stream-name-prefix app/app --region eu-west-1 /ecs/shop/web",
            ]
        );
    }

    #[test]
    fn a_compose_service_has_the_commands_of_docker() {
        let web =
            Service { kind: ServiceKind::Compose, instances: vec![instance("shop-web-1")], ..service("web") };
        let found = texts(&web);
        assert!(
            found.contains(&"docker compose --project-name shop logs --tail 100 web".to_owned()),
            "{found:?}"
        );
        assert!(found.contains(&"docker inspect shop-web-1".to_owned()), "{found:?}");
        assert!(found.contains(&"portolan logs --since 1h shop/web".to_owned()), "{found:?}");
    }
}

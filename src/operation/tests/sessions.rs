//! Sessions in containers: the confirmation, and the records in the audit log.

use crate::{
    model::{
        ActionPermission, Container, Fact, FactKind, InstanceState, LogRoute, Service, ServiceId, Timestamp,
        fixtures,
    },
    operation::{
        ConfirmedSession, ForwardRequest, MenuChoice, MenuScope, NO_KEY, OpenForwards, OperationPlace,
        SessionPlan, SessionRequest, SessionTarget, ShellRequest, container_entries, menu_entries,
        port_targets, session_targets,
    },
};

/// Returns a service whose running instances have two containers each.
fn service_with_containers() -> Service {
    let container = |name: &str| Container {
        name: name.into(),
        image: "registry.example/web:7".into(),
        digest: None,
        log_route: LogRoute::Engine { container: "web".into() },
        exit: None,
    };
    let mut service = fixtures::service("web");
    service.instances[0].containers = vec![container("web"), container("proxy")];
    service
}

fn target() -> SessionTarget {
    session_targets(&service_with_containers(), "shop/web").into_iter().next().unwrap()
}

fn plan<R: SessionRequest>(request: R, permission: ActionPermission) -> Option<SessionPlan<R>> {
    let place = OperationPlace::of_local_engine();
    SessionPlan::new(request, place, permission).ok()
}

fn shell(command: &[&str]) -> ShellRequest {
    ShellRequest::new(target(), command.iter().map(|word| (*word).to_owned()).collect(), None)
}

#[test]
fn a_session_needs_permission_and_in_a_protected_source_the_name() {
    assert!(plan(shell(&[]), ActionPermission::Off).is_none());
    let ask = plan(shell(&[]), ActionPermission::Ask).unwrap();
    assert!(ConfirmedSession::by_flag(ask.clone(), None).is_ok());
    assert!(ConfirmedSession::by_line(ask.clone(), "yes\n").is_some());
    assert!(ConfirmedSession::by_line(ask, "\n").is_none());
    let protected = plan(shell(&[]), ActionPermission::Protected).unwrap();
    let refusal = ConfirmedSession::by_flag(protected.clone(), None).unwrap_err();
    assert_eq!(refusal.remedy, "add --confirm web");
    assert!(ConfirmedSession::by_flag(protected.clone(), Some("web")).is_ok());
    assert!(ConfirmedSession::by_line(protected.clone(), "yes").is_none());
    assert!(ConfirmedSession::by_line(protected, "web\n").is_some());
}

#[test]
fn a_plan_names_the_command_that_opens_the_same_session() {
    let engine = OperationPlace::of_local_engine();
    let line = |place: OperationPlace| {
        let plan = SessionPlan::new(shell(&["sh", "-c", "echo $HOME"]), place, ActionPermission::Ask);
        plan.unwrap().equivalent_command().unwrap()
    };
    assert_eq!(line(engine.clone()), "docker exec -i web sh '-c' 'echo $HOME'");
    let prefix = "aws --region eu-west-1";
    let aws =
        OperationPlace { region: Some("eu-west-1".into()), command_prefix: prefix.into(), ..engine.clone() };
    let words = "ecs execute-command --cluster shop --task web --container web --interactive --command";
    let quoted = format!("'{}'", "sh '-c' 'echo $HOME'".replace('\'', r"'\''"));
    assert_eq!(line(aws), format!("{prefix} {words} {quoted}"));
    let forward = ForwardRequest { target: target(), local_port: 8080, host: None, port: 80 };
    let plan = SessionPlan::new(forward, engine, ActionPermission::Ask).unwrap();
    assert_eq!(plan.equivalent_command(), None);
}

#[test]
fn the_audit_log_names_the_program_and_the_port_only() {
    let secret = plan(shell(&["psql", "--password=hunter2"]), ActionPermission::Ask).unwrap();
    assert!(secret.summary().contains("hunter2"), "the user sees the whole command");
    let record = secret.audit_record("me", Timestamp::UNIX_EPOCH);
    assert_eq!((record.action.as_str(), record.plan.len()), ("exec", 1));
    assert!(record.plan[0].starts_with("psql in container web of "), "{record:?}");
    assert!(!format!("{record:?}").contains("hunter2"));
    let quoted = plan(shell(&["/opt/tool --password=hunter2"]), ActionPermission::Ask).unwrap();
    let record = quoted.audit_record("me", Timestamp::UNIX_EPOCH);
    assert!(record.plan[0].starts_with("/opt/tool in container web of "), "{record:?}");

    let hostile = ServiceId::new("docker/x; touch owned");
    let hostile = ShellRequest { target: SessionTarget { service: hostile, ..target() }, ..shell(&[]) };
    let hostile = plan(hostile, ActionPermission::Protected).unwrap();
    let refusal = ConfirmedSession::by_flag(hostile, None).unwrap_err();
    assert_eq!(refusal.remedy, "add --confirm 'x; touch owned'", "it can be pasted into a shell");

    let host = |host: Option<&str>| ForwardRequest {
        target: target(),
        local_port: 9000,
        host: host.map(Into::into),
        port: 80,
    };
    let near = plan(host(None), ActionPermission::Ask).unwrap();
    assert!(near.summary().starts_with("127.0.0.1:9000 to port 80 of container web of shop/web, "));
    let far = plan(host(Some("db")), ActionPermission::Ask).unwrap();
    assert!(far.summary().starts_with("127.0.0.1:9000 to db:80 through container web of shop/web, "));
    let record = far.audit_record("me", Timestamp::UNIX_EPOCH);
    assert_eq!(record.action, "forward");
    assert!(record.plan[0].starts_with("db:80 through container web of "), "{record:?}");
}

#[test]
fn the_plan_of_a_shell_on_aws_names_the_second_call() {
    let note = |request: ShellRequest, place: OperationPlace| {
        SessionPlan::new(request, place, ActionPermission::Ask).unwrap().note()
    };
    assert_eq!(note(shell(&[]), OperationPlace::of_local_engine()), None);
    let on_aws = OperationPlace { region: Some("eu-west-1".into()), ..OperationPlace::of_local_engine() };
    assert!(note(shell(&[]), on_aws).is_some_and(|note| note.contains("a second time")));
}

#[test]
fn the_menu_offers_a_shell_while_a_container_runs() {
    let mut service = service_with_containers();
    let shells = |service: &Service| {
        let scope = MenuScope { selected: Some(service), ..MenuScope::default() };
        let entries = menu_entries(&scope).into_iter().filter_map(|entry| match entry.choice {
            MenuChoice::Shell(targets) => Some((entry.key, entry.label, targets)),
            _ => None,
        });
        entries.collect::<Vec<_>>()
    };
    let offered = shells(&service);
    assert_eq!((offered[0].0, offered[0].1.as_str()), ('!', "open a shell in web"));
    let choices = container_entries(offered[0].2.clone(), |_| "web-1".to_owned());
    let labels: Vec<String> = choices.iter().map(|entry| format!("{} {}", entry.key, entry.label)).collect();
    assert_eq!(labels, ["1 web in web-1", "2 proxy in web-1"]);
    service.instances[0].state = InstanceState::Stopped;
    assert!(shells(&service).is_empty());
}

#[test]
fn the_menu_forwards_known_tcp_ports_and_ends_open_forwards() {
    let mut service = service_with_containers();
    let fact = |value: &str| Fact::new(FactKind::Port, value);
    service.facts = vec![fact("0.0.0.0:8080 → 80/tcp"), fact("53/udp"), fact("80/tcp")];
    service.facts.push(Fact::new(FactKind::Ports, "9901/tcp (admin)").of_container(Some("proxy".into())));
    let found: Vec<(u16, String)> = port_targets(&service, "shop/web")
        .into_iter()
        .map(|(port, target)| (port, target.container.to_string()))
        .collect();
    assert_eq!(found, [(80, "web".to_owned()), (9901, "proxy".to_owned())]);
    let mut forwards = OpenForwards::default();
    let (_, target) = port_targets(&service, "shop/web").remove(0);
    let number = forwards.begin(ForwardRequest { target, local_port: 4000, host: None, port: 80 });
    let scope = MenuScope {
        selected: Some(&service),
        forwards: forwards.of_service(&service.id).collect(),
        ..MenuScope::default()
    };
    let labels: Vec<(char, String)> = menu_entries(&scope)
        .into_iter()
        .filter(|entry| matches!(entry.choice, MenuChoice::Forward(_) | MenuChoice::EndForward(_)))
        .map(|entry| (entry.key, entry.label))
        .collect();
    let expected = [
        ('f', "forward port 80 of web"),
        (NO_KEY, "forward port 9901 of web"),
        ('d', "end forward of port 4000 to port 80 of shop/web"),
    ];
    assert_eq!(labels, expected.map(|(key, label)| (key, label.to_owned())));
    assert!(forwards.end(number).is_some() && forwards.end(number).is_none());
    service.instances[0].state = InstanceState::Stopped;
    assert!(port_targets(&service, "shop/web").is_empty());
}

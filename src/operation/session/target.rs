//! Containers that a session can run in, and requests for sessions.

use crate::{
    model::{FactKind, FactLabel, InstanceId, InstanceState, Service, ServiceId, SourceId, Text, Timestamp},
    operation::{AUDIT_SCHEMA, AuditOutcome, AuditRecord, OperationPlace},
};
use std::collections::BTreeMap;

/// Number of characters of an instance's id in a summary, as in the output of docker.
const SHORT_ID_CHARS: usize = 12;

/// Container that a session runs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionTarget {
    /// The service.
    pub service: ServiceId,
    /// Compose project or ECS cluster of the service.
    pub group: Option<Text>,
    /// Label of the service.
    pub service_label: Text,
    /// The instance: a container of an engine, or a task.
    pub instance: InstanceId,
    /// Name of the container.
    pub container: Text,
}

/// Request for a session in a container: a shell, a command or a forwarded port.
pub trait SessionRequest {
    /// Identifier of the action in the audit log.
    const AUDIT_ACTION: &'static str;
    /// Note for the plan of a session on AWS about further calls or programs; `None` if it needs none.
    const AWS_NOTE: Option<&'static str>;

    /// Returns the container.
    fn target(&self) -> &SessionTarget;

    /// Returns the purpose as the start of a phrase that ends with the container, such as `sh in`.
    fn purpose(&self) -> String;

    /// Returns the `docker` or `aws` command that begins such a session at `place`. Returns `None` if one
    /// command can't.
    fn equivalent_command(&self, place: &OperationPlace) -> Option<String>;

    /// Returns the purpose for the audit log, without arguments that may be secrets.
    fn audit_purpose(&self) -> String;
}

impl SessionTarget {
    /// Describes the container: its name, its service, and the first characters of the instance's id.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { service_label, instance, container, .. } = self;
        let instance = instance.as_str().rsplit('/').next().unwrap_or_default();
        let instance: String = instance.chars().take(SHORT_ID_CHARS).collect();
        format!("container {container} of {service_label}, {instance}")
    }

    /// Returns the id of the source.
    #[must_use]
    pub fn source(&self) -> SourceId {
        SourceId::from(&self.service)
    }
}

/// Returns the containers in the running instances of `service`. `label` is the name of the service for
/// display.
#[must_use]
pub fn session_targets(service: &Service, label: &str) -> Vec<SessionTarget> {
    let running = service.instances.iter().filter(|instance| instance.state == InstanceState::Running);
    let containers = running.flat_map(|instance| instance.containers.iter().map(move |one| (instance, one)));
    let target = containers.map(|(instance, container)| SessionTarget {
        service: service.id.clone(),
        group: service.group.clone(),
        service_label: label.into(),
        instance: instance.id.clone(),
        container: container.name.clone(),
    });
    target.collect()
}

/// Returns the TCP ports on which the containers of `service` listen according to their configuration, in
/// ascending order, each with a container of the first running instance.
#[must_use]
pub fn port_targets(service: &Service, label: &str) -> Vec<(u16, SessionTarget)> {
    let mut targets = session_targets(service, label);
    let Some(first) = targets.first().cloned() else { return Vec::new() };
    targets.retain(|target| target.instance == first.instance);
    let mut found = BTreeMap::new();
    for fact in &service.facts {
        let FactLabel::Known { container, kind: FactKind::Port | FactKind::Ports } = &fact.label else {
            continue;
        };
        let named = targets.iter().find(|target| container.as_ref() == Some(&target.container));
        for port in fact.value.split(", ").filter_map(tcp_port) {
            found.entry(port).or_insert_with(|| named.unwrap_or(&first).clone());
        }
    }
    found.into_iter().collect()
}

/// Returns the container's port from a text such as `0.0.0.0:8080 → 80/tcp`; `None` if it is not a TCP port.
fn tcp_port(text: &str) -> Option<u16> {
    let (port, protocol) = text.rsplit("→ ").next()?.split_once('/')?;
    port.parse().ok().filter(|_| protocol.split(' ').next() == Some("tcp"))
}

/// Returns the audit record of a request made at `at`, before it has a plan.
pub(super) fn audit_record(
    request: &impl SessionRequest,
    action: &str,
    user: &str,
    at: Timestamp,
) -> AuditRecord {
    let SessionTarget { service, instance, container, .. } = request.target();
    let plan = vec![format!("{} container {container} of {instance}", request.audit_purpose()).into()];
    AuditRecord { plan, ..audit_record_without_target(service, action, user, at) }
}

/// Returns the audit record of a request made at `at` for a session in `service`, before Portolan has chosen
/// a container.
pub(super) fn audit_record_without_target(
    service: &ServiceId,
    action: &str,
    user: &str,
    at: Timestamp,
) -> AuditRecord {
    AuditRecord {
        schema: AUDIT_SCHEMA.into(),
        at,
        user: user.into(),
        caller: None,
        source: SourceId::from(service).as_str().into(),
        location: Text::default(),
        account: None,
        action: action.into(),
        targets: vec![service.as_str().into()],
        reason: None,
        plan: Vec::new(),
        sent: Vec::new(),
        outcome: AuditOutcome::Unfinished,
        why: None,
        verdict: None,
    }
}

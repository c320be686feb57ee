//! Operations on containers: reads the containers again for a plan, sends confirmed changes to the engine,
//! and opens shells and port forwards.

use super::{
    Docker, DockerState, Operator,
    api_types::{ContainerInspectResponse, ContainerSummary},
    decode::{self, ContainerRecord, Owner},
    engine::client::CALL_TIMEOUT,
    snapshot::build::{self, EventHistory},
    sockets::SocketObservations,
};
use crate::{
    model::{
        Failure, FailureKind, InstanceId, Service, ServiceId, ServiceKind, Text, Timestamp, shell_quote,
    },
    operation::{
        Change, ConfirmedSession, ConfirmedStep, ForwardRequest, OperationPlace, OperationReading,
        OperationRequest, ShellRequest, TargetFact, TargetReading,
    },
    source::{
        ChangeReceipt,
        docker::EngineEndpoint,
        session::{Forward, OpeningFailure, Shell},
    },
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use std::{collections::BTreeMap, sync::Arc};
use tokio::time::Instant;

/// Maximum number of concurrent inspect calls.
const MAX_CONCURRENT_INSPECTS: usize = 8;

impl Operator for Docker {
    fn place(&self) -> BoxFuture<'_, Result<OperationPlace, Failure>> {
        async { Ok(place(&self.shared)) }.boxed()
    }

    fn read_targets<'a>(
        &'a self,
        request: &'a OperationRequest,
    ) -> BoxFuture<'a, Result<OperationReading, Failure>> {
        read_targets(&self.shared, request).boxed()
    }

    fn send<'a>(&'a self, change: ConfirmedStep<'a>) -> BoxFuture<'a, Result<ChangeReceipt, Failure>> {
        async move {
            let sent = self.shared.engine.send_change(change).await;
            if let Change::Container { id, .. } = &change.step().change {
                // The next poll reads the container even if no event reports the change.
                self.shared.cache().mark_dirty([id.to_string()]);
            }
            sent
        }
        .boxed()
    }

    fn open_shell<'a>(
        &'a self,
        confirmed: &'a ConfirmedSession<ShellRequest>,
    ) -> BoxFuture<'a, Result<Shell, OpeningFailure>> {
        async move {
            let ShellRequest { target, command, size } = confirmed.request();
            self.shared.engine.open_shell(container_id(&target.instance), command.clone(), *size).await
        }
        .boxed()
    }

    fn open_forward<'a>(
        &'a self,
        confirmed: &'a ConfirmedSession<ForwardRequest>,
    ) -> BoxFuture<'a, Result<Forward, OpeningFailure>> {
        async move {
            let request = confirmed.request();
            self.shared.engine.open_forward(container_id(&request.target.instance), request).await
        }
        .boxed()
    }
}

/// Returns the engine's id of a container.
fn container_id(instance: &InstanceId) -> &str {
    instance.as_str().rsplit('/').next().unwrap_or_default()
}

fn place(shared: &DockerState) -> OperationPlace {
    let endpoint = &shared.engine.endpoint;
    OperationPlace {
        source: shared.id.clone(),
        location: endpoint.to_string().into(),
        account: None,
        account_alias: None,
        region: None,
        caller: None,
        command_prefix: command_prefix(endpoint).into(),
    }
}

/// Returns the beginning of a docker or podman command for the engine at `endpoint`. It always names the
/// endpoint, because the docker command of the user's shell may use another context.
fn command_prefix(endpoint: &EngineEndpoint) -> String {
    let address = shell_quote(&endpoint.to_string());
    match endpoint {
        EngineEndpoint::Tls { certificates, .. } => {
            let certificates = shell_quote(&certificates.to_string_lossy());
            format!("DOCKER_CERT_PATH={certificates} docker --tlsverify -H {address}")
        }
        // The docker command may be missing where Podman runs.
        EngineEndpoint::Socket(path) if path.ends_with("podman.sock") => format!("podman --url {address}"),
        _ => format!("docker -H {address}"),
    }
}

/// Lists the containers, and inspects those of the requested services.
async fn read_targets(shared: &DockerState, request: &OperationRequest) -> Result<OperationReading, Failure> {
    let (listed, trouble) = shared.engine.list(Instant::now() + CALL_TIMEOUT).await?;
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    let is_wanted = |entry: &ContainerSummary| request.services().contains(&service_of(shared, entry));
    let ids: Vec<String> =
        listed.entries.iter().filter(|e| is_wanted(e)).filter_map(|e| e.id.clone()).collect();
    let inspected = stream::iter(ids).map(|id| async move { shared.engine.inspect(&id).await });
    let inspected: Vec<_> = inspected.buffered(MAX_CONCURRENT_INSPECTS).collect().await;
    let mut responses = Vec::new();
    for outcome in inspected {
        match outcome {
            Ok(response) => responses.push(response),
            // The container was removed after the list call.
            Err(gone) if gone.kind == FailureKind::Missing => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(OperationReading { place: place(shared), targets: targets(shared, &responses) })
}

/// Returns the id of the service that a listed container belongs to.
fn service_of(shared: &DockerState, entry: &ContainerSummary) -> ServiceId {
    let label = |name: &str| entry.labels.as_ref()?.get(name).map(String::as_str);
    let name = entry.name().or(entry.id.as_deref()).unwrap_or_default();
    Owner::of(name, label).id(&shared.id)
}

/// Returns the services of inspected containers, with the facts that matter for operations.
fn targets(shared: &DockerState, responses: &[ContainerInspectResponse]) -> Vec<TargetReading> {
    let decode = |response| decode::decode_container(&shared.id, response, &[], decode::MAX_REFERENCES);
    let records: Vec<(Arc<ContainerRecord>, &ContainerInspectResponse)> =
        responses.iter().filter_map(|response| Some((Arc::new(decode(response)?), response))).collect();
    let mut facts: BTreeMap<ServiceId, Vec<TargetFact>> = BTreeMap::new();
    for (record, response) in &records {
        let own = facts.entry(record.owner.id(&shared.id)).or_default();
        own.extend(container_facts(&record.instance.id, response));
        if let Some(manager) = manager(record).filter(|manager| !own.contains(manager)) {
            own.push(manager);
        }
    }
    let records: Vec<_> = records.into_iter().map(|(record, _)| record).collect();
    let exits = shared.cache().exit_histories();
    let now = Timestamp::now();
    let records = build::apply_exit_histories(records, &exits, now);
    let history = EventHistory { events: &[], exits: &exits };
    let made =
        build::build_snapshot(&shared.id, now, &records, &history, Vec::new(), SocketObservations::default());
    let target = |service: Arc<Service>| TargetReading {
        facts: facts.remove(&service.id).unwrap_or_default(),
        service: Arc::unwrap_or_clone(service),
        ecs: None,
    };
    made.services.into_iter().map(target).collect()
}

/// Returns the facts about one container that matter for operations.
fn container_facts(instance: &InstanceId, response: &ContainerInspectResponse) -> Vec<TargetFact> {
    let removed = response.host_config.as_ref().and_then(|host| host.auto_remove) == Some(true);
    let removed = removed.then(|| TargetFact::RemovedWhenStopped(instance.clone()));
    let grace = response.config.as_ref().and_then(|config| config.stop_timeout);
    let grace = grace.and_then(|seconds| u32::try_from(seconds).ok());
    let grace = grace.map(|seconds| TargetFact::StopGrace(instance.clone(), seconds));
    removed.into_iter().chain(grace).collect()
}

/// Returns the program that replaces the container when it stops, if there is one.
fn manager(record: &ContainerRecord) -> Option<TargetFact> {
    let name = match (record.owner.kind, &record.owner.group) {
        (ServiceKind::Swarm, _) => "swarm",
        // A standalone container with a group belongs to the ECS agent; the group is its cluster.
        (ServiceKind::Container, Some(_)) => "the ECS agent",
        _ => return None,
    };
    Some(TargetFact::ReplacedBy(Text::new(name)))
}

#[cfg(test)]
mod tests {
    use super::{EngineEndpoint, command_prefix};

    #[test]
    fn a_command_names_its_engine_and_survives_a_shell() {
        assert_eq!(command_prefix(&EngineEndpoint::default()), "docker -H unix:///var/run/docker.sock");
        let odd = EngineEndpoint::Socket("/run/my engine/docker.sock".into());
        assert_eq!(command_prefix(&odd), "docker -H 'unix:///run/my engine/docker.sock'");
        let podman = EngineEndpoint::Socket("/run/podman/podman.sock".into());
        assert_eq!(command_prefix(&podman), "podman --url unix:///run/podman/podman.sock");
        let tls =
            EngineEndpoint::Tls { address: "10.0.0.7:2376".into(), certificates: "/home/me/my certs".into() };
        let command = command_prefix(&tls);
        assert!(
            command.starts_with("DOCKER_CERT_PATH='/home/me/my certs' docker --tlsverify -H "),
            "{command}"
        );
    }
}

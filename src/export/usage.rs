//! Usage of CPU, memory and network by instances, as JSON of the schema `portolan.usage/1`.

use super::json::to_pretty_json;
use crate::{
    model::{Failure, Service, Timestamp},
    store::{World, usage_target},
};
use serde::Serialize;

/// Usage of services as a JSON document of the schema `portolan.usage/1`.
#[derive(Serialize)]
struct UsageReport<'a> {
    schema: &'static str,
    taken: Timestamp,
    services: Vec<ServiceOut<'a>>,
}

/// Usage of one service. `failure` is set if its last measurement failed.
#[derive(Serialize)]
struct ServiceOut<'a> {
    service: &'a str,
    failure: Option<&'a Failure>,
    instances: Vec<InstanceOut<'a>>,
}

/// Running instance with its latest sample. The time and the measurements are `None` before the first sample.
#[derive(Serialize)]
struct InstanceOut<'a> {
    id: &'a str,
    name: &'a str,
    restarts: u32,
    at: Option<Timestamp>,
    cpu_millicores: Option<u64>,
    cpu_limit_millicores: Option<u64>,
    memory_bytes: Option<u64>,
    memory_limit_bytes: Option<u64>,
    received_bytes_per_second: Option<u64>,
    sent_bytes_per_second: Option<u64>,
}

/// Returns the latest usage of the running instances of `services` as `portolan.usage/1`.
#[must_use]
pub fn usage_json(world: &World, services: &[Service]) -> String {
    let services = services.iter().map(|service| service_out(world, service)).collect();
    to_pretty_json(&UsageReport { schema: "portolan.usage/1", taken: world.now, services })
}

fn service_out<'a>(world: &'a World, service: &'a Service) -> ServiceOut<'a> {
    let target = usage_target(service);
    let measured = |id| target.as_ref().is_some_and(|target| target.instances.contains(id));
    let instances = service.instances.iter().filter(|one| measured(&one.id)).map(|one| {
        let last = world.usage.samples(&one.id).next_back();
        InstanceOut {
            id: one.id.as_str(),
            name: &one.name,
            restarts: one.restarts,
            at: last.map(|reading| reading.at),
            cpu_millicores: last.and_then(|reading| reading.cpu),
            cpu_limit_millicores: last.and_then(|reading| reading.cpu_limit),
            memory_bytes: last.and_then(|reading| reading.memory),
            memory_limit_bytes: last.and_then(|reading| reading.memory_limit),
            received_bytes_per_second: last.and_then(|reading| reading.received),
            sent_bytes_per_second: last.and_then(|reading| reading.sent),
        }
    });
    ServiceOut {
        service: service.id.as_str(),
        failure: world.usage.failure(&service.id),
        instances: instances.collect(),
    }
}

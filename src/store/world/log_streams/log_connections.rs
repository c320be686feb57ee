//! Failed connections that log lines report, such as `connect ECONNREFUSED 10.0.0.7:5432`.

use crate::{
    extract::unreachable_address,
    model::{
        ConnectionEnd, ConnectionKey, ConnectionOutcome, Inventory, LogBatch, LogLine, ObservationMethod,
        ObservedConnection,
    },
    topology::{Product, ProductRole},
};

/// Returns the failed connections that the lines of `batch` report, each with the time of its line.
///
/// Ignores services with a telemetry role, such as log collectors, because they repeat the lines of other
/// services.
pub(in crate::store) fn failed_connections_in_log(
    inventory: &Inventory,
    batch: &LogBatch,
) -> Vec<ObservedConnection> {
    let own_words = |line: &&LogLine| {
        let service = inventory.service(&line.service);
        service.is_some_and(|s| {
            Product::of_service(s).is_none_or(|product| product.role != ProductRole::Telemetry)
        })
    };
    let failures = batch.lines.iter().filter_map(|line| Some((line, unreachable_address(&line.text)?)));
    failures
        .filter(|(line, _)| own_words(line))
        .map(|(line, address)| {
            let sighting = ConnectionKey {
                from: ConnectionEnd::Service(line.service.clone()),
                port: address.port,
                to: ConnectionEnd::Address(address),
                observed_by: ObservationMethod::Log,
                outcome: ConnectionOutcome::Failed,
                location: format!("log of {}", line.label).into(),
            };
            ObservedConnection { key: sighting, first_seen: line.at, last_seen: line.at }
        })
        .collect()
}

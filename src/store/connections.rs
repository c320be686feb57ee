//! What log lines tell of connections: that one failed, and to where.

use crate::{
    decode::unreachable_address,
    model::{End, Flow, Inventory, LogBatch, LogLine, SeenBy, Sighting, Verdict},
    topology::{Product, Role},
};

/// The connections that those lines say have failed, each with the time of its line.
///
/// What gathers other services' logs repeats their words: its lines tell nothing of itself.
pub(super) fn failed(inventory: &Inventory, batch: &LogBatch) -> Vec<Flow> {
    let own_words = |line: &&LogLine| {
        let service = inventory.service(&line.service);
        service.is_some_and(|s| Product::of_service(s).is_none_or(|product| product.role != Role::Telemetry))
    };
    let told = batch.lines.iter().filter_map(|line| Some((line, unreachable_address(&line.text)?)));
    told.filter(|(line, _)| own_words(line))
        .map(|(line, address)| {
            let sighting = Sighting {
                from: End::Service(line.service.clone()),
                port: address.port,
                to: End::Address(address),
                by: SeenBy::Log,
                verdict: Verdict::Failed,
                place: format!("log of {}", line.label).into(),
            };
            Flow { sighting, first: line.at, last: line.at }
        })
        .collect()
}

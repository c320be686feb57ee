//! Command `usage`: measures CPU, memory and network of services' instances once.

use crate::{
    cli::{Error, args::Format, why},
    export,
    model::{Failure, FailureKind, Service},
    screen::{
        describe::{instance_text, usage_text},
        widget::text,
    },
    source::Source,
    store::{World, usage_target},
};
use futures::{StreamExt, future::join_all};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Maximum width of a row, in cells.
const ROW_WIDTH: usize = 100;

/// Measures the usage of the services `names` and stores the readings in `world`. A service without a reading
/// within `wait` counts as failed.
pub(in crate::cli) async fn measure(
    world: &mut World,
    sources: &[Arc<dyn Source>],
    names: &[String],
    wait: SignedDuration,
) -> Result<Vec<Service>, Error> {
    let mut services = Vec::new();
    for name in names {
        let (_, service) = why::find_service(world, name, "only services have usage data")?;
        services.push(service.clone());
    }
    let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
    let measured = services.iter().filter_map(usage_target).filter_map(|target| {
        let home = target.service.parts().source;
        let source = sources.iter().find(|source| source.id().as_str() == home)?;
        let (service, mut readings) = (target.service.clone(), source.usage(target));
        Some(async move {
            let outcome = timeout(wait, readings.next()).await;
            let late = || {
                let what = format!("no measurement within {} s", wait.as_secs());
                Err(Failure::new(FailureKind::Timeout, what, "increase --wait"))
            };
            (service, outcome.ok().flatten().unwrap_or_else(late))
        })
    });
    for (service, outcome) in join_all(measured).await {
        world.usage.record(service, outcome);
    }
    Ok(services)
}

/// Formats the usage readings of `services` as text or JSON.
pub(in crate::cli) fn usage_text(world: &World, services: &[Service], format: Format, ascii: bool) -> String {
    match format {
        Format::Json => export::usage_json(world, services),
        Format::Table => services.iter().map(|service| service_text(world, service, ascii)).collect(),
    }
}

/// Formats one service as text: its id, the reason for missing readings, and each running instance with its
/// readings.
fn service_text(world: &World, service: &Service, ascii: bool) -> String {
    let mut rows = vec![service.id.to_string()];
    rows.extend(usage_text::missing_usage_reason(&world.usage, service).map(|why| format!("  {why}")));
    let target = usage_target(service);
    let measured = target.as_ref().map(|target| &target.instances);
    for one in service.instances.iter().filter(|one| measured.is_some_and(|ids| ids.contains(&one.id))) {
        rows.push(format!("  {}  {}", one.name, instance_text::describe_instance(one, world.now)));
        let gauges = usage_text::gauges(&[world.usage.samples(&one.id).collect()], world.now, ascii);
        rows.extend(text::pack_rows(&gauges, ROW_WIDTH).into_iter().map(|row| format!("    {row}")));
    }
    match measured {
        None => rows.push("  no running instances".to_owned()),
        Some(some) if some.len() < service.running() => {
            rows.push(format!("  {} of {} instances measured", some.len(), service.running()));
        }
        Some(_) => {}
    }
    rows.join("\n") + "\n"
}

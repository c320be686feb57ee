//! The services of a cluster: listed in full, described ten at a time.

use super::{
    api::{Api, Read, batches, pages},
    calls,
    clusters::Cluster,
    decode::events,
};
use aws_sdk_ecs::types::Service;

/// The ARNs of the services of `cluster`.
pub(crate) async fn list(api: &Api, cluster: &Cluster) -> Read<String> {
    pages(|token| async move {
        let ask =
            api.clients.ecs.list_services().cluster(&cluster.key).max_results(100).set_next_token(token);
        let answer = api.pass(&calls::LIST_SERVICES, ask.send()).await?;
        Ok((answer.service_arns.unwrap_or_default(), answer.next_token))
    })
    .await
}

/// Those services as they are now. One that vanished since it was listed is left out.
pub(crate) async fn describe(api: &Api, cluster: &Cluster, arns: &[String]) -> Read<Service> {
    batches(arns, 10, |batch| async move {
        let ask = api.clients.ecs.describe_services().cluster(&cluster.key).set_services(Some(batch));
        let mut found = api.pass(&calls::DESCRIBE_SERVICES, ask.send()).await?.services.unwrap_or_default();
        found.retain(|service| service.status() != Some("INACTIVE"));
        for service in &mut found {
            service.events = service.events.take().map(events::thin);
        }
        Ok(found)
    })
    .await
}

//! The services of a cluster: listed a hundred at a time, described ten at a time.

use super::{api::Api, calls, decode::events, paging::Token};
use crate::model::Failure;
use aws_sdk_ecs::types::Service;

/// A page of the ARNs of the services of a cluster, and where the next one begins.
pub(crate) async fn page(
    api: &Api,
    cluster: &str,
    token: Option<Token>,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let ask = api
        .clients
        .ecs
        .list_services()
        .cluster(cluster)
        .max_results(100)
        .set_next_token(token.map(Into::into));
    let answer = api.pass(&calls::LIST_SERVICES, ask.send()).await?;
    Ok((answer.service_arns.unwrap_or_default(), answer.next_token))
}

/// Those services as they are now, at most ten. One that vanished since it was listed is left out.
pub(crate) async fn describe(api: &Api, cluster: &str, arns: Vec<String>) -> Result<Vec<Service>, Failure> {
    let ask = api.clients.ecs.describe_services().cluster(cluster).set_services(Some(arns));
    let mut found = api.pass(&calls::DESCRIBE_SERVICES, ask.send()).await?.services.unwrap_or_default();
    found.retain(|service| service.status() != Some("INACTIVE"));
    for service in &mut found {
        service.events = service.events.take().map(events::thin);
    }
    Ok(found)
}

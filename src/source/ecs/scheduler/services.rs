//! Calls that list the services of a cluster, 100 a page, and describe them, 10 a call.

use crate::{
    model::Failure,
    source::ecs::{
        client::{api::Api, paging::PageToken},
        decode::services::service_events,
        quota::calls,
    },
};
use aws_sdk_ecs::types::{Service, ServiceField};

/// Returns a page of service ARNs and the token of the next page.
pub(crate) async fn list_page(
    api: &Api,
    cluster: &str,
    token: Option<PageToken>,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let ask = api
        .clients
        .ecs
        .list_services()
        .cluster(cluster)
        .max_results(100)
        .set_next_token(token.map(Into::into));
    let answer = api.call(&calls::LIST_SERVICES, ask.send()).await?;
    Ok((answer.service_arns.unwrap_or_default(), answer.next_token))
}

/// Returns the current state of at most 10 services with their tags, without deleted ones.
pub(crate) async fn describe(api: &Api, cluster: &str, arns: Vec<String>) -> Result<Vec<Service>, Failure> {
    let ask = api.clients.ecs.describe_services().cluster(cluster).set_services(Some(arns));
    let ask = ask.include(ServiceField::Tags);
    let mut found = api.call(&calls::DESCRIBE_SERVICES, ask.send()).await?.services.unwrap_or_default();
    found.retain(|service| service.status() != Some("INACTIVE"));
    for service in &mut found {
        service.events = service.events.take().map(service_events::compact_events);
    }
    Ok(found)
}

//! Calls to Elastic Load Balancing in the Query protocol.

use crate::{
    model::Failure,
    source::ecs::{
        client::{api::Api, sigv4::ApiRequest},
        quota::calls::Call,
    },
};
use roxmltree::Node;

/// Version of the Elastic Load Balancing API.
const ELB_API_VERSION: &str = "2015-12-01";

/// Makes a call to Elastic Load Balancing, and returns the value that `parse` reads from its response.
pub(super) async fn query<T>(
    api: &Api,
    call: &'static Call,
    parameters: &[(&str, &str)],
    parse: fn(Node<'_, '_>) -> T,
) -> Result<T, Failure> {
    let ask = ApiRequest::query(call.operation(), ELB_API_VERSION, parameters);
    api.xml_call(call, &api.clients.load_balancers, ask, parse).await
}

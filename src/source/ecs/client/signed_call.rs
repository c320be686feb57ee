//! Signed AWS calls that go through the rate limiter. Their responses are parsed as XML or JSON.

use super::{
    api::Api,
    failure::unreadable_response,
    sigv4::{ApiRequest, SignedClient},
};
use crate::{model::Failure, source::ecs::quota::calls::Call};
use roxmltree::{Document, Node};
use serde_json::Value;

impl Api {
    /// Makes a signed call. Returns the value that `parse` extracts from the root element of the XML
    /// response.
    pub(crate) async fn xml_call<T>(
        &self,
        call: &'static Call,
        client: &SignedClient,
        ask: ApiRequest,
        parse: fn(Node<'_, '_>) -> T,
    ) -> Result<T, Failure> {
        let body = self.call(call, client.call(ask)).await?.body;
        match Document::parse(body.trim()) {
            Ok(document) => Ok(parse(document.root_element())),
            Err(error) => Err(unreadable_response(call, &error.to_string(), &self.clients.target)),
        }
    }

    /// Makes a signed call and returns the JSON response.
    pub(crate) async fn json_call(
        &self,
        call: &'static Call,
        client: &SignedClient,
        ask: ApiRequest,
    ) -> Result<Value, Failure> {
        let body = self.call(call, client.call(ask)).await?.body;
        serde_json::from_str(&body)
            .map_err(|error| unreadable_response(call, &error.to_string(), &self.clients.target))
    }
}

#[cfg(test)]
mod tests {
    use crate::source::ecs::{
        client::sigv4::{ApiRequest, JsonVersion},
        quota::calls,
        tests::recorded_region::api_over,
    };

    #[tokio::test]
    async fn a_response_in_no_known_form_is_a_failure() {
        let api = api_over(|_, _| "<html>sign in to the network".to_owned(), "").await;
        let ask = ApiRequest::query("DescribeTargetGroups", "2015-12-01", &[]);
        let client = &api.clients.load_balancers;
        let failure = api.xml_call(&calls::DESCRIBE_TARGET_GROUPS, client, ask, |_| ()).await.unwrap_err();
        let start = "elasticloadbalancing:DescribeTargetGroups: invalid response: ";
        assert!(failure.message.starts_with(start), "{failure:?}");
        let ask = ApiRequest::json(JsonVersion::V1_1, "Route53AutoNaming.GetService".into(), &().into());
        let failure = api.json_call(&calls::GET_SERVICE, &api.clients.cloud_map, ask).await.unwrap_err();
        assert!(failure.remedy.contains("no proxy responds in its place"), "{failure:?}");
    }
}

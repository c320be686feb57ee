//! Size limit for AWS responses, so that an endless response can't fill the memory.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextMut, dyn_dispatch_hint},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use http_body_util::{LengthLimitError, Limited};
use std::error::Error;

/// Maximum size of a response in bytes. Real responses are much smaller. The largest are a page of log events
/// (`GetLogEvents`), of at most 1 MiB before JSON escapes, and the descriptions of a hundred tasks with all
/// their containers.
pub(crate) const MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// Interceptor that rejects responses larger than [`MAX_RESPONSE_BYTES`]. Live Tail sessions have no limit,
/// because the SDK reads them event by event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimitResponseSize;

#[dyn_dispatch_hint]
impl Intercept for LimitResponseSize {
    fn name(&self) -> &'static str {
        "LimitAnswers"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let is_session = response
            .headers()
            .get("content-type")
            .is_some_and(|kind| kind.contains("vnd.amazon.eventstream"));
        if !is_session {
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            *response.body_mut() = SdkBody::from_body_1_x(Limited::new(body, MAX_RESPONSE_BYTES));
        }
        Ok(())
    }
}

/// Returns true if the cause of `error` is a response larger than the limit.
pub(crate) fn is_response_too_long(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<LengthLimitError>() {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::MAX_RESPONSE_BYTES;
    use crate::source::ecs::{scheduler::clusters, tests::recorded_region::api_over};

    fn oversized_response(_operation: &str, _body: &str) -> String {
        format!("{{\"clusterArns\":[\"{}\"]}}", "x".repeat(MAX_RESPONSE_BYTES))
    }

    #[tokio::test]
    async fn an_answer_that_is_too_long_is_named() {
        let api = api_over(oversized_response, "").await;
        let failure = clusters::find(&api, &[]).await.unwrap_err();
        assert_eq!(failure.message, "ecs:ListClusters: the response is larger than 16 MiB");
    }
}

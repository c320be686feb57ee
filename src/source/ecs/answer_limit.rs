//! The limit on what one answer may hold, so that an endpoint that never ends its answer takes no more memory.

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

/// The most bytes of one answer. The largest that AWS gives are pages of log events, of at most 1 MiB before their
/// escapes (`GetLogEvents`), and a hundred tasks with all their containers.
pub(crate) const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Cuts answers at [`MAX_ANSWER_BYTES`]; live sessions, which go on for hours, are read event by event anyway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimitAnswers;

#[dyn_dispatch_hint]
impl Intercept for LimitAnswers {
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
            *response.body_mut() = SdkBody::from_body_1_x(Limited::new(body, MAX_ANSWER_BYTES));
        }
        Ok(())
    }
}

/// Whether an error comes of an answer that was too long.
pub(crate) fn is_too_long(error: &(dyn Error + 'static)) -> bool {
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
    use super::MAX_ANSWER_BYTES;
    use crate::source::ecs::{clusters, recorded::api_over};

    fn long(_operation: &str, _body: &str) -> String {
        format!("{{\"clusterArns\":[\"{}\"]}}", "x".repeat(MAX_ANSWER_BYTES))
    }

    #[tokio::test]
    async fn an_answer_that_is_too_long_is_named() {
        let api = api_over(long, "").await;
        let failure = clusters::find(&api, &[]).await.unwrap_err();
        assert_eq!(failure.what, "ecs:ListClusters: the answer is longer than 16 MiB");
    }
}

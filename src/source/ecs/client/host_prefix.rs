//! Removal of the `stream-` host prefix from custom endpoints. For Live Tail, the SDK adds `stream-` to the
//! host. But an emulator listens at `127.0.0.1`, and there is no host `stream-127.0.0.1`.

use super::sigv4::is_aws_host;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut, dyn_dispatch_hint},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

/// Interceptor that removes the prefix `stream-` from the host before the SDK signs the request.
#[derive(Debug)]
pub(crate) struct StripHostPrefix;

#[dyn_dispatch_hint]
impl Intercept for StripHostPrefix {
    fn name(&self) -> &'static str {
        "StripPrefix"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if let Some(bare) = without_prefix(request.uri()) {
            request.set_uri(bare)?;
        }
        Ok(())
    }
}

/// Returns the URL without `stream-` before its host. Returns `None` if the host does not begin with
/// `stream-`, or if it belongs to AWS.
fn without_prefix(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once("://")?;
    let bare = rest.strip_prefix("stream-")?;
    let host = bare.split(['/', ':', '?']).next()?;
    (!is_aws_host(host)).then(|| format!("{scheme}://{bare}"))
}

#[cfg(test)]
mod tests {
    use super::without_prefix;

    #[test]
    fn only_foreign_hosts_lose_it() {
        assert_eq!(
            without_prefix("http://stream-127.0.0.1:4566/").as_deref(),
            Some("http://127.0.0.1:4566/")
        );
        assert_eq!(without_prefix("https://stream-logs.eu-west-1.amazonaws.com/"), None);
        assert_eq!(without_prefix("https://stream-logs.eusc-de-east-1.amazonaws.eu/"), None);
        assert_eq!(without_prefix("http://localhost:4566/"), None);
    }
}

//! Place of operations, which a plan shows: the account, the region, and the user or role that makes the
//! calls.

use crate::{
    model::{DisplayUrl, Failure, Text, shell_quote},
    operation::OperationPlace,
    source::{
        Source,
        ecs::{
            Ecs,
            client::{api::Api, failure::AwsTarget, sigv4::ApiRequest},
            decode::xml,
            quota::calls,
        },
    },
};
use roxmltree::Node;
use std::time::Duration;
use tokio::time::timeout;

/// Version of the IAM API.
const IAM_API_VERSION: &str = "2010-05-08";
/// Time limit of the call for the account alias, which delays the first plan of a source.
const ALIAS_TIMEOUT: Duration = Duration::from_secs(1);

/// Account and ARN of the caller, as STS reports them, and the alias of the account.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallerIdentity {
    account: Option<Text>,
    alias: Option<Text>,
    arn: Option<Text>,
}

/// Returns the account, region and caller of the source's operations.
pub(super) async fn read_place(source: &Ecs) -> Result<OperationPlace, Failure> {
    let api = source.api().await?;
    // The identity stays the same during one run. A failure is not cached, so that renewed keys work.
    let identity = source.caller.get_or_try_init(|| caller_identity(api)).await?;
    Ok(OperationPlace {
        source: source.id().clone(),
        location: source.location().into(),
        account: identity.account.clone(),
        account_alias: identity.alias.clone(),
        region: Some(api.clients.target.region.as_str().into()),
        caller: identity.arn.clone(),
        command_prefix: command_prefix(&api.clients.target).into(),
    })
}

async fn caller_identity(api: &Api) -> Result<CallerIdentity, Failure> {
    let answer = api.call(&calls::CALLER_IDENTITY, api.clients.sts.get_caller_identity().send()).await?;
    let (account, arn) = (answer.account().map(Text::new), answer.arn().map(Text::new));
    Ok(CallerIdentity { account, alias: account_alias(api).await, arn })
}

/// Returns the alias of the account. Returns `None` if the account has none, or if the call fails or takes
/// too long. The alias only helps users to recognize the account, so a failed call doesn't matter.
async fn account_alias(api: &Api) -> Option<Text> {
    let call = &calls::LIST_ACCOUNT_ALIASES;
    let ask = ApiRequest::query(call.operation(), IAM_API_VERSION, &[]);
    let read = timeout(ALIAS_TIMEOUT, api.xml_call(call, &api.clients.iam, ask, first_alias)).await;
    read.ok()?.ok()?
}

/// Returns the first alias in a response. An account has at most one.
fn first_alias(root: Node<'_, '_>) -> Option<Text> {
    let result = xml::child(root, "ListAccountAliasesResult")?;
    xml::member_texts(result, "AccountAliases").first().map(|alias| Text::new(alias))
}

/// Returns the start of an `aws` command for the region, profile and endpoint in `target`.
pub(super) fn command_prefix(target: &AwsTarget) -> String {
    let mut prefix = format!("aws --region {}", shell_quote(&target.region));
    if let Some(profile) = &target.profile {
        prefix = format!("{prefix} --profile {}", shell_quote(profile));
    }
    if let Some(endpoint) = &target.endpoint {
        prefix = format!("{prefix} --endpoint-url {}", shell_quote(&DisplayUrl::new(endpoint).to_string()));
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::{ALIAS_TIMEOUT, AwsTarget, caller_identity, command_prefix};
    use crate::source::ecs::tests::recorded_region::{BrokenCall, Fault, api_over, api_with_broken_call};
    use std::time::Instant;

    /// Returns the response to `GetCallerIdentity`, or to `ListAccountAliases` with an alias.
    fn respond(operation: &str, _: &str) -> String {
        let result = match operation {
            "GetCallerIdentity" => {
                "<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/me</Arn>"
            }
            _ => {
                "<IsTruncated>false</IsTruncated><AccountAliases><member>shop-prod</member></AccountAliases>"
            }
        };
        format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>")
    }

    #[tokio::test]
    async fn an_account_has_its_alias_unless_the_call_is_denied_or_late() {
        let named = caller_identity(&api_over(respond, "").await).await.unwrap();
        assert_eq!(
            (named.account.as_deref(), named.alias.as_deref()),
            (Some("111122223333"), Some("shop-prod"))
        );
        let nameless = |operation: &str, body: &str| match operation {
            "GetCallerIdentity" => respond(operation, body),
            _ => "<R><ListAccountAliasesResult><AccountAliases/></ListAccountAliasesResult></R>".to_owned(),
        };
        assert_eq!(caller_identity(&api_over(nameless, "").await).await.unwrap().alias, None);
        for fault in [Fault::Denied, Fault::ServerError, Fault::Nonsense, Fault::Hang] {
            let api =
                api_with_broken_call(respond, BrokenCall { operation: "ListAccountAliases", fault }).await;
            let began = Instant::now();
            let identity = caller_identity(&api).await.unwrap();
            assert_eq!(
                (identity.account.as_deref(), identity.alias),
                (Some("111122223333"), None),
                "{fault:?}"
            );
            assert!(began.elapsed() < 2 * ALIAS_TIMEOUT, "{fault:?}: {:?}", began.elapsed());
        }
    }

    #[test]
    fn a_command_reaches_the_same_place() {
        let target = AwsTarget { profile: None, region: "eu-west-1".into(), endpoint: None };
        assert_eq!(command_prefix(&target), "aws --region eu-west-1");
        let target = AwsTarget {
            profile: Some("the prod".into()),
            endpoint: Some("http://127.0.0.1:4571".into()),
            ..target
        };
        assert_eq!(
            command_prefix(&target),
            "aws --region eu-west-1 --profile 'the prod' --endpoint-url http://127.0.0.1:4571"
        );
    }
}

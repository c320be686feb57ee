//! Place of operations: the account, the region and the identity that makes the calls.

use crate::{
    model::{DisplayUrl, Failure, Text, shell_quote},
    operation::OperationPlace,
    source::{
        Source,
        ecs::{
            Ecs,
            client::{api::Api, failure::AwsTarget},
            quota::calls,
        },
    },
};

/// Account and ARN of the caller, as STS names them.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallerIdentity {
    account: Option<Text>,
    arn: Option<Text>,
}

/// Returns the place where operations of the source happen.
pub(super) async fn read_place(source: &Ecs) -> Result<OperationPlace, Failure> {
    let api = source.api().await?;
    // The keys of one run belong to one identity. A failure is not kept, so that renewed keys work.
    let identity = source.caller.get_or_try_init(|| caller_identity(api)).await?;
    Ok(OperationPlace {
        source: source.id().clone(),
        location: source.location().into(),
        account: identity.account.clone(),
        region: Some(api.clients.target.region.as_str().into()),
        caller: identity.arn.clone(),
        command_prefix: command_prefix(&api.clients.target).into(),
    })
}

async fn caller_identity(api: &Api) -> Result<CallerIdentity, Failure> {
    let answer = api.call(&calls::CALLER_IDENTITY, api.clients.sts.get_caller_identity().send()).await?;
    Ok(CallerIdentity { account: answer.account().map(Text::new), arn: answer.arn().map(Text::new) })
}

/// Returns the beginning of a command for the same region, profile and endpoint.
fn command_prefix(target: &AwsTarget) -> String {
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
    use super::{AwsTarget, command_prefix};

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

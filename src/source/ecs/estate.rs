//! Identity of an ECS source for a team, whose members share the snapshots of one account: the account,
//! the region, the selected clusters and services, and the user or role that reads them.

use super::{Ecs, client::access_key, quota::calls};
use crate::{
    model::{Failure, FailureKind, Snapshot, Text, caller_name},
    source::team::{SharedSource, TeamScope},
};
use aws_sdk_ecs::config::ProvideCredentials;
use futures::{FutureExt, future::BoxFuture};

impl SharedSource for Ecs {
    fn team_scope(&self) -> BoxFuture<'_, Result<TeamScope, Failure>> {
        async {
            let api = self.api().await?;
            let clients = &api.clients;
            let asked = api.call(&calls::CALLER_IDENTITY, clients.sts.get_caller_identity().send()).await;
            let (account, read_as) = match asked {
                Ok(identity) => (
                    identity.account().filter(|account| is_account(account)).map(str::to_owned),
                    identity.arn().map(caller_name).unwrap_or_default(),
                ),
                Err(failure) if failure.kind == FailureKind::Credentials => return Err(failure),
                // A private subnet may have no route to STS. Then the access key shows the account.
                Err(failure) => match self.account_of_key().await {
                    Some(account) => (Some(account), Text::default()),
                    None => return Err(failure),
                },
            };
            let Some(account) = account else {
                let what = "sts:GetCallerIdentity: the response has no account";
                return Err(Failure::new(FailureKind::Invalid, what, "check the endpoint of STS"));
            };
            let selection = [&self.config.clusters, &self.config.services].map(|names| sorted_text(names));
            Ok(TeamScope { key: estate_key(&account, &clients.target.region, &selection), read_as })
        }
        .boxed()
    }

    fn divide_quota(&self, members: u32) {
        self.rate_limiter.divide(members);
    }

    fn note_snapshot(&self, snapshot: &Snapshot) {
        self.log_sessions.record_exits(snapshot);
    }
}

impl Ecs {
    /// Returns the number of the account to which the credentials in use belong. Returns `None` if the API
    /// client can't be made, if there are no credentials, or if the number is neither in the credentials nor
    /// in their access key id.
    async fn account_of_key(&self) -> Option<String> {
        let provider = self.api().await.ok()?.clients.credentials.clone()?;
        let credentials = provider.provide_credentials().await.ok()?;
        let known = credentials.account_id().map(|account| account.as_str().to_owned());
        known
            .filter(|account| is_account(account))
            .or_else(|| Some(format!("{:012}", access_key::account_id(credentials.access_key_id())?)))
    }
}

/// Returns true if `text` has the form of an AWS account number: 12 digits.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the names in alphabetical order, separated by commas.
fn sorted_text(names: &[String]) -> String {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.join(",")
}

/// Returns the key under which a team shares the snapshots of an account and region. If the configuration
/// selects clusters or services, the key includes a checksum of the selection. So members with different
/// selections do not share snapshots.
fn estate_key(account: &str, region: &str, selection: &[String; 2]) -> String {
    let region: String = region.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if selection.iter().all(String::is_empty) {
        return format!("{account}-{region}");
    }
    format!("{account}-{region}-{:08x}", crc32fast::hash(selection.join(";").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::estate_key;

    #[test]
    fn another_selection_is_another_estate() {
        let key =
            |clusters: &str| estate_key("123456789012", "eu-west-1", &[clusters.to_owned(), String::new()]);
        assert_eq!(key(""), "123456789012-eu-west-1");
        assert_ne!(key("shop"), key("other"));
        assert!(key("../x").bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    }
}

//! Start of AWS's session-manager-plugin for an encrypted session. The plugin gets the token through an
//! environment variable.
//!
//! Portolan passes the same six arguments as the AWS CLI (github.com/aws/aws-cli,
//! `awscli/customizations/sessionmanager.py`). The first one names the environment variable, which holds the
//! response of `StartSession`. The others are the region, the name of the operation, the AWS profile, the
//! request as JSON, and the endpoint of Session Manager.

use crate::{
    model::{Failure, FailureKind, Text},
    source::ecs::operations::sessions::SessionAddress,
};
use serde_json::json;
use std::{io, process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

/// Name of the executable, to be found in `PATH`.
pub(super) const PLUGIN_PROGRAM: &str = "session-manager-plugin";
/// Environment variable with the response that opened the session.
const RESPONSE_VARIABLE: &str = "AWS_SSM_START_SESSION_RESPONSE";
/// Last plugin version that takes the response only as a command-line argument. Portolan refuses such
/// versions, because other users of the machine can read the arguments, and the response contains the token.
const LAST_VERSION_WITHOUT_VARIABLE: &[u32] = &[1, 2, 497, 0];
/// Time limit for the plugin to print its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(5);
/// Web page about the installation of the plugin.
const INSTALL_PAGE: &str = "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html";

/// Region, profile and endpoint that AWS's session-manager-plugin uses for its own API calls.
pub(super) struct PluginTarget<'a> {
    pub(super) region: &'a str,
    /// Profile with the credentials; empty for the default credentials.
    pub(super) profile: &'a str,
    /// Endpoint of Session Manager.
    pub(super) endpoint: &'a str,
}

/// Returns the name and version of the plugin, such as `session-manager-plugin 1.2.764.0`. Fails if the
/// plugin is missing or too old.
pub(super) async fn find_plugin() -> Result<String, Failure> {
    let mut command = Command::new(PLUGIN_PROGRAM);
    command.arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let printed = match timeout(VERSION_TIMEOUT, command.output()).await {
        Ok(Ok(output)) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => return Err(missing_plugin()),
        Ok(Err(error)) => return Err(unusable_plugin(&error.to_string())),
        Err(_) => return Err(unusable_plugin("it does not print its version")),
    };
    let version = printed.trim();
    if !takes_variable(version) {
        return Err(outdated_plugin(version));
    }
    Ok(format!("{PLUGIN_PROGRAM} {version}"))
}

/// Returns true if a plugin of this version takes the response from an environment variable. Returns false if
/// `version` is not a version.
fn takes_variable(version: &str) -> bool {
    let parts: Result<Vec<u32>, _> = version.split('.').map(str::parse).collect();
    parts.is_ok_and(|parts| parts[..] > *LAST_VERSION_WITHOUT_VARIABLE)
}

/// Returns the plugin's arguments for a session in a container. `container` is the session's target, as
/// Session Manager names it. The arguments do not contain the token.
pub(super) fn arguments(container: &str, target: &PluginTarget<'_>) -> Vec<String> {
    // The plugin reads only the target from the request, for the encryption context of the KMS key.
    let request = json!({ "Target": container }).to_string();
    let PluginTarget { region, profile, endpoint } = target;
    [RESPONSE_VARIABLE, region, "StartSession", profile, &request, endpoint].map(str::to_owned).to_vec()
}

/// Returns the environment variable that passes the session's address and token to the plugin: its name and
/// its value.
pub(super) fn response_variable(address: &SessionAddress) -> (&'static str, String) {
    let SessionAddress { id, stream_url, token } = address;
    let response = json!({ "SessionId": id, "StreamUrl": stream_url, "TokenValue": token });
    (RESPONSE_VARIABLE, response.to_string())
}

fn missing_plugin() -> Failure {
    let what = "the session is encrypted with a KMS key, which needs AWS's session-manager-plugin, and PATH has none";
    Failure::new(FailureKind::Missing, what, format!("install it: {INSTALL_PAGE}"))
}

fn unusable_plugin(why: &str) -> Failure {
    let what = format!("the session is encrypted with a KMS key, and {PLUGIN_PROGRAM} can't run: {why}");
    Failure::new(FailureKind::Invalid, what, format!("install it again: {INSTALL_PAGE}"))
}

/// Returns the failure for a plugin whose version, as printed, is `version`.
fn outdated_plugin(version: &str) -> Failure {
    let version: String = Text::new(version).chars().take(40).collect();
    let what = format!(
        "the session is encrypted with a KMS key, and {PLUGIN_PROGRAM} {version} takes its token only as an argument, which other users can read"
    );
    Failure::new(
        FailureKind::Invalid,
        what,
        format!("update it to a version above 1.2.497.0: {INSTALL_PAGE}"),
    )
}

#[cfg(test)]
mod tests {
    use super::{PluginTarget, SessionAddress, arguments, response_variable, takes_variable};

    #[test]
    fn only_a_plugin_that_reads_the_variable_gets_a_session() {
        for (version, takes) in [
            ("1.2.764.0", true),
            ("1.2.497.1", true),
            ("1.2.498", true),
            ("2.0.0.0", true),
            ("1.2.497.0", false),
            ("1.2.497", false),
            ("1.1.61.0", false),
            ("", false),
            ("1.2.764.0-beta", false),
            ("Unknown operation --version.", false),
        ] {
            assert_eq!(takes_variable(version), takes, "{version}");
        }
    }

    #[test]
    fn the_token_is_in_the_variable_and_in_no_argument() {
        let target = PluginTarget {
            region: "eu-west-1",
            profile: "prod",
            endpoint: "https://ssm.eu-west-1.amazonaws.com",
        };
        let arguments = arguments("ecs:shop_1f0c_1f0c-27", &target);
        let expected = [
            "AWS_SSM_START_SESSION_RESPONSE",
            "eu-west-1",
            "StartSession",
            "prod",
            r#"{"Target":"ecs:shop_1f0c_1f0c-27"}"#,
            "https://ssm.eu-west-1.amazonaws.com",
        ];
        assert_eq!(arguments, expected);
        let address =
            SessionAddress { id: "session-1".into(), stream_url: "wss://x/".into(), token: "secret".into() };
        let (name, value) = response_variable(&address);
        assert_eq!(name, arguments[0]);
        assert_eq!(value, r#"{"SessionId":"session-1","StreamUrl":"wss://x/","TokenValue":"secret"}"#);
    }
}

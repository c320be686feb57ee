//! Calls around a session: `ecs:ExecuteCommand`, which opens it, and those of Session Manager that resume and end it.

use super::{SessionAddress, SessionCalls, start_session};
use crate::{
    model::{Failure, FailureKind, shell_quote},
    operation::ConfirmedShell,
    source::{
        ecs::{
            client::{
                api::Api,
                sigv4::{ApiRequest, JsonVersion, SignedClient},
            },
            quota::{calls::Call, token_bucket::QuotaGroup},
        },
        shell::Shell,
    },
};
use futures::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};

/// Name of the ECS API in requests.
const ECS_TARGET: &str = "AmazonEC2ContainerServiceV20141113";
/// Name of Session Manager's API in requests.
const SSM_TARGET: &str = "AmazonSSM";

const EXECUTE_COMMAND: Call =
    Call { action: "ecs:ExecuteCommand", group: QuotaGroup::Changes, needed_for: "shells" };
const RESUME_SESSION: Call =
    Call { action: "ssm:ResumeSession", group: QuotaGroup::Changes, needed_for: "shells" };
const TERMINATE_SESSION: Call =
    Call { action: "ssm:TerminateSession", group: QuotaGroup::Changes, needed_for: "shells" };

/// Size of the terminal that a command without one gets, because sessions always have a terminal.
const DEFAULT_SIZE: (u16, u16) = (200, 50);

/// Starts the confirmed command in its task.
pub(in crate::source::ecs) async fn open_shell(
    api: &Api,
    confirmed: &ConfirmedShell,
) -> Result<Shell, Failure> {
    let request = confirmed.request();
    let task = request.instance.as_str().rsplit('/').next().unwrap_or_default();
    let command: Vec<String> = request.command.iter().map(|word| shell_quote(word)).collect();
    let body = json!({
        "cluster": request.group.as_deref(),
        "task": task,
        "container": request.container.as_str(),
        "command": command.join(" "),
        "interactive": true,
    });
    let ask = ApiRequest::json(JsonVersion::V1_1, format!("{ECS_TARGET}.ExecuteCommand"), &body);
    let answer =
        api.rate_limiter.call(&EXECUTE_COMMAND, &api.clients.target, api.clients.ecs_changes.call(ask));
    let answer: Value =
        serde_json::from_str(&answer.await.map_err(with_exec_remedy)?.body).unwrap_or_default();
    let address = session_address(&answer["session"], "sessionId", "streamUrl", "tokenValue")?;
    let calls = Session { api: api.clone(), client: api.clients.session_manager.clone() };
    Ok(start_session(address, calls, request.size.unwrap_or(DEFAULT_SIZE)))
}

/// Calls of Session Manager for running sessions.
struct Session {
    api: Api,
    client: SignedClient,
}

impl Session {
    async fn call(&self, call: &Call, operation: &str, session: &str) -> Result<Value, Failure> {
        let body = json!({ "SessionId": session });
        let ask = ApiRequest::json(JsonVersion::V1_1, format!("{SSM_TARGET}.{operation}"), &body);
        let answer =
            self.api.rate_limiter.call(call, &self.api.clients.target, self.client.call(ask)).await?;
        Ok(serde_json::from_str(&answer.body).unwrap_or_default())
    }
}

impl SessionCalls for Session {
    fn resume<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<SessionAddress, Failure>> {
        async move {
            let answer = self.call(&RESUME_SESSION, "ResumeSession", session).await?;
            session_address(&answer, "SessionId", "StreamUrl", "TokenValue")
        }
        .boxed()
    }

    fn terminate<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        async move { self.call(&TERMINATE_SESSION, "TerminateSession", session).await.map(drop) }.boxed()
    }
}

/// Returns the address of a session from a response. The token is in no message.
fn session_address(answer: &Value, id: &str, url: &str, token: &str) -> Result<SessionAddress, Failure> {
    let text = |key: &str| answer[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let (Some(id), Some(stream_url), Some(token)) = (text(id), text(url), text(token)) {
        return Ok(SessionAddress { id, stream_url, token });
    }
    let what = "AWS returned no session, or one that has ended";
    Err(Failure::new(FailureKind::Invalid, what, "look at the task and try again"))
}

/// Returns the failure with the remedy for the usual causes (AWS documentation, "Troubleshoot Amazon ECS Exec issues").
fn with_exec_remedy(failure: Failure) -> Failure {
    let remedy = if failure.message.contains("not enabled") {
        "set enableExecuteCommand on the service, and start new tasks"
    } else if failure.message.contains("TargetNotConnected") {
        "the exec agent of the task is not connected: check its task role (ssmmessages:*) and its way to ssmmessages"
    } else {
        return failure;
    };
    Failure::new(failure.kind, failure.message, remedy)
}

#[cfg(test)]
mod tests {
    use super::session_address;
    use serde_json::json;

    #[test]
    fn a_session_needs_all_parts() {
        let whole = json!({ "sessionId": "s", "streamUrl": "wss://x/", "tokenValue": "t" });
        let read = |answer| session_address(&answer, "sessionId", "streamUrl", "tokenValue");
        assert!(
            read(whole.clone()).is_ok_and(|address| address.stream_url == "wss://x/" && address.id == "s")
        );
        for key in ["sessionId", "streamUrl", "tokenValue"] {
            let mut part = whole.clone();
            part[key] = json!("");
            assert!(read(part).is_err(), "{key}");
        }
    }
}

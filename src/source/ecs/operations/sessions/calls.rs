//! API calls that open, resume and end sessions for shells and port forwards. `ecs:ExecuteCommand` and
//! `ssm:StartSession` open a session; calls of Session Manager resume and end it.

use super::{
    SessionAddress, SessionCalls,
    failures::encrypted_forward,
    plugin::{self, PLUGIN_PROGRAM, PluginTarget},
    port_forward::PortEndpoint,
    session::{TERMINATE_TIMEOUT, run_session},
    shell_user::ShellEndpoint,
};
use crate::{
    model::{Failure, FailureKind, Text, shell_quote},
    operation::{ConfirmedSession, ForwardRequest, SentChange, SessionTarget, ShellRequest},
    source::{
        ecs::{
            client::{
                api::Api,
                failure::timeout as late_call,
                sigv4::{ApiRequest, ApiResponse, JsonVersion, SignedClient},
            },
            operations::place::command_prefix,
            quota::{calls::Call, token_bucket::QuotaGroup},
            scheduler::tasks,
        },
        session::{ExternalShell, Forward, OpeningFailure, SessionFailure, Shell},
    },
};
use futures::{FutureExt, TryFutureExt, future::BoxFuture};
use serde_json::{Value, json};
use tokio::time::timeout;

/// Name of the ECS API in the header `x-amz-target`.
const ECS_TARGET: &str = "AmazonEC2ContainerServiceV20141113";
/// Name of Session Manager's API in the header `x-amz-target`.
const SSM_TARGET: &str = "AmazonSSM";

const EXECUTE_COMMAND: Call =
    Call { action: "ecs:ExecuteCommand", group: QuotaGroup::Changes, needed_for: "shells" };
const START_SESSION: Call =
    Call { action: "ssm:StartSession", group: QuotaGroup::Changes, needed_for: "port forwarding" };
const RESUME_SESSION: Call = Call {
    action: "ssm:ResumeSession",
    group: QuotaGroup::Changes,
    needed_for: "shells and port forwarding",
};
const TERMINATE_SESSION: Call = Call {
    action: "ssm:TerminateSession",
    group: QuotaGroup::Changes,
    needed_for: "shells and port forwarding",
};

/// Name of the Session Manager document that forwards a port of the container.
const FORWARD_DOCUMENT: &str = "AWS-StartPortForwardingSession";
/// Name of the Session Manager document that forwards a port of another host, through the container.
const FORWARD_TO_HOST_DOCUMENT: &str = "AWS-StartPortForwardingSessionToRemoteHost";

/// Opens a session that runs the confirmed command in a task.
pub(in crate::source::ecs) async fn open_shell(
    api: &Api,
    confirmed: &ConfirmedSession<ShellRequest>,
) -> Result<Shell, OpeningFailure> {
    let call = EXECUTE_COMMAND.action;
    let opened = execute_command(api, confirmed).await;
    let (address, request_id) = opened.map_err(|failure| OpeningFailure::of_call(call, failure))?;
    let opened = Some(opening_call(call, request_id.as_deref()));
    let (calls, size) = (SessionManager::new(api), confirmed.request().size);
    Ok(Shell::start(opened, move |typed, printed| {
        run_session(address, calls, ShellEndpoint::new(typed, printed, size))
    }))
}

/// Opens a session that runs the confirmed command in a task, and returns the command line with which AWS's
/// plugin connects to the session. If the plugin is missing or too old, fails without opening a session.
pub(in crate::source::ecs) async fn open_shell_for_plugin(
    api: &Api,
    confirmed: &ConfirmedSession<ShellRequest>,
) -> Result<ExternalShell, OpeningFailure> {
    let title = plugin::find_plugin().await?;
    let container = session_manager_target(api, &confirmed.request().target).await?;
    let calls = SessionManager::new(api);
    let target = &api.clients.target;
    let plugin_target = PluginTarget {
        region: &target.region,
        profile: target.profile.as_deref().unwrap_or_default(),
        endpoint: calls.client.endpoint(),
    };
    let arguments = plugin::arguments(&container, &plugin_target);
    let call = format!("{} for {title}", EXECUTE_COMMAND.action);
    let opened = execute_command(api, confirmed).await;
    let (address, request_id) = opened.map_err(|failure| OpeningFailure::of_call(&call, failure))?;
    Ok(ExternalShell {
        call: opening_call(&call, request_id.as_deref()),
        title,
        program: PLUGIN_PROGRAM,
        arguments,
        variable: plugin::response_variable(&address),
        end: async move { calls.terminate_in_time(&address.id).await }.boxed(),
    })
}

/// Calls `ecs:ExecuteCommand` with the confirmed command. Returns the session's address and the request id.
async fn execute_command(
    api: &Api,
    confirmed: &ConfirmedSession<ShellRequest>,
) -> Result<(SessionAddress, Option<String>), Failure> {
    let request = confirmed.request();
    let command: Vec<String> = request.command.iter().map(|word| shell_quote(word)).collect();
    let body = json!({
        "cluster": request.target.group.as_deref(),
        "task": task_id(&request.target),
        "container": request.target.container.as_str(),
        "command": command.join(" "),
        "interactive": true,
    });
    let ask = ApiRequest::json(JsonVersion::V1_1, format!("{ECS_TARGET}.ExecuteCommand"), &body);
    let answer =
        api.rate_limiter.call(&EXECUTE_COMMAND, &api.clients.target, api.clients.ecs_changes.call(ask));
    let ApiResponse { body, request_id } = answer.await.map_err(with_exec_remedy)?;
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    let address = session_address(&answer["session"], "sessionId", "streamUrl", "tokenValue")?;
    Ok((address, request_id))
}

/// Opens a session that forwards connections to the confirmed port.
pub(in crate::source::ecs) async fn open_forward(
    api: &Api,
    confirmed: &ConfirmedSession<ForwardRequest>,
) -> Result<Forward, OpeningFailure> {
    let request = confirmed.request();
    let port = [request.port.to_string()];
    // AWS only records the local port, because Portolan listens on it and not the plugin.
    let local_port = [request.local_port.to_string()];
    let (document, parameters) = match &request.host {
        Some(host) => {
            let parameters = json!({ "host": [host], "portNumber": port, "localPortNumber": local_port });
            (FORWARD_TO_HOST_DOCUMENT, parameters)
        }
        None => (FORWARD_DOCUMENT, json!({ "portNumber": port, "localPortNumber": local_port })),
    };
    let target = session_manager_target(api, &request.target).await?;
    let by_hand = forward_command(api, &target, document, &parameters);
    let body = json!({ "Target": target, "DocumentName": document, "Parameters": parameters });
    let calls = SessionManager::new(api);
    let failed = |failure: Failure| OpeningFailure::of_call(START_SESSION.action, with_exec_remedy(failure));
    let answer = calls.response(&START_SESSION, &body).await.map_err(failed)?;
    let opened = Some(opening_call(START_SESSION.action, answer.request_id.as_deref()));
    let answer = serde_json::from_str(&answer.body).unwrap_or_default();
    let address = session_address(&answer, "SessionId", "StreamUrl", "TokenValue").map_err(failed)?;
    let far_end = request.destination();
    Ok(Forward::start(opened, move |connections, failures| {
        let running = run_session(address, calls, PortEndpoint::new(connections, failures, far_end));
        running.map_err(move |failure| match failure {
            SessionFailure::Encrypted => encrypted_forward(&by_hand).into(),
            other @ SessionFailure::Other(_) => other,
        })
    }))
}

/// Returns the `aws` command that opens a session with `document` and `parameters`, for users who have AWS's
/// plugin.
fn forward_command(api: &Api, target: &str, document: &str, parameters: &Value) -> String {
    let prefix = command_prefix(&api.clients.target);
    let (target, parameters) = (shell_quote(target), shell_quote(&parameters.to_string()));
    format!(
        "{prefix} ssm start-session --target {target} --document-name {document} --parameters {parameters}"
    )
}

/// Returns the record of a successful call that opened a session, for the audit log.
fn opening_call(call: &str, request_id: Option<&str>) -> SentChange {
    SentChange::succeeded(call, request_id.map(Text::new))
}

/// Returns the id of the target's task.
fn task_id(target: &SessionTarget) -> &str {
    target.instance.as_str().rsplit('/').next().unwrap_or_default()
}

/// Returns the name of a container in Session Manager, which includes the container's runtime id.
async fn session_manager_target(api: &Api, target: &SessionTarget) -> Result<String, Failure> {
    let (cluster, task) = (target.group.as_deref().unwrap_or("default"), task_id(target));
    let described = tasks::describe(api, cluster, vec![task.to_owned()]).await?;
    let containers = described.iter().flat_map(|task| &task.containers);
    let container = containers.into_iter().find(|container| *container.name == *target.container);
    let Some(runtime_id) = container.and_then(|container| container.runtime_id.as_deref()) else {
        let what = format!("container {} of task {task} does not run", target.container);
        return Err(Failure::new(FailureKind::Missing, what, "look at the service again"));
    };
    Ok(format!("ecs:{cluster}_{task}_{runtime_id}"))
}

/// Client for the calls of Session Manager.
struct SessionManager {
    api: Api,
    client: SignedClient,
}

impl SessionManager {
    fn new(api: &Api) -> Self {
        Self { api: api.clone(), client: api.clients.session_manager.clone() }
    }

    /// Ends a session. Waits at most [`TERMINATE_TIMEOUT`].
    async fn terminate_in_time(&self, session: &str) -> Result<(), Failure> {
        let ended = timeout(TERMINATE_TIMEOUT, self.terminate(session)).await;
        ended.unwrap_or_else(|_| Err(late_call(&TERMINATE_SESSION, &self.api.clients.target)))
    }

    async fn call(&self, call: &Call, body: &Value) -> Result<Value, Failure> {
        Ok(serde_json::from_str(&self.response(call, body).await?.body).unwrap_or_default())
    }

    async fn response(&self, call: &Call, body: &Value) -> Result<ApiResponse, Failure> {
        let ask = ApiRequest::json(JsonVersion::V1_1, format!("{SSM_TARGET}.{}", call.operation()), body);
        self.api.rate_limiter.call(call, &self.api.clients.target, self.client.call(ask)).await
    }
}

impl SessionCalls for SessionManager {
    fn resume<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<SessionAddress, Failure>> {
        async move {
            let answer = self.call(&RESUME_SESSION, &json!({ "SessionId": session })).await?;
            session_address(&answer, "SessionId", "StreamUrl", "TokenValue")
        }
        .boxed()
    }

    fn terminate<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        async move { self.call(&TERMINATE_SESSION, &json!({ "SessionId": session })).await.map(drop) }.boxed()
    }
}

/// Returns the address of a session from a response. `id`, `url` and `token` are the names of the response's
/// fields. The failure never contains the token.
fn session_address(answer: &Value, id: &str, url: &str, token: &str) -> Result<SessionAddress, Failure> {
    let text = |key: &str| answer[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let (Some(id), Some(stream_url), Some(token)) = (text(id), text(url), text(token)) {
        return Ok(SessionAddress { id, stream_url, token });
    }
    let what = "AWS returned no session, or one that has ended";
    Err(Failure::new(FailureKind::Invalid, what, "look at the task and try again"))
}

/// Gives a failure a better remedy if its message shows one of the usual causes (AWS documentation,
/// "Troubleshoot Amazon ECS Exec issues").
fn with_exec_remedy(failure: Failure) -> Failure {
    let remedy = if failure.message.contains("not enabled") {
        "set enableExecuteCommand on the service, and start new tasks"
    } else if failure.message.contains("TargetNotConnected") || failure.message.contains("not connected") {
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

//! Client of one engine. It connects and negotiates the API version at the first call, and again at the first
//! call after the engine was unreachable.

use super::{
    failure,
    http::{Body, CallError, Transport},
    ssh_tunnel::SshTunnel,
};
use crate::{
    background,
    model::{Failure, FailureKind},
    source::docker::{EngineEndpoint, api_types::SystemVersion},
};
use bollard::{API_DEFAULT_VERSION, ClientVersion, Docker as Client};
use bytes::Bytes;
use futures::future::{Either, select};
use http_body_util::Full;
use hyper::{Method, Request, header};
use serde::Serialize;
use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout, timeout_at};

/// Default time limit of a call with a small response, and of waiting for the head of a larger response.
pub(in crate::source::docker) const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Divisor that turns a poll's time limit into the limit that replaces [`CALL_TIMEOUT`]. Used only if the
/// caller has set the poll's limit.
const CALL_TIMEOUT_DIVISOR: u32 = 3;
/// Time that Portolan waits for the response to a ping before it also sends the version call.
const PING_HEAD_START: Duration = Duration::from_secs(2);
/// Default time limit of one poll.
const POLL_TIMEOUT: Duration = Duration::from_mins(1);
/// Maximum size of a small response, in bytes.
const MAX_SMALL_BYTES: usize = 256 * 1024;

/// Docker or Podman engine that Portolan calls. Clones share one connection.
#[derive(Clone, Debug)]
pub(in crate::source::docker) struct Engine {
    /// Address of the engine.
    pub(in crate::source::docker) endpoint: EngineEndpoint,
    connection: Arc<Mutex<Connection>>,
}

/// State of the connection to an engine: the session, the ssh tunnel and the time limit of a poll.
#[derive(Debug, Default)]
struct Connection {
    session: Option<Session>,
    /// Tunnel to an engine on another machine, if Portolan reaches it through ssh.
    tunnel: Option<SshTunnel>,
    /// Time limit of one poll; `None` for the default.
    poll_limit: Option<Duration>,
}

/// Head of an HTTP response: its status and headers.
type ResponseHead = hyper::http::response::Parts;

/// Transport to an engine, with the negotiated API version.
#[derive(Clone, Debug)]
pub(super) struct Session {
    transport: Transport,
    /// API version of all calls; `None` if the engine reports none, so that calls name no version.
    version: Option<ClientVersion>,
}

/// API call: method, path, options and body.
#[derive(Clone, Debug)]
pub(in crate::source::docker) struct ApiCall {
    /// Name of the call in failures.
    pub(in crate::source::docker) name: &'static str,
    method: Method,
    path_and_query: String,
    body: Bytes,
}

impl ApiCall {
    /// Creates a GET call with `options` as its query.
    pub(in crate::source::docker) fn get(name: &'static str, path: &str, options: &impl Serialize) -> Self {
        let query = serde_urlencoded::to_string(options).unwrap_or_default();
        let path_and_query = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        Self { name, method: Method::GET, path_and_query, body: Bytes::new() }
    }

    /// Creates a POST call with `body` as JSON.
    pub(in crate::source::docker) fn post(name: &'static str, path: &str, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default().into();
        Self { name, method: Method::POST, path_and_query: path.to_owned(), body }
    }

    /// Creates a POST call without a body. Only the module `change` makes such calls, for changes that the
    /// user has confirmed.
    pub(super) fn post_empty(name: &'static str, path: String) -> Self {
        Self { name, method: Method::POST, path_and_query: path, body: Bytes::new() }
    }
}

impl Engine {
    pub(in crate::source::docker) fn new(endpoint: EngineEndpoint) -> Self {
        Self { endpoint, connection: Arc::default() }
    }

    /// Returns true if Portolan reaches the engine through a Unix socket, so that it probably runs on this
    /// machine.
    pub(in crate::source::docker) fn is_local(&self) -> bool {
        matches!(self.endpoint, EngineEndpoint::Socket(_))
    }

    /// Sets the time limit of a poll.
    pub(in crate::source::docker) fn set_poll_limit(&self, limit: Duration) {
        self.connection().poll_limit = Some(limit);
    }

    /// Returns the time limit of a poll, and true if the caller has set it. A caller that sets a limit waits
    /// for a complete snapshot.
    pub(in crate::source::docker) fn poll_limit(&self) -> (Duration, bool) {
        let limit = self.connection().poll_limit;
        (limit.unwrap_or(POLL_TIMEOUT), limit.is_some())
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a bollard client that uses Portolan's transport with its limits, for calls whose response is a
    /// plain byte stream.
    pub(in crate::source::docker) async fn bollard_client(&self) -> Result<Client, Failure> {
        let session = self.session().await?;
        let version = session.version.unwrap_or(*API_DEFAULT_VERSION);
        let (way, root) = (session.transport.for_bollard(), Transport::base_url(&self.endpoint));
        let made = Client::connect_with_custom_transport(way, Some(root), CALL_TIMEOUT.as_secs(), &version);
        made.map_err(|error| failure::call_failure(&self.endpoint, "connect", &error.into()))
    }

    /// Sends a call and returns the response body without reading it.
    pub(in crate::source::docker) async fn open_body(&self, call: &ApiCall) -> Result<Body, Failure> {
        let session = self.session().await?;
        self.with_timeout(call.name, session.send(&self.endpoint, call)).await.map(|(_, body)| body)
    }

    /// Sends a call without a time limit for the response head, because some engines send no head before the
    /// first event.
    pub(in crate::source::docker) async fn open_stream(&self, call: &ApiCall) -> Result<Body, Failure> {
        let session = self.session().await?;
        let sent = session.send(&self.endpoint, call).await;
        sent.map(|(_, body)| body).map_err(|error| self.call_failure(call.name, &error))
    }

    /// Sends a call with a small response, and returns the whole response body. Fails if the body is larger
    /// than `max` bytes.
    pub(in crate::source::docker) async fn read_bytes(
        &self,
        call: &ApiCall,
        max: usize,
    ) -> Result<Vec<u8>, Failure> {
        let (bytes, trouble) = self.read_until(call, max, Instant::now() + self.call_timeout()).await?;
        trouble.map_or(Ok(bytes), Err)
    }

    /// Sends a call and reads at most `max` bytes of its response, until `until`. Also returns the failure
    /// that cut the body short, if any.
    pub(in crate::source::docker) async fn read_until(
        &self,
        call: &ApiCall,
        max: usize,
        until: Instant,
    ) -> Result<(Vec<u8>, Option<Failure>), Failure> {
        let session = self.session().await?;
        let began = Instant::now();
        let late = |_| Err(CallError::Timeout(began.elapsed()));
        let sent = timeout_at(until, session.send(&self.endpoint, call)).await.unwrap_or_else(late);
        let (_, body) = sent.map_err(|error| self.call_failure(call.name, &error))?;
        let (bytes, trouble) = body.read_until(max, until).await;
        Ok((bytes, trouble.map(|error| self.call_failure(call.name, &error))))
    }

    /// Awaits `call`, but at most for [`Self::call_timeout`]; then fails. `what` names the call in the
    /// failure.
    pub(in crate::source::docker) async fn with_timeout<T, E: Into<CallError>>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        let limit = self.call_timeout();
        let answer = timeout(limit, call).await;
        let answer = answer.map_or(Err(CallError::Timeout(limit)), |answer| answer.map_err(Into::into));
        answer.map_err(|error| self.call_failure(what, &error))
    }

    /// Returns the time limit of a call with a small response. The limit is always shorter than that of the
    /// poll.
    pub(in crate::source::docker) fn call_timeout(&self) -> Duration {
        let (limit, is_set) = self.poll_limit();
        if is_set { limit / CALL_TIMEOUT_DIVISOR } else { CALL_TIMEOUT }
    }

    /// Converts a call error to a failure for the user. If the engine is unreachable, the next call opens a
    /// new session.
    pub(in crate::source::docker) fn call_failure(&self, what: &str, error: &CallError) -> Failure {
        let mut way = self.connection();
        let failed = match way.tunnel.as_ref().and_then(SshTunnel::take_error) {
            Some(said) => failure::ssh_failure(&self.endpoint, what, &said),
            None => failure::call_failure(&self.endpoint, what, error),
        };
        // An engine that was unreachable may come back with another version.
        if failed.kind == FailureKind::Unreachable {
            way.session = None;
        }
        failed
    }

    /// Returns the session. If there is none, connects and negotiates the API version first.
    pub(super) async fn session(&self) -> Result<Session, Failure> {
        if let Some(known) = self.connection().session.clone() {
            return Ok(known);
        }
        let transport = self.open_transport().await.map_err(|error| self.call_failure("connect", &error))?;
        let mut session = Session { transport, version: None };
        session.version = self.negotiate_version(&session).await?;
        self.connection().session = Some(session.clone());
        Ok(session)
    }

    async fn open_transport(&self) -> Result<Transport, CallError> {
        if let EngineEndpoint::Ssh(place) = &self.endpoint {
            let mut way = self.connection();
            let tunnel = match way.tunnel.take() {
                Some(tunnel) => tunnel,
                None => SshTunnel::open(place)?,
            };
            return Ok(Transport::to_socket(&way.tunnel.insert(tunnel).socket_path()));
        }
        let endpoint = self.endpoint.clone();
        let made = background::run_blocking(move || Transport::to_endpoint(&endpoint)).await;
        made.ok()
            .flatten()
            .unwrap_or_else(|| Err(CallError::InvalidResponse("no transport for this address".to_owned())))
    }

    /// Negotiates the newest API version that both sides speak.
    ///
    /// Both the ping and the version call report the engine's API version. If the ping is slow or reports no
    /// version, Portolan also sends the version call, because a proxy may break or refuse one of the two.
    /// Fails only if neither call gets a response.
    async fn negotiate_version(&self, session: &Session) -> Result<Option<ClientVersion>, Failure> {
        let mut ping = pin!(self.version_from_ping(session));
        let version = self.version_from_body(session);
        let (first, second) = match timeout(PING_HEAD_START, &mut ping).await {
            Ok(Ok(Some(known))) => return Ok(Some(known)),
            Ok(told) => (told, version.await),
            Err(_) => match select(ping, pin!(version)).await {
                Either::Left((Ok(Some(known)), _)) | Either::Right((Ok(Some(known)), _)) => {
                    return Ok(Some(known));
                }
                Either::Left((told, version)) => (told, version.await),
                Either::Right((told, ping)) => (told, ping.await),
            },
        };
        match (first, second) {
            (_, Ok(Some(known))) => Ok(Some(known)),
            (Ok(_), _) | (_, Ok(None)) => Ok(None),
            (Err(error), Err(_)) => Err(self.call_failure("version", &error)),
        }
    }

    async fn version_from_ping(&self, session: &Session) -> Result<Option<ClientVersion>, CallError> {
        let Some((head, _)) = self.send_unless_refused(session, &ApiCall::get("ping", "/_ping", &())).await?
        else {
            return Ok(None);
        };
        Ok(head.headers.get("api-version").and_then(|told| usable_version(told.to_str().ok()?)))
    }

    async fn version_from_body(&self, session: &Session) -> Result<Option<ClientVersion>, CallError> {
        let Some((_, body)) =
            self.send_unless_refused(session, &ApiCall::get("version", "/version", &())).await?
        else {
            return Ok(None);
        };
        let (bytes, _) = body.read_until(MAX_SMALL_BYTES, Instant::now() + self.call_timeout()).await;
        let answer: SystemVersion = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(answer.api_version.as_deref().and_then(usable_version))
    }

    /// Sends a call. Returns `None` if the engine responds with an error status.
    async fn send_unless_refused(
        &self,
        session: &Session,
        call: &ApiCall,
    ) -> Result<Option<(ResponseHead, Body)>, CallError> {
        let limit = self.call_timeout();
        let answer = timeout(limit, session.send(&self.endpoint, call)).await;
        match answer.unwrap_or(Err(CallError::Timeout(limit))) {
            Ok(answer) => Ok(Some(answer)),
            Err(CallError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the API version in use as text.
    pub(in crate::source::docker) fn version_text(&self) -> String {
        let known = self.connection().session.as_ref().and_then(|session| session.version);
        known.map_or_else(|| "unversioned".to_owned(), |version| version.to_string())
    }
}

impl Session {
    /// Sends a call and returns the response head and body.
    pub(super) async fn send(
        &self,
        endpoint: &EngineEndpoint,
        call: &ApiCall,
    ) -> Result<(ResponseHead, Body), CallError> {
        let version = self.version.map_or_else(String::new, |version| format!("/v{version}"));
        let request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}{version}{}", Transport::base_url(endpoint), call.path_and_query))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(call.body.clone()))
            .map_err(|error| CallError::InvalidResponse(error.to_string()))?;
        self.transport.call(request).await
    }
}

/// Parses the API version that an engine reports. If that version is newer than all that Portolan knows,
/// returns the newest known version. Returns `None` if `text` is not a version.
fn usable_version(text: &str) -> Option<ClientVersion> {
    let (major, minor) = text.trim().split_once('.')?;
    let number = |text: &str| text.parse::<u16>().ok().map(usize::from);
    let theirs = ClientVersion { major_version: number(major)?, minor_version: number(minor)? };
    Some(if theirs < *API_DEFAULT_VERSION { theirs } else { *API_DEFAULT_VERSION })
}

#[cfg(test)]
mod tests {
    use super::usable_version;

    #[test]
    fn a_version_is_two_numbers_and_never_newer_than_ours() {
        let words = |told: &str| usable_version(told).map(|version| version.to_string());
        assert_eq!(words("1.41").as_deref(), Some("1.41"));
        assert_eq!(words("9.99"), words(&bollard::API_DEFAULT_VERSION.to_string()));
        for odd in ["", "1", "1.43/../../x\r\nX: y", "99999999999999999999.1", "1.-4"] {
            assert_eq!(words(odd), None, "{odd}");
        }
    }
}

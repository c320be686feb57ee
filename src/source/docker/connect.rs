//! One engine and the way to it: made when first needed, with the API version that both sides speak, and made anew after
//! the engine was away.

use super::{
    Endpoint,
    answer::SystemVersion,
    failure,
    http::{Body, CallError, Transport},
    tunnel::Tunnel,
};
use crate::{
    background,
    model::{Failure, FailureKind},
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

/// How long a small call may take.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// The part of a look's time limit that one of its small calls may take.
const CALL_SHARE: u32 = 3;
/// How long a ping is waited for before the version is asked for beside it.
const PING_HEAD_START: Duration = Duration::from_secs(2);
/// How long one look may take unless somebody says otherwise.
const LOOK_TIMEOUT: Duration = Duration::from_mins(1);
/// The most bytes of an answer that says one small thing.
const MAX_SMALL_BYTES: usize = 256 * 1024;

/// An engine and the way to it, shared by all that talk to it.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// Where it is.
    pub(super) endpoint: Endpoint,
    way: Arc<Mutex<Way>>,
}

/// What is known of the way to an engine.
#[derive(Debug, Default)]
struct Way {
    session: Option<Session>,
    /// The program that makes the way, where that goes through ssh.
    tunnel: Option<Tunnel>,
    /// How long one look may take.
    look_limit: Option<Duration>,
}

/// The head of an answer.
type Head = hyper::http::response::Parts;

/// A way that was made.
#[derive(Clone, Debug)]
struct Session {
    transport: Transport,
    /// The version of the API that both sides speak; `None` where the engine tells none, and takes its own for meant.
    version: Option<ClientVersion>,
}

/// A call: its path and options.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The name in a failure.
    pub(super) what: &'static str,
    method: Method,
    target: String,
    body: Bytes,
}

impl Call {
    /// A call that reads, with the options that stand in the query.
    pub(super) fn get(what: &'static str, path: &str, options: &impl Serialize) -> Self {
        let query = serde_urlencoded::to_string(options).unwrap_or_default();
        let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        Self { what, method: Method::GET, target, body: Bytes::new() }
    }

    /// A call with a body.
    pub(super) fn post(what: &'static str, path: &str, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default().into();
        Self { what, method: Method::POST, target: path.to_owned(), body }
    }
}

impl Engine {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, way: Arc::default() }
    }

    /// Whether it runs, or seems to run, on this machine.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.endpoint, Endpoint::Socket(_))
    }

    /// Sets how long one look may take.
    pub(super) fn set_look_limit(&self, limit: Duration) {
        self.way().look_limit = Some(limit);
    }

    /// How long one look may take, and whether somebody waits for it to be whole.
    pub(super) fn look_limit(&self) -> (Duration, bool) {
        let limit = self.way().look_limit;
        (limit.unwrap_or(LOOK_TIMEOUT), limit.is_some())
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client of the library, over our own bounded way: for answers that are nothing but bytes.
    pub(super) async fn client(&self) -> Result<Client, Failure> {
        let session = self.session().await?;
        let version = session.version.unwrap_or(*API_DEFAULT_VERSION);
        let (way, root) = (session.transport.for_bollard(), Transport::root(&self.endpoint));
        let made = Client::connect_with_custom_transport(way, Some(root), CALL_TIMEOUT.as_secs(), &version);
        made.map_err(|error| failure::of(&self.endpoint, "connect", &error.into()))
    }

    /// The answer to a call, whose body is still to be read.
    pub(super) async fn open(&self, call: &Call) -> Result<Body, Failure> {
        let session = self.session().await?;
        self.limited(call.what, session.send(&self.endpoint, call)).await.map(|(_, body)| body)
    }

    /// The same, however long the engine takes to begin: some send no head before there is something to tell.
    pub(super) async fn open_endless(&self, call: &Call) -> Result<Body, Failure> {
        let session = self.session().await?;
        let sent = session.send(&self.endpoint, call).await;
        sent.map(|(_, body)| body).map_err(|error| self.failed(call.what, &error))
    }

    /// The whole answer to a small call.
    pub(super) async fn bytes(&self, call: &Call, max: usize) -> Result<Vec<u8>, Failure> {
        let (bytes, trouble) = self.gather(call, max, Instant::now() + self.call_limit()).await?;
        trouble.map_or(Ok(bytes), Err)
    }

    /// What came of the answer to a call until `until`, at most `max` bytes, and what kept the rest away.
    pub(super) async fn gather(
        &self,
        call: &Call,
        max: usize,
        until: Instant,
    ) -> Result<(Vec<u8>, Option<Failure>), Failure> {
        let session = self.session().await?;
        let began = Instant::now();
        let late = |_| Err(CallError::Late(began.elapsed()));
        let sent = timeout_at(until, session.send(&self.endpoint, call)).await.unwrap_or_else(late);
        let (_, body) = sent.map_err(|error| self.failed(call.what, &error))?;
        let (bytes, trouble) = body.gather(max, until).await;
        Ok((bytes, trouble.map(|error| self.failed(call.what, &error))))
    }

    /// The result of `call` within the time limit; `what` names it in a failure.
    pub(super) async fn limited<T, E: Into<CallError>>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        let limit = self.call_limit();
        let answer = timeout(limit, call).await;
        let answer = answer.map_or(Err(CallError::Late(limit)), |answer| answer.map_err(Into::into));
        answer.map_err(|error| self.failed(what, &error))
    }

    /// How long a small call may take: never as long as the whole look.
    pub(super) fn call_limit(&self) -> Duration {
        let (look, whole) = self.look_limit();
        if whole { look / CALL_SHARE } else { CALL_TIMEOUT }
    }

    /// The failure of a call, in words.
    pub(super) fn failed(&self, what: &str, error: &CallError) -> Failure {
        let mut way = self.way();
        let failed = match way.tunnel.as_ref().and_then(Tunnel::said) {
            Some(said) => failure::through(&self.endpoint, what, &said),
            None => failure::of(&self.endpoint, what, error),
        };
        // An engine that was away may come back as another version.
        if failed.kind == FailureKind::Unreachable {
            way.session = None;
        }
        failed
    }

    /// The way to the engine, with the API version agreed on.
    async fn session(&self) -> Result<Session, Failure> {
        if let Some(known) = self.way().session.clone() {
            return Ok(known);
        }
        let transport = self.transport().await.map_err(|error| self.failed("connect", &error))?;
        let mut session = Session { transport, version: None };
        session.version = self.agreed(&session).await?;
        self.way().session = Some(session.clone());
        Ok(session)
    }

    async fn transport(&self) -> Result<Transport, CallError> {
        if let Endpoint::Ssh(place) = &self.endpoint {
            let mut way = self.way();
            let tunnel = match way.tunnel.take() {
                Some(tunnel) => tunnel,
                None => Tunnel::open(place)?,
            };
            return Ok(Transport::to_socket(&way.tunnel.insert(tunnel).socket()));
        }
        let endpoint = self.endpoint.clone();
        let made = background::blocking(move || Transport::to(&endpoint)).await;
        made.ok().flatten().unwrap_or_else(|| Err(CallError::Nonsense("there is no way there".to_owned())))
    }

    /// The newest version that both sides speak. Two calls tell it, of which a proxy may break one or refuse both; only where
    /// neither is answered nothing answers there.
    async fn agreed(&self, session: &Session) -> Result<Option<ClientVersion>, Failure> {
        let mut ping = pin!(self.version_of_ping(session));
        let version = self.version_of_version(session);
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
            (Err(error), Err(_)) => Err(self.failed("version", &error)),
        }
    }

    async fn version_of_ping(&self, session: &Session) -> Result<Option<ClientVersion>, CallError> {
        let Some((head, _)) = self.unrefused(session, &Call::get("ping", "/_ping", &())).await? else {
            return Ok(None);
        };
        Ok(head.headers.get("api-version").and_then(|told| version(told.to_str().ok()?)))
    }

    async fn version_of_version(&self, session: &Session) -> Result<Option<ClientVersion>, CallError> {
        let Some((_, body)) = self.unrefused(session, &Call::get("version", "/version", &())).await? else {
            return Ok(None);
        };
        let (bytes, _) = body.gather(MAX_SMALL_BYTES, Instant::now() + self.call_limit()).await;
        let answer: SystemVersion = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(answer.api_version.as_deref().and_then(version))
    }

    /// The answer to a call; `None` where it is refused.
    async fn unrefused(&self, session: &Session, call: &Call) -> Result<Option<(Head, Body)>, CallError> {
        let limit = self.call_limit();
        let answer = timeout(limit, session.send(&self.endpoint, call)).await;
        match answer.unwrap_or(Err(CallError::Late(limit))) {
            Ok(answer) => Ok(Some(answer)),
            Err(CallError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The version of the API in use, in words.
    pub(super) fn version(&self) -> String {
        let known = self.way().session.as_ref().and_then(|session| session.version);
        known.map_or_else(|| "without a version".to_owned(), |version| version.to_string())
    }
}

impl Session {
    /// Sends a call. Returns the head of the answer and its body.
    async fn send(&self, endpoint: &Endpoint, call: &Call) -> Result<(Head, Body), CallError> {
        let version = self.version.map_or_else(String::new, |version| format!("/v{version}"));
        let request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}{version}{}", Transport::root(endpoint), call.target))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(call.body.clone()))
            .map_err(|error| CallError::Nonsense(error.to_string()))?;
        self.transport.call(request).await
    }
}

/// The older of a version that the engine tells and the newest that we know; `None` where it is none.
fn version(told: &str) -> Option<ClientVersion> {
    let (major, minor) = told.trim().split_once('.')?;
    let number = |text: &str| text.parse::<u16>().ok().map(usize::from);
    let theirs = ClientVersion { major_version: number(major)?, minor_version: number(minor)? };
    Some(if theirs < *API_DEFAULT_VERSION { theirs } else { *API_DEFAULT_VERSION })
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_version_is_two_numbers_and_never_newer_than_ours() {
        let words = |told: &str| version(told).map(|version| version.to_string());
        assert_eq!(words("1.41").as_deref(), Some("1.41"));
        assert_eq!(words("9.99"), words(&bollard::API_DEFAULT_VERSION.to_string()));
        for odd in ["", "1", "1.43/../../x\r\nX: y", "99999999999999999999.1", "1.-4"] {
            assert_eq!(words(odd), None, "{odd}");
        }
    }
}

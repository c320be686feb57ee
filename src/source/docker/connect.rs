//! One connection to an engine: made when first needed, with the API version both sides speak, and made anew after
//! the engine was away.

use super::{Endpoint, failure, tunnel::Tunnel};
use crate::model::{Failure, FailureKind};
use bollard::{API_DEFAULT_VERSION, Docker as Client, errors::Error};
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long one call may take.
pub(super) const LIMIT: Duration = Duration::from_secs(10);
/// How long a stream may be silent: there is no limit, but the client wants one.
const FOREVER: Duration = Duration::from_hours(24 * 365 * 10);

/// An engine and the connection to it, shared by all that talk to it.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// Where it is.
    pub(super) endpoint: Endpoint,
    client: Arc<Mutex<Option<Client>>>,
    /// The way to it, where that goes through ssh.
    tunnel: Arc<Mutex<Option<Tunnel>>>,
}

impl Engine {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, client: Arc::default(), tunnel: Arc::default() }
    }

    /// Whether it runs, or seems to run, on this machine.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.endpoint, Endpoint::Socket(_))
    }

    /// The client, with the API version agreed on.
    pub(super) async fn client(&self) -> Result<Client, Failure> {
        let known = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(client) = known {
            return Ok(client);
        }
        let fresh = self.open().map_err(|e| failure::of(&self.endpoint, "connect", &e))?;
        let agreed = self.limited("version", fresh.negotiate_version()).await?;
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = Some(agreed.clone());
        Ok(agreed)
    }

    /// A client for answers that come for as long as somebody listens.
    pub(super) async fn streaming(&self) -> Result<Client, Failure> {
        Ok(self.client().await?.with_timeout(FOREVER))
    }

    /// The answer to `call` within the time limit; `what` names the call in a failure.
    pub(super) async fn limited<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let answer = tokio::time::timeout(LIMIT, call).await.unwrap_or(Err(Error::RequestTimeoutError));
        answer.map_err(|e| {
            let tunnel = self.tunnel.lock().unwrap_or_else(PoisonError::into_inner);
            let failed = match tunnel.as_ref().and_then(Tunnel::said) {
                Some(said) => failure::through(&self.endpoint, what, &said),
                None => failure::of(&self.endpoint, what, &e),
            };
            // An engine that was away may come back as another version.
            if matches!(failed.kind, FailureKind::Unreachable | FailureKind::Timeout) {
                *self.client.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
            failed
        })
    }

    fn open(&self) -> Result<Client, Error> {
        let limit = LIMIT.as_secs();
        match &self.endpoint {
            Endpoint::Socket(path) => {
                Client::connect_with_unix(&path.to_string_lossy(), limit, API_DEFAULT_VERSION)
            }
            Endpoint::Tcp(address) => Client::connect_with_http(address, limit, API_DEFAULT_VERSION),
            Endpoint::Ssh(place) => {
                let mut tunnel = self.tunnel.lock().unwrap_or_else(PoisonError::into_inner);
                let way = match tunnel.take() {
                    Some(way) => way,
                    None => Tunnel::open(place)?,
                };
                let socket = tunnel.insert(way).socket();
                Client::connect_with_unix(&socket.to_string_lossy(), limit, API_DEFAULT_VERSION)
            }
            Endpoint::Tls { address, certificates } => {
                // Two sets of algorithms are linked in, ours and the AWS client's, and rustls will not choose by itself.
                // That another part of the program chose first is as good.
                let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
                Client::connect_with_ssl(
                    address,
                    &certificates.join("key.pem"),
                    &certificates.join("cert.pem"),
                    &certificates.join("ca.pem"),
                    limit,
                    API_DEFAULT_VERSION,
                )
            }
        }
    }
}

//! Connections to an engine, one for each call: no call waits behind another, and a connection that died while nobody
//! used it is never used again.

use super::{Body, CallError, tls};
use crate::source::docker::Endpoint;
use bollard::BollardRequest;
use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, Uri, body::Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use std::{
    future::Future,
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::net::UnixStream;

/// The most bytes that the head of an answer may have, and the most headers.
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// The most bytes of an error's message that are read.
const MAX_MESSAGE_BYTES: usize = 16 * 1024;
/// How long an error's message may take.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often the other end is asked whether it is still there, on a connection that is silent.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A way to an engine.
#[derive(Clone, Debug)]
pub(in super::super) enum Transport {
    Socket(Client<SocketConnector, Full<Bytes>>),
    Tcp(Client<HttpConnector, Full<Bytes>>),
    Tls(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

impl Transport {
    /// The way through a Unix socket.
    pub(in super::super) fn to_socket(path: &Path) -> Self {
        Self::Socket(client(SocketConnector(Arc::new(path.to_owned()))))
    }

    /// The way to `endpoint`; `None` where another program has to make it. Reads files.
    pub(in super::super) fn to(endpoint: &Endpoint) -> Option<Result<Self, CallError>> {
        Some(match endpoint {
            Endpoint::Socket(path) => Ok(Self::to_socket(path)),
            Endpoint::Tcp(_) => Ok(Self::Tcp(client(tcp()))),
            Endpoint::Tls { certificates, .. } => tls::settings(certificates).map(|settings| {
                let builder = HttpsConnectorBuilder::new().with_tls_config(settings);
                Self::Tls(client(builder.https_only().enable_http1().wrap_connector(tcp())))
            }),
            Endpoint::Ssh(_) => return None,
        })
    }

    /// Where the addresses of all calls begin.
    pub(in super::super) fn root(endpoint: &Endpoint) -> String {
        match endpoint {
            Endpoint::Socket(_) | Endpoint::Ssh(_) => "http://localhost".to_owned(),
            Endpoint::Tcp(address) => format!("http://{address}"),
            Endpoint::Tls { address, .. } => format!("https://{address}"),
        }
    }

    /// Sends a request. Returns the answer as soon as its head is there, whatever its status.
    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, CallError> {
        let answer = match self {
            Self::Socket(client) => client.request(request),
            Self::Tcp(client) => client.request(request),
            Self::Tls(client) => client.request(request),
        };
        answer.await.map_err(|error| {
            let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(link) = cause {
                if link.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse_too_large) {
                    return CallError::HeadTooLarge(MAX_HEAD_BYTES);
                }
                cause = link.source();
            }
            CallError::Transport(Box::new(error))
        })
    }

    /// Sends a request. Returns the head of the answer and its body, where the engine does not refuse it.
    pub(in super::super) async fn call(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(hyper::http::response::Parts, Body), CallError> {
        let (head, body) = self.send(request).await?.into_parts();
        let body = Body::new(body);
        if head.status.is_success() {
            return Ok((head, body));
        }
        let until = tokio::time::Instant::now() + MESSAGE_TIMEOUT;
        let (text, _) = body.gather(MAX_MESSAGE_BYTES, until).await;
        Err(CallError::Refused { status: head.status.as_u16(), message: message(head.status, &text) })
    }

    /// The same way for a client of bollard's.
    pub(in super::super) fn for_bollard(
        &self,
    ) -> impl Fn(BollardRequest) -> BoxFuture<'static, Result<Response<Incoming>, bollard::errors::Error>>
    + Send
    + Sync
    + 'static {
        let this = self.clone();
        move |request| {
            let this = this.clone();
            let sent = async move {
                let (head, body) = request.into_parts();
                let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
                let sent = this.send(Request::from_parts(head, Full::new(body))).await;
                Ok(sent.map_err(io::Error::other)?)
            };
            sent.boxed()
        }
    }
}

/// What an error says: the engine's own words, or what the status means where a page for browsers came.
fn message(status: hyper::StatusCode, text: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Said {
        message: String,
    }
    let text = String::from_utf8_lossy(text);
    let said = serde_json::from_str::<Said>(&text).map(|said| said.message);
    let plain = said.unwrap_or_else(|_| text.trim().to_owned());
    let page = plain.starts_with('<') || plain.is_empty();
    if page { status.canonical_reason().unwrap_or_default().to_owned() } else { plain }
}

fn client<C>(connector: C) -> Client<C, Full<Bytes>>
where
    C: hyper_util::client::legacy::connect::Connect + Clone,
{
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .http1_max_buf_size(MAX_HEAD_BYTES)
        .http1_max_headers(MAX_HEADERS)
        .build(connector)
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_keepalive(Some(KEEPALIVE));
    connector.set_nodelay(true);
    connector
}

/// Connects to a Unix socket, whatever the address says.
#[derive(Clone, Debug)]
pub(in super::super) struct SocketConnector(Arc<PathBuf>);

impl tower_service::Service<Uri> for SocketConnector {
    type Response = TokioIo<UnixStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let path = Arc::clone(&self.0);
        Box::pin(async move { UnixStream::connect(&*path).await.map(TokioIo::new) })
    }
}

#[cfg(test)]
mod tests {
    use super::message;
    use hyper::StatusCode;

    #[test]
    fn an_error_says_what_the_engine_says_and_never_a_page() {
        let said = |text: &str| message(StatusCode::FORBIDDEN, text.as_bytes());
        assert_eq!(said(r#"{"message": "no such container"}"#), "no such container");
        assert_eq!(said("<html><body><h1>403 Forbidden</h1></body></html>"), "Forbidden");
        assert_eq!(said(" not here\n"), "not here");
        assert_eq!(said(""), "Forbidden");
    }
}

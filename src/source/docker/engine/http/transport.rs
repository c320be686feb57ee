//! Connections to an engine. Each call opens a new connection, so no call waits for another one, and no dead
//! connection is reused.

use super::{Body, CallError, tls};
use crate::source::docker::EngineEndpoint;
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

/// Maximum size of a response head, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Maximum number of headers in a response.
const MAX_HEADERS: usize = 100;
/// Maximum size of an error body, in bytes.
const MAX_ERROR_BYTES: usize = 16 * 1024;
/// Time limit for reading an error body.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// Time for which a TCP connection may be silent before the kernel sends keep-alive probes.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// HTTP client for an engine, by the kind of the engine's address.
#[derive(Clone, Debug)]
pub(in crate::source::docker) enum Transport {
    Socket(Client<SocketConnector, Full<Bytes>>),
    Tcp(Client<HttpConnector, Full<Bytes>>),
    Tls(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

impl Transport {
    /// Creates the transport to a Unix socket.
    pub(in crate::source::docker) fn to_socket(path: &Path) -> Self {
        Self::Socket(http_client(SocketConnector(Arc::new(path.to_owned()))))
    }

    /// Creates the transport to `endpoint`. Returns `None` for an ssh address, to which an ssh tunnel leads.
    /// Blocks while it reads certificates.
    pub(in crate::source::docker) fn to_endpoint(
        endpoint: &EngineEndpoint,
    ) -> Option<Result<Self, CallError>> {
        Some(match endpoint {
            EngineEndpoint::Socket(path) => Ok(Self::to_socket(path)),
            EngineEndpoint::Tcp(_) => Ok(Self::Tcp(http_client(tcp_connector()))),
            EngineEndpoint::Tls { certificates, .. } => tls::client_config(certificates).map(|settings| {
                let builder = HttpsConnectorBuilder::new().with_tls_config(settings);
                Self::Tls(http_client(builder.https_only().enable_http1().wrap_connector(tcp_connector())))
            }),
            EngineEndpoint::Ssh(_) => return None,
        })
    }

    /// Returns the base URL of all calls.
    pub(in crate::source::docker) fn base_url(endpoint: &EngineEndpoint) -> String {
        match endpoint {
            EngineEndpoint::Socket(_) | EngineEndpoint::Ssh(_) => "http://localhost".to_owned(),
            EngineEndpoint::Tcp(address) => format!("http://{address}"),
            EngineEndpoint::Tls { address, .. } => format!("https://{address}"),
        }
    }

    /// Sends a request. Returns the response once its head has arrived, whatever its status.
    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, CallError> {
        let answer = match self {
            Self::Socket(client) => client.request(request),
            Self::Tcp(client) => client.request(request),
            Self::Tls(client) => client.request(request),
        };
        answer.await.map_err(|error| {
            let chain = || {
                let first: &(dyn std::error::Error + 'static) = &error;
                std::iter::successors(Some(first), |link| link.source())
            };
            let is_hyper = |is_it: fn(&hyper::Error) -> bool| {
                chain().any(|link| link.downcast_ref::<hyper::Error>().is_some_and(is_it))
            };
            let has_closed = chain().filter_map(|link| link.downcast_ref::<io::Error>()).any(is_closed);
            if is_hyper(hyper::Error::is_parse_too_large) {
                CallError::HeadTooLarge(MAX_HEAD_BYTES)
            } else if !error.is_connect() && (has_closed || is_hyper(hyper::Error::is_incomplete_message)) {
                CallError::ConnectionLost
            } else {
                CallError::Transport(Box::new(error))
            }
        })
    }

    /// Sends a request. Returns the response head and body, or an error if the status is not a success.
    pub(in crate::source::docker) async fn call(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(hyper::http::response::Parts, Body), CallError> {
        let (head, body) = self.send(request).await?.into_parts();
        let body = Body::new(body);
        if head.status.is_success() {
            return Ok((head, body));
        }
        let until = tokio::time::Instant::now() + ERROR_BODY_TIMEOUT;
        let (text, _) = body.read_until(MAX_ERROR_BYTES, until).await;
        Err(CallError::Refused { status: head.status.as_u16(), message: error_message(head.status, &text) })
    }

    /// Returns a function by which the Docker client library bollard sends its requests through this
    /// transport.
    pub(in crate::source::docker) fn for_bollard(
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

/// Returns the message of an error response: the engine's text, or the meaning of the status if the body is
/// empty or an HTML page.
fn error_message(status: hyper::StatusCode, text: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct ErrorBody {
        message: String,
    }
    let text = String::from_utf8_lossy(text);
    let said = serde_json::from_str::<ErrorBody>(&text).map(|said| said.message);
    let plain = said.unwrap_or_else(|_| text.trim().to_owned());
    let page = plain.starts_with('<') || plain.is_empty();
    if page { status.canonical_reason().unwrap_or_default().to_owned() } else { plain }
}

fn http_client<C>(connector: C) -> Client<C, Full<Bytes>>
where
    C: hyper_util::client::legacy::connect::Connect + Clone,
{
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .http1_max_buf_size(MAX_HEAD_BYTES)
        .http1_max_headers(MAX_HEADERS)
        .build(connector)
}

fn tcp_connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_keepalive(Some(TCP_KEEPALIVE));
    connector.set_nodelay(true);
    connector
}

/// Connector that opens one Unix socket, whatever the URL.
#[derive(Clone, Debug)]
pub(in crate::source::docker) struct SocketConnector(Arc<PathBuf>);

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

/// Returns true if the other side has closed the connection. A refused certificate is another error.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
    )
}

#[cfg(test)]
mod tests {
    use super::{CallError, EngineEndpoint, Full, Request, Transport, error_message};
    use hyper::StatusCode;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// Returns the error of a call to a server that reads the request, sends `response` and closes the connection.
    async fn call_error(response: &'static [u8]) -> CallError {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let _ = connection.read(&mut [0; 1024]).await;
            let _ = connection.write_all(response).await;
        });
        let transport = Transport::to_endpoint(&EngineEndpoint::Tcp(address.clone())).unwrap().unwrap();
        let request = Request::post(format!("http://{address}/containers/x/stop")).body(Full::default());
        transport.call(request.unwrap()).await.err().unwrap()
    }

    #[tokio::test]
    async fn a_connection_that_closes_before_the_response_is_not_a_failed_connection() {
        assert!(matches!(call_error(b"").await, CallError::ConnectionLost));
        assert!(matches!(call_error(b"no HTTP at all\r\n\r\n").await, CallError::Transport(_)));
    }

    #[test]
    fn an_error_message_is_never_a_web_page() {
        let said = |text: &str| error_message(StatusCode::FORBIDDEN, text.as_bytes());
        assert_eq!(said(r#"{"message": "no such container"}"#), "no such container");
        assert_eq!(said("<html><body><h1>403 Forbidden</h1></body></html>"), "Forbidden");
        assert_eq!(said(" not here\n"), "not here");
        assert_eq!(said(""), "Forbidden");
    }
}

//! Connection to a session: TCP, TLS, the WebSocket handshake, and the message with the token.

use super::SessionAddress;
use crate::model::{Failure, FailureKind};
use futures::SinkExt;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use serde_json::json;
use std::{error::Error, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, http::Uri},
};

/// Time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Byte stream under a WebSocket, with or without TLS.
pub(super) trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// Open WebSocket of a session.
pub(super) type SessionSocket = WebSocketStream<Box<dyn ByteStream>>;

/// Connects to a session, and sends its token.
pub(super) async fn connect(address: &SessionAddress, request_id: &str) -> Result<SessionSocket, Failure> {
    let connected = timeout(CONNECT_TIMEOUT, open(address, request_id)).await;
    connected.unwrap_or_else(|_| Err("no answer".into())).map_err(|error| {
        let what = format!("the session at {} can't be opened: {error}", host_of(&address.stream_url));
        Failure::new(
            FailureKind::Unreachable,
            what,
            "check the way to the ssmmessages endpoint, and its proxy",
        )
    })
}

async fn open(
    address: &SessionAddress,
    request_id: &str,
) -> Result<SessionSocket, Box<dyn Error + Send + Sync>> {
    let uri: Uri = address.stream_url.parse()?;
    let host = uri.host().ok_or("its address has no host")?.trim_matches(['[', ']']).to_owned();
    let stream: Box<dyn ByteStream> = match uri.scheme_str() {
        Some("wss") => {
            let tcp = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(443))).await?;
            let name = ServerName::try_from(host)?;
            Box::new(TlsConnector::from(tls_config()?).connect(name, tcp).await?)
        }
        // Without TLS, the token would cross the network unencrypted. Emulators run on this machine.
        Some("ws") if is_loopback(&host) => {
            Box::new(TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(80))).await?)
        }
        _ => return Err("its address is not encrypted".into()),
    };
    let (mut socket, _) = client_async(address.stream_url.as_str(), stream).await?;
    let greeting = json!({
        "MessageSchemaVersion": "1.0",
        "RequestId": request_id,
        "TokenValue": address.token,
        "ClientId": request_id,
    });
    socket.send(Message::text(greeting.to_string())).await?;
    Ok(socket)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Returns the host in the URL of a session. Error messages name only the host, because the rest of the URL
/// identifies the session.
fn host_of(url: &str) -> String {
    let uri: Option<Uri> = url.parse().ok();
    uri.and_then(|uri| Some(uri.host()?.to_owned())).unwrap_or_else(|| "an unreadable address".to_owned())
}

/// Creates TLS settings that trust the certificate authorities of this machine.
fn tls_config() -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

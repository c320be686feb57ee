//! Forwarded ports of an engine's containers. An engine has no call that connects to a port, so Portolan
//! connects by itself: to the published port on the engine's machine, or to the container's address on this
//! machine.

use super::{
    EngineEndpoint,
    api_types::{ContainerInspectResponse, PortBinding},
    discovery::endpoint::host_of,
    engine::client::Engine,
};
use crate::{
    model::{Failure, FailureKind},
    operation::ForwardRequest,
    source::session::{Forward, OpeningFailure, SessionEnd},
};
use futures::{StreamExt, stream::FuturesUnordered};
use std::{net::IpAddr, time::Duration};
use tokio::{
    io::copy_bidirectional,
    net::TcpStream,
    sync::mpsc::{Receiver, Sender},
    time::timeout,
};

/// Time limit of connecting to a port.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum number of open connections. A further connection waits until an open one ends.
const MAX_CONNECTIONS: usize = 256;

impl Engine {
    /// Starts to forward connections to a port of a container.
    pub(super) async fn open_forward(
        &self,
        container: &str,
        request: &ForwardRequest,
    ) -> Result<Forward, OpeningFailure> {
        if let Some(host) = &request.host {
            let what = format!("an engine can't connect to {host} from a container");
            let remedy = "forward a port of a container, or run a command with portolan exec";
            return Err(Failure::new(FailureKind::Invalid, what, remedy).into());
        }
        let far_end = ContainerPort { engine: self.clone(), id: container.to_owned(), port: request.port };
        far_end.address().await?;
        Ok(Forward::start(None, move |connections, failures| {
            pass_connections(far_end, connections, failures)
        }))
    }
}

/// Port of a container.
struct ContainerPort {
    engine: Engine,
    id: String,
    port: u16,
}

impl ContainerPort {
    /// Returns the host and port at which this machine currently reaches the container's port. Fails if the
    /// container does not run, because another container may have its address now.
    async fn address(&self) -> Result<(String, u16), Failure> {
        let inspected = self.engine.inspect(&self.id).await?;
        if inspected.state.as_ref().is_some_and(|state| state.running == Some(false)) {
            let what = "the container has stopped";
            return Err(Failure::new(FailureKind::Missing, what, "forward the port of a running container"));
        }
        address_of(&self.engine.endpoint, &inspected, self.port)
    }
}

/// Returns the host and port at which this machine reaches the port `port` of a container.
fn address_of(
    endpoint: &EngineEndpoint,
    inspected: &ContainerInspectResponse,
    port: u16,
) -> Result<(String, u16), Failure> {
    let engine_host = engine_host(endpoint);
    let settings = inspected.network_settings.as_ref();
    let ports = settings.and_then(|settings| settings.ports.as_ref());
    let bindings = ports.and_then(|ports| ports.get(&format!("{port}/tcp"))?.as_ref());
    let published = bindings.into_iter().flatten().find_map(|binding| published_at(binding, engine_host));
    if let Some(address) = published {
        return Ok(address);
    }
    let is_local = matches!(endpoint, EngineEndpoint::Socket(_));
    let mode = inspected.host_config.as_ref().and_then(|host| host.network_mode.as_deref());
    if mode == Some("host") {
        return Ok((engine_host.to_owned(), port));
    }
    let networks = settings.and_then(|settings| settings.networks.as_ref());
    let mut addresses = networks.into_iter().flatten().filter_map(|(name, network)| {
        let address: IpAddr = network.ip_address.as_deref()?.parse().ok()?;
        Some((name, address))
    });
    if let Some((_, address)) = addresses.next().filter(|_| is_local) {
        return Ok((address.to_string(), port));
    }
    let what = if is_local {
        format!("port {port} is not published, and the container has no address of its own")
    } else {
        format!("port {port} is not published on the engine's machine")
    };
    Err(Failure::new(FailureKind::Invalid, what, "publish the port, such as with docker run -p"))
}

/// Returns the host on which an engine publishes ports, as seen from this machine.
fn engine_host(endpoint: &EngineEndpoint) -> &str {
    match endpoint {
        EngineEndpoint::Socket(_) => "127.0.0.1",
        EngineEndpoint::Tcp(address) | EngineEndpoint::Tls { address, .. } => host_of(address),
        EngineEndpoint::Ssh(place) => host_of(place.rsplit('@').next().unwrap_or_default()),
    }
}

/// Returns the host and port at which this machine reaches a published port. Returns `None` if the port is
/// published on a loopback address of another machine.
fn published_at(binding: &PortBinding, engine_host: &str) -> Option<(String, u16)> {
    let port = binding.host_port.as_deref()?.parse().ok()?;
    let address: Option<IpAddr> = binding.host_ip.as_deref().and_then(|address| address.parse().ok());
    let is_here = engine_host == "127.0.0.1";
    match address {
        Some(address) if address.is_loopback() && !is_here => None,
        Some(address) if !address.is_unspecified() => Some((address.to_string(), port)),
        _ => Some((engine_host.to_owned(), port)),
    }
}

/// Passes connections to `far_end` until the user leaves. Sends the failures of single connections to
/// `failures`.
async fn pass_connections(
    far_end: ContainerPort,
    mut connections: Receiver<TcpStream>,
    failures: Sender<Failure>,
) -> SessionEnd {
    let mut open = FuturesUnordered::new();
    loop {
        tokio::select! {
            connection = connections.recv(), if open.len() < MAX_CONNECTIONS => match connection {
                Some(connection) => open.push(pass(&far_end, connection)),
                None => return Ok(None),
            },
            () = failures.closed() => return Ok(None),
            Some(outcome) = open.next(), if !open.is_empty() => if let Err(failure) = outcome {
                // If the queue is full, the user already sees many failures.
                let _ = failures.try_send(failure);
            },
        }
    }
}

/// Passes the bytes of one connection both ways, until both sides have ended it.
async fn pass(far_end: &ContainerPort, mut near: TcpStream) -> Result<(), Failure> {
    let (host, port) = far_end.address().await?;
    let connected = timeout(CONNECT_TIMEOUT, TcpStream::connect((host.as_str(), port))).await;
    let connected = connected.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
    let mut far = connected.map_err(|error| {
        let what = format!("{host}:{port} can't be reached: {error}");
        let remedy =
            "check that a program listens there; an engine in a virtual machine needs a published port";
        Failure::new(FailureKind::Unreachable, what, remedy)
    })?;
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    // A connection that one side resets has nothing more to pass.
    let _ = copy_bidirectional(&mut near, &mut far).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ContainerInspectResponse, EngineEndpoint, address_of};
    use serde_json::json;

    fn container(mode: &str, host_ip: &str) -> ContainerInspectResponse {
        let inspected = json!({
            "HostConfig": { "NetworkMode": mode },
            "NetworkSettings": {
                "Ports": { "80/tcp": [{ "HostIp": host_ip, "HostPort": "8080" }], "81/tcp": null },
                "Networks": { "shop": { "IPAddress": "172.20.0.5" } },
            },
        });
        serde_json::from_str(&inspected.to_string()).unwrap()
    }

    fn address(endpoint: &str, container: &ContainerInspectResponse, port: u16) -> Result<String, String> {
        let endpoint = EngineEndpoint::parse(endpoint, None).unwrap();
        let found = address_of(&endpoint, container, port);
        found.map(|(host, port)| format!("{host}:{port}")).map_err(|failure| failure.message.to_string())
    }

    #[test]
    fn a_published_port_is_reached_on_the_machine_of_the_engine() {
        let container = container("shop", "0.0.0.0");
        assert_eq!(address("unix:///x.sock", &container, 80).unwrap(), "127.0.0.1:8080");
        assert_eq!(address("tcp://build7:2375", &container, 80).unwrap(), "build7:8080");
        assert_eq!(address("ssh://me@build7:22", &container, 80).unwrap(), "build7:8080");
        assert_eq!(address("ssh://build7", &container, 80).unwrap(), "build7:8080");
        assert_eq!(address("tcp://[2001:db8::5]:2375", &container, 80).unwrap(), "2001:db8::5:8080");
        assert_eq!(address("ssh://me@[2001:db8::5]", &container, 80).unwrap(), "2001:db8::5:8080");
        assert_eq!(address("ssh://me@2001:db8::5", &container, 80).unwrap(), "2001:db8::5:8080");
    }

    #[test]
    fn another_port_is_reached_on_this_machine_only() {
        let bridged = container("shop", "127.0.0.1");
        assert_eq!(address("unix:///x.sock", &bridged, 80).unwrap(), "127.0.0.1:8080");
        assert_eq!(address("unix:///x.sock", &bridged, 81).unwrap(), "172.20.0.5:81");
        assert_eq!(address("unix:///x.sock", &container("host", ""), 81).unwrap(), "127.0.0.1:81");
        for port in [80, 81] {
            let why = address("tcp://build7:2375", &bridged, port).unwrap_err();
            assert_eq!(why, format!("port {port} is not published on the engine's machine"));
        }
    }
}

//! Helpers of the tests that open sessions in containers: shells, and forwarded ports.

use bytes::Bytes;
use portolan::{
    model::{ActionPermission, Failure, Service, SourceId},
    operation::{
        ConfirmedSession, ForwardRequest, OperationPlace, SessionPlan, SessionRequest, SessionTarget,
        ShellRequest, session_targets,
    },
    source::{
        Source,
        session::{Forward, Shell, ShellInput, ShellOutput},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Returns the first running container of a service.
pub(crate) fn first_target(service: &Service) -> SessionTarget {
    session_targets(service, &service.name).into_iter().next().unwrap()
}

/// Confirms a session by flag.
fn confirm<R: SessionRequest>(request: R) -> ConfirmedSession<R> {
    let place = OperationPlace {
        source: SourceId::new("test"),
        location: "a test".into(),
        account: None,
        account_alias: None,
        region: None,
        caller: None,
        command_prefix: "docker".into(),
    };
    let plan = SessionPlan::new(request, place, ActionPermission::Ask).unwrap();
    ConfirmedSession::by_flag(plan, None).unwrap()
}

/// Starts a command in a container.
pub(crate) async fn open_shell(
    source: &dyn Source,
    target: SessionTarget,
    command: &[&str],
    size: Option<(u16, u16)>,
) -> Shell {
    let command = command.iter().map(|word| (*word).to_owned()).collect();
    let confirmed = confirm(ShellRequest::new(target, command, size));
    source.operator().unwrap().open_shell(&confirmed).await.unwrap()
}

/// Starts to forward to a port of a container.
pub(crate) async fn open_forward(
    source: &dyn Source,
    target: SessionTarget,
    port: u16,
) -> Result<Forward, Failure> {
    let confirmed = confirm(ForwardRequest { target, local_port: 1, host: None, port });
    source.operator().unwrap().open_forward(&confirmed).await.map_err(|failed| failed.failure)
}

/// Sends bytes to a shell as typed input.
pub(crate) async fn type_bytes(shell: &Shell, bytes: &'static [u8]) {
    shell.input.send(ShellInput::Bytes(Bytes::from_static(bytes))).await.unwrap();
}

/// Reads the output of a shell until it contains `text`. Returns the output.
pub(crate) async fn read_until(shell: &mut Shell, text: &str) -> String {
    let mut seen = String::new();
    while !seen.contains(text) {
        let Some(ShellOutput::Standard(bytes)) = shell.output.recv().await else { panic!("{seen:?}") };
        seen += std::str::from_utf8(&bytes).unwrap();
    }
    seen
}

/// Reads the output of a shell until it ends. Returns standard output, standard error and the exit code.
pub(crate) async fn read_to_end(mut shell: Shell) -> (String, String, Option<i64>) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    while let Some(piece) = shell.output.recv().await {
        match piece {
            ShellOutput::Standard(bytes) => out.extend(bytes),
            ShellOutput::Error(bytes) => err.extend(bytes),
        }
    }
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(out), text(err), shell.end().await.unwrap())
}

/// Returns a local connection that the forwarding passes on.
pub(crate) async fn connect(forward: &Forward) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    forward.input.send(listener.accept().await.unwrap().0).await.unwrap();
    near
}

/// Sends `bytes` pseudo-random bytes to a port that echoes everything, and checks that the same bytes come
/// back.
pub(crate) async fn assert_echoes(connection: TcpStream, bytes: usize, seed: u8) {
    let sent: Vec<u8> = (0..bytes).map(|n| (n.wrapping_mul(31) >> 3) as u8 ^ seed).collect();
    let (mut reader, mut writer) = connection.into_split();
    let mut received = vec![0; bytes];
    let (wrote, read) = tokio::join!(writer.write_all(&sent), reader.read_exact(&mut received));
    wrote.unwrap();
    read.unwrap();
    assert!(sent == received, "{bytes} bytes with the seed {seed} changed on the way");
}

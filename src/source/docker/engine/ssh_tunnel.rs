//! Tunnel through ssh to an engine on another machine. A local socket accepts connections and forwards each
//! to `docker system dial-stdio` there, as the docker command does.
//!
//! The user's ssh configuration decides how to log in. ssh never prompts, and all connections share one
//! login.

use crate::{
    background::{self, Panicked},
    model::Text,
    private_fs::TemporaryDir,
};
use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, copy},
    net::{UnixListener, UnixStream},
    process::Command,
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

/// Time for which ssh keeps the shared login after its last connection, in seconds.
const CONTROL_PERSIST_SECONDS: u32 = 20;

/// Prefix of the names of tunnel folders.
const TUNNEL_DIR_PREFIX: &str = "portolan-ssh-";
/// Name of the socket in each tunnel folder.
const SOCKET_FILE_NAME: &str = "engine";

/// Time that ssh may take to exit after its output ended.
const SSH_EXIT_TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum size of the error output of ssh that Portolan reads, in bytes.
const MAX_STDERR_BYTES: u64 = 4_096;

/// Tunnel through ssh to an engine on another machine. Dropping the value closes the tunnel.
#[derive(Debug)]
pub(in crate::source::docker) struct SshTunnel {
    folder: TemporaryDir,
    _forwarding: AbortOnDropHandle<()>,
    last_error: LastError,
}

/// Reason why the last connection failed, shared with the forwarding tasks.
type LastError = Arc<Mutex<Option<String>>>;

impl SshTunnel {
    /// Opens a tunnel to `user@host:port`. Makes no connection yet.
    pub(in crate::source::docker) fn open(place: &str) -> io::Result<Self> {
        // The removal tries to connect to other tunnels. Another Portolan process may be too busy to accept
        // at once, so the removal runs in the background.
        background::run_blocking_then(
            || TemporaryDir::remove_abandoned(TUNNEL_DIR_PREFIX, is_abandoned),
            drop,
        );
        let folder = TemporaryDir::create(TUNNEL_DIR_PREFIX)?;
        let listener = UnixListener::bind(folder.path().join(SOCKET_FILE_NAME))?;
        let arguments = ssh_arguments(place, &folder.path().join("ssh").to_string_lossy());
        let said: LastError = Arc::default();
        let lost = Arc::clone(&said);
        let then = move |panicked: Panicked| set_error(&lost, panicked.to_string());
        let carries = background::spawn(forward_connections(listener, arguments, Arc::clone(&said)), then);
        Ok(Self { folder, _forwarding: carries, last_error: said })
    }

    /// Returns the path of the local socket that leads to the engine.
    pub(in crate::source::docker) fn socket_path(&self) -> PathBuf {
        self.folder.path().join(SOCKET_FILE_NAME)
    }

    /// Returns the error of the last failed connection, and clears it.
    pub(in crate::source::docker) fn take_error(&self) -> Option<String> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Returns true if the process that created a tunnel's folder has ended, so that its socket refuses
/// connections.
fn is_abandoned(folder: &Path) -> bool {
    let answer = std::os::unix::net::UnixStream::connect(folder.join(SOCKET_FILE_NAME));
    answer.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Stores the reason why a connection failed.
fn set_error(last_error: &LastError, why: String) {
    *last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
}

/// Builds the arguments of ssh for the destination `place`. `control` is the path of the shared login's
/// socket.
fn ssh_arguments(place: &str, control: &str) -> Vec<String> {
    let (user, host) = place.rsplit_once('@').map_or((None, place), |(user, host)| (Some(user), host));
    let named = |host: &str| user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"));
    let plain = host.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
    let (host, port) = plain.map_or((host, None), |(host, port)| (host, Some(port)));
    let mut all: Vec<String> =
        ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=8", "-o", "ControlMaster=auto"]
            .map(str::to_owned)
            .into();
    all.extend(["-o".to_owned(), format!("ControlPath={control}"), "-o".to_owned()]);
    all.push(format!("ControlPersist={CONTROL_PERSIST_SECONDS}"));
    all.extend(port.into_iter().flat_map(|port| ["-p".to_owned(), port.to_owned()]));
    // After `--`, ssh does not mistake a host that begins with a dash for an option.
    all.extend(["--".to_owned(), named(host.trim_start_matches('[').trim_end_matches(']'))]);
    all.extend(["docker", "system", "dial-stdio"].map(str::to_owned));
    all
}

async fn forward_connections(listener: UnixListener, arguments: Vec<String>, last_error: LastError) {
    while let Ok((mut client, _)) = listener.accept().await {
        let mut ssh = Command::new("ssh");
        ssh.args(&arguments);
        let (said, lost) = (Arc::clone(&last_error), Arc::clone(&last_error));
        let carrying = async move {
            // The reason is stored before the connection ends, so that the failing call finds it.
            if let Err(why) = forward_connection(&mut client, ssh).await {
                set_error(&said, why);
            }
        };
        let then = move |panicked: Panicked| set_error(&lost, panicked.to_string());
        drop(background::spawn(carrying, then).detach());
    }
}

/// Forwards one connection until either side ends it.
async fn forward_connection(client: &mut UnixStream, mut ssh: Command) -> Result<(), String> {
    ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut ssh = ssh.spawn().map_err(|error| format!("ssh can't be run: {error}"))?;
    let (Some(mut to), Some(mut from), Some(words)) =
        (ssh.stdin.take(), ssh.stdout.take(), ssh.stderr.take())
    else {
        return Ok(());
    };
    let (mut asks, mut hears) = client.split();
    tokio::select! {
        // If ssh no longer reads input, its error output holds the reason.
        asked = copy(&mut asks, &mut to) => if asked.is_ok() { return Ok(()) },
        _ = copy(&mut from, &mut hears) => {}
    }
    let ended = timeout(SSH_EXIT_TIMEOUT, ssh.wait()).await;
    if ended.is_ok_and(|status| status.is_ok_and(|status| status.success())) {
        return Ok(());
    }
    let mut told = String::new();
    let read = timeout(SSH_EXIT_TIMEOUT, words.take(MAX_STDERR_BYTES).read_to_string(&mut told)).await;
    let last = told.lines().rev().map(str::trim).find(|line| !line.is_empty());
    match (read, last) {
        (Ok(Ok(_)), Some(last)) => Err(Text::new(last).to_string()),
        _ => Err("ssh exited without an error message".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{SOCKET_FILE_NAME, SshTunnel, TUNNEL_DIR_PREFIX, TemporaryDir, is_abandoned, ssh_arguments};

    #[test]
    fn destinations_become_ssh_arguments() {
        let end = |place| ssh_arguments(place, "/c")[10..].join(" ");
        let run = "docker system dial-stdio";
        assert_eq!(end("me@box"), format!("ControlPersist=20 -- me@box {run}"));
        assert_eq!(end("box:2222"), format!("ControlPersist=20 -p 2222 -- box {run}"));
        assert_eq!(end("me@[::1]:22"), format!("ControlPersist=20 -p 22 -- me@::1 {run}"));
        assert_eq!(end("-oProxyCommand=x"), format!("ControlPersist=20 -- -oProxyCommand=x {run}"));
    }

    #[tokio::test]
    async fn its_folder_is_removed_on_drop() {
        let tunnel = SshTunnel::open("nobody@localhost:1").unwrap();
        let folder = tunnel.folder.path().to_owned();
        assert!(tunnel.socket_path().exists());
        drop(tunnel);
        assert!(!folder.exists());
        let left = folder.with_file_name(format!("{TUNNEL_DIR_PREFIX}left-{}", std::process::id()));
        std::fs::create_dir(&left).unwrap();
        drop(std::os::unix::net::UnixListener::bind(left.join(SOCKET_FILE_NAME)).unwrap());
        TemporaryDir::remove_abandoned(TUNNEL_DIR_PREFIX, is_abandoned);
        assert!(!left.exists(), "nobody listens there");
    }
}

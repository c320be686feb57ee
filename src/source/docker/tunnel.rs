//! An engine on another machine, through ssh: a socket of our own, each connection to which is carried on by
//! `docker system dial-stdio` over there, as the docker command does it. Who may log in, and how, is what ssh itself knows
//! of that host; it is never asked anything. The connections share one login.

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

/// How long the login is kept after its last connection, in seconds.
const KEPT: u32 = 20;

/// How the folders of tunnels begin, and the socket in each.
const PREFIX: &str = "portolan-ssh-";
const SOCKET: &str = "engine";

/// How long ssh may take to end once its output has, and how much of what it says is read.
const END: Duration = Duration::from_secs(2);
const WORDS: u64 = 4_096;

/// A way through ssh, for as long as it is held.
#[derive(Debug)]
pub(super) struct Tunnel {
    folder: TemporaryDir,
    _carries: AbortOnDropHandle<()>,
    said: Said,
}

/// Why the last connection did not come through.
type Said = Arc<Mutex<Option<String>>>;

impl Tunnel {
    /// A way to `user@host:port`. Nothing goes through it yet.
    pub(super) fn open(place: &str) -> io::Result<Self> {
        // Beside it: a program that is busy may let a connection wait.
        background::blocking_then(|| TemporaryDir::sweep(PREFIX, is_abandoned), drop);
        let folder = TemporaryDir::make(PREFIX)?;
        let listener = UnixListener::bind(folder.path().join(SOCKET))?;
        let arguments = arguments(place, &folder.path().join("ssh").to_string_lossy());
        let said: Said = Arc::default();
        let lost = Arc::clone(&said);
        let then = move |panicked: Panicked| tell(&lost, panicked.to_string());
        let carries = background::spawn(carry_all(listener, arguments, Arc::clone(&said)), then);
        Ok(Self { folder, _carries: carries, said })
    }

    /// The socket that stands for the engine's.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// What ssh said the last time that it did not come through, once.
    pub(super) fn said(&self) -> Option<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Returns whether the program that made a tunnel's folder has ended: nobody listens at its socket.
fn is_abandoned(folder: &Path) -> bool {
    let answer = std::os::unix::net::UnixStream::connect(folder.join(SOCKET));
    answer.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Keeps why a connection did not come through.
fn tell(said: &Said, why: String) {
    *said.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
}

/// What ssh is told.
fn arguments(place: &str, control: &str) -> Vec<String> {
    let (user, host) = place.rsplit_once('@').map_or((None, place), |(user, host)| (Some(user), host));
    let named = |host: &str| user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"));
    let plain = host.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
    let (host, port) = plain.map_or((host, None), |(host, port)| (host, Some(port)));
    let mut all: Vec<String> =
        ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=8", "-o", "ControlMaster=auto"]
            .map(str::to_owned)
            .into();
    all.extend(["-o".to_owned(), format!("ControlPath={control}"), "-o".to_owned()]);
    all.push(format!("ControlPersist={KEPT}"));
    all.extend(port.into_iter().flat_map(|port| ["-p".to_owned(), port.to_owned()]));
    // A host that begins with a dash is no option.
    all.extend(["--".to_owned(), named(host.trim_start_matches('[').trim_end_matches(']'))]);
    all.extend(["docker", "system", "dial-stdio"].map(str::to_owned));
    all
}

async fn carry_all(listener: UnixListener, arguments: Vec<String>, said: Said) {
    while let Ok((mut client, _)) = listener.accept().await {
        let mut ssh = Command::new("ssh");
        ssh.args(&arguments);
        let (said, lost) = (Arc::clone(&said), Arc::clone(&said));
        let carrying = async move {
            // Said before the connection ends, so that whoever misses it finds out why.
            if let Err(why) = carry(&mut client, ssh).await {
                tell(&said, why);
            }
        };
        let then = move |panicked: Panicked| tell(&lost, panicked.to_string());
        drop(background::spawn(carrying, then).detach());
    }
}

/// Carries one connection on, until either side ends it.
async fn carry(client: &mut UnixStream, mut ssh: Command) -> Result<(), String> {
    ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut ssh = ssh.spawn().map_err(|error| format!("ssh can't be run: {error}"))?;
    let (Some(mut to), Some(mut from), Some(words)) =
        (ssh.stdin.take(), ssh.stdout.take(), ssh.stderr.take())
    else {
        return Ok(());
    };
    let (mut asks, mut hears) = client.split();
    tokio::select! {
        // Where ssh does not take what is asked any more, it says why.
        asked = copy(&mut asks, &mut to) => if asked.is_ok() { return Ok(()) },
        _ = copy(&mut from, &mut hears) => {}
    }
    let ended = timeout(END, ssh.wait()).await;
    if ended.is_ok_and(|status| status.is_ok_and(|status| status.success())) {
        return Ok(());
    }
    let mut told = String::new();
    let read = timeout(END, words.take(WORDS).read_to_string(&mut told)).await;
    let last = told.lines().rev().map(str::trim).find(|line| !line.is_empty());
    match (read, last) {
        (Ok(Ok(_)), Some(last)) => Err(Text::new(last).to_string()),
        _ => Err("ssh ended without a word".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, SOCKET, TemporaryDir, Tunnel, arguments, is_abandoned};

    #[test]
    fn a_place_is_told_as_ssh_takes_it() {
        let end = |place| arguments(place, "/c")[10..].join(" ");
        let run = "docker system dial-stdio";
        assert_eq!(end("me@box"), format!("ControlPersist=20 -- me@box {run}"));
        assert_eq!(end("box:2222"), format!("ControlPersist=20 -p 2222 -- box {run}"));
        assert_eq!(end("me@[::1]:22"), format!("ControlPersist=20 -p 22 -- me@::1 {run}"));
        assert_eq!(end("-oProxyCommand=x"), format!("ControlPersist=20 -- -oProxyCommand=x {run}"));
    }

    #[tokio::test]
    async fn its_folder_goes_with_it() {
        let tunnel = Tunnel::open("nobody@localhost:1").unwrap();
        let folder = tunnel.folder.path().to_owned();
        assert!(tunnel.socket().exists());
        drop(tunnel);
        assert!(!folder.exists());
        let left = folder.with_file_name(format!("{PREFIX}left-{}", std::process::id()));
        std::fs::create_dir(&left).unwrap();
        drop(std::os::unix::net::UnixListener::bind(left.join(SOCKET)).unwrap());
        TemporaryDir::sweep(PREFIX, is_abandoned);
        assert!(!left.exists(), "nobody listens there");
    }
}

//! An engine on another machine, through ssh: a socket of our own, each connection to which is carried on by
//! `docker system dial-stdio` over there, as the docker command does it. Who may log in, and how, is what ssh itself knows
//! of that host; it is never asked anything. The connections share one login.

use crate::model::Text;
use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, copy},
    net::{UnixListener, UnixStream},
    process::Command,
    task::JoinHandle,
    time::timeout,
};

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
    folder: PathBuf,
    carries: JoinHandle<()>,
    said: Arc<Mutex<Option<String>>>,
}

impl Tunnel {
    /// A way to `user@host:port`. Nothing goes through it yet.
    pub(super) fn open(place: &str) -> io::Result<Self> {
        static OPENED: AtomicUsize = AtomicUsize::new(0);
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let all = std::env::temp_dir();
        let folder = all.join(format!("{PREFIX}{}-{number}", std::process::id()));
        // For its owner alone, and an error where somebody made it first.
        DirBuilder::new().mode(0o700).create(&folder)?;
        if let Ok(own) = fs::metadata(&folder) {
            tokio::spawn(sweep(all, own.uid()));
        }
        let listener = UnixListener::bind(folder.join(SOCKET)).inspect_err(|_| remove(&folder))?;
        let arguments = arguments(place, &folder.join("ssh").to_string_lossy());
        let said = Arc::default();
        let carries = tokio::spawn(carry_all(listener, arguments, Arc::clone(&said)));
        Ok(Self { folder, carries, said })
    }

    /// The socket that stands for the engine's.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join(SOCKET)
    }

    /// What ssh said the last time that it did not come through, once.
    pub(super) fn said(&self) -> Option<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.carries.abort();
        remove(&self.folder);
    }
}

/// Removes what our own user's tunnels left behind whose programs have ended: nobody listens at their sockets.
async fn sweep(all: PathBuf, uid: u32) {
    for folder in fs::read_dir(all).into_iter().flatten().flatten() {
        let is_named = folder.file_name().to_string_lossy().starts_with(PREFIX);
        // What others put there under such a name is left alone.
        let is_ours = || folder.metadata().is_ok_and(|data| data.is_dir() && data.uid() == uid);
        if !is_named || !is_ours() {
            continue;
        }
        let answer = UnixStream::connect(folder.path().join(SOCKET)).await;
        if answer.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            remove(&folder.path());
        }
    }
}

/// What can not be removed is in a folder that goes with the next start of the machine.
fn remove(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
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

async fn carry_all(listener: UnixListener, arguments: Vec<String>, said: Arc<Mutex<Option<String>>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let mut ssh = Command::new("ssh");
        ssh.args(&arguments);
        let said = Arc::clone(&said);
        tokio::spawn(async move {
            // Said before the connection ends, so that whoever misses it finds out why.
            if let Err(why) = carry(&mut client, ssh).await {
                *said.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            }
        });
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
    use super::{MetadataExt, PREFIX, SOCKET, Tunnel, arguments};

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
        let folder = tunnel.folder.clone();
        assert!(tunnel.socket().exists());
        drop(tunnel);
        assert!(!folder.exists());
        let left = std::env::temp_dir().join(format!("{PREFIX}left-{}", std::process::id()));
        std::fs::create_dir(&left).unwrap();
        drop(std::os::unix::net::UnixListener::bind(left.join(SOCKET)).unwrap());
        let uid = std::fs::metadata(&left).unwrap().uid();
        super::sweep(std::env::temp_dir(), uid + 1).await;
        assert!(left.exists(), "it is another user's");
        super::sweep(std::env::temp_dir(), uid).await;
        assert!(!left.exists(), "nobody listens there");
    }
}

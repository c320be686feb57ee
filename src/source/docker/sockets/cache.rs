//! Socket tables as they were last read. To read one costs the kernel a walk through the sockets of the whole machine,
//! some milliseconds, so it is done only where the namespace's counters say that something has changed, and within a
//! budget.

use super::table::{Protocol, Socket, sockets};
use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    time::{Duration, Instant},
};

/// The most of one table that is read: some 50,000 sockets.
const LARGEST: u64 = 8 * 1024 * 1024;
/// How long reading namespaces that were never read may take in one look, and reading others anew.
const FIRST: Duration = Duration::from_millis(500);
const AGAIN: Duration = Duration::from_millis(60);
/// How long to wait between two rounds of reading anew, however often one looks.
const ROUND: Duration = Duration::from_secs(10);
/// After how long a table is read anew although its counters are as they were: the longer where all its connections
/// stand, the shorter where some are closed and only remembered by the kernel (`TIME_WAIT` lasts a minute).
const STANDS: Duration = Duration::from_mins(5);
const CLOSED: Duration = Duration::from_mins(1);

/// The tables of each namespace, by the process through which they are read.
#[derive(Debug, Default)]
pub(in super::super) struct Cache {
    known: BTreeMap<u32, Known>,
    round: Option<Instant>,
}

/// A namespace's sockets as they were.
#[derive(Debug)]
struct Known {
    counters: Counters,
    sockets: Vec<Socket>,
    read: Instant,
}

/// What `/proc/<pid>/net/sockstat` and `sockstat6` count, which is cheap to ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counters {
    tcp: u64,
    closed: u64,
    tcp6: u64,
    udp: u64,
    udp6: u64,
}

impl Cache {
    /// Reads what is worth it of the namespaces of those processes, and forgets all others.
    pub(super) fn refresh(&mut self, processes: &[u32]) {
        self.known.retain(|pid, _| processes.contains(pid));
        let began = Instant::now();
        let mut again = Vec::new();
        for pid in processes {
            let Some(counters) = counters(*pid) else {
                self.known.remove(pid);
                continue;
            };
            match self.known.get(pid) {
                None if began.elapsed() < FIRST => self.read(*pid, counters),
                Some(known) if known.is_due(counters) => again.push((known.read, *pid, counters)),
                _ => {}
            }
        }
        if self.round.is_some_and(|last| last.elapsed() < ROUND) {
            return;
        }
        // Those that have waited longest come first, so that all have their turn.
        again.sort_by_key(|(read, _, _)| *read);
        let began = Instant::now();
        for (_, pid, counters) in again {
            if began.elapsed() > AGAIN {
                break;
            }
            self.read(pid, counters);
        }
        self.round = Some(Instant::now());
    }

    fn read(&mut self, pid: u32, counters: Counters) {
        match tables(pid, counters) {
            Some(sockets) => self.known.insert(pid, Known { counters, sockets, read: Instant::now() }),
            None => self.known.remove(&pid),
        };
    }

    /// The sockets of the namespace of that process; none where they were not read.
    pub(super) fn sockets(&self, pid: u32) -> Option<&[Socket]> {
        self.known.get(&pid).map(|known| &known.sockets[..])
    }
}

impl Known {
    /// Whether the table is worth reading anew.
    fn is_due(&self, counters: Counters) -> bool {
        let lasts = if self.sockets.iter().any(|s| s.inode == 0) { CLOSED } else { STANDS };
        self.counters != counters || self.read.elapsed() > lasts
    }
}

/// The counters of a process's namespace; none where they can't be read.
fn counters(pid: u32) -> Option<Counters> {
    let four = fs::read_to_string(format!("/proc/{pid}/net/sockstat")).ok()?;
    // A kernel without IPv6 has none of the other.
    let six = fs::read_to_string(format!("/proc/{pid}/net/sockstat6")).unwrap_or_default();
    Some(Counters {
        tcp: count(&four, "TCP", "inuse"),
        closed: count(&four, "TCP", "tw"),
        tcp6: count(&six, "TCP6", "inuse"),
        udp: count(&four, "UDP", "inuse"),
        udp6: count(&six, "UDP6", "inuse"),
    })
}

/// The number behind `what` in the line of that protocol: `TCP: inuse 3 orphan 0 tw 1 …`.
fn count(text: &str, protocol: &str, what: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(protocol)?.strip_prefix(':'));
    let mut words = line.unwrap_or_default().split_ascii_whitespace();
    words.find(|word| *word == what).and_then(|_| words.next()?.parse().ok()).unwrap_or_default()
}

/// The sockets of a process's namespace, from those tables that have any; none where one can't be read.
fn tables(pid: u32, counters: Counters) -> Option<Vec<Socket>> {
    let Counters { tcp, closed, tcp6, udp, udp6 } = counters;
    let wanted = [
        ("tcp", Protocol::Tcp, tcp + closed),
        ("tcp6", Protocol::Tcp, tcp6),
        ("udp", Protocol::Udp, udp),
        ("udp6", Protocol::Udp, udp6),
    ];
    let mut all = Vec::new();
    for (name, protocol, _) in wanted.into_iter().filter(|(_, _, count)| *count > 0) {
        all.extend(sockets(protocol, &text(&format!("/proc/{pid}/net/{name}"))?));
    }
    Some(all)
}

fn text(path: &str) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{Cache, count};

    const FOUR: &str = "sockets: used 327\nTCP: inuse 3 orphan 0 tw 2 alloc 1 mem 325\nUDP: inuse 4 mem 0\n";

    #[test]
    fn counters_are_read_by_name() {
        assert_eq!((count(FOUR, "TCP", "inuse"), count(FOUR, "TCP", "tw")), (3, 2));
        assert_eq!((count(FOUR, "UDP", "inuse"), count(FOUR, "TCP6", "inuse")), (4, 0));
    }

    #[test]
    fn a_process_that_is_gone_is_forgotten() {
        let mut cache = Cache::default();
        cache.refresh(&[std::process::id(), u32::MAX]);
        assert!(cache.sockets(u32::MAX).is_none());
        cache.refresh(&[]);
        assert!(cache.sockets(std::process::id()).is_none());
    }
}

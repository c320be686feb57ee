//! Cache of socket tables. For each read of a table, the kernel walks all sockets of the machine, which takes
//! milliseconds. So Portolan reads a table again only if the counters of its namespace have changed or the
//! table is old, and within a time budget.

use super::table::{Protocol, Socket, parse_table};
use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    time::{Duration, Instant},
};

/// Maximum size of one table in bytes, enough for about 50,000 sockets.
const MAX_TABLE_BYTES: u64 = 8 * 1024 * 1024;
/// Time that a poll may spend on namespaces that were never read before, if later polls can read the rest.
const FIRST_READ_BUDGET: Duration = Duration::from_millis(500);
/// Time that the only poll of a command may spend on namespaces, because no later poll reads the rest.
const WHOLE_READ_BUDGET: Duration = Duration::from_secs(4);
/// Time that one poll may spend on reading known namespaces again.
const REREAD_BUDGET: Duration = Duration::from_millis(60);
/// Minimum time between two rounds of reading tables again, however frequent the polls are.
const REREAD_INTERVAL: Duration = Duration::from_secs(10);
/// Age at which a table with only open connections is read again although its counters have not changed.
const OPEN_SOCKETS_LIFETIME: Duration = Duration::from_mins(5);
/// Age at which a table with closed connections is read again although its counters have not changed. The
/// kernel remembers a closed connection for a minute (`TIME_WAIT`).
const CLOSED_SOCKETS_LIFETIME: Duration = Duration::from_mins(1);

/// Sockets of each namespace, by the process id through which they are read.
#[derive(Debug, Default)]
pub(in super::super) struct SocketCache {
    namespaces: BTreeMap<u32, CachedSockets>,
    last_reread: Option<Instant>,
}

/// Sockets of one namespace, as last read.
#[derive(Debug)]
struct CachedSockets {
    counters: SocketCounters,
    sockets: Vec<Socket>,
    read_at: Instant,
}

/// Numbers of sockets of one namespace, from `/proc/<pid>/net/sockstat` and `sockstat6`. They are cheap to
/// read, and show whether the socket tables have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SocketCounters {
    tcp: u64,
    tcp_time_wait: u64,
    tcp6: u64,
    udp: u64,
    udp6: u64,
}

impl SocketCache {
    /// Reads the sockets in the namespaces of `processes` that are new or have changed, within the time
    /// budgets. `is_only_poll` is true if no later poll can read the rest. Forgets the namespaces of all
    /// other processes.
    pub(super) fn refresh(&mut self, processes: &[u32], is_only_poll: bool) {
        let budget = if is_only_poll { WHOLE_READ_BUDGET } else { FIRST_READ_BUDGET };
        self.namespaces.retain(|pid, _| processes.contains(pid));
        let began = Instant::now();
        let mut again = Vec::new();
        for pid in processes {
            let Some(counters) = read_counters(*pid) else {
                self.namespaces.remove(pid);
                continue;
            };
            match self.namespaces.get(pid) {
                None if began.elapsed() < budget => self.read_namespace(*pid, counters),
                Some(known) if known.is_stale(counters) => again.push((known.read_at, *pid, counters)),
                _ => {}
            }
        }
        if self.last_reread.is_some_and(|last| last.elapsed() < REREAD_INTERVAL) {
            return;
        }
        // The oldest table comes first, so that every namespace gets its turn.
        again.sort_by_key(|(read, _, _)| *read);
        let began = Instant::now();
        for (_, pid, counters) in again {
            if began.elapsed() > REREAD_BUDGET {
                break;
            }
            self.read_namespace(pid, counters);
        }
        self.last_reread = Some(Instant::now());
    }

    fn read_namespace(&mut self, pid: u32, counters: SocketCounters) {
        match read_tables(pid, counters) {
            Some(sockets) => {
                self.namespaces.insert(pid, CachedSockets { counters, sockets, read_at: Instant::now() })
            }
            None => self.namespaces.remove(&pid),
        };
    }

    /// Returns the sockets of a process's namespace, or `None` if they were not read.
    pub(super) fn sockets(&self, pid: u32) -> Option<&[Socket]> {
        self.namespaces.get(&pid).map(|known| &known.sockets[..])
    }
}

impl CachedSockets {
    /// Returns true if the table should be read again: its counters have changed, or it is too old.
    fn is_stale(&self, counters: SocketCounters) -> bool {
        let lasts = if self.sockets.iter().any(|s| s.inode == 0) {
            CLOSED_SOCKETS_LIFETIME
        } else {
            OPEN_SOCKETS_LIFETIME
        };
        self.counters != counters || self.read_at.elapsed() > lasts
    }
}

/// Reads the counters of a process's namespace. Returns `None` if they are unreadable.
fn read_counters(pid: u32) -> Option<SocketCounters> {
    let four = fs::read_to_string(format!("/proc/{pid}/net/sockstat")).ok()?;
    // A kernel without IPv6 has no second file.
    let six = fs::read_to_string(format!("/proc/{pid}/net/sockstat6")).unwrap_or_default();
    Some(SocketCounters {
        tcp: counter_value(&four, "TCP", "inuse"),
        tcp_time_wait: counter_value(&four, "TCP", "tw"),
        tcp6: counter_value(&six, "TCP6", "inuse"),
        udp: counter_value(&four, "UDP", "inuse"),
        udp6: counter_value(&six, "UDP6", "inuse"),
    })
}

/// Returns the number after the word `what` in the line of `protocol`, such as `TCP: inuse 3 orphan 0 tw 1`.
/// Returns 0 if there is no such line or word.
fn counter_value(text: &str, protocol: &str, what: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(protocol)?.strip_prefix(':'));
    let mut words = line.unwrap_or_default().split_ascii_whitespace();
    words.find(|word| *word == what).and_then(|_| words.next()?.parse().ok()).unwrap_or_default()
}

/// Reads the sockets of a process's namespace, skipping empty tables. Returns `None` if a table is
/// unreadable.
fn read_tables(pid: u32, counters: SocketCounters) -> Option<Vec<Socket>> {
    let SocketCounters { tcp, tcp_time_wait: closed, tcp6, udp, udp6 } = counters;
    let wanted = [
        ("tcp", Protocol::Tcp, tcp + closed),
        ("tcp6", Protocol::Tcp, tcp6),
        ("udp", Protocol::Udp, udp),
        ("udp6", Protocol::Udp, udp6),
    ];
    let mut all = Vec::new();
    for (name, protocol, _) in wanted.into_iter().filter(|(_, _, count)| *count > 0) {
        all.extend(parse_table(protocol, &read_table_text(&format!("/proc/{pid}/net/{name}"))?));
    }
    Some(all)
}

fn read_table_text(path: &str) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(MAX_TABLE_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{SocketCache, counter_value};

    const SOCKSTAT_TEXT: &str =
        "sockets: used 327\nTCP: inuse 3 orphan 0 tw 2 alloc 1 mem 325\nUDP: inuse 4 mem 0\n";

    #[test]
    fn counters_are_read_by_name() {
        assert_eq!(
            (counter_value(SOCKSTAT_TEXT, "TCP", "inuse"), counter_value(SOCKSTAT_TEXT, "TCP", "tw")),
            (3, 2)
        );
        assert_eq!(
            (counter_value(SOCKSTAT_TEXT, "UDP", "inuse"), counter_value(SOCKSTAT_TEXT, "TCP6", "inuse")),
            (4, 0)
        );
    }

    #[test]
    fn a_process_that_is_gone_is_forgotten() {
        let mut cache = SocketCache::default();
        cache.refresh(&[std::process::id(), u32::MAX], false);
        assert!(cache.sockets(u32::MAX).is_none());
        cache.refresh(&[], true);
        assert!(cache.sockets(std::process::id()).is_none());
    }
}

//! The namespaces of local containers with their sockets, from `/proc`: each read through one process in it.
//!
//! The tables are open to everyone; whose a socket is, where several containers share a namespace, only to who may
//! look into their processes.

use super::{
    cache::Cache,
    join::{Member, Namespace},
};
use crate::source::docker::decode::Seen;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::IpAddr,
    sync::Arc,
};

/// The namespaces of those containers that run here and can be read; `cache` keeps what need not be read again.
pub(super) fn namespaces(seen: &[Arc<Seen>], cache: &mut Cache) -> Vec<Namespace> {
    let here: Vec<_> = seen.iter().map(|s| s.process.filter(|pid| is_container(*pid, &s.id))).collect();
    let mut shared: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    let places = places(seen);
    for (place, container) in seen.iter().enumerate() {
        if here[place].is_some() {
            shared.entry(key(container, seen, &places)).or_default().push(place);
        }
    }
    let through: Vec<u32> = shared.values().filter_map(|places| here[*places.first()?]).collect();
    cache.refresh(&through);
    let read = |(key, places): (Key, Vec<usize>)| {
        let sockets = cache.sockets(here[*places.first()?]?)?.to_vec();
        // What only holds the network for others opens nothing itself.
        let places: Vec<usize> = places.into_iter().filter(|place| !seen[*place].owner.hidden).collect();
        let alone = places.len() == 1 && key != Key::Host;
        let member = |place: &usize| {
            let inodes = if alone { None } else { Some(held(here[*place]?)?) };
            Some(Member { container: *place, inodes })
        };
        let members: Vec<_> = places.iter().filter_map(member).collect();
        let ips = match key {
            Key::Host => host_ips(),
            Key::Of(lender) => seen[lender].network.endpoints.iter().flat_map(|e| e.ips.clone()).collect(),
        };
        let lender = if let Key::Of(lender) = key { Some(lender) } else { None };
        Some(Namespace { members, lender, ips, host: key == Key::Host, sockets })
    };
    shared.into_iter().filter_map(read).collect()
}

/// Which namespace a container is in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The host's.
    Host,
    /// That of the container at this place.
    Of(usize),
}

/// The place of each container, by its id and by its name.
pub(super) fn places(seen: &[Arc<Seen>]) -> BTreeMap<&str, usize> {
    let names = seen.iter().enumerate().map(|(place, s)| (s.name.as_str(), place));
    // An id stands before a name that looks like it.
    names.chain(seen.iter().enumerate().map(|(place, s)| (s.id.as_str(), place))).collect()
}

/// The namespace of a container: its own, or that of the one whose network it shares.
pub(super) fn key(container: &Seen, seen: &[Arc<Seen>], places: &BTreeMap<&str, usize>) -> Key {
    let named = container.network.shares.as_ref().unwrap_or(&container.id);
    match places.get(named.as_str()) {
        Some(place) if !seen[*place].network.host => Key::Of(*place),
        _ => Key::Host,
    }
}

/// Whether the process is the container's: the engine may be a virtual machine's, whose process numbers mean nothing
/// here.
fn is_container(pid: u32, id: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|groups| groups.contains(id))
}

/// The sockets that the container's processes hold; none where one may not look.
fn held(pid: u32) -> Option<BTreeSet<u64>> {
    let mut inodes = BTreeSet::new();
    let processes = members(pid);
    let mut may_look = false;
    for process in processes {
        let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { continue };
        may_look = true;
        let links = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
        inodes.extend(links.filter_map(|link| {
            link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok()
        }));
    }
    may_look.then_some(inodes)
}

/// All processes of the container that `pid` is the first of: the members of its control group.
fn members(pid: u32) -> Vec<u32> {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let lists = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        let mount = match controllers {
            "" => String::new(),
            "pids" | "memory" => format!("/{controllers}"),
            _ => return None,
        };
        fs::read_to_string(format!("/sys/fs/cgroup{mount}{path}/cgroup.procs")).ok()
    });
    let found = lists.map(|list| list.lines().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>());
    found.into_iter().find(|list| !list.is_empty()).unwrap_or_else(|| vec![pid])
}

/// The host's own addresses, loopback left out: those that the kernel routes to itself.
pub(super) fn host_ips() -> BTreeSet<IpAddr> {
    let tree = fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    let mut ips = BTreeSet::new();
    let mut last = None;
    for line in tree.lines() {
        match line.trim().strip_prefix("|-- ") {
            Some(ip) => last = ip.parse::<IpAddr>().ok(),
            None if line.contains("/32 host LOCAL") => ips.extend(last.filter(|ip| !ip.is_loopback())),
            None => {}
        }
    }
    ips
}

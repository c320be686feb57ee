//! Network namespaces of local containers with their sockets, from `/proc`. Portolan reads each namespace
//! through one of its processes.
//!
//! Every user can read the tables. The holder of a socket in a shared namespace is visible only to users that
//! may inspect the processes.

use super::{
    cache::SocketCache,
    connections::{NamespaceMember, SocketNamespace},
};
use crate::source::docker::decode::{ContainerRecord, container_positions, namespace_owner};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

/// Reads the namespaces of containers on this machine. `cache` keeps socket tables that have not changed.
/// `is_only_poll` is true if no later poll reads what this one leaves out.
pub(super) fn local_namespaces(
    records: &[Arc<ContainerRecord>],
    cache: &mut SocketCache,
    is_only_poll: bool,
) -> Vec<SocketNamespace> {
    let here: Vec<_> = records.iter().map(|s| s.pid.filter(|pid| is_process_of(*pid, &s.id))).collect();
    let mut shared: BTreeMap<NamespaceKey, Vec<usize>> = BTreeMap::new();
    let places = container_positions(records);
    for (place, container) in records.iter().enumerate() {
        if here[place].is_some() {
            shared.entry(namespace_key(container, records, &places)).or_default().push(place);
        }
    }
    let through: Vec<u32> = shared.values().filter_map(|places| here[*places.first()?]).collect();
    cache.refresh(&through, is_only_poll);
    let read = |(key, places): (NamespaceKey, Vec<usize>)| {
        let sockets = cache.sockets(here[*places.first()?]?)?.to_vec();
        // A pause container opens no connections itself.
        let places: Vec<usize> =
            places.into_iter().filter(|place| !records[*place].owner.is_pause_container).collect();
        let alone = places.len() == 1 && key != NamespaceKey::Host;
        let member = |place: &usize| {
            let inodes = if alone { None } else { Some(socket_inodes(here[*place]?)?) };
            Some(NamespaceMember { container: *place, inodes })
        };
        let members: Vec<_> = places.iter().filter_map(member).collect();
        let ips = match key {
            NamespaceKey::Host => host_addresses(),
            NamespaceKey::Container(owner) => {
                records[owner].network.attachments.iter().flat_map(|e| e.ips.clone()).collect()
            }
        };
        let owner = if let NamespaceKey::Container(owner) = key { Some(owner) } else { None };
        Some(SocketNamespace { members, owner, ips, is_host: key == NamespaceKey::Host, sockets })
    };
    shared.into_iter().filter_map(read).collect()
}

/// Key of a network namespace: the host's namespace, or a container that owns one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NamespaceKey {
    /// Namespace of the host.
    Host,
    /// Namespace owned by the container at this position.
    Container(usize),
}

/// Returns the namespace that a container uses: its own, that of another container, or the host's.
pub(super) fn namespace_key(
    container: &ContainerRecord,
    records: &[Arc<ContainerRecord>],
    places: &BTreeMap<&str, usize>,
) -> NamespaceKey {
    match namespace_owner(container, records, places) {
        Some(owner) if !records[owner].network.uses_host_network => NamespaceKey::Container(owner),
        _ => NamespaceKey::Host,
    }
}

/// Returns true if the process `pid` of this machine belongs to the container `id`. If the engine runs in a
/// virtual machine, the process ids that it reports belong to other processes here.
fn is_process_of(pid: u32, id: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|groups| groups.contains(id))
}

/// Returns the inodes of the sockets that the container's processes hold, or `None` without permission to see
/// them.
fn socket_inodes(pid: u32) -> Option<BTreeSet<u64>> {
    let mut inodes = BTreeSet::new();
    let processes = container_processes(pid);
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

/// Returns all processes in the control group of `pid`, the container's first process.
fn container_processes(pid: u32) -> Vec<u32> {
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

/// Returns the host's own addresses without loopback: for IPv4 from the kernel's local routes, for IPv6 from
/// the kernel's list of addresses.
pub(super) fn host_addresses() -> BTreeSet<IpAddr> {
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
    let addresses = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    ips.extend(addresses.lines().filter_map(global_ipv6_address).map(IpAddr::V6));
    ips
}

/// Returns the address in a line of `/proc/net/if_inet6`. The line begins with 32 hexadecimal digits, the
/// interface, the length of the prefix and the scope. Returns `None` if the scope is not 0 (global), because
/// other machines and containers can't reach such an address.
fn global_ipv6_address(line: &str) -> Option<Ipv6Addr> {
    let mut words = line.split_ascii_whitespace();
    let address = u128::from_str_radix(words.next().filter(|digits| digits.len() == 32)?, 16).ok()?;
    (words.nth(2)? == "00").then(|| Ipv6Addr::from_bits(address))
}

#[cfg(test)]
mod tests {
    use super::global_ipv6_address;

    #[test]
    fn only_global_addresses_of_the_host_count() {
        let address = |line| global_ipv6_address(line).map(|address| address.to_string());
        let global = "20010db8000000000000000000000007 02 40 00 80     eth0";
        assert_eq!(address(global).as_deref(), Some("2001:db8::7"));
        for line in [
            "00000000000000000000000000000001 01 80 10 80       lo",
            "fe800000000000000042acfffe110002 03 40 20 80  docker0",
            "2001:db8::7 02 40 00 80 eth0",
            "",
        ] {
            assert_eq!(address(line), None, "{line}");
        }
    }
}

//! Usage counters of a container on this machine, from its control group files and its network interface
//! table.
//!
//! In version 2 of control groups, a container has one group; in version 1, it has one per controller (kernel
//! documentation, admin-guide/cgroup-v2 and cgroup-v1). Every user can read the files.

use super::counters::UsageCounters;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Memory limit in bytes from which a version 1 group counts as unlimited. The kernel reports "no limit" as
/// the largest multiple of the page size.
const UNLIMITED_MEMORY_BYTES: u64 = 1 << 60;

/// Reads the counters of the container `id`, whose first process is `process`. Returns `None` if the files
/// are unreadable, or if the process is not in this container. With `host_network`, leaves out the network
/// traffic, because the interface table then counts the traffic of the whole host.
pub(super) fn read_counters(process: u32, id: &str, host_network: bool) -> Option<UsageCounters> {
    let groups = fs::read_to_string(format!("/proc/{process}/cgroup")).ok()?;
    // The engine may run in a virtual machine, whose process ids mean nothing here.
    if !groups.contains(id) {
        return None;
    }
    let traffic = || {
        let table = fs::read_to_string(format!("/proc/{process}/net/dev")).ok()?;
        Some(received_and_sent(&table))
    };
    let counters = group_counters(Path::new("/sys/fs/cgroup"), &groups)?;
    Some(UsageCounters { network_bytes: if host_network { None } else { traffic() }, ..counters })
}

/// Reads the counters of the control groups of a process. `groups` is the text of `/proc/PID/cgroup`, and
/// `mount` the mount point of the control groups.
fn group_counters(mount: &Path, groups: &str) -> Option<UsageCounters> {
    let of = |controller| controller_dir(mount, groups, controller);
    match (of("memory"), of("cpuacct")) {
        (None, None) => version_2_counters(&of("")?),
        (memory, accounted) => {
            // The `cpu` and `cpuacct` controllers often share a folder, but not on every machine.
            Some(version_1_counters(memory.as_deref(), accounted.as_deref(), of("cpu").as_deref()))
        }
    }
}

/// Returns the folder of the group that `groups` names for `controller`. Returns `None` if there is no such
/// folder.
fn controller_dir(mount: &Path, groups: &str, controller: &str) -> Option<PathBuf> {
    let mut lines = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        Some((parts.next()?, parts.next()?))
    });
    let (controllers, path) = lines.find(|(named, _)| named.split(',').any(|name| name == controller))?;
    let place = mount.join(controllers).join(path.trim_start_matches('/'));
    place.exists().then_some(place)
}

/// Reads the counters of a version 2 group.
fn version_2_counters(group: &Path) -> Option<UsageCounters> {
    let cpu = stat_value(&read_file(group, "cpu.stat")?, "usage_usec")?;
    let limit = |text: String| {
        let (quota, period) = text.trim().split_once(' ')?;
        millicores(quota.parse().ok()?, period.parse().ok()?)
    };
    let cache = read_file(group, "memory.stat").and_then(|stat| stat_value(&stat, "inactive_file"));
    Some(UsageCounters {
        cpu_time: Some(Duration::from_micros(cpu)),
        cpu_limit: read_file(group, "cpu.max").and_then(limit),
        memory: read_number(group, "memory.current").map(|all| all.saturating_sub(cache.unwrap_or(0))),
        memory_limit: read_number(group, "memory.max"),
        network_bytes: None,
    })
}

/// Reads the counters of version 1 groups.
fn version_1_counters(memory: Option<&Path>, accounted: Option<&Path>, cpu: Option<&Path>) -> UsageCounters {
    let cache =
        |group| read_file(group, "memory.stat").and_then(|stat| stat_value(&stat, "total_inactive_file"));
    let held =
        |group| Some(read_number(group, "memory.usage_in_bytes")?.saturating_sub(cache(group).unwrap_or(0)));
    let limit =
        |group| millicores(read_number(group, "cpu.cfs_quota_us")?, read_number(group, "cpu.cfs_period_us")?);
    UsageCounters {
        cpu_time: accounted.and_then(|group| read_number(group, "cpuacct.usage")).map(Duration::from_nanos),
        cpu_limit: cpu.and_then(limit),
        memory: memory.and_then(held),
        memory_limit: memory
            .and_then(|group| read_number(group, "memory.limit_in_bytes"))
            .filter(|limit| *limit < UNLIMITED_MEMORY_BYTES),
        network_bytes: None,
    }
}

/// Converts a quota of processor time per period to thousandths of a core. Returns `None` if there is no
/// limit.
pub(super) fn millicores(quota: u64, period: u64) -> Option<u64> {
    quota.saturating_mul(1_000).checked_div(period).filter(|limit| *limit > 0)
}

/// Sums the bytes received and sent by all interfaces except loopback.
fn received_and_sent(table: &str) -> (u64, u64) {
    let rows = table.lines().filter_map(|line| line.split_once(':'));
    let rows = rows.filter(|(name, _)| name.trim() != "lo").filter_map(|(_, row)| {
        let mut columns = row.split_whitespace();
        // Eight columns of received traffic precede those of sent traffic.
        Some((columns.next()?.parse::<u64>().ok()?, columns.nth(7)?.parse::<u64>().ok()?))
    });
    rows.fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1))
}

fn read_file(group: &Path, file: &str) -> Option<String> {
    fs::read_to_string(group.join(file)).ok()
}

/// Reads a file that contains only a number. Returns `None` if it contains anything else, such as `max` or
/// -1.
fn read_number(group: &Path, file: &str) -> Option<u64> {
    read_file(group, file)?.trim().parse().ok()
}

fn stat_value(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{UsageCounters, group_counters, received_and_sent};
    use std::{fs, path::Path, time::Duration};

    fn write(group: &Path, files: &[(&str, &str)]) {
        fs::create_dir_all(group).unwrap();
        for (name, text) in files {
            fs::write(group.join(name), text).unwrap();
        }
    }

    #[test]
    fn both_versions_of_control_groups_are_read() {
        let mount = std::env::temp_dir().join(format!("portolan-groups-{}", std::process::id()));
        let stat = [
            ("cpu.stat", "usage_usec 1500000\nuser_usec 1\n"),
            ("memory.stat", "anon 1\ninactive_file 24\n"),
        ];
        write(&mount.join("box"), &stat);
        write(
            &mount.join("box"),
            &[("cpu.max", "50000 100000\n"), ("memory.current", "124\n"), ("memory.max", "max\n")],
        );
        let expected = UsageCounters {
            cpu_time: Some(Duration::from_millis(1_500)),
            cpu_limit: Some(500),
            memory: Some(100),
            memory_limit: None,
            network_bytes: None,
        };
        assert_eq!(group_counters(&mount, "0::/box\n"), Some(expected));
        let stat = [("memory.stat", "cache 5\ntotal_inactive_file 24\n"), ("memory.usage_in_bytes", "124\n")];
        write(&mount.join("memory/box"), &stat);
        write(&mount.join("memory/box"), &[("memory.limit_in_bytes", "9223372036854771712\n")]);
        let quota = [("cpu.cfs_quota_us", "50000\n"), ("cpu.cfs_period_us", "100000\n")];
        let used = [("cpuacct.usage", "1500000000\n")];
        write(&mount.join("cpu,cpuacct/box"), &[quota, [used[0], used[0]]].concat());
        let groups = "9:memory:/box\n4:cpu,cpuacct:/box\n1:name=systemd:/box\n";
        assert_eq!(group_counters(&mount, groups), Some(expected));
        write(&mount.join("cpu/box"), &[("cpu.cfs_quota_us", "-1\n")]);
        write(&mount.join("cpuacct/box"), &used);
        let apart = "9:memory:/box\n4:cpu:/box\n5:cpuacct:/box\n";
        assert_eq!(group_counters(&mount, apart), Some(UsageCounters { cpu_limit: None, ..expected }));
        assert_eq!(group_counters(&mount, "0::/gone\n"), None);
        fs::remove_dir_all(&mount).unwrap();
    }

    #[test]
    fn traffic_is_that_of_all_interfaces_but_loopback() {
        let table = "Inter-|   Receive      |  Transmit\n face |bytes packets |bytes\n    \
                     lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n  \
                     eth0: 100 2 0 0 0 0 0 0 30 1 0 0 0 0 0 0\n  eth1:1 2 0 0 0 0 0 0 3 1 0 0 0 0 0 0\n";
        assert_eq!(received_and_sent(table), (101, 33));
        assert_eq!(received_and_sent(""), (0, 0));
    }
}

//! What a container on this machine has used so far, from the files of its control groups and its network's table.
//!
//! Version 2 has one group for all, version 1 one for each controller (kernel documentation, admin-guide/cgroup-v2 and
//! cgroup-v1). They are open to everyone.

use super::counters::Counters;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Version 1 has no word for "no limit": it is the greatest multiple of a page, which no machine has.
const ENDLESS: u64 = 1 << 60;

/// What the container with that first process has used; nothing where it can not be read here. One that uses the host's
/// network has no traffic of its own.
pub(super) fn counters(process: u32, id: &str, host_network: bool) -> Option<Counters> {
    let groups = fs::read_to_string(format!("/proc/{process}/cgroup")).ok()?;
    // The engine may be a virtual machine's, whose process numbers mean nothing here.
    if !groups.contains(id) {
        return None;
    }
    let traffic = || {
        let table = fs::read_to_string(format!("/proc/{process}/net/dev")).ok()?;
        Some(received_and_sent(&table))
    };
    let counters = of(Path::new("/sys/fs/cgroup"), &groups)?;
    Some(Counters { traffic: if host_network { None } else { traffic() }, ..counters })
}

/// What the groups that `/proc/PID/cgroup` names have used.
fn of(mount: &Path, groups: &str) -> Option<Counters> {
    let of = |controller| place(mount, groups, controller);
    match (of("memory"), of("cpuacct")) {
        (None, None) => unified(&of("")?),
        (memory, accounted) => {
            // Often the same folder, but not on every machine.
            Some(by_controller(memory.as_deref(), accounted.as_deref(), of("cpu").as_deref()))
        }
    }
}

/// The folder of the group for that controller, where it is mounted.
fn place(mount: &Path, groups: &str, controller: &str) -> Option<PathBuf> {
    let mut lines = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        Some((parts.next()?, parts.next()?))
    });
    let (controllers, path) = lines.find(|(named, _)| named.split(',').any(|name| name == controller))?;
    let place = mount.join(controllers).join(path.trim_start_matches('/'));
    place.exists().then_some(place)
}

/// Version 2.
fn unified(group: &Path) -> Option<Counters> {
    let cpu = field(&read(group, "cpu.stat")?, "usage_usec")?;
    let limit = |text: String| {
        let (quota, period) = text.trim().split_once(' ')?;
        thousandths(quota.parse().ok()?, period.parse().ok()?)
    };
    let cache = read(group, "memory.stat").and_then(|stat| field(&stat, "inactive_file"));
    Some(Counters {
        cpu: Some(Duration::from_micros(cpu)),
        cpu_limit: read(group, "cpu.max").and_then(limit),
        memory: number(group, "memory.current").map(|all| all.saturating_sub(cache.unwrap_or(0))),
        memory_limit: number(group, "memory.max"),
        traffic: None,
    })
}

/// Version 1.
fn by_controller(memory: Option<&Path>, accounted: Option<&Path>, cpu: Option<&Path>) -> Counters {
    let cache = |group| read(group, "memory.stat").and_then(|stat| field(&stat, "total_inactive_file"));
    let held =
        |group| Some(number(group, "memory.usage_in_bytes")?.saturating_sub(cache(group).unwrap_or(0)));
    let limit = |group| thousandths(number(group, "cpu.cfs_quota_us")?, number(group, "cpu.cfs_period_us")?);
    Counters {
        cpu: accounted.and_then(|group| number(group, "cpuacct.usage")).map(Duration::from_nanos),
        cpu_limit: cpu.and_then(limit),
        memory: memory.and_then(held),
        memory_limit: memory
            .and_then(|group| number(group, "memory.limit_in_bytes"))
            .filter(|limit| *limit < ENDLESS),
        traffic: None,
    }
}

/// A quota of processor time in a period, in thousandths of a core.
pub(super) fn thousandths(quota: u64, period: u64) -> Option<u64> {
    (quota * 1_000).checked_div(period).filter(|limit| *limit > 0)
}

/// The bytes that all interfaces but loopback received and sent.
fn received_and_sent(table: &str) -> (u64, u64) {
    let rows = table.lines().filter_map(|line| line.split_once(':'));
    let rows = rows.filter(|(name, _)| name.trim() != "lo").filter_map(|(_, row)| {
        let mut columns = row.split_whitespace();
        // Eight columns of what was received come before those of what was sent.
        Some((columns.next()?.parse::<u64>().ok()?, columns.nth(7)?.parse::<u64>().ok()?))
    });
    rows.fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1))
}

fn read(group: &Path, file: &str) -> Option<String> {
    fs::read_to_string(group.join(file)).ok()
}

/// The only number in a file; none where it says `max`, or -1.
fn number(group: &Path, file: &str) -> Option<u64> {
    read(group, file)?.trim().parse().ok()
}

fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{Counters, of, received_and_sent};
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
        let expected = Counters {
            cpu: Some(Duration::from_millis(1_500)),
            cpu_limit: Some(500),
            memory: Some(100),
            memory_limit: None,
            traffic: None,
        };
        assert_eq!(of(&mount, "0::/box\n"), Some(expected));
        let stat = [("memory.stat", "cache 5\ntotal_inactive_file 24\n"), ("memory.usage_in_bytes", "124\n")];
        write(&mount.join("memory/box"), &stat);
        write(&mount.join("memory/box"), &[("memory.limit_in_bytes", "9223372036854771712\n")]);
        let quota = [("cpu.cfs_quota_us", "50000\n"), ("cpu.cfs_period_us", "100000\n")];
        let used = [("cpuacct.usage", "1500000000\n")];
        write(&mount.join("cpu,cpuacct/box"), &[quota, [used[0], used[0]]].concat());
        let groups = "9:memory:/box\n4:cpu,cpuacct:/box\n1:name=systemd:/box\n";
        assert_eq!(of(&mount, groups), Some(expected));
        write(&mount.join("cpu/box"), &[("cpu.cfs_quota_us", "-1\n")]);
        write(&mount.join("cpuacct/box"), &used);
        let apart = "9:memory:/box\n4:cpu:/box\n5:cpuacct:/box\n";
        assert_eq!(of(&mount, apart), Some(Counters { cpu_limit: None, ..expected }));
        assert_eq!(of(&mount, "0::/gone\n"), None);
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

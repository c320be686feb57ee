//! Tests of the conversion of flow log lines, in AWS's formats, to connections between services.

use super::{AddressOwners, ObservedConnections, format::LineFormat, join::join_lines, record::FlowLogLine};
use crate::{
    model::{Address, ConnectionEnd, ConnectionOutcome, Host, ServiceId, SourceId, Timestamp},
    source::ecs::decode::{
        definitions::task_definition::{TaskDefinitions, summarize_definition},
        region::ClusterData,
        snapshot_context::SnapshotContext,
        tasks::task_record::TaskRecord,
    },
};
use aws_sdk_ecs::types::{
    Attachment, ContainerDefinition, KeyValuePair, PortMapping, Task, TaskDefinition, builders::TaskBuilder,
};
use aws_smithy_types::DateTime;
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use std::{collections::BTreeSet, sync::Arc};

const START_SECS: i64 = 1_800_000_000;

/// Format of version 7 with the fields of ECS, in an arbitrary order.
const VERSION_SEVEN_FORMAT: &str = "${version} ${interface-id} ${flow-direction} ${ecs-cluster-arn} ${ecs-cluster-name} ${ecs-task-id} \
                     ${ecs-service-name} ${srcaddr} ${srcport} ${dstaddr} ${dstport} ${protocol} ${tcp-flags} ${action} \
                     ${log-status} ${start} ${end} ${pkt-srcaddr} ${pkt-dstaddr}";

/// Format of version 3 in AWS's documentation.
const VERSION_THREE_FORMAT: &str = "${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${account-id} ${type} ${srcaddr} \
                     ${dstaddr} ${srcport} ${dstport} ${pkt-srcaddr} ${pkt-dstaddr} ${protocol} ${bytes} ${packets} \
                     ${start} ${end} ${action} ${tcp-flags} ${log-status}";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Returns a task of a service with an address. `life` is its start and stop, in seconds after the start of
/// the test.
fn task_record(cluster: &str, service: &str, address: &str, life: (i64, Option<i64>)) -> Arc<TaskRecord> {
    Arc::new(TaskRecord::new(&task_builder(cluster, service, address, life).build()))
}

fn task_builder(cluster: &str, service: &str, address: &str, life: (i64, Option<i64>)) -> TaskBuilder {
    let pair = |name: &str, value: &str| KeyValuePair::builder().name(name).value(value).build();
    let address_key = if address.contains(':') { "privateIPv6Address" } else { "privateIPv4Address" };
    let attached = Attachment::builder()
        .details(pair("networkInterfaceId", &format!("eni-{address}")))
        .details(pair(address_key, address))
        .build();
    Task::builder()
        .task_arn(format!("arn:aws:ecs:eu-west-1:1:task/{cluster}/{service}-{}", life.0))
        .task_definition_arn(format!("arn:aws:ecs:eu-west-1:1:task-definition/{service}:1"))
        .group(format!("service:{service}"))
        .last_status(if life.1.is_some() { "STOPPED" } else { "RUNNING" })
        .created_at(DateTime::from_secs(START_SECS + life.0))
        .set_stopped_at(life.1.map(|end| DateTime::from_secs(START_SECS + end)))
        .attachments(attached)
}

/// Returns the address owners of a region. `tasks` are pairs of a cluster and a task. `listens` are pairs of
/// a service and a port in the service's task definition.
fn region(tasks: &[(&str, Arc<TaskRecord>)], listens: &[(&str, i32)]) -> AddressOwners {
    let context =
        SnapshotContext { source: SourceId::new("ecs"), region: "eu-west-1".into(), now: at(START_SECS) };
    let mut definitions = TaskDefinitions::new();
    for (service, port) in listens {
        let mapping = PortMapping::builder().container_port(*port).build();
        let container = ContainerDefinition::builder().name("app").port_mappings(mapping).build();
        let raw = TaskDefinition::builder().family(*service).container_definitions(container).build();
        let arn = format!("arn:aws:ecs:eu-west-1:1:task-definition/{service}:1");
        definitions.insert(arn, Arc::new(summarize_definition(&raw)));
    }
    let names: BTreeSet<&str> = tasks.iter().map(|(cluster, _)| *cluster).collect();
    let known = tasks.iter().map(|(cluster, run)| id(cluster, run.service_name().unwrap())).collect();
    let seen = |name: &str| ClusterData {
        name: name.to_owned(),
        has_all_services: true,
        tasks: tasks.iter().filter(|(cluster, _)| *cluster == name).map(|(_, run)| run.clone()).collect(),
        ..ClusterData::default()
    };
    let clusters: Vec<ClusterData> = names.into_iter().map(seen).collect();
    AddressOwners::from_clusters(&clusters, &definitions, known, &context)
}

fn id(cluster: &str, service: &str) -> ServiceId {
    ServiceId::new(format!("ecs/{cluster}/{service}"))
}

fn join_text(format: &str, owners: AddressOwners, lines: &[String]) -> ObservedConnections {
    let format = LineFormat::new(format);
    let lines: Vec<FlowLogLine> =
        lines.iter().filter_map(|line| format.parse_line(line, at(START_SECS))).collect();
    join_lines(&lines, owners, "/vpc/flows")
}

/// Formats connections as `from > to:port`, with a mark on rejected ones.
fn connection_lines(told: &ObservedConnections) -> Vec<String> {
    let end = |end: &ConnectionEnd| match end {
        ConnectionEnd::Service(service) => service.to_string(),
        ConnectionEnd::Address(Address { host: Host::Ip(ip), .. }) => ip.to_string(),
        ConnectionEnd::Address(address) => address.to_string(),
    };
    let flow = |flow: &crate::model::ObservedConnection| {
        let s = &flow.key;
        let mark = if s.outcome == ConnectionOutcome::Rejected { " rejected" } else { "" };
        format!("{} > {}:{}{mark}", end(&s.from), end(&s.to), s.port.unwrap_or(0))
    };
    told.connections.iter().map(flow).collect()
}

/// Returns a line of the default format, starting at second `from`.
fn version_two_line(
    interface: &str,
    source: (&str, u16),
    target: (&str, u16),
    from: i64,
    action: &str,
) -> String {
    let (start, end) = (START_SECS + from, START_SECS + from + 60);
    let ((a, p), (b, q)) = (source, target);
    format!("2 123456789010 {interface} {a} {b} {p} {q} 6 20 4249 {start} {end} {action} OK")
}

fn web_and_db() -> Vec<(&'static str, Arc<TaskRecord>)> {
    let web = task_record("quay", "web", "10.0.0.1", (0, None));
    vec![("quay", web), ("quay", task_record("quay", "db", "10.0.0.2", (0, None)))]
}

#[test]
fn both_ends_and_both_directions_are_one_call() {
    let mut lines = Vec::new();
    for interface in ["eni-10.0.0.1", "eni-10.0.0.2"] {
        for port in [40_000, 40_001] {
            lines.push(version_two_line(interface, ("10.0.0.1", port), ("10.0.0.2", 5432), 10, "ACCEPT"));
            lines.push(version_two_line(interface, ("10.0.0.2", 5432), ("10.0.0.1", port), 70, "ACCEPT"));
        }
    }
    let told = join_text("", region(&web_and_db(), &[]), &lines);
    assert_eq!(connection_lines(&told), ["ecs/quay/web > ecs/quay/db:5432"]);
    assert_eq!(
        (told.connections[0].first_seen, told.connections[0].last_seen),
        (at(START_SECS + 10), at(START_SECS + 130))
    );
    let watched: Vec<&str> = told.monitored.iter().map(|w| w.service.as_str()).collect();
    assert_eq!(watched, ["ecs/quay/db", "ecs/quay/web"]);
    assert_eq!(told.monitored[0].since, at(START_SECS + 10));
}

#[test]
fn a_rejected_connection_is_reported_as_rejected() {
    let lines = [
        version_two_line("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.2", 5432), 0, "ACCEPT"),
        version_two_line("eni-10.0.0.2", ("10.0.0.1", 40_000), ("10.0.0.2", 5432), 0, "REJECT"),
    ];
    assert_eq!(
        connection_lines(&join_text("", region(&web_and_db(), &[]), &lines)),
        ["ecs/quay/web > ecs/quay/db:5432 rejected"]
    );
}

#[test]
fn an_address_belongs_to_its_owner_at_that_time() {
    let tasks = vec![
        ("quay", task_record("quay", "web", "10.0.0.1", (0, None))),
        ("quay", task_record("quay", "old", "10.0.0.9", (0, Some(300)))),
        ("quay", task_record("quay", "new", "10.0.0.9", (400, None))),
    ];
    let line =
        |from| version_two_line("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.9", 8080), from, "ACCEPT");
    let told = |from: i64| connection_lines(&join_text("", region(&tasks, &[]), &[line(from)]));
    assert_eq!(told(100), ["ecs/quay/web > ecs/quay/old:8080"]);
    assert_eq!(told(500), ["ecs/quay/web > ecs/quay/new:8080"]);
    assert_eq!(told(320), [""; 0], "nobody had it then, and it must not pass for the one who has it now");
    assert_eq!(told(380), ["ecs/quay/web > ecs/quay/new:8080"], "who came while it lasted");
}

#[test]
fn an_address_that_changes_owners_within_a_record_is_ambiguous() {
    let tasks = vec![
        ("quay", task_record("quay", "web", "10.0.0.1", (0, None))),
        ("quay", task_record("quay", "old", "10.0.0.9", (0, Some(110)))),
        ("quay", task_record("quay", "new", "10.0.0.9", (130, None))),
    ];
    let line = version_two_line("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.9", 8080), 100, "ACCEPT");
    assert_eq!(connection_lines(&join_text("", region(&tasks, &[]), &[line])), [""; 0]);
}

#[test]
fn the_port_of_a_service_connect_proxy_listens() {
    let port = KeyValuePair::builder().name("ingressPortOverride").value("50000").build();
    let proxy = Attachment::builder().r#type("Service Connect").details(port).build();
    let db = task_builder("quay", "db", "10.0.0.2", (0, None)).attachments(proxy).build();
    let tasks = [
        ("quay", task_record("quay", "web", "10.0.0.1", (0, None))),
        ("quay", Arc::new(TaskRecord::new(&db))),
    ];
    let line = version_two_line("eni-10.0.0.2", ("10.0.0.2", 50_000), ("10.0.0.1", 40_000), 0, "ACCEPT");
    assert_eq!(
        connection_lines(&join_text("", region(&tasks, &[]), &[line])),
        ["ecs/quay/web > ecs/quay/db:50000"]
    );
}

/// Returns a line of version 7.
fn version_seven_line(
    direction: &str,
    owner: (&str, &str),
    source: (&str, u16),
    target: (&str, u16),
    flags: u16,
) -> String {
    let (start, end) = (START_SECS, START_SECS + 60);
    let (cluster, service) = owner;
    let ((a, p), (b, q)) = (source, target);
    format!(
        "7 eni-1 {direction} arn:aws:ecs:eu-west-1:1:cluster/{cluster} {cluster} 0123 {service} {a} {p} {b} {q} 6 {flags} \
         ACCEPT OK {start} {end} {a} {b}"
    )
}

#[test]
fn the_fields_of_ecs_name_the_recording_end_even_of_tasks_that_are_gone() {
    // Neither address is known, because the tasks stopped long ago. Both clusters have a service `orders`.
    let tasks = vec![
        ("prod", task_record("prod", "orders", "10.1.0.1", (0, None))),
        ("test", task_record("test", "orders", "10.1.0.2", (0, None))),
        ("prod", task_record("prod", "pay", "10.1.0.3", (0, None))),
    ];
    let lines = [
        version_seven_line("egress", ("prod", "orders"), ("10.0.0.1", 8080), ("10.0.0.2", 41_000), 18),
        version_seven_line("ingress", ("prod", "pay"), ("10.0.0.1", 8080), ("10.0.0.2", 41_000), 18),
        version_seven_line("egress", ("test", "orders"), ("10.0.0.7", 42_000), ("10.0.0.2", 8080), 2),
        version_seven_line("egress", ("other", "orders"), ("10.0.0.8", 42_000), ("10.0.0.2", 8080), 2),
    ];
    let told = join_text(VERSION_SEVEN_FORMAT, region(&tasks, &[]), &lines);
    let expected = [
        "ecs/prod/pay > ecs/prod/orders:8080",
        "ecs/test/orders > ecs/prod/pay:8080",
        "10.0.0.8 > ecs/prod/pay:8080",
    ];
    assert_eq!(connection_lines(&told), expected);
}

#[test]
fn the_opener_follows_from_flags_then_known_ports_then_numbers() {
    let flagged =
        [version_seven_line("egress", ("quay", "web"), ("10.0.0.1", 33_000), ("10.0.0.2", 60_000), 2)];
    assert_eq!(
        connection_lines(&join_text(VERSION_SEVEN_FORMAT, region(&web_and_db(), &[]), &flagged)),
        ["ecs/quay/web > ecs/quay/db:60000"]
    );
    // If both ports are ephemeral, the port in the task definition or the port of the proxy is the one that
    // listens.
    let upper = [version_two_line("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.2", 50_000), 0, "ACCEPT")];
    assert_eq!(
        connection_lines(&join_text("", region(&web_and_db(), &[]), &upper)),
        [""; 0],
        "nothing tells"
    );
    let listens = region(&web_and_db(), &[("web", 40_000)]);
    assert_eq!(connection_lines(&join_text("", listens, &upper)), ["ecs/quay/db > ecs/quay/web:40000"]);
    // Here, one port has several callers.
    let mut fan = upper.to_vec();
    fan.push(version_two_line("eni-10.0.0.1", ("10.0.0.1", 40_001), ("10.0.0.2", 50_000), 0, "ACCEPT"));
    assert_eq!(
        connection_lines(&join_text("", region(&web_and_db(), &[]), &fan)),
        ["ecs/quay/web > ecs/quay/db:50000"]
    );
    // A known listener beats the lower port number, and so does a well-known product's port.
    let low = [version_two_line("eni-10.0.0.1", ("10.0.0.1", 2000), ("10.0.0.2", 7070), 0, "ACCEPT")];
    let listens = region(&web_and_db(), &[("db", 7070)]);
    assert_eq!(connection_lines(&join_text("", listens, &low)), ["ecs/quay/web > ecs/quay/db:7070"]);
    let known = [version_two_line("eni-10.0.0.1", ("10.0.0.1", 2000), ("10.0.0.2", 6379), 0, "ACCEPT")];
    assert_eq!(
        connection_lines(&join_text("", region(&web_and_db(), &[]), &known)),
        ["ecs/quay/web > ecs/quay/db:6379"]
    );
}

#[test]
fn flags_that_contradict_known_ports_give_no_connection() {
    // This record comes from a real log: the listener stopped before its connections were recorded, and the
    // reply had SYN and FIN.
    let reply = [version_seven_line("egress", ("quay", "db"), ("10.0.0.2", 8080), ("10.0.0.1", 35_118), 3)];
    assert_eq!(
        connection_lines(&join_text(VERSION_SEVEN_FORMAT, region(&web_and_db(), &[]), &reply)),
        [""; 0]
    );
}

#[test]
fn version_six_addresses_and_shuffled_formats() {
    let (a, b) = ("2001:db8:1234:a100:8d6e:3477:df66:f105", "2001:db8:1234:a102:3304:8879:34cf:4071");
    let tasks = || {
        vec![
            ("quay", task_record("quay", "web", a, (-400_000_000, None))),
            ("quay", task_record("quay", "bastion", b, (-400_000_000, None))),
        ]
    };
    let plain =
        format!("2 123456789010 eni-1235b8ca {a} {b} 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK");
    assert_eq!(
        connection_lines(&join_text("", region(&tasks(), &[]), &[plain])),
        ["ecs/quay/web > ecs/quay/bastion:22"]
    );
    let three = format!(
        "3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 - eni-1235b8ca 123456789010 IPv6 {b} {a} 22 43416 {b} {a} 6 568 8 \
         1566848875 1566848933 ACCEPT 18 OK"
    );
    assert_eq!(
        connection_lines(&join_text(VERSION_THREE_FORMAT, region(&tasks(), &[]), &[three])),
        ["ecs/quay/web > ecs/quay/bastion:22"]
    );
    let shuffled = "${dstport} ${pkt-dstaddr} ${end} ${srcaddr} ${start} ${srcport} ${dstaddr}";
    let line = format!("443 - 1477913820 {a} 1477913708 40000 {b}");
    assert_eq!(
        connection_lines(&join_text(shuffled, region(&tasks(), &[]), &[line])),
        ["ecs/quay/web > ecs/quay/bastion:443"]
    );
}

#[test]
fn lines_without_data_only_mark_the_service_as_watched() {
    let lines = [
        "2 123456789010 eni-10.0.0.1 - - - - - - - 1800000876 1800000934 - NODATA".to_owned(),
        "2 123456789010 eni-10.0.0.2 - - - - - - - 1800000876 1800000934 - SKIPDATA".to_owned(),
        "2 123456789010 eni-unknown - - - - - - - 1800000876 1800000934 - NODATA".to_owned(),
    ];
    let told = join_text("", region(&web_and_db(), &[]), &lines);
    assert_eq!(told.connections, []);
    assert_eq!(told.monitored.len(), 2);
}

#[test]
fn external_peers_are_addresses_and_internet_callers_are_dropped() {
    let mut lines = vec![
        version_two_line("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.7.7", 5432), 0, "ACCEPT"),
        version_two_line("eni-10.0.0.1", ("10.0.7.8", 40_000), ("10.0.0.1", 8080), 0, "ACCEPT"),
        version_two_line("eni-10.0.0.1", ("203.0.113.12", 35_848), ("10.0.0.1", 22), 0, "REJECT"),
    ];
    let told = |lines: &[String]| connection_lines(&join_text("", region(&web_and_db(), &[]), lines));
    assert_eq!(told(&lines), ["ecs/quay/web > 10.0.7.7:5432", "10.0.7.8 > ecs/quay/web:8080"]);
    // The result keeps only some targets of a crawler.
    lines.extend((0..200).map(|n| {
        let host = format!("198.51.100.{n}");
        version_two_line("eni-10.0.0.1", ("10.0.0.1", 40_000 + n), (&host, 443), 0, "ACCEPT")
    }));
    assert_eq!(told(&lines).len(), 21);
}

#[test]
fn lines_of_another_format_are_skipped() {
    let format = LineFormat::new("");
    for line in [
        "",
        "garbage",
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 40000 5432 6 1 1 1800000000 1800000060 ACCEPT",
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 40000 5432 6 1 1 1800000000 1800000060 MAYBE OK",
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 40000 99999 6 1 1 1800000000 1800000060 ACCEPT OK",
        "2 123456789010 eni-1 10.0.0 10.0.0.2 40000 5432 6 1 1 1800000000 1800000060 ACCEPT OK",
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
    ] {
        assert_eq!(format.parse_line(line, at(START_SECS)), None, "{line}");
    }
    // A ping has no port and is no connection.
    let ping = "2 1 eni-10.0.0.1 10.0.0.1 10.0.0.2 0 0 1 4 336 1800000000 1800000060 ACCEPT OK".to_owned();
    assert_eq!(connection_lines(&join_text("", region(&web_and_db(), &[]), &[ping])), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_format_and_any_line_are_accepted(format in "\\PC{0,80}", line in "\\PC{0,120}") {
        let _ = join_text(&format, region(&web_and_db(), &[]), &[line]);
    }

    #[test]
    fn any_words_in_the_default_format_are_accepted(
        words in prop::collection::vec("-|OK|ACCEPT|NODATA|10\\.0\\.0\\.[12]|::1|[0-9]{1,20}", 14),
        flags in any::<u16>(),
    ) {
        let _ = join_text("", region(&web_and_db(), &[]), &[words.join(" ")]);
        let _ = join_text("${tcp-flags} ${srcaddr} ${dstaddr} ${srcport} ${dstport}", region(&web_and_db(), &[]),
            &[format!("{flags} {} {} {} {}", words[3], words[4], words[5], words[6])]);
    }
}

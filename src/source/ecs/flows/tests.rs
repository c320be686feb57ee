//! Lines as AWS writes them, in several formats, and what they tell of services.

use super::{Tenants, Told, format::Format, join::join, record::Line};
use crate::{
    model::{Address, End, Host, ServiceId, SourceId, Timestamp, Verdict},
    source::ecs::decode::{Book, Seen, definition::definition, run::Run, task::Context},
};
use aws_sdk_ecs::types::{
    Attachment, ContainerDefinition, KeyValuePair, PortMapping, Task, TaskDefinition, builders::TaskBuilder,
};
use aws_smithy_types::DateTime;
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use std::{collections::BTreeSet, sync::Arc};

const START: i64 = 1_800_000_000;

/// The format of version 7 with the fields of ECS, in an order of our own.
const SEVEN: &str = "${version} ${interface-id} ${flow-direction} ${ecs-cluster-arn} ${ecs-cluster-name} ${ecs-task-id} \
                     ${ecs-service-name} ${srcaddr} ${srcport} ${dstaddr} ${dstport} ${protocol} ${tcp-flags} ${action} \
                     ${log-status} ${start} ${end} ${pkt-srcaddr} ${pkt-dstaddr}";

/// The documentation's format of version 3.
const THREE: &str = "${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${account-id} ${type} ${srcaddr} \
                     ${dstaddr} ${srcport} ${dstport} ${pkt-srcaddr} ${pkt-dstaddr} ${protocol} ${bytes} ${packets} \
                     ${start} ${end} ${action} ${tcp-flags} ${log-status}";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A task of a service with an address, and when it lived, counted from the start.
fn task(cluster: &str, service: &str, address: &str, life: (i64, Option<i64>)) -> Arc<Run> {
    Arc::new(Run::new(&raw(cluster, service, address, life).build()))
}

fn raw(cluster: &str, service: &str, address: &str, life: (i64, Option<i64>)) -> TaskBuilder {
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
        .created_at(DateTime::from_secs(START + life.0))
        .set_stopped_at(life.1.map(|end| DateTime::from_secs(START + end)))
        .attachments(attached)
}

/// A region of those tasks, by cluster; `listens` are the ports of each service.
fn region(tasks: &[(&str, Arc<Run>)], listens: &[(&str, i32)]) -> Tenants {
    let context = Context { source: SourceId::new("ecs"), region: "eu-west-1".into(), now: at(START) };
    let mut book = Book::new();
    for (service, port) in listens {
        let mapping = PortMapping::builder().container_port(*port).build();
        let container = ContainerDefinition::builder().name("app").port_mappings(mapping).build();
        let raw = TaskDefinition::builder().family(*service).container_definitions(container).build();
        let arn = format!("arn:aws:ecs:eu-west-1:1:task-definition/{service}:1");
        book.insert(arn, Arc::new(definition(&raw)));
    }
    let names: BTreeSet<&str> = tasks.iter().map(|(cluster, _)| *cluster).collect();
    let known = tasks.iter().map(|(cluster, run)| id(cluster, run.service().unwrap())).collect();
    let seen = |name: &str| Seen {
        name: name.to_owned(),
        all_services: true,
        tasks: tasks.iter().filter(|(cluster, _)| *cluster == name).map(|(_, run)| run.clone()).collect(),
        ..Seen::default()
    };
    let clusters: Vec<Seen> = names.into_iter().map(seen).collect();
    Tenants::of(&clusters, &book, known, &context)
}

fn id(cluster: &str, service: &str) -> ServiceId {
    ServiceId::new(format!("ecs/{cluster}/{service}"))
}

fn told(format: &str, tenants: Tenants, lines: &[String]) -> Told {
    let format = Format::new(format);
    let lines: Vec<Line> = lines.iter().filter_map(|line| format.read(line, at(START))).collect();
    join(&lines, tenants, "/vpc/flows")
}

/// The sightings in words: `from > to:port`, and whether they were turned away.
fn words(told: &Told) -> Vec<String> {
    let end = |end: &End| match end {
        End::Service(service) => service.to_string(),
        End::Address(Address { host: Host::Ip(ip), .. }) => ip.to_string(),
        End::Address(address) => address.to_string(),
    };
    let flow = |flow: &crate::model::Flow| {
        let s = &flow.sighting;
        let mark = if s.verdict == Verdict::Rejected { " rejected" } else { "" };
        format!("{} > {}:{}{mark}", end(&s.from), end(&s.to), s.port.unwrap_or(0))
    };
    told.flows.iter().map(flow).collect()
}

/// A line of the default format, from second `from` on.
fn two(interface: &str, source: (&str, u16), target: (&str, u16), from: i64, action: &str) -> String {
    let (start, end) = (START + from, START + from + 60);
    let ((a, p), (b, q)) = (source, target);
    format!("2 123456789010 {interface} {a} {b} {p} {q} 6 20 4249 {start} {end} {action} OK")
}

fn pair() -> Vec<(&'static str, Arc<Run>)> {
    let web = task("quay", "web", "10.0.0.1", (0, None));
    vec![("quay", web), ("quay", task("quay", "db", "10.0.0.2", (0, None)))]
}

#[test]
fn both_ends_and_both_directions_are_one_call() {
    let mut lines = Vec::new();
    for interface in ["eni-10.0.0.1", "eni-10.0.0.2"] {
        for port in [40_000, 40_001] {
            lines.push(two(interface, ("10.0.0.1", port), ("10.0.0.2", 5432), 10, "ACCEPT"));
            lines.push(two(interface, ("10.0.0.2", 5432), ("10.0.0.1", port), 70, "ACCEPT"));
        }
    }
    let told = told("", region(&pair(), &[]), &lines);
    assert_eq!(words(&told), ["ecs/quay/web > ecs/quay/db:5432"]);
    assert_eq!((told.flows[0].first, told.flows[0].last), (at(START + 10), at(START + 130)));
    let watched: Vec<&str> = told.watched.iter().map(|w| w.service.as_str()).collect();
    assert_eq!(watched, ["ecs/quay/db", "ecs/quay/web"]);
    assert_eq!(told.watched[0].since, at(START + 10));
}

#[test]
fn what_is_turned_away_is_no_call_but_is_told() {
    let lines = [
        two("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.2", 5432), 0, "ACCEPT"),
        two("eni-10.0.0.2", ("10.0.0.1", 40_000), ("10.0.0.2", 5432), 0, "REJECT"),
    ];
    assert_eq!(words(&told("", region(&pair(), &[]), &lines)), ["ecs/quay/web > ecs/quay/db:5432 rejected"]);
}

#[test]
fn an_address_means_who_had_it_then() {
    let tasks = vec![
        ("quay", task("quay", "web", "10.0.0.1", (0, None))),
        ("quay", task("quay", "old", "10.0.0.9", (0, Some(300)))),
        ("quay", task("quay", "new", "10.0.0.9", (400, None))),
    ];
    let line = |from| two("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.9", 8080), from, "ACCEPT");
    let told = |from: i64| words(&told("", region(&tasks, &[]), &[line(from)]));
    assert_eq!(told(100), ["ecs/quay/web > ecs/quay/old:8080"]);
    assert_eq!(told(500), ["ecs/quay/web > ecs/quay/new:8080"]);
    assert_eq!(told(320), [""; 0], "nobody had it then, and it must not pass for the one who has it now");
    assert_eq!(told(380), ["ecs/quay/web > ecs/quay/new:8080"], "who came while it lasted");
}

#[test]
fn an_address_that_changed_hands_within_a_record_is_nobodys() {
    let tasks = vec![
        ("quay", task("quay", "web", "10.0.0.1", (0, None))),
        ("quay", task("quay", "old", "10.0.0.9", (0, Some(110)))),
        ("quay", task("quay", "new", "10.0.0.9", (130, None))),
    ];
    let line = two("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.9", 8080), 100, "ACCEPT");
    assert_eq!(words(&told("", region(&tasks, &[]), &[line])), [""; 0]);
}

#[test]
fn the_port_of_a_service_connect_proxy_listens() {
    let port = KeyValuePair::builder().name("ingressPortOverride").value("50000").build();
    let proxy = Attachment::builder().r#type("Service Connect").details(port).build();
    let db = raw("quay", "db", "10.0.0.2", (0, None)).attachments(proxy).build();
    let tasks = [("quay", task("quay", "web", "10.0.0.1", (0, None))), ("quay", Arc::new(Run::new(&db)))];
    let line = two("eni-10.0.0.2", ("10.0.0.2", 50_000), ("10.0.0.1", 40_000), 0, "ACCEPT");
    assert_eq!(words(&told("", region(&tasks, &[]), &[line])), ["ecs/quay/web > ecs/quay/db:50000"]);
}

/// A line of version 7.
fn seven(
    direction: &str,
    owner: (&str, &str),
    source: (&str, u16),
    target: (&str, u16),
    flags: u16,
) -> String {
    let (start, end) = (START, START + 60);
    let (cluster, service) = owner;
    let ((a, p), (b, q)) = (source, target);
    format!(
        "7 eni-1 {direction} arn:aws:ecs:eu-west-1:1:cluster/{cluster} {cluster} 0123 {service} {a} {p} {b} {q} 6 {flags} \
         ACCEPT OK {start} {end} {a} {b}"
    )
}

#[test]
fn the_fields_of_ecs_name_the_recording_end_even_of_tasks_that_are_gone() {
    // Neither address is known: the tasks ended long ago. Both clusters have an `orders`.
    let tasks = vec![
        ("prod", task("prod", "orders", "10.1.0.1", (0, None))),
        ("test", task("test", "orders", "10.1.0.2", (0, None))),
        ("prod", task("prod", "pay", "10.1.0.3", (0, None))),
    ];
    let lines = [
        seven("egress", ("prod", "orders"), ("10.0.0.1", 8080), ("10.0.0.2", 41_000), 18),
        seven("ingress", ("prod", "pay"), ("10.0.0.1", 8080), ("10.0.0.2", 41_000), 18),
        seven("egress", ("test", "orders"), ("10.0.0.7", 42_000), ("10.0.0.2", 8080), 2),
        seven("egress", ("other", "orders"), ("10.0.0.8", 42_000), ("10.0.0.2", 8080), 2),
    ];
    let told = told(SEVEN, region(&tasks, &[]), &lines);
    let expected = [
        "ecs/prod/pay > ecs/prod/orders:8080",
        "ecs/test/orders > ecs/prod/pay:8080",
        "10.0.0.8 > ecs/prod/pay:8080",
    ];
    assert_eq!(words(&told), expected);
}

#[test]
fn who_opened_it_is_told_by_flags_then_by_known_ports_then_by_numbers() {
    let flagged = [seven("egress", ("quay", "web"), ("10.0.0.1", 33_000), ("10.0.0.2", 60_000), 2)];
    assert_eq!(words(&told(SEVEN, region(&pair(), &[]), &flagged)), ["ecs/quay/web > ecs/quay/db:60000"]);
    // Of two ports of the upper range, the one in the task definition, or that of the proxy, listens.
    let upper = [two("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.0.2", 50_000), 0, "ACCEPT")];
    assert_eq!(words(&told("", region(&pair(), &[]), &upper)), [""; 0], "nothing tells");
    let listens = region(&pair(), &[("web", 40_000)]);
    assert_eq!(words(&told("", listens, &upper)), ["ecs/quay/db > ecs/quay/web:40000"]);
    // Several callers of one port.
    let mut fan = upper.to_vec();
    fan.push(two("eni-10.0.0.1", ("10.0.0.1", 40_001), ("10.0.0.2", 50_000), 0, "ACCEPT"));
    assert_eq!(words(&told("", region(&pair(), &[]), &fan)), ["ecs/quay/web > ecs/quay/db:50000"]);
    // A known listener beats the lower number; so does a well-known product's port.
    let low = [two("eni-10.0.0.1", ("10.0.0.1", 2000), ("10.0.0.2", 7070), 0, "ACCEPT")];
    let listens = region(&pair(), &[("db", 7070)]);
    assert_eq!(words(&told("", listens, &low)), ["ecs/quay/web > ecs/quay/db:7070"]);
    let known = [two("eni-10.0.0.1", ("10.0.0.1", 2000), ("10.0.0.2", 6379), 0, "ACCEPT")];
    assert_eq!(words(&told("", region(&pair(), &[]), &known)), ["ecs/quay/web > ecs/quay/db:6379"]);
}

#[test]
fn flags_that_contradict_known_ports_tell_nothing() {
    // Seen where a listener had ended before its connections were recorded: the reply carried SYN and FIN.
    let reply = [seven("egress", ("quay", "db"), ("10.0.0.2", 8080), ("10.0.0.1", 35_118), 3)];
    assert_eq!(words(&told(SEVEN, region(&pair(), &[]), &reply)), [""; 0]);
}

#[test]
fn version_six_addresses_and_shuffled_formats() {
    let (a, b) = ("2001:db8:1234:a100:8d6e:3477:df66:f105", "2001:db8:1234:a102:3304:8879:34cf:4071");
    let tasks = || {
        vec![
            ("quay", task("quay", "web", a, (-400_000_000, None))),
            ("quay", task("quay", "bastion", b, (-400_000_000, None))),
        ]
    };
    let plain =
        format!("2 123456789010 eni-1235b8ca {a} {b} 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK");
    assert_eq!(words(&told("", region(&tasks(), &[]), &[plain])), ["ecs/quay/web > ecs/quay/bastion:22"]);
    let three = format!(
        "3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 - eni-1235b8ca 123456789010 IPv6 {b} {a} 22 43416 {b} {a} 6 568 8 \
         1566848875 1566848933 ACCEPT 18 OK"
    );
    assert_eq!(words(&told(THREE, region(&tasks(), &[]), &[three])), ["ecs/quay/web > ecs/quay/bastion:22"]);
    let shuffled = "${dstport} ${pkt-dstaddr} ${end} ${srcaddr} ${start} ${srcport} ${dstaddr}";
    let line = format!("443 - 1477913820 {a} 1477913708 40000 {b}");
    assert_eq!(
        words(&told(shuffled, region(&tasks(), &[]), &[line])),
        ["ecs/quay/web > ecs/quay/bastion:443"]
    );
}

#[test]
fn lines_without_data_tell_only_that_somebody_watches() {
    let lines = [
        "2 123456789010 eni-10.0.0.1 - - - - - - - 1800000876 1800000934 - NODATA".to_owned(),
        "2 123456789010 eni-10.0.0.2 - - - - - - - 1800000876 1800000934 - SKIPDATA".to_owned(),
        "2 123456789010 eni-unknown - - - - - - - 1800000876 1800000934 - NODATA".to_owned(),
    ];
    let told = told("", region(&pair(), &[]), &lines);
    assert_eq!(told.flows, []);
    assert_eq!(told.watched.len(), 2);
}

#[test]
fn those_outside_are_addresses_and_the_internet_calls_nobody() {
    let mut lines = vec![
        two("eni-10.0.0.1", ("10.0.0.1", 40_000), ("10.0.7.7", 5432), 0, "ACCEPT"),
        two("eni-10.0.0.1", ("10.0.7.8", 40_000), ("10.0.0.1", 8080), 0, "ACCEPT"),
        two("eni-10.0.0.1", ("203.0.113.12", 35_848), ("10.0.0.1", 22), 0, "REJECT"),
    ];
    let told = |lines: &[String]| words(&told("", region(&pair(), &[]), lines));
    assert_eq!(told(&lines), ["ecs/quay/web > 10.0.7.7:5432", "10.0.7.8 > ecs/quay/web:8080"]);
    // A crawler's targets are not all kept.
    lines.extend((0..200).map(|n| {
        let host = format!("198.51.100.{n}");
        two("eni-10.0.0.1", ("10.0.0.1", 40_000 + n), (&host, 443), 0, "ACCEPT")
    }));
    assert_eq!(told(&lines).len(), 21);
}

#[test]
fn what_is_no_line_of_the_format_is_passed_over() {
    let format = Format::new("");
    for line in [
        "",
        "garbage",
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 40000 5432 6 1 1 1800000000 1800000060 ACCEPT",
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 40000 5432 6 1 1 1800000000 1800000060 MAYBE OK",
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 40000 99999 6 1 1 1800000000 1800000060 ACCEPT OK",
        "2 123456789010 eni-1 10.0.0 10.0.0.2 40000 5432 6 1 1 1800000000 1800000060 ACCEPT OK",
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
    ] {
        assert_eq!(format.read(line, at(START)), None, "{line}");
    }
    // A ping has no port and is no connection.
    let ping = "2 1 eni-10.0.0.1 10.0.0.1 10.0.0.2 0 0 1 4 336 1800000000 1800000060 ACCEPT OK".to_owned();
    assert_eq!(words(&told("", region(&pair(), &[]), &[ping])), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_format_and_any_line_are_taken(format in "\\PC{0,80}", line in "\\PC{0,120}") {
        let _ = told(&format, region(&pair(), &[]), &[line]);
    }

    #[test]
    fn any_words_in_the_default_format_are_taken(
        words in prop::collection::vec("-|OK|ACCEPT|NODATA|10\\.0\\.0\\.[12]|::1|[0-9]{1,20}", 14),
        flags in any::<u16>(),
    ) {
        let _ = told("", region(&pair(), &[]), &[words.join(" ")]);
        let _ = told("${tcp-flags} ${srcaddr} ${dstaddr} ${srcport} ${dstport}", region(&pair(), &[]),
            &[format!("{flags} {} {} {} {}", words[3], words[4], words[5], words[6])]);
    }
}

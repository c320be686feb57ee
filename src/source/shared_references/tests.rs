//! Tests of references that several services share, and of the kinds that they get.

use super::{Program, mark_shared};
use crate::model::{fixtures::*, *};
use std::{collections::BTreeMap, sync::Arc};

/// Service of a test: its image and command, a file (path and the host names in it), and the services that
/// start before it.
struct ServiceCase {
    name: &'static str,
    program: (&'static str, &'static str),
    file: (&'static str, &'static [&'static str]),
    after: &'static [&'static str],
}

/// Returns the kinds and targets of the first service's references.
fn kinds_and_targets(cases: &[ServiceCase]) -> Vec<(ReferenceKind, String)> {
    let one = |case: &ServiceCase| {
        let (path, names) = case.file;
        let file = names.iter().enumerate().map(|(line, name)| Reference {
            kind: ReferenceKind::ConfigFile,
            location: ReferenceLocation::parse(&format!("file {path}:{}", line + 1)),
            target: ReferenceTarget::EstateAddress(Address::from_host_name(name)),
        });
        let after = case.after.iter().map(|name| Reference {
            kind: ReferenceKind::StartOrder,
            location: ReferenceLocation::parse("depends_on"),
            target: ReferenceTarget::ServiceName((*name).into()),
        });
        let mut mentions: Vec<_> = file.chain(after).collect();
        mentions.sort();
        Arc::new(Service { references: mentions, ..service(case.name) })
    };
    let mut services: Vec<_> = cases.iter().map(one).collect();
    let programs: BTreeMap<_, _> = cases
        .iter()
        .map(|case| (service_id(case.name), Program::new(case.program.0, case.program.1.split(' '))))
        .collect();
    mark_shared(&mut services, &programs);
    let named = |m: &Reference| match &m.target {
        ReferenceTarget::EstateAddress(address) | ReferenceTarget::Address(address) => address.to_string(),
        ReferenceTarget::ServiceName(name) | ReferenceTarget::CalledByProxy(name) => name.to_string(),
    };
    services[0].references.iter().map(|m| (m.kind, named(m))).collect()
}

fn kinds_only(cases: &[ServiceCase]) -> Vec<ReferenceKind> {
    kinds_and_targets(cases).into_iter().map(|(via, _)| via).collect()
}

const TARGET_NAMES: &[&str] = &["db", "mail", "queue"];

#[test]
fn a_file_with_many_names_that_many_images_have_is_an_address_book() {
    let with = |name, image, path| ServiceCase {
        name,
        program: (image, "run"),
        file: (path, TARGET_NAMES),
        after: &[],
    };
    let three = [with("a", "x", "/a/app.yml"), with("b", "y", "/b/app.yml"), with("c", "z", "/c/app.yml")];
    assert_eq!(kinds_only(&three), [ReferenceKind::SharedFile; 3], "wherever each has it");
    assert_eq!(kinds_only(&three[..2]), [ReferenceKind::ConfigFile; 3], "two are not many");
    let other = ServiceCase { file: ("/c/app.yml", &["db"]), ..with("c", "z", "") };
    assert_eq!(
        kinds_only(&[with("a", "x", "/a/app.yml"), with("b", "y", "/b/app.yml"), other]),
        [ReferenceKind::ConfigFile; 3]
    );
}

#[test]
fn a_configuration_of_another_program_is_a_shared_file() {
    let with = |name, image| ServiceCase {
        name,
        program: (image, "run"),
        file: ("/etc/sogo/sogo.conf", &["cache"]),
        after: &[],
    };
    assert_eq!(
        kinds_only(&[with("a", "mail/dovecot"), with("b", "mail/sogo:1.1"), with("c", "mail/php")]),
        [ReferenceKind::SharedFile]
    );
    assert_eq!(
        kinds_only(&[with("b", "mail/sogo:1.1"), with("a", "mail/dovecot"), with("c", "mail/php")]),
        [ReferenceKind::ConfigFile]
    );
    assert_eq!(
        kinds_only(&[with("a", "x"), with("b", "y"), with("c", "z")]),
        [ReferenceKind::ConfigFile],
        "nobody's in particular"
    );
}

#[test]
fn a_file_of_one_program_alone_is_its_own_configuration() {
    let with = |name, command| ServiceCase {
        name,
        program: ("x", command),
        file: ("/app.yml", TARGET_NAMES),
        after: &[],
    };
    assert_eq!(
        kinds_only(&[with("a", "run"), with("b", "run"), with("c", "run")]),
        [ReferenceKind::ConfigFile; 3]
    );
    assert_eq!(
        kinds_only(&[with("a", "web"), with("b", "worker"), with("c", "beat")]),
        [ReferenceKind::SuiteFile; 3]
    );
}

#[test]
fn a_short_file_of_several_programs_of_one_image_is_shared_too() {
    let with = |name, image, command, names| ServiceCase {
        name,
        program: (image, command),
        file: ("/m.yml", names),
        after: &[],
    };
    let suite = [
        with("a", "x", "web", &["mail"][..]),
        with("b", "x", "worker", &["mail"]),
        with("c", "x", "beat", &["mail"]),
    ];
    assert_eq!(kinds_only(&suite), [ReferenceKind::SuiteFile]);
    let others = [
        with("a", "x", "run", &["mail"][..]),
        with("b", "y", "run", &["mail"]),
        with("c", "z", "run", &["mail"]),
    ];
    assert_eq!(
        kinds_only(&others),
        [ReferenceKind::ConfigFile],
        "few names of many images: each has it for itself"
    );
}

#[test]
fn a_start_order_of_several_programs_of_one_image_is_a_suite_order() {
    let with = |name, image, command| ServiceCase {
        name,
        program: (image, command),
        file: ("", &[]),
        after: TARGET_NAMES,
    };
    let suite = [with("a", "x", "web"), with("b", "x", "worker"), with("c", "x", "beat")];
    assert_eq!(kinds_only(&suite), [ReferenceKind::SuiteOrder; 3]);
    assert_eq!(
        kinds_only(&[with("a", "x", "run"), with("b", "x", "run"), with("c", "x", "run")]),
        [ReferenceKind::StartOrder; 3]
    );
    assert_eq!(
        kinds_only(&[with("a", "x", "run"), with("b", "y", "run"), with("c", "z", "run")]),
        [ReferenceKind::StartOrder; 3]
    );
}

#[test]
fn a_setting_of_every_service_in_the_group_is_shared() {
    let with = |name: &str, more: &[&str]| {
        let mut keys = vec!["API_URL"];
        keys.extend(more);
        let mentions =
            keys.iter().map(|key| reference(&format!("environment {key}"), Address::from_host_name("api")));
        Arc::new(Service { references: mentions.collect(), ..service(name) })
    };
    let via = |services: &mut [Arc<Service>]| {
        mark_shared(services, &BTreeMap::new());
        services[0].references.iter().map(|m| m.kind).collect::<Vec<_>>()
    };
    let mut all = [with("a", &["OWN_URL"]), with("api", &[]), with("c", &[])];
    assert_eq!(via(&mut all), [ReferenceKind::Environment, ReferenceKind::SharedSetting]);
    assert_eq!(
        via(&mut [with("a", &[]), with("api", &[])]),
        [ReferenceKind::Environment],
        "two are not many"
    );
    assert_eq!(
        via(&mut [with("a", &[]), with("api", &[]), Arc::new(service("c"))]),
        [ReferenceKind::Environment]
    );
}

#[test]
fn a_setting_that_the_service_it_names_has_too_is_shared() {
    let with = |name: &str| {
        let setting = reference("environment API_URL", Address::from_host_name("api"));
        let endpoint = ServiceEndpoint {
            host: Host::parse(name).unwrap(),
            port: None,
            scope: EndpointScope::Everywhere,
            origin: EndpointOrigin::Alias,
        };
        Arc::new(Service { references: vec![setting], endpoints: vec![endpoint], ..service(name) })
    };
    let kind = |names: &[&str]| {
        let mut services: Vec<_> = names.iter().map(|name| with(name)).collect();
        services.push(Arc::new(service("db")));
        mark_shared(&mut services, &BTreeMap::new());
        services[0].references[0].kind
    };
    assert_eq!(kind(&["worker", "beat", "api"]), ReferenceKind::SharedSetting);
    assert_eq!(kind(&["worker", "beat", "web"]), ReferenceKind::Environment, "`api` has it not itself");
    assert_eq!(kind(&["worker", "api"]), ReferenceKind::Environment, "two are not many");
}

#[test]
fn the_members_of_a_cluster_in_their_file_are_their_own_configuration() {
    let with = |name: &str, lines: &[(&str, u32)]| {
        let reference = |(host, line): &(&str, u32)| Reference {
            kind: ReferenceKind::ConfigFile,
            location: ReferenceLocation::parse(&format!("file /loki.yml:{line}")),
            target: ReferenceTarget::EstateAddress(Address::from_host_name(host)),
        };
        let mut references: Vec<_> = lines.iter().map(reference).collect();
        references.sort();
        let endpoint = ServiceEndpoint {
            host: Host::parse(name).unwrap(),
            port: None,
            scope: EndpointScope::Everywhere,
            origin: EndpointOrigin::Alias,
        };
        Arc::new(Service { references, endpoints: vec![endpoint], ..service(name) })
    };
    let kinds = |lines: &[(&str, u32)]| {
        let mut services: Vec<_> = ["read", "write", "backend"].map(|name| with(name, lines)).into();
        let program =
            |service: &Arc<Service>| (service.id.clone(), Program::new("loki", [&*service.name].into_iter()));
        let programs = services.iter().map(program).collect();
        mark_shared(&mut services, &programs);
        let kind = |one: &Reference| match &one.target {
            ReferenceTarget::EstateAddress(address) => (address.to_string(), one.kind),
            other => panic!("{other:?}"),
        };
        services[0].references.iter().map(kind).collect::<BTreeMap<_, _>>()
    };
    let of = |kind: ReferenceKind, names: &[&str]| {
        names.iter().map(|name| ((*name).to_owned(), kind)).collect::<BTreeMap<_, _>>()
    };
    let mut expected = of(ReferenceKind::ConfigFile, &["read", "write", "backend"]);
    expected.extend(of(ReferenceKind::SuiteFile, &["minio"]));
    assert_eq!(kinds(&[("read", 6), ("write", 6), ("backend", 6), ("minio", 7)]), expected, "in one line");
    assert_eq!(
        kinds(&[("read", 6), ("write", 7), ("backend", 8), ("minio", 9)]),
        expected,
        "one in each line"
    );
    let apart = of(ReferenceKind::SuiteFile, &["read", "backend", "minio"]);
    assert_eq!(kinds(&[("read", 6), ("backend", 16), ("minio", 26)]), apart, "no list");
}

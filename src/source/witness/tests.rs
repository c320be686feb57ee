//! Settings that several services are given, and which kind they become.

use super::{Program, count_once};
use crate::model::{sample::*, *};
use std::{collections::BTreeMap, sync::Arc};

/// A service: its name, its image and command, the names in its file, and whom it waits for.
struct Case {
    name: &'static str,
    program: (&'static str, &'static str),
    file: (&'static str, &'static [&'static str]),
    after: &'static [&'static str],
}

/// The kinds of the mentions of the first service.
fn kinds(cases: &[Case]) -> Vec<(Via, String)> {
    let one = |case: &Case| {
        let (path, names) = case.file;
        let file = names.iter().enumerate().map(|(line, name)| Mention {
            via: Via::ConfigFile,
            place: Place::at(&format!("file {path}:{}", line + 1)),
            target: Target::Local(Address::name(name)),
        });
        let after = case.after.iter().map(|name| Mention {
            via: Via::StartOrder,
            place: Place::at("depends_on"),
            target: Target::Peer((*name).into()),
        });
        let mut mentions: Vec<_> = file.chain(after).collect();
        mentions.sort();
        Arc::new(Service { mentions, ..service(case.name) })
    };
    let mut services: Vec<_> = cases.iter().map(one).collect();
    let programs: BTreeMap<_, _> = cases
        .iter()
        .map(|case| (id(case.name), Program::new(case.program.0, case.program.1.split(' '))))
        .collect();
    count_once(&mut services, &programs);
    let named = |m: &Mention| match &m.target {
        Target::Local(address) | Target::Address(address) => address.to_string(),
        Target::Peer(name) | Target::FromProxy(name) => name.to_string(),
    };
    services[0].mentions.iter().map(|m| (m.via, named(m))).collect()
}

fn vias(cases: &[Case]) -> Vec<Via> {
    kinds(cases).into_iter().map(|(via, _)| via).collect()
}

const ALL: &[&str] = &["db", "mail", "queue"];

#[test]
fn a_file_with_many_names_that_many_images_have_is_an_address_book() {
    let with = |name, image, path| Case { name, program: (image, "run"), file: (path, ALL), after: &[] };
    let three = [with("a", "x", "/a/app.yml"), with("b", "y", "/b/app.yml"), with("c", "z", "/c/app.yml")];
    assert_eq!(vias(&three), [Via::SharedFile; 3], "wherever each has it");
    assert_eq!(vias(&three[..2]), [Via::ConfigFile; 3], "two are not many");
    let other = Case { file: ("/c/app.yml", &["db"]), ..with("c", "z", "") };
    assert_eq!(
        vias(&[with("a", "x", "/a/app.yml"), with("b", "y", "/b/app.yml"), other]),
        [Via::ConfigFile; 3]
    );
}

#[test]
fn a_file_that_is_anothers_by_its_path_says_little() {
    let with = |name, image| Case {
        name,
        program: (image, "run"),
        file: ("/etc/sogo/sogo.conf", &["cache"]),
        after: &[],
    };
    assert_eq!(
        vias(&[with("a", "mail/dovecot"), with("b", "mail/sogo:1.1"), with("c", "mail/php")]),
        [Via::SharedFile]
    );
    assert_eq!(
        vias(&[with("b", "mail/sogo:1.1"), with("a", "mail/dovecot"), with("c", "mail/php")]),
        [Via::ConfigFile]
    );
    assert_eq!(
        vias(&[with("a", "x"), with("b", "y"), with("c", "z")]),
        [Via::ConfigFile],
        "nobody's in particular"
    );
}

#[test]
fn a_file_of_one_program_alone_is_its_own_configuration() {
    let with = |name, command| Case { name, program: ("x", command), file: ("/app.yml", ALL), after: &[] };
    assert_eq!(vias(&[with("a", "run"), with("b", "run"), with("c", "run")]), [Via::ConfigFile; 3]);
    assert_eq!(vias(&[with("a", "web"), with("b", "worker"), with("c", "beat")]), [Via::SuiteFile; 3]);
}

#[test]
fn a_short_file_of_several_programs_of_one_image_is_shared_too() {
    let with = |name, image, command, names| Case {
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
    assert_eq!(vias(&suite), [Via::SuiteFile]);
    let others = [
        with("a", "x", "run", &["mail"][..]),
        with("b", "y", "run", &["mail"]),
        with("c", "z", "run", &["mail"]),
    ];
    assert_eq!(vias(&others), [Via::ConfigFile], "few names of many images: each has it for itself");
}

#[test]
fn a_start_order_of_several_programs_of_one_image_is_one_witness() {
    let with = |name, image, command| Case { name, program: (image, command), file: ("", &[]), after: ALL };
    let suite = [with("a", "x", "web"), with("b", "x", "worker"), with("c", "x", "beat")];
    assert_eq!(vias(&suite), [Via::SuiteOrder; 3]);
    assert_eq!(
        vias(&[with("a", "x", "run"), with("b", "x", "run"), with("c", "x", "run")]),
        [Via::StartOrder; 3]
    );
    assert_eq!(
        vias(&[with("a", "x", "run"), with("b", "y", "run"), with("c", "z", "run")]),
        [Via::StartOrder; 3]
    );
}

#[test]
fn what_every_service_of_the_group_has_is_a_shared_setting() {
    let with = |name: &str, more: &[&str]| {
        let mut keys = vec!["API_URL"];
        keys.extend(more);
        let mentions = keys.iter().map(|key| mention(&format!("environment {key}"), Address::name("api")));
        Arc::new(Service { mentions: mentions.collect(), ..service(name) })
    };
    let via = |services: &mut [Arc<Service>]| {
        count_once(services, &BTreeMap::new());
        services[0].mentions.iter().map(|m| m.via).collect::<Vec<_>>()
    };
    let mut all = [with("a", &["OWN_URL"]), with("api", &[]), with("c", &[])];
    assert_eq!(via(&mut all), [Via::Environment, Via::SharedSetting]);
    assert_eq!(via(&mut [with("a", &[]), with("api", &[])]), [Via::Environment], "two are not many");
    assert_eq!(via(&mut [with("a", &[]), with("api", &[]), Arc::new(service("c"))]), [Via::Environment]);
}

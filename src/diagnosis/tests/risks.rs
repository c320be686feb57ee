//! Tests of risks in the call graph, of drift, and of the lists of names in sentences.

use super::*;

#[test]
fn rings_are_found_however_long() {
    let mut estate = service_chain(&["a", "b", "c"]);
    estate[2].references = vec![reference("BACK_URL", Address::from_host_name("a").with_port(80))];
    let told = finding_lines(estate);
    let expected = "dependency-ring info shop/a, shop/b and shop/c call each other in a cycle: if one hangs, \
                    all may hang";
    assert_eq!(told, [expected]);
}

#[test]
fn one_copy_on_which_many_depend_is_worth_a_word() {
    let mut estate = service_chain(&["a", "b", "c", "d", "e", "db"]);
    estate[5].desired = Some(1);
    assert_eq!(
        finding_lines(estate.clone()),
        ["single-point info only 1 container, called by 1 service; 4 more depend on it indirectly"]
    );
    estate[5].desired = Some(2);
    estate[5].instances.push(instance("db-2"));
    assert_eq!(finding_lines(estate), Vec::<String>::new());
}

#[test]
fn a_name_that_nobody_answers_to_is_dangling() {
    let mut web = service("web");
    web.references = vec![reference("CACHE_URL", Address::from_host_name("cache").with_port(6379))];
    assert_eq!(
        finding_lines(vec![web]),
        ["dangling-reference info CACHE_URL names cache:6379, but no known service has this address"]
    );
}

#[test]
fn drift_is_one_line_for_a_service_and_only_worth_knowing() {
    let mut web = service("web");
    web.references =
        ["db", "cache"].map(|name| reference(name, Address::from_host_name(name).with_port(80))).to_vec();
    let estate = vec![web, service("db"), service("cache"), service("queue"), service("mail")];
    let flows =
        ["queue", "mail"].map(|to| observed_connection("web", to, ConnectionOutcome::Accepted, 60)).to_vec();
    let watched = [("web", 900), ("db", 900), ("cache", 800)];
    let all = findings_of(&inventory_with_connections(estate, flows, &watched));
    let told: Vec<_> =
        all.iter().map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason)).collect();
    assert_eq!(
        told,
        [
            "undeclared-call info observed calls to shop/mail and shop/queue, but no configuration declares \
             them",
            "never-observed info configured to call shop/cache and shop/db; both ends are monitored, but no \
             call was observed",
        ]
    );
    assert_eq!(all[1].since, Some(ago(900)));
}

#[test]
fn a_connection_that_is_rejected_now_is_a_warning() {
    let rejected = |seconds| {
        let flows = vec![observed_connection("web", "db", ConnectionOutcome::Rejected, seconds)];
        let all = findings_of(&inventory_with_connections(vec![service("web"), service("db")], flows, &[]));
        all.into_iter()
            .map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason))
            .collect::<Vec<_>>()
    };
    assert_eq!(rejected(60), ["rejected-flow warning connections to shop/db:5432 are rejected"]);
    assert_eq!(rejected(3_600), Vec::<String>::new(), "nobody tries any more");
}

#[test]
fn many_names_are_cut_short() {
    let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(crate::diagnosis::join_names(&names[..1]), "0");
    assert_eq!(crate::diagnosis::join_names(&names[..3]), "0, 1 and 2");
    assert_eq!(crate::diagnosis::join_names(&names), "0, 1, 2, 3, 4, 5, 6, 7 and 2 more");
}

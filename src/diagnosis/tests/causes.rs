//! Tests of suspects, impact and fault roles.

use super::*;
use crate::diagnosis::fault_roles;

#[test]
fn a_cause_is_the_deepest_failing_thing_below() {
    let calls = |name: &str, target: &str, instances| Service {
        references: vec![reference("TARGET_URL", Address::from_host_name(target).with_port(80))],
        ..service_with(name, instances)
    };
    let estate = vec![
        calls("web", "api", vec![failed_instance("web-1", 1)]),
        calls("api", "db", vec![failed_instance("api-1", 1)]),
        service_with("db", vec![failed_instance("db-1", 1)]),
    ];
    let cause = |name: &str| -> Option<String> {
        let all = findings_of_services(estate.clone());
        all.into_iter()
            .find(|f| f.subject == format!("shop/{name}"))
            .and_then(|f| f.suspects.into_iter().next())
            .map(|suspect| suspect.description)
            .map(Into::into)
    };
    assert!(cause("web").is_some_and(|c| c.contains("shop/db")));
    assert!(cause("api").is_some_and(|c| c.contains("shop/db")));
    assert_eq!(cause("db"), None);
}

#[test]
fn of_a_row_of_five_the_stopped_last_is_the_cause_and_four_are_affected() {
    let mut estate = service_chain(&["a", "b", "c", "d", "e"]);
    estate[4].instances = vec![exited_instance("e-1", InstanceState::Stopped, ExitCause::StopRequested, 143)];
    let inventory = inventory(estate);
    let topology = infer(&inventory);
    let context = RuleContext::new(rule_input(&inventory, &topology), OutageTracker::default(), ago(0));
    let all = findings(&context);
    let told: Vec<_> = all.iter().map(|f| format!("{} {} {}", f.subject, f.kind, f.reason)).collect();
    assert_eq!(told, ["shop/e stopped stopped on request, exit code 143, but shop/d calls it"]);
    assert_eq!(all[0].impact.summary().as_deref(), Some("shop/d and 3 more, entry point shop/a"));
    let roles: Vec<_> =
        fault_roles(&context, &all).into_iter().map(|(id, r)| format!("{id} {}", r.role.as_str())).collect();
    let expected = ["a affected", "b affected", "c affected", "d affected", "e cause"];
    assert_eq!(roles, expected.map(|end| format!("docker/shop/{end}")));
}

#[test]
fn who_breaks_behind_a_broken_one_is_a_victim() {
    let mut estate = service_chain(&["a", "b", "c"]);
    estate[1].instances = vec![failed_instance("b-1", 1)];
    estate[2].instances = vec![exited_instance("c-1", InstanceState::Failed, ExitCause::OutOfMemory, 137)];
    let inventory = inventory(estate);
    let topology = infer(&inventory);
    let context = RuleContext::new(rule_input(&inventory, &topology), OutageTracker::default(), ago(0));
    let all = findings(&context);
    assert_eq!(all[0].subject, "shop/c", "what explains itself comes first");
    let words = &all[1].suspects[0].description;
    let expected = "possibly shop/c, which it calls: out of memory: killed, exit code 137";
    assert_eq!((all[1].subject.as_str(), words.as_str()), ("shop/b", expected));
    let roles: Vec<_> = fault_roles(&context, &all).values().map(|involved| involved.role.as_str()).collect();
    assert_eq!(roles, ["affected", "victim", "cause"]);
}

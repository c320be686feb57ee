//! Plans: the steps, their order, the impact, the cautions and the refusals.

use super::{plan, plan_with, reading, request, step_names};
use crate::{
    model::{
        ActionPermission, Address, Instance, InstanceState, Reference, ReferenceKind, ReferenceLocation,
        ReferenceTarget, Service, fixtures,
    },
    operation::{
        CautionLevel, MenuScope, OperationKind, OperationRequest, Plan, PlanBasis, PlanContext, PlanRun,
        SentChange, TargetFact, menu_entries,
    },
};

/// Returns a service with the address of `callee` in its environment.
fn caller(name: &str, callee: &str) -> Service {
    let mention = fixtures::reference("environment URL", Address::from_host_name(callee));
    Service { references: vec![mention], ..fixtures::service(name) }
}

fn in_state(name: &str, state: InstanceState) -> Service {
    let instance = Instance { state, ..fixtures::instance(name) };
    Service { instances: vec![instance], ..fixtures::service(name) }
}

#[test]
fn a_plan_has_the_call_that_fits_each_state() {
    use InstanceState::{Failed, Paused, Restarting, Running, Stopped, Stopping};
    use OperationKind::{Kill, Pause, Restart, Start, Stop, Unpause};
    let call = |kind, state| {
        plan_with(kind, &[in_state("web", state)], ActionPermission::Ask)
            .ok()
            .map(|plan| plan.steps[0].change.api_call())
    };
    for (kind, state, verb) in [
        (Restart, Running, Some("restart")),
        (Restart, Failed, Some("restart")),
        (Restart, Stopping, None),
        (Stop, Running, Some("stop")),
        (Stop, Restarting, Some("stop")),
        (Stop, Stopped, None),
        (Start, Stopped, Some("start")),
        (Start, Running, None),
        (Kill, Running, Some("kill")),
        (Kill, Failed, None),
        (Pause, Running, Some("pause")),
        (Pause, Paused, None),
        (Unpause, Paused, Some("unpause")),
        (Unpause, Running, None),
    ] {
        let expected = verb.map(|verb| format!("POST /containers/web/{verb}"));
        assert_eq!(call(kind, state), expected, "{kind:?} {state:?}");
    }
}

#[test]
fn callees_come_before_their_callers() {
    let services = [caller("api", "db"), fixtures::service("db"), caller("web", "api")];
    let plan = plan(OperationKind::Restart, &services);
    assert_eq!(step_names(&plan), ["db", "api", "web"]);
    let stop = super::plan(OperationKind::Stop, &services);
    assert_eq!(step_names(&stop), ["web", "api", "db"], "callers stop first");
    let undo = stop.undo().unwrap();
    assert_eq!((undo.request.kind, undo.request.services().len()), (OperationKind::Start, 3));
    assert_eq!(undo.partial_remark(), None);
}

#[test]
fn a_declared_start_order_counts_and_a_circle_ends() {
    let mut first = fixtures::service("a");
    first.references.push(Reference {
        kind: ReferenceKind::StartOrder,
        location: ReferenceLocation::parse("depends_on"),
        target: ReferenceTarget::ServiceName("b".into()),
    });
    let ordered = plan(OperationKind::Restart, &[first, fixtures::service("b")]);
    assert_eq!(step_names(&ordered), ["b", "a"]);
    let circle = plan(OperationKind::Restart, &[caller("a", "b"), caller("b", "a")]);
    assert_eq!(step_names(&circle), ["a", "b"]);
}

#[test]
fn an_outage_names_the_callers() {
    let services = [fixtures::service("db"), caller("web", "db")];
    let topology = super::topology(&services);
    let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
    let of_db = request(OperationKind::Stop, &services[..1]);
    let stop = Plan::new(of_db, reading(&services[..1]), context).unwrap();
    assert_eq!((stop.impact[0].serving_now, stop.impact[0].serving_meanwhile), (1, 0));
    assert_eq!(stop.impact[0].callers, ["web"]);
    assert_eq!(stop.cautions[0].level, CautionLevel::Danger);
    assert_eq!(stop.cautions[0].text, "shop/db stops serving; web calls it");
    let mut two = fixtures::service("db");
    two.instances = vec![fixtures::instance("db-1"), fixtures::instance("db-2")];
    let restart = plan(OperationKind::Restart, std::slice::from_ref(&two));
    assert_eq!((restart.impact[0].serving_now, restart.impact[0].serving_meanwhile), (2, 0));
    assert!(
        restart.cautions[0].text.contains("stops serving until it is up again"),
        "{:?}",
        restart.cautions
    );
    let only_one =
        request(OperationKind::Restart, &[two.clone()]).with_instances([two.instances[0].id.clone()]);
    let restart = Plan::new(only_one, reading(&[two]), context).unwrap();
    assert_eq!((restart.impact[0].serving_now, restart.impact[0].serving_meanwhile), (2, 1));
    assert!(restart.cautions.is_empty(), "{:?}", restart.cautions);
}

#[test]
fn a_container_that_would_be_removed_or_replaced_is_named() {
    let services = [fixtures::service("job")];
    let mut read = reading(&services);
    read.targets[0].facts = vec![
        TargetFact::RemovedWhenStopped(services[0].instances[0].id.clone()),
        TargetFact::ReplacedBy("swarm".into()),
        TargetFact::StopGrace(services[0].instances[0].id.clone(), 90),
    ];
    let topology = super::topology(&services);
    let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
    let stop = Plan::new(request(OperationKind::Stop, &services), read, context).unwrap();
    let texts: Vec<&str> = stop.cautions.iter().map(|caution| caution.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("--rm")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("swarm starts another")), "{texts:?}");
    assert_eq!(stop.steps[0].grace_seconds, 90);
}

#[test]
fn what_can_not_work_is_refused() {
    let services = [fixtures::service("web")];
    let refused = plan_with(OperationKind::Stop, &services, ActionPermission::Off).unwrap_err();
    assert!(refused.reason.contains("actions are off"), "{refused:?}");
    let refused = plan_with(OperationKind::Unpause, &services, ActionPermission::Ask).unwrap_err();
    assert!(refused.reason.contains("unpause has nothing to do"), "{refused:?}");
    let topology = super::topology(&services);
    let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
    let gone = Plan::new(request(OperationKind::Stop, &services), reading(&[]), context).unwrap_err();
    assert_eq!(gone.reason, "shop/web no longer exists");
    let other = Service { id: crate::model::ServiceId::new("podman/web"), ..fixtures::service("web") };
    let ids = [services[0].id.clone(), other.id];
    assert!(OperationRequest::new(OperationKind::Stop, ids).unwrap_err().reason.contains("2 sources"));
}

#[test]
fn a_plan_falls_with_any_change_but_a_restart_by_the_engine() {
    let before = [fixtures::service("web")];
    let asked = request(OperationKind::Stop, &before);
    let basis = |services: &[Service]| PlanBasis::new(&asked, &reading(services));
    let changed = |change: &dyn Fn(&mut Instance)| {
        let mut after = fixtures::service("web");
        change(&mut after.instances[0]);
        basis(&before).differences(&basis(&[after]))
    };
    assert!(changed(&|_| ()).is_empty());
    assert_eq!(changed(&|one| one.state = InstanceState::Stopped), ["web does not run now"]);
    assert_eq!(changed(&|one| one.state = InstanceState::Paused), ["web is paused now"]);
    assert_eq!(changed(&|one| one.started = Some(fixtures::ago(1))), ["web was started meanwhile"]);
    let crashed = |one: &mut Instance| {
        (one.started, one.restarts, one.state) = (Some(fixtures::ago(1)), 7, InstanceState::Restarting);
    };
    assert!(changed(&crashed).is_empty(), "a crash loop blocks no plan");
    let crashed_and_paused = |one: &mut Instance| {
        crashed(one);
        one.state = InstanceState::Paused;
    };
    assert_eq!(changed(&crashed_and_paused), ["web is paused now"]);
    let mut looping = fixtures::service("web");
    looping.instances[0].restarts = 7;
    let mut waiting = looping.clone();
    waiting.instances[0].state = InstanceState::Restarting;
    let mut restarted = looping.clone();
    restarted.instances[0].started = Some(fixtures::ago(1));
    let found = basis(&[waiting]).differences(&basis(&[restarted]));
    assert!(found.is_empty(), "the engine counts a restart before it starts the container: {found:?}");
    let started_by_hand = |one: &mut Instance| (one.started, one.restarts) = (Some(fixtures::ago(1)), 0);
    let mut by_hand = fixtures::service("web");
    started_by_hand(&mut by_hand.instances[0]);
    let found = basis(&[looping]).differences(&basis(&[by_hand]));
    assert_eq!(found, ["web was started meanwhile"], "a start by hand resets the count of restarts");
    let mut more = fixtures::service("web");
    more.instances.push(fixtures::instance("web-2"));
    assert_eq!(basis(&before).differences(&basis(&[more])), ["web-2 is new"]);
    assert_eq!(basis(&before).differences(&basis(&[])), ["shop/web was removed"]);
}

#[test]
fn the_menu_offers_only_what_has_something_to_do() {
    let (up, down) = (fixtures::service("web"), in_state("job", InstanceState::Stopped));
    let labels = |scope: MenuScope<'_>| {
        menu_entries(&scope)
            .into_iter()
            .map(|entry| format!("{} {}", entry.key, entry.label))
            .collect::<Vec<_>>()
    };
    let of = |service| labels(MenuScope { selected: Some(service), ..MenuScope::default() });
    assert_eq!(of(&up), ["r restart web", "s stop web", "x kill web", "p pause web"]);
    assert_eq!(of(&down), ["r restart job", "t start job"]);
    let both = MenuScope {
        selected: Some(&up),
        marked: vec![&up, &down],
        group: vec![&up, &down],
        forwards: Vec::new(),
    };
    let all = labels(both);
    assert!(all.contains(&"S stop the 2 marked services".to_owned()), "{all:?}");
    assert!(all.contains(&"a restart all 2 services of shop, callers last".to_owned()), "{all:?}");
    assert!(labels(MenuScope::default()).is_empty());
}

#[test]
fn instances_of_the_request_must_exist() {
    let services = [fixtures::service("web")];
    let topology = super::topology(&services);
    let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
    let ask = |ids: &[&str]| {
        let ids = ids.iter().map(|id| crate::model::InstanceId::new(format!("docker/{id}")));
        Plan::new(request(OperationKind::Stop, &services).with_instances(ids), reading(&services), context)
    };
    assert_eq!(ask(&["web"]).unwrap().steps.len(), 1);
    assert_eq!(ask(&["web", "web-2"]).unwrap_err().reason, "instance web-2 no longer exists");
    assert!(
        ask(&[]).unwrap_err().reason.contains("stop has nothing to do"),
        "no instance is not all instances"
    );
}

#[test]
fn services_without_a_step_are_named() {
    let services = [fixtures::service("web"), in_state("job", InstanceState::Stopped)];
    let stop = plan(OperationKind::Stop, &services);
    let texts: Vec<&str> = stop.cautions.iter().map(|caution| caution.text.as_str()).collect();
    assert!(
        texts.contains(&"shop/job is left out: stop has nothing to do: no container is in a state for it"),
        "{texts:?}"
    );
    let foreign = Service { kind: crate::model::ServiceKind::Declared, ..fixtures::service("drawn") };
    let stop = plan(OperationKind::Stop, &[fixtures::service("web"), foreign]);
    let texts: Vec<&str> = stop.cautions.iter().map(|caution| caution.text.as_str()).collect();
    assert!(
        texts.contains(&"shop/drawn is left out: stop is not possible on a declared service"),
        "{texts:?}"
    );
}

/// Returns the record of a call that failed if `failed` is true, and that changed nothing if `unchanged` is
/// true.
fn sent(failed: bool, unchanged: bool) -> SentChange {
    let failure = failed.then(|| "no".into());
    SentChange { call: "POST".into(), request_id: None, failure, unchanged }
}

#[test]
fn a_run_that_stopped_half_way_names_what_was_done_and_its_undo() {
    let plan = plan(OperationKind::Stop, &["a", "b"].map(fixtures::service));
    let first = &plan.steps[0].name;
    let summary = |sent: &[SentChange]| PlanRun { sent: sent.to_vec(), stopped_by: None }.summary(&plan);
    assert_eq!(
        summary(&[sent(false, false), sent(true, false)]),
        format!("1 of 2 calls succeeded ({first}: stopped); undo: start shop/{first}")
    );
    assert_eq!(summary(&[sent(true, false)]), "0 of 2 calls succeeded");
}

#[test]
fn an_undo_covers_only_the_calls_that_it_can_undo() {
    let mut service = fixtures::service("web");
    service.instances = ["kept", "brief", "frozen"].map(fixtures::instance).to_vec();
    service.instances[2].state = InstanceState::Paused;
    let services = [service];
    let mut read = reading(&services);
    read.targets[0].facts = vec![TargetFact::RemovedWhenStopped(services[0].instances[1].id.clone())];
    let topology = super::topology(&services);
    let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
    let stop = Plan::new(request(OperationKind::Stop, &services), read, context).unwrap();
    let undo = stop.undo().unwrap();
    assert_eq!((undo.undone, undo.changed), (1, 3));
    assert_eq!(undo.partial_remark().as_deref(), Some("undoes 1 of 3 calls"));
    assert!(undo.request.includes(&services[0].instances[0].id));
    assert!(!undo.request.includes(&services[0].instances[1].id), "the engine has removed it");
    assert!(!undo.request.includes(&services[0].instances[2].id), "it was paused, and would run");
    let ok = || sent(false, false);
    assert_eq!(stop.undo_of_sent(&[ok(), sent(true, false)]).unwrap().partial_remark(), None);
    assert_eq!(stop.undo_of_sent(&[sent(true, false)]), None);
    assert_eq!(stop.undo_of_sent(&[sent(false, true)]), None, "it was stopped by somebody else");
    assert_eq!(stop.undo_of_sent(&[]), None);
    let mut replaced = reading(&services);
    replaced.targets[0].facts = vec![TargetFact::ReplacedBy("swarm".into())];
    let stop = Plan::new(request(OperationKind::Stop, &services), replaced, context).unwrap();
    assert_eq!(stop.undo(), None);
}

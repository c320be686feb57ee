//! Unhealthy targets: a load balancer's health check of an instance fails, so the instance gets no requests
//! from that load balancer.

use crate::{
    diagnosis::{FindingDraft, RuleContext, join_names},
    model::{LoadBalancer, ServiceId, Severity, TargetHealth, Text},
};
use std::collections::BTreeMap;

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let mut sick: BTreeMap<&ServiceId, Vec<(&LoadBalancer, &TargetHealth)>> = BTreeMap::new();
    for gateway in context.inventory.snapshots().flat_map(|snapshot| &snapshot.load_balancers) {
        for target in gateway.targets.iter().filter(|target| target.reason.is_some()) {
            sick.entry(&target.service).or_default().push((gateway, target));
        }
    }
    for (id, sick) in sick {
        let Some(service) = context.inventory.service(id) else { continue };
        let all = context.inventory.snapshots().flat_map(|snapshot| &snapshot.load_balancers);
        let known = all.flat_map(|gateway| &gateway.targets).filter(|target| target.service == *id).count();
        let severity = if sick.len() == known { Severity::Critical } else { Severity::Warning };
        let mut balancers: Vec<Text> = sick.iter().map(|(gateway, _)| gateway.name.clone()).collect();
        balancers.sort();
        balancers.dedup();
        let why = sick.iter().find_map(|(_, target)| target.reason.as_deref()).unwrap_or_default();
        let address = &sick[0].1.address;
        let reason = format!(
            "{} of {known} targets behind {} fail its health check; {address}: {why}",
            sick.len(),
            join_names(&balancers)
        );
        let next = "compare the health check's path, port and success codes with the service's response, \
                    and check its security group";
        drafts.push(FindingDraft::about_service(service, severity, None, reason, next));
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::tests::findings_of,
        model::{fixtures::*, *},
    };
    use std::sync::Arc;

    fn told(reasons: &[Option<&str>]) -> Vec<String> {
        let web = service("web");
        let target = |(number, reason): (usize, Option<&str>)| TargetHealth {
            service: web.id.clone(),
            address: format!("10.0.0.{number}:80").into(),
            reason: reason.map(Into::into),
        };
        let gateway = LoadBalancer {
            name: "front".into(),
            host: Some(Host::parse_for_test("front.example.com")),
            internet_facing: true,
            kind: "application".into(),
            routes: vec![LoadBalancerRoute { service: web.id.clone(), port: Some(80), rule: "all".into() }],
            targets: reasons.iter().copied().enumerate().map(target).collect(),
        };
        let mut snapshot = snapshot("docker", vec![web]);
        snapshot.load_balancers.push(gateway);
        let mut inventory = Inventory::default();
        inventory.replace_snapshot(Arc::new(snapshot));
        findings_of(&inventory)
            .into_iter()
            .map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason))
            .collect()
    }

    #[test]
    fn a_failing_check_is_told_with_its_code() {
        let code = Some("Target.Timeout, Request timed out");
        assert_eq!(
            told(&[None, code]),
            ["target-unhealthy warning 1 of 2 targets behind front fail its health check; 10.0.0.1:80: \
                 Target.Timeout, Request timed out"]
        );
        assert!(told(&[code, code])[0].starts_with("target-unhealthy critical 2 of 2"));
        assert_eq!(told(&[None, None]), Vec::<String>::new());
    }
}

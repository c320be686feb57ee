//! Target unhealthy: a load balancer's own check of a service's copy fails, so that it sends no requests there.

use super::{Draft, Evidence, listed};
use crate::model::{Checked, Gateway, ServiceId, Severity, Text};
use std::collections::BTreeMap;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let mut sick: BTreeMap<&ServiceId, Vec<(&Gateway, &Checked)>> = BTreeMap::new();
    for gateway in evidence.inventory.snapshots().flat_map(|snapshot| &snapshot.gateways) {
        for target in gateway.targets.iter().filter(|target| target.reason.is_some()) {
            sick.entry(&target.service).or_default().push((gateway, target));
        }
    }
    for (id, sick) in sick {
        let Some(service) = evidence.inventory.service(id) else { continue };
        let all = evidence.inventory.snapshots().flat_map(|snapshot| &snapshot.gateways);
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
            listed(&balancers)
        );
        let next = "compare the target group's path, port and codes with what it answers, and look at its security group";
        drafts.push(Draft::of(service, severity, None, reason, next));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::of;
    use crate::model::{sample::*, *};
    use std::sync::Arc;

    fn told(reasons: &[Option<&str>]) -> Vec<String> {
        let web = service("web");
        let target = |(number, reason): (usize, Option<&str>)| Checked {
            service: web.id.clone(),
            address: format!("10.0.0.{number}:80").into(),
            reason: reason.map(Into::into),
        };
        let gateway = Gateway {
            name: "front".into(),
            host: Some(Host::named("front.example.com")),
            public: true,
            kind: "application".into(),
            routes: vec![Route { service: web.id.clone(), port: Some(80), rule: "all".into() }],
            targets: reasons.iter().copied().enumerate().map(target).collect(),
        };
        let mut snapshot = snapshot("docker", vec![web]);
        snapshot.gateways.push(gateway);
        let mut inventory = Inventory::default();
        inventory.replace(Arc::new(snapshot));
        of(&inventory).into_iter().map(|f| format!("{} {} {}", f.kind, f.severity.word(), f.reason)).collect()
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

//! Essentials of a service: image, deployment, ports, logs and owner.

use super::NodeTextBuilder;
use crate::{
    model::{FactKind, FactLabel, LogRoute, Service},
    screen::{
        Scene,
        describe::time,
        widget::text::{self, NO_BREAK_SPACE},
    },
};
use std::collections::BTreeSet;

/// Returns the label and value of each essential that Portolan knows about the service.
fn essentials(scene: Scene<'_>, service: &Service) -> Vec<(&'static str, String)> {
    let store = scene.store;
    let container = service.instances.iter().find_map(|instance| instance.containers.first());
    let image = container.map(|container| image_with_tag(&container.image).to_owned());
    let deployment = service.deployments.first().map(|deployment| {
        let age = deployment.created.map(|at| format!(", {} ago", time::age(at, store.world.now)));
        format!("{}{}", deployment.version, age.unwrap_or_default())
    });
    let logs = container.map(|container| match &container.log_route {
        LogRoute::Engine { .. } => "engine".to_owned(),
        LogRoute::CloudWatch { group, .. } | LogRoute::ExpiredStreams { group, .. } => group.to_string(),
        LogRoute::Unreadable { why } => why.to_string(),
    });
    let owners: Vec<String> = store
        .world
        .inventory
        .annotations(service)
        .filter(|known| !known.owner.is_empty())
        .map(|known| known.owner.to_string())
        .collect();
    [
        ("image", image),
        ("deployment", deployment),
        ("ports", Some(ports(service))),
        ("logs", logs),
        ("owner", Some(owners.join(", "))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value.filter(|value| !value.is_empty())?)))
    .collect()
}

/// Returns the image with its tag but without registry and path, such as `orders:42`.
fn image_with_tag(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or(image)
}

/// Returns the ports of a service from its facts, or else from its endpoints.
fn ports(service: &Service) -> String {
    let is_port = |label: &FactLabel| {
        matches!(
            label,
            FactLabel::Known { kind: FactKind::Port | FactKind::Ports | FactKind::PublishedPort, .. }
        )
    };
    let stated: BTreeSet<String> =
        service.facts.iter().filter(|fact| is_port(&fact.label)).map(|fact| fact.value.to_string()).collect();
    if !stated.is_empty() {
        return stated.into_iter().collect::<Vec<_>>().join(", ");
    }
    let known: BTreeSet<u16> = service.endpoints.iter().filter_map(|endpoint| endpoint.port).collect();
    known.into_iter().map(|port| port.to_string()).collect::<Vec<_>>().join(", ")
}

impl NodeTextBuilder<'_> {
    /// Adds the essentials of a service, such as image and ports, one row for each.
    pub(super) fn push_essentials(&mut self, service: &Service) {
        for (label, value) in essentials(self.scene, service) {
            self.push_labelled(label, &value);
        }
    }

    /// Adds a single row with as many essentials of a service as fit, such as image and ports.
    pub(super) fn push_essentials_row(&mut self, service: &Service) {
        let known = essentials(self.scene, service);
        let words: Vec<String> = known
            .iter()
            .map(|(label, value)| format!("{label} {value}").replace(' ', &NO_BREAK_SPACE.to_string()))
            .collect();
        let row = text::pack_rows(&words, self.width).into_iter().next();
        if let Some(row) = row.filter(|row| !row.is_empty()) {
            self.push_text(&row, self.scene.theme.styles.text.0);
        }
    }
}

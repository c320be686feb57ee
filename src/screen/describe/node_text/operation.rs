//! Latest action that the user ran on a node, and the ports that Portolan forwards to it, for the card.

use super::NodeTextBuilder;
use crate::{model::Service, operation::SessionRequest, screen::describe::operation_text, topology::Node};
use ratatui::style::Style;

impl NodeTextBuilder<'_> {
    /// Adds the latest action on the node, and the ports that Portolan forwards to it.
    pub(super) fn push_actions(&mut self, node: &Node) {
        let store = self.scene.store;
        let Some(service) = store.world.service_of(node) else { return };
        self.push_operation(service);
        for forward in store.world.forwards.of_service(&service.id) {
            let (purpose, instance) = (forward.request.purpose(), forward.request.target.container.as_str());
            let start = if forward.is_open { "forwarding" } else { "about to forward" };
            let text = format!("{start} {purpose} {instance}");
            self.push_text(&text, Style::from(self.scene.theme.styles.text));
        }
    }

    /// Adds the progress or the verdict of the latest action on the service.
    fn push_operation(&mut self, service: &Service) {
        let store = self.scene.store;
        let Some(newest) = store.world.operations.on_service(&service.id).next() else { return };
        let (health, words) = operation_text::operation_status(newest, store.world.now);
        let glyph = self.scene.theme.health_glyph(health);
        self.push_text(&format!("{glyph} your action: {words}"), self.scene.theme.health_style(health));
    }
}

//! Latest action that the user ran on a node, for the card.

use super::NodeTextBuilder;
use crate::{screen::describe::operation_text, topology::Node};

impl NodeTextBuilder<'_> {
    /// Adds the progress or the verdict of the latest action on the node.
    pub(super) fn push_operation(&mut self, node: &Node) {
        let store = self.scene.store;
        let Some(service) = store.world.service_of(node) else { return };
        let Some(newest) = store.world.operations.on_service(&service.id).next() else { return };
        let (health, words) = operation_text::operation_status(newest, store.world.now);
        let glyph = self.scene.theme.health_glyph(health);
        self.push_text(&format!("{glyph} your action: {words}"), self.scene.theme.health_style(health));
    }
}

//! Rebuilding of the map variants after a change of the data, the filters, the user's choices or the screen
//! size.

use super::layout_memory::{GraphInputs, LayoutKey};
use crate::screen::{
    Scene,
    map::{
        DrawnMap, Map, draw,
        graph::{
            build_graph::GraphOptions,
            map_variant::{MapVariant, map_variants},
        },
    },
};

impl Map {
    /// Rebuilds the variants if their inputs have changed, and notifies the scheduler if they need a new
    /// layout. A change of health alone needs no layout.
    pub(in crate::screen::map) fn rebuild_variants(&mut self, scene: Scene<'_>) {
        let store = scene.store;
        let room = self.layout_size;
        let from = Some(GraphInputs {
            topology_version: store.world.topology_version,
            faults_only_nodes: store
                .session
                .faults_only
                .then(|| store.world.faulty_nodes_with_callers_and_callees()),
            key: LayoutKey::of(store, &self.choices, room),
        });
        if from == self.inputs {
            return;
        }
        let outlook = |from: &Option<GraphInputs>| from.as_ref().map(|from| from.key.clone());
        let other = outlook(&from) != outlook(&self.inputs);
        self.inputs = from;
        let halves = draw::collapsed_group::uses_half_cells(scene.theme);
        let ways = map_variants(
            store,
            GraphOptions {
                map_choices: &self.choices,
                available_size: room,
                half_cells: halves,
                hides_hub_lines: true,
                has_frames: true,
            },
        );
        self.panned &= !other;
        if other
            || !ways
                .iter()
                .map(MapVariant::layout_input)
                .eq(self.variants.iter().map(MapVariant::layout_input))
        {
            self.scheduler.record_change(other);
        }
        self.variants = ways;
        // The graph can have the same layout input but other nodes, for example in a collapsed group.
        let DrawnMap { graph: drawn, options, .. } = &self.drawn;
        let is_drawn = |way: &&MapVariant| {
            way.graph.level == drawn.level && way.layout_input() == (&drawn.layout_graph, *options)
        };
        if let Some(same) = self.variants.iter().find(is_drawn) {
            self.drawn.replace_graph(&same.graph);
        }
    }
}

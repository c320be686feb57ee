//! Layout memory: the recent views of the map and the layouts drawn for them.
//!
//! A view is a combination of user choices, filters, settings and screen size. While it stays the same, added
//! and removed services change neither detail level nor direction, unless another variant is much better. A
//! new view chooses its variant afresh. If the user returns to an earlier view, the map looks as before.

use super::graph_size::GraphSize;
use crate::{
    layout::{Options, Point, Seed},
    model::{NodeId, SourceId},
    screen::map::graph::{
        detail_level::DetailLevel, item::LabelWidth, map_choices::MapChoices, map_variant::MapVariant,
    },
    store::{GroupFilter, MapSettings, Store},
};
use std::collections::BTreeSet;

/// Key by which layouts are remembered: user choices, filters, settings and screen size, but not the data.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::screen::map) struct LayoutKey {
    map_choices: MapChoices,
    faults_only: bool,
    only_source: Option<SourceId>,
    only_group: Option<GroupFilter>,
    map_settings: MapSettings,
    available_size: (u16, u16),
    /// Number of sources that have been read, or have failed, at least once. The first snapshot of a source
    /// changes the map as much as another filter would.
    answered_sources: usize,
}

/// Inputs of the map variants; if one changes, the variants are rebuilt.
#[derive(PartialEq)]
pub(in crate::screen::map) struct GraphInputs {
    /// Version of the topology in the store.
    pub topology_version: u64,
    /// Nodes that the faults-only filter shows, or `None` without that filter.
    pub faults_only_nodes: Option<BTreeSet<NodeId>>,
    /// Key of the current view.
    pub key: LayoutKey,
}

impl LayoutKey {
    /// Returns the key of the current view.
    pub(in crate::screen::map) fn of(store: &Store, sight: &MapChoices, available_size: (u16, u16)) -> Self {
        Self {
            map_choices: sight.clone(),
            faults_only: store.session.faults_only,
            only_source: store.session.only_source.clone(),
            only_group: store.session.only_group.clone(),
            map_settings: store.session.map_settings.clone(),
            available_size,
            answered_sources: store
                .world
                .sources
                .iter()
                .filter(|s| s.last_read.is_some() || s.has_finished_loading())
                .count(),
        }
    }
}

impl LayoutKey {
    /// Returns true if the keys are equal or differ only in the number of sources that have been read.
    fn differs_only_in_answers(&self, other: &Self) -> bool {
        *self == Self { answered_sources: self.answered_sources, ..other.clone() }
    }
}

/// Properties by which a variant is found again after the data has changed: detail level, label width and
/// layout options.
type VariantKey = (DetailLevel, LabelWidth, Options);

fn variant_key(way: &MapVariant) -> VariantKey {
    (way.graph.level, way.graph.label_width, way.options)
}

/// Maximum number of remembered views.
const MAX_REMEMBERED_LAYOUTS: usize = 4;

/// Last layout drawn for one view.
struct RememberedLayout {
    key: LayoutKey,
    variant_key: VariantKey,
    /// Size of the graph when this variant was chosen.
    size_when_chosen: GraphSize,
    seed: Seed,
    /// Viewport origin when the user left the view.
    origin: Point,
}

/// New layout on the screen, as input of `LayoutMemory::remember`.
pub(in crate::screen::map) struct DrawnLayout<'a> {
    /// Key of the view that it was computed for.
    pub key: &'a LayoutKey,
    /// Variant that is drawn.
    pub variant: &'a MapVariant,
    /// Size of the graph when this variant was chosen.
    pub size_when_chosen: GraphSize,
    /// Seed for the next layout.
    pub seed: Seed,
}

/// Layouts of the latest views, the newest first, at most `MAX_REMEMBERED_LAYOUTS`.
#[derive(Default)]
pub(in crate::screen::map) struct LayoutMemory(Vec<RememberedLayout>);

impl LayoutMemory {
    fn find(&self, outlook: &LayoutKey) -> Option<&RememberedLayout> {
        self.0.iter().find(|drawn| drawn.key == *outlook)
    }

    /// Returns true if the last layout was drawn for this key.
    pub(in crate::screen::map) fn is_last(&self, outlook: &LayoutKey) -> bool {
        self.0.first().is_some_and(|drawn| drawn.key == *outlook)
    }

    /// Returns true if the last layout was drawn for this key, apart from sources first read since then.
    pub(in crate::screen::map) fn is_last_ignoring_answers(&self, outlook: &LayoutKey) -> bool {
        self.0.first().is_some_and(|drawn| drawn.key.differs_only_in_answers(outlook))
    }

    /// Returns the index in `ways` of the variant that was last drawn for this key.
    pub(in crate::screen::map) fn drawn_variant(
        &self,
        outlook: &LayoutKey,
        ways: &[MapVariant],
    ) -> Option<usize> {
        let drawn = self.find(outlook)?;
        ways.iter().position(|way| variant_key(way) == drawn.variant_key)
    }

    /// Returns the size of the graph when the variant for this key was chosen.
    pub(in crate::screen::map) fn size_when_chosen(&self, outlook: &LayoutKey) -> Option<GraphSize> {
        self.find(outlook).map(|drawn| drawn.size_when_chosen)
    }

    /// Returns the seed for a layout of the variant `way`, which keeps nodes where they were before.
    ///
    /// The seed comes from the last layout of this key, or else from the last layout of any key, but only
    /// from the same variant. Only a seed of the same key keeps placeholders for removed nodes.
    pub(in crate::screen::map) fn seed(&self, outlook: &LayoutKey, way: &MapVariant) -> Option<Seed> {
        let alike = |drawn: &&RememberedLayout| drawn.variant_key == variant_key(way);
        let same = self.find(outlook).filter(alike).map(|drawn| drawn.seed.clone());
        same.or_else(|| self.0.first().filter(alike).map(|drawn| drawn.seed.clone().without_placeholders()))
    }

    /// Remembers the new layout `now`, and `origin` as the viewport origin of the layout before it.
    ///
    /// If the user returns to a remembered view, returns the viewport origin that the view had when the user
    /// left it.
    pub(in crate::screen::map) fn remember(&mut self, now: DrawnLayout<'_>, origin: Point) -> Option<Point> {
        let DrawnLayout { key: outlook, variant: way, size_when_chosen: weight, seed } = now;
        if let Some(last) = self.0.first_mut() {
            last.origin = origin;
        }
        let before = self.0.iter().position(|drawn| drawn.key == *outlook);
        let back = before.map(|place| self.0.remove(place).origin).filter(|_| before != Some(0));
        let outlook = outlook.clone();
        self.0.insert(
            0,
            RememberedLayout {
                key: outlook,
                variant_key: variant_key(way),
                size_when_chosen: weight,
                seed,
                origin,
            },
        );
        self.0.truncate(MAX_REMEMBERED_LAYOUTS);
        back
    }

    /// Forgets all layouts.
    pub(in crate::screen::map) fn clear(&mut self) {
        self.0.clear();
    }
}

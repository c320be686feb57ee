//! Layout memory: the recent views of the map, and the layout that was drawn for each.
//!
//! A view is a combination of user choices, filters, settings and screen size. While the view stays the same,
//! new and removed services change neither detail level nor direction, unless another variant fits much
//! better. A new view chooses its variant again. If the user returns to an earlier view, the map looks as it
//! did then.

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

/// Key that identifies a view of the map: user choices, filters, settings, screen size, and the number of
/// sources read, but not their data.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::screen::map) struct LayoutKey {
    map_choices: MapChoices,
    faults_only: bool,
    only_source: Option<SourceId>,
    only_group: Option<GroupFilter>,
    map_settings: MapSettings,
    available_size: (u16, u16),
    /// Number of sources that have been read or have failed at least once. The first snapshot of a source
    /// changes the map as much as a change of the filter does.
    answered_sources: usize,
}

/// Inputs from which the map variants are built. The map rebuilds them if one input changes.
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
    /// Returns true if the keys are equal, whatever the number of sources that have been read or have failed.
    fn differs_only_in_answers(&self, other: &Self) -> bool {
        *self == Self { answered_sources: self.answered_sources, ..other.clone() }
    }
}

/// Properties that identify a variant after the data has changed: detail level, label width and layout
/// options.
type VariantKey = (DetailLevel, LabelWidth, Options);

fn variant_key(way: &MapVariant) -> VariantKey {
    (way.graph.level, way.graph.label_width, way.options)
}

/// Maximum number of remembered views.
const MAX_REMEMBERED_LAYOUTS: usize = 4;

/// Latest layout that was drawn for one view, which is a combination of user choices, filters, settings and
/// screen size.
struct RememberedLayout {
    key: LayoutKey,
    variant_key: VariantKey,
    /// Size of the graph at the time when this variant was chosen.
    size_when_chosen: GraphSize,
    seed: Seed,
    /// Origin of the viewport at the time when the user left the view.
    origin: Point,
}

/// New layout on the screen, with the view and the variant that it belongs to, for `LayoutMemory::remember`.
pub(in crate::screen::map) struct DrawnLayout<'a> {
    /// Key of the view for which the layout was computed.
    pub key: &'a LayoutKey,
    /// Variant that is drawn.
    pub variant: &'a MapVariant,
    /// Size of the graph at the time when this variant was chosen.
    pub size_when_chosen: GraphSize,
    /// Seed for the next layout.
    pub seed: Seed,
}

/// Latest layout of each recent view of the map, the newest view first. Holds at most
/// `MAX_REMEMBERED_LAYOUTS`.
#[derive(Default)]
pub(in crate::screen::map) struct LayoutMemory(Vec<RememberedLayout>);

impl LayoutMemory {
    fn find(&self, outlook: &LayoutKey) -> Option<&RememberedLayout> {
        self.0.iter().find(|drawn| drawn.key == *outlook)
    }

    /// Returns true if the latest layout was drawn for this view.
    pub(in crate::screen::map) fn is_last(&self, outlook: &LayoutKey) -> bool {
        self.0.first().is_some_and(|drawn| drawn.key == *outlook)
    }

    /// Returns true if the latest layout was drawn for this view, even if sources have been read for the
    /// first time since.
    pub(in crate::screen::map) fn is_last_ignoring_answers(&self, outlook: &LayoutKey) -> bool {
        self.0.first().is_some_and(|drawn| drawn.key.differs_only_in_answers(outlook))
    }

    /// Returns the index in `ways` of the variant that was last drawn for this view.
    pub(in crate::screen::map) fn drawn_variant(
        &self,
        outlook: &LayoutKey,
        ways: &[MapVariant],
    ) -> Option<usize> {
        let drawn = self.find(outlook)?;
        ways.iter().position(|way| variant_key(way) == drawn.variant_key)
    }

    /// Returns the size of the graph at the time when the variant for this view was chosen.
    pub(in crate::screen::map) fn size_when_chosen(&self, outlook: &LayoutKey) -> Option<GraphSize> {
        self.find(outlook).map(|drawn| drawn.size_when_chosen)
    }

    /// Returns the seed for a layout of the variant `way`, which keeps nodes where they are.
    ///
    /// The seed comes from the latest layout of the view `outlook`, or else from the latest layout of any
    /// view, but only if the variant is the same. Only a seed of the same view keeps placeholders for removed
    /// nodes.
    pub(in crate::screen::map) fn seed(&self, outlook: &LayoutKey, way: &MapVariant) -> Option<Seed> {
        let alike = |drawn: &&RememberedLayout| drawn.variant_key == variant_key(way);
        let same = self.find(outlook).filter(alike).map(|drawn| drawn.seed.clone());
        same.or_else(|| self.0.first().filter(alike).map(|drawn| drawn.seed.clone().without_placeholders()))
    }

    /// Saves the new layout `now`, and stores `origin` with the previous layout as the position of its
    /// viewport.
    ///
    /// If the user has returned to a saved view, returns the viewport origin that the view had when the user
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

    /// Removes all saved layouts.
    pub(in crate::screen::map) fn clear(&mut self) {
        self.0.clear();
    }
}

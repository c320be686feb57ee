//! Layout memory: the recent views of the map and the layouts drawn for them.
//!
//! While the view stays the same, added and removed services change neither detail level nor direction,
//! unless another variant is much better. Another focus, filter, grouping or screen size is another view: it
//! chooses a variant afresh. On return to an earlier view the map looks as before.

use super::graph_size::GraphSize;
use crate::{
    layout::{Options, Point, Seed},
    model::{NodeId, SourceId},
    screen::map::graph::{
        detail_level::DetailLevel, item::LabelWidth, map_variant::MapVariant, view_state::ViewState,
    },
    store::{MapSettings, Store},
};
use std::collections::BTreeSet;

/// View of the map apart from the data: user choices, filters, settings and size.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::screen::map) struct LayoutKey {
    view_state: ViewState,
    faults_only: bool,
    only_source: Option<SourceId>,
    map_settings: MapSettings,
    available_size: (u16, u16),
    /// Number of sources that have answered. The first answer of a source changes as much as another filter
    /// would.
    answered_sources: usize,
}

/// All inputs of the map graph.
#[derive(PartialEq)]
pub(in crate::screen::map) struct GraphInputs {
    /// Version of the topology in the store.
    pub topology_version: u64,
    /// Nodes that the faults-only filter shows, or `None` without that filter.
    pub filtered: Option<BTreeSet<NodeId>>,
    /// Key of the current view.
    pub key: LayoutKey,
}

impl LayoutKey {
    /// Returns the key of the current view.
    pub(in crate::screen::map) fn of(store: &Store, sight: &ViewState, available_size: (u16, u16)) -> Self {
        Self {
            view_state: sight.clone(),
            faults_only: store.session.faults_only,
            only_source: store.session.only_source.clone(),
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
    /// Returns true if the keys differ at most in the number of sources that have answered.
    fn differs_only_in_answers(&self, other: &Self) -> bool {
        *self == Self { answered_sources: self.answered_sources, ..other.clone() }
    }
}

/// Properties that identify a variant, whatever the data: detail level, label width, layout options.
type VariantKey = (DetailLevel, LabelWidth, Options);

fn variant_key(way: &MapVariant) -> VariantKey {
    (way.graph.level, way.graph.label_width, way.options)
}

/// Maximum number of remembered views.
const MAX_REMEMBERED_LAYOUTS: usize = 4;

/// Layout drawn for a view, and the cell in the upper left corner of the screen when the user left it.
struct RememberedLayout {
    key: LayoutKey,
    variant_key: VariantKey,
    /// Size of the graph when this variant was chosen.
    size_when_chosen: GraphSize,
    seed: Seed,
    origin: Point,
}

/// Layout to remember.
pub(in crate::screen::map) struct DrawnLayout<'a> {
    /// Key of its view.
    pub key: &'a LayoutKey,
    /// Variant that is drawn.
    pub variant: &'a MapVariant,
    /// Size of the graph when this variant was chosen.
    pub size_when_chosen: GraphSize,
    /// Seed for the next layout.
    pub seed: Seed,
}

/// Layouts of the last views, the newest first.
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

    /// Returns true if the last layout was drawn for this key, ignoring sources that have answered since.
    pub(in crate::screen::map) fn is_last_ignoring_answers(&self, outlook: &LayoutKey) -> bool {
        self.0.first().is_some_and(|drawn| drawn.key.differs_only_in_answers(outlook))
    }

    /// Returns the index of the variant that was last drawn for this key.
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

    /// Returns the seed that keeps common nodes in place in this variant.
    ///
    /// Takes the last layout of this key, else the last layout of any key, if either was drawn in the same
    /// variant. Removed nodes keep their placeholders only within the same key.
    pub(in crate::screen::map) fn seed(&self, outlook: &LayoutKey, way: &MapVariant) -> Option<Seed> {
        let alike = |drawn: &&RememberedLayout| drawn.variant_key == variant_key(way);
        let same = self.find(outlook).filter(alike).map(|drawn| drawn.seed.clone());
        same.or_else(|| self.0.first().filter(alike).map(|drawn| drawn.seed.clone().without_placeholders()))
    }

    /// Remembers the current layout. On return to an earlier key, returns the viewport origin of that time;
    /// `origin` is the one of the view that the user leaves.
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

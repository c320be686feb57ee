//! What somebody looks at, apart from what runs, and how it was drawn the last times.
//!
//! As long as somebody looks at the same, services that come and go change neither level nor direction, unless another
//! way of drawing is better by much. Another focus, filter, grouping or size of the screen is another outlook: for that
//! a way is chosen afresh, and who comes back to one finds the map as it was.

use super::{item::Space, level::Level, order::Weight, plan::Way, sight::Sight};
use crate::{
    layout::{Options, Point, Seed},
    model::{NodeId, SourceId},
    store::{Charting, Store},
};
use std::collections::BTreeSet;

/// What somebody looks at, and on how much room.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outlook {
    sight: Sight,
    only_faulty: bool,
    only_source: Option<SourceId>,
    charting: Charting,
    room: (u16, u16),
    /// How many sources have answered: the first answer of each brings as much as another filter would.
    answered: usize,
}

/// Everything that the plans of the map depend on.
#[derive(PartialEq)]
pub(super) struct MadeFrom {
    /// The version of the store.
    pub version: u64,
    /// The nodes that a filter lets through, where one does.
    pub filtered: Option<BTreeSet<NodeId>>,
    /// The outlook.
    pub outlook: Outlook,
}

impl Outlook {
    /// What is looked at now.
    pub(super) fn of(store: &Store, sight: &Sight, room: (u16, u16)) -> Self {
        Self {
            sight: sight.clone(),
            only_faulty: store.only_faulty,
            only_source: store.only_source.clone(),
            charting: store.charting.clone(),
            room,
            answered: store.sources.iter().filter(|s| s.last_read.is_some() || s.is_settled()).count(),
        }
    }
}

impl Outlook {
    /// Whether it differs from another one in no more than how many sources have answered.
    fn is_as_chosen(&self, other: &Self) -> bool {
        *self == Self { answered: self.answered, ..other.clone() }
    }
}

/// What tells ways apart, whatever runs: level, space for words, direction.
type Manner = (Level, Space, Options);

fn manner(way: &Way) -> Manner {
    (way.plan.level, way.plan.space, way.options)
}

/// So many outlooks are remembered.
const KEPT: usize = 4;

/// How something was drawn, and which cell of it was in the upper left corner of the screen when it was left.
struct Drawn {
    outlook: Outlook,
    manner: Manner,
    /// What there was to draw when that manner was chosen.
    weight: Weight,
    seed: Seed,
    origin: Point,
}

/// What is to be noted of a drawing.
pub(super) struct Noted<'a> {
    /// What somebody looks at.
    pub outlook: &'a Outlook,
    /// How it is drawn.
    pub way: &'a Way,
    /// What there was when that way was chosen.
    pub weight: Weight,
    /// What the next layout should know.
    pub seed: Seed,
}

/// The drawings of the last outlooks, the newest first.
#[derive(Default)]
pub(super) struct Album(Vec<Drawn>);

impl Album {
    fn find(&self, outlook: &Outlook) -> Option<&Drawn> {
        self.0.iter().find(|drawn| drawn.outlook == *outlook)
    }

    /// Whether that is what was last drawn.
    pub(super) fn is_last(&self, outlook: &Outlook) -> bool {
        self.0.first().is_some_and(|drawn| drawn.outlook == *outlook)
    }

    /// Whether what was last drawn is what somebody looks at still, whatever has been read since.
    pub(super) fn is_last_chosen(&self, outlook: &Outlook) -> bool {
        self.0.first().is_some_and(|drawn| drawn.outlook.is_as_chosen(outlook))
    }

    /// Which of the ways is the one that was last drawn for this outlook.
    pub(super) fn drawn(&self, outlook: &Outlook, ways: &[Way]) -> Option<usize> {
        let drawn = self.find(outlook)?;
        ways.iter().position(|way| manner(way) == drawn.manner)
    }

    /// What there was to draw when the manner for this outlook was chosen.
    pub(super) fn weight(&self, outlook: &Outlook) -> Option<Weight> {
        self.find(outlook).map(|drawn| drawn.weight)
    }

    /// What a layout in that way is to follow, so that what is in both stays where it is: the last drawing for this
    /// outlook, else the last one of all, if either was drawn in the same way. Who has left keeps the place only while
    /// somebody looks at the same.
    pub(super) fn seed(&self, outlook: &Outlook, way: &Way) -> Option<Seed> {
        let alike = |drawn: &&Drawn| drawn.manner == manner(way);
        let same = self.find(outlook).filter(alike).map(|drawn| drawn.seed.clone());
        same.or_else(|| self.0.first().filter(alike).map(|drawn| drawn.seed.clone().elsewhere()))
    }

    /// Notes what is drawn now. If somebody comes back with it to an outlook of before, gives the origin that the
    /// screen had then; `origin` is that of the outlook that is left.
    pub(super) fn add(&mut self, now: Noted<'_>, origin: Point) -> Option<Point> {
        let Noted { outlook, way, weight, seed } = now;
        if let Some(last) = self.0.first_mut() {
            last.origin = origin;
        }
        let before = self.0.iter().position(|drawn| drawn.outlook == *outlook);
        let back = before.map(|place| self.0.remove(place).origin).filter(|_| before != Some(0));
        let outlook = outlook.clone();
        self.0.insert(0, Drawn { outlook, manner: manner(way), weight, seed, origin });
        self.0.truncate(KEPT);
        back
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

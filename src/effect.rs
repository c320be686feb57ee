//! What the program wants of the world outside, as data: effects to carry out once, subscriptions to keep up.

use crate::{
    layout,
    model::{LogStart, LogTarget, NodeId, OutageMemory, SourceId, Timestamp, UsageTarget},
};
use std::{cmp::Ordering, fmt, sync::Arc};

/// A screen that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is told in `view::VIEWS`")]
pub enum Screen {
    Map,
    List,
    Card,
    Why,
    Logs,
    Findings,
    Timeline,
    Sources,
    Help,
}

/// Something that a screen asks for in the last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which log lines to show.
    Keep,
    /// Which log lines not to show.
    Hide,
    /// To which time to go.
    Time,
}

impl Question {
    /// The question, as it stands before the answer.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Keep => "keep (text /regex/ level= field=): ",
            Self::Hide => "hide (text /regex/ level= field=): ",
            Self::Time => "go to (14:05, -10m, a date): ",
        }
    }
}

/// Something to carry out once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Select that node, on every screen.
    Select(NodeId),
    /// Show that screen, over the present one.
    Show(Screen),
    /// Select that node, and show its logs of that time.
    LogsAt(NodeId, Timestamp),
    /// Mark that node, or take its mark away.
    Mark(NodeId),
    /// Take all marks away.
    Unmark,
    /// Say something in the last row, until the next key.
    Say(String),
    /// Ask for something in the last row; the answer goes to the screen that asked.
    Ask(Question),
    /// Give the whole terminal to the shown screen, or no longer.
    Fill,
    /// Come back after the next frame: there is more to do than one frame leaves time for.
    Again,
    /// Look at all sources again.
    Refresh,
    /// Keep what is known of a source's outages for the next run.
    KeepOutages(SourceId, OutageMemory),
    /// Put text into the clipboard.
    Copy(String),
    /// Have text written, and put it into a new file in the current directory, over none that is there; tell where.
    Save {
        /// Its name without what stands behind the dot.
        name: &'static str,
        /// What stands behind the dot.
        extension: &'static str,
        /// What writes it, off the drawing path.
        text: Text,
    },
    /// Take the mouse, or give it back to the terminal.
    Mouse(bool),
    /// Compute a layout of the map.
    Lay(Box<LayoutJob>),
    /// Compare a layout of the map with a fresh one.
    Compare(Box<Comparison>),
    /// End the program.
    Quit,
}

/// Text that is yet to be written, by a pure function of what it holds: displaying it writes it.
#[derive(Clone)]
pub struct Text(Arc<Writer>);

/// What writes text, piece by piece, so that no more than a piece need be in memory.
type Writer = dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result + Send + Sync;

impl Text {
    /// Text that `write` writes.
    pub fn new(write: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(to)
    }
}

impl PartialEq for Text {
    /// Whether it is the same text to be written, without writing it.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Text")
    }
}

/// A layout that was made close to the one before it, to be compared with a fresh one off the drawing path.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The number of the job from which the layout came.
    pub number: u64,
    /// What was laid out.
    pub graph: Arc<layout::Graph>,
    /// How.
    pub options: layout::Options,
    /// How good it is.
    pub quality: layout::Quality,
}

impl Comparison {
    /// Whether a fresh layout would be better by much.
    #[must_use]
    pub fn is_tangled(&self) -> bool {
        self.quality.drifted_from(&layout::layout(&self.graph, None, &self.options).quality)
    }
}

/// A layout to compute, off the drawing path.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutJob {
    /// Counts up, so that an answer that comes late is known.
    pub number: u64,
    /// The ways in which it may be drawn, the most telling first.
    pub choices: Vec<Choice>,
    /// The one that is drawn now, where nothing has changed since but what runs.
    pub drawn: Option<usize>,
    /// The columns and rows that there are.
    pub room: (u16, u16),
}

/// One way to draw the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What to lay out.
    pub graph: Arc<layout::Graph>,
    /// How.
    pub options: layout::Options,
    /// The layout before it, where that was drawn in the same way.
    pub seed: Option<layout::Seed>,
    /// Whether it shows so much less that it is taken only where none before it comes near to fitting.
    pub coarse: bool,
    /// Whether it is hard to read, as its lines lie close together or its names are cut very short.
    pub hard: bool,
}

/// How many times larger than the room a drawing may be before a coarse one is taken.
const NEAR: f64 = 2.0;

/// How much larger a drawing may be than one that is harder to read.
const EASIER: f64 = 1.1;

/// How much better another way must fit than the one that is drawn now, so that the map does not flip about as the
/// services of a deployment go and come.
const GAIN: f64 = 1.25;

impl LayoutJob {
    /// Computes the choice that fits: the first that is no larger than the room, else the one that is least too
    /// large, a coarse one only where it must be. The one that is drawn now stays unless another fits much better; one
    /// that tells more fits with room to spare.
    #[must_use]
    pub fn compute(&self) -> (usize, layout::Diagram) {
        let drawn = self.drawn.map(|index| (index, self.draw(index)));
        let bound = drawn.as_ref().map_or(f64::INFINITY, |(index, now)| {
            self.excess(*index, now.size).max(if self.choices[*index].coarse { NEAR } else { 1.0 })
        });
        let mut best: Option<(f64, usize, layout::Diagram)> = None;
        for (index, choice) in self.choices.iter().enumerate() {
            if choice.coarse && best.as_ref().is_some_and(|(least, ..)| *least <= NEAR) {
                break;
            }
            let diagram = match &drawn {
                Some((now, diagram)) if *now == index => diagram.clone(),
                _ if self.excess(index, self.least(index)) > bound => continue,
                _ => self.draw(index),
            };
            let excess = self.excess(index, diagram.size);
            if best.as_ref().is_none_or(|(least, ..)| excess < *least) {
                best = Some((excess, index, diagram));
            }
            if excess <= 1.0 {
                break;
            }
        }
        best.map(|(_, index, diagram)| (index, self.untangled(index, diagram))).unwrap_or_default()
    }

    fn draw(&self, index: usize) -> layout::Diagram {
        let Choice { graph, options, seed, .. } = &self.choices[index];
        layout::layout(graph, seed.as_ref(), options)
    }

    /// The same, or a fresh one where so much is new that what was there before is only in the way.
    fn untangled(&self, index: usize, diagram: layout::Diagram) -> layout::Diagram {
        let Choice { graph, options, seed, .. } = &self.choices[index];
        if self.drawn.is_some() || seed.is_none() {
            return diagram;
        }
        let fresh = layout::layout(graph, None, options);
        if diagram.quality.drifted_from(&fresh.quality) { fresh } else { diagram }
    }

    /// How many times larger than the room a drawing is, in its worse direction; 1 where it fits. What is drawn now may be
    /// a little larger; what tells more than that, and what is hard to read, must be a little smaller.
    fn excess(&self, index: usize, (width, height): (i32, i32)) -> f64 {
        let times = |size: i32, room: u16| f64::from(size) / f64::from(room.max(1));
        let bias = match self.drawn.map(|drawn| index.cmp(&drawn)) {
            Some(Ordering::Less) => GAIN,
            Some(Ordering::Equal) => 1.0 / GAIN,
            Some(Ordering::Greater) | None => 1.0,
        };
        let excess = (times(width, self.room.0).max(times(height, self.room.1)) * bias).max(1.0);
        if self.choices[index].hard && excess > 1.0 { excess * EASIER } else { excess }
    }

    /// A size that no drawing falls below: that of the room, grown or shrunk until all boxes just fill it.
    fn least(&self, index: usize) -> (i32, i32) {
        let nodes = &self.choices[index].graph.nodes;
        let cells: f64 = nodes.iter().map(|node| f64::from(node.width) * f64::from(node.height)).sum();
        let (columns, rows) = (f64::from(self.room.0.max(1)), f64::from(self.room.1.max(1)));
        let scale = (cells / (columns * rows)).sqrt();
        ((columns * scale) as i32, (rows * scale) as i32)
    }
}

/// Something to keep up for as long as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subscription {
    /// The lines of a log stream.
    Logs(LogTarget, LogStart),
    /// What instances use of their machines.
    Usage(UsageTarget),
}

//! Effects and subscriptions as data. An effect is a request that is carried out once. A subscription is a
//! data stream that stays open for as long as the program asks for it.

use crate::{
    layout,
    model::{LogReadOptions, LogTarget, NodeId, SavedOutages, SourceId, Timestamp, UsageTarget},
};
use std::{cmp::Ordering, fmt, sync::Arc};

/// Identifier of a screen; `SCREEN_TABLE` has a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "`SCREEN_TABLE` describes each")]
pub enum ScreenId {
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

/// Kind of input that a screen asks the user for in the last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// Filter for the log lines to show.
    KeepFilter,
    /// Filter for the log lines to hide.
    HideFilter,
    /// Time to scroll the logs to.
    GoToTime,
}

impl PromptKind {
    /// Returns the label in front of the input.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::KeepFilter => "show only (text /regex/ level= field=): ",
            Self::HideFilter => "hide (text /regex/ level= field=): ",
            Self::GoToTime => "go to (14:05, -10m, a date): ",
        }
    }
}

/// Action that a screen or the program requests once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Selects the node on every screen.
    Select(NodeId),
    /// Shows the screen on top of the current one.
    ShowScreen(ScreenId),
    /// Selects the node and shows its logs around the given time.
    ShowLogsAt(NodeId, Timestamp),
    /// Marks the node, or removes its mark.
    ToggleMark(NodeId),
    /// Removes all marks.
    ClearMarks,
    /// Shows a notice in the last row until the next key press.
    Notify(String),
    /// Opens a prompt in the last row. The shown screen receives the answer.
    OpenPrompt(PromptKind),
    /// Gives the whole terminal to the logs, or takes it back.
    ToggleFullscreen,
    /// Continues the work after the next frame, because it takes longer than one frame.
    ContinueWork,
    /// Polls all sources now.
    RefreshSources,
    /// Saves the known outages of a source for the next run.
    SaveOutages(SourceId, SavedOutages),
    /// Copies the text to the clipboard.
    CopyToClipboard(String),
    /// Writes the text to a new file in the current directory and shows its path. Overwrites nothing.
    SaveFile {
        /// File name without extension.
        name: &'static str,
        /// File extension without the dot.
        extension: &'static str,
        /// Content of the file. The runtime renders it off the drawing thread.
        text: DeferredText,
    },
    /// Captures the mouse if true, else releases it to the terminal.
    CaptureMouse(bool),
    /// Computes a layout of the map.
    ComputeLayout(Box<LayoutRequest>),
    /// Compares a layout of the map with a fresh one.
    CompareLayout(Box<LayoutComparison>),
    /// Ends the program.
    Quit,
}

/// Text that a pure function writes only when the text is displayed.
#[derive(Clone)]
pub struct DeferredText(Arc<WriteFn>);

/// Function that writes a text piece by piece, so that only one piece has to be in memory.
type WriteFn = dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result + Send + Sync;

impl DeferredText {
    /// Returns a text that `write` produces.
    pub fn new(write: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }
}

impl fmt::Display for DeferredText {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(to)
    }
}

impl PartialEq for DeferredText {
    /// Returns true if both share one function. Calls neither.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for DeferredText {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Text")
    }
}

/// Request to compare an incremental layout with a fresh one, off the drawing thread.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutComparison {
    /// Id of the layout request that produced the layout.
    pub request_id: u64,
    /// Graph that was laid out.
    pub graph: Arc<layout::Graph>,
    /// Options of that layout.
    pub options: layout::Options,
    /// Quality of that layout.
    pub quality: layout::Quality,
}

impl LayoutComparison {
    /// Computes a fresh layout and returns true if it is much better.
    #[must_use]
    pub fn is_fresh_layout_better(&self) -> bool {
        self.quality.is_much_worse_than(&layout::layout(&self.graph, None, &self.options).quality)
    }
}

/// Request to compute a layout off the drawing thread.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutRequest {
    /// Increasing id, by which the map ignores an outdated answer.
    pub request_id: u64,
    /// Candidates, the most detailed first.
    pub candidates: Vec<LayoutCandidate>,
    /// Index of the candidate on screen; `None` after a change of focus, filter, grouping or screen size.
    pub current: Option<usize>,
    /// Available columns and rows.
    pub available_size: (u16, u16),
}

/// One way to draw the map.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutCandidate {
    /// Graph to lay out.
    pub graph: Arc<layout::Graph>,
    /// Layout options.
    pub options: layout::Options,
    /// Previous layout of the same kind, to stay close to; `None` without one.
    pub seed: Option<layout::Seed>,
    /// True if it shows much less detail. It is used only if no earlier candidate comes close to fitting.
    pub is_low_detail: bool,
    /// True if it is hard to read because lines lie close together or names are cut very short.
    pub is_hard_to_read: bool,
}

/// Largest overflow ratio at which a detailed candidate still wins over all low-detail ones.
const MAX_DETAILED_OVERFLOW: f64 = 2.0;

/// Factor on the overflow ratio of candidates that are hard to read. An easier one may be this much larger.
const HARD_TO_READ_PENALTY: f64 = 1.1;

/// Factor by which another candidate must fit better than the current one. Without it the map would switch
/// back and forth while a deployment starts and stops services.
const MIN_FIT_GAIN: f64 = 1.25;

impl LayoutRequest {
    /// Computes the best candidate: the first that fits, else the one with the smallest overflow ratio.
    ///
    /// Returns its index and its layout. Low-detail candidates are tried only if no detailed one comes close
    /// to fitting. The current candidate stays unless another fits much better; a more detailed one needs
    /// spare room.
    #[must_use]
    pub fn compute(&self) -> (usize, layout::Diagram) {
        let drawn = self.current.map(|index| (index, self.lay_out(index)));
        let bound = drawn.as_ref().map_or(f64::INFINITY, |(index, now)| {
            self.overflow_ratio(*index, now.size).max(if self.candidates[*index].is_low_detail {
                MAX_DETAILED_OVERFLOW
            } else {
                1.0
            })
        });
        let mut best: Option<(f64, usize, layout::Diagram)> = None;
        for (index, choice) in self.candidates.iter().enumerate() {
            if choice.is_low_detail
                && best.as_ref().is_some_and(|(least, ..)| *least <= MAX_DETAILED_OVERFLOW)
            {
                break;
            }
            let diagram = match &drawn {
                Some((now, diagram)) if *now == index => diagram.clone(),
                _ if self.overflow_ratio(index, self.min_size(index)) > bound => continue,
                _ => self.lay_out(index),
            };
            let excess = self.overflow_ratio(index, diagram.size);
            if best.as_ref().is_none_or(|(least, ..)| excess < *least) {
                best = Some((excess, index, diagram));
            }
            if excess <= 1.0 {
                break;
            }
        }
        best.map(|(_, index, diagram)| (index, self.fresh_if_tangled(index, diagram))).unwrap_or_default()
    }

    fn lay_out(&self, index: usize) -> layout::Diagram {
        let LayoutCandidate { graph, options, seed, .. } = &self.candidates[index];
        layout::layout(graph, seed.as_ref(), options)
    }

    /// Returns `diagram`, or a fresh layout if that is much better. After many changes the previous layout is
    /// more of a burden than a help.
    fn fresh_if_tangled(&self, index: usize, diagram: layout::Diagram) -> layout::Diagram {
        let LayoutCandidate { graph, options, seed, .. } = &self.candidates[index];
        if self.current.is_some() || seed.is_none() {
            return diagram;
        }
        let fresh = layout::layout(graph, None, options);
        if diagram.quality.is_much_worse_than(&fresh.quality) { fresh } else { diagram }
    }

    /// Returns how many times larger than the available size a drawing is in its worse direction; 1 if it
    /// fits.
    ///
    /// The current candidate may be a little larger. Candidates that are more detailed or hard to read must
    /// be a little smaller.
    fn overflow_ratio(&self, index: usize, (width, height): (i32, i32)) -> f64 {
        let times = |size: i32, room: u16| f64::from(size) / f64::from(room.max(1));
        let bias = match self.current.map(|drawn| index.cmp(&drawn)) {
            Some(Ordering::Less) => MIN_FIT_GAIN,
            Some(Ordering::Equal) => 1.0 / MIN_FIT_GAIN,
            Some(Ordering::Greater) | None => 1.0,
        };
        let excess =
            (times(width, self.available_size.0).max(times(height, self.available_size.1)) * bias).max(1.0);
        if self.candidates[index].is_hard_to_read && excess > 1.0 {
            excess * HARD_TO_READ_PENALTY
        } else {
            excess
        }
    }

    /// Returns a lower bound of the drawing's size: the available size, scaled until all boxes exactly fill
    /// it.
    fn min_size(&self, index: usize) -> (i32, i32) {
        let nodes = &self.candidates[index].graph.nodes;
        let cells: f64 = nodes.iter().map(|node| f64::from(node.width) * f64::from(node.height)).sum();
        let (columns, rows) =
            (f64::from(self.available_size.0.max(1)), f64::from(self.available_size.1.max(1)));
        let scale = (cells / (columns * rows)).sqrt();
        ((columns * scale) as i32, (rows * scale) as i32)
    }
}

/// Data stream that the runtime keeps open while the program asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subscription {
    /// Lines of a log stream.
    Logs(LogTarget, LogReadOptions),
    /// CPU, memory and network usage of instances.
    Usage(UsageTarget),
}

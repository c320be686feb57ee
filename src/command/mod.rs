//! Everything a person can tell Portolan to do: one table, read by the key map, the palette, the footer, help and docs.

mod table;

pub use table::COMMANDS;

/// Something a person can tell Portolan to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is told in words in COMMANDS")]
pub enum Command {
    Up,
    Down,
    Left,
    Right,
    Top,
    Bottom,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    ScrollUp,
    ScrollDown,
    NextNeighbour,
    PreviousNeighbour,
    Open,
    Back,
    Quit,
    Abort,
    Map,
    List,
    Card,
    Why,
    Logs,
    LogsMarked,
    LogsPath,
    LogsBelow,
    LogsAround,
    LogsGroup,
    Split,
    Findings,
    Timeline,
    Sources,
    Help,
    Palette,
    Search,
    NextMatch,
    PreviousMatch,
    NextFinding,
    PreviousFinding,
    OnlyFaulty,
    NextSource,
    Edges,
    Focus,
    OneHop,
    TwoHops,
    ThreeHops,
    FourHops,
    Mark,
    Path,
    ZoomIn,
    ZoomOut,
    ExportHtml,
    ExportSvg,
    Tidy,
    ZoomAuto,
    Fold,
    FoldAll,
    UnfoldAll,
    GroupBy,
    MiniMap,
    Earlier,
    Later,
    ToggleMouse,
    Refresh,
    Copy,
    Pause,
    Wrap,
    Times,
    NextError,
    PreviousError,
    Tail,
    Head,
    LastMinute,
    LastFiveMinutes,
    LastQuarter,
    LastHalfHour,
    LastHour,
    GoTo,
    Keep,
    Hide,
    Unfilter,
    UnfilterAll,
    LevelUp,
    LevelDown,
    MarkLine,
    NextMark,
    PreviousMark,
    SelectLines,
    Histogram,
    Patterns,
    Pivot,
    NextInstance,
    PreviousInstance,
    ServiceColumn,
    InstanceColumn,
    LevelColumn,
    Folded,
    FullScreen,
    SaveLogs,
    Reach,
    NextKind,
    PreviousKind,
}

/// Where a command's keys count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On every screen.
    Everywhere,
    /// On the map.
    Map,
    /// In the logs.
    Logs,
    /// On the timeline.
    Timeline,
}

/// A command as people meet it.
pub struct Spec {
    /// The command.
    pub command: Command,
    /// What they type behind `:`, and write in the configuration.
    pub id: &'static str,
    /// The keys it has by default, separated by spaces.
    pub keys: &'static str,
    /// Where those keys count.
    pub place: Place,
    /// One or two words for the footer.
    pub short: &'static str,
    /// What it does.
    pub about: &'static str,
}

impl Command {
    /// Its row in the table.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        COMMANDS.iter().find(|spec| spec.command == self).unwrap_or(&COMMANDS[0])
    }

    /// The command with that id.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        COMMANDS.iter().find(|spec| spec.id == id).map(|spec| spec.command)
    }
}

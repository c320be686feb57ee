//! Commands that the user gives by a key or by name. Key map, palette, footer, help and documentation all
//! read [`COMMAND_TABLE`].

mod habits;
mod table;

pub use habits::command_of_habit;
pub use table::COMMAND_TABLE;

use serde::{Deserialize, Serialize};

/// Anything that the user can ask the program to do. [`COMMAND_TABLE`] holds the keys and texts of each
/// command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "`COMMAND_TABLE` describes each")]
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
    LogsOfMarked,
    LogsOfPath,
    LogsDownstream,
    LogsOfNeighbours,
    LogsOfGroup,
    SplitLogs,
    Findings,
    Timeline,
    Sources,
    Help,
    Tour,
    NextStop,
    PreviousStop,
    CommandPalette,
    Search,
    NextMatch,
    PreviousMatch,
    NextFinding,
    PreviousFinding,
    FaultsOnly,
    NextSource,
    OnlyGroup,
    NextEdgeFilter,
    Focus,
    OneHop,
    TwoHops,
    ThreeHops,
    FourHops,
    Mark,
    ShowPath,
    ZoomIn,
    ZoomOut,
    ExportHtml,
    ExportSvg,
    Share,
    ShareFile,
    CompareShare,
    Note,
    Relayout,
    ZoomAuto,
    ToggleGroup,
    CollapseAllGroups,
    ExpandAllGroups,
    GroupBy,
    MiniMap,
    PreviousSelection,
    NextSelection,
    Actions,
    UndoAction,
    ToggleMouse,
    Refresh,
    Copy,
    CopyMenu,
    Browse,
    Pause,
    Wrap,
    NextTimeFormat,
    NextError,
    PreviousError,
    Tail,
    Head,
    LastMinute,
    LastFiveMinutes,
    LastFifteenMinutes,
    LastThirtyMinutes,
    LastHour,
    GoToTime,
    KeepFilter,
    HideFilter,
    RemoveLastFilter,
    RemoveAllFilters,
    RaiseMinLevel,
    LowerMinLevel,
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
    NextFieldDisplay,
    FullScreen,
    SaveLogs,
    NextSortColumn,
    PreviousSortColumn,
    ReverseSort,
    NextTimelineScope,
    NextEventKind,
    PreviousEventKind,
}

/// Screens to which a key binding applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyContext {
    /// Keys that apply on every screen.
    Everywhere,
    /// Keys of the map.
    Map,
    /// Keys of the service list.
    List,
    /// Keys of the logs.
    Logs,
    /// Keys of the timeline.
    Timeline,
}

impl KeyContext {
    /// Returns words for the screen to which the context applies, such as `in the logs`. Returns `None` for
    /// `Everywhere`.
    #[must_use]
    pub fn place(self) -> Option<&'static str> {
        match self {
            Self::Everywhere => None,
            Self::Map => Some("on the map"),
            Self::List => Some("in the list"),
            Self::Logs => Some("in the logs"),
            Self::Timeline => Some("on the timeline"),
        }
    }
}

/// Row of [`COMMAND_TABLE`]: identifier, default keys and texts of one command.
#[derive(Clone, Copy)]
pub struct CommandSpec {
    /// Command that the row describes.
    pub command: Command,
    /// Identifier that the user types after `:` and writes in the configuration.
    pub id: &'static str,
    /// Default keys, separated by spaces.
    pub default_keys: &'static str,
    /// Context in which the keys apply.
    pub context: KeyContext,
    /// Label of one or two words for the footer.
    pub footer_label: &'static str,
    /// Description for help and documentation.
    pub description: &'static str,
}

/// Returns a row of the command table. `short` is its footer label, and `about` its description.
const fn row(
    command: Command,
    place: KeyContext,
    id: &'static str,
    keys: &'static str,
    short: &'static str,
    about: &'static str,
) -> CommandSpec {
    CommandSpec { command, id, default_keys: keys, context: place, footer_label: short, description: about }
}

impl Command {
    /// Returns the command's row in the table.
    #[must_use]
    pub fn spec(self) -> &'static CommandSpec {
        COMMAND_TABLE.iter().find(|spec| spec.command == self).unwrap_or(&COMMAND_TABLE[0])
    }

    /// Returns true if the command moves a cursor or scrolls. Such a command does nothing at an end of its
    /// range.
    #[must_use]
    pub fn moves(self) -> bool {
        matches!(
            self,
            Self::Up
                | Self::Down
                | Self::Left
                | Self::Right
                | Self::Top
                | Self::Bottom
                | Self::PageUp
                | Self::PageDown
                | Self::HalfUp
                | Self::HalfDown
                | Self::ScrollUp
                | Self::ScrollDown
        )
    }

    /// Returns true for commands that exist only while the user permits actions on a source.
    #[must_use]
    pub fn is_for_actions(self) -> bool {
        matches!(self, Self::Actions | Self::UndoAction)
    }

    /// Returns the command with the identifier `id`, or `None` if there is none.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        COMMAND_TABLE.iter().find(|spec| spec.id == id).map(|spec| spec.command)
    }
}

//! Everything a person can tell Portolan to do: one table, read by the key map, the palette, the footer, help and docs.

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
    Findings,
    Sources,
    Help,
    Palette,
    Search,
    NextMatch,
    PreviousMatch,
    NextFinding,
    PreviousFinding,
    OnlyFaulty,
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

/// A row of the table.
const fn row(
    command: Command,
    place: Place,
    id: &'static str,
    keys: &'static str,
    short: &'static str,
    about: &'static str,
) -> Spec {
    Spec { command, id, keys, place, short, about }
}

use Place::{Everywhere, Logs, Map};

/// All commands, in the order in which help shows them.
pub const COMMANDS: &[Spec] = &[
    row(Command::Map, Everywhere, "map", "M", "map", "show the map"),
    row(Command::List, Everywhere, "list", "t", "list", "show all services as a list"),
    row(Command::Card, Everywhere, "card", "d", "card", "show everything about the selected service"),
    row(
        Command::Why,
        Everywhere,
        "why",
        "w",
        "why",
        "show who calls the selected service, whom it calls, and why each line is there",
    ),
    row(Command::Logs, Everywhere, "logs", "l", "logs", "show the logs of the selected service"),
    row(Command::Findings, Everywhere, "findings", "!", "findings", "show everything that is wrong"),
    row(
        Command::Sources,
        Everywhere,
        "sources",
        "S",
        "sources",
        "show the sources, how fresh they are and what is wrong with them",
    ),
    row(Command::Help, Everywhere, "help", "? f1", "help", "show what the keys do"),
    row(Command::Palette, Everywhere, "palette", ":", "command", "type a command, with completion"),
    row(
        Command::Search,
        Everywhere,
        "search",
        "/",
        "find",
        "find by text; ! before it for what does not match",
    ),
    row(Command::NextMatch, Everywhere, "next-match", "n", "next", "go to the next match"),
    row(Command::PreviousMatch, Everywhere, "previous-match", "N", "previous", "go to the previous match"),
    row(
        Command::NextFinding,
        Everywhere,
        "next-finding",
        "f",
        "next fault",
        "select the next service with a finding, the worst first",
    ),
    row(
        Command::PreviousFinding,
        Everywhere,
        "previous-finding",
        "F",
        "fault before",
        "select the service with a finding before it",
    ),
    row(Command::Earlier, Everywhere, "earlier", "[", "earlier", "select what was selected before"),
    row(Command::Later, Everywhere, "later", "]", "later", "select what was selected after that"),
    row(
        Command::OnlyFaulty,
        Everywhere,
        "only-faulty",
        "ctrl-z",
        "faulty",
        "show only what is faulty, what leads to it and what it calls",
    ),
    row(
        Command::Edges,
        Everywhere,
        "edges",
        "e",
        "edges",
        "show all lines, those observed, those declared but never observed, those observed but undeclared",
    ),
    row(Command::Refresh, Everywhere, "refresh", "ctrl-r f5", "refresh", "look at all sources again, now"),
    row(Command::Copy, Everywhere, "copy", "c", "copy", "copy the selected name or log line, also over ssh"),
    row(
        Command::ToggleMouse,
        Everywhere,
        "mouse",
        "ctrl-o",
        "mouse",
        "give the mouse back to the terminal, or take it",
    ),
    row(Command::Open, Everywhere, "open", "enter", "open", "open what is selected"),
    row(Command::Back, Everywhere, "back", "esc", "back", "go back"),
    row(Command::Quit, Everywhere, "quit", "q", "quit", "go back; at the root, quit"),
    row(Command::Abort, Everywhere, "abort", "ctrl-c", "quit", "quit at once"),
    row(Command::Up, Everywhere, "up", "up k", "up", "go up"),
    row(Command::Down, Everywhere, "down", "down j", "down", "go down"),
    row(Command::Left, Everywhere, "left", "left h", "left", "go left; on the map, to a caller"),
    row(Command::Right, Everywhere, "right", "right L", "right", "go right; on the map, to what it calls"),
    row(Command::Top, Everywhere, "top", "g home", "top", "go to the top"),
    row(Command::Bottom, Everywhere, "bottom", "G end", "bottom", "go to the bottom"),
    row(Command::PageUp, Everywhere, "page-up", "pageup ctrl-b", "page up", "a page up"),
    row(Command::PageDown, Everywhere, "page-down", "pagedown ctrl-f", "page down", "a page down"),
    row(Command::HalfUp, Everywhere, "half-up", "ctrl-u", "half up", "half a page up"),
    row(Command::HalfDown, Everywhere, "half-down", "ctrl-d", "half down", "half a page down"),
    row(
        Command::ScrollUp,
        Everywhere,
        "scroll-up",
        "ctrl-y",
        "scroll up",
        "scroll up and leave the selection",
    ),
    row(
        Command::ScrollDown,
        Everywhere,
        "scroll-down",
        "ctrl-e",
        "scroll down",
        "scroll down and leave the selection",
    ),
    row(
        Command::NextNeighbour,
        Map,
        "next-neighbour",
        "tab",
        "neighbour",
        "go to the next neighbour of the selected service",
    ),
    row(
        Command::PreviousNeighbour,
        Map,
        "previous-neighbour",
        "backtab",
        "neighbour",
        "go to the neighbour before it",
    ),
    row(Command::Focus, Map, "focus", "x", "focus", "show only the selected service and its neighbours"),
    row(
        Command::OneHop,
        Map,
        "focus-1",
        "1",
        "1 hop",
        "show what is one call away from the selected service",
    ),
    row(Command::TwoHops, Map, "focus-2", "2", "2 hops", "show what is up to two calls away from it"),
    row(Command::ThreeHops, Map, "focus-3", "3", "3 hops", "show what is up to three calls away from it"),
    row(Command::FourHops, Map, "focus-4", "4", "4 hops", "show what is up to four calls away from it"),
    row(Command::Mark, Map, "mark", "space", "mark", "mark the selected service, or take its mark away"),
    row(
        Command::Path,
        Map,
        "path",
        "p",
        "path",
        "show the way from one marked service to the other, or to the selected one",
    ),
    row(Command::ZoomIn, Map, "zoom-in", "+ =", "zoom", "show more of each service"),
    row(Command::ExportHtml, Map, "export-html", "ctrl-s", "save", "save the map as a page for a browser"),
    row(Command::ExportSvg, Map, "export-svg", "alt-s", "save picture", "save the map as a picture (SVG)"),
    row(
        Command::Tidy,
        Map,
        "tidy",
        "T",
        "tidy",
        "lay the map out afresh, where changes have left it tangled",
    ),
    row(
        Command::ZoomOut,
        Map,
        "zoom-out",
        "-",
        "zoom out",
        "show less of each service, at last groups alone",
    ),
    row(Command::ZoomAuto, Map, "zoom-auto", "0", "zoom to fit", "show as much of each service as fits"),
    row(Command::Fold, Map, "fold", "z", "fold", "close or open the group of the selected service"),
    row(Command::FoldAll, Map, "collapse-all", "Z", "close all", "close all groups"),
    row(Command::UnfoldAll, Map, "expand-all", "O", "open all", "open all groups"),
    row(
        Command::GroupBy,
        Map,
        "group-by",
        "B",
        "group by",
        "group by project, source, namespace, owner, or not at all",
    ),
    row(Command::MiniMap, Map, "mini-map", "m", "mini-map", "show the whole map small in a corner, or not"),
    row(Command::Pause, Logs, "pause", "= s space", "pause", "stop or go on following"),
    row(Command::Wrap, Logs, "wrap", "w", "wrap", "wrap long lines, or cut them"),
    row(Command::Times, Logs, "times", "t", "times", "show times as local, UTC, relative, or not at all"),
    row(Command::NextError, Logs, "next-error", "e", "error", "go to the next error"),
    row(Command::PreviousError, Logs, "previous-error", "E", "error before", "go to the error before"),
    row(Command::Tail, Logs, "tail", "0", "tail", "from the newest lines on"),
    row(Command::Head, Logs, "head", "1", "head", "from the oldest line that is held"),
    row(Command::LastMinute, Logs, "last-minute", "2", "1m", "the last minute"),
    row(Command::LastFiveMinutes, Logs, "last-5-minutes", "3", "5m", "the last 5 minutes"),
    row(Command::LastQuarter, Logs, "last-15-minutes", "4", "15m", "the last 15 minutes"),
    row(Command::LastHalfHour, Logs, "last-30-minutes", "5", "30m", "the last 30 minutes"),
    row(Command::LastHour, Logs, "last-hour", "6", "1h", "the last hour"),
];

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

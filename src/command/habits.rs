//! Keys of k9s, lazydocker, lnav, less and vim that have no command in Portolan, each with the corresponding
//! command. A hint for an unbound key names the command and its key.

use super::{Command, KeyContext};

/// Key of another tool, and the command of Portolan that does the same.
struct HabitKey {
    /// Key in the notation of the key map.
    key: &'static str,
    /// Context in which the key has this meaning; `None` for every context.
    context: Option<KeyContext>,
    /// Command of Portolan that does what the key does in the other tool.
    command: Command,
}

const fn everywhere(key: &'static str, command: Command) -> HabitKey {
    HabitKey { key, context: None, command }
}

const fn in_logs(key: &'static str, command: Command) -> HabitKey {
    HabitKey { key, context: Some(KeyContext::Logs), command }
}

/// All keys of other tools that Portolan gives hints for.
const HABIT_KEYS: &[HabitKey] = &[
    // less and lnav
    in_logs("&", Command::KeepFilter),
    in_logs("ctrl-x", Command::RemoveLastFilter),
    in_logs("'", Command::NextMark),
    in_logs("`", Command::NextMark),
    in_logs("^", Command::Left),
    in_logs("$", Command::Right),
    in_logs("#", Command::PreviousMatch),
    everywhere("ctrl-l", Command::Refresh),
    // vim
    everywhere("&", Command::Search),
    everywhere("*", Command::Search),
    everywhere("#", Command::PreviousMatch),
    everywhere("Q", Command::Quit),
    // k9s and lazydocker
    everywhere("ctrl-a", Command::CommandPalette),
    everywhere("ctrl-g", Command::SplitLogs),
    everywhere("ctrl-w", Command::List),
    everywhere("u", Command::Why),
    everywhere("r", Command::Refresh),
    everywhere("i", Command::Card),
    everywhere("E", Command::Logs),
    everywhere("+", Command::Map),
    everywhere("_", Command::SplitLogs),
];

/// Returns the command that does what `key` does in another tool, or `None` if no such command is known.
/// `context` is the key context of the shown screen.
#[must_use]
pub fn command_of_habit(key: &str, context: KeyContext) -> Option<Command> {
    let fits = |habit: &&HabitKey| habit.key == key && habit.context.is_none_or(|of| of == context);
    HABIT_KEYS.iter().find(fits).map(|habit| habit.command)
}

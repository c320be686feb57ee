//! Keys of k9s, lazydocker, lnav, less and vim that have no command here, each with the command that does what
//! they do there.

use super::{Command, KeyContext};

/// Key of another tool.
struct HabitKey {
    /// Key as the key map writes it.
    key: &'static str,
    /// Context in which the key means this; `None` for all.
    context: Option<KeyContext>,
    /// The command that does it here.
    command: Command,
}

const fn everywhere(key: &'static str, command: Command) -> HabitKey {
    HabitKey { key, context: None, command }
}

const fn in_logs(key: &'static str, command: Command) -> HabitKey {
    HabitKey { key, context: Some(KeyContext::Logs), command }
}

/// All such keys.
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

/// Returns the command that does here what `key` does in other tools, in `context`.
#[must_use]
pub fn command_of_habit(key: &str, context: KeyContext) -> Option<Command> {
    let fits = |habit: &&HabitKey| habit.key == key && habit.context.is_none_or(|of| of == context);
    HABIT_KEYS.iter().find(fits).map(|habit| habit.command)
}

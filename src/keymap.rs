//! Key map: the default keys from the command table, with the changes from the user's configuration.

use crate::command::{COMMAND_TABLE, Command, KeyContext};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Key with its modifiers, as the user presses it or as it is bound to a command. It does not depend on the
/// terminal library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Key without modifiers.
    pub code: Code,
    /// True if Ctrl is held down.
    pub ctrl: bool,
    /// True if Alt is held down.
    pub alt: bool,
}

/// A key of the keyboard by itself, such as a character, Enter or F5, without Ctrl and Alt. Shift is a part
/// of the character, so `a` and `A` are two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the meaning")]
pub enum Code {
    Char(char),
    F(u8),
    Enter,
    Escape,
    Backspace,
    Delete,
    Tab,
    BackTab,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// Names that the configuration uses for keys without a visible character.
const NAMED_KEYS: &[(&str, Code)] = &[
    ("enter", Code::Enter),
    ("esc", Code::Escape),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("tab", Code::Tab),
    ("backtab", Code::BackTab),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("space", Code::Char(' ')),
];

impl From<Code> for Key {
    fn from(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }
}

impl FromStr for Key {
    type Err = String;

    /// Parses a key such as `l`, `ctrl-r`, `alt-x`, `pageup` or `f5`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            if let Some(behind) = rest.strip_prefix("ctrl-").filter(|b| !b.is_empty()) {
                (rest, ctrl) = (behind, true);
            } else if let Some(behind) = rest.strip_prefix("alt-").filter(|b| !b.is_empty()) {
                (rest, alt) = (behind, true);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let code = match (NAMED_KEYS.iter().find(|(name, _)| *name == rest), chars.next(), chars.next()) {
            (Some((_, code)), ..) => *code,
            (None, Some(c), None) => Code::Char(c),
            (None, Some('f'), Some(_)) => match rest[1..].parse() {
                Ok(number @ 1..=24) => Code::F(number),
                _ => return Err(format!("unknown key `{text}`")),
            },
            _ => return Err(format!("unknown key `{text}`")),
        };
        Ok(Self { code, ctrl, alt })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        match (NAMED_KEYS.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::Char(c)) => write!(f, "{c}"),
            (None, Code::F(number)) => write!(f, "f{number}"),
            (None, _) => Ok(()),
        }
    }
}

/// Key bindings that are in use, to look up the command of a key or the keys of a command.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    commands_by_key: BTreeMap<(KeyContext, Key), Command>,
}

impl Keymap {
    /// Creates the default key map with the user's changes. `changes` maps the id of a command to the keys
    /// that replace its default keys.
    ///
    /// Returns an error if a command or key is unknown, or if two commands have the same key in one context.
    pub fn new(changes: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        if let Some(unknown) = changes.keys().find(|id| Command::named(id).is_none()) {
            return Err(format!("keys: unknown command `{unknown}`"));
        }
        for spec in COMMAND_TABLE {
            let default = || spec.default_keys.split(' ').map(str::to_owned).collect();
            for text in changes.get(spec.id).cloned().unwrap_or_else(default) {
                let key = text.parse().map_err(|error| format!("keys.{}: {error}", spec.id))?;
                let taken = keys.insert((spec.context, key), spec.command);
                if let Some(other) = taken.filter(|other| *other != spec.command) {
                    return Err(format!(
                        "key `{text}` is bound to both `{}` and `{}`",
                        other.spec().id,
                        spec.id
                    ));
                }
            }
        }
        Ok(Self { commands_by_key: keys })
    }

    /// Returns the command of `key` in `context`. A binding for this context takes precedence over one that
    /// applies everywhere.
    #[must_use]
    pub fn command(&self, context: KeyContext, key: Key) -> Option<Command> {
        self.commands_by_key
            .get(&(context, key))
            .or_else(|| self.commands_by_key.get(&(KeyContext::Everywhere, key)))
            .copied()
    }

    /// Returns the keys of `command` as text. The first key is the best one to show if there is room for only
    /// one.
    #[must_use]
    pub fn keys(&self, command: Command) -> Vec<String> {
        self.keys_in(command.spec().context, command)
    }

    /// Returns the keys of `command` as text, without the keys that run another command in `context`.
    #[must_use]
    pub fn keys_in(&self, context: KeyContext, command: Command) -> Vec<String> {
        let spec = command.spec();
        let mine = self.commands_by_key.iter().filter(|(_, c)| **c == command).map(|((_, key), _)| *key);
        let mine = mine.filter(|key| self.command(context, *key) == Some(command));
        let mut keys: Vec<_> = mine.map(|key| key.to_string()).collect();
        keys.sort_by_key(|key| spec.default_keys.split(' ').position(|k| k == key).unwrap_or(usize::MAX));
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_keys_parse_and_do_not_conflict() {
        Keymap::new(&BTreeMap::new()).unwrap();
    }

    #[test]
    fn keys_round_trip_through_text() {
        for text in ["l", "ctrl-r", "f5", "pageup", "space", "alt-x", "-", "ctrl--"] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        assert!("hyper-x".parse::<Key>().is_err());
        assert!("f99".parse::<Key>().is_err());
    }

    #[test]
    fn local_keys_hide_global_ones() {
        let map = Keymap::new(&BTreeMap::new()).unwrap();
        assert_eq!(map.keys(Command::List), ["t"]);
        assert!(map.keys_in(KeyContext::Logs, Command::List).is_empty());
        assert_eq!(map.keys_in(KeyContext::Logs, Command::NextTimeFormat), ["t"]);
    }

    #[test]
    fn overrides_replace_defaults_and_reject_unknown_commands() {
        let change =
            |id: &str, key: &str| Keymap::new(&BTreeMap::from([(id.to_owned(), vec![key.to_owned()])]));
        let map = change("logs", "ctrl-l").unwrap();
        assert_eq!(map.command(KeyContext::Map, "ctrl-l".parse().unwrap()), Some(Command::Logs));
        assert_eq!(map.command(KeyContext::Map, "l".parse().unwrap()), None);
        assert!(change("lgos", "x").unwrap_err().contains("lgos"));
        assert!(change("logs", "q").unwrap_err().contains("both"));
    }
}

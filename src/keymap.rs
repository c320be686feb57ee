//! Keys and what they mean: the table's defaults, overlaid with what the user's configuration says.

use crate::command::{COMMANDS, Command, Place};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// A key as it is pressed, whatever library read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The key itself.
    pub code: Code,
    /// Whether ctrl was down.
    pub ctrl: bool,
    /// Whether alt was down.
    pub alt: bool,
}

/// The key itself. Shift is in the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "keys are what they are called")]
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

/// Names of the keys that are no character.
const NAMES: &[(&str, Code)] = &[
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

    /// Reads `l`, `ctrl-r`, `alt-x`, `pageup`, `f5`.
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
        let code = match (NAMES.iter().find(|(name, _)| *name == rest), chars.next(), chars.next()) {
            (Some((_, code)), ..) => *code,
            (None, Some(c), None) => Code::Char(c),
            (None, Some('f'), Some(_)) => match rest[1..].parse() {
                Ok(number @ 1..=24) => Code::F(number),
                _ => return Err(format!("there is no key `{text}`")),
            },
            _ => return Err(format!("there is no key `{text}`")),
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
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::Char(c)) => write!(f, "{c}"),
            (None, Code::F(number)) => write!(f, "f{number}"),
            (None, _) => Ok(()),
        }
    }
}

/// Which key means what, where.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    keys: BTreeMap<(Place, Key), Command>,
}

impl Keymap {
    /// The table's keys, with those commands' keys replaced that `changes` names (command id to keys).
    pub fn new(changes: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        if let Some(unknown) = changes.keys().find(|id| Command::named(id).is_none()) {
            return Err(format!("keys: there is no command `{unknown}`"));
        }
        for spec in COMMANDS {
            let default = || spec.keys.split(' ').map(str::to_owned).collect();
            for text in changes.get(spec.id).cloned().unwrap_or_else(default) {
                let key = text.parse().map_err(|error| format!("keys.{}: {error}", spec.id))?;
                let taken = keys.insert((spec.place, key), spec.command);
                if let Some(other) = taken.filter(|other| *other != spec.command) {
                    return Err(format!(
                        "key `{text}` is given to both `{}` and `{}`",
                        other.spec().id,
                        spec.id
                    ));
                }
            }
        }
        Ok(Self { keys })
    }

    /// What `key` means at `place`: its own meaning there first, else the one it has everywhere.
    #[must_use]
    pub fn command(&self, place: Place, key: Key) -> Option<Command> {
        self.keys.get(&(place, key)).or_else(|| self.keys.get(&(Place::Everywhere, key))).copied()
    }

    /// The keys of a command, in words; the first one is the one to show.
    #[must_use]
    pub fn keys(&self, command: Command) -> Vec<String> {
        self.keys_at(command.spec().place, command)
    }

    /// Those of them that mean it there, and nothing else.
    #[must_use]
    pub fn keys_at(&self, place: Place, command: Command) -> Vec<String> {
        let spec = command.spec();
        let mine = self.keys.iter().filter(|(_, c)| **c == command).map(|((_, key), _)| *key);
        let mine = mine.filter(|key| self.command(place, *key) == Some(command));
        let mut keys: Vec<_> = mine.map(|key| key.to_string()).collect();
        keys.sort_by_key(|key| spec.keys.split(' ').position(|k| k == key).unwrap_or(usize::MAX));
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_can_be_read_and_none_is_taken_twice() {
        Keymap::new(&BTreeMap::new()).unwrap();
    }

    #[test]
    fn a_key_reads_as_it_is_written() {
        for text in ["l", "ctrl-r", "f5", "pageup", "space", "alt-x", "-", "ctrl--"] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        assert!("hyper-x".parse::<Key>().is_err());
        assert!("f99".parse::<Key>().is_err());
    }

    #[test]
    fn a_key_with_a_meaning_of_its_own_somewhere_is_no_key_of_another_command_there() {
        let map = Keymap::new(&BTreeMap::new()).unwrap();
        assert_eq!(map.keys(Command::List), ["t"]);
        assert!(map.keys_at(Place::Logs, Command::List).is_empty());
        assert_eq!(map.keys_at(Place::Logs, Command::Times), ["t"]);
    }

    #[test]
    fn changes_replace_and_unknown_commands_are_named() {
        let change =
            |id: &str, key: &str| Keymap::new(&BTreeMap::from([(id.to_owned(), vec![key.to_owned()])]));
        let map = change("logs", "ctrl-l").unwrap();
        assert_eq!(map.command(Place::Map, "ctrl-l".parse().unwrap()), Some(Command::Logs));
        assert_eq!(map.command(Place::Map, "l".parse().unwrap()), None);
        assert!(change("lgos", "x").unwrap_err().contains("lgos"));
        assert!(change("logs", "q").unwrap_err().contains("both"));
    }
}

//! The filters of the lines, each as a chip that can be taken away, and how people type them.

use crate::{
    logs::{Filter, Needle, What},
    model::{Level, Service},
};

/// All levels, the least first.
pub(super) const LEVELS: &[Level] =
    &[Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

/// A filter, and what stands on its chip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chip {
    /// What it lets through.
    pub filter: Filter,
    /// What was typed.
    pub words: String,
}

impl Chip {
    /// A filter as it was typed: `text`, `/regex/`, `level=warn`, `service=NAME`, `instance=NAME`, `field=value`.
    pub(super) fn typed(typed: &str, keep: bool, services: &[&Service]) -> Result<Self, String> {
        let what = what(typed, services)?;
        Ok(Self { filter: Filter { what, keep }, words: typed.to_owned() })
    }

    /// Lines that have `text`, as it is.
    pub(super) fn text(text: &str) -> Result<Self, String> {
        let what = What::Text(Needle::literal(text)?);
        Ok(Self { filter: Filter { what, keep: true }, words: text.to_owned() })
    }

    /// Lines whose field has that value.
    pub(super) fn field(name: &str, value: &str) -> Self {
        let what = What::Field { name: name.to_owned(), value: value.to_owned() };
        Self { filter: Filter { what, keep: true }, words: format!("{name}={value}") }
    }

    /// Lines of at least that level.
    pub(super) fn level(level: Level) -> Self {
        Self {
            filter: Filter { what: What::Level(level), keep: true },
            words: format!("level={}", level.word()),
        }
    }

    /// What stands on it.
    pub(super) fn label(&self) -> String {
        format!("{}{}", if self.filter.keep { '+' } else { '-' }, self.words)
    }
}

/// What a filter looks at.
fn what(typed: &str, services: &[&Service]) -> Result<What, String> {
    if let Some(regex) =
        typed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|r| !r.is_empty())
    {
        return Needle::regex(regex)
            .map(What::Text)
            .map_err(|error| format!("/{regex}/ can't be read: {error}"));
    }
    let Some((name, value)) =
        typed.split_once('=').filter(|(name, value)| is_name(name) && !value.is_empty())
    else {
        return Needle::literal(typed).map(What::Text);
    };
    match name {
        "level" => {
            let level = LEVELS.iter().find(|level| level.word() == value);
            level.map(|level| What::Level(*level)).ok_or_else(|| {
                let words: Vec<_> = LEVELS.iter().map(|level| level.word()).collect();
                format!("there is no level `{value}`; there are {}", words.join(", "))
            })
        }
        "service" => {
            let named = services.iter().find(|service| service.name == value);
            named.map(|service| What::Service(service.id.clone())).ok_or_else(|| {
                let mut names: Vec<_> = services.iter().map(|service| service.name.as_str()).collect();
                names.truncate(8);
                format!("`{value}` is not among those whose logs are shown: {}", names.join(", "))
            })
        }
        "instance" => Ok(What::Label(value.into())),
        _ => Ok(What::Field { name: name.to_owned(), value: value.to_owned() }),
    }
}

/// Whether it can be a field's name; `a == b` is text.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._-@".contains(c))
}

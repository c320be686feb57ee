//! The filters of the lines, each as a chip that can be taken away, and how people type them.

use crate::{
    logs::{Filter, Needle, What, pattern::Template},
    model::{Level, Service, text::clean_within},
    view::widget::text,
};

/// All levels, the least first.
pub(super) const LEVELS: &[Level] =
    &[Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

/// The widest words of a chip, in cells: several have room beside each other.
const LONGEST: usize = 48;

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

    /// Lines of a service.
    pub(super) fn service(service: &Service) -> Self {
        let what = What::Service(service.id.clone());
        Self { filter: Filter { what, keep: true }, words: format!("service={}", service.name) }
    }

    /// Lines of a stream, by its label.
    pub(super) fn instance(label: &str) -> Self {
        let what = What::Label(label.into());
        Self { filter: Filter { what, keep: true }, words: format!("instance={label}") }
    }

    /// Lines of at least that level.
    pub(super) fn level(level: Level) -> Self {
        Self {
            filter: Filter { what: What::Level(level), keep: true },
            words: format!("level={}", level.word()),
        }
    }

    /// Lines of a kind.
    pub(super) fn template(template: Template, keep: bool) -> Self {
        let words = clean_within(&template.to_string(), 4 * LONGEST);
        Self { filter: Filter { what: What::Template(template), keep }, words }
    }

    /// Whether it is of use among those services' lines: what names another service, instance or kind of line is not.
    pub(super) fn may_fit(&self, services: &[&Service]) -> bool {
        let mut instances = services.iter().flat_map(|service| &service.instances);
        match &self.filter.what {
            What::Service(named) => services.iter().any(|service| service.id == *named),
            What::Label(label) => instances.any(|i| label.split('/').next() == Some(i.name.as_str())),
            What::Template(_) => !self.filter.keep,
            _ => true,
        }
    }

    /// What stands on it.
    pub(super) fn label(&self) -> String {
        let words = text::cut(&self.words, LONGEST, "...");
        format!("{}{words}", if self.filter.keep { '+' } else { '-' })
    }
}

/// What a filter looks at.
fn what(typed: &str, services: &[&Service]) -> Result<What, String> {
    if typed.starts_with('/') {
        return Needle::read(typed).map(What::Text);
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

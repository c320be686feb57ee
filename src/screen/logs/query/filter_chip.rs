//! Filter chips: the active log filters as removable labels on the screen.

use crate::{
    log_store::{FieldCondition, LogFilter, Predicate, TextMatcher, parse_predicate, pattern::Template},
    model::{LogLevel, Service, text::clean_with_max_chars},
    screen::widget::text,
};
use serde::{Deserialize, Serialize};

/// Filter chip in the form in which a share (a screen saved for a colleague) stores it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::screen::logs) struct SavedChip {
    /// Filter in the syntax in which the user types it.
    text: String,
    /// True to show matching lines, false to hide them.
    keep: bool,
    /// Template of the pattern, if the filter selects a pattern. Such a filter has no syntax for typing.
    template: Option<Template>,
}

/// Maximum width of the text on a chip, in cells, so that several chips fit side by side.
const MAX_CHIP_CELLS: usize = 48;

/// Log filter with the label of its chip.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::screen::logs) struct FilterChip {
    /// Filter that the log store applies.
    pub filter: LogFilter,
    /// Label without the sign before it, in the syntax in which the user types filters.
    pub label_text: String,
}

impl FilterChip {
    /// Parses a filter in the syntax of [`parse_predicate`].
    ///
    /// If `keep` is true, the filter shows the matching lines, or else it hides them. Returns a message for
    /// the user if `typed` is invalid.
    pub(in crate::screen::logs) fn parse(
        typed: &str,
        keep: bool,
        services: &[&Service],
    ) -> Result<Self, String> {
        let what = parse_predicate(typed, services)?;
        Ok(Self { filter: LogFilter { predicate: what, keep_matching: keep }, label_text: typed.to_owned() })
    }

    /// Creates a filter for lines that contain `text` literally.
    pub(in crate::screen::logs) fn text(text: &str) -> Result<Self, String> {
        let what = Predicate::Text(TextMatcher::literal(text)?);
        Ok(Self { filter: LogFilter::keep(what), label_text: text.to_owned() })
    }

    /// Creates a filter for lines in which the field `name` has this `value`.
    pub(in crate::screen::logs) fn field(name: &str, value: &str) -> Self {
        let what = Predicate::Field(FieldCondition::equal(name, value));
        Self { filter: LogFilter::keep(what), label_text: format!("{name}={value}") }
    }

    /// Creates a filter for the lines of `service`.
    pub(in crate::screen::logs) fn service(service: &Service) -> Self {
        let what = Predicate::Service(service.id.clone());
        Self { filter: LogFilter::keep(what), label_text: format!("service={}", service.name) }
    }

    /// Creates a filter for the lines of one stream, which `label` identifies.
    pub(in crate::screen::logs) fn instance(label: &str) -> Self {
        let what = Predicate::Label(label.into());
        Self { filter: LogFilter::keep(what), label_text: format!("instance={label}") }
    }

    /// Creates a filter for lines of at least `level`.
    pub(in crate::screen::logs) fn level(level: LogLevel) -> Self {
        Self {
            filter: LogFilter::keep(Predicate::Level(level)),
            label_text: format!("level={}", level.as_str()),
        }
    }

    /// Creates a filter that shows only the lines of a pattern, or hides them if `keep` is false.
    pub(in crate::screen::logs) fn template(template: Template, keep: bool) -> Self {
        let label_text = clean_with_max_chars(&template.to_string(), 4 * MAX_CHIP_CELLS);
        Self {
            filter: LogFilter { predicate: Predicate::Template(template), keep_matching: keep },
            label_text,
        }
    }

    /// Returns the chip in the form in which a share stores it.
    pub(in crate::screen::logs) fn saved(&self) -> SavedChip {
        let template = match &self.filter.predicate {
            Predicate::Template(template) => Some(template.clone()),
            _ => None,
        };
        SavedChip { text: self.label_text.clone(), keep: self.filter.keep_matching, template }
    }

    /// Restores a chip that a share stored. Returns `None` if its filter is invalid.
    pub(in crate::screen::logs) fn restore(saved: SavedChip, services: &[&Service]) -> Option<Self> {
        let SavedChip { text, keep, template } = saved;
        match template {
            Some(template) => Some(Self::template(template, keep)),
            None => Self::parse(&text, keep, services).ok(),
        }
    }

    /// Returns true if the filter makes sense for the lines of `services`. Returns false for a filter by
    /// another service or its instance, and for a filter that shows only the lines of one pattern.
    pub(in crate::screen::logs) fn applies_to(&self, services: &[&Service]) -> bool {
        let mut instances = services.iter().flat_map(|service| &service.instances);
        match &self.filter.predicate {
            Predicate::Service(named) => services.iter().any(|service| service.id == *named),
            Predicate::Label(label) => instances.any(|i| label.split('/').next() == Some(i.name.as_str())),
            Predicate::Template(_) => !self.filter.keep_matching,
            _ => true,
        }
    }

    /// Returns the label of the chip: `+` for lines to show or `-` for lines to hide, followed by the filter.
    pub(in crate::screen::logs) fn label(&self) -> String {
        let words = text::cut_end(&self.label_text, MAX_CHIP_CELLS, "...");
        format!("{}{words}", if self.filter.keep_matching { '+' } else { '-' })
    }
}

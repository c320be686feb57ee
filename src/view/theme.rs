//! Colours and glyphs by what they mean. Health has a shape of its own, so that colour is never the only sign.

use crate::{
    model::{Health, Severity, SourceState},
    topology::Strength,
};
use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Deserializer, de::Error};

/// Colours by what they mean, and the glyphs that go with them.
#[derive(Clone, Debug)]
pub struct Theme {
    /// The styles.
    pub ink: Ink,
    /// The glyphs.
    pub glyphs: &'static Glyphs,
}

/// Styles by what they mean; the files in assets/themes have one line for each.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are the meaning")]
pub struct Ink {
    pub text: Tint,
    pub dim: Tint,
    pub title: Tint,
    pub accent: Tint,
    pub healthy: Tint,
    pub starting: Tint,
    pub degraded: Tint,
    pub failing: Tint,
    pub stopped: Tint,
    pub unknown: Tint,
    pub border: Tint,
    pub line: Tint,
    pub observed: Tint,
    pub possible: Tint,
    pub selected: Tint,
    pub near: Tint,
    pub found: Tint,
    pub bar: Tint,
    pub key: Tint,
    pub badge: Tint,
}

/// A style as a theme file writes it: `203 bold`, `16 on 117`, `red`, `reversed`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tint(pub Style);

impl From<Tint> for Style {
    fn from(tint: Tint) -> Self {
        tint.0
    }
}

impl<'de> Deserialize<'de> for Tint {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let mut style = Style::new();
        let mut words = text.split(' ');
        while let Some(word) = words.next() {
            style = match word {
                "bold" => style.add_modifier(Modifier::BOLD),
                "dim" => style.add_modifier(Modifier::DIM),
                "reversed" => style.add_modifier(Modifier::REVERSED),
                "underlined" => style.add_modifier(Modifier::UNDERLINED),
                "on" => style.bg(color(words.next().unwrap_or_default()).map_err(D::Error::custom)?),
                word => style.fg(color(word).map_err(D::Error::custom)?),
            };
        }
        Ok(Self(style))
    }
}

fn color(word: &str) -> Result<Color, String> {
    word.parse().map_err(|_| format!("`{word}` is no colour"))
}

/// The glyphs of one character set.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names are the meaning")]
pub struct Glyphs {
    pub healthy: &'static str,
    pub starting: &'static str,
    pub degraded: &'static str,
    pub failing: &'static str,
    pub stopped: &'static str,
    pub unknown: &'static str,
    pub cause: &'static str,
    pub victim: &'static str,
    pub affected: &'static str,
    pub deploying: &'static str,
    pub internet: &'static str,
    pub balancer: &'static str,
    pub ellipsis: &'static str,
    pub arrow: &'static str,
    pub from: &'static str,
    pub strokes: [&'static str; 3],
    pub cross: &'static str,
    pub corners: [&'static str; 4],
    pub across: &'static str,
    pub down: &'static str,
    pub ascii: bool,
}

/// Box drawing and geometric shapes, in every terminal font that is worth the name.
pub const UNICODE: Glyphs = Glyphs {
    healthy: "●",
    starting: "◐",
    degraded: "▲",
    failing: "✖",
    stopped: "○",
    unknown: "◌",
    cause: "█",
    victim: "▓",
    affected: "░",
    deploying: "↻",
    internet: "☁",
    balancer: "⇶",
    ellipsis: "…",
    arrow: "→",
    from: "←",
    strokes: ["┈┈", "╌╌", "──"],
    cross: "×",
    corners: ["╭", "╮", "╰", "╯"],
    across: "─",
    down: "│",
    ascii: false,
};

/// Nothing but ASCII.
pub const ASCII: Glyphs = Glyphs {
    healthy: "o",
    starting: "~",
    degraded: "!",
    failing: "X",
    stopped: "-",
    unknown: "?",
    cause: "*",
    victim: "=",
    affected: ":",
    deploying: "^",
    internet: "@",
    balancer: "%",
    ellipsis: "~",
    arrow: "->",
    from: "<-",
    strokes: ["..", "~~", "--"],
    cross: "x",
    corners: ["+", "+", "+", "+"],
    across: "-",
    down: "|",
    ascii: true,
};

/// The themes that are built in, by name.
pub const THEMES: &[(&str, &str)] = &[
    ("night", include_str!("../../assets/themes/night.toml")),
    ("day", include_str!("../../assets/themes/day.toml")),
    ("ansi", include_str!("../../assets/themes/ansi.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

impl Theme {
    /// The built-in theme of that name, in Unicode or ASCII.
    pub fn named(name: &str, ascii: bool) -> Result<Self, String> {
        let Some((_, text)) = THEMES.iter().find(|(known, _)| *known == name) else {
            let known: Vec<_> = THEMES.iter().map(|(name, _)| *name).collect();
            return Err(format!("there is no theme `{name}`; there are {}", known.join(", ")));
        };
        let ink = toml::from_str(text).map_err(|error| format!("theme {name}: {error}"))?;
        Ok(Self { ink, glyphs: if ascii { &ASCII } else { &UNICODE } })
    }

    /// Whether it has colours at all.
    #[must_use]
    pub fn is_coloured(&self) -> bool {
        self.ink.failing.0.fg.is_some_and(|colour| colour != Color::Reset)
    }

    /// The style of a health.
    #[must_use]
    pub fn health(&self, health: Health) -> Style {
        let ink = &self.ink;
        match health {
            Health::Healthy => ink.healthy,
            Health::Starting => ink.starting,
            Health::Degraded => ink.degraded,
            Health::Failing => ink.failing,
            Health::Stopped => ink.stopped,
            Health::Unknown => ink.unknown,
        }
        .into()
    }

    /// The glyph of a health.
    #[must_use]
    pub fn mark(&self, health: Health) -> &'static str {
        let glyphs = self.glyphs;
        match health {
            Health::Healthy => glyphs.healthy,
            Health::Starting => glyphs.starting,
            Health::Degraded => glyphs.degraded,
            Health::Failing => glyphs.failing,
            Health::Stopped => glyphs.stopped,
            Health::Unknown => glyphs.unknown,
        }
    }

    /// The line of a strength, as the map draws it.
    #[must_use]
    pub fn stroke(&self, strength: Strength) -> &'static str {
        let [possible, declared, observed] = self.glyphs.strokes;
        match strength {
            Strength::Possible => possible,
            Strength::Declared => declared,
            Strength::Observed => observed,
        }
    }

    /// The health whose colour and shape stand for a severity.
    #[must_use]
    pub fn severity(severity: Severity) -> Health {
        match severity {
            Severity::Critical => Health::Failing,
            Severity::Warning => Health::Degraded,
            Severity::Info => Health::Unknown,
        }
    }

    /// The health whose colour and shape stand for the state of a source.
    #[must_use]
    pub fn source(state: SourceState) -> Health {
        match state {
            SourceState::Live => Health::Healthy,
            SourceState::Loading => Health::Starting,
            SourceState::Stale => Health::Degraded,
            SourceState::Denied | SourceState::Failed => Health::Failing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{THEMES, Theme};

    #[test]
    fn every_theme_can_be_read() {
        for (name, _) in THEMES {
            Theme::named(name, false).unwrap();
        }
        assert!(Theme::named("neon", false).unwrap_err().contains("night"));
    }
}

//! Theme: colours and glyphs by meaning. Each health also has its own glyph, for users who can't tell the
//! colours apart.

use crate::{
    model::{Health, Severity, SourceState},
    topology::Strength,
};
use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Deserializer, de::Error};

/// Styles and glyphs for drawing: styles from a theme file, glyphs of one character set.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Styles of text, lines and states.
    pub styles: ThemeStyles,
    /// Glyphs of the character set.
    pub glyphs: &'static Glyphs,
}

/// Styles of the terminal interface by meaning, such as less important text or a failing service. A file in
/// assets/themes has one line for each field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are the meaning")]
pub struct ThemeStyles {
    pub text: ThemeStyle,
    /// Less important text.
    pub dim: ThemeStyle,
    pub title: ThemeStyle,
    /// Emphasised text, such as notices and marks.
    pub accent: ThemeStyle,
    pub healthy: ThemeStyle,
    pub starting: ThemeStyle,
    pub degraded: ThemeStyle,
    pub failing: ThemeStyle,
    pub stopped: ThemeStyle,
    pub unknown: ThemeStyle,
    pub border: ThemeStyle,
    /// Line of a declared edge on the map.
    pub line: ThemeStyle,
    /// Line of an observed edge.
    pub observed: ThemeStyle,
    /// Line of a possible edge.
    pub possible: ThemeStyle,
    /// Line that runs against the flow of the map.
    pub feedback: ThemeStyle,
    pub selected: ThemeStyle,
    /// Border of the selected box and of its neighbours on the map, and the lines between them.
    pub near: ThemeStyle,
    /// Search match.
    pub found: ThemeStyle,
    /// Background of the header, and of the visible part in the mini-map.
    pub bar: ThemeStyle,
    /// Key in a key hint.
    pub key: ThemeStyle,
    /// Label that stands out, such as `DEMO` or an active filter.
    pub badge: ThemeStyle,
}

/// Style in the notation of theme files: `203 bold`, `16 on 117`, `red`, `reversed`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThemeStyle(pub Style);

impl From<ThemeStyle> for Style {
    fn from(tint: ThemeStyle) -> Self {
        tint.0
    }
}

impl<'de> Deserialize<'de> for ThemeStyle {
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
                "on" => style.bg(parse_color(words.next().unwrap_or_default()).map_err(D::Error::custom)?),
                word => style.fg(parse_color(word).map_err(D::Error::custom)?),
            };
        }
        Ok(Self(style))
    }
}

fn parse_color(word: &str) -> Result<Color, String> {
    word.parse().map_err(|_| format!("unknown colour `{word}`"))
}

/// Characters that the screens draw as symbols, lines and corners, in one character set.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names are the meaning")]
pub struct Glyphs {
    pub healthy: &'static str,
    pub starting: &'static str,
    pub degraded: &'static str,
    pub failing: &'static str,
    pub stopped: &'static str,
    pub unknown: &'static str,
    pub info: &'static str,
    pub deploying: &'static str,
    pub internet: &'static str,
    pub load_balancer: &'static str,
    pub ellipsis: &'static str,
    pub arrow: &'static str,
    pub arrow_back: &'static str,
    /// Samples of the line style for possible, declared and observed edges, in this order.
    pub edge_lines: [&'static str; 3],
    pub cross: &'static str,
    /// Sign of a marked service.
    pub mark: &'static str,
    /// Sign at the heading of the column by which a table is sorted. `reversed` is the sign for the reverse
    /// order.
    pub sorted: &'static str,
    pub reversed: &'static str,
    /// Corners of a frame: upper left, upper right, lower left, lower right.
    pub corners: [&'static str; 4],
    pub horizontal: &'static str,
    pub vertical: &'static str,
    pub ascii: bool,
}

/// Glyphs from the Unicode blocks that nearly all terminal fonts cover: box drawing and geometric shapes.
pub const UNICODE_GLYPHS: Glyphs = Glyphs {
    healthy: "●",
    starting: "◐",
    degraded: "▲",
    failing: "✖",
    stopped: "○",
    unknown: "◌",
    info: "i",
    deploying: "↻",
    internet: "☁",
    load_balancer: "⇶",
    ellipsis: "…",
    arrow: "→",
    arrow_back: "←",
    edge_lines: ["┈┈", "╌╌", "──"],
    cross: "×",
    mark: "◆",
    sorted: "▾",
    reversed: "▴",
    corners: ["╭", "╮", "╰", "╯"],
    horizontal: "─",
    vertical: "│",
    ascii: false,
};

/// Glyphs in plain ASCII.
pub const ASCII_GLYPHS: Glyphs = Glyphs {
    healthy: "o",
    starting: "~",
    degraded: "!",
    failing: "X",
    stopped: "-",
    unknown: "?",
    info: "i",
    deploying: "^",
    internet: "@",
    load_balancer: "%",
    ellipsis: "~",
    arrow: "->",
    arrow_back: "<-",
    edge_lines: ["..", "~~", "--"],
    cross: "x",
    mark: "#",
    sorted: "v",
    reversed: "^",
    corners: ["+", "+", "+", "+"],
    horizontal: "-",
    vertical: "|",
    ascii: true,
};

/// Built-in themes: name and content of the theme file.
pub const BUILT_IN_THEMES: &[(&str, &str)] = &[
    ("night", include_str!("../../assets/themes/night.toml")),
    ("day", include_str!("../../assets/themes/day.toml")),
    ("ansi", include_str!("../../assets/themes/ansi.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

impl Theme {
    /// Returns the built-in theme called `name`, with ASCII glyphs if `ascii` is true. If there is no such
    /// theme, returns an error that lists all themes.
    pub fn named(name: &str, ascii: bool) -> Result<Self, String> {
        let Some((_, text)) = BUILT_IN_THEMES.iter().find(|(known, _)| *known == name) else {
            let known: Vec<_> = BUILT_IN_THEMES.iter().map(|(name, _)| *name).collect();
            return Err(format!("unknown theme `{name}`; use one of {}", known.join(", ")));
        };
        let ink = toml::from_str(text).map_err(|error| format!("theme {name}: {error}"))?;
        Ok(Self { styles: ink, glyphs: if ascii { &ASCII_GLYPHS } else { &UNICODE_GLYPHS } })
    }

    /// Returns true if the theme has colours.
    #[must_use]
    pub fn is_coloured(&self) -> bool {
        self.styles.failing.0.fg.is_some_and(|colour| colour != Color::Reset)
    }

    /// Returns the style in which screens show this health.
    #[must_use]
    pub fn health_style(&self, health: Health) -> Style {
        let ink = &self.styles;
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

    /// Returns the glyph with which screens show this health.
    #[must_use]
    pub fn health_glyph(&self, health: Health) -> &'static str {
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

    /// Returns a sample of the line style for edges of this strength, for use in texts and legends.
    #[must_use]
    pub fn edge_line(&self, strength: Strength) -> &'static str {
        let [possible, declared, observed] = self.glyphs.edge_lines;
        match strength {
            Strength::Possible => possible,
            Strength::Declared => declared,
            Strength::Observed => observed,
        }
    }

    /// Returns the style of a severity.
    #[must_use]
    pub fn severity_style(&self, severity: Severity) -> Style {
        match severity {
            Severity::Critical => self.styles.failing,
            Severity::Warning => self.styles.degraded,
            Severity::Info => self.styles.text,
        }
        .into()
    }

    /// Returns the glyph of a severity.
    #[must_use]
    pub fn severity_glyph(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.glyphs.failing,
            Severity::Warning => self.glyphs.degraded,
            Severity::Info => self.glyphs.info,
        }
    }

    /// Returns the health whose colour and glyph represent this state of a source.
    #[must_use]
    pub fn source_health(state: SourceState) -> Health {
        match state {
            SourceState::Live => Health::Healthy,
            SourceState::Loading | SourceState::Cached => Health::Starting,
            SourceState::Stale => Health::Degraded,
            SourceState::Denied | SourceState::Failed => Health::Failing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN_THEMES, Theme, ThemeStyles};
    use ratatui::style::{Color, Style};

    #[test]
    fn every_theme_can_be_read() {
        for (name, _) in BUILT_IN_THEMES {
            Theme::named(name, false).unwrap();
        }
        assert!(Theme::named("neon", false).unwrap_err().contains("night"));
    }

    /// Minimum contrast ratio of text (WCAG 2.2, success criterion 1.4.3).
    const MIN_TEXT_CONTRAST: f64 = 4.5;
    /// Minimum contrast ratio of graphical objects (WCAG 2.2, success criterion 1.4.11).
    const MIN_FRAME_CONTRAST: f64 = 3.0;
    /// Least favourable terminal background for each theme: dark grey for the dark theme, and off-white for
    /// the light one. Text has less contrast on these than on black and white.
    const TERMINAL_BACKGROUNDS: [(&str, [u8; 3]); 2] =
        [("night", [0x1e, 0x1e, 0x1e]), ("day", [0xfd, 0xf6, 0xe3])];

    /// Returns the red, green and blue of a colour in the palette of 256 colours (xterm, 256colres.h).
    fn rgb(color: Color) -> [u8; 3] {
        let Color::Indexed(index) = color else { panic!("{color:?} is not of the 256") };
        match index {
            16..=231 => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                [36, 6, 1].map(|unit| level((index - 16) / unit % 6))
            }
            232.. => [8 + 10 * (index - 232); 3],
            _ => panic!("colour {index} depends on the terminal"),
        }
    }

    /// Returns the relative luminance of a colour (WCAG 2.2).
    fn luminance(color: [u8; 3]) -> f64 {
        let linear = color.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    fn contrast(style: Style, background: [u8; 3]) -> f64 {
        let behind = style.bg.map_or(background, rgb);
        let (a, b) = (luminance(rgb(style.fg.unwrap())), luminance(behind));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_its_background() {
        for (name, background) in TERMINAL_BACKGROUNDS {
            let theme = Theme::named(name, false).unwrap();
            let ThemeStyles {
                text,
                dim,
                title,
                accent,
                healthy,
                starting,
                degraded,
                failing,
                stopped,
                unknown,
                border,
                line,
                observed,
                possible,
                feedback,
                selected,
                near,
                found,
                bar,
                key,
                badge,
            } = theme.styles;
            let texts = [
                text, dim, title, accent, healthy, starting, degraded, failing, stopped, unknown, line,
                observed, possible, feedback, selected, near, found, bar, key, badge,
            ];
            for (place, style) in texts.iter().enumerate() {
                let contrast = contrast(style.0, background);
                assert!(contrast >= MIN_TEXT_CONTRAST, "{name}, style {place}: {contrast:.1}");
            }
            assert!(contrast(border.0, background) >= MIN_FRAME_CONTRAST, "{name}: border");
        }
    }

    /// With 16 colours, the terminal decides the shade of bright black. In some terminals it equals the
    /// background.
    #[test]
    fn no_text_in_sixteen_colours_is_bright_black() {
        let styles = Theme::named("ansi", false).unwrap().styles;
        for style in [styles.dim, styles.stopped, styles.unknown, styles.line, styles.possible] {
            assert_ne!(style.0.fg, Some(Color::DarkGray));
        }
    }
}

//! Text style for each log level.

use crate::{model::LogLevel, screen::Theme};
use ratatui::style::Style;

/// Returns the text style of a log level.
pub(in crate::screen::logs) fn level_style(level: Option<LogLevel>, theme: &Theme) -> Style {
    match level {
        Some(LogLevel::Error | LogLevel::Fatal) => theme.styles.failing,
        Some(LogLevel::Warn) => theme.styles.degraded,
        Some(LogLevel::Trace | LogLevel::Debug) => theme.styles.dim,
        Some(LogLevel::Info) | None => theme.styles.text,
    }
    .into()
}

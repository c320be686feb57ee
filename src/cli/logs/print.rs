//! Prints log lines and notes: as text, with a colour for each service on a terminal, or as JSON. With
//! `--patterns`, only counts lines, and prints their patterns at the end.

use super::patterns::PatternReport;
use crate::{
    cli::args::{LogFormat, LogsArgs},
    extract::log_line,
    log_store::{FilterLine, LogFilter},
    model::{Colour, LogLevel, LogLine, LogNote, OutputStream, TextStyle, Timestamp},
    output::{self, PermittedEscapes, SanitizedWriter, without_controls},
    screen::widget::text,
};
use serde::Serialize;
use std::io::{self, BufWriter, Stdout, Write};

/// One line as JSON, schema `portolan.log/1`.
#[derive(Serialize)]
struct LineJson<'a> {
    schema: &'static str,
    at: Timestamp,
    service: &'a str,
    instance: &'a str,
    stream: &'static str,
    level: Option<&'static str>,
    text: &'a str,
}

/// Colours for services from the 256-colour palette, readable on light and dark backgrounds.
const SERVICE_COLOURS: [u8; 10] = [32, 35, 130, 133, 37, 97, 166, 64, 170, 101];
/// Width of the service name, in cells.
const SERVICE_WIDTH: usize = 16;
/// Width of the instance name, in cells.
const INSTANCE_WIDTH: usize = 24;

/// Printer of the log lines that pass all filters, or of their patterns, and of notes.
pub(super) struct Printer {
    out: BufWriter<SanitizedWriter<Stdout>>,
    filters: Vec<LogFilter>,
    format: LogFormat,
    patterns: Option<PatternReport>,
    /// Number of lines read, and number of lines that passed the filters.
    line_counts: (usize, usize),
    /// True if a note was printed.
    has_notes: bool,
    /// True to print colours.
    coloured: bool,
}

impl Printer {
    /// Creates a printer for lines or, if `patterns` is given, for their patterns.
    pub(super) fn new(args: &LogsArgs, filters: Vec<LogFilter>, patterns: Option<PatternReport>) -> Self {
        let variable = |name| std::env::var(name).unwrap_or_default();
        let coloured = output::is_terminal() && variable("NO_COLOR").is_empty() && variable("TERM") != "dumb";
        Self {
            out: BufWriter::new(output::stdout(if coloured {
                PermittedEscapes::Styles
            } else {
                PermittedEscapes::None
            })),
            filters,
            format: args.format,
            patterns,
            line_counts: (0, 0),
            has_notes: false,
            coloured,
        }
    }

    /// Prints a line if it passes all filters.
    pub(super) fn print_line(&mut self, line: &LogLine) -> io::Result<()> {
        let parsed = log_line::parse(&line.text);
        self.line_counts.0 += 1;
        self.patterns.iter_mut().for_each(|patterns| patterns.note_line(line));
        let seen = FilterLine::of(line, &parsed);
        if !self.filters.iter().all(|filter| filter.passes(&seen)) {
            return Ok(());
        }
        self.line_counts.1 += 1;
        if let Some(kinds) = &mut self.patterns {
            kinds.add_line(line, &parsed);
            return Ok(());
        }
        let printed = match self.format {
            LogFormat::Text => self.line_text(line, parsed.level),
            LogFormat::Json => serde_json::to_string(&line_json(line, parsed.level)).unwrap_or_default(),
        };
        writeln!(self.out, "{printed}")
    }

    /// Prints a note to standard error.
    pub(super) fn print_note(&mut self, note: &LogNote) {
        self.has_notes = true;
        // Keeps the order if both outputs go to one terminal. After a broken pipe, the next line fails.
        let _ = self.out.flush();
        let service = note.service.as_ref().map(|s| format!("{} ", s.parts().name));
        output::print_stderr(format_args!("{}{}: {}", service.unwrap_or_default(), note.label, note.text));
    }

    /// Flushes standard output.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the output: prints the patterns, and a hint if there was no line or none passed the filters.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if let Some(kinds) = &self.patterns {
            kinds.print(&mut self.out, self.format)?;
        }
        match self.line_counts {
            (read @ 1.., 0) => output::print_stderr(format_args!(
                "no matches in {read} lines; use --tail or --since to read more"
            )),
            (0, _) if !self.has_notes => output::print_stderr(
                "no log lines: nothing has been logged in this period, or no instance has ever run",
            ),
            _ => {}
        }
        self.flush()
    }

    fn line_text(&self, line: &LogLine, level: Option<LogLevel>) -> String {
        let at = line.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
        let service = text::cut_or_pad(line.service.parts().name, SERVICE_WIDTH, "…");
        let instance = text::cut_or_pad(&line.label, INSTANCE_WIDTH, "…");
        let origin = format!("{service} {}", instance.trim_end());
        if !self.coloured {
            return format!("{at} {origin} {}", line.text);
        }
        let colour = SERVICE_COLOURS[colour_index(line.service.as_str())];
        format!(
            "\u{1b}[2m{at}\u{1b}[0m \u{1b}[38;5;{colour}m{origin}\u{1b}[0m {}",
            with_escape_sequences(&without_controls(&line.text), &line.styles, level_style(level))
        )
    }
}

/// Returns the index of a service's colour, which is the same in every run.
fn colour_index(service: &str) -> usize {
    service.bytes().fold(7usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
        % SERVICE_COLOURS.len()
}

/// Returns the escape sequences for the text of a line at this level, in the colours of the log screen.
fn level_style(level: Option<LogLevel>) -> &'static str {
    match level {
        Some(LogLevel::Error | LogLevel::Fatal) => "\u{1b}[1m\u{1b}[38;5;160m",
        Some(LogLevel::Warn) => "\u{1b}[38;5;172m",
        Some(LogLevel::Trace | LogLevel::Debug) => "\u{1b}[2m",
        Some(LogLevel::Info) | None => "",
    }
}

/// Returns `text` with escape sequences: in `style`, with the service's own styles `paint` on top.
fn with_escape_sequences(text: &str, paint: &[TextStyle], style: &str) -> String {
    let mut out = String::with_capacity(text.len() + (paint.len() + 1) * 24);
    let mut done = 0;
    out.push_str(style);
    for part in paint {
        let (start, end) = (part.start as usize, part.end as usize);
        let (Some(before), Some(within)) = (text.get(done..start), text.get(start..end)) else { break };
        out.push_str(before);
        if part.bold {
            out.push_str("\u{1b}[1m");
        }
        let colour = match part.colour {
            Some(Colour::Palette(n)) => format!("\u{1b}[38;5;{n}m"),
            Some(Colour::Rgb(r, g, b)) => format!("\u{1b}[38;2;{r};{g};{b}m"),
            None => String::new(),
        };
        out.push_str(&colour);
        out.push_str(within);
        out.push_str("\u{1b}[0m");
        out.push_str(style);
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    if !style.is_empty() {
        out.push_str("\u{1b}[0m");
    }
    out
}

fn line_json(line: &LogLine, level: Option<LogLevel>) -> LineJson<'_> {
    LineJson {
        schema: "portolan.log/1",
        at: line.at,
        service: line.service.as_str(),
        instance: &line.label,
        stream: if line.stream == OutputStream::Stdout { "out" } else { "err" },
        level: level.map(LogLevel::as_str),
        text: &line.text,
    }
}

#[cfg(test)]
mod tests {
    use super::{level_style, with_escape_sequences};
    use crate::model::{Colour, LogLevel, TextStyle};

    #[test]
    fn paint_is_printed_and_nothing_else() {
        let red = TextStyle { start: 4, end: 7, colour: Some(Colour::Palette(1)), bold: true };
        assert_eq!(
            with_escape_sequences("the end is", &[red], level_style(None)),
            "the \u{1b}[1m\u{1b}[38;5;1mend\u{1b}[0m is"
        );
        let beyond = TextStyle { start: 4, end: 70, ..red };
        assert_eq!(with_escape_sequences("the end", &[beyond], ""), "the end");
    }

    #[test]
    fn a_grave_line_looks_grave_also_around_what_is_painted() {
        let blue = TextStyle { start: 4, end: 7, colour: Some(Colour::Palette(4)), bold: false };
        let warn = level_style(Some(LogLevel::Warn));
        assert_eq!(
            with_escape_sequences("the end is", &[blue], warn),
            format!("{warn}the \u{1b}[38;5;4mend\u{1b}[0m{warn} is\u{1b}[0m")
        );
        let shades = [LogLevel::Error, LogLevel::Warn, LogLevel::Debug, LogLevel::Info]
            .map(|level| level_style(Some(level)));
        assert!(shades.iter().enumerate().all(|(n, shade)| !shades[..n].contains(shade)));
    }
}

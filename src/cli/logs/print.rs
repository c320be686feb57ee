//! How lines and notes are printed: for people, with a colour for each service where there is a terminal, or as JSON.
//! Where kinds of lines are asked for, they are gathered, and printed at the end.

use super::{kinds::Kinds, sift::Sift};
use crate::{
    cli::args::{LogFormat, Logs},
    decode::line,
    model::{Colour, Level, LogLine, LogNote, LogStream, Paint, Timestamp},
    output::{self, Guarded, Styles, without_controls},
    view::widget::text,
};
use serde::Serialize;
use std::io::{self, BufWriter, Stdout, Write};

/// A line as JSON: `portolan.log/1`.
#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    at: Timestamp,
    service: &'a str,
    instance: &'a str,
    stream: &'static str,
    level: Option<&'static str>,
    text: &'a str,
}

/// Colours of the palette of 256 that can be read on light and on dark, for services.
const COLOURS: [u8; 10] = [32, 35, 130, 133, 37, 97, 166, 64, 170, 101];
/// How wide a service and an instance are.
const SERVICE: usize = 16;
const INSTANCE: usize = 24;

/// Prints lines that pass.
pub(super) struct Printer {
    out: BufWriter<Guarded<Stdout>>,
    sift: Sift,
    format: LogFormat,
    kinds: Option<Kinds>,
    /// How many lines there were, and how many of them passed.
    count: (usize, usize),
    /// Whether lines say whose they are.
    several: bool,
    coloured: bool,
}

impl Printer {
    /// A printer as asked for, of lines or of `kinds` of them; `several` where lines of several services may come.
    pub(super) fn new(asked: &Logs, sift: Sift, kinds: Option<Kinds>, several: bool) -> Self {
        let variable = |name| std::env::var(name).unwrap_or_default();
        let coloured = output::is_terminal() && variable("NO_COLOR").is_empty() && variable("TERM") != "dumb";
        Self {
            out: BufWriter::new(output::stdout(if coloured { Styles::Own } else { Styles::None })),
            sift,
            format: asked.format,
            kinds,
            count: (0, 0),
            several,
            coloured,
        }
    }

    /// Prints a line, if it passes.
    pub(super) fn line(&mut self, line: &LogLine) -> io::Result<()> {
        let parsed = line::parse(&line.text);
        self.count.0 += 1;
        self.kinds.iter_mut().for_each(|kinds| kinds.saw(line));
        if !self.sift.lets_through(line, &parsed) {
            return Ok(());
        }
        self.count.1 += 1;
        if let Some(kinds) = &mut self.kinds {
            kinds.take(line, &parsed);
            return Ok(());
        }
        let printed = match self.format {
            LogFormat::Text => self.text(line, parsed.level),
            LogFormat::Json => serde_json::to_string(&json(line, parsed.level)).unwrap_or_default(),
        };
        writeln!(self.out, "{printed}")
    }

    /// Says something about a stream.
    pub(super) fn note(&mut self, note: &LogNote) {
        // What was printed before it stands before it, where both go to one place. A broken pipe shows at the next line.
        let _ = self.out.flush();
        let service =
            note.service.as_ref().filter(|_| self.several).map(|s| format!("{} ", name(s.as_str())));
        output::report(format_args!("{}{}: {}", service.unwrap_or_default(), note.label, note.text));
    }

    /// Lets what was printed be seen.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Prints what is left at the end.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if let Some(kinds) = &self.kinds {
            kinds.print(&mut self.out, self.format)?;
        }
        if let (read @ 1.., 0) = self.count {
            output::report(format_args!(
                "none of the {read} lines passes that were read; --tail and --since say how many are"
            ));
        }
        self.flush()
    }

    fn text(&self, line: &LogLine, level: Option<Level>) -> String {
        let at = line.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
        let mut whose = text::fit(&line.label, INSTANCE, "…").trim_end().to_owned();
        if self.several {
            whose = format!("{} {whose}", text::fit(name(line.service.as_str()), SERVICE, "…"));
        }
        if !self.coloured {
            return format!("{at} {whose} {}", line.text);
        }
        let colour = COLOURS[colour_of(line.service.as_str())];
        format!(
            "\u{1b}[2m{at}\u{1b}[0m \u{1b}[38;5;{colour}m{whose}\u{1b}[0m {}",
            painted(&without_controls(&line.text), &line.paint, shade(level))
        )
    }
}

/// The name at the end of a service's id.
fn name(service: &str) -> &str {
    service.rsplit('/').next().unwrap_or(service)
}

/// The same colour for the same service, in every run.
fn colour_of(service: &str) -> usize {
    service.bytes().fold(7usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % COLOURS.len()
}

/// How a level looks, in colours that can be read on light and on dark, as on the screen.
fn shade(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Error | Level::Fatal) => "\u{1b}[1m\u{1b}[38;5;160m",
        Some(Level::Warn) => "\u{1b}[38;5;172m",
        Some(Level::Trace | Level::Debug) => "\u{1b}[2m",
        Some(Level::Info) | None => "",
    }
}

/// The text in that shade, with what the service painted over it.
fn painted(text: &str, paint: &[Paint], shade: &str) -> String {
    let mut out = String::with_capacity(text.len() + (paint.len() + 1) * 24);
    let mut done = 0;
    out.push_str(shade);
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
        out.push_str(shade);
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    if !shade.is_empty() {
        out.push_str("\u{1b}[0m");
    }
    out
}

fn json(line: &LogLine, level: Option<Level>) -> Line<'_> {
    Line {
        schema: "portolan.log/1",
        at: line.at,
        service: line.service.as_str(),
        instance: &line.label,
        stream: if line.stream == LogStream::Out { "out" } else { "err" },
        level: level.map(Level::word),
        text: &line.text,
    }
}

#[cfg(test)]
mod tests {
    use super::{painted, shade};
    use crate::model::{Colour, Level, Paint};

    #[test]
    fn paint_is_printed_and_nothing_else() {
        let red = Paint { start: 4, end: 7, colour: Some(Colour::Palette(1)), bold: true };
        assert_eq!(painted("the end is", &[red], shade(None)), "the \u{1b}[1m\u{1b}[38;5;1mend\u{1b}[0m is");
        let beyond = Paint { start: 4, end: 70, ..red };
        assert_eq!(painted("the end", &[beyond], ""), "the end");
    }

    #[test]
    fn a_grave_line_looks_grave_also_around_what_is_painted() {
        let blue = Paint { start: 4, end: 7, colour: Some(Colour::Palette(4)), bold: false };
        let warn = shade(Some(Level::Warn));
        assert_eq!(
            painted("the end is", &[blue], warn),
            format!("{warn}the \u{1b}[38;5;4mend\u{1b}[0m{warn} is\u{1b}[0m")
        );
        let shades = [Level::Error, Level::Warn, Level::Debug, Level::Info].map(|level| shade(Some(level)));
        assert!(shades.iter().enumerate().all(|(n, shade)| !shades[..n].contains(shade)));
    }
}

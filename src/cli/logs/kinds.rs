//! Which kinds of lines there are: gathered as they are read, printed at the end, those with the most lines first.

use crate::{
    cli::{args::LogFormat, status::columns},
    decode::line::{self, Parsed},
    logs::pattern::{Pattern, Patterns, Said},
    model::{Level, LogLine, ServiceId, Timestamp},
    output,
    store::{Store, deployed},
};
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

/// The kinds of lines.
pub(super) struct Kinds {
    patterns: Patterns,
    /// When each service was deployed last.
    deployed: BTreeMap<ServiceId, Timestamp>,
}

/// A kind as JSON: `portolan.log-pattern/1`.
#[derive(Serialize)]
struct Kind<'a> {
    schema: &'static str,
    count: u64,
    level: Option<&'static str>,
    first: Timestamp,
    last: Timestamp,
    new: Option<bool>,
    services: Vec<&'a str>,
    template: String,
    example: &'a str,
}

impl Kinds {
    /// No line yet.
    pub(super) fn new(store: &Store) -> Self {
        let services = store.inventory.services();
        let deployed = services.filter_map(|service| Some((service.id.clone(), deployed(service)?)));
        Self { patterns: Patterns::default(), deployed: deployed.collect() }
    }

    /// Notes a line that was read, whether it passes or not.
    pub(super) fn saw(&mut self, line: &LogLine) {
        self.patterns.saw(&line.service, line.at);
    }

    /// Takes a line.
    pub(super) fn take(&mut self, line: &LogLine, parsed: &Parsed) {
        let range = parsed.message.start as usize..parsed.message.end as usize;
        let message = &line::message(&line.text, range, parsed.shape);
        self.patterns.add(Said { service: &line.service, at: line.at, level: parsed.level, message });
    }

    /// Prints all of them.
    pub(super) fn print(&self, out: &mut impl Write, format: LogFormat) -> io::Result<()> {
        let mut kinds: Vec<&Pattern> = self.patterns.iter().collect();
        kinds.sort_by_key(|kind| (Reverse(kind.count), kind.id));
        match format {
            LogFormat::Text => {
                let rows = kinds.iter().map(|kind| self.row(kind)).collect();
                out.write_all(
                    columns(&["COUNT", "LEVEL", "FIRST", "LAST", "NEW", "TEMPLATE"], rows).as_bytes(),
                )?;
            }
            LogFormat::Json => {
                for kind in kinds {
                    writeln!(out, "{}", serde_json::to_string(&self.json(kind)).unwrap_or_default())?;
                }
            }
        }
        if self.patterns.dropped > 0 {
            output::report(format_args!(
                "{} kinds that were not seen for long are left out",
                self.patterns.dropped
            ));
        }
        Ok(())
    }

    fn row(&self, kind: &Pattern) -> Vec<String> {
        let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let new = self.patterns.is_new(kind, &self.deployed) == Some(true);
        vec![
            kind.count.to_string(),
            kind.level.map_or("", Level::word).to_owned(),
            time(kind.first()),
            time(kind.last),
            if new { "new" } else { "" }.to_owned(),
            kind.template.to_string(),
        ]
    }

    fn json<'a>(&self, kind: &'a Pattern) -> Kind<'a> {
        Kind {
            schema: "portolan.log-pattern/1",
            count: kind.count,
            level: kind.level.map(Level::word),
            first: kind.first(),
            last: kind.last,
            new: self.patterns.is_new(kind, &self.deployed),
            services: kind.firsts.keys().map(ServiceId::as_str).collect(),
            template: kind.template.to_string(),
            example: &kind.example,
        }
    }
}

//! Command line arguments. The doc comments of the fields are the text of `--help`.

use super::logs::TimeArg;
use crate::{
    model::{EventKind, LogLevel, Severity},
    topology::{EdgeFilter, drift::EDGE_FILTERS},
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;
use std::path::PathBuf;

/// A chart of your running services: Amazon ECS and Docker on one interactive map.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Exit codes: 0 fine, 1 findings (status), 2 wrong usage or configuration, 3 no source could be read"
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Command to run; `None` opens the map.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct CommonArgs {
    /// Read this configuration file instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set one setting, such as theme=day; may be repeated
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Look at this source only, by its id; may be repeated
    #[arg(long, global = true, value_name = "ID")]
    pub source: Vec<String>,
    /// The AWS profile
    #[arg(long, global = true)]
    pub profile: Option<String>,
    /// The AWS region
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// Show the built-in demo estate
    #[arg(long, global = true)]
    pub demo: bool,
    /// Draw with nothing but ASCII characters
    #[arg(long, global = true)]
    pub ascii: bool,
    /// How long headless commands wait for the sources
    #[arg(long, global = true, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub wait: SignedDuration,
}

/// Headless commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the map
    Map {
        /// text, json, dot, mermaid, svg, html or csv
        #[arg(long, default_value = "text")]
        format: String,
        /// Only some of the edges: all, observed, never-observed or undeclared
        #[arg(long, default_value = "all", value_parser = parse_edge_filter)]
        edges: EdgeFilter,
    },
    /// Print all services and what is wrong; exit code 1 if something is
    Status {
        /// How to print it
        #[arg(long, default_value = "table")]
        format: Format,
        /// How bad a finding must be for exit code 1: warning or critical
        #[arg(long, value_name = "SEVERITY", default_value = "warning")]
        fail_on: FailOn,
    },
    /// Print what is wrong
    Findings {
        /// How to print it
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Print the logs of services, groups and instances, merged in time order
    Logs(LogsArgs),
    /// Print what happened: deployments, starts and ends, health, findings that began and ended
    Events(EventsArgs),
    /// Print what is rolled out of a service, how far it is, and what differs from before
    Deployments {
        /// The service
        service: String,
        /// How to print it
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Print what the running instances of services use: processor, memory, network
    Usage {
        /// The services
        #[arg(required = true, value_name = "SERVICE")]
        services: Vec<String>,
        /// How to print it
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Tell why there is a line from A to B, or which ways lead there
    Why {
        /// The caller
        from: String,
        /// The called
        to: String,
        /// How to print it
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Tell what was looked for and found, which calls work, and what to fix
    Doctor {
        /// How to print it
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Record what the sources show into a file that can be replayed
    Record {
        /// The file to write
        file: PathBuf,
        /// For how long
        #[arg(long = "for", value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
        length: SignedDuration,
        /// Replace the file if it exists
        #[arg(long)]
        force: bool,
    },
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// Arguments of `logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Services, projects, clusters or instances: by name, group/name, or whole id
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Go on with new lines as they come, also of instances that come
    #[arg(short, long)]
    pub follow: bool,
    /// Not before this long ago, such as 10m, or this time
    #[arg(long, value_name = "WHEN", value_parser = parse_time)]
    pub since: Option<TimeArg>,
    /// Nothing from this long ago on, or from this time on
    #[arg(long, value_name = "WHEN", value_parser = parse_time)]
    pub until: Option<TimeArg>,
    /// Only this many of the newest lines (of each stream, with --follow)
    #[arg(long, value_name = "LINES")]
    pub tail: Option<usize>,
    /// Only lines that this regular expression matches; may be repeated, all must match
    #[arg(long, value_name = "RE")]
    pub grep: Vec<String>,
    /// No lines that this regular expression matches; may be repeated
    #[arg(long, value_name = "RE")]
    pub exclude: Vec<String>,
    /// Only lines that say they are at least this grave: trace, debug, info, warn, error or fatal
    #[arg(long, value_parser = parse_level)]
    pub level: Option<LogLevel>,
    /// Only lines of JSON or logfmt that say so; may be repeated, all must hold
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_field)]
    pub field: Vec<(String, String)>,
    /// Print no lines, but which kinds of lines there are: what all of a kind have in common, and how many there are
    #[arg(long, conflicts_with = "follow")]
    pub patterns: bool,
    /// How to print it
    #[arg(long, default_value = "text")]
    pub format: LogFormat,
}

/// Arguments of `events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Not before this long ago, such as 10m, or this time
    #[arg(long, value_name = "WHEN", default_value = "1h", value_parser = parse_time)]
    pub since: TimeArg,
    /// Go on with what happens
    #[arg(short, long)]
    pub follow: bool,
    /// Only what happened to this service, by name, group/name, or whole id; may be repeated
    #[arg(long, value_name = "SERVICE")]
    pub service: Vec<String>,
    /// Only what is of this kind, such as deployment or out-of-memory; may be repeated
    #[arg(long, value_name = "KIND", value_parser = super::events::parse_kind)]
    pub kind: Vec<EventKind>,
    /// How to print it
    #[arg(long, default_value = "text")]
    pub format: LogFormat,
}

/// Output format of log lines and events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    #[value(alias = "table")]
    Text,
    /// For programs, by a versioned schema
    Json,
}

/// Least severity of a finding that makes `status` exit with code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Something is not as it should be
    Warning,
    /// Something does not serve
    Critical,
}

impl From<FailOn> for Severity {
    fn from(least: FailOn) -> Self {
        match least {
            FailOn::Warning => Self::Warning,
            FailOn::Critical => Self::Critical,
        }
    }
}

/// Output format of a headless command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs, by a versioned schema
    Json,
}

/// Parses an edge filter by its id in `EDGE_FILTERS`.
fn parse_edge_filter(text: &str) -> Result<EdgeFilter, String> {
    let known: Vec<_> = EDGE_FILTERS.iter().map(|(_, id, _)| *id).collect();
    EdgeFilter::from_id(text).ok_or_else(|| format!("there are {}", known.join(", ")))
}

/// Parses a log level.
fn parse_level(text: &str) -> Result<LogLevel, String> {
    let all =
        [LogLevel::Trace, LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error, LogLevel::Fatal];
    let known = all.map(LogLevel::as_str).join(", ");
    all.into_iter().find(|level| level.as_str() == text).ok_or_else(|| format!("there are {known}"))
}

/// Parses a field filter, `NAME=VALUE`.
fn parse_field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it like status=500")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Parses a time: an age such as `10m`, or a timestamp such as `2026-11-23T03:07:12Z`.
fn parse_time(text: &str) -> Result<TimeArg, String> {
    if let Ok(at) = text.parse() {
        return Ok(TimeArg::At(at));
    }
    parse_duration(text).map(TimeArg::Ago).map_err(|why| format!("{why}, or like 2026-11-23T03:07:12Z"))
}

/// Parses a duration such as `90s`, `10m` or `1h 30m`.
fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let duration: SignedDuration = text.parse().map_err(|_| "write it like 90s, 10m or 1h".to_owned())?;
    if duration.is_negative() { Err("it can't be negative".to_owned()) } else { Ok(duration) }
}

//! Command line: opens the interactive map, or runs a command without a screen, for pipes and scripts.

mod act;
pub mod args;
mod doctor;
mod events;
mod collect;
mod handbook;
pub mod logs;
mod map;
mod note;
mod open;
pub mod packaging;
mod record;
mod services;
mod sources;
mod status;
mod team;
mod tui;
mod time_range;
mod why;

use crate::{
    config::{self, Config},
    export,
    keymap::Keymap,
    model::{Failure, FailureKind, Severity, SourceState},
    output,
    screen::{Theme, list::columns::NodeColumn},
    source::team::Participation,
    store::World,
};
use args::{Cli, Command, CommonArgs, Format};
use directories::ProjectDirs;
use packaging::{completions, man_pages};
use sources::OpenedSources;
use std::io;

/// Outcome of a command that did not fail. It determines the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The command succeeded.
    Success,
    /// The command succeeded and found a fault: a finding (`status`), a failed check (`doctor`), or a
    /// difference (`handbook --check`, `tour --check`).
    Findings,
    /// Nothing could be read: no source (most commands), no log stream (`logs`), or no check succeeded
    /// (`doctor`).
    NothingRead,
    /// Portolan refused an action, and made no call.
    Refused,
    /// Portolan carried out an action, but the services are not as planned.
    NotAsPlanned,
    /// A call of an action failed. Earlier calls may have taken effect.
    CallFailed,
    /// A command in a container ended with this exit code.
    Exit(u8),
    /// A signal with this number ended the program.
    Signal(i32),
}

/// Reason for the failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong usage, wrong configuration, or another failure with a remedy.
    #[error("{} ({})", .0.message, .0.remedy)]
    Failure(#[from] Failure),
    /// No source could be read, so the service that the command names is unknown, or its state is.
    #[error("{} ({})", .0.message, .0.remedy)]
    NothingRead(Failure),
    /// Standard output has no reader any more, or the terminal was closed.
    #[error(transparent)]
    Output(#[from] io::Error),
}

impl Outcome {
    /// Returns the exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::NothingRead => 3,
            Self::Refused => 4,
            Self::NotAsPlanned => 5,
            Self::CallFailed => 6,
            Self::Exit(code) => code,
            Self::Signal(number) => 128 + number as u8,
        }
    }
}

impl Error {
    /// Returns the exit code.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::NothingRead(_) => Outcome::NothingRead.code(),
            Self::Failure(_) | Self::Output(_) => 2,
        }
    }
}

/// Runs the command that the user has chosen on the command line.
pub async fn run(cli: Cli) -> Result<Outcome, Error> {
    let common = &cli.common;
    let Some(command) = cli.command else { return Box::pin(tui::run(common, false)).await };
    match command {
        Command::Completions { shell } => {
            output::print_own_text(&completions::registration_script(shell)?)?;
            Ok(Outcome::Success)
        }
        Command::Man { command } => {
            output::print_own_text(&man_pages::page(command.as_deref())?)?;
            Ok(Outcome::Success)
        }
        Command::Collect => Box::pin(team::collect(common)).await,
        Command::Config { effective } => print_config(common, effective),
        Command::Map(asked) => map::run(common, &asked).await,
        Command::Status { format, fail_on } => print_status(common, format, fail_on.into()).await,
        Command::Findings { format } => print_findings(common, format).await,
        Command::Deployments { service, format } => {
            let Polled { world, .. } = open_and_poll(common).await?;
            print(services::deployments::deployments_text(&world, &service, format, common.ascii)?)?;
            Ok(read_outcome(&world))
        }
        Command::Usage { services: names, format } => {
            let Polled { mut world, opened, .. } = open_and_poll(common).await?;
            let measured = services::usage::measure(&mut world, &opened.sources, &names, common.wait).await?;
            print(services::usage::usage_text(&world, &measured, format, common.ascii))?;
            Ok(read_outcome(&world))
        }
        Command::Why { from, to, format } => {
            let Polled { world, .. } = open_and_poll(common).await?;
            print(why::explain(&world, (&from, &to), format, common.ascii)?)?;
            Ok(read_outcome(&world))
        }
        Command::Tour(asked) if asked.check => tui::check_team_tour(common, asked.file).await,
        Command::Tour(_) => Box::pin(tui::run(common, true)).await,
        Command::Handbook(asked) => handbook::run(common, &asked).await,
        Command::Need { service, format } => {
            let Polled { world, .. } = open_and_poll(common).await?;
            print(services::need::need_text(&world, &service, format)?)?;
            Ok(read_outcome(&world))
        }
        Command::Logs(asked) => {
            let Polled { world, opened, .. } = open_and_poll(common).await?;
            logs::run(&world, &opened, &asked, common.wait).await
        }
        Command::Act(asked) => Box::pin(act::run(common, &asked)).await,
        Command::Exec(asked) => Box::pin(act::exec::run(common, &asked)).await,
        Command::Forward(asked) => Box::pin(act::forward::run(common, &asked)).await,
        Command::Audit { format } => act::audit_log::run(format),
        Command::Events(asked) => events::run(common, &asked).await,
        Command::Doctor { format } => doctor::run(common, format).await,
        Command::Note(asked) => Box::pin(note::run(common, &asked)).await,
        Command::Open { share } => Box::pin(open::run(common, &share)).await,
        Command::Record { file, length, force } => record::run(common, &file, length, force).await,
    }
}

/// Prints all findings.
async fn print_findings(common: &CommonArgs, format: Format) -> Result<Outcome, Error> {
    let Polled { world, .. } = open_and_poll(common).await?;
    print(if format == Format::Json {
        export::findings_json(&world)
    } else {
        status::findings_table(&world)
    })?;
    Ok(read_outcome(&world))
}

/// Prints all services and findings. The outcome is [`Outcome::Findings`] if there is a finding of severity
/// `fail_on` or worse.
async fn print_status(common: &CommonArgs, format: Format, fail_on: Severity) -> Result<Outcome, Error> {
    let Polled { world, .. } = open_and_poll(common).await?;
    print(if format == Format::Json {
        export::status_json(&world)
    } else {
        status::status_table(&world, &mono_theme(common)?)
    })?;
    Ok(match read_outcome(&world) {
        Outcome::Success if status::has_findings(&world, fail_on) => Outcome::Findings,
        outcome => outcome,
    })
}

/// Prints the default configuration or, if `effective`, the one in use.
fn print_config(common: &CommonArgs, effective: bool) -> Result<Outcome, Error> {
    if !effective {
        print(config::EXAMPLE_CONFIG)?;
        return Ok(Outcome::Success);
    }
    let file = used_config_file(common);
    let from = file.as_ref().map_or("no file".to_owned(), |file| file.display().to_string());
    let settings = config::effective_table(file.as_deref(), &common.set)?;
    print(format!("# The settings in use: the default, {from} and --set.\n{settings}"))?;
    Ok(Outcome::Success)
}

/// Reads the configuration, and opens the sources that it and the flags select. In a team, this run only
/// reads the store and never leads.
fn open_sources(common: &CommonArgs) -> Result<(Config, OpenedSources), Failure> {
    let config = configured(common)?;
    let opened = open_sources_as(common, &config, Participation::Reader)?;
    Ok((config, opened))
}

/// Opens the selected sources. `participation` is the role of this run in a team.
fn open_sources_as(
    common: &CommonArgs,
    config: &Config,
    participation: Participation,
) -> Result<OpenedSources, Failure> {
    sources::open(common, config, participation)
}

/// Reads and checks the configuration. Prints a warning for each unknown setting.
fn configured(common: &CommonArgs) -> Result<Config, Failure> {
    let mut config = config::read(used_config_file(common).as_deref(), &common.set)?;
    config.ascii |= common.ascii;
    let invalid = |what| Failure::new(FailureKind::Invalid, what, "config.example.toml lists every setting");
    Keymap::new(&config.keys).map_err(invalid)?;
    config.team.check().map_err(invalid)?;
    for id in &config.list_columns {
        NodeColumn::of_list(id).map_err(|why| invalid(format!("list-columns: {why}")))?;
    }
    if config.theme != "auto" {
        Theme::named(&config.theme, config.ascii).map_err(invalid)?;
    }
    for words in &config.unknown_settings {
        output::print_stderr(words);
    }
    Ok(config)
}

/// Data of all sources after their first complete poll, with the configuration and the sources.
struct Polled {
    config: Config,
    opened: OpenedSources,
    world: World,
}

/// Opens the sources, polls each until its snapshot is complete, and prints failures to standard error.
async fn open_and_poll(common: &CommonArgs) -> Result<Polled, Failure> {
    let (config, opened) = open_sources(common)?;
    if opened.sources.is_empty() {
        return Err(opened.no_sources_failure());
    }
    let mut world = collect::new_world(&opened.sources, &config);
    collect::poll_until_complete(&opened.sources, &mut world, common.wait, opened.cache.as_ref()).await;
    collect::read_checkouts(&config, &mut world, common.wait).await;
    let access = opened.team_access(&config);
    collect::read_notes(&opened.sources, &mut world, &access, common.wait).await;
    collect::save_outages(&opened.sources, &mut world, opened.cache.as_ref()).await;
    for status in &world.sources {
        if let Some(failure) = &status.failure {
            output::print_stderr(format_args!("{}: {} ({})", status.id, failure.message, failure.remedy));
        }
    }
    Ok(Polled { config, opened, world })
}

/// Returns the theme for printed maps, which has no colours.
fn mono_theme(common: &CommonArgs) -> Result<Theme, Failure> {
    Theme::named("mono", common.ascii).map_err(|what| Failure::new(FailureKind::Invalid, what, ""))
}

/// Returns success if at least one source was read, otherwise [`Outcome::NothingRead`].
fn read_outcome(world: &World) -> Outcome {
    let any = world.sources.iter().any(|s| s.state == SourceState::Live);
    if any { Outcome::Success } else { Outcome::NothingRead }
}

fn print(text: impl AsRef<str>) -> io::Result<()> {
    output::print(text.as_ref())
}

/// Returns the directories for configuration, cache and state on this platform; `None` if there is no home
/// directory.
fn directories() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "portolan")
}

/// Returns the directory for the audit log, notes of this machine and Portolan's own log.
fn state_dir() -> Option<std::path::PathBuf> {
    directories().map(|dirs| dirs.state_dir().unwrap_or(dirs.cache_dir()).to_owned())
}

/// Returns the configuration file in use: that of `--config`, or the default file if it exists.
fn used_config_file(common: &CommonArgs) -> Option<std::path::PathBuf> {
    common.config.clone().or_else(|| config_file().filter(|file| file.exists()))
}

/// Returns the default path of the configuration file.
fn config_file() -> Option<std::path::PathBuf> {
    directories().map(|dirs| dirs.config_dir().join("config.toml"))
}

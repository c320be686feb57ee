//! Interactive program: opens the sources and the theme, then starts the event loop.

mod team_tour;

use super::{
    Error, Outcome, args::CommonArgs, collect, configured, open_sources_as, sources::OpenedSources,
    state_dir, team,
};
use crate::{
    app::App,
    audit::AuditLog,
    config::Config,
    keymap::Keymap,
    model::{Failure, FailureKind},
    output,
    runtime::{self, ExitReason, TeamSetup, logging},
    screen::Theme,
    source::{Source, replay, team::Participation},
    store::Store,
    team::Rank,
};
use std::{
    io::{IsTerminal, stdin},
    sync::Arc,
};
pub(super) use team_tour::check_team_tour;

/// Fails unless standard input and output are terminals.
pub(super) fn require_terminal() -> Result<(), Failure> {
    if output::is_terminal() && stdin().is_terminal() {
        return Ok(());
    }
    let remedy = "without a terminal, use portolan map, status, findings or logs";
    Err(Failure::new(FailureKind::Invalid, "the map needs a terminal", remedy))
}

/// Runs the interactive program. Shows the demo if Portolan finds no source, and opens the tour if
/// `shows_tour`.
pub(super) async fn run(common: &CommonArgs, shows_tour: bool) -> Result<Outcome, Error> {
    require_terminal()?;
    let config = configured(common)?;
    let mut opened = open_sources_as(common, &config, Participation::Member(Rank::Person))?;
    let found = !opened.sources.is_empty();
    if !found {
        let demo = replay::demo()?;
        opened.sources.extend(demo.into_iter().map(|source| Arc::new(source) as Arc<dyn Source>));
    }
    let is_first_start = state_dir().is_some_and(|state| !state.exists());
    let greeting = if !found {
        Some(
            "no Docker engine and no AWS configuration found, showing the demo; portolan doctor has details"
                .to_owned(),
        )
    } else if is_first_start && !common.demo {
        Some(first_start_notice(&opened.sources))
    } else {
        None
    };
    let prepare = |app: &mut App| {
        if let Some(words) = greeting {
            app.notify(&words);
        }
        if found && !common.demo {
            app.set_team_tour(team_tour::find());
        }
        if shows_tour {
            app.toggle_tour();
        }
        Ok(())
    };
    run_prepared(config, opened, prepare).await
}

/// Runs the interactive program with the sources in `opened`, after `prepare` has set up the app.
pub(super) async fn run_prepared(
    config: Config,
    opened: OpenedSources,
    prepare: impl FnOnce(&mut App) -> Result<(), Failure>,
) -> Result<Outcome, Error> {
    let (name, ascii) = detect_theme(&config.theme, config.ascii);
    let invalid = |what| Failure::new(FailureKind::Invalid, what, "config.example.toml lists every setting");
    let theme = Theme::named(name, ascii).map_err(invalid)?;
    let keymap = Keymap::new(&config.keys).map_err(invalid)?;
    let log = state_dir().as_deref().map(logging::start);
    let world = collect::new_world(&opened.sources, &config);
    let store = Store { world, session: collect::new_session(&config) };
    let mut app = App::new(store, theme, keymap, runtime::size()?, config.mouse);
    prepare(&mut app)?;
    if let Some(words) = config.unknown_settings.first() {
        app.notify(words);
    }
    // Portolan works without its own log, but the user should know that bugs can't be investigated then.
    if let Some(Err(error)) = log {
        app.notify(&format!("can't write portolan.log: {error}"));
    }
    let audit = state_dir().map(|folder| AuditLog::new(&folder));
    let running = runtime::run(
        app,
        opened.sources.clone(),
        collect::checkout_reader(&config),
        config.mouse,
        opened.cache.as_ref(),
        audit,
        TeamSetup { access: opened.team_access(&config), state: state_dir() },
    );
    let ended = Box::pin(running).await;
    team::close_sources(&opened.sources).await;
    Ok(match ended? {
        ExitReason::Quit => Outcome::Success,
        ExitReason::Signal(number) => Outcome::Signal(number),
    })
}

/// Returns the notice for a new user: the sources that Portolan found, and keys to start with.
fn first_start_notice(sources: &[Arc<dyn Source>]) -> String {
    let ids: Vec<&str> = sources.iter().map(|source| source.id().as_str()).collect();
    let found = match ids[..] {
        [] => "no source".to_owned(),
        [one] => one.to_owned(),
        [ref others @ .., last] if others.len() < 4 => format!("{} and {last}", others.join(", ")),
        _ => format!("{} sources", ids.len()),
    };
    format!("found {found}   ctrl-t tour   ? help   : any command   q quit")
}

/// Returns the theme for this terminal, and true if Portolan must draw with ASCII only. There is no colour if
/// `NO_COLOR` is set (no-color.org). On terminals without 256 colours, `auto` means 16 colours or none.
fn detect_theme(theme: &str, ascii: bool) -> (&str, bool) {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let term = variable("TERM");
    let many = term.contains("256color") || !variable("COLORTERM").is_empty();
    let name = match theme {
        _ if !variable("NO_COLOR").is_empty() => "mono",
        "auto" if matches!(term.as_str(), "dumb" | "vt100" | "vt220") => "mono",
        "auto" if many => "night",
        "auto" => "ansi",
        named => named,
    };
    (name, ascii || matches!(term.as_str(), "dumb" | "linux" | "vt100" | "vt220"))
}

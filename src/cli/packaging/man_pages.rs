//! Man pages: one for the program, with its keys and files, and one for each command.

use crate::{
    cli::{Error, args::Cli},
    command::COMMAND_TABLE,
    model::{Failure, FailureKind},
};
use clap::CommandFactory;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};
use std::io::{self, Write};

/// Files that Portolan reads or writes, each with its purpose.
const FILE_ROWS: &[(&str, &str)] = &[
    ("~/.config/portolan/config.toml", "Configuration; config.example.toml lists every setting."),
    ("~/.cache/portolan/", "Snapshots and task definitions of earlier runs; may be deleted at any time."),
    ("~/.local/state/portolan/portolan.log", "Log of the program itself."),
    ("~/.aws/config, ~/.aws/credentials", "Profiles and credentials of AWS, as its command line uses them."),
];

/// Environment variables that Portolan reads, each with its purpose.
const VARIABLE_ROWS: &[(&str, &str)] = &[
    ("DOCKER_HOST, DOCKER_CONTEXT", "Container engine to read; without them, the engines on this machine."),
    ("AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL", "Profile, region and endpoint of Amazon ECS."),
    ("NO_COLOR", "Draw without colours."),
];

/// Example commands, each with its purpose.
const EXAMPLE_ROWS: &[(&str, &str)] = &[
    ("portolan --demo", "Show the built-in demo."),
    ("portolan --profile prod-readonly --region eu-west-1", "Show the map of an AWS account."),
    ("portolan logs orders --since 10m --follow --level warn", "Follow the warnings of a service."),
    ("portolan status --fail-on critical", "Fail a deployment step while a service is down."),
];

/// Returns the man page of `command`, or of the program if `command` is `None`.
pub(in crate::cli) fn page(command: Option<&str>) -> Result<Vec<u8>, Error> {
    // The version has no build information, so that a page does not depend on the build.
    let mut program = Cli::command().version(env!("CARGO_PKG_VERSION"));
    let Some(asked) = command else { return Ok(main_page(program)?) };
    program.build();
    if let Some(command) = program.find_subcommand(asked) {
        let name = format!("portolan-{asked}");
        return Ok(command_page(command.clone().name(name))?);
    }
    let known: Vec<_> = program.get_subcommands().map(clap::Command::get_name).collect();
    let remedy = format!("use one of: {}", known.join(", "));
    Err(Failure::new(FailureKind::Missing, format!("unknown command `{asked}`"), remedy).into())
}

fn main_page(program: clap::Command) -> io::Result<Vec<u8>> {
    let (man, mut page) = begin_page(program)?;
    man.render_subcommands_section(&mut page)?;
    write_list(&mut page, "KEYS", &keys())?;
    for (title, rows) in [("FILES", FILE_ROWS), ("ENVIRONMENT", VARIABLE_ROWS), ("EXAMPLES", EXAMPLE_ROWS)] {
        let rows: Vec<_> = rows.iter().map(|(term, text)| ((*term).to_owned(), *text)).collect();
        write_list(&mut page, title, &rows)?;
    }
    man.render_extra_section(&mut page)?;
    Ok(page)
}

fn command_page(command: clap::Command) -> io::Result<Vec<u8>> {
    let (_, mut page) = begin_page(command)?;
    let main = ("portolan(1)".to_owned(), "Options of every command, keys and files.");
    write_list(&mut page, "SEE ALSO", &[main])?;
    Ok(page)
}

/// Returns a page with the sections that all pages have, and the generator for further ones.
fn begin_page(command: clap::Command) -> io::Result<(Man, Vec<u8>)> {
    let (man, mut page) = (Man::new(command).manual("Portolan"), Vec::new());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    Ok((man, page))
}

/// Returns the default keys of all commands of the interactive program, with their descriptions.
fn keys() -> Vec<(String, &'static str)> {
    let bound = COMMAND_TABLE.iter().filter(|spec| !spec.default_keys.is_empty());
    bound.map(|spec| (spec.default_keys.replace(' ', ", "), spec.description)).collect()
}

/// Writes a section with a list of terms and their descriptions.
fn write_list(to: &mut dyn Write, title: &str, rows: &[(String, &str)]) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (term, text) in rows {
        roff.control("TP", []).text([bold(term.as_str())]).text([roman(*text)]);
    }
    roff.to_writer(to)
}

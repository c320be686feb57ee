//! Generates the tables of the documentation, in Markdown, from tables in the code.

use super::blocks::markdown_table;
use clap::CommandFactory;
use portolan::{
    cli::args::Cli,
    command::{COMMAND_TABLE, Command, CommandSpec, KeyContext},
    config::EXAMPLE_CONFIG,
    diagnosis,
    export::MAP_FORMATS,
    history,
    operation::{CHANGE_CALLS, ChangeCall, OPERATION_TABLE, OperationSpec},
    source::ecs::{AWS_CALLS, PLAN_CALLS},
    topology::{KNOWN_PRODUCTS, evidence},
};
use std::collections::BTreeMap;

/// Names of all generated tables.
pub(super) const TABLE_NAMES: &[&str] = &[
    "keys",
    "keys everywhere",
    "keys map",
    "keys logs",
    "keys timeline",
    "events",
    "evidence",
    "findings",
    "formats",
    "commands",
    "options",
    "command options",
    "actions",
    "change calls",
    "calls",
    "policy",
    "acting policy",
    "acting calls",
    "products",
    "configuration",
];

/// Returns the Markdown of the table `name`, or `None` if there is no such table.
pub(super) fn table(name: &str) -> Option<String> {
    Some(match name {
        "keys" => beginner_keys(),
        "keys everywhere" => keys(KeyContext::Everywhere),
        "keys map" => keys(KeyContext::Map),
        "keys list" => keys(KeyContext::List),
        "keys logs" => keys(KeyContext::Logs),
        "keys timeline" => keys(KeyContext::Timeline),
        "events" => events(),
        "evidence" => evidence(),
        "findings" => findings(),
        "formats" => formats(),
        "commands" => commands(),
        "options" => options(&Cli::command()),
        "command options" => command_options(),
        "actions" => actions(),
        "change calls" => change_calls(),
        "calls" => calls(),
        "policy" => policy(),
        "acting policy" => acting_policy(),
        "acting calls" => acting_calls(),
        "products" => products(),
        "configuration" => format!("```toml\n{EXAMPLE_CONFIG}```"),
        _ => return None,
    })
}

/// Commands whose keys a new user needs.
const BEGINNER_COMMANDS: &[Command] = &[
    Command::Left,
    Command::Down,
    Command::Up,
    Command::Right,
    Command::Open,
    Command::Back,
    Command::Logs,
    Command::Card,
    Command::Why,
    Command::NextFinding,
    Command::Findings,
    Command::List,
    Command::Map,
    Command::Sources,
    Command::Search,
    Command::FaultsOnly,
    Command::NextEdgeFilter,
    Command::Focus,
    Command::CommandPalette,
    Command::Help,
    Command::Quit,
];

fn code_span(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Returns the default keys of a command, each as a code span.
fn default_keys(spec: &CommandSpec) -> String {
    spec.default_keys.split(' ').map(code_span).collect::<Vec<_>>().join(" ")
}

fn beginner_keys() -> String {
    let row = |command: &Command| vec![default_keys(command.spec()), command.spec().description.to_owned()];
    markdown_table(&["key", "what it does"], BEGINNER_COMMANDS.iter().map(row))
}

fn keys(place: KeyContext) -> String {
    let row = |spec: &CommandSpec| vec![default_keys(spec), code_span(spec.id), spec.description.to_owned()];
    markdown_table(
        &["key", "command", "what it does"],
        COMMAND_TABLE.iter().filter(|s| s.context == place).map(row),
    )
}

fn evidence() -> String {
    let row = |kind: &evidence::EvidenceKind| {
        vec![
            code_span(kind.id),
            kind.title.to_owned(),
            kind.strength.as_str().to_owned(),
            kind.description.to_owned(),
        ]
    };
    markdown_table(&["kind", "called", "strength", "what it is"], evidence::EVIDENCE_KINDS.iter().map(row))
}

fn findings() -> String {
    let row = |kind: &diagnosis::FindingKind| vec![code_span(kind.id), kind.title.to_owned()];
    markdown_table(&["kind", "called"], diagnosis::FINDING_KINDS.iter().map(row))
}

fn events() -> String {
    let row = |kind: &history::EventKindSpec| {
        vec![
            code_span(kind.id),
            code_span(&kind.glyph.to_string()),
            kind.title.to_owned(),
            kind.description.to_owned(),
        ]
    };
    markdown_table(&["kind", "mark", "called", "what it tells"], history::EVENT_KIND_TABLE.iter().map(row))
}

fn actions() -> String {
    let row = |spec: &OperationSpec| {
        let undo = spec.undo.map(|kind| code_span(kind.spec().id)).unwrap_or_default();
        vec![code_span(spec.id), code_span(&spec.menu_key.to_string()), spec.description.to_owned(), undo]
    };
    markdown_table(
        &["action", "key in the menu", "what it does", "undone by"],
        OPERATION_TABLE.iter().map(row),
    )
}

fn change_calls() -> String {
    let row =
        |call: &ChangeCall| vec![code_span(call.name), code_span(call.command), call.description.to_owned()];
    markdown_table(&["call", "command", "effect"], CHANGE_CALLS.iter().map(row))
}

fn formats() -> String {
    let row =
        |format: &portolan::export::MapFormat| vec![code_span(format.id), format.description.to_owned()];
    markdown_table(&["format", "what it is"], MAP_FORMATS.iter().map(row))
}

/// Returns the commands in the order of `--help`, without clap's own `help`.
fn subcommands() -> Vec<clap::Command> {
    let mut cli = Cli::command();
    cli.build();
    cli.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect()
}

/// Returns a command with its positional arguments, such as `logs SERVICE`.
fn usage(command: &clap::Command) -> String {
    let wanted = command.get_positionals().map(|arg| arg.get_id().as_str().to_uppercase());
    std::iter::once(command.get_name().to_owned()).chain(wanted).collect::<Vec<_>>().join(" ")
}

fn commands() -> String {
    let row = |command: clap::Command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        vec![code_span(&format!("portolan {}", usage(&command))), about]
    };
    markdown_table(&["command", "what it does"], subcommands().into_iter().map(row))
}

fn options(command: &clap::Command) -> String {
    markdown_table(&["option", "default", "what it does"], option_rows(command, clap::Arg::is_global_set))
}

/// Returns a table of the options that only one command has.
fn command_options() -> String {
    let own = subcommands().into_iter().flat_map(|command| {
        let named = code_span(&usage(&command));
        let rows = option_rows(&command, |arg| !arg.is_global_set());
        rows.into_iter().map(move |row| std::iter::once(named.clone()).chain(row).collect::<Vec<_>>())
    });
    markdown_table(&["command", "option", "default", "what it does"], own)
}

fn option_rows(command: &clap::Command, shown: impl Fn(&clap::Arg) -> bool) -> Vec<Vec<String>> {
    let named = |arg: &&clap::Arg| {
        arg.get_long().is_some_and(|long| long != "help" && long != "version") && shown(arg)
    };
    command.get_arguments().filter(named).map(option_row).collect()
}

fn option_row(arg: &clap::Arg) -> Vec<String> {
    let mut written = format!("--{}", arg.get_long().unwrap_or_default());
    if arg.get_action().takes_values() {
        let name = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        let name = name.unwrap_or_else(|| arg.get_id().as_str().to_uppercase());
        written = format!("{written} {name}");
    }
    if let Some(short) = arg.get_short() {
        written = format!("-{short}, {written}");
    }
    let default = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    let default: Vec<_> = default.filter(|_| arg.get_action().takes_values()).collect();
    let default = if default.is_empty() { String::new() } else { code_span(&default.join(" ")) };
    let values: Vec<_> = arg.get_possible_values().iter().map(|v| code_span(v.get_name())).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let choice = arg.get_action().takes_values() && !values.is_empty();
    let help = if choice { format!("{help}: {}", values.join(" or ")) } else { help };
    vec![code_span(&written), default, help]
}

fn calls() -> String {
    let row = |call: &portolan::source::ecs::Call| vec![code_span(call.action), call.needed_for.to_owned()];
    markdown_table(&["action", "without it there are no"], AWS_CALLS.iter().map(row))
}

/// Returns the minimal IAM policy that allows every reading call.
fn policy() -> String {
    iam_policy(&[statement("PortolanReads", AWS_CALLS.iter().map(|call| call.action), "")])
}

/// Returns the IAM policy that actions need in addition to the reading one.
fn acting_policy() -> String {
    let changing = CHANGE_CALLS.iter().flat_map(|call| call.iam_actions).copied();
    let (passing, acting): (Vec<&str>, Vec<&str>) = changing.partition(|action| *action == "iam:PassRole");
    let condition = ",\n      \"Condition\": { \"StringEquals\": { \"iam:PassedToService\": \"ecs-tasks.amazonaws.com\" } }";
    iam_policy(&[
        statement("PortolanPlans", PLAN_CALLS.iter().map(|call| call.action), ""),
        statement("PortolanActs", acting.into_iter(), ""),
        statement("PortolanRollsBack", passing.into_iter(), condition),
    ])
}

/// Returns a statement of an IAM policy that allows `actions`, grouped by API. `condition` is further JSON of
/// the statement.
fn statement<'a>(id: &str, actions: impl Iterator<Item = &'a str>, condition: &str) -> String {
    let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for action in actions {
        let (service, _) = action.split_once(':').unwrap();
        let own = services.entry(service).or_default();
        if !own.contains(&action) {
            own.push(action);
        }
    }
    // ECS comes first, because without it Portolan shows nothing.
    let ecs = services.remove_entry("ecs");
    let actions = ecs.into_iter().chain(services).flat_map(|(_, actions)| actions);
    let actions: Vec<String> = actions.map(|action| format!("        \"{action}\"")).collect();
    let actions = actions.join(",\n");
    format!(
        "    {{\n      \"Sid\": \"{id}\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{actions}\n      ],\n      \
         \"Resource\": \"*\"{condition}\n    }}"
    )
}

fn iam_policy(statements: &[String]) -> String {
    let statements = statements.join(",\n");
    format!("```json\n{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{statements}\n  ]\n}}\n```")
}

/// Returns a table of the calls that plans and actions need, each with its effect or its use.
fn acting_calls() -> String {
    let reads =
        PLAN_CALLS.iter().map(|call| vec![code_span(call.action), format!("plans: {}", call.needed_for)]);
    let changes = CHANGE_CALLS.iter().flat_map(|call| {
        call.iam_actions.iter().map(|action| vec![code_span(action), call.description.to_owned()])
    });
    markdown_table(&["action", "what it is for"], reads.chain(changes))
}

fn products() -> String {
    let row = |product: &portolan::topology::Product| {
        let (mark, ascii) = product.role.map_symbols();
        vec![
            code_span(product.id),
            product.role.label().to_owned(),
            code_span(&mark.to_string()),
            code_span(&ascii.to_string()),
            product.client_behaviour.to_owned(),
        ]
    };
    markdown_table(
        &["product", "what it is", "mark", "in ASCII", "its clients"],
        KNOWN_PRODUCTS.iter().map(row),
    )
}

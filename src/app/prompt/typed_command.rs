//! Commands that the user types with an argument, such as `logs orders`, and names of commands from other
//! tools.

use crate::{
    app::App,
    command::Command,
    effect::Effect,
    model::NodeId,
    screen::ScreenId,
    store::{GroupFilter, Search},
    topology::Node,
};

/// Verbs whose argument is the name of a service, each with the command that runs once the service is
/// selected.
const NODE_VERBS: &[(&str, Command)] = &[
    ("logs", Command::Logs),
    ("log", Command::Logs),
    ("l", Command::Logs),
    ("card", Command::Card),
    ("describe", Command::Card),
    ("d", Command::Card),
    ("why", Command::Why),
    ("map", Command::Map),
    ("go", Command::Map),
    ("list", Command::List),
    ("events", Command::Timeline),
    ("timeline", Command::Timeline),
    ("copy", Command::CopyMenu),
    ("open", Command::Browse),
    ("focus", Command::Focus),
];

/// Names of commands in k9s, less and vim, and questions about all services, each with the corresponding command
/// of Portolan.
const OTHER_NAMES: &[(&str, Command)] = &[
    ("q", Command::Abort),
    ("q!", Command::Abort),
    ("qa", Command::Abort),
    ("wq", Command::Abort),
    ("x", Command::Abort),
    ("exit", Command::Abort),
    ("h", Command::Help),
    ("aliases", Command::Help),
    ("svc", Command::List),
    ("services", Command::List),
    ("deploy", Command::List),
    ("po", Command::List),
    ("pods", Command::List),
    ("containers", Command::List),
    ("tasks", Command::List),
    ("ns", Command::Map),
    ("ctx", Command::Sources),
    ("context", Command::Sources),
    ("contexts", Command::Sources),
    ("events", Command::Timeline),
    ("ev", Command::Timeline),
    ("pulses", Command::Findings),
    ("xray", Command::Map),
    ("describe", Command::Card),
    ("log", Command::Logs),
    ("deployments", Command::Timeline),
    ("deploys", Command::Timeline),
    ("rollouts", Command::Timeline),
    ("changes", Command::Timeline),
    ("history", Command::Timeline),
    ("what changed", Command::Timeline),
    ("what was deployed", Command::Timeline),
    ("what was deployed last", Command::Timeline),
    ("alerts", Command::Findings),
    ("alarms", Command::Findings),
    ("problems", Command::Findings),
    ("what is broken", Command::Findings),
    ("what is wrong", Command::Findings),
];

/// Verbs that take an argument other than a service, such as a column or a source.
const OTHER_VERBS: &[&str] = &[
    "sort",
    "source",
    "ctx",
    "context",
    "ns",
    "namespace",
    "group",
    "project",
    "cluster",
    "find",
    "search",
    "filter",
    "note",
];

/// Returns true if the text begins with one of `OTHER_VERBS` and a space, so that an argument follows.
pub(super) fn has_other_argument(typed: &str) -> bool {
    typed.trim_start().split_once(' ').is_some_and(|(verb, _)| OTHER_VERBS.contains(&verb))
}

/// Returns the command that another tool calls `name`.
pub(super) fn command_of_other_tools(name: &str) -> Option<Command> {
    let name = name.trim_end_matches(['?', ' ']).to_lowercase();
    OTHER_NAMES.iter().find(|(known, _)| *known == name).map(|(_, command)| *command)
}

/// Splits a typed command into its verb and its argument. Returns `None` if the verb does not take a service.
pub(super) fn split_node_command(typed: &str) -> Option<(&str, &str)> {
    let (verb, name) = typed.trim_start().split_once(' ')?;
    NODE_VERBS.iter().any(|(known, _)| *known == verb).then_some((verb, name.trim()))
}

impl App {
    /// Runs a typed command with its argument. If the text is not a command, selects the service whose name
    /// matches it best.
    pub(in crate::app) fn run_typed(&mut self, typed: &str) -> Vec<Effect> {
        let Some((verb, argument)) = typed.split_once(' ').map(|(verb, rest)| (verb, rest.trim())) else {
            return self.select_by_name(typed);
        };
        let of_node = NODE_VERBS.iter().find(|(known, _)| *known == verb).map(|(_, command)| *command);
        match (verb, of_node) {
            (_, Some(command)) => self.run_on_named_node(command, argument),
            ("sort", _) => {
                self.show_screen(ScreenId::List);
                if let Err(why) = self.screens.list.sort_by(argument) {
                    self.notify(&why);
                }
                Vec::new()
            }
            ("source" | "ctx" | "context", _) => self.show_source_named(argument),
            ("ns" | "namespace" | "group" | "project" | "cluster", _) => self.show_group_named(argument),
            ("note", _) => self.write_note_here(argument),
            ("find" | "search" | "filter", _) => {
                self.store.session.search = Search::new(argument);
                Vec::new()
            }
            _ => self.select_by_name(typed),
        }
    }

    /// Selects the node whose name matches `name` best, and runs `command` on it.
    fn run_on_named_node(&mut self, command: Command, name: &str) -> Vec<Effect> {
        let Some(node) = self.best_match(name) else {
            self.notify(&format!("no service `{name}`; : completes names"));
            return Vec::new();
        };
        self.select(node);
        self.run_command(command)
    }

    /// Shows only the source whose id equals `name`, or else the first one whose id contains `name`.
    fn show_source_named(&mut self, name: &str) -> Vec<Effect> {
        let ids: Vec<_> = self.store.world.sources.iter().map(|status| status.id.clone()).collect();
        let found = ids
            .iter()
            .find(|id| id.as_str() == name)
            .or_else(|| ids.iter().find(|id| id.as_str().contains(name)));
        if let Some(id) = found {
            self.store.session.only_source = Some(id.clone());
            self.notify_source_filter();
        } else {
            let known: Vec<_> = ids.iter().map(ToString::to_string).collect();
            self.notify(&format!("no source `{name}`; sources: {}", known.join(", ")));
        }
        Vec::new()
    }

    /// Shows only the group called `name`. If the shown screen lists no services, shows the map.
    fn show_group_named(&mut self, name: &str) -> Vec<Effect> {
        let grouping = &self.store.session.map_settings.grouping;
        match GroupFilter::named(grouping, &self.store.world, name) {
            Ok(group) => {
                if !matches!(self.screen(), ScreenId::Map | ScreenId::List) {
                    self.show_screen(ScreenId::Map);
                }
                self.show_only_group(Some(group));
            }
            Err(known) => self.notify(&format!("no group `{name}`; groups: {}", known.join(", "))),
        }
        Vec::new()
    }

    /// Selects the node whose name matches `typed` best, because `typed` is not a command.
    fn select_by_name(&mut self, typed: &str) -> Vec<Effect> {
        let best = self.best_match(typed);
        self.notice = Some(match &best {
            Some(node) => format!("selected {}", self.selection_words(node)),
            None => format!("no command or service `{typed}`; ? shows all commands"),
        });
        best.into_iter().for_each(|node| self.select(node));
        Vec::new()
    }

    /// Returns the label of a node that is about to be selected. If the map shows only its collapsed group,
    /// adds a hint.
    fn selection_words(&self, node: &NodeId) -> String {
        let label = self.store.world.topology().nodes.get(node).map(Node::label).unwrap_or_default();
        if self.screen() == ScreenId::Map && self.screens.map.is_in_collapsed_group(node) {
            format!("{label}, in a collapsed group; card shows it, enter expands the group")
        } else {
            label
        }
    }

    /// Returns the node called `typed` if there is exactly one, or else the visible node whose name matches
    /// `typed` best.
    fn best_match(&mut self, typed: &str) -> Option<NodeId> {
        let exact = self.store.world.topology().nodes_named(typed);
        if let [only] = exact[..] {
            return Some(only.id.clone());
        }
        let before = std::mem::replace(&mut self.store.session.search, Search::new(typed.trim()));
        let best = self.store.best_match();
        self.store.session.search = before;
        best
    }
}

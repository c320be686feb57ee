//! Questions that the user types into the command prompt, each with the way to answer it.

use super::named_node::{NamedNode, find_named};
use crate::{
    app::App,
    command::Command,
    effect::Effect,
    model::{NodeId, ProfileField, shell_quote},
    screen::{
        ScreenId,
        describe::{hand_over::own_program, need_text::ServiceNeeds},
    },
    store::{GroupFilter, Search, Store},
    topology::{dependants, shortest_path_either_way},
};
use std::collections::BTreeSet;

/// Question that the command prompt can answer, with placeholders for the names of services.
struct Question {
    /// Words of the question in lower case, with `{}` for each name.
    phrase: &'static str,
    answer: Answer,
}

/// Screen or notice with which the app answers a question.
#[derive(Clone, Copy)]
enum Answer {
    /// Shows this screen for the node.
    Screen(ScreenId),
    /// Shows the timeline of the node alone, or of a group.
    Changes,
    /// Shows the card, which is the screen with the details of the node, and a notice about the services that
    /// must run for the node.
    Needs,
    /// Shows the path between two nodes on the map.
    Path,
    /// Shows the calls of the node on the why screen, and a notice about the services that depend on the
    /// node.
    Impact,
    /// Shows the card, which is the screen with the details of the node, and a notice with the facts of this
    /// field.
    Field(ProfileField),
}

/// All questions. If the typed text matches several phrases, the first one applies.
const QUESTION_TABLE: &[Question] = &[
    question("who calls {}", Answer::Screen(ScreenId::Why)),
    question("what calls {}", Answer::Screen(ScreenId::Why)),
    question("what does {} call", Answer::Screen(ScreenId::Why)),
    question("what breaks if {} stops", Answer::Impact),
    question("how does {} reach {}", Answer::Path),
    question("where are the logs of {}", Answer::Screen(ScreenId::Logs)),
    question("who owns {}", Answer::Field(ProfileField::Owner)),
    question("owner {}", Answer::Field(ProfileField::Owner)),
    question("what is {} for", Answer::Field(ProfileField::Description)),
    question("what is {}", Answer::Field(ProfileField::Description)),
    question("where is the code of {}", Answer::Field(ProfileField::Repository)),
    question("where is the runbook of {}", Answer::Field(ProfileField::Runbook)),
    question("where is the dashboard of {}", Answer::Field(ProfileField::Dashboard)),
    question("how do i run {}", Answer::Needs),
    question("what does {} need", Answer::Needs),
    question("need {}", Answer::Needs),
    question("needs of {}", Answer::Needs),
    question("logs of {}", Answer::Screen(ScreenId::Logs)),
    question("callers of {}", Answer::Screen(ScreenId::Why)),
    question("what changed in {}", Answer::Changes),
];

const fn question(phrase: &'static str, answer: Answer) -> Question {
    Question { phrase, answer }
}

/// Maximum number of names in an answer.
const MAX_NAMES: usize = 6;

impl App {
    /// Returns true if the user has selected this node.
    fn is_selected(&self, node: &NodeId) -> bool {
        self.store.session.selected_by_user && self.store.session.selected.as_ref() == Some(node)
    }

    /// Answers a question, or returns `None` if `typed` is not a question. If no service has the given name,
    /// searches the owners or groups if the question can be about them, or else shows a notice.
    pub(in crate::app) fn answer_question(&mut self, typed: &str) -> Option<Vec<Effect>> {
        let (question, names) =
            QUESTION_TABLE.iter().find_map(|one| Some((one, names_in(one.phrase, typed)?)))?;
        let mut nodes = Vec::new();
        for name in &names {
            match find_named(&self.store, name) {
                NamedNode::One(node) => nodes.push(node),
                NamedNode::Several(several) if several.iter().any(|node| self.is_selected(node)) => {
                    nodes.extend(self.store.session.selected.clone());
                }
                NamedNode::Several(several) => {
                    self.notice = Some(ambiguity_words(&self.store, name, &several, question.answer));
                    return Some(Vec::new());
                }
                NamedNode::Unknown if matches!(question.answer, Answer::Field(ProfileField::Owner)) => {
                    return Some(self.search_owner(name));
                }
                NamedNode::Unknown if matches!(question.answer, Answer::Changes) => {
                    return Some(self.show_changes_in_group(name));
                }
                NamedNode::Unknown => {
                    self.notice = Some(format!("no service `{name}`; press / to search"));
                    return Some(Vec::new());
                }
            }
        }
        let first = nodes.first()?.clone();
        self.select(first.clone());
        Some(match question.answer {
            Answer::Screen(screen) => self.run_command(command_of(screen)),
            Answer::Changes => {
                self.screens.timeline.show_only(first);
                self.run_command(Command::Timeline)
            }
            Answer::Needs => {
                let words = needs_words(&self.store, &first);
                let effects = self.run_command(Command::Card);
                self.notice = words;
                effects
            }
            Answer::Path => self.show_path_between(first, nodes.get(1)?.clone()),
            Answer::Impact => {
                let words = impact_words(&self.store, &first);
                let effects = self.run_command(Command::Why);
                self.notice = Some(words);
                effects
            }
            Answer::Field(field) => {
                let words = match field_words(&self.store, &first, field) {
                    Some(words) => format!("{}: {words}", field.spec().label),
                    None => unknown_words(&self.store, &first, field),
                };
                let effects = self.run_command(Command::Card);
                self.notice = Some(words);
                effects
            }
        })
    }

    /// Shows the list of the services whose owner is called `name`.
    fn search_owner(&mut self, name: &str) -> Vec<Effect> {
        // Showing another screen ends the search, so the screen is shown before the search begins.
        let effects = self.run_command(Command::List);
        self.store.session.search = Search::new(&format!("owner:{name}"));
        self.last_search = self.store.session.search.clone();
        let found =
            self.store.visible_nodes().into_iter().filter(|node| self.store.matches_search(node)).count();
        self.notice = Some(match found {
            0 => format!("no service and no owner `{name}`"),
            1 => format!("1 service of an owner `{name}`"),
            _ => format!("{found} services of owners `{name}`"),
        });
        effects
    }

    /// Shows the timeline of the group called `name`.
    fn show_changes_in_group(&mut self, name: &str) -> Vec<Effect> {
        let grouping = &self.store.session.map_settings.grouping;
        let Ok(group) = GroupFilter::named(grouping, &self.store.world, name) else {
            self.notice = Some(format!("no service and no group `{name}`; press / to search"));
            return Vec::new();
        };
        self.show_only_group(Some(group));
        self.screens.timeline.show_all();
        self.run_command(Command::Timeline)
    }

    fn show_path_between(&mut self, from: NodeId, to: NodeId) -> Vec<Effect> {
        if shortest_path_either_way(self.store.world.topology(), &from, &to).is_none() {
            self.notice = Some("no path between the two, in either direction".to_owned());
            return Vec::new();
        }
        let mut effects = self.run_command(Command::Map);
        self.store.session.marks = vec![from, to];
        effects.extend(self.run_command(Command::ShowPath));
        effects
    }
}

/// Returns complete questions for the typed text: questions that begin with `typed`, and questions with each
/// name that begins like the name in `typed`. Names of groups complete only questions about groups. A name
/// that is typed in full comes first.
pub(super) fn completions(typed: &str, names: &[String], groups: &[String]) -> Vec<String> {
    let typed = typed.trim_start().to_lowercase();
    if typed.is_empty() {
        return Vec::new();
    }
    let complete = |one: &Question| -> Vec<String> {
        let (start, rest) = one.phrase.split_once("{}").unwrap_or((one.phrase, ""));
        if start.starts_with(&typed) {
            return vec![one.phrase.replace("{}", "…")];
        }
        let Some(name) = typed.strip_prefix(start) else { return Vec::new() };
        let begun = |known: &&String| known.to_lowercase().starts_with(name);
        // The name of a group, typed in full, does not count as the beginning of a service's name.
        let is_group = groups.iter().any(|group| group.to_lowercase() == name);
        let is_about_groups = matches!(one.answer, Answer::Changes);
        if is_group && !is_about_groups && !names.iter().any(|known| known.to_lowercase() == name) {
            return Vec::new();
        }
        let groups = groups.iter().filter(|_| is_about_groups);
        let mut known: Vec<&String> = names.iter().chain(groups).filter(begun).collect();
        known.sort_by_key(|known| known.to_lowercase() != name);
        known.into_iter().map(|known| format!("{start}{known}{}", rest.replace("{}", "…"))).collect()
    };
    QUESTION_TABLE.iter().flat_map(complete).take(10).collect()
}

/// Returns the names in `typed` at the placeholders of `phrase`, or `None` if the other words differ.
fn names_in(phrase: &str, typed: &str) -> Option<Vec<String>> {
    let typed = typed.trim().trim_end_matches(['?', '…']).trim_end();
    let lower = typed.to_lowercase();
    // If lower case changes the length of the text, its offsets do not fit the original.
    if lower.len() != typed.len() {
        return None;
    }
    let mut parts = phrase.split("{}");
    let mut at = parts.next().filter(|start| lower.starts_with(start))?.len();
    let mut names = Vec::new();
    for part in parts {
        let end = if part.is_empty() { lower.len() } else { at + lower.get(at..)?.rfind(part)? };
        let name = typed.get(at..end)?.trim();
        if name.is_empty() || name.contains('…') {
            return None;
        }
        names.push(name.to_owned());
        at = end + part.len();
    }
    (at == lower.len()).then_some(names)
}

fn command_of(screen: ScreenId) -> Command {
    match screen {
        ScreenId::Logs => Command::Logs,
        ScreenId::Why => Command::Why,
        _ => Command::Card,
    }
}

/// Returns a sentence about the services that depend on `node`.
fn impact_words(store: &Store, node: &NodeId) -> String {
    let topology = store.world.topology();
    let callers: BTreeSet<&NodeId> = topology.callers(node).map(|(caller, _)| caller).collect();
    let all = dependants(topology, node);
    let (direct, indirect): (Vec<&NodeId>, Vec<&NodeId>) = all.iter().partition(|id| callers.contains(id));
    let names = |ids: &[&NodeId]| -> Vec<String> {
        let nodes = ids.iter().filter_map(|id| topology.nodes.get(*id));
        nodes.filter(|node| node.is_service()).map(|node| node.name.clone()).collect()
    };
    match (names(&direct), names(&indirect)) {
        (direct, indirect) if direct.is_empty() && indirect.is_empty() => {
            "nothing is known to depend on it".to_owned()
        }
        (direct, indirect) if indirect.is_empty() => format!("called by {}", list_words(&direct)),
        (direct, indirect) => {
            format!("called by {}; through others also {}", list_words(&direct), list_words(&indirect))
        }
    }
}

/// Returns the number of names, followed by the first names, such as `2: cart, web`.
fn list_words(names: &[String]) -> String {
    let more = if names.len() > MAX_NAMES { ", …" } else { "" };
    format!("{}: {}{more}", names.len(), names[..names.len().min(MAX_NAMES)].join(", "))
}

/// Returns a sentence about the nodes that have the name. If the question asks for a field, adds the values
/// of that field for each node.
fn ambiguity_words(store: &Store, name: &str, nodes: &[NodeId], answer: Answer) -> String {
    let topology = store.world.topology();
    let word = |node: &NodeId| {
        let unique = topology.nodes.get(node).map(|node| topology.unique_name(node)).unwrap_or_default();
        match answer {
            Answer::Field(field) => {
                let words = field_words(store, node, field).unwrap_or_else(|| "unknown".to_owned());
                format!("{} of {unique}: {words}", field.spec().label)
            }
            Answer::Screen(_) | Answer::Changes | Answer::Needs | Answer::Path | Answer::Impact => unique,
        }
    };
    let words: Vec<String> = nodes.iter().take(MAX_NAMES).map(word).collect();
    let more = if nodes.len() > MAX_NAMES { ", …" } else { "" };
    format!("`{name}` is ambiguous, {} matches: {}{more}", nodes.len(), words.join("; "))
}

/// Returns the values of one field of a node's profile, each with the label, tag or file that states it.
/// Returns `None` if there are none.
fn field_words(store: &Store, node: &NodeId, field: ProfileField) -> Option<String> {
    let service = store.world.service_of(store.world.topology().nodes.get(node)?)?;
    let facts = store.world.profiles.of(&service.id)?.facts(field);
    let values: Vec<String> =
        facts.iter().map(|fact| format!("{} (by {})", fact.value, fact.location)).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Returns a sentence saying that Portolan found no label, tag or file with the field. For the repository, adds the files
/// that deploy the service, if any are known.
fn unknown_words(store: &Store, node: &NodeId, field: ProfileField) -> String {
    let unknown = format!("Portolan found no label, tag or file that names its {}", field.spec().label);
    let deployed_by = (field == ProfileField::Repository)
        .then(|| field_words(store, node, ProfileField::DeployedBy))
        .flatten();
    deployed_by.map_or_else(|| unknown.clone(), |words| format!("{unknown}; deployed by {words}"))
}

/// Returns a sentence about the services that must run for `node`, and the command that writes them as a
/// compose file.
fn needs_words(store: &Store, node: &NodeId) -> Option<String> {
    let topology = store.world.topology();
    let node = topology.nodes.get(node)?;
    let summary = ServiceNeeds::new(&store.world, node).summary();
    let name = shell_quote(&topology.unique_name(node));
    let program = own_program(&store.world);
    Some(format!("needs {summary}; {program} need {name} --format compose writes a compose file"))
}

#[cfg(test)]
mod tests {
    use super::{QUESTION_TABLE, completions, names_in};

    #[test]
    fn names_stand_at_their_places() {
        let names = |phrase, typed| names_in(phrase, typed).map(|names| names.join("|"));
        assert_eq!(names("who calls {}", "Who calls orders?").as_deref(), Some("orders"));
        assert_eq!(
            names("how does {} reach {}", "how does web reach postgres").as_deref(),
            Some("web|postgres")
        );
        assert_eq!(names("what breaks if {} stops", "what breaks if redis stops").as_deref(), Some("redis"));
        for typed in ["who calls", "who calls ", "what breaks if redis", "orders", "", "who calls …"] {
            assert!(QUESTION_TABLE.iter().all(|one| names_in(one.phrase, typed).is_none()), "{typed}");
        }
    }

    #[test]
    fn phrases_and_names_are_completed() {
        let names = ["orders", "users", "prod/users"].map(str::to_owned);
        let groups = ["prod".to_owned()];
        assert_eq!(
            completions("what changed in prod", &names, &groups),
            ["what changed in prod", "what changed in prod/users"]
        );
        assert_eq!(completions("who calls pro", &names, &groups), ["who calls prod/users"]);
        assert!(completions("who calls prod", &names, &groups).is_empty(), "a group calls nothing");
        assert_eq!(completions("who c", &names, &groups), ["who calls …"]);
        assert_eq!(completions("who calls o", &names, &groups), ["who calls orders"]);
        assert_eq!(completions("what breaks if u", &names, &groups), ["what breaks if users stops"]);
        assert!(
            completions("zzz", &names, &groups).is_empty() && completions("", &names, &groups).is_empty()
        );
    }
}

//! Profile of a service on its card: facts such as the owner, each with the place that states it and the age
//! of the last change there.

use super::{NodeTextBuilder, time};
use crate::{
    model::{
        FactOrigin, ProfileFact, ProfileField, RepositoryUrl, ResolvedProfile, Service, Text, Timestamp,
    },
    screen::{describe::need_text::ServiceNeeds, widget::text},
    topology::{Need, Node},
};
use ratatui::text::{Line, Span};

impl NodeTextBuilder<'_> {
    /// Adds owner, description, repository, runbook and the other fields of the profile. Facts that
    /// contradict each other stand one below the other, the most trusted first.
    pub(super) fn push_profile(&mut self, service: &Service) {
        let Some(profile) = self.scene.store.world.profiles.of(&service.id) else { return };
        let guide = profile.run_guide.clone();
        if profile.rows.is_empty() && guide.is_none() {
            return;
        }
        self.push_heading("about".to_owned());
        for row in profile.rows.clone() {
            for (index, fact) in row.facts.iter().enumerate() {
                let label = if index == 0 { row.field.spec().label } else { "" };
                let value = shown_value(profile, fact);
                let other = if row.disagrees && index > 0 { "or " } else { "" };
                self.push_labelled(label, &format!("{other}{value}"));
                self.push_note(&place_text(
                    fact.origin,
                    &fact.location,
                    fact.changed,
                    self.scene.store.world.now,
                ));
            }
        }
        if let Some(folder) = &profile.folder {
            self.push_labelled("code here", folder);
        }
        if let Some(guide) = guide {
            self.push_heading("how to run".to_owned());
            for line in &guide.lines {
                self.push_text(line, self.scene.theme.styles.text.0);
            }
            let place =
                place_text(FactOrigin::Readme, &guide.file, guide.changed, self.scene.store.world.now);
            self.push_text(&place, self.scene.theme.styles.dim.0);
        }
    }

    /// Adds the services and outside nodes that the service needs. Adds nothing if the service itself calls
    /// all of them, because the list of callees already shows them.
    pub(super) fn push_needs(&mut self, node: &Node) {
        let world = &self.scene.store.world;
        let needs = ServiceNeeds::new(world, node);
        let all = || needs.services.iter().chain(&needs.outside);
        if all().all(|(_, need)| need.needed_by == node.id) {
            return;
        }
        let names = |all: &[(&Node, Need)]| {
            all.iter().map(|(other, _)| other.label_relative_to(node)).collect::<Vec<_>>().join(", ")
        };
        let rows = [("services", names(&needs.services)), ("outside", names(&needs.outside))];
        self.push_heading(format!("needs {}", needs.summary()));
        for (label, content) in rows.iter().filter(|(_, content)| !content.is_empty()) {
            self.push_labelled(label, content);
        }
    }

    /// Adds dim text in the column right of the labels, wrapped into rows.
    fn push_note(&mut self, content: &str) {
        let column = self.label_width() + 1;
        let rows = text::wrap(content, self.width.saturating_sub(column).max(10));
        let style = self.scene.theme.styles.dim.0;
        self.lines
            .extend(rows.into_iter().map(|row| Line::from(Span::styled(" ".repeat(column) + &row, style))));
    }
}

/// Returns the value of a fact as text. The value of a commit includes the address of its page on the
/// repository's host.
#[must_use]
pub fn shown_value(profile: &ResolvedProfile, fact: &ProfileFact) -> String {
    let repository = || RepositoryUrl::parse(profile.value(ProfileField::Repository)?);
    let url = if fact.field == ProfileField::Commit {
        repository().and_then(|r| r.commit_url(&fact.value))
    } else {
        None
    };
    url.map_or_else(|| fact.value.to_string(), |url| format!("{} {url}", fact.value))
}

/// Describes the place that states a fact, and the age of the last change there: `by tag Team`, `by
/// README.md, changed 3d ago`.
#[must_use]
pub fn place_text(origin: FactOrigin, location: &Text, changed: Option<Timestamp>, now: Timestamp) -> String {
    let age = changed.map(|at| format!(", changed {} ago", time::age(at, now))).unwrap_or_default();
    let guess = if origin == FactOrigin::CodeOwners { "owner of the code, " } else { "" };
    format!("{guess}by {location}{age}")
}

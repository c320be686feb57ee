//! Reader of the catalogue files in a repository, in which a team lists its services, such as
//! `catalog-info.yaml`. Each format has a submodule.

mod backstage;
mod copilot;
mod cortex;
mod datadog;
mod opslevel;
mod yaml;

pub(super) use yaml::parse_yaml;

use super::links;
use crate::model::{CatalogueEntity, EntityKind, FactOrigin, ProfileFact, ProfileField, Text, Timestamp};
use serde_json::Value;

/// The format of a catalogue file (a list of a team's services), by the product that defines it: Backstage,
/// Datadog, `OpsLevel`, Cortex or AWS Copilot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogueFileKind {
    /// `catalog-info.yaml` of Backstage.
    Backstage,
    /// `service.datadog.yaml` or `entity.datadog.yaml` of Datadog, versions 2 and 3.
    Datadog,
    /// `opslevel.yml` of `OpsLevel`.
    OpsLevel,
    /// `cortex.yaml` of Cortex.
    Cortex,
    /// `copilot/NAME/manifest.yml` of AWS Copilot.
    Copilot,
}

/// Names of catalogue files. `manifest.yml` counts only below a folder `copilot`.
pub const CATALOGUE_FILES: &[(&str, CatalogueFileKind)] = &[
    ("catalog-info.yaml", CatalogueFileKind::Backstage),
    ("catalog-info.yml", CatalogueFileKind::Backstage),
    ("service.datadog.yaml", CatalogueFileKind::Datadog),
    ("service.datadog.yml", CatalogueFileKind::Datadog),
    ("entity.datadog.yaml", CatalogueFileKind::Datadog),
    ("entity.datadog.yml", CatalogueFileKind::Datadog),
    ("opslevel.yml", CatalogueFileKind::OpsLevel),
    ("cortex.yaml", CatalogueFileKind::Cortex),
    ("cortex.yml", CatalogueFileKind::Cortex),
    ("manifest.yml", CatalogueFileKind::Copilot),
];

/// Maximum number of entities from one file.
const MAX_ENTITIES: usize = 500;
/// Maximum number of facts of one entity. The same limit holds for its links, contacts, aliases and
/// dependencies.
const MAX_ENTRIES: usize = 100;

/// Returns the entities in `text`, the content of a catalogue file. `file` is the path for display, `folder`
/// the folder of the file in the checkout, and `changed` the time at which the file last changed. Returns an
/// error if the text is not valid YAML or is too large.
pub fn catalogue_entities(
    kind: CatalogueFileKind,
    text: &str,
    (file, folder): (&str, &str),
    changed: Option<Timestamp>,
) -> Result<Vec<CatalogueEntity>, String> {
    let documents = parse_yaml(text)?;
    let read = |document: &Value| {
        let mut draft = EntityDraft::new(file, folder, changed);
        let named = match kind {
            CatalogueFileKind::Backstage => backstage::read(document, &mut draft),
            CatalogueFileKind::Datadog => datadog::read(document, &mut draft),
            CatalogueFileKind::OpsLevel => opslevel::read(document, &mut draft),
            CatalogueFileKind::Cortex => cortex::read(document, &mut draft),
            CatalogueFileKind::Copilot => copilot::read(document, &mut draft),
        };
        named.map(|()| draft.finish()).filter(|entity| !entity.name.is_empty())
    };
    Ok(documents.iter().filter_map(read).take(MAX_ENTITIES).collect())
}

/// A service or resource from a catalogue file, while the reader of the file's format adds facts to it.
struct EntityDraft {
    entity: CatalogueEntity,
    changed: Option<Timestamp>,
}

impl EntityDraft {
    fn new(file: &str, folder: &str, changed: Option<Timestamp>) -> Self {
        let entity = CatalogueEntity {
            name: Text::default(),
            aliases: Vec::new(),
            kind: EntityKind::Service,
            facts: Vec::new(),
            depends_on: Vec::new(),
            provides: Vec::new(),
            consumes: Vec::new(),
            folder: folder.into(),
            file: file.into(),
        };
        Self { entity, changed }
    }

    /// Adds a fact of `field`, unless there is no value or the value carries no information.
    fn add(&mut self, field: ProfileField, value: Option<&str>) {
        let Some(value) = value.filter(|_| self.entity.facts.len() < MAX_ENTRIES) else { return };
        let fact = super::stated_fact(field, value, FactOrigin::CatalogueFile, self.entity.file.clone());
        self.entity.facts.extend(fact.map(|fact| ProfileFact { changed: self.changed, ..fact }));
    }

    /// Adds facts from links. Each link has a URL, and words for its kind or title. Of several links to
    /// repositories only one counts, preferably one whose title has the word `source`. A link to a repository
    /// with deployment files does not count.
    fn add_links<'a>(&mut self, links: impl Iterator<Item = (String, Option<&'a str>)>) {
        let (mut repositories, mut others) = (Vec::new(), Vec::new());
        for (kind, url) in links.take(MAX_ENTRIES) {
            let Some(url) = url else { continue };
            match links::link_field(&kind, url) {
                Some(ProfileField::Repository) if links::is_of_deployment(&kind) => {}
                Some(ProfileField::Repository) => repositories.push((kind.to_ascii_lowercase(), url)),
                Some(field) => others.push((field, url)),
                None => {}
            }
        }
        repositories.sort_by_key(|(kind, _)| !kind.contains("source"));
        for (_, url) in repositories {
            if !self.entity.facts.iter().any(|fact| fact.field == ProfileField::Repository) {
                self.add(ProfileField::Repository, Some(url));
            }
        }
        for (field, url) in others {
            self.add(field, Some(url));
        }
    }

    fn add_alias(&mut self, alias: Option<&str>) {
        let alias = alias.map(Text::new).filter(|alias| !alias.is_empty() && *alias != self.entity.name);
        self.entity.aliases.extend(alias.filter(|_| self.entity.aliases.len() < MAX_ENTRIES));
    }

    fn finish(mut self) -> CatalogueEntity {
        for names in [&mut self.entity.depends_on, &mut self.entity.provides, &mut self.entity.consumes] {
            names.sort();
            names.dedup();
            names.truncate(MAX_ENTRIES);
        }
        self.entity
    }
}

/// Returns the text at `path`, such as `metadata.name`. Returns `None` if there is no text, or only blanks.
fn text_at<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    path.split('.')
        .try_fold(value, |value, key| value.get(key))?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// Returns the text or number at `path`, as text.
fn scalar_at(value: &Value, path: &str) -> Option<String> {
    match path.split('.').try_fold(value, |value, key| value.get(key))? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns the items of the list at `path`; nothing if there is no list.
fn list_at<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    let list = path.split('.').try_fold(value, |value, key| value.get(key)).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// Returns the name in an entity reference: `component:default/orders` gives `orders`.
fn name_of_reference(reference: &str) -> Text {
    let name = reference.rsplit(['/', ':']).next().unwrap_or(reference);
    Text::new(name.trim())
}

#[cfg(test)]
mod tests;

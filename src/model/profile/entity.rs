//! Entities of catalogue files: the services and resources that a team lists in its repositories.

use crate::model::{ProfileFact, Text};

/// An entity of a catalogue file, such as a component of `catalog-info.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntity {
    /// Name of the entity.
    pub name: Text,
    /// Other names under which the entity may run.
    pub aliases: Vec<Text>,
    /// The kind of entity.
    pub kind: EntityKind,
    /// The facts that the file states about the entity.
    pub facts: Vec<ProfileFact>,
    /// Names of the other entities that this entity depends on.
    pub depends_on: Vec<Text>,
    /// Names of the APIs that the entity provides.
    pub provides: Vec<Text>,
    /// Names of the APIs that the entity uses.
    pub consumes: Vec<Text>,
    /// Folder that contains the catalogue file, relative to the checkout; empty for the checkout's root.
    pub folder: Text,
    /// Path of the catalogue file.
    pub file: Text,
}

/// The kind of a catalogue entity: a service, a resource or another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// A service that should run.
    Service,
    /// A database, a bucket or another resource that services use.
    Resource,
    /// A library, a website that is part of another program, or another entity that does not run by itself.
    Other,
}

impl CatalogueEntity {
    /// Returns true if `name` is the name or an alias of the entity, as [`same_name`] compares names.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        std::iter::once(&self.name).chain(&self.aliases).any(|own| same_name(own, name))
    }
}

/// Returns true if the names are equal, ignoring case and treating `_`, `-`, `.` and space as the same.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    name_key(a) == name_key(b)
}

/// Returns the key by which [`same_name`] compares names: `name` in lower case, with `-` in place of `_`, `.`
/// and spaces.
#[must_use]
pub fn name_key(name: &str) -> String {
    let plain = |c: char| if matches!(c, '_' | '.' | ' ') { '-' } else { c.to_ascii_lowercase() };
    name.trim().chars().map(plain).collect()
}

//! The variables of a project: this process's environment over the project's files of variables.

use std::{collections::BTreeMap, sync::Arc};

/// Gives variables their values.
pub(super) trait Lookup {
    /// The value of a variable; `None` if it is not set.
    fn value(&self, name: &str) -> Option<&str>;
}

/// Variables and their values. The values are looked up only to be decoded.
#[derive(Clone, Default)]
pub(super) struct Variables {
    /// The first layer that sets a variable gives its value. Projects that include each other share their layers.
    layers: Vec<Arc<BTreeMap<String, String>>>,
}

impl Variables {
    /// Variables with those values.
    pub(super) fn new(values: BTreeMap<String, String>) -> Self {
        Self { layers: vec![Arc::new(values)] }
    }

    /// These variables, and those of `defaults` that are not set in them.
    pub(super) fn over(&self, defaults: BTreeMap<String, String>) -> Self {
        let mut layers = self.layers.clone();
        layers.extend((!defaults.is_empty()).then(|| Arc::new(defaults)));
        Self { layers }
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.layers.insert(0, Arc::new(BTreeMap::from([(name.to_owned(), value.to_owned())])));
    }

    /// The value of a variable, if it is not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.is_empty())
    }
}

impl Lookup for Variables {
    fn value(&self, name: &str) -> Option<&str> {
        self.layers.iter().find_map(|layer| layer.value(name))
    }
}

/// Variables of which the first layer that sets one gives its value.
pub(super) struct Layers<'a>(pub(super) &'a dyn Lookup, pub(super) &'a dyn Lookup);

impl Lookup for Layers<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.value(name).or_else(|| self.1.value(name))
    }
}

impl Lookup for BTreeMap<String, String> {
    fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

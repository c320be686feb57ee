//! Variables of a project: the environment of this process over the project's env files.

use std::{collections::BTreeMap, sync::Arc};

/// Lookup of variables by name.
pub(super) trait VariableLookup {
    /// Returns the value of a variable, or `None` if it is not set.
    fn value(&self, name: &str) -> Option<&str>;
}

/// Variables and their values. Portolan uses the values for interpolation and decoding only.
#[derive(Clone, Default)]
pub(super) struct Variables {
    /// Layers of variables. The first layer that sets a variable wins. Projects that include each other share
    /// their layers.
    layers: Vec<Arc<BTreeMap<String, String>>>,
}

impl Variables {
    /// Creates variables with `values`.
    pub(super) fn new(values: BTreeMap<String, String>) -> Self {
        Self { layers: vec![Arc::new(values)] }
    }

    /// Returns these variables over `defaults`.
    pub(super) fn with_defaults(&self, defaults: BTreeMap<String, String>) -> Self {
        let mut layers = self.layers.clone();
        layers.extend((!defaults.is_empty()).then(|| Arc::new(defaults)));
        Self { layers }
    }

    /// Sets a variable over all layers.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.layers.insert(0, Arc::new(BTreeMap::from([(name.to_owned(), value.to_owned())])));
    }

    /// Returns the value of a variable, or `None` if it is not set or empty.
    pub(super) fn non_empty(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.is_empty())
    }
}

impl VariableLookup for Variables {
    fn value(&self, name: &str) -> Option<&str> {
        self.layers.iter().find_map(|layer| layer.value(name))
    }
}

/// Two lookups, of which the first one wins.
pub(super) struct LayeredLookup<'a>(pub(super) &'a dyn VariableLookup, pub(super) &'a dyn VariableLookup);

impl VariableLookup for LayeredLookup<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.value(name).or_else(|| self.1.value(name))
    }
}

impl VariableLookup for BTreeMap<String, String> {
    fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

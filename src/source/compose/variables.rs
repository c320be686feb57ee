//! Variables of a compose project in layers: the environment of this process takes precedence over the env
//! files.

use std::{collections::BTreeMap, sync::Arc};

/// Collection of variables that can be looked up by name.
pub(super) trait VariableLookup {
    /// Returns the value of a variable, or `None` if it is not set.
    fn value(&self, name: &str) -> Option<&str>;
}

/// Variables in layers; the first layer that sets a variable wins. Portolan uses the values only for
/// interpolation and for the extraction of references.
#[derive(Clone, Default)]
pub(super) struct LayeredVariables {
    /// Layers in order of precedence, each with the values of its variables by name. An included project
    /// shares the layers of the project that includes it.
    layers: Vec<Arc<BTreeMap<String, String>>>,
}

impl LayeredVariables {
    /// Creates a single layer of `values`.
    pub(super) fn new(values: BTreeMap<String, String>) -> Self {
        Self { layers: vec![Arc::new(values)] }
    }

    /// Returns these variables, with `defaults` as an additional last layer.
    pub(super) fn with_defaults(&self, defaults: BTreeMap<String, String>) -> Self {
        let mut layers = self.layers.clone();
        layers.extend((!defaults.is_empty()).then(|| Arc::new(defaults)));
        Self { layers }
    }

    /// Sets a variable in a new first layer, which wins over all others.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.layers.insert(0, Arc::new(BTreeMap::from([(name.to_owned(), value.to_owned())])));
    }

    /// Returns the value of a variable, or `None` if the variable is not set or its value is empty.
    pub(super) fn non_empty(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.is_empty())
    }
}

impl VariableLookup for LayeredVariables {
    fn value(&self, name: &str) -> Option<&str> {
        self.layers.iter().find_map(|layer| layer.value(name))
    }
}

/// Variables of two collections together. A variable that the first collection does not set is looked up in
/// the second one.
pub(super) struct FallbackLookup<'a>(pub(super) &'a dyn VariableLookup, pub(super) &'a dyn VariableLookup);

impl VariableLookup for FallbackLookup<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.value(name).or_else(|| self.1.value(name))
    }
}

impl VariableLookup for BTreeMap<String, String> {
    fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

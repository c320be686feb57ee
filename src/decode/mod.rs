//! The border: values from outside become facts here, and secrets end here.

use crate::model::Mention;

/// The addresses that environment variables name; `container` where the service has several.
pub fn environment<'a>(
    _container: Option<&str>,
    _pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Mention> {
    Vec::new()
}

/// The addresses that an entry point, command or its arguments name.
pub fn arguments<'a>(
    _container: Option<&str>,
    _arguments: impl IntoIterator<Item = &'a str>,
) -> Vec<Mention> {
    Vec::new()
}

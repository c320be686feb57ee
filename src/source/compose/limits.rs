//! Limits of one project, over all its files together: a small file can ask for any amount of memory, by aliases, by
//! variables made of variables, by services that extend each other and by devices that never end.

use std::fmt;

/// The longest file that is read, in bytes.
pub(super) const MAX_FILE_BYTES: usize = 1024 * 1024;
/// The most files of one project, counting each once.
pub(super) const MAX_FILES: usize = 200;
/// The most places at which files of variables are looked for.
const MAX_PLACES: usize = 1_000;
/// The most text that all files of a project have together, in bytes.
const MAX_TOTAL_BYTES: usize = 16 * 1024 * 1024;
/// The most YAML values of a project, with those that aliases, merge keys and `extends` repeat.
const MAX_NODES: usize = 250_000;
/// The most text that variables, aliases and `extends` may make, in bytes.
const MAX_EXPANDED_BYTES: usize = 16 * 1024 * 1024;
/// The most ports of a project, of the host and of its services, that are told one by one.
pub(super) const MAX_PORTS: usize = 20_000;
/// The most names that the services of a project have on all its networks together.
const MAX_NAMES: usize = 200_000;
/// The most mounts of a project that are looked at for configuration files.
const MAX_MOUNTS: usize = 400;
/// The most text of configuration files of a project, in bytes, counting a file for each service that has it.
const MAX_CONFIG_BYTES: usize = 32 * 1024 * 1024;
/// The most collections that may hold each other in a file, and defaults of variables.
pub(super) const MAX_DEPTH: usize = 64;
/// The most files that may include each other, and services that may extend each other.
pub(super) const MAX_CHAIN: usize = 32;

/// A limit that a project goes over, in words that name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exceeded(String);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A project's use of its limits.
#[derive(Debug, Default)]
pub(super) struct Limits {
    files: usize,
    read: usize,
    nodes: usize,
    expanded: usize,
    ports: usize,
    names: usize,
    mounts: usize,
    config: usize,
}

impl Limits {
    /// Counts one more file.
    pub(super) fn open_file(&mut self) -> Result<(), Exceeded> {
        self.files += 1;
        within(self.files, MAX_FILES, || format!("the project has more than {MAX_FILES} files"))
    }

    /// Checks that there is room for one more file of variables, where `places` have been looked at. That saves
    /// reading what could not be kept.
    pub(super) fn has_room_for_variables(&mut self, places: usize) -> Result<(), Exceeded> {
        self.read(0)?;
        self.expand(0)?;
        within(places + 1, MAX_PLACES, || {
            format!("the project has more than {MAX_PLACES} files of variables")
        })
    }

    /// Counts text that was read from a file.
    pub(super) fn read(&mut self, bytes: usize) -> Result<(), Exceeded> {
        self.read += bytes;
        within(self.read, MAX_TOTAL_BYTES, || {
            format!("the files of the project have more than {} together", mebibytes(MAX_TOTAL_BYTES))
        })
    }

    /// Counts YAML values.
    pub(super) fn add_nodes(&mut self, nodes: usize) -> Result<(), Exceeded> {
        self.nodes += nodes;
        within(self.nodes, MAX_NODES, || {
            format!(
                "the project has more than {MAX_NODES} values, with all that its aliases and `extends` repeat"
            )
        })
    }

    /// Counts ports, and tells if they are within the limit.
    pub(super) fn has_room_for_ports(&mut self, ports: usize) -> bool {
        self.ports += ports;
        self.ports <= MAX_PORTS
    }

    /// Counts names of services on networks.
    pub(super) fn add_names(&mut self, names: usize) -> Result<(), Exceeded> {
        self.names += names;
        within(self.names, MAX_NAMES, || {
            format!("the services have more than {MAX_NAMES} names on their networks")
        })
    }

    /// Counts mounts that are to be looked at.
    pub(super) fn add_mounts(&mut self, mounts: usize) -> Result<(), Exceeded> {
        self.mounts += mounts;
        within(self.mounts, MAX_MOUNTS, || format!("the project has more than {MAX_MOUNTS} mounts"))
    }

    /// Counts the text of configuration files.
    pub(super) fn add_config(&mut self, bytes: usize) -> Result<(), Exceeded> {
        self.config += bytes;
        within(self.config, MAX_CONFIG_BYTES, || {
            format!("the configuration files of the services have more than {}", mebibytes(MAX_CONFIG_BYTES))
        })
    }

    /// Counts text that came to be by a variable, an alias or `extends`.
    pub(super) fn expand(&mut self, bytes: usize) -> Result<(), Exceeded> {
        self.expanded += bytes;
        within(self.expanded, MAX_EXPANDED_BYTES, || {
            format!("variables and aliases make more than {} of text", mebibytes(MAX_EXPANDED_BYTES))
        })
    }
}

fn within(used: usize, limit: usize, words: impl FnOnce() -> String) -> Result<(), Exceeded> {
    if used > limit { Err(Exceeded(words())) } else { Ok(()) }
}

fn mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use super::{
        Limits, MAX_CONFIG_BYTES, MAX_EXPANDED_BYTES, MAX_FILES, MAX_MOUNTS, MAX_NODES, MAX_TOTAL_BYTES,
    };

    #[test]
    fn every_limit_is_met_exactly_and_named() {
        let mut limits = Limits::default();
        assert!((0..MAX_FILES).all(|_| limits.open_file().is_ok()));
        assert!(limits.open_file().unwrap_err().to_string().contains("200 files"));
        assert!(limits.read(MAX_TOTAL_BYTES).is_ok());
        assert!(limits.read(1).unwrap_err().to_string().contains("16 MiB"));
        assert!(limits.add_nodes(MAX_NODES).is_ok());
        assert!(limits.add_nodes(1).unwrap_err().to_string().contains("values"));
        assert!(limits.expand(MAX_EXPANDED_BYTES).is_ok());
        assert!(limits.expand(1).unwrap_err().to_string().contains("16 MiB of text"));
        assert!(limits.add_config(MAX_CONFIG_BYTES).is_ok());
        assert!(limits.add_config(1).unwrap_err().to_string().contains("32 MiB"));
        assert!(limits.add_mounts(MAX_MOUNTS).is_ok());
        assert!(limits.add_mounts(1).unwrap_err().to_string().contains("400 mounts"));
    }
}

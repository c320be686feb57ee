//! Limits on the files, values and names of one compose project, counted over all its files.
//!
//! A small file can demand any amount of memory: by aliases, by variables that contain other variables, by
//! services that extend each other, and by paths to devices that never end.

use std::fmt;

/// Maximum size of one file, in bytes.
pub(super) const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Maximum number of compose files in a project.
pub(super) const MAX_FILES: usize = 200;
/// Maximum number of paths that Portolan tries to read for a project. Only the readers of env files check it.
const MAX_SEARCHED_PATHS: usize = 1_000;
/// Maximum size of all files of a project together, in bytes.
const MAX_TOTAL_BYTES: usize = 16 * 1024 * 1024;
/// Maximum number of YAML values in a project. A value counts again for each alias, merge key or `extends`
/// that repeats it.
const MAX_YAML_NODES: usize = 250_000;
/// Maximum amount of text that variables, aliases and `extends` produce, in bytes.
const MAX_EXPANDED_BYTES: usize = 16 * 1024 * 1024;
/// Maximum number of published and exposed ports in a project.
pub(super) const MAX_PORTS: usize = 20_000;
/// Maximum number of host names that the services of a project have in total. A name counts once for each
/// network.
const MAX_NETWORK_NAMES: usize = 200_000;
/// Maximum number of mounts in which Portolan searches for configuration files in one project.
const MAX_MOUNTS: usize = 400;
/// Maximum size of the configuration files of a project, in bytes. A file counts once for each service that
/// mounts it.
const MAX_CONFIG_BYTES: usize = 32 * 1024 * 1024;
/// Maximum nesting depth of YAML collections in a file, and of defaults in variables.
pub(super) const MAX_NESTING_DEPTH: usize = 64;
/// Maximum number of files in a chain of `include`, and of services in a chain of `extends`.
pub(super) const MAX_CHAIN_LENGTH: usize = 32;

/// Error for an exceeded limit, with a message that names the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LimitExceeded(String);

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Counters of the files, bytes, values and names read for one project. Each method returns an error or false
/// once its counter exceeds a limit of this module.
#[derive(Debug, Default)]
pub(super) struct LimitCounters {
    files: usize,
    bytes_read: usize,
    nodes: usize,
    expanded_bytes: usize,
    ports: usize,
    names: usize,
    mounts: usize,
    config_bytes: usize,
}

impl LimitCounters {
    /// Counts a compose file.
    pub(super) fn count_file(&mut self) -> Result<(), LimitExceeded> {
        self.files += 1;
        check_limit(self.files, MAX_FILES, || format!("the project has more than {MAX_FILES} files"))
    }

    /// Returns an error if a limit is reached, so that Portolan reads no further env file. `places` is the
    /// number of paths searched so far.
    pub(super) fn check_env_file_room(&mut self, places: usize) -> Result<(), LimitExceeded> {
        self.add_bytes_read(0)?;
        self.add_expanded_bytes(0)?;
        check_limit(places + 1, MAX_SEARCHED_PATHS, || {
            format!("the project has more than {MAX_SEARCHED_PATHS} files and env files")
        })
    }

    /// Counts bytes read from a file.
    pub(super) fn add_bytes_read(&mut self, bytes: usize) -> Result<(), LimitExceeded> {
        self.bytes_read += bytes;
        check_limit(self.bytes_read, MAX_TOTAL_BYTES, || {
            format!("the files of the project are larger than {} in total", format_mebibytes(MAX_TOTAL_BYTES))
        })
    }

    /// Counts YAML values.
    pub(super) fn add_nodes(&mut self, nodes: usize) -> Result<(), LimitExceeded> {
        self.nodes += nodes;
        check_limit(self.nodes, MAX_YAML_NODES, || {
            format!(
                "the project has more than {MAX_YAML_NODES} values, counting copies made by aliases and \
                 `extends`"
            )
        })
    }

    /// Counts ports. Returns false if the total exceeds the limit.
    pub(super) fn add_ports(&mut self, ports: usize) -> bool {
        self.ports += ports;
        self.ports <= MAX_PORTS
    }

    /// Counts names of services on networks.
    pub(super) fn add_names(&mut self, names: usize) -> Result<(), LimitExceeded> {
        self.names += names;
        check_limit(self.names, MAX_NETWORK_NAMES, || {
            format!("the services have more than {MAX_NETWORK_NAMES} names on their networks")
        })
    }

    /// Counts mounts in which Portolan searches for configuration files.
    pub(super) fn add_mounts(&mut self, mounts: usize) -> Result<(), LimitExceeded> {
        self.mounts += mounts;
        check_limit(self.mounts, MAX_MOUNTS, || format!("the project has more than {MAX_MOUNTS} mounts"))
    }

    /// Counts bytes of configuration files.
    pub(super) fn add_config_bytes(&mut self, bytes: usize) -> Result<(), LimitExceeded> {
        self.config_bytes += bytes;
        check_limit(self.config_bytes, MAX_CONFIG_BYTES, || {
            format!(
                "the configuration files of the services are larger than {} in total",
                format_mebibytes(MAX_CONFIG_BYTES)
            )
        })
    }

    /// Counts bytes of text that a variable, an alias or `extends` produced.
    pub(super) fn add_expanded_bytes(&mut self, bytes: usize) -> Result<(), LimitExceeded> {
        self.expanded_bytes += bytes;
        check_limit(self.expanded_bytes, MAX_EXPANDED_BYTES, || {
            format!(
                "variables and aliases expand to more than {} of text",
                format_mebibytes(MAX_EXPANDED_BYTES)
            )
        })
    }
}

fn check_limit(used: usize, limit: usize, words: impl FnOnce() -> String) -> Result<(), LimitExceeded> {
    if used > limit { Err(LimitExceeded(words())) } else { Ok(()) }
}

fn format_mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use super::{
        LimitCounters, MAX_CONFIG_BYTES, MAX_EXPANDED_BYTES, MAX_FILES, MAX_MOUNTS, MAX_TOTAL_BYTES,
        MAX_YAML_NODES,
    };

    #[test]
    fn every_limit_is_met_exactly_and_named() {
        let mut limits = LimitCounters::default();
        assert!((0..MAX_FILES).all(|_| limits.count_file().is_ok()));
        assert!(limits.count_file().unwrap_err().to_string().contains("200 files"));
        assert!(limits.add_bytes_read(MAX_TOTAL_BYTES).is_ok());
        assert!(limits.add_bytes_read(1).unwrap_err().to_string().contains("16 MiB"));
        assert!(limits.add_nodes(MAX_YAML_NODES).is_ok());
        assert!(limits.add_nodes(1).unwrap_err().to_string().contains("values"));
        assert!(limits.add_expanded_bytes(MAX_EXPANDED_BYTES).is_ok());
        assert!(limits.add_expanded_bytes(1).unwrap_err().to_string().contains("16 MiB of text"));
        assert!(limits.add_config_bytes(MAX_CONFIG_BYTES).is_ok());
        assert!(limits.add_config_bytes(1).unwrap_err().to_string().contains("32 MiB"));
        assert!(limits.add_mounts(MAX_MOUNTS).is_ok());
        assert!(limits.add_mounts(1).unwrap_err().to_string().contains("400 mounts"));
    }
}

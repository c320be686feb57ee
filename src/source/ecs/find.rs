//! Whether this user has any AWS configuration worth a source: a look at names and files, never at the network.

use super::Config;
use std::path::{Path, PathBuf};

/// The part of the outside world that tells where AWS configuration may be.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The user's home directory.
    pub home: Option<&'a Path>,
}

/// What was found, and where it was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The source to open, if any.
    pub config: Option<Config>,
    /// Each place that was looked at, in words.
    pub looked: Vec<String>,
}

/// Variables any of which means that somebody set AWS up here. A region alone gives no access.
const VARIABLES: [&str; 7] = [
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_ECS",
];

/// Keys of a profile that lead to credentials.
const KEYS: [&str; 8] = [
    "aws_access_key_id",
    "sso_session",
    "sso_start_url",
    "role_arn",
    "credential_process",
    "credential_source",
    "login_session",
    "web_identity_token_file",
];

/// Looks for AWS configuration in the environment and in the two files of the AWS tools.
#[must_use]
pub fn find(around: Surroundings<'_>) -> Found {
    let variable = |name: &str| (around.variable)(name).filter(|value| !value.is_empty());
    let set = VARIABLES.iter().find(|name| variable(name).is_some());
    let mut looked = vec![match set {
        Some(name) => format!("{name} is set"),
        None => format!("none of {} is set", VARIABLES.join(", ")),
    }];
    let mut worth = set.is_some();
    for (name, file) in [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")] {
        let path = variable(name)
            .map(PathBuf::from)
            .or_else(|| around.home.map(|home| home.join(".aws").join(file)));
        let Some(path) = path else { continue };
        let (good, words) = inspect(&path);
        worth |= good;
        looked.push(format!("{} {words}", path.display()));
    }
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| variable(name));
    let config = Config { region: region.unwrap_or_default(), ..Config::default() };
    Found { config: worth.then_some(config), looked }
}

/// Whether the file leads to credentials, and what to say of it.
fn inspect(path: &Path) -> (bool, &'static str) {
    match std::fs::read_to_string(path) {
        Ok(text) if leads_to_credentials(&text) => (true, "has credentials or says where to get them"),
        Ok(_) => (false, "names no credentials"),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => (false, "does not exist"),
        Err(_) => (false, "can not be read"),
    }
}

/// Whether any line of an AWS configuration file sets a key that leads to credentials.
fn leads_to_credentials(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .any(|(key, value)| KEYS.contains(&key.trim()) && !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, find, leads_to_credentials};
    use std::path::Path;

    fn with(pairs: &[(&str, &str)], home: Option<&Path>) -> super::Found {
        let variable = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        find(Surroundings { variable: &variable, home })
    }

    #[test]
    fn a_region_alone_is_nothing_to_open() {
        let found = with(&[("AWS_REGION", "eu-west-1")], Some(Path::new("/nonexistent")));
        assert_eq!(found.config, None);
        assert_eq!(found.looked.len(), 3);
    }

    #[test]
    fn a_profile_or_an_endpoint_is() {
        let found = with(&[("AWS_PROFILE", "dev"), ("AWS_DEFAULT_REGION", "eu-west-1")], None);
        assert_eq!(found.config.unwrap().region, "eu-west-1");
        assert!(with(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")], None).config.is_some());
        assert!(with(&[("AWS_PROFILE", "")], None).config.is_none());
    }

    #[test]
    fn files_count_when_they_lead_to_credentials() {
        assert!(leads_to_credentials("[profile dev]\nsso_session = corp\n"));
        assert!(leads_to_credentials("[default]\naws_access_key_id=AKIA\n"));
        assert!(!leads_to_credentials("[default]\nregion = eu-west-1\n"));
        assert!(!leads_to_credentials("# role_arn\n[default]\nrole_arn =\n"));
    }
}

//! Discovery of AWS configuration in environment variables and files, without access to the network.

use super::Config;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Environment variables and home directory to search for AWS configuration, and the profile and region that
/// the user gave on the command line.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// Profile that the user asked for on the command line.
    pub profile: Option<&'a str>,
    /// Region that the user asked for on the command line.
    pub region: Option<&'a str>,
    /// Function that returns the value of an environment variable, or `None` if it is not set.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Home directory of the user.
    pub home: Option<&'a Path>,
}

/// Result of [`discover`]: a source configuration if there is one, and the places that were searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// Configuration of the source to open; `None` if no AWS configuration was found.
    pub config: Option<Config>,
    /// Searched places, each with its result in words.
    pub searched: Vec<String>,
}

/// Environment variables that give access to AWS. The region is not listed, because alone it gives no access.
const ACCESS_VARIABLES: [&str; 7] = [
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_ECS",
];

/// Settings in the two AWS configuration files that lead to credentials.
const CREDENTIAL_KEYS: [&str; 8] = [
    "aws_access_key_id",
    "sso_session",
    "sso_start_url",
    "role_arn",
    "credential_process",
    "credential_source",
    "login_session",
    "web_identity_token_file",
];

/// Searches the environment and the two AWS configuration files (by default `~/.aws/config` and
/// `~/.aws/credentials`). If the user gave a profile or region on the command line, returns a configuration
/// even if the search finds nothing.
#[must_use]
pub fn discover(env: Env<'_>) -> Discovery {
    let variable = |name: &str| (env.variable)(name).filter(|value| !value.is_empty());
    let set = ACCESS_VARIABLES.iter().find(|name| variable(name).is_some());
    let mut searched = vec![match set {
        Some(name) => format!("{name} is set"),
        None => format!("none of {} is set", ACCESS_VARIABLES.join(", ")),
    }];
    let mut worth = set.is_some() || env.profile.is_some() || env.region.is_some();
    for path in configuration_files(env) {
        let (good, words) = inspect_file(&path);
        worth |= good;
        searched.push(format!("{} {words}", path.display()));
    }
    // `Config::region` takes precedence over the region of the profile. So if the user chose a profile, the
    // configuration gets no region from the environment.
    let exported = || ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| variable(name));
    let region = match (env.region, env.profile) {
        (Some(region), _) => region.to_owned(),
        (None, Some(_)) => String::new(),
        (None, None) => exported().unwrap_or_default(),
    };
    let config = Config { region, profile: env.profile.unwrap_or_default().to_owned(), ..Config::default() };
    Discovery { config: worth.then_some(config), searched }
}

/// Returns the names of the profiles in the two AWS configuration files.
#[must_use]
pub fn profile_names(env: Env<'_>) -> BTreeSet<String> {
    let texts = configuration_files(env).filter_map(|path| std::fs::read_to_string(path).ok());
    texts.flat_map(|text| profiles_in(&text)).collect()
}

/// Returns the names of the profiles in an AWS configuration file. The sections of profiles are `[default]`
/// and `[profile NAME]` or, in the credentials file, `[NAME]`. Skips other sections, such as `[sso-session
/// NAME]`.
fn profiles_in(text: &str) -> Vec<String> {
    let sections = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split(']').next());
    let name = |section: &str| match section.trim().split_once(char::is_whitespace) {
        Some(("profile", name)) => Some(name.trim().trim_matches('"').to_owned()),
        Some(_) => None,
        None => Some(section.trim().to_owned()),
    };
    sections.filter_map(name).filter(|name| !name.is_empty()).collect()
}

/// Returns the paths of the two AWS configuration files.
fn configuration_files(env: Env<'_>) -> impl Iterator<Item = PathBuf> {
    let files = [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    files.into_iter().filter_map(move |(name, file)| {
        let given = (env.variable)(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        given.or_else(|| env.home.map(|home| home.join(".aws").join(file)))
    })
}

/// Searches a file for credentials, or for settings that lead to credentials. Returns true if it has any, and
/// the result in words.
fn inspect_file(path: &Path) -> (bool, &'static str) {
    match std::fs::read_to_string(path) {
        Ok(text) if leads_to_credentials(&text) => (true, "has credentials or a credential source"),
        Ok(_) => (false, "has no credentials"),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => (false, "does not exist"),
        Err(_) => (false, "can't be read"),
    }
}

/// Returns true if any line of an AWS configuration file sets a key that leads to credentials.
fn leads_to_credentials(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .any(|(key, value)| CREDENTIAL_KEYS.contains(&key.trim()) && !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Env, discover, leads_to_credentials, profiles_in};
    use std::path::Path;

    fn with(pairs: &[(&str, &str)], home: Option<&Path>) -> super::Discovery {
        let variable = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        discover(Env { profile: None, region: None, variable: &variable, home })
    }

    #[test]
    fn a_profile_on_the_command_line_brings_its_own_region() {
        let variable = |name: &str| (name == "AWS_REGION").then(|| "us-east-1".to_owned());
        let env = Env { profile: Some("eu"), region: None, variable: &variable, home: None };
        let config = discover(env).config.unwrap();
        assert_eq!((config.profile.as_str(), config.region.as_str()), ("eu", ""));
        let both = discover(Env { region: Some("eu-west-1"), ..env }).config.unwrap();
        assert_eq!((both.profile.as_str(), both.region.as_str()), ("eu", "eu-west-1"));
    }

    #[test]
    fn a_region_on_the_command_line_asks_for_ecs() {
        let env = Env { profile: None, region: Some("eu-west-1"), variable: &|_| None, home: None };
        assert_eq!(discover(env).config.unwrap().region, "eu-west-1");
    }

    #[test]
    fn a_region_alone_is_nothing_to_open() {
        let found = with(&[("AWS_REGION", "eu-west-1")], Some(Path::new("/nonexistent")));
        assert_eq!(found.config, None);
        assert_eq!(found.searched.len(), 3);
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

    #[test]
    fn profiles_are_the_sections_of_both_files() {
        let config =
            "[default]\n[profile dev]\nregion=x\n [ profile \"a b\" ]\n[sso-session corp]\n[services s]\n";
        assert_eq!(profiles_in(config), ["default", "dev", "a b"]);
        assert_eq!(profiles_in("[prod-readonly]\naws_access_key_id=AKIA\n[]\n"), ["prod-readonly"]);
    }
}

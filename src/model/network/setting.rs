//! Settings: the variable, argument, label, option or file line in which a reference was found, without its
//! value.
//!
//! Recordings, the cache and JSON output hold a setting as text, such as `environment DB_HOST`. Only this
//! file writes and parses that text.

use crate::model::{Text, text::MAX_TEXT_CHARS};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt};

/// Text between the variable and the load balancer of a [`Setting::LoadBalancerUrl`].
const THROUGH_LOAD_BALANCER: &str = " through load balancer ";

/// The setting in which Portolan found a reference, such as the variable `DB_HOST`. It never holds the value.
#[derive(Clone, Debug)]
pub enum Setting {
    /// An environment variable, by name.
    Environment(Text),
    /// An environment variable whose value is the URL of a load balancer in front of another service.
    LoadBalancerUrl {
        /// Name of the variable.
        variable: Text,
        /// Name of the load balancer.
        load_balancer: Text,
    },
    /// A command line argument without an option, by its position among the words of the command line, from
    /// 1.
    Argument(u32),
    /// A command line option, by name.
    Option(Text),
    /// A label of the container, by name.
    Label(Text),
    /// A line of a configuration file.
    File {
        /// Path of the file in the container.
        path: Text,
        /// Number of the line, counted from 1.
        line: u32,
    },
    /// Any other setting, in words: an entry of `extra_hosts` or `depends_on`, or a part of a service mesh.
    Other(Text),
}

impl Setting {
    /// Returns the setting for the environment variable `name`.
    #[must_use]
    pub fn environment(name: &str) -> Self {
        Self::Environment(bounded(name, "environment ".len()))
    }

    /// Returns the setting for the environment variable `variable`, whose value is a URL of the load balancer
    /// `load_balancer`.
    #[must_use]
    pub fn load_balancer_url(variable: &str, load_balancer: &str) -> Self {
        Self::LoadBalancerUrl {
            variable: bounded(variable, MAX_TEXT_CHARS / 2),
            load_balancer: bounded(load_balancer, MAX_TEXT_CHARS / 2 + 50),
        }
    }

    /// Returns the setting for the command line option `name`.
    #[must_use]
    pub fn option(name: &str) -> Self {
        Self::Option(bounded(name, "argument ".len()))
    }

    /// Returns the setting for the container label `name`.
    #[must_use]
    pub fn label(name: &str) -> Self {
        Self::Label(bounded(name, "label ".len()))
    }

    /// Returns the setting for the line `line` of the configuration file at `path`.
    #[must_use]
    pub fn file(path: &str, line: u32) -> Self {
        Self::File { path: bounded(path, "file :4294967295 ".len()), line }
    }

    /// Parses the text of a setting, such as `environment DB_HOST`. Text of an unknown form becomes
    /// [`Setting::Other`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let known = match text.split_once(' ') {
            Some(("environment", name)) => Some(match name.split_once(THROUGH_LOAD_BALANCER) {
                Some((variable, load_balancer)) => Self::load_balancer_url(variable, load_balancer),
                None => Self::environment(name),
            }),
            Some(("argument", name)) => {
                Some(canonical_number(name).map_or_else(|| Self::option(name), Self::Argument))
            }
            Some(("label", name)) => Some(Self::label(name)),
            Some(("file", place)) => place
                .rsplit_once(':')
                .and_then(|(path, line)| Some(Self::file(path, canonical_number(line)?))),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Other(text.into()))
    }
}

/// Returns `name` without control characters, cut so that a [`Text`] has space for `others` more characters.
fn bounded(name: &str, others: usize) -> Text {
    let most = MAX_TEXT_CHARS.saturating_sub(others);
    if name.len() <= most { Text::new(name) } else { Text::with_max_chars(name, most) }
}

/// Returns the number that `text` spells. Returns `None` for other text, and for an unusual spelling such as
/// `02`.
fn canonical_number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::LoadBalancerUrl { variable, load_balancer } => {
                write!(f, "environment {variable}{THROUGH_LOAD_BALANCER}{load_balancer}")
            }
            Self::Argument(position) => write!(f, "argument {position}"),
            Self::Option(name) => write!(f, "argument {name}"),
            Self::Label(name) => write!(f, "label {name}"),
            Self::File { path, line } => write!(f, "file {path}:{line}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

/// Settings sort by their texts, because recordings and exports list references in that order.
impl Ord for Setting {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Environment(a), Self::Environment(b))
            | (Self::Option(a), Self::Option(b))
            | (Self::Label(a), Self::Label(b))
            | (Self::Other(a), Self::Other(b)) => a.cmp(b),
            _ => self.to_string().cmp(&other.to_string()),
        }
    }
}

impl PartialOrd for Setting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File { path: a, line: n }, Self::File { path: b, line: m }) => (n, a) == (m, b),
            _ => self.cmp(other) == Ordering::Equal,
        }
    }
}

impl Eq for Setting {}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::Setting;

    #[test]
    fn each_setting_is_read_back_from_its_text() {
        let settings = [
            ("environment DB_HOST", Setting::environment("DB_HOST")),
            ("environment API_URL through load balancer quay", Setting::load_balancer_url("API_URL", "quay")),
            ("argument 2", Setting::Argument(2)),
            ("argument --peer", Setting::option("--peer")),
            ("argument 02", Setting::option("02")),
            ("label traefik.enable", Setting::label("traefik.enable")),
            ("file /etc/a:b.conf:12", Setting::file("/etc/a:b.conf", 12)),
            ("file /etc/app.conf:x", Setting::Other("file /etc/app.conf:x".into())),
            ("depends_on", Setting::Other("depends_on".into())),
        ];
        for (text, setting) in settings {
            assert_eq!(format!("{:?}", Setting::parse(text)), format!("{setting:?}"));
            assert_eq!(setting.to_string(), text);
            assert_eq!(serde_json::to_value(&setting).unwrap(), text);
            assert_eq!(serde_json::from_value::<Setting>(text.into()).unwrap(), setting);
        }
    }

    #[test]
    fn the_longest_names_survive_a_recording() {
        let long = "x".repeat(9_000);
        let settings = [
            Setting::environment(&long),
            Setting::load_balancer_url(&long, &long),
            Setting::option(&long),
            Setting::label(&long),
            Setting::file(&long, u32::MAX),
            Setting::parse(&long),
        ];
        for setting in settings {
            let text = serde_json::to_value(&setting).unwrap();
            assert_eq!(serde_json::from_value::<Setting>(text).unwrap(), setting);
        }
    }

    #[test]
    fn settings_are_in_the_order_of_their_texts() {
        let mut settings =
            ["file /a:10", "links", "argument 2", "file /a:9", "environment B", "argument --b"]
                .map(Setting::parse);
        settings.sort();
        let texts = settings.map(|setting| setting.to_string());
        assert_eq!(
            texts,
            ["argument --b", "argument 2", "environment B", "file /a:10", "file /a:9", "links"]
        );
    }
}

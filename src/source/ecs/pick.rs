//! Which of many are meant: names with `*` for any text and `?` for any character, and those behind a `!` left out.

use regex::Regex;

/// Patterns, as the configuration gives them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pick {
    wanted: Vec<Regex>,
    unwanted: Vec<Regex>,
}

impl Pick {
    /// Whether there is any pattern among these, and not only plain names.
    #[must_use]
    pub(crate) fn is_needed(names: &[String]) -> bool {
        names.iter().any(|name| name.contains(['*', '?']) || name.starts_with('!'))
    }

    /// Those patterns.
    #[must_use]
    pub(crate) fn new(patterns: &[String]) -> Self {
        let read = |pattern: &str| {
            let escaped = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
            Regex::new(&format!("^(?s:{escaped})$")).ok()
        };
        let (unwanted, wanted): (Vec<&String>, Vec<&String>) =
            patterns.iter().partition(|p| p.starts_with('!'));
        Self {
            wanted: wanted.into_iter().filter_map(|pattern| read(pattern)).collect(),
            unwanted: unwanted.into_iter().filter_map(|pattern| read(&pattern[1..])).collect(),
        }
    }

    /// Whether all are meant, whatever their names.
    #[must_use]
    pub(crate) fn takes_all(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Whether that name is meant. Without a pattern that wants anything, all are that none leaves out.
    #[must_use]
    pub(crate) fn takes(&self, name: &str) -> bool {
        let any = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(name));
        (self.wanted.is_empty() || any(&self.wanted)) && !any(&self.unwanted)
    }
}

#[cfg(test)]
mod tests {
    use super::Pick;

    fn taken(patterns: &[&str]) -> String {
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let pick = Pick::new(&patterns);
        ["shop-prod", "shop-test", "ops", "o.s"]
            .into_iter()
            .filter(|name| pick.takes(name))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn patterns_take_and_leave_out() {
        assert_eq!(taken(&[]), "shop-prod shop-test ops o.s");
        assert_eq!(taken(&["shop-*"]), "shop-prod shop-test");
        assert_eq!(taken(&["shop-*", "!*-test"]), "shop-prod");
        assert_eq!(taken(&["!shop-*"]), "ops o.s");
        assert_eq!(taken(&["o?s"]), "ops o.s");
        assert_eq!(taken(&["o.s"]), "o.s", "a dot is a dot");
        assert_eq!(taken(&["nothing"]), "");
    }

    #[test]
    fn plain_names_need_no_list_of_all() {
        assert!(!Pick::is_needed(&["shop".into()]) && !Pick::is_needed(&[]));
        assert!(Pick::is_needed(&["shop".into(), "!x".into()]) && Pick::is_needed(&["s*".into()]));
    }
}

//! Filters for names of clusters, services and task families: `*` stands for any text, `?` for any character,
//! and a leading `!` excludes names.

use regex::Regex;

/// Filter for names, made of the names and patterns in the configuration: one list includes names, another
/// excludes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameFilter {
    included: Vec<Regex>,
    excluded: Vec<Regex>,
}

impl NameFilter {
    /// Returns true if `names` contains a pattern or an exclusion, and not only plain names.
    #[must_use]
    pub(crate) fn has_patterns(names: &[String]) -> bool {
        names.iter().any(|name| name.contains(['*', '?']) || name.starts_with('!'))
    }

    /// Returns a filter for `patterns`. A pattern without `*` and `?` is a plain name.
    #[must_use]
    pub(crate) fn new(patterns: &[String]) -> Self {
        let read = |pattern: &str| {
            let escaped = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
            Regex::new(&format!("^(?s:{escaped})$")).ok()
        };
        let (excluded, included): (Vec<&String>, Vec<&String>) =
            patterns.iter().partition(|p| p.starts_with('!'));
        Self {
            included: included.into_iter().filter_map(|pattern| read(pattern)).collect(),
            excluded: excluded.into_iter().filter_map(|pattern| read(&pattern[1..])).collect(),
        }
    }

    /// Returns true if the filter lets every name through.
    #[must_use]
    pub(crate) fn matches_all(&self) -> bool {
        self.included.is_empty() && self.excluded.is_empty()
    }

    /// Returns true if the filter lets `name` through: no exclusion matches it, and an including pattern
    /// does, unless there are no including patterns.
    #[must_use]
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.matches_any_name(&[name])
    }

    /// Returns true if the filter lets a resource with several names through, such as a name and an ARN.
    #[must_use]
    pub(crate) fn matches_any_name(&self, names: &[&str]) -> bool {
        let any = |patterns: &[Regex]| {
            patterns.iter().any(|pattern| names.iter().any(|name| pattern.is_match(name)))
        };
        (self.included.is_empty() || any(&self.included)) && !any(&self.excluded)
    }
}

#[cfg(test)]
mod tests {
    use super::NameFilter;

    #[test]
    fn a_pattern_may_match_the_name_or_the_arn() {
        let patterns = ["arn:aws:ecs:eu-west-1:1:cluster/shop".to_owned(), "!x-*".to_owned()];
        let filter = NameFilter::new(&patterns);
        assert!(filter.matches_any_name(&["shop", "arn:aws:ecs:eu-west-1:1:cluster/shop"]));
        assert!(!filter.matches_any_name(&["x-1", "arn:aws:ecs:eu-west-1:1:cluster/x-1"]));
    }

    fn taken(patterns: &[&str]) -> String {
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let filter = NameFilter::new(&patterns);
        ["shop-prod", "shop-test", "ops", "o.s"]
            .into_iter()
            .filter(|name| filter.matches(name))
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
        assert!(!NameFilter::has_patterns(&["shop".into()]) && !NameFilter::has_patterns(&[]));
        assert!(
            NameFilter::has_patterns(&["shop".into(), "!x".into()])
                && NameFilter::has_patterns(&["s*".into()])
        );
    }
}

//! Suggestions for mistyped names.

use std::cmp::Reverse;

/// Returns the value of the candidate whose name is most similar to `typed`. Returns `None` if no name is
/// similar: the edit distance may be at most a third of the letters typed, rounded up, unless the name begins
/// with `typed`.
pub fn nearest<S: AsRef<str>, T>(typed: &str, candidates: impl IntoIterator<Item = (S, T)>) -> Option<T> {
    let typed = typed.to_lowercase();
    let max_distance = typed.chars().count().div_ceil(3);
    let rated = candidates.into_iter().filter_map(|(name, value)| {
        let name = name.as_ref().to_lowercase();
        let distance = strsim::damerau_levenshtein(&name, &typed);
        let begins = !typed.is_empty() && name.starts_with(&typed);
        (distance <= max_distance || begins).then_some(((Reverse(begins), distance), value))
    });
    rated.min_by_key(|(rating, _)| *rating).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_a_similar_name_is_suggested() {
        let known = ["orders", "order-history", "payments", "db"];
        let suggested = |typed: &str| nearest(typed, known.map(|name| (name, name)));
        for (typed, meant) in [("ordres", "orders"), ("Orders", "orders"), ("pay", "payments"), ("bd", "db")]
        {
            assert_eq!(suggested(typed), Some(meant), "{typed}");
        }
        for typed in ["zookeeper", "x", "", "inventory"] {
            assert_eq!(suggested(typed), None, "{typed}");
        }
    }
}

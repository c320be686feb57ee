//! Templates of calls and commands, with the names of parameters in braces.

/// Fills a template such as `docker stop {container}`. `value` returns the text for the name in braces.
pub(super) fn fill_template(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = template.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A value is never searched for further names.
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        filled.push_str(&value(name));
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::fill_template;

    #[test]
    fn a_value_is_not_a_template() {
        let value = |name: &str| if name == "a" { "{b}".to_owned() } else { "x".to_owned() };
        assert_eq!(fill_template("stop {a} in {b}", value), "stop {b} in x");
        assert_eq!(fill_template("stop", value), "stop");
    }
}

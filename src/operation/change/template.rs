//! Templates of calls and commands, with the names of parameters in braces.

use crate::model::{shell_operand, shell_option};

/// Fills a template such as `docker stop {container}`. `value` returns the text for the name in braces.
pub(super) fn fill_template(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = template.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // Inserts values as they are: braces in a value have no effect.
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        filled.push_str(&value(name));
        filled.push_str(rest);
    }
    filled
}

/// Fills the arguments of a command for a shell, such as `stop {container}` or `stop-task --task {task}`.
/// Quotes each value, and makes sure that the command does not take it for an option.
pub(super) fn fill_arguments(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in template.split(' ') {
        let Some(name) = word.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
            words.push(word.to_owned());
            continue;
        };
        let filled = match words.pop_if(|before| before.starts_with("--")) {
            Some(option) => shell_option(&option, &value(name)),
            None => shell_operand(&value(name)),
        };
        words.push(filled);
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{fill_arguments, fill_template};

    #[test]
    fn no_value_is_an_option_or_a_command() {
        let value = |name: &str| if name == "a" { "--all".to_owned() } else { "x; reboot".to_owned() };
        assert_eq!(fill_arguments("stop {a}", value), "stop -- '--all'");
        assert_eq!(
            fill_arguments("stop-task --task {a} --reason {b} --yes", value),
            "stop-task --task='--all' --reason 'x; reboot' --yes"
        );
    }

    #[test]
    fn a_value_is_not_a_template() {
        let value = |name: &str| if name == "a" { "{b}".to_owned() } else { "x".to_owned() };
        assert_eq!(fill_template("stop {a} in {b}", value), "stop {b} in x");
        assert_eq!(fill_template("stop", value), "stop");
    }
}

//! Rules of CODEOWNERS files, in the syntax that GitHub documents (About code owners).

use crate::model::{CodeOwners, CodeOwnersRule, Text, Timestamp};

/// Maximum number of rules of one file.
const MAX_RULES: usize = 5_000;
/// Maximum number of owners of one rule.
const MAX_OWNERS: usize = 10;

/// Parses a CODEOWNERS file; `file` is its path for the screen. Returns `None` if it has no rules, or if it has
/// the sections of GitLab, in which several rules can apply at once.
#[must_use]
pub fn parse_code_owners(text: &str, file: &str, changed: Option<Timestamp>) -> Option<CodeOwners> {
    let lines = text.lines().enumerate().map(|(index, line)| (index as u32 + 1, line.trim()));
    let lines: Vec<_> = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect();
    if lines.iter().any(|(_, line)| line.starts_with('[') || line.starts_with("^[")) {
        return None;
    }
    let rules: Vec<CodeOwnersRule> =
        lines.into_iter().take(MAX_RULES).filter_map(|(number, line)| rule(number, line)).collect();
    (!rules.is_empty()).then(|| CodeOwners { file: file.into(), changed, rules })
}

fn rule(line: u32, text: &str) -> Option<CodeOwnersRule> {
    let mut words = text.split_whitespace().take_while(|word| !word.starts_with('#'));
    let pattern = words.next()?;
    let owners = words.filter(|word| word.contains('@')).take(MAX_OWNERS).map(Text::new);
    // An escaped space or a negation, which GitHub does not support, makes the pattern mean something else.
    let is_plain = !pattern.starts_with('!') && !pattern.contains('\\');
    is_plain.then(|| CodeOwnersRule { line, pattern: Text::new(pattern), owners: owners.collect() })
}

#[cfg(test)]
mod tests {
    use super::parse_code_owners;

    #[test]
    fn lines_are_rules() {
        let text = "# all\n*  @acme/all\n\n/orders/ @acme/orders a@acme.example # theirs\n/free/\n!x @y\n";
        let rules = parse_code_owners(text, "CODEOWNERS", None).unwrap().rules;
        let lines: Vec<_> =
            rules.iter().map(|r| format!("{} {} {}", r.line, r.pattern, r.owners.join(","))).collect();
        assert_eq!(lines, ["2 * @acme/all", "4 /orders/ @acme/orders,a@acme.example", "5 /free/ "]);
        assert_eq!(parse_code_owners("[Backend]\n* @a\n", "CODEOWNERS", None), None);
        assert_eq!(parse_code_owners("# none\n", "CODEOWNERS", None), None);
    }
}

//! Rules of CODEOWNERS files, in the syntax that GitHub documents (About code owners).

use crate::model::{CodeOwners, CodeOwnersRule, Text, Timestamp};

/// Maximum number of rules of one file.
const MAX_RULES: usize = 5_000;
/// Maximum number of owners of one rule.
const MAX_OWNERS: usize = 10;

/// Parses a CODEOWNERS file; `file` is its path for the screen. Returns `None` if it has no rules, too many, or the
/// sections of GitLab, in which several rules can apply at once.
#[must_use]
pub fn parse_code_owners(text: &str, file: &str, changed: Option<Timestamp>) -> Option<CodeOwners> {
    let lines = text.lines().enumerate().map(|(index, line)| (index as u32 + 1, line.trim()));
    let lines: Vec<_> = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect();
    let has_sections = lines.iter().any(|(_, line)| line.starts_with('[') || line.starts_with("^["));
    // The last rule counts, so a part of the rules would name wrong owners.
    if has_sections || lines.len() > MAX_RULES {
        return None;
    }
    let rules: Vec<CodeOwnersRule> =
        lines.into_iter().filter_map(|(number, line)| rule(number, line)).collect();
    (!rules.is_empty()).then(|| CodeOwners { file: file.into(), changed, rules })
}

/// Returns the rule in one line. Returns `None` for a line that GitHub skips, because it has a negation, a range in
/// brackets, or an owner that is neither an account nor a mail address.
fn rule(line: u32, text: &str) -> Option<CodeOwnersRule> {
    let (pattern, rest) = split_pattern(text);
    let words = || rest.split_whitespace().take_while(|word| !word.starts_with('#'));
    let is_valid =
        !pattern.starts_with('!') && !pattern.contains(['[', ']']) && words().all(|word| word.contains('@'));
    let owners = words().take(MAX_OWNERS).map(Text::new);
    is_valid.then(|| CodeOwnersRule { line, pattern: Text::new(pattern), owners: owners.collect() })
}

/// Splits a line after its pattern. A blank after a backslash belongs to the pattern.
fn split_pattern(text: &str) -> (&str, &str) {
    let mut is_escaped = false;
    let end = text.find(|c: char| {
        let ends = c.is_whitespace() && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::parse_code_owners;

    #[test]
    fn lines_that_github_skips_are_no_rules() {
        let text = "!/a/ @x\n/b/ x\n/[cd]/ @x\n/my\\ docs/ @docs\n/e/ @x # !\n";
        let rules = parse_code_owners(text, "CODEOWNERS", None).unwrap().rules;
        let patterns: Vec<_> =
            rules.iter().map(|rule| format!("{} {}", rule.pattern, rule.owners.join(","))).collect();
        assert_eq!(patterns, ["/my\\ docs/ @docs", "/e/ @x"]);
    }

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

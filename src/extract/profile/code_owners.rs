//! Parser of CODEOWNERS files, in the syntax that GitHub documents (About code owners), with GitLab's
//! sections.

use crate::model::{CodeOwners, CodeOwnersRule, OwnerPattern, Text, Timestamp};
use std::collections::BTreeMap;

/// Maximum number of rules in one file.
const MAX_RULES: usize = 5_000;
/// Maximum number of owners in one rule.
const MAX_OWNERS: usize = 10;
/// Maximum length of an owner, in characters, as for a mail address. Each rule of a section copies the
/// section's default owners, so without a limit a hostile file could take 100 MB.
const MAX_OWNER_CHARS: usize = 254;

/// Parses a CODEOWNERS file. `file` is the path for display, and `changed` the time at which the file last
/// changed. Returns `None` if the file has no rules.
///
/// # Errors
/// Returns the reason if the file has too many rules. Because the last rule that matches counts, using only
/// some of the rules could give wrong owners.
pub fn parse_code_owners(
    text: &str,
    file: &str,
    changed: Option<Timestamp>,
) -> Result<Option<CodeOwners>, String> {
    let (mut section, mut numbers) = (Section::default(), BTreeMap::new());
    let mut rules = Vec::new();
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((name, default_owners)) = section_start(line) {
            // GitLab merges sections with the same name.
            let next = numbers.len() as u32 + 1;
            let number = *numbers.entry(name.trim().to_lowercase()).or_insert(next);
            section = Section { number, default_owners };
        } else if rules.len() == MAX_RULES {
            return Err(format!("more than {MAX_RULES} rules"));
        } else {
            rules.extend(rule(index as u32 + 1, line, &section));
        }
    }
    Ok((!rules.is_empty()).then(|| CodeOwners { file: file.into(), changed, rules }))
}

/// The section of a CODEOWNERS file whose rules the parser reads now: its number and default owners. A
/// section begins with a line such as `[Name][2] @default` (GitLab, "Code Owners syntax").
#[derive(Default)]
struct Section {
    /// Number of the section in the file, from 1. Sections with the same name have the same number. Rules
    /// before the first section have the number 0.
    number: u32,
    /// Owners for those rules of the section that name none.
    default_owners: Vec<Text>,
}

/// Returns the name and the default owners of the section that begins at `line`. Returns `None` if no section
/// begins there.
fn section_start(line: &str) -> Option<(&str, Vec<Text>)> {
    let (name, rest) = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?.split_once(']')?;
    // The number of required approvals, which is ignored.
    let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
    Some((name, owners(rest)))
}

/// Returns the owners in the rest of a line. Leaves out GitLab's roles, such as `@@maintainer`, because they
/// don't name a person or a team.
fn owners(rest: &str) -> Vec<Text> {
    let words = rest.split_whitespace().take_while(|word| !word.starts_with('#'));
    words
        .filter(|word| !word.starts_with("@@"))
        .take(MAX_OWNERS)
        .map(|word| Text::with_max_chars(word, MAX_OWNER_CHARS))
        .collect()
}

/// Returns the rule in a line. Returns `None` for a line that GitHub ignores, because it has a negation, a
/// range in brackets, or an owner that is neither an account nor an email address.
fn rule(line: u32, text: &str, section: &Section) -> Option<CodeOwnersRule> {
    let (pattern, rest) = split_pattern(text);
    let mut words = rest.split_whitespace().take_while(|word| !word.starts_with('#'));
    let is_valid =
        !pattern.starts_with('!') && !pattern.contains(['[', ']']) && words.all(|word| word.contains('@'));
    let mut owners = owners(rest);
    if owners.is_empty() {
        owners.clone_from(&section.default_owners);
    }
    let pattern = OwnerPattern::new(pattern);
    is_valid.then_some(CodeOwnersRule { line, section: section.number, pattern, owners })
}

/// Splits a line after its pattern. A blank with a backslash before it belongs to the pattern.
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
    use super::{MAX_OWNER_CHARS, MAX_RULES, parse_code_owners};

    #[test]
    fn lines_that_github_skips_are_no_rules() {
        let text = "!/a/ @x\n/b/ x\n/[cd]/ @x\n/my\\ docs/ @docs\n/e/ @x # !\n";
        let rules = parse_code_owners(text, "CODEOWNERS", None).unwrap().unwrap().rules;
        let patterns: Vec<_> =
            rules.iter().map(|rule| format!("{} {}", rule.pattern, rule.owners.join(","))).collect();
        assert_eq!(patterns, ["/my\\ docs/ @docs", "/e/ @x"]);
    }

    #[test]
    fn lines_are_rules() {
        let text = "# all\n*  @acme/all\n\n/orders/ @acme/orders a@acme.example # theirs\n/free/\n!x @y\n";
        let rules = parse_code_owners(text, "CODEOWNERS", None).unwrap().unwrap().rules;
        let lines: Vec<_> =
            rules.iter().map(|r| format!("{} {} {}", r.line, r.pattern, r.owners.join(","))).collect();
        assert_eq!(lines, ["2 * @acme/all", "4 /orders/ @acme/orders,a@acme.example", "5 /free/ "]);
        assert_eq!(parse_code_owners("# none\n", "CODEOWNERS", None), Ok(None));
        assert!(parse_code_owners(&"* @a\n".repeat(MAX_RULES + 1), "CODEOWNERS", None).is_err());
    }

    #[test]
    fn long_default_owners_are_cut() {
        let text = format!("[A] {}\n/x/\n", format!("@{} ", "y".repeat(1_900)).repeat(20));
        let rules = parse_code_owners(&text, "CODEOWNERS", None).unwrap().unwrap().rules;
        let bytes: usize = rules[0].owners.iter().map(|owner| owner.len()).sum();
        assert!(bytes <= 10 * (MAX_OWNER_CHARS + 4), "{bytes} bytes");
    }

    #[test]
    fn each_section_has_its_last_rule_and_its_default_owners() {
        let text = "* @lead\n[Back][2] @back\n/in/\n/bill/ @money\n^[Docs] @writers\n*.md\n/docs/\n[Roles]\n/r/ @@owner\n";
        let owners = parse_code_owners(text, "CODEOWNERS", None).unwrap().unwrap();
        let of = |folder: &str| -> Vec<String> {
            owners.rules_for(folder).iter().map(|rule| rule.owners.join(" ")).collect()
        };
        assert_eq!(of("in/src"), ["@back"]);
        assert_eq!(of("bill"), ["@money"]);
        assert_eq!(of("relay"), ["@lead"]);
        assert_eq!(of("docs"), ["@writers"]);
        assert_eq!(of("r"), [""], "a role is nobody");
        let again = "[A]\n/x/ @first\n[B]\n/y/ @b\n[a]\n/x/ @second\n";
        let owners = parse_code_owners(again, "CODEOWNERS", None).unwrap().unwrap();
        assert_eq!(owners.rules_for("x").len(), 1, "sections of one name are one");
    }
}

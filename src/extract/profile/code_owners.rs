//! Parser of CODEOWNERS files, in the syntax of the host that reads them: GitHub ("About code owners"), GitLab
//! ("Code Owners syntax", with sections and exclusions), and Gitea ("Code Owners", with regular expressions).
//! On any other host, a rule in a form that is not clear means that its paths have no known owner.

use crate::model::{CodeHost, CodeOwners, CodeOwnersRule, OwnerPattern, Text, Timestamp};
use std::collections::BTreeMap;

/// Maximum number of rules in one file.
const MAX_RULES: usize = 5_000;
/// Maximum number of owners in one rule.
const MAX_OWNERS: usize = 10;
/// Maximum length of an owner, in characters, as for a mail address. Each rule of a section copies the
/// section's default owners, so without a limit a hostile file could take 100 MB.
const MAX_OWNER_CHARS: usize = 254;
/// Mark that some editors write at the start of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// Start of a line that defines a group, in files for the app Code Owners of Mibex for Bitbucket.
const GROUP_DEFINITION_START: &str = "@@@";

/// Parses a CODEOWNERS file. `host` is the host that reads the file, `file` the path for display, and
/// `changed` the time at which the file last changed. Returns `None` if the file has no rules.
///
/// # Errors
/// Returns the reason if the file has too many rules. Because the last rule that matches counts, using only
/// some of the rules could give wrong owners.
pub fn parse_code_owners(
    text: &str,
    host: CodeHost,
    file: &str,
    changed: Option<Timestamp>,
) -> Result<Option<CodeOwners>, String> {
    let (mut section, mut numbers) = (Section::default(), BTreeMap::new());
    let mut rules = Vec::new();
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let has_sections = matches!(host, CodeHost::GitLab | CodeHost::Unknown);
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || line.starts_with('#') || line.starts_with(GROUP_DEFINITION_START) {
            continue;
        }
        if let Some((name, default_owners)) = section_start(line).filter(|_| has_sections) {
            // GitLab merges sections with the same name.
            let next = numbers.len() as u32 + 1;
            let number = *numbers.entry(name.trim().to_lowercase()).or_insert(next);
            section = Section { number, default_owners };
        } else if rules.len() == MAX_RULES {
            return Err(format!("more than {MAX_RULES} rules"));
        } else {
            let number = index as u32 + 1;
            rules.extend(match host {
                CodeHost::GitHub => rule_of_github(number, line),
                CodeHost::Gitea => rule_of_gitea(number, line),
                _ => Some(rule(number, line, &section)),
            });
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
    let owners = if words(rest).all(is_owner) { owners(rest) } else { Vec::new() };
    Some((name, owners))
}

/// Returns the words of the rest of a line, up to a comment.
fn words(rest: &str) -> impl Iterator<Item = &str> {
    rest.split_whitespace().take_while(|word| !word.starts_with('#'))
}

/// Returns true if `word` is an account, a team or a mail address. A role of GitLab, such as `@@maintainer`,
/// and a group of Mibex name no person and no team.
fn is_owner(word: &str) -> bool {
    word.contains('@') && !word.starts_with("@@") && !word.contains(['"', '\''])
}

fn owners(rest: &str) -> Vec<Text> {
    let owners = words(rest).filter(|word| is_owner(word)).take(MAX_OWNERS);
    owners.map(|word| Text::with_max_chars(word, MAX_OWNER_CHARS)).collect()
}

/// Returns the rule in a line of a file for GitHub. Returns `None` for a line that GitHub skips, because it
/// has a negation, a range in brackets, or an owner that is neither an account nor an email address.
fn rule_of_github(line: u32, text: &str) -> Option<CodeOwnersRule> {
    let (pattern, rest) = split_pattern(text);
    let is_valid = !pattern.starts_with('!') && !pattern.contains(['[', ']']) && words(rest).all(is_owner);
    is_valid.then(|| CodeOwnersRule {
        line,
        section: 0,
        pattern: OwnerPattern::new(pattern),
        owners: owners(rest),
        is_exclusion: false,
    })
}

/// Returns the rule in a line of a file for Gitea, where a pattern is a regular expression and the owners of
/// all rules that match count, so that each rule is a section. Returns `None` for an expression other than a
/// path with `.*`: leaving it out takes no owner from other rules.
fn rule_of_gitea(line: u32, text: &str) -> Option<CodeOwnersRule> {
    let (expression, rest) = split_pattern(text);
    let path = expression.trim_start_matches('^').trim_end_matches('$').replace("\\.", "\0");
    let folder = path.strip_suffix(".*")?;
    let is_plain = folder.chars().all(|c| c.is_ascii_alphanumeric() || "-_/\0".contains(c));
    let is_folder = folder.is_empty() || folder.ends_with('/');
    let pattern = OwnerPattern::new(&format!("/{}**", folder.replace('\0', ".").trim_start_matches('/')));
    let is_known = is_plain && is_folder && words(rest).all(is_owner);
    is_known.then(|| CodeOwnersRule {
        line,
        section: line,
        pattern,
        owners: owners(rest),
        is_exclusion: false,
    })
}

/// Returns the rule in a line of a file for GitLab, Bitbucket or an unknown host. The rule has no owners if
/// they are roles or in a form that is not clear: an earlier rule must not decide about its paths.
fn rule(line: u32, text: &str, section: &Section) -> CodeOwnersRule {
    let (pattern, rest) = split_pattern(text);
    let is_exclusion = pattern.starts_with('!');
    let owners = match words(rest).next() {
        None => section.default_owners.clone(),
        Some(_) if words(rest).all(is_owner) => owners(rest),
        Some(_) => Vec::new(),
    };
    let pattern = pattern.trim_start_matches('!');
    // A range in brackets matches one of several characters. `?` matches more, so the rule names nobody.
    let wide = without_ranges(pattern);
    let owners = if wide == pattern { owners } else { Vec::new() };
    CodeOwnersRule { line, section: section.number, pattern: OwnerPattern::new(&wide), owners, is_exclusion }
}

/// Returns `pattern` with `?` in place of each range in brackets, such as `[a-c]`. Brackets with a backslash
/// before them stay.
fn without_ranges(pattern: &str) -> String {
    let (mut wide, mut is_escaped, mut is_range) = (String::with_capacity(pattern.len()), false, false);
    for c in pattern.chars() {
        match c {
            '[' if !is_escaped && !is_range => {
                is_range = true;
                wide.push('?');
            }
            ']' if is_range && !is_escaped => is_range = false,
            _ if is_range => {}
            _ => wide.push(c),
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    wide
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
    use crate::model::{CodeHost, CodeOwners};

    fn parse(text: &str, host: CodeHost) -> CodeOwners {
        parse_code_owners(text, host, "CODEOWNERS", None).unwrap().unwrap()
    }

    /// Returns the owners of `folder`, those of each rule as one text.
    fn owners_of(text: &str, host: CodeHost, folder: &str) -> Vec<String> {
        parse(text, host).rules_for(folder).iter().map(|rule| rule.owners.join(" ")).collect()
    }

    #[test]
    fn lines_that_github_skips_are_no_rules() {
        let text = "!/a/ @x\n/b/ x\n/[cd]/ @x\n/my\\ docs/ @docs\n/e/ @x # !\n[A] @x\n/f/ @@x\n";
        let rules = parse(text, CodeHost::GitHub).rules;
        let patterns: Vec<_> =
            rules.iter().map(|rule| format!("{} {}", rule.pattern, rule.owners.join(","))).collect();
        assert_eq!(patterns, ["/my\\ docs/ @docs", "/e/ @x"]);
    }

    #[test]
    fn lines_are_rules() {
        let text = "\u{feff}*  @acme/all\n\n/orders/ @acme/orders a@acme.example # theirs\n/free/\n!x @y\n";
        let rules = parse(text, CodeHost::GitHub).rules;
        let lines: Vec<_> =
            rules.iter().map(|r| format!("{} {} {}", r.line, r.pattern, r.owners.join(","))).collect();
        assert_eq!(lines, ["1 * @acme/all", "3 /orders/ @acme/orders,a@acme.example", "4 /free/ "]);
        let read = |text: &str| parse_code_owners(text, CodeHost::GitHub, "CODEOWNERS", None);
        assert_eq!(read("# none\n"), Ok(None));
        assert!(read(&"* @a\n".repeat(MAX_RULES + 1)).is_err());
    }

    #[test]
    fn long_default_owners_are_cut() {
        let text = format!("[A] {}\n/x/\n", format!("@{} ", "y".repeat(1_900)).repeat(20));
        let rules = parse(&text, CodeHost::GitLab).rules;
        let bytes: usize = rules[0].owners.iter().map(|owner| owner.len()).sum();
        assert!(bytes <= 10 * (MAX_OWNER_CHARS + 4), "{bytes} bytes");
    }

    #[test]
    fn each_section_has_its_last_rule_and_its_default_owners() {
        let text = "* @lead\n[Back][2] @back\n/in/\n/bill/ @money\n^[Docs] @writers\n*.md\n/docs/\n[Roles] @x\n/r/ @@owner\n";
        let of = |folder| owners_of(text, CodeHost::GitLab, folder);
        assert_eq!(of("in/src"), ["@back"]);
        assert_eq!(of("bill"), ["@money"]);
        assert_eq!(of("relay"), ["@lead"]);
        assert_eq!(of("docs"), ["@writers"]);
        assert_eq!(of("r"), [""], "a role is nobody, not the default owner");
        let again = "[A]\n/x/ @first\n[B]\n/y/ @b\n[a]\n/x/ @second\n";
        assert_eq!(owners_of(again, CodeHost::GitLab, "x").len(), 1, "sections of one name are one");
    }

    #[test]
    fn an_exclusion_holds_for_its_whole_section() {
        let text = "* @lead\n!/demo/\n/demo/ @demo\n[Front] @front\n/apps/\n!/apps/old/\n/apps/\n";
        let of = |folder| owners_of(text, CodeHost::GitLab, folder);
        assert!(of("demo").is_empty());
        assert_eq!(of("apps/old"), ["@lead"]);
        assert_eq!(of("apps/new"), ["@front"]);
        assert_eq!(owners_of(text, CodeHost::GitHub, "demo"), ["@demo"], "GitHub skips such a line");
    }

    #[test]
    fn a_rule_that_is_not_clear_names_nobody() {
        let text = "@@@Motors @piet\n* @jan\nmotor/** @\"Kees Visser\"\nrope/ @@Motors\n/[ab]x/ @x\n";
        let of = |folder| owners_of(text, CodeHost::Unknown, folder);
        assert_eq!(of("brake"), ["@jan"]);
        for folder in ["motor", "rope", "ax"] {
            assert_eq!(of(folder), [""], "{folder}");
        }
    }

    #[test]
    fn all_rules_of_gitea_that_match_count() {
        let text = ".* @all\nsvc/.* @svc\n^svc/api/.*$ @api\n(a|b)/.* @x\n";
        let of = |folder| owners_of(text, CodeHost::Gitea, folder);
        assert_eq!(of("svc/api"), ["@svc", "@api"]);
        assert_eq!(of("a"), ["@all"]);
    }
}

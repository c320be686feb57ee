//! Fuzz target for the files of a repository that describe services. Each section of the input is a file, and its
//! name decides about the parser. Passwords in links and commands must not come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::{extract, model::CodeHost};
use portolan_fuzz::{
    law::{SECRET, assert_safe, has_secret},
    run_limits::within_limits,
    sections::sections,
};
use std::path::Path;

/// Lines of a README with a secret.
const PLANTED_README: &str = "# Shop\n\nThe shop keeps its carts in redis://:{s}@cache:6379 for a day.\n\n\
    ## Run locally\n\n    API_TOKEN={s} cargo run -- --password {s}\n";
/// Git configuration with a token.
const PLANTED_GIT_CONFIG: &str =
    "\n[remote \"origin\"]\n\turl = https://x-access-token:{s}@git.example.invalid/acme/shop.git\n";
/// Catalogue entry with a password in a link.
const PLANTED_CATALOGUE: &str = "\n---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  links:\n    \
    - {title: Runbook, url: 'https://me:{s}@wiki.example.invalid/shop'}\n  annotations:\n    \
    backstage.io/source-location: 'url:https://me:{s}@git.example.invalid/acme/shop'\nspec: {owner: team-a}\n";

fn planted(text: &str) -> String {
    text.replace("{s}", SECRET)
}

/// Reads one file, alone and together with a planted secret.
fn read_file(name: &str, text: &str) {
    let base = name.rsplit('/').next().unwrap_or(name);
    let kind = extract::CATALOGUE_FILES.iter().find(|(known, _)| *known == base).map(|(_, kind)| *kind);
    let place = ("README.md", "services/shop");
    if let Some(kind) = kind {
        for text in [text.to_owned(), text.to_owned() + &planted(PLANTED_CATALOGUE)] {
            assert_safe(&extract::catalogue_entities(kind, &text, place, None));
        }
    } else if base == "CODEOWNERS" {
        for host in [CodeHost::GitHub, CodeHost::GitLab, CodeHost::Gitea, CodeHost::Unknown] {
            let owners = extract::parse_code_owners(text, host, name, None);
            assert_safe(&owners);
            if let Ok(Some(owners)) = owners {
                for path in ["", "services/shop", "README.md", "services/shop/src/main.rs"] {
                    assert_safe(&owners.rules_for(path));
                }
            }
        }
    } else if base == "compose.yaml" {
        // The folders in it are paths of this machine, which the caller cleans.
        let builds = extract::compose_builds(text, Path::new("/src/shop"));
        assert_safe(&builds.map(|builds| builds.into_iter().map(|(name, _)| name).collect::<Vec<_>>()));
    } else if base == "config" {
        for text in [text.to_owned(), text.to_owned() + &planted(PLANTED_GIT_CONFIG)] {
            assert_safe(&extract::remote_of_config(&text));
        }
    } else {
        let (before, after) =
            (planted(PLANTED_README) + text, format!("{text}\n{}", planted(PLANTED_README)));
        for text in [text.to_owned(), before, after] {
            assert_safe(&extract::parse_readme(&text, place, None));
        }
    }
}

fuzz_target!(|input: &[u8]| {
    if has_secret(input) {
        return;
    }
    for file in sections(input) {
        within_limits(|| read_file(&file.name, &file.text()));
    }
});

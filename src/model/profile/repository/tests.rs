//! Tests of repository URLs, in the forms that git, labels and tags use.

use super::RepositoryUrl;

#[test]
fn each_form_gives_the_same_repository() {
    let same = RepositoryUrl::parse("https://github.com/acme/shop").unwrap();
    for raw in [
        "git@github.com:acme/shop.git",
        "ssh://git@github.com/acme/shop.git",
        "https://x-access-token:ghp_secret@github.com/acme/shop.git",
        "git+https://github.com/Acme/Shop",
        "https://github.com/acme/shop/tree/main/services/web",
        "https://github.com/acme/shop//services/web?ref=secret",
        "https://github.com/acme/shop/commits/main",
        "https://github.com/acme/shop/raw/main/Dockerfile",
        "https://github.com/acme/shop/releases",
        "https://github.com/acme/shop.git/",
        "git@github.com-work:acme/shop.git",
        "ssh://git@ssh.github.com:443/acme/shop.git",
        "acme/shop",
    ] {
        let parsed = RepositoryUrl::parse(raw).unwrap();
        assert!(parsed.is_same(&same), "{raw}");
        assert!(!parsed.to_string().contains("secret"), "{raw}");
    }
    assert!(!RepositoryUrl::parse("gitlab.com/acme/shop").unwrap().is_same(&same));
    let azure = RepositoryUrl::parse("https://s3cret@dev.azure.com/acme/My%20Shop/_git/orders").unwrap();
    assert_eq!(azure.to_string(), "https://dev.azure.com/acme/My%20Shop/_git/orders");
    for raw in [
        "git@ssh.dev.azure.com:v3/acme/My%20Shop/orders",
        "acme@vs-ssh.visualstudio.com:v3/acme/My%20Shop/orders",
    ] {
        assert!(RepositoryUrl::parse(raw).unwrap().is_same(&azure), "{raw}");
    }
}

#[test]
fn pages_of_a_repository_are_cut_off() {
    for (raw, expected) in [
        ("https://bitbucket.org/acme/shop/src/master/", "https://bitbucket.org/acme/shop"),
        ("https://codeberg.org/acme/shop/src/commit/abc", "https://codeberg.org/acme/shop"),
        ("https://git.acme.example/acme/shop/src/branch/main", "https://git.acme.example/acme/shop"),
        ("https://gitlab.com/acme/src/shop/-/tree/main", "https://gitlab.com/acme/src/shop"),
        ("ssh://git@altssh.gitlab.com:443/acme/shop.git", "https://gitlab.com/acme/shop"),
        ("https://git.acme.example/shop.git", "https://git.acme.example/shop"),
    ] {
        assert_eq!(RepositoryUrl::parse(raw).unwrap().to_string(), expected, "{raw}");
    }
}

#[test]
fn only_links_to_the_code_are_links_to_a_repository() {
    for (raw, expected) in [
        ("https://github.com/acme/shop", true),
        ("https://github.com/acme/shop/tree/main/web", true),
        ("https://gitlab.com/acme/back/shop/-/tree/main", true),
        ("https://bitbucket.org/acme/shop/src/main/", true),
        ("https://github.com/acme/shop/actions", false),
        ("https://github.com/acme/shop/wiki", false),
        ("https://gitlab.com/acme/shop/-/pipelines", false),
        ("https://github.com/acme/shop/issues", false),
    ] {
        assert_eq!(RepositoryUrl::parse_link(raw).is_some(), expected, "{raw}");
    }
}

#[test]
fn the_url_of_a_file_encodes_blanks() {
    let url = |raw: &str| RepositoryUrl::parse(raw).unwrap().file_url("my apps/README.md");
    assert_eq!(
        url("git@gitlab.acme.example:acme/shop.git").unwrap(),
        "https://gitlab.acme.example/acme/shop/-/blob/HEAD/my%20apps/README.md"
    );
    assert_eq!(url("https://bitbucket.acme.example/projects/OPS/repos/shop"), None);
}

#[test]
fn a_port_for_ssh_is_none_of_the_web_page() {
    let shown = |raw| RepositoryUrl::parse(raw).unwrap().to_string();
    assert_eq!(shown("ssh://git@git.acme.example:2222/acme/shop.git"), "https://git.acme.example/acme/shop");
    assert_eq!(shown("https://git.acme.example:8443/acme/shop"), "https://git.acme.example:8443/acme/shop");
}

#[test]
fn other_text_is_no_repository() {
    for raw in [
        "",
        "shop",
        "our monorepo",
        "s3://bucket/key",
        "file:///srv/git/shop",
        "a b/c",
        "C:\\src\\shop",
        "https://me:s3/c?ret@git.example/acme/shop",
        "/srv/git/acme/shop.git",
        "../acme/shop.git",
        "~/git/shop.git",
        "git@git-work:acme/shop.git",
        "git@git.acme.example-work:acme/shop.git",
        "https://github.com/acme",
        "https://github.com/orgs/acme/packages?repo_name=shop",
        "https://dev.azure.com/acme/Shop",
        "registry.acme.example/home/metrics",
        "ghcr.io/acme/shop",
        "ssh://git@bitbucket.acme.example:7999/ops/shop.git",
        "https://bitbucket.acme.example/scm/ops/shop.git",
    ] {
        assert_eq!(RepositoryUrl::parse(raw), None, "{raw}");
    }
}

#[test]
fn a_commit_has_a_page_on_known_hosts() {
    let url = |raw: &str| RepositoryUrl::parse(raw).unwrap().commit_url("0a11beef");
    assert_eq!(url("acme/shop"), None);
    assert_eq!(url("git@github.com:acme/shop.git").unwrap(), "https://github.com/acme/shop/commit/0a11beef");
    assert_eq!(
        url("https://gitlab.acme.example/a/b/shop").unwrap(),
        "https://gitlab.acme.example/a/b/shop/-/commit/0a11beef"
    );
}

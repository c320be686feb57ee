//! Tests of reading checkouts, on folders with the files of real repositories, broken ones and hostile ones.

use super::CheckoutReader;
use crate::{model::Text, private_fs::TemporaryDir};
use std::{collections::BTreeSet, fs, os::unix::fs::symlink, path::Path, sync::Arc};

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

const ORDERS: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: orders}\nspec: {type: service, owner: checkout}\n";

fn repository(root: &Path, name: &str) {
    write(
        root,
        &format!("{name}/.git/config"),
        &format!("[remote \"origin\"]\n\turl = https://t:s3cret@github.com/acme/{name}.git\n"),
    );
}

fn reader(root: &Path) -> CheckoutReader {
    CheckoutReader::new(&["~/*".to_owned()], Some(root))
}

#[test]
fn the_files_of_a_repository_are_read_and_kept_until_they_change() {
    let folder = TemporaryDir::create("portolan-test-checkouts-").unwrap();
    let root = folder.path();
    repository(root, "shop");
    write(root, "shop/services/orders/catalog-info.yaml", ORDERS);
    write(root, "shop/services/orders/README.md", "# Orders\n\nTakes orders from people.\n");
    write(root, "shop/CODEOWNERS", "* @acme/all\n");
    write(root, "shop/.github/CODEOWNERS", "* @acme/first\n");
    write(root, "shop/copilot/users/manifest.yml", "name: users\ntype: Backend Service\n");
    write(root, "shop/node_modules/x/catalog-info.yaml", ORDERS);
    write(root, "shop/deploy/compose.yaml", "services: {orders: {build: ../services/orders}}\n");
    let compose: BTreeSet<Text> = [
        root.join("shop/deploy/compose.yaml").to_string_lossy().as_ref().into(),
        "/none/compose.yaml".into(),
    ]
    .into();
    let mut reader = reader(root);
    let first = reader.read(&compose);
    let [shop] = &first[..] else { panic!("{first:?}") };
    assert_eq!(shop.remote.as_ref().unwrap().to_string(), "https://github.com/acme/shop");
    let entities: Vec<_> = shop.entities.iter().map(|e| format!("{} in {}", e.name, e.folder)).collect();
    assert_eq!(entities, ["users in copilot/users", "orders in services/orders"]);
    assert_eq!(shop.code_owners.as_ref().unwrap().rules[0].owners, ["@acme/first"]);
    assert_eq!(shop.readmes[0].summary, "Takes orders from people.");
    assert_eq!(
        (shop.builds[0].service.as_str(), shop.builds[0].folder.as_str()),
        ("orders", "services/orders")
    );
    assert!(shop.unread.is_empty(), "{:?}", shop.unread);
    assert!(Arc::ptr_eq(&reader.read(&compose)[0], shop), "nothing changed, so nothing is parsed");
    write(root, "shop/CODEOWNERS", "# changed, and longer\n* @acme/all\n");
    write(root, "shop/.github/CODEOWNERS", "# changed, and longer\n* @acme/second\n");
    assert_eq!(reader.read(&compose)[0].code_owners.as_ref().unwrap().rules[0].owners, ["@acme/second"]);
}

#[test]
fn links_out_of_the_repository_are_not_followed() {
    let folder = TemporaryDir::create("portolan-test-links-").unwrap();
    let root = folder.path();
    repository(root, "shop");
    write(root, "outside.yaml", ORDERS);
    symlink(root.join("outside.yaml"), root.join("shop/catalog-info.yaml")).unwrap();
    symlink(root, root.join("shop/loop")).unwrap();
    symlink("/dev/zero", root.join("shop/README.md")).unwrap();
    let shop = &reader(root).read(&BTreeSet::new())[0];
    assert!(shop.entities.is_empty() && shop.readmes.is_empty() && shop.unread.is_empty(), "{shop:?}");
}

#[test]
fn broken_files_are_named_and_large_ones_are_cut() {
    let folder = TemporaryDir::create("portolan-test-broken-").unwrap();
    let root = folder.path();
    repository(root, "shop");
    write(root, "shop/catalog-info.yaml", "a: [s3cret");
    write(root, "shop/opslevel.yml", &"a: b\n".repeat(400_000));
    fs::write(root.join("shop/cortex.yaml"), b"\xff\xfe\x00").unwrap();
    write(root, "shop/README.md", &format!("A very long text about it. {}", "x ".repeat(5_000_000)));
    let shop = &reader(root).read(&BTreeSet::new())[0];
    let unread = shop.unread.join("\n");
    for (file, why) in
        [("catalog-info.yaml", "invalid YAML"), ("opslevel.yml", "larger than"), ("cortex.yaml", "not UTF-8")]
    {
        assert!(unread.contains(&format!("{file}: {why}")), "{unread}");
    }
    assert!(!unread.contains("s3cret"));
    assert!(shop.readmes[0].summary.starts_with("A very long text"));
}

#[test]
fn a_thousand_repositories_and_deep_folders_are_bounded() {
    let folder = TemporaryDir::create("portolan-test-many-").unwrap();
    let root = folder.path();
    for number in 0..1_100 {
        fs::create_dir_all(root.join(format!("repo{number:04}/.git"))).unwrap();
    }
    write(root, "repo0000/a/b/c/d/e/f/catalog-info.yaml", ORDERS);
    write(root, "repo0000/a/b/c/d/catalog-info.yaml", ORDERS);
    let all = reader(root).read(&BTreeSet::new());
    assert_eq!((all.len(), all[0].entities.len()), (super::MAX_CHECKOUTS, 1));
}

#[test]
fn only_the_folder_itself_is_read_outside_of_repositories() {
    let folder = TemporaryDir::create("portolan-test-plain-").unwrap();
    let root = folder.path();
    write(root, "home/catalog-info.yaml", ORDERS);
    write(root, "home/below/catalog-info.yaml", ORDERS);
    let all = reader(root).read(&BTreeSet::new());
    assert_eq!(all[0].entities.len(), 1);
    assert!(CheckoutReader::new(&["~/*".to_owned()], None).read(&BTreeSet::new()).is_empty(), "no home");
    assert!(
        CheckoutReader::new(&["/none/*".to_owned(), String::new()], None).read(&BTreeSet::new()).len() <= 1
    );
}

#[test]
fn submodules_and_neighbours_have_the_services_that_are_built_from_them() {
    let folder = TemporaryDir::create("portolan-test-checkouts-").unwrap();
    let root = folder.path();
    for name in ["shop", "shop/vendor/ledger", "portal"] {
        repository(root, name);
    }
    write(root, "shop/web/Dockerfile", "");
    let services = "{web: {build: ./web}, ledger: {build: ./vendor/ledger}, portal: {build: ../portal}, gone: {build: ./gone}}";
    write(root, "shop/compose.yaml", &format!("services: {services}\n"));
    let compose: BTreeSet<Text> = [root.join("shop/compose.yaml").to_string_lossy().as_ref().into()].into();
    let checkouts = CheckoutReader::new(&[], Some(root)).read(&compose);
    let built: Vec<_> = checkouts
        .iter()
        .map(|checkout| {
            let builds =
                checkout.builds.iter().map(|build| format!("{} in `{}`", build.service, build.folder));
            let name = checkout.path.rsplit('/').next().unwrap_or_default().to_owned();
            (name, builds.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let expected = [("portal", "portal in ``"), ("shop", "web in `web`"), ("ledger", "ledger in ``")];
    assert_eq!(built, expected.map(|(name, builds)| (name.to_owned(), builds.to_owned())));
}

#[test]
fn one_readme_of_a_folder_counts_in_any_form() {
    let folder = TemporaryDir::create("portolan-test-checkouts-").unwrap();
    let root = folder.path();
    repository(root, "shop");
    write(root, "shop/orders/README.rst", "Orders\n======\n\nTakes orders from people.\n");
    write(root, "shop/users/README", "Knows who may log in.\n");
    write(root, "shop/users/README.md", "# Users\n\nKnows all the people.\n");
    let checkouts = reader(root).read(&BTreeSet::new());
    let mut found: Vec<_> = checkouts[0].readmes.iter().map(|one| (&*one.folder, &*one.summary)).collect();
    found.sort_unstable();
    assert_eq!(found, [("orders", "Takes orders from people."), ("users", "Knows all the people.")]);
}

#[test]
fn a_changed_remote_of_a_submodule_is_read_again() {
    let folder = TemporaryDir::create("portolan-test-checkouts-").unwrap();
    let root = folder.path();
    let remote = |name: &str| format!("[remote \"origin\"]\n\turl = https://github.com/acme/{name}.git\n");
    write(root, "shop/.git", "gitdir: ../modules/shop\n");
    write(root, "modules/shop/config", &remote("shop"));
    let mut reader = reader(root);
    let mut named = || {
        let checkouts = reader.read(&BTreeSet::new());
        checkouts.iter().find_map(|checkout| checkout.remote.as_ref().map(|remote| remote.name().to_owned()))
    };
    assert_eq!(named().as_deref(), Some("shop"));
    write(root, "modules/shop/config", &remote("renamed-shop"));
    assert_eq!(named().as_deref(), Some("renamed-shop"));
}

#[test]
fn each_host_has_its_own_places_of_code_owners() {
    let folder = TemporaryDir::create("portolan-test-checkouts-").unwrap();
    let root = folder.path();
    let of = |name: &str, url: &str, folders: &[&str]| {
        write(root, &format!("{name}/.git/config"), &format!("[remote \"origin\"]\n\turl = {url}\n"));
        for place in folders {
            write(root, &format!("{name}/{place}/CODEOWNERS"), &format!("* @{place}/x\n.* @{place}/x\n"));
        }
        let all = reader(root).read(&BTreeSet::new());
        let checkout = all.iter().find(|checkout| checkout.path.ends_with(&format!("/{name}")));
        let owners = checkout.unwrap().code_owners.as_ref();
        owners.map(|owners| owners.rules[0].owners[0].to_string()).unwrap_or_default()
    };
    for (name, url, folders, expected) in [
        ("a", "git@github.com:acme/a.git", &[".gitlab", "docs", ".github"][..], "@.github/x"),
        ("b", "git@github.com:acme/b.git", &[".gitlab"], ""),
        ("c", "git@gitlab.com:acme/c.git", &[".github", ".gitlab", "docs"], "@docs/x"),
        ("d", "git@bitbucket.org:acme/d.git", &[".bitbucket", ".github"], "@.bitbucket/x"),
        ("e", "https://codeberg.org/acme/e.git", &[".gitea", ".github"], "@.gitea/x"),
        ("f", "https://git.acme.example/acme/f.git", &[".github"], "@.github/x"),
        ("g", "https://git.acme.example/acme/g.git", &[".github", ".gitlab"], ""),
    ] {
        assert_eq!(of(name, url, folders), expected, "{name}");
    }
}

#[test]
fn a_link_of_a_build_leads_to_the_repository_behind_it() {
    let folder = TemporaryDir::create("portolan-test-checkouts-").unwrap();
    let root = folder.path();
    repository(root, "shop");
    repository(root, "mono");
    write(root, "mono/svc/orders/Dockerfile", "");
    write(root, "shop/compose.yaml", "services: {orders: {build: ./orders}}\n");
    symlink(root.join("mono/svc/orders"), root.join("shop/orders")).unwrap();
    let compose: BTreeSet<Text> = [root.join("shop/compose.yaml").to_string_lossy().as_ref().into()].into();
    let checkouts = CheckoutReader::new(&[], Some(root)).read(&compose);
    let built: Vec<_> = checkouts.iter().flat_map(|checkout| &checkout.builds).collect();
    assert_eq!(built.iter().map(|build| build.folder.as_str()).collect::<Vec<_>>(), ["svc/orders"]);
}

//! Tests of the handbook: links, escaping, and the comparison with a changed estate.

use super::{HandbookChange, HandbookFormat, compare, handbook_files, handbook_statements, stale_files};
use crate::{
    keymap::Keymap,
    model::{
        Fact, FactKind, FactOrigin, Inventory, ProfileFact, ProfileField, Reference, ReferenceKind,
        ReferenceLocation, ReferenceTarget, Service, ServiceId, SourceId, SourceStatus,
        fixtures::{ago, service, snapshot},
    },
    screen::{Scene, Theme},
    store::Store,
};
use std::collections::BTreeSet;

fn calling(name: &str, callees: &[&str]) -> Service {
    let peer = |callee: &&str| Reference {
        kind: ReferenceKind::Environment,
        location: ReferenceLocation::parse("environment X"),
        target: ReferenceTarget::ServiceName((*callee).into()),
    };
    Service { references: callees.iter().map(peer).collect(), ..service(name) }
}

fn with_scene<T>(services: Vec<Service>, read: impl FnOnce(Scene<'_>) -> T) -> T {
    let status = SourceStatus::new(SourceId::new("docker"), "docker", String::new());
    let mut store = Store::new(Inventory::default(), vec![status], 1 << 20, ago(0));
    store.apply_poll_result(&SourceId::new("docker"), Ok(snapshot("docker", services)));
    let (theme, keymap) = (Theme::named("mono", false).unwrap(), Keymap::default());
    read(Scene { store: &store, theme: &theme, keymap: &keymap })
}

fn owned(mut service: Service, owner: &str) -> Service {
    service.profile.facts.extend(ProfileFact::new(
        ProfileField::Owner,
        owner,
        FactOrigin::Running,
        "label team",
    ));
    service
}

#[test]
fn each_link_leads_to_a_page_and_nothing_is_loaded() {
    let services = || vec![calling("web", &["api"]), owned(calling("api", &["web"]), "<b>x</b> [a](b)")];
    for (format, end, open) in
        [(HandbookFormat::Html, ".html", "href=\""), (HandbookFormat::Markdown, ".md", "](")]
    {
        let files = with_scene(services(), |scene| handbook_files(scene, format));
        let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(format!("shop-web{end}").as_str()), "{names:?}");
        for (name, text) in files.iter().filter(|(name, _)| name.ends_with(end)) {
            for link in text.split(open).skip(1).filter_map(|rest| rest.split(['"', ')']).next()) {
                let target = link.split('#').next().unwrap();
                assert!(names.contains(target), "{name}: {link}");
            }
            assert!(!text.contains("<b>x") && !text.contains("src=") && !text.contains("@import"), "{name}");
        }
    }
}

#[test]
fn the_comparison_names_exactly_the_change() {
    let before =
        with_scene(vec![owned(calling("web", &["api"]), "shop"), service("api")], handbook_statements);
    assert_eq!(compare(&before, &before), Ok(Vec::new()));
    let after =
        with_scene(vec![owned(calling("web", &["api"]), "payments"), service("api")], handbook_statements);
    let change = compare(&before, &after).unwrap();
    assert_eq!(
        change,
        [
            HandbookChange::NoLongerHolds("shop/web: owner: shop".into()),
            HandbookChange::Missing("shop/web: owner: payments".into()),
        ]
    );
    assert!(
        compare("{", &after).is_err() && compare("{\"schema\":\"x\",\"statements\":[]}", &after).is_err()
    );
}

#[test]
fn a_name_adds_no_command() {
    let name = "web; rm -rf ~";
    let web =
        Service { id: ServiceId::new(format!("docker/shop/{name}")), name: name.into(), ..service("web") };
    let files = with_scene(vec![web], |scene| handbook_files(scene, HandbookFormat::Markdown));
    let (_, page) = files.iter().find(|(name, _)| name.starts_with("shop-web")).unwrap();
    for command in ["portolan logs --follow", "portolan need"] {
        assert!(page.contains(&format!("    {command} 'docker/shop/web; rm -rf ~'\n")), "{page}");
    }
}

fn page(files: &[(String, String)], start: &str) -> String {
    files.iter().find(|(name, _)| name.starts_with(start)).unwrap().1.clone()
}

#[test]
fn a_deployment_changes_nothing() {
    let deployed = |commit: &str, port: u16| {
        let mut web = service("web");
        let fact = ProfileFact::new(ProfileField::Commit, commit, FactOrigin::Running, "label x");
        web.profile.facts.extend(fact);
        web.facts.push(Fact::new(FactKind::Port, format!("0.0.0.0:{port} → 80/tcp")));
        vec![web]
    };
    let before = with_scene(deployed("0a11beef", 32_768), handbook_statements);
    let after = with_scene(deployed("1b22beef", 49_153), handbook_statements);
    assert_eq!(compare(&before, &after), Ok(Vec::new()));
    let chosen = with_scene(deployed("1b22beef", 8_080), handbook_statements);
    assert_eq!(compare(&before, &chosen).unwrap().len(), 2);
    let files =
        with_scene(deployed("0a11beef", 32_768), |scene| handbook_files(scene, HandbookFormat::Markdown));
    let web = page(&files, "shop-web");
    assert!(!web.contains("0a11beef") && !web.contains("32768") && web.contains("80/tcp"), "{web}");
}

#[test]
fn a_page_about_a_service_that_is_gone_is_named() {
    let before = with_scene(vec![service("web"), service("old")], handbook_statements);
    let after = with_scene(vec![service("web")], handbook_statements);
    let changes = compare(&before, &after).unwrap();
    assert!(changes.contains(&HandbookChange::StalePage("shop-old".into())), "{changes:?}");
    assert_eq!(stale_files(&before, &after), ["shop-old.html", "shop-old.md"]);
    let hostile = before.replace("\"shop-old\"", "\"../shop-old\"");
    assert_eq!(stale_files(&hostile, &after), [""; 0], "only names that Portolan gives");
}

#[test]
fn each_sentence_names_its_own_source() {
    let mut web = calling("web", &["api"]);
    web.profile.facts.extend(ProfileFact::new(
        ProfileField::Description,
        "Shows the shop",
        FactOrigin::CatalogueFile,
        "/src/web/catalog-info.yaml",
    ));
    let files =
        with_scene(vec![web, service("api")], |scene| handbook_files(scene, HandbookFormat::Markdown));
    let line = |page: &str, words: &str| page.lines().find(|line| line.contains(words)).unwrap().to_owned();
    let index = page(&files, "index");
    assert!(line(&index, "Shows the shop").contains("/src/web/catalog-info.yaml"), "{index}");
    let api = page(&files, "shop-api");
    assert!(line(&api, "called by").contains("environment variable of shop/web: environment X"), "{api}");
    let web = page(&files, "shop-web");
    assert!(line(&web, "- calls").contains("environment variable: environment X"), "{web}");
}

//! Tests of the handbook: links, escaping, and the comparison with a changed estate.

use super::{HandbookChange, HandbookFormat, compare, handbook_files, handbook_statements};
use crate::{
    keymap::Keymap,
    model::{
        FactOrigin, Inventory, ProfileFact, ProfileField, Reference, ReferenceKind, ReferenceLocation,
        ReferenceTarget, Service, ServiceId, SourceId, SourceStatus,
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

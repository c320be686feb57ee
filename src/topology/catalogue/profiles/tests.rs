//! Tests of matches and resolved profiles, on inventories modelled on public systems.

use super::ProfileIndex;
use crate::{
    model::{
        CatalogueEntity, Checkout, CodeOwners, CodeOwnersRule, ComposeBuild, EntityKind, Fact, FactKind,
        FactOrigin, Inventory, OwnerPattern, ProfileFact, ProfileField, Readme, RepositoryUrl, Service,
        ServiceAnnotation, ServiceKind, Text,
        fixtures::{service, snapshot},
    },
    topology::{CatalogueMatches, infer},
};
use std::sync::Arc;

fn resolve(inventory: &Inventory) -> ProfileIndex {
    ProfileIndex::new(inventory, &CatalogueMatches::new(inventory))
}

fn fact(field: ProfileField, value: &str, origin: FactOrigin) -> ProfileFact {
    ProfileFact::new(field, value, origin, "there").unwrap()
}

fn entity(name: &str, folder: &str, owner: &str) -> CatalogueEntity {
    CatalogueEntity {
        name: name.into(),
        aliases: Vec::new(),
        kind: EntityKind::Service,
        facts: vec![fact(ProfileField::Owner, owner, FactOrigin::CatalogueFile)],
        depends_on: Vec::new(),
        provides: Vec::new(),
        consumes: Vec::new(),
        folder: folder.into(),
        file: format!("/src/{name}/catalog-info.yaml").into(),
    }
}

fn checkout(name: &str, entities: Vec<CatalogueEntity>) -> Checkout {
    Checkout {
        path: format!("/src/{name}").into(),
        remote: RepositoryUrl::parse(&format!("https://github.com/acme/{name}")),
        entities,
        ..Checkout::default()
    }
}

fn with_repository(name: &str, repository: &str) -> Service {
    let mut made = service(name);
    made.profile.facts = vec![fact(ProfileField::Repository, repository, FactOrigin::Running)];
    made
}

fn inventory(services: Vec<Service>, checkouts: Vec<Checkout>) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.replace_snapshot(Arc::new(snapshot("docker", services)));
    inventory.set_checkouts(checkouts.into_iter().map(Arc::new).collect());
    inventory
}

fn owner(inventory: &Inventory, name: &str) -> Option<String> {
    let profiles = resolve(inventory);
    Some(profiles.of(&service(name).id)?.value(ProfileField::Owner)?.to_string())
}

#[test]
fn a_name_ties_only_if_one_checkout_has_it() {
    let shop = || checkout("shop", vec![entity("orders", "orders", "checkout")]);
    assert_eq!(
        owner(&inventory(vec![service("orders")], vec![shop()]), "orders").as_deref(),
        Some("checkout")
    );
    let other = checkout("old-shop", vec![entity("orders", "", "somebody")]);
    assert_eq!(owner(&inventory(vec![service("orders")], vec![shop(), other]), "orders"), None, "ambiguous");
    let elsewhere = with_repository("orders", "https://github.com/acme/elsewhere");
    assert_eq!(
        owner(&inventory(vec![elsewhere], vec![shop()]), "orders"),
        None,
        "the service's own repository"
    );
    let generic = checkout("site", vec![entity("web", "", "marketing")]);
    assert_eq!(owner(&inventory(vec![service("web")], vec![generic]), "web"), None, "a generic name");
}

fn with_image(name: &str, image: &str) -> Service {
    let mut made = service(name);
    made.kind = ServiceKind::Declared;
    made.facts = vec![Fact::new(FactKind::Image, image)];
    made
}

#[test]
fn a_name_does_not_tie_the_image_of_a_stranger() {
    let shop = || checkout("shop", vec![entity("auth", "auth", "identity")]);
    for (image, expected) in [
        ("ghcr.io/goauthentik/server:2024.6", None),
        ("searxng/searxng", None),
        ("nextcloud:29", None),
        ("ghcr.io/acme/auth", Some("identity")),
        ("1.dkr.ecr.eu-west-1.amazonaws.com/auth:4", Some("identity")),
        ("shop-auth", Some("identity")),
    ] {
        let estate = inventory(vec![with_image("auth", image)], vec![shop()]);
        assert_eq!(owner(&estate, "auth").as_deref(), expected, "{image}");
    }
    let of_image = checkout("intranet", vec![entity("portal", "portal", "intranet")]);
    let estate = inventory(vec![with_image("start", "ghcr.io/else/portal:2")], vec![of_image]);
    assert_eq!(owner(&estate, "start"), None, "the name of a stranger's image");
}

#[test]
fn the_repository_of_the_running_service_ties() {
    let mono =
        checkout("mono", vec![entity("orders", "orders", "checkout"), entity("users", "users", "identity")]);
    let orders = with_repository("orders", "git@github.com:acme/mono.git");
    let gate = with_repository("gate", "git@github.com:acme/mono.git");
    let both = inventory(vec![orders, gate], vec![mono]);
    assert_eq!(owner(&both, "orders").as_deref(), Some("checkout"));
    assert_eq!(owner(&both, "gate"), None, "an uncatalogued service of the same repository");
    let single = checkout("payments", vec![entity("payments-api", "", "payments")]);
    let renamed = with_repository("pay", "https://github.com/acme/payments");
    assert_eq!(owner(&inventory(vec![renamed], vec![single]), "pay").as_deref(), Some("payments"));
    let in_folder = checkout("lamp", vec![entity("lamp-api", "api", "api-team")]);
    let front = with_repository("front", "https://github.com/acme/lamp");
    assert_eq!(owner(&inventory(vec![front], vec![in_folder]), "front"), None, "the only entity is another");
}

#[test]
fn a_catalogue_in_a_repository_of_its_own_says_nothing_about_the_code() {
    let with_stated = |stated: &[&str]| {
        let mut listed = entity("orders", "", "checkout");
        let repository = |url: &&str| fact(ProfileField::Repository, url, FactOrigin::CatalogueFile);
        listed.facts.extend(stated.iter().map(repository));
        let catalogue = Checkout {
            readmes: vec![Readme {
                file: "/src/catalogue/README.md".into(),
                folder: Text::default(),
                summary: "Lists all services.".into(),
                run_section: Vec::new(),
                changed: None,
            }],
            ..checkout("catalogue", vec![listed])
        };
        let profiles = resolve(&inventory(vec![service("orders")], vec![catalogue]));
        let profile = profiles.of(&service("orders").id).unwrap();
        let values = |field| {
            let row = profile.rows.iter().find(move |row| row.field == field);
            row.map(|row| row.facts.iter().map(|fact| fact.value.to_string()).collect()).unwrap_or_default()
        };
        let repositories: Vec<String> = values(ProfileField::Repository);
        (repositories.join(", "), profile.value(ProfileField::Description).is_some())
    };
    let elsewhere = "https://github.com/acme/orders".to_owned();
    assert_eq!(with_stated(&[&elsewhere]), (elsewhere, false));
    let here = "https://github.com/acme/catalogue".to_owned();
    assert_eq!(with_stated(&[&here]), (here.clone(), true));
    assert_eq!(with_stated(&[]), (here, true), "the only entity, in the root");
    let central = checkout("catalogue", vec![entity("orders", "catalog/components", "checkout")]);
    let estate = inventory(vec![service("orders")], vec![central]);
    let profiles = resolve(&estate);
    let profile = profiles.of(&service("orders").id).unwrap();
    assert_eq!(profile.value(ProfileField::Owner).unwrap(), "checkout");
    assert_eq!(profile.value(ProfileField::Repository), None, "no file states a repository");
    assert_eq!(profile.folder, None);
}

fn rule(line: u32, pattern: &str, owner: &str) -> CodeOwnersRule {
    CodeOwnersRule {
        line,
        section: 0,
        pattern: OwnerPattern::new(pattern),
        owners: vec![owner.into()],
        is_exclusion: false,
    }
}

fn code_owners(rules: Vec<CodeOwnersRule>) -> CodeOwners {
    CodeOwners { file: "/src/shop/CODEOWNERS".into(), changed: None, rules }
}

fn build(service: &str, folder: &str) -> ComposeBuild {
    ComposeBuild { file: "/src/shop/compose.yaml".into(), service: service.into(), folder: folder.into() }
}

fn of_compose(name: &str) -> Service {
    let mut made = service(name);
    made.profile.compose_files = vec!["/src/shop/compose.yaml".into()];
    made
}

#[test]
fn a_rule_for_everything_says_nothing_about_a_part() {
    let specific = || vec![rule(1, "*", "@acme/all"), rule(2, "/cmd/", "@acme/cmd")];
    let for_everything = || vec![rule(1, "*", "@acme/all"), rule(2, "*.md", "@acme/docs")];
    for (rules, expected) in [(specific(), None), (for_everything(), Some("@acme/all"))] {
        let shop = Checkout {
            builds: vec![build("web", ""), build("api", "")],
            code_owners: Some(code_owners(rules.clone())),
            ..checkout("shop", Vec::new())
        };
        let estate = inventory(["web", "api"].map(of_compose).to_vec(), vec![shop]);
        assert_eq!(owner(&estate, "web").as_deref(), expected, "two services of one folder");
        let lamp = Checkout { code_owners: Some(code_owners(rules)), ..checkout("lamp", Vec::new()) };
        let estate = inventory(vec![with_repository("web", "https://github.com/acme/lamp")], vec![lamp]);
        assert_eq!(owner(&estate, "web").as_deref(), expected, "a label names the repository only");
    }
}

#[test]
fn a_readme_is_no_documentation_beside_a_label_with_one() {
    let readme = Readme { file: "/src/lamp/README.md".into(), ..Readme::default() };
    let lamp = || Checkout { readmes: vec![readme.clone()], ..checkout("lamp", Vec::new()) };
    let documentation = |service: Service| {
        let profiles = resolve(&inventory(vec![service.clone()], vec![lamp()]));
        let facts = profiles.of(&service.id).unwrap().facts(ProfileField::Documentation).to_vec();
        facts.iter().map(|fact| fact.value.to_string()).collect::<Vec<_>>()
    };
    let mut web = with_repository("web", "https://github.com/acme/lamp");
    assert_eq!(documentation(web.clone()), ["https://github.com/acme/lamp/blob/HEAD/README.md"]);
    web.profile.facts.push(fact(
        ProfileField::Documentation,
        "https://docs.example/web",
        FactOrigin::Running,
    ));
    assert_eq!(documentation(web), ["https://docs.example/web"]);
}

#[test]
fn resources_are_not_the_service() {
    let bucket = CatalogueEntity { kind: EntityKind::Resource, ..entity("bucket", "", "storage") };
    let of = |entities| {
        let shop = Checkout { builds: vec![build("app", "")], ..checkout("shop", entities) };
        owner(&inventory(vec![of_compose("app")], vec![shop]), "app")
    };
    assert_eq!(of(vec![bucket.clone()]), None);
    assert_eq!(of(vec![bucket, entity("shop-app", "", "checkout")]).as_deref(), Some("checkout"));
}

#[test]
fn the_catalogue_of_the_build_folder_precedes_a_namesake() {
    let entities = vec![
        entity("worker", "orders/worker", "orders-team"),
        entity("ledger", "orders/ledger", "orders-team"),
        entity("pay-ledger", "pay/ledger", "pay-team"),
        entity("mailer", ".cortex/catalog", "mail-team"),
    ];
    let builds =
        vec![build("worker", "pay/worker"), build("ledger", "pay/ledger"), build("mailer", "pay/mailer")];
    let shop = Checkout { builds, ..checkout("shop", entities) };
    let estate = inventory(["worker", "ledger", "mailer"].map(of_compose).to_vec(), vec![shop]);
    assert_eq!(owner(&estate, "worker"), None, "a namesake in another folder");
    assert_eq!(owner(&estate, "ledger").as_deref(), Some("pay-team"));
    assert_eq!(owner(&estate, "mailer").as_deref(), Some("mail-team"));
}

#[test]
fn the_remote_gives_its_host_only_to_a_path_without_one() {
    let shown = |stated: &str| {
        let mut listed = entity("orders", "", "checkout");
        listed.facts.push(fact(ProfileField::Repository, stated, FactOrigin::CatalogueFile));
        let own = Checkout {
            remote: RepositoryUrl::parse("ssh://git@git.acme.example:2222/acme/orders.git"),
            ..checkout("orders", vec![listed])
        };
        let profiles = resolve(&inventory(vec![service("orders")], vec![own]));
        profiles.of(&service("orders").id).unwrap().value(ProfileField::Repository).unwrap().to_string()
    };
    let own = "https://git.acme.example/acme/orders";
    for stated in ["acme/orders", "https://github.com/acme/orders", own] {
        assert_eq!(shown(stated), own, "{stated}");
    }
    assert_eq!(shown("https://mirror.example/acme/orders"), "https://mirror.example/acme/orders");
}

#[test]
fn the_compose_build_ties_a_service_to_its_folder() {
    let shop = Checkout {
        builds: vec![build("web", "web"), build("api", "services/api")],
        code_owners: Some(CodeOwners {
            file: "/src/shop/CODEOWNERS".into(),
            changed: None,
            rules: vec![rule(1, "*", "@acme/all"), rule(2, "/services/", "@acme/backend")],
        }),
        readmes: vec![Readme {
            file: "/src/shop/services/api/README.md".into(),
            folder: "services/api".into(),
            summary: "Serves the shop's data.".into(),
            run_section: vec!["make run".into()],
            changed: None,
        }],
        ..checkout("shop", vec![entity("storefront", "web", "web-team")])
    };
    let estate = inventory(["web", "api", "db"].map(of_compose).to_vec(), vec![shop]);
    assert_eq!(
        owner(&estate, "web").as_deref(),
        Some("web-team"),
        "by the folder, with CODEOWNERS as a second"
    );
    assert_eq!(owner(&estate, "api").as_deref(), Some("@acme/backend"));
    assert_eq!(owner(&estate, "db"), None, "an image of others is not the repository's");
    let profiles = resolve(&estate);
    let api = profiles.of(&service("api").id).unwrap();
    assert_eq!(api.value(ProfileField::Description).unwrap(), "Serves the shop's data.");
    assert_eq!(api.value(ProfileField::Repository).unwrap(), "https://github.com/acme/shop");
    assert_eq!(api.folder.as_ref().unwrap(), "/src/shop/services/api");
    assert_eq!(api.run_guide.as_ref().unwrap().lines, ["make run"]);
    let web = profiles.of(&service("web").id).unwrap();
    assert!(
        web.rows.iter().any(|row| row.field == ProfileField::Owner && row.disagrees && row.facts.len() == 2)
    );
    assert!(profiles.of(&service("db").id).unwrap().rows.is_empty());
}

#[test]
fn the_configuration_outranks_the_running_service_and_that_the_file() {
    let annotation = ServiceAnnotation {
        service: "orders".into(),
        runbook: "see the wiki".into(),
        ..ServiceAnnotation::default()
    };
    let mut orders = service("orders");
    orders.profile.facts = vec![fact(ProfileField::Owner, "payments", FactOrigin::Running)];
    let mut estate = Inventory::new(vec![annotation]);
    estate.replace_snapshot(Arc::new(snapshot("docker", vec![orders])));
    estate.set_checkouts(vec![Arc::new(checkout("shop", vec![entity("orders", "", "checkout")]))]);
    let profiles = resolve(&estate);
    let orders = profiles.of(&service("orders").id).unwrap();
    let owners: Vec<&Text> = orders.facts(ProfileField::Owner).iter().map(|fact| &fact.value).collect();
    assert_eq!(owners, ["payments", "checkout"]);
    assert_eq!(orders.value(ProfileField::Runbook).unwrap(), "see the wiki");
}

#[test]
fn declared_dependencies_are_edges_and_references_to_nothing_are_none() {
    let mut orders = entity("orders", "orders", "checkout");
    orders.depends_on = vec!["payments".into(), "nothing".into()];
    orders.consumes = vec!["users-api".into()];
    let mut users = entity("users", "users", "identity");
    users.provides = vec!["users_api".into()];
    let shop = checkout("shop", vec![orders, users, entity("idle", "idle", "x")]);
    let estate = inventory(["orders", "payments", "users"].map(service).to_vec(), vec![shop]);
    let topology = infer(&estate);
    let edges: Vec<String> = topology
        .edges
        .iter()
        .map(|((from, to), edge)| {
            format!("{from} {to} {} {}", edge.evidence[0].kind.id, edge.evidence[0].location)
        })
        .collect();
    assert_eq!(
        edges,
        [
            "docker/shop/orders docker/shop/payments catalogue /src/orders/catalog-info.yaml dependsOn",
            "docker/shop/orders docker/shop/users catalogue /src/orders/catalog-info.yaml consumesApis",
        ]
    );
    let not_running = resolve(&estate).not_running;
    assert_eq!(not_running.iter().map(|entity| entity.name.as_str()).collect::<Vec<_>>(), ["idle"]);
}

#[test]
fn the_address_of_an_owner_stands_beside_the_name() {
    let mut orders = service("orders");
    orders.profile.facts = ["checkout", "@acme/checkout", "checkout@acme.example", "Checkout@acme.example"]
        .map(|value| fact(ProfileField::Owner, value, FactOrigin::Running))
        .to_vec();
    let catalogued = checkout("orders", vec![entity("orders", "", "checkout-team@acme.example")]);
    let profiles = resolve(&inventory(vec![orders], vec![catalogued]));
    let profile = profiles.of(&service("orders").id).unwrap();
    let row = profile.rows.iter().find(|row| row.field == ProfileField::Owner).unwrap();
    let values: Vec<&str> = row.facts.iter().map(|fact| fact.value.as_str()).collect();
    assert_eq!(values, ["checkout", "checkout@acme.example"]);
    assert!(!row.disagrees);
}

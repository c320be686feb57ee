//! Tests of catalogue files, in forms that occur in public repositories.

use super::{CatalogueFileKind, catalogue_entities};
use crate::model::CatalogueEntity;

fn read(kind: CatalogueFileKind, text: &str) -> Vec<CatalogueEntity> {
    catalogue_entities(kind, text, ("/src/shop/catalog-info.yaml", ""), None).unwrap()
}

fn lines(kind: CatalogueFileKind, text: &str) -> Vec<String> {
    let entities = read(kind, text);
    let line = |entity: &CatalogueEntity| {
        let facts = entity.facts.iter().map(|fact| format!("{} {}", fact.field.spec().id, fact.value));
        let uses = entity.depends_on.iter().chain(&entity.consumes).map(|name| format!("uses {name}"));
        format!("{} {:?}: {}", entity.name, entity.kind, facts.chain(uses).collect::<Vec<_>>().join("; "))
    };
    entities.iter().map(line).collect()
}

const BACKSTAGE: &str = "
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: orders
  description: Takes orders
  annotations:
    github.com/project-slug: acme/shop
    pagerduty.com/service-id: PABC
  links:
    - {url: 'https://wiki.example/runbooks/orders?token=s3cret', title: Runbook}
    - {url: https://grafana.example/d/orders, title: Grafana, icon: dashboard}
spec:
  type: service
  lifecycle: production
  owner: group:default/checkout
  system: shop
  dependsOn: ['component:default/payments', 'resource:orders-db']
  consumesApis: [users-api]
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: checkout}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: orders-db}
spec: {type: database, owner: checkout}
---
";

#[test]
fn several_documents_of_backstage_are_read() {
    assert_eq!(
        lines(CatalogueFileKind::Backstage, BACKSTAGE),
        [
            "orders Service: owner checkout; description Takes orders; lifecycle production; system shop; repository \
             https://github.com/acme/shop; on-call PagerDuty service PABC; runbook https://wiki.example/runbooks/orders; \
             dashboard https://grafana.example/d/orders; uses orders-db; uses payments; uses users-api",
            "orders-db Resource: owner checkout",
        ]
    );
}

#[test]
fn documentation_of_techdocs_is_named_by_its_place() {
    let documentation = |annotation: &str| {
        let text = format!(
            "{{apiVersion: backstage.io/v1alpha1, kind: Component, metadata: {{name: a, annotations: {{{annotation}}}}}}}"
        );
        let file = ("/src/shop/packages/a/catalog-info.yaml", "packages/a");
        let entities = catalogue_entities(CatalogueFileKind::Backstage, &text, file, None).unwrap();
        entities[0].facts.first().map(|fact| fact.value.to_string()).unwrap_or_default()
    };
    for (annotation, expected) in [
        ("backstage.io/techdocs-ref: dir:.", "TechDocs in packages/a of the repository"),
        ("backstage.io/techdocs-ref: dir:../../", "TechDocs in the repository"),
        ("backstage.io/techdocs-ref: dir:../b/docs", "TechDocs in packages/b/docs of the repository"),
        ("backstage.io/techdocs-ref: dir:../../../b", ""),
        ("backstage.io/techdocs-entity: system:default/shop", "TechDocs of system:default/shop"),
    ] {
        assert_eq!(documentation(annotation), expected, "{annotation}");
    }
}

#[test]
fn both_versions_of_datadog_are_read() {
    let v2 = "
schema-version: v2.2
dd-service: orders
team: checkout
tier: 1
lifecycle: production
application: shop
contacts:
  - {type: slack, contact: https://acme.slack.com/archives/C01}
  - {type: email, contact: a@acme.example}
links:
  - {name: Runbook, type: runbook, url: https://wiki.example/orders}
  - {name: Source, type: repo, url: https://github.com/acme/shop}
integrations: {pagerduty: {service-url: https://acme.pagerduty.com/service-directory/PABC}}
";
    assert_eq!(
        lines(CatalogueFileKind::Datadog, v2),
        ["orders Service: owner checkout; tier 1; lifecycle production; system shop; chat \
          https://acme.slack.com/archives/C01; repository https://github.com/acme/shop; runbook \
          https://wiki.example/orders; on-call https://acme.pagerduty.com/service-directory/PABC"]
    );
    let v3 = "
apiVersion: v3
kind: service
metadata: {name: orders, owner: checkout, links: [{name: Docs, type: doc, url: https://wiki.example/docs}]}
spec: {lifecycle: production, tier: '1', dependsOn: ['service:payments', 'datastore:orders-db']}
---
apiVersion: v3
kind: system
metadata: {name: shop}
";
    assert_eq!(
        lines(CatalogueFileKind::Datadog, v3),
        [
            "orders Service: owner checkout; tier 1; lifecycle production; documentation https://wiki.example/docs; uses \
          orders-db; uses payments"
        ]
    );
}

#[test]
fn opslevel_cortex_and_copilot_are_read() {
    let opslevel = "
version: 1
service:
  name: Orders
  aliases: [orders-api]
  owner: checkout
  tier: tier_1
  dependencies: [{alias: payments}]
  repositories: [{name: acme/shop, path: /orders}]
  tools: [{name: Wiki, category: runbooks, url: https://wiki.example/orders}]
";
    assert_eq!(
        lines(CatalogueFileKind::OpsLevel, opslevel),
        [
            "Orders Service: owner checkout; tier tier_1; repository acme/shop; runbook https://wiki.example/orders; uses \
          payments"
        ]
    );
    assert!(read(CatalogueFileKind::OpsLevel, opslevel)[0].has_name("orders_api"));
    let cortex = "
openapi: 3.0.1
info:
  title: Orders
  x-cortex-tag: orders
  x-cortex-owners: [{type: EMAIL, name: a}, {type: group, name: checkout}]
  x-cortex-git: {github: {repository: acme/shop}}
  x-cortex-link: [{name: Board, type: dashboard, url: https://grafana.example/d/1}]
  x-cortex-dependency: [{tag: payments}]
";
    assert_eq!(
        lines(CatalogueFileKind::Cortex, cortex),
        ["orders Service: owner checkout; repository https://github.com/acme/shop; dashboard \
          https://grafana.example/d/1; uses payments"]
    );
    let copilot =
        "name: orders\ntype: Backend Service\nimage: {build: ./Dockerfile}\nvariables: {TOKEN: s3cret}\n";
    assert_eq!(
        lines(CatalogueFileKind::Copilot, copilot),
        ["orders Service: deployed-by AWS Copilot, Backend Service"]
    );
}

#[test]
fn broken_and_hostile_files_are_refused_without_a_quote() {
    let levels = (1..9).map(|level| {
        let all = format!("*a{}, ", level - 1).repeat(10);
        format!("a{level}: &a{level} [{all}]\n")
    });
    let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned() + &levels.collect::<String>();
    let deep = "[".repeat(10_000);
    let huge = "a: b\n".repeat(200_000);
    for text in ["a: [s3cret", "a: {b: s3cret", "a: \"s3cret", &bomb, &deep, &huge] {
        let error = catalogue_entities(CatalogueFileKind::Backstage, text, ("f", ""), None).unwrap_err();
        assert!(!error.contains("s3cret"), "{error}");
    }
    for text in
        ["", "---\n---\n", "just text", "[1, 2]", "kind: Component", "apiVersion: 1\nkind: [a]\nmetadata: 7"]
    {
        for kind in [
            CatalogueFileKind::Backstage,
            CatalogueFileKind::Datadog,
            CatalogueFileKind::OpsLevel,
            CatalogueFileKind::Cortex,
            CatalogueFileKind::Copilot,
        ] {
            assert!(read(kind, text).is_empty(), "{text}");
        }
    }
}

#[test]
fn names_with_escapes_are_cleaned() {
    let text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: \"or\\e[2Jders\"}\n";
    assert_eq!(read(CatalogueFileKind::Backstage, text)[0].name, "orders");
}

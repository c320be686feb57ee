//! Table of all kinds of evidence, with their texts, strengths and origins.

use super::{
    CandidateOrigin, EvidenceKind, EvidenceUnit, Strength, catalogue, configured_calls, load_balancer,
    proxy_label,
};
use crate::model::{ObservationMethod, ReferenceKind};

/// All kinds of evidence, in the order in which edges, screens and the documentation list them.
pub const EVIDENCE_KINDS: &[EvidenceKind] = &[
    EvidenceKind {
        id: "socket",
        title: "socket",
        strength: Strength::Observed,
        description: "A connection is open, or was open recently, in the network namespace of a local \
                      container.",
        verb: " connected to",
        unit: EvidenceUnit::Connection,
        origin: CandidateOrigin::Connections(ObservationMethod::Socket),
    },
    EvidenceKind {
        id: "flow-log",
        title: "VPC flow log",
        strength: Strength::Observed,
        description: "A VPC flow log record shows traffic from one task's address to another's.",
        verb: " shows traffic to",
        unit: EvidenceUnit::Connection,
        origin: CandidateOrigin::Connections(ObservationMethod::FlowLog),
    },
    EvidenceKind {
        id: "service-connect",
        title: "Service Connect metric",
        strength: Strength::Observed,
        description: "A CloudWatch metric of ECS Service Connect counts requests from one service to the \
                      other.",
        verb: " counts requests to",
        unit: EvidenceUnit::Connection,
        origin: CandidateOrigin::Connections(ObservationMethod::ServiceConnect),
    },
    EvidenceKind {
        id: "declared",
        title: "Portolan's configuration",
        strength: Strength::Declared,
        description: "The `calls` list of a `[[service]]` in Portolan's configuration names the callee.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::Search(configured_calls::search),
    },
    EvidenceKind {
        id: "environment",
        title: "environment variable",
        strength: Strength::Declared,
        description: "The value of a variable, of the container or its image, names a host, URL, connection \
                      string or ARN. Portolan keeps only the variable's name, the host and the port.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Environment),
    },
    EvidenceKind {
        id: "tool-setting",
        title: "tool setting",
        strength: Strength::Possible,
        description: "A variable for a command line tool in the service's image (`…_CLI_…`) names it. By \
                      itself it makes no edge; it supports one that other evidence makes.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ToolSetting),
    },
    EvidenceKind {
        id: "argument",
        title: "argument",
        strength: Strength::Declared,
        description: "The entry point, the command or an argument names a host, URL, connection string or \
                      ARN.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Argument),
    },
    EvidenceKind {
        id: "link",
        title: "container link",
        strength: Strength::Declared,
        description: "A legacy Docker link (`--link`) names another container.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Link),
    },
    EvidenceKind {
        id: "extra-host",
        title: "extra host",
        strength: Strength::Declared,
        description: "An `extra_hosts` entry gives a name to an address of the estate, or `dns` names a service \
                      as the name server.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ExtraHost),
    },
    EvidenceKind {
        id: "config-file",
        title: "configuration file",
        strength: Strength::Declared,
        description: "A text file that the container's program reads names a host, URL or connection string. \
                      Portolan keeps only the file, the line, the host and the port.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ConfigFile),
    },
    EvidenceKind {
        id: "shared-setting",
        title: "shared setting",
        strength: Strength::Declared,
        description: "A variable or argument that every service of the group has with the same value. To a \
                      service of the group, which has the setting too, it makes no edge by itself; it \
                      supports one that other evidence makes.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SharedSetting),
    },
    EvidenceKind {
        id: "shared-file",
        title: "shared file",
        strength: Strength::Possible,
        description: "A file that several services have: an address book, which three or more services have \
                      and which has three or more names; or a file whose path shows that it configures \
                      another of them. By itself it makes no edge; it supports one that other evidence \
                      makes. Exception: every reader calls a telemetry receiver.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SharedFile),
    },
    EvidenceKind {
        id: "suite-file",
        title: "shared file of one image",
        strength: Strength::Possible,
        description: "A file that three or more services of one image have, which run different programs of \
                      it. It makes edges to the databases, caches, queues, object stores and telemetry \
                      receivers in it; to other services it only supports an edge that other evidence makes.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SuiteFile),
    },
    EvidenceKind {
        id: "proxy-label",
        title: "proxy label",
        strength: Strength::Declared,
        description: "A label makes the proxies of a product (Traefik, Caddy, nginx-proxy) route requests to \
                      this container: those on a shared network call it.",
        verb: " routes requests to",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::Search(proxy_label::search),
    },
    EvidenceKind {
        id: "mesh",
        title: "service mesh",
        strength: Strength::Declared,
        description: "The App Mesh virtual node or the Envoy proxy in the task has it as a backend.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Mesh),
    },
    EvidenceKind {
        id: "compose-file",
        title: "compose file",
        strength: Strength::Declared,
        description: "A compose file that is a source in Portolan's configuration declares the call.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ComposeFile),
    },
    EvidenceKind {
        id: "catalogue",
        title: "service catalogue",
        strength: Strength::Declared,
        description: "A catalogue file in a repository on this machine, such as `catalog-info.yaml`, lists the \
                      callee as a dependency of the service, or an API of the callee.",
        verb: " names",
        unit: EvidenceUnit::Service,
        origin: CandidateOrigin::Search(catalogue::search),
    },
    EvidenceKind {
        id: "log-error",
        title: "connection error in a log",
        strength: Strength::Declared,
        description: "The service's own log reports that it could not reach an address of the estate.",
        verb: " reports a failed connection to",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::Connections(ObservationMethod::Log),
    },
    EvidenceKind {
        id: "load-balancer",
        title: "load balancer",
        strength: Strength::Declared,
        description: "A listener or rule of a load balancer forwards to the service's target group. The \
                      internet calls a load balancer that is internet-facing.",
        verb: " routes to",
        unit: EvidenceUnit::Target,
        origin: CandidateOrigin::Search(load_balancer::search),
    },
    EvidenceKind {
        id: "start-order",
        title: "start order",
        strength: Strength::Possible,
        description: "The service starts after the other one. If the other one is a product that only serves \
                      (below), the edge is declared: of 108 such pairs in 30 published compose systems, 107 \
                      are calls.",
        verb: " names",
        unit: EvidenceUnit::Service,
        origin: CandidateOrigin::References(ReferenceKind::StartOrder),
    },
    EvidenceKind {
        id: "suite-order",
        title: "start order of one image",
        strength: Strength::Possible,
        description: "Three or more services of one image, which run different programs of it, start after \
                      the other one. The edge is declared only if the other one is a database, cache, queue \
                      or object store.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SuiteOrder),
    },
    EvidenceKind {
        id: "completion",
        title: "waits for completion",
        strength: Strength::Possible,
        description: "The service starts after the other one has completed \
                      (`service_completed_successfully`). Nothing calls a completed service, so it makes no \
                      edge by itself.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Completion),
    },
];

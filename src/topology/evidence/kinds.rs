//! The table of all kinds of evidence.

use super::{CandidateOrigin, EvidenceKind, EvidenceUnit, configured_calls, load_balancer, proxy_label};
use crate::{
    model::{ObservationSource, ReferenceKind},
    topology::Strength,
};

/// All kinds of evidence, the strongest first.
pub const EVIDENCE_KINDS: &[EvidenceKind] = &[
    EvidenceKind {
        id: "socket",
        title: "socket",
        strength: Strength::Observed,
        description: "A connection stands, or stood a moment ago, in the network namespace of a local container.",
        verb: " connected to",
        unit: EvidenceUnit::Connection,
        origin: CandidateOrigin::Connections(ObservationSource::Socket),
    },
    EvidenceKind {
        id: "flow-log",
        title: "VPC flow log",
        strength: Strength::Observed,
        description: "A record of the VPC's flow logs tells of traffic from one task's address to another's.",
        verb: " tells of traffic to",
        unit: EvidenceUnit::Connection,
        origin: CandidateOrigin::Connections(ObservationSource::FlowLog),
    },
    EvidenceKind {
        id: "service-connect",
        title: "Service Connect metric",
        strength: Strength::Observed,
        description: "A CloudWatch metric of ECS Service Connect counts requests from the one service to the other.",
        verb: " counts requests to",
        unit: EvidenceUnit::Connection,
        origin: CandidateOrigin::Connections(ObservationSource::ServiceConnect),
    },
    EvidenceKind {
        id: "declared",
        title: "Portolan's configuration",
        strength: Strength::Declared,
        description: "The list `calls` of a `[[service]]` in Portolan's configuration names it.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::Search(configured_calls::search),
    },
    EvidenceKind {
        id: "environment",
        title: "environment variable",
        strength: Strength::Declared,
        description: "The value of a variable, of the container or its image, names a host, URL, connection string or ARN. \
                Only the variable's name, the host and the port are kept.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Environment),
    },
    EvidenceKind {
        id: "tool-setting",
        title: "setting of a tool",
        strength: Strength::Possible,
        description: "A variable for a command line tool that lies in the image beside the service (`…_CLI_…`) names it. By itself \
                that is no line; it supports another one.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ToolSetting),
    },
    EvidenceKind {
        id: "argument",
        title: "argument",
        strength: Strength::Declared,
        description: "The entry point, the command or an argument names a host, URL, connection string or ARN.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Argument),
    },
    EvidenceKind {
        id: "link",
        title: "container link",
        strength: Strength::Declared,
        description: "The container is linked to another one by the engine.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Link),
    },
    EvidenceKind {
        id: "extra-host",
        title: "extra host",
        strength: Strength::Declared,
        description: "An extra hosts entry gives a name to an address of the estate.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ExtraHost),
    },
    EvidenceKind {
        id: "config-file",
        title: "configuration file",
        strength: Strength::Declared,
        description: "A text file that the container's program reads names a host, URL or connection string. Only the file, the \
                line, the host and the port are kept.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ConfigFile),
    },
    EvidenceKind {
        id: "shared-setting",
        title: "setting of the whole group",
        strength: Strength::Declared,
        description: "A variable or argument that every service of the group has with the same value. By itself that is no \
                line to a service of the group, which has the setting too; it supports another one.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SharedSetting),
    },
    EvidenceKind {
        id: "shared-file",
        title: "shared file",
        strength: Strength::Possible,
        description: "A file that several services have: three or more of them one with three or more names, an address book; or \
                one that by its path is the configuration of another of them. By itself that is no line; it supports \
                another one. Only a receiver of telemetry is called by every reader.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SharedFile),
    },
    EvidenceKind {
        id: "suite-file",
        title: "file of several programs",
        strength: Strength::Possible,
        description: "A file that three or more services of one image have, which run different programs of it. A line leads to \
                the databases, caches, queues, object stores and receivers of telemetry in it; for the rest it only \
                supports.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SuiteFile),
    },
    EvidenceKind {
        id: "proxy-label",
        title: "proxy label",
        strength: Strength::Declared,
        description: "A label tells the proxies of that product (Traefik, Caddy, nginx-proxy) to send requests to this \
                container: those on a shared network call it.",
        verb: " has requests sent to",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::Search(proxy_label::search),
    },
    EvidenceKind {
        id: "mesh",
        title: "service mesh",
        strength: Strength::Declared,
        description: "The backends of the App Mesh virtual node or the Envoy proxy that stands beside the task name it.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Mesh),
    },
    EvidenceKind {
        id: "compose-file",
        title: "compose file",
        strength: Strength::Declared,
        description: "A compose file that Portolan's configuration names as a source says so.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::ComposeFile),
    },
    EvidenceKind {
        id: "log-error",
        title: "connection error in the log",
        strength: Strength::Declared,
        description: "The service's own log tells that it could not reach an address which is one of the estate's.",
        verb: " tells of a failed connection to",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::Connections(ObservationSource::Log),
    },
    EvidenceKind {
        id: "load-balancer",
        title: "load balancer",
        strength: Strength::Declared,
        description: "A listener or rule of a load balancer forwards to the service's target group; one that faces the \
                internet is called from there.",
        verb: ", leads to",
        unit: EvidenceUnit::Target,
        origin: CandidateOrigin::Search(load_balancer::search),
    },
    EvidenceKind {
        id: "start-order",
        title: "start order",
        strength: Strength::Possible,
        description: "The service is started after the other one. Where the other one is a product that only serves (below), \
                that is declared: of 108 such pairs in 30 published compose systems, 107 are calls.",
        verb: " names",
        unit: EvidenceUnit::Service,
        origin: CandidateOrigin::References(ReferenceKind::StartOrder),
    },
    EvidenceKind {
        id: "suite-order",
        title: "start order of several programs",
        strength: Strength::Possible,
        description: "Three or more services of one image, which run different programs of it, are started after the other one. \
                That is declared only where the other one is a database, cache, queue or object store.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::SuiteOrder),
    },
    EvidenceKind {
        id: "completion",
        title: "waits for completion",
        strength: Strength::Possible,
        description: "The service is started once the other one has ended (`service_completed_successfully`). What has ended \
                is not called: by itself that is no line.",
        verb: " names",
        unit: EvidenceUnit::Address,
        origin: CandidateOrigin::References(ReferenceKind::Completion),
    },
];

//! The kinds of evidence: one table, read by inference, the legend, the filters and the documentation.
//!
//! A kind only finds edge candidates; the resolver maps them to nodes. A new kind of reference is one row,
//! any other kind one file and its row.

mod configured_calls;
mod connections;
mod load_balancer;
mod proxy_label;

use super::{Node, ProductRole, Strength};
use crate::model::{
    Address, Inventory, LoadBalancer, ObservationSource, Reference, ReferenceKind, ReferenceTarget,
    SeenPeriod, Service, ServiceId, SourceId,
};

/// A kind of evidence for an edge.
pub struct EvidenceKind {
    /// Id in JSON.
    pub id: &'static str,
    /// Title on the screen.
    pub title: &'static str,
    /// Strength of a single piece of this evidence, before products and groups are considered.
    pub strength: Strength,
    /// Description of the evidence and its origin, for docs/evidence.md.
    pub description: &'static str,
    /// The origin of its edge candidates.
    origin: CandidateOrigin,
}

/// The weight of one edge candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceWeight {
    /// Strength of the evidence.
    pub strength: Strength,
    /// True if the evidence makes an edge by itself; otherwise it only supports an edge that other evidence
    /// makes.
    pub makes_edge: bool,
}

/// The origin of the edge candidates of a kind.
enum CandidateOrigin {
    /// References of this kind in the configuration of services.
    References(ReferenceKind),
    /// Connections observed by this means.
    Connections(ObservationSource),
    /// A search function of its own.
    Search(SearchFn),
}

/// A function that emits all edge candidates of a kind.
type SearchFn = for<'a> fn(&'a Inventory, &mut dyn FnMut(EdgeCandidate<'a>));

/// A possible edge, before its ends are resolved to nodes.
pub struct EdgeCandidate<'a> {
    /// The caller.
    pub from: Caller<'a>,
    /// The callee.
    pub to: Callee<'a>,
    /// The setting, rule or file that names the callee.
    pub location: String,
    /// The period of observation; `None` for candidates that are not observed.
    pub seen: Option<SeenPeriod>,
}

/// The calling end of an edge candidate.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// A service.
    Service(&'a Service),
    /// A load balancer and its source.
    LoadBalancer(&'a SourceId, &'a LoadBalancer),
    /// The internet.
    Internet,
    /// The node whose address this is.
    Address(&'a Address),
}

/// The called end of an edge candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee<'a> {
    /// An address, resolved to the nodes that have it as an endpoint; otherwise to a dependency outside the
    /// estate.
    Address(Address),
    /// An address that counts only if a node of the estate has it as an endpoint.
    EstateAddress(Address),
    /// Name of a service: one in the caller's group, or else the only one of this name.
    ServiceName(&'a str),
    /// A service by id, with the port if known.
    Service(&'a ServiceId, Option<u16>),
    /// A load balancer and its source.
    LoadBalancer(&'a SourceId, &'a LoadBalancer),
}

/// All kinds of evidence, the strongest first.
pub const EVIDENCE_KINDS: &[EvidenceKind] = &[
    EvidenceKind {
        id: "socket",
        title: "socket",
        strength: Strength::Observed,
        description: "A connection is open, or was open recently, in the network namespace of a local \
                      container.",
        origin: CandidateOrigin::Connections(ObservationSource::Socket),
    },
    EvidenceKind {
        id: "flow-log",
        title: "VPC flow log",
        strength: Strength::Observed,
        description: "A VPC flow log record shows traffic from one task's address to another's.",
        origin: CandidateOrigin::Connections(ObservationSource::FlowLog),
    },
    EvidenceKind {
        id: "service-connect",
        title: "Service Connect metric",
        strength: Strength::Observed,
        description: "A CloudWatch metric of ECS Service Connect counts requests from one service to the \
                      other.",
        origin: CandidateOrigin::Connections(ObservationSource::ServiceConnect),
    },
    EvidenceKind {
        id: "declared",
        title: "Portolan's configuration",
        strength: Strength::Declared,
        description: "The `calls` list of a `[[service]]` in Portolan's configuration names the callee.",
        origin: CandidateOrigin::Search(configured_calls::search),
    },
    EvidenceKind {
        id: "environment",
        title: "environment variable",
        strength: Strength::Declared,
        description: "The value of a variable, of the container or its image, names a host, URL, connection \
                      string or ARN. Portolan keeps only the variable's name, the host and the port.",
        origin: CandidateOrigin::References(ReferenceKind::Environment),
    },
    EvidenceKind {
        id: "tool-setting",
        title: "tool setting",
        strength: Strength::Possible,
        description: "A variable for a command line tool in the service's image (`…_CLI_…`) names it. By \
                      itself it makes no edge; it supports one that other evidence makes.",
        origin: CandidateOrigin::References(ReferenceKind::ToolSetting),
    },
    EvidenceKind {
        id: "argument",
        title: "argument",
        strength: Strength::Declared,
        description: "The entry point, the command or an argument names a host, URL, connection string or \
                      ARN.",
        origin: CandidateOrigin::References(ReferenceKind::Argument),
    },
    EvidenceKind {
        id: "link",
        title: "container link",
        strength: Strength::Declared,
        description: "A legacy Docker link (`--link`) names another container.",
        origin: CandidateOrigin::References(ReferenceKind::Link),
    },
    EvidenceKind {
        id: "extra-host",
        title: "extra host",
        strength: Strength::Declared,
        description: "An `extra_hosts` entry gives a name to an address of the estate.",
        origin: CandidateOrigin::References(ReferenceKind::ExtraHost),
    },
    EvidenceKind {
        id: "config-file",
        title: "configuration file",
        strength: Strength::Declared,
        description: "A text file that the container's program reads names a host, URL or connection string. \
                      Portolan keeps only the file, the line, the host and the port.",
        origin: CandidateOrigin::References(ReferenceKind::ConfigFile),
    },
    EvidenceKind {
        id: "shared-setting",
        title: "shared setting",
        strength: Strength::Declared,
        description: "A variable or argument that every service of the group has with the same value. To a \
                      service of the group, which has the setting too, it makes no edge by itself; it \
                      supports one that other evidence makes.",
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
        origin: CandidateOrigin::References(ReferenceKind::SharedFile),
    },
    EvidenceKind {
        id: "suite-file",
        title: "shared file of one image",
        strength: Strength::Possible,
        description: "A file that three or more services of one image have, which run different programs of \
                      it. It makes edges to the databases, caches, queues, object stores and telemetry \
                      receivers in it; to other services it only supports an edge that other evidence makes.",
        origin: CandidateOrigin::References(ReferenceKind::SuiteFile),
    },
    EvidenceKind {
        id: "proxy-label",
        title: "proxy label",
        strength: Strength::Declared,
        description: "A label makes the proxies of a product (Traefik, Caddy, nginx-proxy) route requests to \
                      this container: those on a shared network call it.",
        origin: CandidateOrigin::Search(proxy_label::search),
    },
    EvidenceKind {
        id: "mesh",
        title: "service mesh",
        strength: Strength::Declared,
        description: "The App Mesh virtual node or the Envoy proxy in the task has it as a backend.",
        origin: CandidateOrigin::References(ReferenceKind::Mesh),
    },
    EvidenceKind {
        id: "compose-file",
        title: "compose file",
        strength: Strength::Declared,
        description: "A compose file that is a source in Portolan's configuration declares the call.",
        origin: CandidateOrigin::References(ReferenceKind::ComposeFile),
    },
    EvidenceKind {
        id: "log-error",
        title: "connection error in a log",
        strength: Strength::Declared,
        description: "The service's own log reports that it could not reach an address of the estate.",
        origin: CandidateOrigin::Connections(ObservationSource::Log),
    },
    EvidenceKind {
        id: "load-balancer",
        title: "load balancer",
        strength: Strength::Declared,
        description: "A listener or rule of a load balancer forwards to the service's target group. The \
                      internet calls a load balancer that is internet-facing.",
        origin: CandidateOrigin::Search(load_balancer::search),
    },
    EvidenceKind {
        id: "start-order",
        title: "start order",
        strength: Strength::Possible,
        description: "The service starts after the other one. If the other one is a product that only serves \
                      (below), the edge is declared: of 108 such pairs in 30 published compose systems, 107 \
                      are calls.",
        origin: CandidateOrigin::References(ReferenceKind::StartOrder),
    },
    EvidenceKind {
        id: "suite-order",
        title: "start order of one image",
        strength: Strength::Possible,
        description: "Three or more services of one image, which run different programs of it, start after \
                      the other one. The edge is declared only if the other one is a database, cache, queue \
                      or object store.",
        origin: CandidateOrigin::References(ReferenceKind::SuiteOrder),
    },
    EvidenceKind {
        id: "completion",
        title: "waits for completion",
        strength: Strength::Possible,
        description: "The service starts after the other one has completed \
                      (`service_completed_successfully`). Nothing calls a completed service, so it makes no \
                      edge by itself.",
        origin: CandidateOrigin::References(ReferenceKind::Completion),
    },
];

impl EvidenceKind {
    /// Returns true if candidates of this kind ignore addresses outside the estate.
    #[must_use]
    pub fn ignores_outside_addresses(&self) -> bool {
        self.reference_kind().is_some_and(ignores_outside_addresses)
    }

    /// Returns the weight of a candidate from `from` to `to`, which depends on the product of `to` and on
    /// their groups.
    #[must_use]
    pub fn weight_of(&self, from: Option<&Node>, to: &Node) -> EvidenceWeight {
        let role = to.product.map(|product| product.role);
        let receives_telemetry = to.product.is_some_and(|product| product.receives_telemetry);
        let keeps_data = role.is_some_and(ProductRole::stores_data);
        let same_group = |from: &Node| from.group == to.group && from.source == to.source;
        let support = EvidenceWeight { strength: Strength::Possible, makes_edge: false };
        let line = |strength| EvidenceWeight { strength, makes_edge: true };
        match self.reference_kind() {
            Some(ReferenceKind::SharedSetting | ReferenceKind::SharedFile) if receives_telemetry => {
                line(Strength::Declared)
            }
            Some(ReferenceKind::SharedSetting) if from.is_some_and(same_group) => support,
            Some(ReferenceKind::SuiteFile) if receives_telemetry || keeps_data => line(Strength::Declared),
            Some(
                ReferenceKind::SharedFile
                | ReferenceKind::SuiteFile
                | ReferenceKind::ToolSetting
                | ReferenceKind::Completion,
            ) => support,
            Some(ReferenceKind::SuiteOrder) if keeps_data => line(Strength::Declared),
            Some(ReferenceKind::StartOrder) if from.is_some_and(|from| is_client_of(from, to)) => {
                line(Strength::Declared)
            }
            _ => line(self.strength),
        }
    }

    /// Returns the key by which possible evidence corroborates other evidence: two different keys make an
    /// edge declared. Returns `None` if the kind is no sign of a call. Settings that several services share
    /// have the same key in all their forms.
    #[must_use]
    pub fn corroboration_key(&self) -> Option<&'static str> {
        match self.reference_kind() {
            Some(ReferenceKind::Completion) => None,
            Some(
                ReferenceKind::SharedSetting
                | ReferenceKind::SharedFile
                | ReferenceKind::SuiteFile
                | ReferenceKind::SuiteOrder,
            ) => Some("shared"),
            _ => Some(self.id),
        }
    }

    fn reference_kind(&self) -> Option<ReferenceKind> {
        match self.origin {
            CandidateOrigin::References(via) => Some(via),
            CandidateOrigin::Connections(_) | CandidateOrigin::Search(_) => None,
        }
    }

    /// Returns true if the kind's candidates are references, so that they can be found service by service.
    #[must_use]
    pub fn comes_from_references(&self) -> bool {
        matches!(self.origin, CandidateOrigin::References(_))
    }

    /// Emits each candidate of this kind that stems from a reference of `service`.
    pub fn visit_service_candidates<'a>(
        &self,
        service: &'a Service,
        emit: &mut dyn FnMut(EdgeCandidate<'a>),
    ) {
        if let CandidateOrigin::References(via) = self.origin {
            for reference in service.references.iter().filter(|reference| reference.kind == via) {
                emit(EdgeCandidate::from_reference(service, reference));
            }
        }
    }

    /// Emits each candidate of this kind.
    pub fn visit_candidates<'a>(&self, inventory: &'a Inventory, emit: &mut dyn FnMut(EdgeCandidate<'a>)) {
        match self.origin {
            CandidateOrigin::Search(search) => search(inventory, emit),
            CandidateOrigin::Connections(by) => connections::search(by, inventory, emit),
            CandidateOrigin::References(_) => {
                inventory.services().for_each(|service| self.visit_service_candidates(service, emit))
            }
        }
    }
}

/// Returns true if `from`, which waits for the start of `to`, is a client of `to`: a product that only
/// serves. Telemetry collectors use stores, and only watch other products. A proxy forwards requests and
/// opens no store.
fn is_client_of(from: &Node, to: &Node) -> bool {
    let role = |node: &Node| node.product.map(|product| product.role);
    let Some(served) = role(to).filter(|role| role.only_serves()) else { return false };
    match role(from) {
        Some(ProductRole::Telemetry) => {
            matches!(served, ProductRole::Database | ProductRole::Cache | ProductRole::Store)
        }
        Some(ProductRole::Proxy) => !served.stores_data(),
        _ => true,
    }
}

/// Returns true if references of this kind ignore addresses outside the estate.
#[must_use]
pub fn ignores_outside_addresses(via: ReferenceKind) -> bool {
    matches!(
        via,
        ReferenceKind::ToolSetting
            | ReferenceKind::SharedFile
            | ReferenceKind::SuiteFile
            | ReferenceKind::Completion
    )
}

impl<'a> EdgeCandidate<'a> {
    /// Returns the edge candidate of a reference.
    fn from_reference(service: &'a Service, reference: &'a Reference) -> Self {
        let to = match &reference.target {
            ReferenceTarget::Address(address) => Callee::Address(address.clone()),
            ReferenceTarget::EstateAddress(address) => Callee::EstateAddress(address.clone()),
            ReferenceTarget::ServiceName(name) => Callee::ServiceName(name),
            ReferenceTarget::CalledByProxy(_) => Callee::Service(&service.id, None),
        };
        let (from, location) = (Caller::Service(service), reference.location.to_string());
        Self { from, to, location, seen: None }
    }
}

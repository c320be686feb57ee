//! The kinds of evidence: one table, read by inference, the legend, the filters and the documentation.
//!
//! A kind only finds references; the resolver joins them to nodes. A new kind of mention is one row, any other kind
//! one file and its row.

mod declared;
mod flow;
mod load_balancer;
mod proxy_label;

use super::{Node, Role, Strength};
use crate::model::{
    Address, Gateway, Inventory, Mention, SeenBy, Service, ServiceId, SourceId, Span, Target, Via,
};

/// A kind of evidence.
pub struct Kind {
    /// The id in JSON.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// How much it says.
    pub strength: Strength,
    /// What it is and where it is read, for docs/evidence.md.
    pub about: &'static str,
    /// Where its references come from.
    find: Find,
}

/// How much one reference says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// The strength of the evidence that it makes.
    pub strength: Strength,
    /// Whether it makes a line by itself; else it only supports one that other evidence makes.
    pub alone: bool,
}

/// Where the references of a kind come from.
enum Find {
    /// The mentions of that sort, as the sources decoded them.
    Mentions(Via),
    /// The connections seen in that way.
    Flows(SeenBy),
    /// A search of its own.
    Search(Search),
}

/// Gives every reference it finds.
type Search = for<'a> fn(&'a Inventory, &mut dyn FnMut(Reference<'a>));

/// That one place refers to another, before anyone knows who that is.
pub struct Reference<'a> {
    /// Who refers.
    pub from: Caller<'a>,
    /// To whom.
    pub to: Referent<'a>,
    /// Where it says so.
    pub place: String,
    /// From when to when it was seen, where it was.
    pub seen: Option<Span>,
}

/// Who refers.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// A service.
    Service(&'a Service),
    /// A load balancer of a source.
    Gateway(&'a SourceId, &'a Gateway),
    /// Everybody outside.
    Internet,
    /// Whoever has that address.
    Address(&'a Address),
}

/// To whom a reference leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referent<'a> {
    /// Whoever answers to the address.
    Address(Address),
    /// Whoever in the estate answers to the address; nobody else.
    Local(Address),
    /// The service that people call so: in the caller's group first, else anywhere if it is the only one.
    Named(&'a str),
    /// That very service, at that port where it is told.
    Service(&'a ServiceId, Option<u16>),
    /// That load balancer.
    Gateway(&'a SourceId, &'a Gateway),
}

/// All kinds, the most telling first.
pub const KINDS: &[Kind] = &[
    Kind {
        id: "socket",
        title: "socket",
        strength: Strength::Observed,
        about: "A connection stands, or stood a moment ago, in the network namespace of a local container.",
        find: Find::Flows(SeenBy::Socket),
    },
    Kind {
        id: "flow-log",
        title: "VPC flow log",
        strength: Strength::Observed,
        about: "A record of the VPC's flow logs tells of traffic from one task's address to another's.",
        find: Find::Flows(SeenBy::FlowLog),
    },
    Kind {
        id: "service-connect",
        title: "Service Connect metric",
        strength: Strength::Observed,
        about: "A CloudWatch metric of ECS Service Connect counts requests from the one service to the other.",
        find: Find::Flows(SeenBy::ServiceConnect),
    },
    Kind {
        id: "declared",
        title: "Portolan's configuration",
        strength: Strength::Declared,
        about: "The list `calls` of a `[[service]]` in Portolan's configuration names it.",
        find: Find::Search(declared::search),
    },
    Kind {
        id: "environment",
        title: "environment variable",
        strength: Strength::Declared,
        about: "The value of a variable, of the container or its image, names a host, URL, connection string or ARN. \
                Only the variable's name, the host and the port are kept.",
        find: Find::Mentions(Via::Environment),
    },
    Kind {
        id: "tool-setting",
        title: "setting of a tool",
        strength: Strength::Possible,
        about: "A variable for a command line tool that lies in the image beside the service (`…_CLI_…`) names it. By itself \
                that is no line; it supports another one.",
        find: Find::Mentions(Via::ToolSetting),
    },
    Kind {
        id: "argument",
        title: "argument",
        strength: Strength::Declared,
        about: "The entry point, the command or an argument names a host, URL, connection string or ARN.",
        find: Find::Mentions(Via::Argument),
    },
    Kind {
        id: "link",
        title: "container link",
        strength: Strength::Declared,
        about: "The container is linked to another one by the engine.",
        find: Find::Mentions(Via::Link),
    },
    Kind {
        id: "extra-host",
        title: "extra host",
        strength: Strength::Declared,
        about: "An extra hosts entry gives a name to an address of the estate.",
        find: Find::Mentions(Via::ExtraHost),
    },
    Kind {
        id: "config-file",
        title: "configuration file",
        strength: Strength::Declared,
        about: "A text file that the container's program reads names a host, URL or connection string. Only the file, the \
                line, the host and the port are kept.",
        find: Find::Mentions(Via::ConfigFile),
    },
    Kind {
        id: "shared-setting",
        title: "setting of the whole group",
        strength: Strength::Declared,
        about: "A variable or argument that every service of the group has with the same value. By itself that is no \
                line to a service of the group, which has the setting too; it supports another one.",
        find: Find::Mentions(Via::SharedSetting),
    },
    Kind {
        id: "shared-file",
        title: "shared file",
        strength: Strength::Possible,
        about: "A file that several services have: three or more of them one with three or more names, an address book; or \
                one that by its path is the configuration of another of them. By itself that is no line; it supports \
                another one. Only a receiver of telemetry is called by every reader.",
        find: Find::Mentions(Via::SharedFile),
    },
    Kind {
        id: "suite-file",
        title: "file of several programs",
        strength: Strength::Possible,
        about: "A file that three or more services of one image have, which run different programs of it. A line leads to \
                the databases, caches, queues, object stores and receivers of telemetry in it; for the rest it only \
                supports.",
        find: Find::Mentions(Via::SuiteFile),
    },
    Kind {
        id: "proxy-label",
        title: "proxy label",
        strength: Strength::Declared,
        about: "A label tells the proxies of that product (Traefik, Caddy, nginx-proxy) to send requests to this \
                container: those on a shared network call it.",
        find: Find::Search(proxy_label::search),
    },
    Kind {
        id: "mesh",
        title: "service mesh",
        strength: Strength::Declared,
        about: "The backends of the App Mesh virtual node or the Envoy proxy that stands beside the task name it.",
        find: Find::Mentions(Via::Mesh),
    },
    Kind {
        id: "compose-file",
        title: "compose file",
        strength: Strength::Declared,
        about: "A compose file that Portolan's configuration names as a source says so.",
        find: Find::Mentions(Via::ComposeFile),
    },
    Kind {
        id: "log-error",
        title: "connection error in the log",
        strength: Strength::Declared,
        about: "The service's own log tells that it could not reach an address which is one of the estate's.",
        find: Find::Flows(SeenBy::Log),
    },
    Kind {
        id: "load-balancer",
        title: "load balancer",
        strength: Strength::Declared,
        about: "A listener or rule of a load balancer forwards to the service's target group; one that faces the \
                internet is called from there.",
        find: Find::Search(load_balancer::search),
    },
    Kind {
        id: "start-order",
        title: "start order",
        strength: Strength::Possible,
        about: "The service is started after the other one. Where the other one is a product that only serves (below), \
                that is declared: of 108 such pairs in 30 published compose systems, 107 are calls.",
        find: Find::Mentions(Via::StartOrder),
    },
    Kind {
        id: "suite-order",
        title: "start order of several programs",
        strength: Strength::Possible,
        about: "Three or more services of one image, which run different programs of it, are started after the other one. \
                That is declared only where the other one is a database, cache, queue or object store.",
        find: Find::Mentions(Via::SuiteOrder),
    },
    Kind {
        id: "completion",
        title: "waits for completion",
        strength: Strength::Possible,
        about: "The service is started once the other one has ended (`service_completed_successfully`). What has ended \
                is not called: by itself that is no line.",
        find: Find::Mentions(Via::Completion),
    },
];

impl Kind {
    /// Whether it says nothing about addresses that nobody in the estate answers to.
    #[must_use]
    pub fn is_about_services_only(&self) -> bool {
        self.via().is_some_and(is_about_services_only)
    }

    /// The weight of a reference from `from` to `to`.
    #[must_use]
    pub fn weigh(&self, from: Option<&Node>, to: &Node) -> Weight {
        let role = to.product.map(|product| product.role);
        let receives_telemetry = to.product.is_some_and(|product| product.receives_telemetry);
        let keeps_data = role.is_some_and(Role::keeps_data);
        let same_group = |from: &Node| from.group == to.group && from.source == to.source;
        let support = Weight { strength: Strength::Possible, alone: false };
        let line = |strength| Weight { strength, alone: true };
        match self.via() {
            Some(Via::SharedSetting | Via::SharedFile) if receives_telemetry => line(Strength::Declared),
            Some(Via::SharedSetting) if from.is_some_and(same_group) => support,
            Some(Via::SuiteFile) if receives_telemetry || keeps_data => line(Strength::Declared),
            Some(Via::SharedFile | Via::SuiteFile | Via::ToolSetting | Via::Completion) => support,
            Some(Via::SuiteOrder) if keeps_data => line(Strength::Declared),
            Some(Via::StartOrder) if from.is_some_and(|from| uses(from, to)) => line(Strength::Declared),
            _ => line(self.strength),
        }
    }

    /// The witness that a possible piece of this kind is; `None` if it does not speak of a call. What several services
    /// are given alike is one witness, in whichever form.
    #[must_use]
    pub fn witness(&self) -> Option<&'static str> {
        match self.via() {
            Some(Via::Completion) => None,
            Some(Via::SharedSetting | Via::SharedFile | Via::SuiteFile | Via::SuiteOrder) => Some("shared"),
            _ => Some(self.id),
        }
    }

    fn via(&self) -> Option<Via> {
        match self.find {
            Find::Mentions(via) => Some(via),
            Find::Flows(_) | Find::Search(_) => None,
        }
    }

    /// Whether its references are mentions, so that each service's can be found by itself.
    #[must_use]
    pub fn is_of_mentions(&self) -> bool {
        matches!(self.find, Find::Mentions(_))
    }

    /// Gives every reference of this kind that `service` makes by a mention.
    pub fn find_in<'a>(&self, service: &'a Service, give: &mut dyn FnMut(Reference<'a>)) {
        if let Find::Mentions(via) = self.find {
            for mention in service.mentions.iter().filter(|mention| mention.via == via) {
                give(Reference::of(service, mention));
            }
        }
    }

    /// Gives every reference of this kind.
    pub fn find<'a>(&self, inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
        match self.find {
            Find::Search(search) => search(inventory, give),
            Find::Flows(by) => flow::search(by, inventory, give),
            Find::Mentions(_) => inventory.services().for_each(|service| self.find_in(service, give)),
        }
    }
}

/// Whether `from`, which waits for `to` to start, is about to use it: `to` only serves. What gathers telemetry keeps it in
/// a store, and watches whatever else it waits for; a proxy forwards requests and opens no store.
fn uses(from: &Node, to: &Node) -> bool {
    let role = |node: &Node| node.product.map(|product| product.role);
    let Some(served) = role(to).filter(|role| role.only_serves()) else { return false };
    match role(from) {
        Some(Role::Telemetry) => matches!(served, Role::Database | Role::Cache | Role::Store),
        Some(Role::Proxy) => !served.keeps_data(),
        _ => true,
    }
}

/// Whether a mention of that kind says nothing about addresses that nobody in the estate answers to.
#[must_use]
pub fn is_about_services_only(via: Via) -> bool {
    matches!(via, Via::ToolSetting | Via::SharedFile | Via::SuiteFile | Via::Completion)
}

impl<'a> Reference<'a> {
    /// The reference that a mention is.
    fn of(service: &'a Service, mention: &'a Mention) -> Self {
        let to = match &mention.target {
            Target::Address(address) => Referent::Address(address.clone()),
            Target::Local(address) => Referent::Local(address.clone()),
            Target::Peer(name) => Referent::Named(name),
            Target::FromProxy(_) => Referent::Service(&service.id, None),
        };
        let (from, place) = (Caller::Service(service), mention.place.to_string());
        Self { from, to, place, seen: None }
    }
}

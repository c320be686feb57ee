//! The kinds of evidence: one table, read by inference, the legend, the filters and the documentation.
//!
//! A kind only finds references; the resolver joins them to nodes. A new kind of mention is one row, any other kind
//! one file and its row.

mod declared;
mod load_balancer;

use super::Strength;
use crate::model::{Address, Gateway, Inventory, Mention, Service, ServiceId, SourceId, Target, Via};

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

/// Where the references of a kind come from.
enum Find {
    /// The mentions of that sort, as the sources decoded them.
    Mentions(Via),
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
    /// The mention it is, where it is one.
    pub mention: Option<&'a Mention>,
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
}

/// To whom a reference leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referent<'a> {
    /// Whoever answers to the address.
    Address(Address),
    /// The service that people call so: in the caller's group first, else anywhere if it is the only one.
    Named(&'a str),
    /// That very service.
    Service(&'a ServiceId),
    /// That load balancer.
    Gateway(&'a SourceId, &'a Gateway),
}

/// All kinds, the most telling first.
pub const KINDS: &[Kind] = &[
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
        about: "The service is started after the other one. Five in six such pairs are also calls.",
        find: Find::Mentions(Via::StartOrder),
    },
];

impl Kind {
    /// Gives every reference of this kind.
    pub fn find<'a>(&self, inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
        match self.find {
            Find::Search(search) => search(inventory, give),
            Find::Mentions(via) => {
                for (service, mention) in inventory.mentions().filter(|(_, mention)| mention.via == via) {
                    give(Reference::of(service, mention));
                }
            }
        }
    }
}

impl<'a> Reference<'a> {
    /// The reference that a mention is.
    fn of(service: &'a Service, mention: &'a Mention) -> Self {
        let to = match &mention.target {
            Target::Address(address) => Referent::Address(address.clone()),
            Target::Peer(name) => Referent::Named(name),
        };
        Self { from: Caller::Service(service), to, place: mention.place.to_string(), mention: Some(mention) }
    }
}

//! Facts for the service card, the screen with all details of one service. Each fact has a typed label.
//! Recordings and JSON output hold the label as text, such as `app: memory limit`.

use crate::model::{FIRST_EPHEMERAL_PORT, Text};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A line of the service card: a label and a value, such as `memory limit` and `512 MiB`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The label, such as `image`.
    pub label: FactLabel,
    /// The text of the fact, such as `512 MiB`.
    pub value: Text,
}

/// The label of a fact on the service card: its kind, and the container that it concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactLabel {
    /// A kind of fact that sources of this version report.
    Known {
        /// Name of the container; `None` if the fact concerns the whole service.
        container: Option<Text>,
        /// The kind of fact.
        kind: FactKind,
    },
    /// A label that this version does not know, from a recording of another version of Portolan.
    Other(Text),
}

/// Declares [`FactKind`] with the label of each kind. The kinds under `configuration` describe settings of
/// the service.
macro_rules! fact_kinds {
    (configuration { $($set:ident $set_label:literal)* } other { $($rest:ident $rest_label:literal)* }) => {
        /// The kind of a fact, such as a memory limit or a port. [`FactKind::label`] names it on the screen.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the label beside each kind says more")]
        pub enum FactKind { $($set,)* $($rest,)* }

        impl FactKind {
            /// All kinds of facts.
            const ALL_KINDS: &[Self] = &[$(Self::$set,)* $(Self::$rest,)*];

            /// Returns the label of the kind on the service card.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$set => $set_label,)* $(Self::$rest => $rest_label,)* }
            }

            /// Returns true if a change of the fact is a change of configuration.
            #[must_use]
            pub fn is_configuration(self) -> bool {
                matches!(self, $(Self::$set)|*)
            }
        }
    };
}

fact_kinds! {
    configuration {
        Command "command"
        CpuAndMemory "cpu and memory"
        Environment "environment"
        ExecutionRole "execution role"
        HealthCheck "health check"
        Log "log"
        MemoryLimit "memory limit"
        Mount "mount"
        NetworkMode "network mode"
        Port "port"
        Ports "ports"
        Restart "restart"
        Runtime "runtime"
        Secrets "secrets"
        TaskRole "task role"
    }
    other {
        Arguments "arguments"
        Arn "ARN"
        Config "config"
        Container "container"
        Created "created"
        CreatedBy "created by"
        Declared "declared"
        DeploymentController "deployment controller"
        ExecuteCommand "execute command"
        Image "image"
        ImageId "image id"
        Labels "labels"
        LaunchType "launch type"
        Network "network"
        NotRead "not read"
        Platform "platform"
        Profile "profile"
        PublishedPort "published port"
        References "references"
        Replicas "replicas"
        Scheduling "scheduling"
        Secret "secret"
        SecurityGroups "security groups"
        ServiceConnectNamespace "Service Connect namespace"
        StartedBy "started by"
        Status "status"
        Subnets "subnets"
        TargetGroups "target groups"
        TaskDefinition "task definition"
    }
}

impl Fact {
    /// Returns a fact about a service as a whole.
    #[must_use]
    pub fn new(kind: FactKind, value: impl Into<Text>) -> Self {
        Self { label: FactLabel::Known { container: None, kind }, value: value.into() }
    }

    /// Returns the same fact about one container of the service, or about the whole service if `container` is
    /// `None`.
    #[must_use]
    pub fn of_container(mut self, container: Option<Text>) -> Self {
        if let FactLabel::Known { container: known, .. } = &mut self.label {
            *known = container;
        }
        self
    }

    /// Returns the kind of the fact. Returns `None` if this version of Portolan does not know its label.
    #[must_use]
    pub fn kind(&self) -> Option<FactKind> {
        match self.label {
            FactLabel::Known { kind, .. } => Some(kind),
            FactLabel::Other(_) => None,
        }
    }

    /// Returns the part of the value that the user configured. Leaves out the host port of a published port
    /// if the system assigned it, because the system assigns another one at each start.
    #[must_use]
    pub fn configured_value(&self) -> &str {
        let Some((outer, inner)) = self.value.split_once(" → ") else { return &self.value };
        let port = outer.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
        if port.is_some_and(|port| port >= FIRST_EPHEMERAL_PORT) { inner } else { &self.value }
    }
}

impl FactLabel {
    /// Parses a label, such as `app: memory limit`. A label of an unknown kind becomes [`FactLabel::Other`].
    fn parse(text: Text) -> Self {
        let (container, label) = match text.rsplit_once(": ") {
            Some((container, label)) => (Some(container), label),
            None => (None, text.as_str()),
        };
        match FactKind::ALL_KINDS.iter().find(|kind| kind.label() == label) {
            Some(kind) => Self::Known { container: container.map(Into::into), kind: *kind },
            None => Self::Other(text),
        }
    }
}

impl fmt::Display for FactLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { container: Some(container), kind } => write!(f, "{container}: {}", kind.label()),
            Self::Known { container: None, kind } => f.write_str(kind.label()),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl Serialize for FactLabel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fact, FactKind, FactLabel};

    #[test]
    fn each_label_is_read_back_from_its_text() {
        for kind in FactKind::ALL_KINDS {
            let fact = Fact::new(*kind, "value").of_container(Some("app: blue".into()));
            assert_eq!(fact.label.to_string(), format!("app: blue: {}", kind.label()));
            assert_eq!(FactLabel::parse(kind.label().into()), Fact::new(*kind, "").label);
            assert_eq!(serde_json::from_str::<Fact>(&serde_json::to_string(&fact).unwrap()).unwrap(), fact);
        }
        assert_eq!(FactLabel::parse("app: colour".into()), FactLabel::Other("app: colour".into()));
    }
}

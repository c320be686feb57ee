//! Strength of evidence: observed, declared or possible.

/// Certainty of a call, judged by its evidence, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A hint, such as start order; drawn as a dotted line.
    Possible,
    /// Configuration names the callee; drawn as a dashed line.
    Declared,
    /// A connection was observed; drawn as a solid line.
    Observed,
}

impl Strength {
    /// Returns the name of the strength in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Declared => "declared",
            Self::Observed => "observed",
        }
    }
}

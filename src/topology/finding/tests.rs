//! Findings on small estates, by kind.

//! Rows of the findings screen. A fault and all findings that follow from it share one row, and so do many
//! remarks of one kind. The user can open such a row into one row for each finding.

use crate::{
    diagnosis::FindingKind,
    model::{Finding, NodeId, Severity},
    screen::widget::text,
    store::Store,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Identity of a finding: the node that it is about, the name of its service or source, and its kind.
pub(super) type FindingKey = (Option<NodeId>, String, String);

/// Minimum number of findings of severity `Info` and of one kind that share a row.
const MIN_SHARED_REMARKS: usize = 3;

/// Row of the findings screen: one finding, or a whole fault with its other findings folded into the row.
pub(super) struct FindingRow<'a> {
    /// Finding that the row shows.
    pub finding: &'a Finding,
    /// Other findings of the same fault, while the fault is closed and they have no rows of their own. Empty
    /// once the user has opened the fault.
    pub folded: Vec<&'a Finding>,
    /// True for a finding within an open row.
    pub is_nested: bool,
    /// Identity of the first finding of the group, under which the screen remembers open groups.
    pub group_key: FindingKey,
    /// True if the group has several findings.
    pub has_several: bool,
}

impl<'a> FindingRow<'a> {
    /// Returns true if the finding of this row, or a finding folded into it, is about `node`.
    pub(super) fn concerns(&self, node: Option<&NodeId>) -> bool {
        let of_node = |finding: &Finding| finding.node.is_some() && finding.node.as_ref() == node;
        of_node(self.finding) || self.folded.iter().any(|finding| of_node(finding))
    }

    /// Returns the name of the service or source, or the number of services if the row stands for remarks about
    /// several.
    pub(super) fn subject(&self) -> String {
        match self.subjects().len() {
            services if services > 1 && self.is_shared_remark() => text::pluralize(services, "service"),
            _ => self.finding.subject.to_string(),
        }
    }

    /// Returns true if the row stands for several remarks of one kind.
    pub(super) fn is_shared_remark(&self) -> bool {
        self.finding.severity == Severity::Info && !self.folded.is_empty()
    }

    /// Returns the finding whose details the screen shows: of several remarks, the one about `node`.
    pub(super) fn shown_finding(&self, node: Option<&NodeId>) -> &'a Finding {
        let is_of_node = |finding: &&&Finding| finding.node.is_some() && finding.node.as_ref() == node;
        let remarks = self.folded.iter().filter(|_| self.is_shared_remark());
        remarks.into_iter().find(is_of_node).copied().unwrap_or(self.finding)
    }

    /// Returns the names of the services or sources that the findings of the row are about, without repetition.
    pub(super) fn subjects(&self) -> Vec<&'a str> {
        let mut subjects: Vec<&str> = vec![&self.finding.subject];
        for other in &self.folded {
            if !subjects.contains(&other.subject.as_str()) {
                subjects.push(&other.subject);
            }
        }
        subjects
    }

    /// Returns the text of the row: the reason of its finding, and a short list of the findings folded into
    /// it.
    pub(super) fn text(&self) -> String {
        let indent = if self.is_nested { "  " } else { "" };
        let reason = &self.finding.reason;
        if self.folded.is_empty() {
            return format!("{indent}{reason}");
        }
        if self.is_shared_remark() {
            return format!("{}: {}", FindingKind::title_of(self.finding), self.subjects().join(", "));
        }
        let own = self.folded.iter().filter(|other| other.node == self.finding.node);
        let own: Vec<&str> = own.map(|other| FindingKind::title_of(other)).collect();
        let others = &self.subjects()[1..];
        let mut parts = Vec::new();
        if !own.is_empty() {
            parts.push(own.join(", "));
        }
        if !others.is_empty() {
            parts.push(format!("possibly causes failures of {}", others.join(", ")));
        }
        format!("{reason} (+{}: {})", self.folded.len(), parts.join("; "))
    }
}

/// Returns the identity of a finding.
pub(super) fn finding_key(finding: &Finding) -> FindingKey {
    (finding.node.clone(), finding.subject.to_string(), finding.kind.to_string())
}

/// Order in which the screen last showed the findings. Findings of the same severity keep this order, so that
/// their rows do not move while the user reads.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct ShownOrder(Vec<FindingKey>);

impl ShownOrder {
    /// Returns the findings that match the search, the most severe first. Within one severity, findings that
    /// the screen showed before keep their order, and new findings follow.
    pub(super) fn sorted<'a>(&self, store: &'a Store) -> Vec<&'a Finding> {
        let text = |f: &Finding| format!("{} {} {}", f.subject, FindingKind::title_of(f), f.reason);
        let mut found: Vec<&Finding> =
            store.world.findings.iter().filter(|f| store.session.search.matches(&text(f))).collect();
        let places: BTreeMap<&FindingKey, usize> = self.0.iter().zip(0..).collect();
        found.sort_by_key(|finding| {
            let place = places.get(&finding_key(finding)).copied().unwrap_or(usize::MAX);
            (std::cmp::Reverse(finding.severity), place)
        });
        found
    }

    /// Saves the order of the current findings, unless a search hides some of them.
    pub(super) fn remember(&mut self, store: &Store) {
        if store.session.search.is_empty() {
            self.0 = self.sorted(store).into_iter().map(finding_key).collect();
        }
    }
}

/// Groups sorted findings into faults and remarks and returns the rows. A group whose key is in `open` gets a row
/// for each finding, and any other group gets a single row. Remarks for which `is_noted` returns true have rows of
/// their own.
pub(super) fn finding_rows<'a>(
    findings: &[&'a Finding],
    open: &BTreeSet<FindingKey>,
    is_noted: impl Fn(&Finding) -> bool,
) -> Vec<FindingRow<'a>> {
    let remarks: Vec<&Finding> = findings
        .iter()
        .copied()
        .filter(|one| one.severity == Severity::Info && one.node.is_some() && !is_noted(one))
        .collect();
    let suspects: BTreeMap<&NodeId, &NodeId> = findings
        .iter()
        .rev()
        .filter_map(|finding| Some((finding.node.as_ref()?, finding.main_suspect()?)))
        .collect();
    let has_finding: BTreeSet<&NodeId> =
        findings.iter().filter_map(|finding| finding.node.as_ref()).collect();
    let mut groups: Vec<(RowGroup<'_>, Vec<&Finding>)> = Vec::new();
    for &finding in findings {
        let group = match &finding.node {
            // A finding of severity `Info` is a risk and never belongs to a fault.
            Some(_) if is_frequent_remark(finding, &remarks) => RowGroup::Remark(&finding.kind),
            Some(node) if finding.severity > Severity::Info => {
                RowGroup::Fault(root_cause(node, &suspects, &has_finding))
            }
            _ => RowGroup::Single,
        };
        match groups.iter_mut().find(|(known, _)| group != RowGroup::Single && *known == group) {
            Some((_, members)) => members.push(finding),
            None => groups.push((group, vec![finding])),
        }
    }
    groups.into_iter().flat_map(|(group, members)| rows_of_group(&group, members, open)).collect()
}

/// Reason why findings share a row.
#[derive(PartialEq, Eq)]
enum RowGroup<'a> {
    /// They belong to the fault with this root cause.
    Fault(&'a NodeId),
    /// They are remarks of this kind.
    Remark(&'a str),
    /// The finding has a row of its own.
    Single,
}

/// Returns true if `finding` is one of `remarks`, and so many of them have its kind that they share a row.
fn is_frequent_remark(finding: &Finding, remarks: &[&Finding]) -> bool {
    let mut same = remarks.iter().filter(|other| other.kind == finding.kind);
    remarks.iter().any(|one| std::ptr::eq(*one, finding)) && same.nth(MIN_SHARED_REMARKS - 1).is_some()
}

/// Returns the node at the end of the chain of suspects that begins at `node`. If the chain ends in a cycle,
/// returns the node of that cycle whose id is smallest.
fn root_cause<'a>(
    node: &'a NodeId,
    suspects: &BTreeMap<&'a NodeId, &'a NodeId>,
    has_finding: &BTreeSet<&NodeId>,
) -> &'a NodeId {
    let next = |node: &'a NodeId| suspects.get(node).copied().filter(|next| has_finding.contains(*next));
    let mut root = node;
    let mut visited = BTreeSet::from([node]);
    while let Some(suspect) = next(root) {
        root = suspect;
        if !visited.insert(root) {
            // Services that call each other in a cycle can suspect each other. The one with the smallest id
            // stands for all of them.
            let ring = std::iter::successors(next(root), |at| next(at)).take_while(|at| *at != root);
            return ring.chain([root]).min().unwrap_or(root);
        }
    }
    root
}

/// Returns the rows of one group: the finding of its root cause or its first finding, and then the other findings
/// if the user has opened the group.
fn rows_of_group<'a>(
    group: &RowGroup<'_>,
    mut members: Vec<&'a Finding>,
    open: &BTreeSet<FindingKey>,
) -> Vec<FindingRow<'a>> {
    let is_root =
        |finding: &&Finding| matches!(group, RowGroup::Fault(root) if finding.node.as_ref() == Some(*root));
    let first = members.iter().position(is_root).unwrap_or(0);
    let head = members.remove(first);
    let (group_key, has_several) = (finding_key(head), !members.is_empty());
    let row = |finding, folded, is_nested| FindingRow {
        finding,
        folded,
        is_nested,
        group_key: group_key.clone(),
        has_several,
    };
    if open.contains(&group_key) {
        let nested = members.into_iter().map(|finding| row(finding, Vec::new(), true));
        std::iter::once(row(head, Vec::new(), false)).chain(nested).collect()
    } else {
        vec![row(head, members, false)]
    }
}

#[cfg(test)]
mod tests {
    use super::{finding_key, finding_rows};
    use crate::model::{Finding, Impact, NodeId, Severity, Suspect};
    use std::collections::BTreeSet;

    fn finding(node: &str, kind: &str, severity: Severity, suspect: Option<&str>) -> Finding {
        let suspect =
            suspect.map(|node| Suspect { description: "possibly".into(), node: Some(NodeId::new(node)) });
        Finding {
            kind: kind.into(),
            severity,
            subject: node.into(),
            node: Some(NodeId::new(node)),
            since: None,
            since_at_least: false,
            reason: format!("{kind} of {node}").into(),
            suspects: suspect.into_iter().collect(),
            impact: Impact::default(),
            next_step: "look".into(),
        }
    }

    fn texts(findings: &[Finding], open: &[&Finding]) -> Vec<String> {
        let open: BTreeSet<_> = open.iter().map(|finding| finding_key(finding)).collect();
        let sorted: Vec<&Finding> = findings.iter().collect();
        finding_rows(&sorted, &open, |_| false).iter().map(super::FindingRow::text).collect()
    }

    #[test]
    fn a_cause_and_its_victims_are_one_row_that_opens() {
        let all = [
            finding("web", "unhealthy", Severity::Critical, Some("api")),
            finding("db", "out-of-memory", Severity::Critical, None),
            finding("api", "crash-loop", Severity::Critical, Some("db")),
            finding("db", "deployment-stuck", Severity::Warning, None),
            finding("web", "single-point", Severity::Info, None),
        ];
        assert_eq!(
            texts(&all, &[]),
            [
                "out-of-memory of db (+3: deployment stuck; possibly causes failures of web, api)",
                "single-point of web"
            ]
        );
        let opened = texts(&all, &[&all[1]]);
        assert_eq!(opened.len(), 5);
        assert_eq!(opened[..2], ["out-of-memory of db", "  unhealthy of web"]);
    }

    #[test]
    fn many_remarks_of_one_kind_are_one_row_that_opens() {
        let mut all: Vec<_> =
            ["a", "b", "c"].map(|node| finding(node, "unowned", Severity::Info, None)).into();
        all.push(finding("a", "single-point", Severity::Info, None));
        assert_eq!(texts(&all, &[]), ["no owner: a, b, c", "single-point of a"]);
        assert_eq!(texts(&all, &[&all[0]]).len(), 4);
        let sorted: Vec<&Finding> = all.iter().collect();
        let rows = finding_rows(&sorted, &BTreeSet::new(), |_| false);
        assert_eq!(rows[0].subject(), "3 services");
        assert_eq!(rows[0].shown_finding(all[2].node.as_ref()).subject, "c");
        assert_eq!(finding_rows(&sorted, &BTreeSet::new(), |one| one.subject == "b").len(), 4);
        assert_eq!(texts(&all[..2], &[]).len(), 2);
        let of_one = ["a", "a", "a"].map(|node| finding(node, "dangling-reference", Severity::Info, None));
        let sorted: Vec<&Finding> = of_one.iter().collect();
        assert_eq!(finding_rows(&sorted, &BTreeSet::new(), |_| false)[0].subject(), "a");
    }

    #[test]
    fn a_ring_of_suspects_is_one_fault() {
        let ring = [
            finding("a", "unhealthy", Severity::Critical, Some("b")),
            finding("b", "unhealthy", Severity::Critical, Some("a")),
            finding("c", "unhealthy", Severity::Critical, Some("gone")),
        ];
        assert_eq!(texts(&ring, &[]).len(), 2);
    }
}

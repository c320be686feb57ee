//! What is risky in the shape of the estate, with nothing broken: rings of calls, and one copy on which many depend.

use super::{About, Draft, Evidence, web::Web};
use crate::model::{Service, Severity};

/// On how many others one copy must carry to be worth a word.
const MANY: usize = 5;

/// Rings: services that call each other round.
pub(super) fn find_rings(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let web = &evidence.web;
    for ring in rings(web).iter().filter(|ring| ring.len() > 1) {
        let Some(node) = evidence.topology.nodes.get(web.id(ring[0])) else { continue };
        let names: Vec<String> = ring.iter().map(|number| web.label(*number)).collect();
        drafts.push(Draft {
            severity: Severity::Info,
            about: About::Node(node.id.clone()),
            since: None,
            reason: format!(
                "{} call each other round: one that waits can stop them all",
                super::listed(&names)
            ),
            next: "know it before you add a timeout or a retry; break the ring where you can".to_owned(),
        });
    }
}

/// Single points of failure: one copy, as wanted, and many that need it.
pub(super) fn find_single(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let web = &evidence.web;
    let single = |service: &&Service| service.desired == Some(1);
    for service in evidence.inventory.services().filter(single) {
        let Some(number) = web.number(&crate::model::NodeId::from(&service.id)) else { continue };
        let depend = web.dependants(number);
        if depend >= MANY {
            let reason = format!("a single copy, and {depend} services depend on it");
            let next = "run a second copy, if it can have one";
            drafts.push(Draft::of(service, Severity::Info, None, reason, next));
        }
    }
}

/// The strongly connected parts of the calls, each in the order of its nodes (Tarjan 1972, without recursion).
fn rings(web: &Web<'_>) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let (mut index, mut low) = (vec![NEW; web.len()], vec![0; web.len()]);
    let (mut on_stack, mut stack, mut rings) = (vec![false; web.len()], Vec::new(), Vec::new());
    let mut count = 0;
    for root in 0..web.len() {
        if index[root] != NEW {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((node, next)) = work.pop() {
            if next == 0 {
                (index[node], low[node]) = (count, count);
                count += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&to) = web.calls(node).get(next) {
                work.push((node, next + 1));
                if index[to] == NEW {
                    work.push((to, 0));
                } else if on_stack[to] {
                    low[node] = low[node].min(index[to]);
                }
                continue;
            }
            if low[node] == index[node] {
                let start = stack.iter().rposition(|n| *n == node).unwrap_or(0);
                let mut ring = stack.split_off(start);
                ring.iter().for_each(|n| on_stack[*n] = false);
                ring.sort_unstable();
                rings.push(ring);
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
        }
    }
    rings
}

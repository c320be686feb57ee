//! Network simplex of Gansner, Koutsofios, North and Vo ("A Technique for Drawing Directed Graphs", 1993). It
//! finds the ranks with the minimum total edge length.
//!
//! The algorithm maintains a spanning tree of tight arcs, which are arcs of minimum length. In each step, a
//! tree arc with a negative cut value leaves the tree. The tightest arc that crosses the cut in the other
//! direction takes its place in the tree. The graphs are small, so each step simply recomputes the tree order
//! and the cut values in linear time. The number of steps is limited.

/// Maximum number of exchanges of tree arcs, per node of the graph.
const MAX_EXCHANGES_PER_NODE: usize = 6;

/// Returns ranks with the minimum total edge length. `start` must be feasible ranks, from which the search
/// begins.
pub fn minimize_edge_length(count: usize, arcs: &[(usize, usize)], start: &[i32]) -> Vec<i32> {
    let mut net = Network::new(count, arcs, start);
    net.build_tight_tree();
    for _ in 0..MAX_EXCHANGES_PER_NODE * count {
        net.compute_cut_values();
        let Some(leave) = net.leaving_arc() else { break };
        let Some(enter) = net.entering_arc(leave) else { break };
        net.exchange(leave, enter);
    }
    net.rank.truncate(count);
    net.rank
}

/// An arc of a [`Network`], with its weight and minimum length. A virtual root in front of all sources keeps
/// the network connected. The arcs of the root have weight and length 0.
struct NetworkArc {
    from: usize,
    to: usize,
    weight: i64,
    length: i32,
}

/// The network in which network simplex minimises the edge lengths: its arcs, with the current ranks and
/// spanning tree.
struct Network {
    arcs: Vec<NetworkArc>,
    rank: Vec<i32>,
    /// For each node, the arcs that begin or end at it.
    arcs_at: Vec<Vec<usize>>,
    /// For each arc, true if it is in the spanning tree.
    in_tree: Vec<bool>,
    /// For each tree arc, its cut value.
    cut_value: Vec<i64>,
    /// For each node, the arc to its parent in the tree; `usize::MAX` for the root.
    parent_arc: Vec<usize>,
    /// For each node, the lowest postorder number in its subtree.
    subtree_low: Vec<usize>,
    /// For each node, its postorder number, which is the highest in its subtree.
    postorder_number: Vec<usize>,
    /// Arc at which the search for the next leaving arc begins.
    cursor: usize,
}

impl Network {
    fn new(count: usize, pairs: &[(usize, usize)], start: &[i32]) -> Self {
        let mut arcs: Vec<NetworkArc> =
            pairs.iter().map(|&(from, to)| NetworkArc { from, to, weight: 1, length: 1 }).collect();
        let mut called = vec![false; count];
        for &(_, to) in pairs {
            called[to] = true;
        }
        let sources = (0..count).filter(|&n| !called[n]);
        arcs.extend(sources.map(|to| NetworkArc { from: count, to, weight: 0, length: 0 }));
        let mut arcs_at = vec![Vec::new(); count + 1];
        for (index, arc) in arcs.iter().enumerate() {
            arcs_at[arc.from].push(index);
            arcs_at[arc.to].push(index);
        }
        let mut rank = start.to_vec();
        rank.push(start.iter().copied().min().unwrap_or(0));
        let (size, nodes) = (arcs.len(), count + 1);
        Self {
            arcs,
            rank,
            arcs_at,
            in_tree: vec![false; size],
            cut_value: vec![0; size],
            parent_arc: vec![usize::MAX; nodes],
            subtree_low: vec![0; nodes],
            postorder_number: vec![0; nodes],
            cursor: 0,
        }
    }

    fn slack(&self, arc: usize) -> i32 {
        let NetworkArc { from, to, length, .. } = self.arcs[arc];
        self.rank[to] - self.rank[from] - length
    }

    fn other_end(&self, arc: usize, node: usize) -> usize {
        self.arcs[arc].from + self.arcs[arc].to - node
    }

    /// Builds a spanning tree of tight arcs. If no tight arc extends the tree, changes the ranks of its nodes
    /// until the nearest arc to another node is tight.
    fn build_tight_tree(&mut self) {
        let root = self.rank.len() - 1;
        let mut inside = vec![false; self.rank.len()];
        inside[root] = true;
        let mut members = vec![root];
        let mut next = 0;
        loop {
            while let Some(&node) = members.get(next) {
                next += 1;
                for index in 0..self.arcs_at[node].len() {
                    let arc = self.arcs_at[node][index];
                    let other = self.other_end(arc, node);
                    if !inside[other] && self.slack(arc) == 0 {
                        inside[other] = true;
                        self.in_tree[arc] = true;
                        members.push(other);
                    }
                }
            }
            let leaving = |arc: &usize| inside[self.arcs[*arc].from] != inside[self.arcs[*arc].to];
            let Some(arc) = (0..self.arcs.len()).filter(leaving).min_by_key(|&a| self.slack(a)) else {
                return;
            };
            let slack = self.slack(arc);
            let delta = if inside[self.arcs[arc].to] { -slack } else { slack };
            for &node in &members {
                self.rank[node] += delta;
            }
            next = 0;
        }
    }

    /// Computes the cut value of each tree arc. Removing the arc divides the tree into two parts. The cut
    /// value is the weight of all arcs between the parts in the direction of this arc, less the weight of
    /// those in the other direction.
    fn compute_cut_values(&mut self) {
        let order = self.postorder();
        let mut balance = vec![0_i64; self.rank.len()];
        for arc in &self.arcs {
            balance[arc.from] += arc.weight;
            balance[arc.to] -= arc.weight;
        }
        for &node in &order {
            let up = self.parent_arc[node];
            if up != usize::MAX {
                self.cut_value[up] = if self.arcs[up].from == node { balance[node] } else { -balance[node] };
                let above = self.other_end(up, node);
                balance[above] += balance[node];
            }
        }
    }

    fn postorder(&mut self) -> Vec<usize> {
        let root = self.rank.len() - 1;
        let mut order = Vec::with_capacity(self.rank.len());
        let mut stack = vec![(root, 0)];
        self.parent_arc[root] = usize::MAX;
        self.subtree_low[root] = 0;
        while let Some(top) = stack.last_mut() {
            let (node, next) = *top;
            top.1 += 1;
            match self.arcs_at[node].get(next) {
                None => {
                    self.postorder_number[node] = order.len();
                    order.push(node);
                    stack.pop();
                }
                Some(&arc) if self.in_tree[arc] && arc != self.parent_arc[node] => {
                    let below = self.other_end(arc, node);
                    self.parent_arc[below] = arc;
                    self.subtree_low[below] = order.len();
                    stack.push((below, 0));
                }
                Some(_) => {}
            }
        }
        order
    }

    /// Returns the next tree arc with a negative cut value, searching cyclically from `cursor`. Returns
    /// `None` if there is none.
    fn leaving_arc(&mut self) -> Option<usize> {
        let size = self.arcs.len();
        let found = (0..size)
            .map(|i| (self.cursor + i) % size)
            .find(|&a| self.in_tree[a] && self.cut_value[a] < 0)?;
        self.cursor = found + 1;
        Some(found)
    }

    /// Returns the tightest arc that crosses the cut of the arc `leave` in the other direction, or `None` if
    /// there is none.
    fn entering_arc(&self, leave: usize) -> Option<usize> {
        let NetworkArc { from, to, .. } = self.arcs[leave];
        let below = if self.parent_arc[from] == leave { from } else { to };
        let inside = |node: usize| {
            (self.subtree_low[below]..=self.postorder_number[below]).contains(&self.postorder_number[node])
        };
        let tail_below = below == from;
        (0..self.arcs.len())
            .filter(|&a| {
                let (tail, head) = (inside(self.arcs[a].from), inside(self.arcs[a].to));
                tail != head && head == tail_below
            })
            .min_by_key(|&a| self.slack(a))
    }

    fn exchange(&mut self, leave: usize, enter: usize) {
        let NetworkArc { from, to, .. } = self.arcs[leave];
        let below = if self.parent_arc[from] == leave { from } else { to };
        let (low, high) = (self.subtree_low[below], self.postorder_number[below]);
        let slack = self.slack(enter);
        let head = self.postorder_number[self.arcs[enter].to];
        let delta = if (low..=high).contains(&head) { -slack } else { slack };
        for node in 0..self.rank.len() {
            if (low..=high).contains(&self.postorder_number[node]) {
                self.rank[node] += delta;
            }
        }
        self.in_tree[leave] = false;
        self.in_tree[enter] = true;
    }
}

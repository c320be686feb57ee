//! The network simplex of Gansner, Koutsofios, North and Vo ("A Technique for Drawing Directed Graphs", 1993):
//! ranks with the least total edge length.
//!
//! A spanning tree of tight edges is kept; a tree edge whose cut value is negative leaves it, the tightest edge that
//! crosses the cut the other way enters. The graphs are small, so tree order and cut values are computed anew each
//! time, in linear time, which keeps the code short. The number of exchanges is bounded.

/// Exchanges per node before the search is content.
const EXCHANGES_PER_NODE: usize = 6;

/// The given feasible ranks, improved.
pub fn tighten(count: usize, arcs: &[(usize, usize)], start: &[i32]) -> Vec<i32> {
    let mut net = Network::new(count, arcs, start);
    net.grow();
    for _ in 0..EXCHANGES_PER_NODE * count {
        net.survey();
        let Some(leave) = net.leaving() else { break };
        let Some(enter) = net.entering(leave) else { break };
        net.exchange(leave, enter);
    }
    net.rank.truncate(count);
    net.rank
}

/// A virtual root in front of all sources keeps the network connected; its arcs weigh and measure nothing.
struct Arc {
    from: usize,
    to: usize,
    weight: i64,
    length: i32,
}

struct Network {
    arcs: Vec<Arc>,
    rank: Vec<i32>,
    near: Vec<Vec<usize>>,
    tree: Vec<bool>,
    cut: Vec<i64>,
    /// Parent arc, and the numbers of the first and last node of the subtree in postorder.
    parent: Vec<usize>,
    low: Vec<usize>,
    number: Vec<usize>,
    /// Where the search for a leaving arc goes on.
    cursor: usize,
}

impl Network {
    fn new(count: usize, pairs: &[(usize, usize)], start: &[i32]) -> Self {
        let mut arcs: Vec<Arc> =
            pairs.iter().map(|&(from, to)| Arc { from, to, weight: 1, length: 1 }).collect();
        let mut called = vec![false; count];
        for &(_, to) in pairs {
            called[to] = true;
        }
        let sources = (0..count).filter(|&n| !called[n]);
        arcs.extend(sources.map(|to| Arc { from: count, to, weight: 0, length: 0 }));
        let mut near = vec![Vec::new(); count + 1];
        for (index, arc) in arcs.iter().enumerate() {
            near[arc.from].push(index);
            near[arc.to].push(index);
        }
        let mut rank = start.to_vec();
        rank.push(start.iter().copied().min().unwrap_or(0));
        let (size, nodes) = (arcs.len(), count + 1);
        Self {
            arcs,
            rank,
            near,
            tree: vec![false; size],
            cut: vec![0; size],
            parent: vec![usize::MAX; nodes],
            low: vec![0; nodes],
            number: vec![0; nodes],
            cursor: 0,
        }
    }

    fn slack(&self, arc: usize) -> i32 {
        let Arc { from, to, length, .. } = self.arcs[arc];
        self.rank[to] - self.rank[from] - length
    }

    fn other(&self, arc: usize, node: usize) -> usize {
        self.arcs[arc].from + self.arcs[arc].to - node
    }

    /// A spanning tree of tight arcs: the tree grows over tight arcs, and moves to the nearest outsider when stuck.
    fn grow(&mut self) {
        let root = self.rank.len() - 1;
        let mut inside = vec![false; self.rank.len()];
        inside[root] = true;
        let mut members = vec![root];
        let mut next = 0;
        loop {
            while let Some(&node) = members.get(next) {
                next += 1;
                for index in 0..self.near[node].len() {
                    let arc = self.near[node][index];
                    let other = self.other(arc, node);
                    if !inside[other] && self.slack(arc) == 0 {
                        inside[other] = true;
                        self.tree[arc] = true;
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

    /// Numbers the tree in postorder; the cut value of a tree arc is the net weight that leaves the part behind it.
    fn survey(&mut self) {
        let order = self.postorder();
        let mut balance = vec![0_i64; self.rank.len()];
        for arc in &self.arcs {
            balance[arc.from] += arc.weight;
            balance[arc.to] -= arc.weight;
        }
        for &node in &order {
            let up = self.parent[node];
            if up != usize::MAX {
                self.cut[up] = if self.arcs[up].from == node { balance[node] } else { -balance[node] };
                let above = self.other(up, node);
                balance[above] += balance[node];
            }
        }
    }

    fn postorder(&mut self) -> Vec<usize> {
        let root = self.rank.len() - 1;
        let mut order = Vec::with_capacity(self.rank.len());
        let mut stack = vec![(root, 0)];
        self.parent[root] = usize::MAX;
        self.low[root] = 0;
        while let Some(top) = stack.last_mut() {
            let (node, next) = *top;
            top.1 += 1;
            match self.near[node].get(next) {
                None => {
                    self.number[node] = order.len();
                    order.push(node);
                    stack.pop();
                }
                Some(&arc) if self.tree[arc] && arc != self.parent[node] => {
                    let below = self.other(arc, node);
                    self.parent[below] = arc;
                    self.low[below] = order.len();
                    stack.push((below, 0));
                }
                Some(_) => {}
            }
        }
        order
    }

    /// The next tree arc with a negative cut value, searched for round and round.
    fn leaving(&mut self) -> Option<usize> {
        let size = self.arcs.len();
        let found = (0..size).map(|i| (self.cursor + i) % size).find(|&a| self.tree[a] && self.cut[a] < 0)?;
        self.cursor = found + 1;
        Some(found)
    }

    /// The tightest arc that crosses the cut against the leaving one.
    fn entering(&self, leave: usize) -> Option<usize> {
        let Arc { from, to, .. } = self.arcs[leave];
        let below = if self.parent[from] == leave { from } else { to };
        let inside = |node: usize| (self.low[below]..=self.number[below]).contains(&self.number[node]);
        let tail_below = below == from;
        (0..self.arcs.len())
            .filter(|&a| {
                let (tail, head) = (inside(self.arcs[a].from), inside(self.arcs[a].to));
                tail != head && head == tail_below
            })
            .min_by_key(|&a| self.slack(a))
    }

    fn exchange(&mut self, leave: usize, enter: usize) {
        let Arc { from, to, .. } = self.arcs[leave];
        let below = if self.parent[from] == leave { from } else { to };
        let (low, high) = (self.low[below], self.number[below]);
        let slack = self.slack(enter);
        let head = self.number[self.arcs[enter].to];
        let delta = if (low..=high).contains(&head) { -slack } else { slack };
        for node in 0..self.rank.len() {
            if (low..=high).contains(&self.number[node]) {
                self.rank[node] += delta;
            }
        }
        self.tree[leave] = false;
        self.tree[enter] = true;
    }
}

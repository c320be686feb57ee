//! A level with the names of what is in it, so that it can be asked by node and group.
use super::diagram::{Point, Rect};
use super::graph::Key;
use super::level::{Item, Level, Link, Target};
use super::past::Past;
use super::plan::Plan;
use std::collections::BTreeMap;

/// Something that has a place in a level; nodes and groups by their place in the sorted order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    Node(usize),
    Group(usize),
    /// The gate through which this node is called from outside.
    Entry(usize),
    /// The gate through which this outer node is called.
    Exit(usize),
}

/// A level under construction, with the names of what is in it.
pub struct Sheet {
    pub level: Level,
    pub item: BTreeMap<Spot, usize>,
    /// Targets by the node that is called in the end.
    target: BTreeMap<usize, usize>,
}

impl Sheet {
    pub fn new(items: impl Iterator<Item = (Spot, Item)>) -> Self {
        let (spots, items): (Vec<Spot>, Vec<Item>) = items.unzip();
        let item = spots.into_iter().enumerate().map(|(index, spot)| (spot, index)).collect();
        Self { level: Level { items, ..Level::default() }, item, target: BTreeMap::new() }
    }

    /// Notes a call from a row of one spot to a row of another, on the way to `node`.
    pub fn call(&mut self, (from, row): (Spot, i32), (to, at): (Spot, i32), node: usize, key: &Key) {
        let (Some(&from), Some(&item)) = (self.item.get(&from), self.item.get(&to)) else { return };
        let targets = &mut self.level.targets;
        let target = *self.target.entry(node).or_insert_with(|| {
            targets.push(Target { key: key.clone(), item, row: at });
            targets.len() - 1
        });
        self.level.links.push(Link { target, from, row });
    }

    /// Takes over the order of the gates of earlier levels.
    pub fn keep_gates(&mut self, before: &Past) {
        let order = before.gates();
        for item in &mut self.level.items {
            item.order = order.get(&item.key).copied();
        }
    }

    pub fn close(mut self) -> Self {
        self.level.links.sort_unstable();
        self.level.links.dedup();
        self
    }

    /// The way from a spot towards a node, in the cells of this level.
    pub fn path<'p>(&self, plan: &'p Plan, from: Spot, node: usize) -> &'p [Point] {
        let (Some(&from), Some(&target)) = (self.item.get(&from), self.target.get(&node)) else { return &[] };
        let link = self.level.links.partition_point(|l| (l.target, l.from) < (target, from));
        plan.paths.get(link).map_or(&[], Vec::as_slice)
    }

    pub fn rect(&self, plan: &Plan, spot: Spot) -> Rect {
        let Some(&item) = self.item.get(&spot) else { return Rect::default() };
        let (at, size) = (plan.at[item], &self.level.items[item]);
        Rect { x: at.x, y: at.y, width: size.width, height: size.height }
    }
}

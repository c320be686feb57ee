//! Order of the rows of the service list.

use crate::{
    screen::list::columns::{NodeColumn, SortValue},
    store::World,
    topology::Node,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// Order of the rows: by one column, forwards or backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub(super) struct SortOrder {
    /// Identifier of the column.
    pub(super) column: &'static str,
    /// True for the reverse order. Rows without a value stay at the end.
    pub(super) reversed: bool,
}

impl TryFrom<String> for SortOrder {
    type Error = String;

    /// Returns the order by the column with this identifier, reversed if the identifier begins with a minus
    /// sign.
    fn try_from(column: String) -> Result<Self, String> {
        let (id, reversed) = column.strip_prefix('-').map_or((&*column, false), |id| (id, true));
        Ok(Self { column: NodeColumn::of_list(id)?.id, reversed })
    }
}

impl<'de> Deserialize<'de> for SortOrder {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl From<SortOrder> for String {
    fn from(order: SortOrder) -> Self {
        format!("{}{}", if order.reversed { "-" } else { "" }, order.column)
    }
}

impl SortOrder {
    /// Returns the order by the next column, or by the previous one if `forward` is false. Past either end of
    /// the columns, returns `None`, which stands for the order of `Store::visible_nodes`.
    pub(super) fn step(
        current: Option<Self>,
        columns: &[&'static NodeColumn],
        forward: bool,
    ) -> Option<Self> {
        let here = current.and_then(|sort| columns.iter().position(|column| column.id == sort.column));
        let next = match (here, forward) {
            (None, true) => Some(0),
            (None, false) => columns.len().checked_sub(1),
            (Some(here), true) => Some(here + 1),
            (Some(here), false) => here.checked_sub(1),
        };
        let column = columns.get(next?)?;
        Some(Self { column: column.id, reversed: false })
    }

    /// Returns the order after a click on the heading of `column`: the order by that column, or its reverse
    /// if the list is already sorted by it.
    pub(super) fn toggled(current: Option<Self>, column: &'static str) -> Self {
        match current {
            Some(sort) if sort.column == column => sort.reversed(),
            _ => Self { column, reversed: false },
        }
    }

    /// Returns the reverse order.
    pub(super) fn reversed(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    /// Returns the order in words.
    pub(super) fn describe(self) -> String {
        format!("sorted by {}{}", self.column, if self.reversed { ", reversed" } else { "" })
    }

    /// Returns the index of the sort column within `columns`, and true if the order is reversed. Returns
    /// `None` if that column is not shown.
    pub(super) fn shown_in(self, columns: &[&'static NodeColumn]) -> Option<(usize, bool)> {
        Some((columns.iter().position(|column| column.id == self.column)?, self.reversed))
    }

    /// Sorts the nodes. Nodes with equal values keep their order.
    pub(super) fn sort(self, nodes: &mut [&Node], world: &World) {
        let Ok(column) = NodeColumn::of_list(self.column) else { return };
        let value = |node: &&Node| (column.sort_value)(node, world);
        if self.reversed {
            nodes.sort_by_cached_key(|node| {
                let value = value(node);
                (value == SortValue::Absent, std::cmp::Reverse(value))
            });
        } else {
            nodes.sort_by_cached_key(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SortOrder;
    use crate::{
        model::{Instance, Inventory, Service, SourceId, SourceStatus, fixtures::*},
        screen::list::columns::{NODE_COLUMNS, NodeColumn},
        store::Store,
    };

    fn store() -> Store {
        let with_restarts = |name: &str, restarts| Service {
            instances: vec![Instance { restarts, ..instance(name) }],
            ..service(name)
        };
        let status = SourceStatus::new(SourceId::new("docker"), "docker", String::new());
        let mut store = Store::new(Inventory::default(), vec![status], 0, ago(0));
        let services = vec![with_restarts("b", 0), with_restarts("a", 3), with_restarts("c", 7)];
        store.apply_poll_result(&SourceId::new("docker"), Ok(snapshot("docker", services)));
        store
    }

    #[test]
    fn rows_without_a_value_come_last_in_both_directions() {
        let world = store().world;
        let names = |reversed| {
            let mut nodes: Vec<_> = world.topology().nodes.values().collect();
            SortOrder { column: "restarts", reversed }.sort(&mut nodes, &world);
            nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(false), ["c", "a", "b"], "the most restarts first");
        assert_eq!(names(true), ["a", "c", "b"]);
    }

    #[test]
    fn stepping_visits_every_column_and_the_reading_order() {
        let columns = NodeColumn::chosen(&[]);
        let mut sort = None;
        let mut visited = Vec::new();
        while let Some(next) = SortOrder::step(sort, &columns, true) {
            visited.push(next.column);
            sort = Some(next);
        }
        assert_eq!(visited.len(), NODE_COLUMNS.iter().filter(|column| column.list_column.is_some()).count());
        assert_eq!(SortOrder::step(None, &columns, false).unwrap().column, *visited.last().unwrap());
        let clicked = SortOrder::toggled(None, "age");
        assert!(!clicked.reversed && SortOrder::toggled(Some(clicked), "age").reversed);
    }
}

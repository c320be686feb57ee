//! Columns of the tables that list nodes: the list screen and `portolan status`.

mod cells;

use crate::{
    screen::{
        Theme,
        widget::table::{Column, TableCell},
    },
    store::World,
    topology::Node,
};

/// Column of the list screen, of `portolan status`, or of both.
pub struct NodeColumn {
    /// Identifier of the column in the configuration and for `:sort`.
    pub id: &'static str,
    /// Heading and width on the list screen; `None` if the list screen has no such column.
    pub list_column: Option<Column>,
    /// Heading in `portolan status`; `None` if that table has no such column.
    pub status_title: Option<&'static str>,
    /// Function that returns the cell of a node.
    pub cell: fn(&Node, &World, &Theme) -> TableCell,
    /// Function that returns the value by which the list sorts a node.
    pub sort_value: fn(&Node, &World) -> SortValue,
    /// Order in which a narrow screen drops columns: the highest value goes first, and columns with 0 always
    /// stay.
    pub drop_order: u8,
    /// True if the cells are measurements. The list measures the shown services only while it shows such a
    /// column.
    pub is_measured: bool,
}

/// Value of a cell by which rows are sorted. Rows without a value come last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    /// Number, such as a count of bytes.
    Number(u64),
    /// Text, in lower case.
    Text(String),
    /// No value.
    Absent,
}

impl SortValue {
    /// Returns the sort value of a text; an empty text counts as no value.
    fn text(text: &str) -> Self {
        if text.is_empty() { Self::Absent } else { Self::Text(text.to_lowercase()) }
    }

    /// Returns the sort value of a number; `None` counts as no value.
    fn number(number: Option<u64>) -> Self {
        number.map_or(Self::Absent, Self::Number)
    }
}

/// Columns of the list screen and of `portolan status`, from left to right.
pub const NODE_COLUMNS: &[NodeColumn] = &[
    list_column("state", Column::cut_middle("", 1, 0), cells::health_glyph, cells::health_rank, 0),
    list_column("name", Column::cut_middle("NAME", 14, 3), cells::name, cells::name_value, 0),
    list_column("group", Column::cut_middle("GROUP", 10, 2), cells::group, cells::group_value, 2),
    list_column("kind", Column::cut_middle("KIND", 13, 1), cells::kind, cells::kind_value, 6),
    NodeColumn {
        id: "service",
        list_column: None,
        status_title: Some("SERVICE"),
        cell: cells::label,
        sort_value: cells::name_value,
        drop_order: 0,
        is_measured: false,
    },
    NodeColumn {
        id: "run",
        list_column: Some(Column::cut_middle("RUN", 5, 0)),
        status_title: Some("RUNNING"),
        cell: cells::running,
        sort_value: cells::running_value,
        drop_order: 0,
        is_measured: false,
    },
    NodeColumn {
        id: "health",
        list_column: Some(Column::cut_middle("HEALTH", 10, 0)),
        status_title: Some("HEALTH"),
        cell: cells::health,
        sort_value: cells::health_rank,
        drop_order: 0,
        is_measured: false,
    },
    list_column("tag", Column::cut_middle("TAG", 7, 1), cells::image_tag, cells::image_tag_value, 3),
    list_column("version", Column::cut_middle("VERSION", 8, 2), cells::version, cells::version_value, 7),
    list_column("restarts", Column::cut_middle("RESTARTS", 8, 0), cells::restarts, cells::restarts_value, 5),
    list_column("age", Column::cut_middle("AGE", 3, 0), cells::age, cells::age_value, 1),
    list_column("cpu", Column::cut_middle("CPU", 5, 0), cells::cpu, cells::cpu_value, 4).measured(),
    list_column("memory", Column::cut_middle("MEMORY", 7, 0), cells::memory, cells::memory_value, 4)
        .measured(),
    list_column("owner", Column::cut_middle("OWNER", 8, 1), cells::owner, cells::owner_value, 5),
    list_column("finding", Column::cut_end("FINDING", 13, 6), cells::worst_finding, cells::finding_rank, 0),
];

/// Returns a column that only the list screen has.
const fn list_column(
    id: &'static str,
    column: Column,
    cell: fn(&Node, &World, &Theme) -> TableCell,
    sort_value: fn(&Node, &World) -> SortValue,
    drop_order: u8,
) -> NodeColumn {
    NodeColumn {
        id,
        list_column: Some(column),
        status_title: None,
        cell,
        sort_value,
        drop_order,
        is_measured: false,
    }
}

impl NodeColumn {
    /// Returns this column as one whose cells are measurements.
    const fn measured(self) -> Self {
        Self { is_measured: true, ..self }
    }

    /// Returns the column of the list screen with this identifier.
    ///
    /// # Errors
    /// Returns a message with all identifiers if there is none.
    pub fn of_list(id: &str) -> Result<&'static Self, String> {
        let listed = || NODE_COLUMNS.iter().filter(|column| column.list_column.is_some());
        listed().find(|column| column.id == id).ok_or_else(|| {
            let ids: Vec<_> = listed().map(|column| column.id).collect();
            format!("unknown column `{id}`; use {}", ids.join(", "))
        })
    }

    /// Returns the columns of the list screen with the given identifiers, or all its columns if `ids` is
    /// empty. Skips unknown identifiers.
    #[must_use]
    pub fn chosen(ids: &[String]) -> Vec<&'static Self> {
        if ids.is_empty() {
            return NODE_COLUMNS.iter().filter(|column| column.list_column.is_some()).collect();
        }
        ids.iter().filter_map(|id| Self::of_list(id).ok()).collect()
    }
}

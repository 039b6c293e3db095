//! The columns of the table of timings, and how it is sorted.

use std::cmp::Ordering;

use crate::model::Operation;

/// The figures of an operation: seconds, and a count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct OperationTimings([Option<f64>; FIGURES]);

const FIGURES: usize = 9;

impl OperationTimings {
    /// What is known of an operation.
    pub(super) fn read(operation: Operation<'_>) -> Self {
        let measured = operation.measured;
        let reported = operation.reported;
        Self([
            measured.map(|it| f64::from(it.count)),
            measured.map(|it| it.last),
            measured.map(|it| it.mean),
            measured.and_then(|it| it.percentile(50.0)),
            measured.and_then(|it| it.percentile(95.0)),
            measured.map(|it| it.max),
            measured.map(|it| it.min),
            reported.and_then(|it| it.avg_seconds),
            reported.and_then(|it| it.max_seconds),
        ])
    }

    /// The figure of a column; `None` if it is not known, or the column is one of names.
    pub(super) fn get(&self, column: Column) -> Option<f64> {
        self.0.get((column as usize).checked_sub(NAMES)?).copied().flatten()
    }
}

/// How many columns of names stand before the figures.
const NAMES: usize = 2;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// For example `llm`.
    Component,
    /// For example `generate_response`.
    Operation,
    /// How many were measured.
    Count,
    /// The last.
    Last,
    /// Mean of all measured.
    Mean,
    /// Half of the last 200 took no longer.
    P50,
    /// 95 of 100 among the last 200 took no longer.
    P95,
    /// The longest measured.
    Max,
    /// The shortest measured.
    Min,
    /// The server's own mean.
    ServerMean,
    /// The server's own longest.
    ServerMax,
}

impl Column {
    /// All of them, as they stand in the table.
    pub(super) const ALL: [Self; NAMES + FIGURES] = [
        Self::Component,
        Self::Operation,
        Self::Count,
        Self::Last,
        Self::Mean,
        Self::P50,
        Self::P95,
        Self::Max,
        Self::Min,
        Self::ServerMean,
        Self::ServerMax,
    ];

    /// Its title, and its name in the address.
    pub(super) const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Component => ("Component", "component"),
            Self::Operation => ("Operation", "operation"),
            Self::Count => ("Count", "count"),
            Self::Last => ("Last", "last"),
            Self::Mean => ("Mean", "mean"),
            Self::P50 => ("p50", "p50"),
            Self::P95 => ("p95", "p95"),
            Self::Max => ("Max", "max"),
            Self::Min => ("Min", "min"),
            Self::ServerMean => ("Average", "server-average"),
            Self::ServerMax => ("Max", "server-max"),
        }
    }

    /// Names are read from A on, figures from the largest.
    const fn begins_descending(self) -> bool {
        !matches!(self, Self::Component | Self::Operation)
    }
}

/// By what the table is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sort {
    /// The column.
    pub(super) column: Column,
    /// Largest first.
    pub(super) is_descending: bool,
}

impl Sort {
    /// What the address says; by component if it says nothing that is known.
    pub(super) fn parse(column: &str, order: &str) -> Self {
        let named = Column::ALL.into_iter().find(|known| known.name().1 == column);
        let column = named.unwrap_or(Column::Component);
        let is_descending = match order {
            "descending" => true,
            "ascending" => false,
            _ => column.begins_descending(),
        };
        Self { column, is_descending }
    }

    /// What a press of a column's button leads to.
    pub(super) fn pressed(self, column: Column) -> Self {
        let is_descending = if self.column == column { !self.is_descending } else { column.begins_descending() };
        Self { column, is_descending }
    }

    /// The order, as the address and `aria-sort` call it.
    pub(super) const fn order(self) -> &'static str {
        if self.is_descending { "descending" } else { "ascending" }
    }

    /// Which of two rows comes first. Unknown figures are last in both orders, equal ones are sorted by name.
    pub(super) fn compare(
        self,
        a: (&(String, String), &OperationTimings),
        b: (&(String, String), &OperationTimings),
    ) -> Ordering {
        let directed = |order: Ordering| if self.is_descending { order.reverse() } else { order };
        let order = match self.column {
            Column::Component => directed(a.0.0.cmp(&b.0.0)),
            Column::Operation => directed(a.0.1.cmp(&b.0.1)),
            column => match (a.1.get(column), b.1.get(column)) {
                (Some(a), Some(b)) => directed(a.total_cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        };
        order.then_with(|| a.0.cmp(b.0))
    }
}

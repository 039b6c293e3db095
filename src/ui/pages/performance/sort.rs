//! Columns of the timings table, and its sort order.

use std::cmp::Ordering;

use crate::model::{Operation, OperationTiming};

/// Figures of an operation: seconds, and a count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct OperationTimings([Option<f64>; FIGURES]);

const FIGURES: usize = 9;

impl OperationTimings {
    pub(super) fn read(operation: Operation<'_>) -> Self {
        let measured = operation.measured;
        let reported = operation.reported;
        Self([
            measured.map(|it| f64::from(it.count)),
            measured.map(|it| it.last),
            measured.map(|it| it.mean),
            measured.and_then(OperationTiming::median),
            measured.and_then(|it| it.percentile(95.0)),
            measured.map(|it| it.max),
            measured.map(|it| it.min),
            reported.and_then(|it| it.avg_seconds),
            reported.and_then(|it| it.max_seconds),
        ])
    }

    /// Figure of a column. `None` if unknown or a name column.
    pub(super) fn get(&self, column: Column) -> Option<f64> {
        self.0.get((column as usize).checked_sub(NAMES)?).copied().flatten()
    }
}

/// Number of name columns before the figures.
const NAMES: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// For example `llm`.
    Component,
    /// For example `generate_response`.
    Operation,
    /// Number of measurements.
    Count,
    Last,
    /// Mean of all measurements.
    Mean,
    /// Median of the last 200.
    P50,
    /// 95th percentile of the last 200.
    P95,
    Max,
    Min,
    /// Mean reported by Coda.
    ServerMean,
    /// Maximum reported by Coda.
    ServerMax,
}

impl Column {
    /// In table order.
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

    /// Title, and value in the address.
    pub(super) const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Component => ("Component", "component"),
            Self::Operation => ("Operation", "operation"),
            Self::Count => ("Count", "count"),
            Self::Last => ("Last", "last"),
            Self::Mean => ("Mean", "mean"),
            Self::P50 => ("p50", "Median"),
            Self::P95 => ("p95", "p95"),
            Self::Max => ("Max", "max"),
            Self::Min => ("Min", "min"),
            Self::ServerMean => ("Average", "server-average"),
            Self::ServerMax => ("Max", "server-max"),
        }
    }

    /// Names default to A first, figures to the largest first.
    const fn begins_descending(self) -> bool {
        !matches!(self, Self::Component | Self::Operation)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sort {
    pub(super) column: Column,
    pub(super) is_descending: bool,
}

impl Sort {
    /// Parses the values in the address. Sorts by component if unknown.
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

    /// Sort order after a press of a column's button.
    pub(super) fn pressed(self, column: Column) -> Self {
        let is_descending = if self.column == column { !self.is_descending } else { column.begins_descending() };
        Self { column, is_descending }
    }

    /// Value for the address and for `aria-sort`.
    pub(super) const fn order(self) -> &'static str {
        if self.is_descending { "descending" } else { "ascending" }
    }

    /// Compares two rows. Unknown figures come last in both directions; ties are sorted by name.
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

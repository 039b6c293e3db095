//! Statistics of frames: how many of each type, how often, how large, and from which client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::row::{Direction, FrameClass, Row, RowKind};
use crate::protocol::{Event, Instant};

/// The frames of one type and direction.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeStatistics {
    /// Empty if the frames have no type.
    pub kind: Arc<str>,
    pub direction: Direction,
    pub count: usize,
    pub bytes: usize,
    /// Sizes in bytes.
    pub smallest: usize,
    pub median: usize,
    pub largest: usize,
    /// Row of the largest frame.
    pub largest_row: u64,
    /// From the first to the last frame.
    pub span: Duration,
}

impl TypeStatistics {
    /// Frames per second between the first and the last; `None` with fewer than two.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "rows are counted in thousands")]
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.span.as_secs_f64();
        (self.count >= 2 && seconds > 0.0).then(|| (self.count - 1) as f64 / seconds)
    }
}

/// The messages of one client, by their echoes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientStatistics {
    /// The id that Coda gave it.
    pub client: String,
    pub messages: usize,
    /// Number of messages of each type.
    pub kinds: BTreeMap<String, usize>,
}

/// Statistics of a range of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    pub types: Vec<TypeStatistics>,
    pub clients: Vec<ClientStatistics>,
    /// All frames.
    pub count: usize,
    pub bytes: usize,
}

#[derive(Default)]
struct Collected {
    /// With the row of each.
    sizes: Vec<(usize, u64)>,
    first: Instant,
    last: Instant,
}

impl Statistics {
    #[must_use]
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut types: BTreeMap<(Arc<str>, bool), Collected> = BTreeMap::new();
        let mut clients: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        let (mut count, mut bytes) = (0, 0);
        for row in rows {
            let (Some(direction), Some(kind), Some(size)) = (row.direction(), row.wire_type(), row.size()) else {
                continue;
            };
            count += 1;
            bytes += size;
            let collected = types.entry((kind.clone(), direction == Direction::Out)).or_default();
            if collected.sizes.is_empty() {
                collected.first = row.at.mono;
            }
            collected.sizes.push((size, row.number));
            collected.last = row.at.mono;
            let is_echo =
                matches!(row.kind, RowKind::FrameIn { class: FrameClass::Event, .. }) && &**kind == "client_message";
            if let Some(Event::ClientMessage(echo)) = is_echo.then(|| row.event()).flatten() {
                *clients.entry(echo.client_id.0).or_default().entry(echo.message_type).or_default() += 1;
            }
        }
        let of_type = |((kind, is_out), mut collected): ((Arc<str>, bool), Collected)| {
            collected.sizes.sort_unstable();
            let (largest, largest_row) = *collected.sizes.last()?;
            Some(TypeStatistics {
                kind,
                direction: if is_out { Direction::Out } else { Direction::In },
                count: collected.sizes.len(),
                bytes: collected.sizes.iter().map(|(size, _)| size).sum(),
                smallest: collected.sizes.first()?.0,
                median: collected.sizes.get((collected.sizes.len() - 1) / 2)?.0,
                largest,
                largest_row,
                span: collected.last.duration_since(collected.first),
            })
        };
        let of_client = |(client, kinds): (String, BTreeMap<String, usize>)| ClientStatistics {
            client,
            messages: kinds.values().sum(),
            kinds,
        };
        Self {
            types: types.into_iter().filter_map(of_type).collect(),
            clients: clients.into_iter().map(of_client).collect(),
            count,
            bytes,
        }
    }
}

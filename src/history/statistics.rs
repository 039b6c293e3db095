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
    /// From the first frame of the range to the last.
    pub span: Duration,
}

/// The sizes of a type's frames, with the row of each.
type Sizes = Vec<(usize, u64)>;

impl Statistics {
    #[must_use]
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut types: BTreeMap<(Arc<str>, bool), Sizes> = BTreeMap::new();
        let mut times: Option<(Instant, Instant)> = None;
        let mut clients: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        let (mut count, mut bytes) = (0, 0);
        for row in rows {
            let (Some(direction), Some(kind), Some(size)) = (row.direction(), row.wire_type(), row.size()) else {
                continue;
            };
            count += 1;
            bytes += size;
            types.entry((kind.clone(), direction == Direction::Out)).or_default().push((size, row.number));
            times = Some((times.map_or(row.at.mono, |(first, _)| first), row.at.mono));
            let is_echo =
                matches!(row.kind, RowKind::FrameIn { class: FrameClass::Event, .. }) && &**kind == "client_message";
            if let Some(Event::ClientMessage(echo)) = is_echo.then(|| row.event()).flatten() {
                *clients.entry(echo.client_id.0).or_default().entry(echo.message_type).or_default() += 1;
            }
        }
        let of_type = |((kind, is_out), mut sizes): ((Arc<str>, bool), Sizes)| {
            sizes.sort_unstable();
            let (largest, largest_row) = *sizes.last()?;
            Some(TypeStatistics {
                kind,
                direction: if is_out { Direction::Out } else { Direction::In },
                count: sizes.len(),
                bytes: sizes.iter().map(|(size, _)| size).sum(),
                smallest: sizes.first()?.0,
                median: sizes.get((sizes.len() - 1) / 2)?.0,
                largest,
                largest_row,
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
            span: times.map(|(first, last)| last.duration_since(first)).unwrap_or_default(),
        }
    }

    /// Frames per second over the range; `None` if all came at once.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "rows are counted in thousands")]
    pub fn rate(&self, count: usize) -> Option<f64> {
        let seconds = self.span.as_secs_f64();
        (seconds > 0.0).then(|| count as f64 / seconds)
    }
}

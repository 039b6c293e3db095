//! A simulated bad network: delay, jitter, broken connections, dropped and duplicated frames, all from a seed.
//!
//! It sits between a socket and its user. Feed it frames with [`Network::enter`], drain [`Network::poll`] to `None`,
//! then arm one timer for [`Network::next_wakeup`].

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::protocol::Instant;

/// Network conditions to simulate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// One-way delay of each frame.
    pub delay: Duration,
    /// Largest random addition to the delay. Frames in one direction never overtake each other, as in TCP.
    pub jitter: Duration,
    /// Percentage of frames that never arrive. A WebSocket loses no frames, but a server that
    /// forgets one has the same effect.
    pub drop_percent: u8,
    /// Percentage of frames that arrive twice.
    pub duplicate_percent: u8,
    /// Mean lifetime of a connection; the actual one is half to one and a half times this. `None` for unlimited.
    pub mean_lifetime: Option<Duration>,
    /// Seed of the randomness. Equal seeds and connection numbers give equal behaviour.
    pub seed: u64,
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { delay, jitter, drop_percent, duplicate_percent, mean_lifetime, seed } = self;
        write!(f, "{} ms delay, {} ms jitter, ", delay.as_millis(), jitter.as_millis())?;
        write!(f, "{drop_percent} % dropped, {duplicate_percent} % doubled, ")?;
        if let Some(mean_lifetime) = mean_lifetime {
            write!(f, "connections break after about {} s, ", mean_lifetime.as_secs())?;
        }
        write!(f, "seed {seed}")
    }
}

/// Direction of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the server to the page.
    ToPage,
    /// From the page to the server.
    ToServer,
}

/// An output of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// A frame arrives.
    Frame(Direction, Arc<str>),
    /// The connection breaks, along with every frame in transit.
    Lost,
}

/// The simulated network of one connection.
#[derive(Debug)]
pub struct Network {
    conditions: Conditions,
    rng: fastrand::Rng,
    to_page: VecDeque<(Instant, Arc<str>)>,
    to_server: VecDeque<(Instant, Arc<str>)>,
    breaks_at: Option<Instant>,
}

impl Network {
    /// Creates the network for the connection with this number, which starts now.
    #[must_use]
    pub fn new(conditions: Conditions, connection: u32, now: Instant) -> Self {
        let mut rng = fastrand::Rng::with_seed(conditions.seed ^ (u64::from(connection) << 32));
        let breaks_at = breaks_at(&conditions, &mut rng, now);
        Self { conditions, rng, to_page: VecDeque::new(), to_server: VecDeque::new(), breaks_at }
    }

    /// Changes the conditions from now on. Frames already in transit keep their arrival times.
    pub fn set_conditions(&mut self, conditions: Conditions, now: Instant) {
        self.conditions = conditions;
        self.breaks_at = breaks_at(&conditions, &mut self.rng, now);
    }

    /// Accepts a frame for transmission.
    pub fn enter(&mut self, now: Instant, direction: Direction, text: Arc<str>) {
        if self.happens(self.conditions.drop_percent) {
            return;
        }
        let copies = if self.happens(self.conditions.duplicate_percent) { 2 } else { 1 };
        let jitter = u64::try_from(self.conditions.jitter.as_micros()).unwrap_or(u64::MAX);
        let more = Duration::from_micros(self.rng.u64(0..=jitter));
        let arrives = now + self.conditions.delay + more;
        let line = self.line(direction);
        let at = line.back().map_or(arrives, |(before, _)| arrives.max(*before));
        line.extend(std::iter::repeat_n((at, text), copies));
    }

    /// Returns the next output that is due by `now`; drain to `None`. Nothing follows [`Passed::Lost`].
    pub fn poll(&mut self, now: Instant) -> Option<Passed> {
        if self.breaks_at.is_some_and(|at| at <= now) {
            self.breaks_at = None;
            self.to_page.clear();
            self.to_server.clear();
            return Some(Passed::Lost);
        }
        let due = |line: &VecDeque<(Instant, Arc<str>)>| line.front().map(|(at, _)| *at).filter(|at| *at <= now);
        let direction = match (due(&self.to_page), due(&self.to_server)) {
            (Some(page), Some(server)) if server < page => Direction::ToServer,
            (Some(_), _) => Direction::ToPage,
            (None, Some(_)) => Direction::ToServer,
            (None, None) => return None,
        };
        self.line(direction).pop_front().map(|(_, text)| Passed::Frame(direction, text))
    }

    /// Returns when the next output is due.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Instant> {
        let fronts = [self.to_page.front(), self.to_server.front()];
        fronts.into_iter().flatten().map(|(at, _)| *at).chain(self.breaks_at).min()
    }

    fn line(&mut self, direction: Direction) -> &mut VecDeque<(Instant, Arc<str>)> {
        match direction {
            Direction::ToPage => &mut self.to_page,
            Direction::ToServer => &mut self.to_server,
        }
    }

    fn happens(&mut self, percent: u8) -> bool {
        percent > 0 && self.rng.u8(0..100) < percent
    }
}

fn breaks_at(conditions: &Conditions, rng: &mut fastrand::Rng, now: Instant) -> Option<Instant> {
    conditions.mean_lifetime.map(|mean_lifetime| {
        let micros = u64::try_from(mean_lifetime.as_micros()).unwrap_or(u64::MAX / 4);
        now + Duration::from_micros(micros / 2 + rng.u64(0..=micros))
    })
}

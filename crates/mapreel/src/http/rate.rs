//! Rate limits for each client, by the generic cell rate algorithm (GCRA), which stores one time for each client.
//!
//! `governor` has the same algorithm, but its table grows with the number of clients; the table here is bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The most clients with a limit of their own; all further clients share one.
const CLIENTS_MAX: usize = 10_000;
/// How often clients that have their full amount again are removed from a full table.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// The most that a client may use within a time, at once or spread over the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub max: u32,
    pub within: Duration,
}

/// What a client has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    pub count: u32,
    /// The time until the client has the full amount again.
    pub reset: Duration,
}

/// What all clients have used.
#[derive(Debug)]
pub(super) struct Rates {
    clients: Mutex<Clients>,
    clients_max: usize,
}

#[derive(Debug)]
struct Clients {
    /// When a client will have its full amount again (the theoretical arrival time of GCRA).
    paid_at: HashMap<String, Instant>,
    /// The shared time of all clients for which the table has no room.
    of_others: Instant,
    swept: Instant,
}

impl Rates {
    pub(super) fn new() -> Self {
        Self::bounded(CLIENTS_MAX, Instant::now())
    }

    fn bounded(clients_max: usize, now: Instant) -> Self {
        let clients = Clients { paid_at: HashMap::new(), of_others: now, swept: now };
        Self { clients: Mutex::new(clients), clients_max }
    }

    /// Takes `count`; returns what is left.
    ///
    /// # Errors
    /// Not enough is left; the error is the time until there will be. Nothing is taken.
    pub(super) fn take(&self, client: &str, count: u32, rate: Rate) -> Result<Left, Duration> {
        self.take_at(client, count, rate, Instant::now())
    }

    fn take_at(&self, client: &str, count: u32, rate: Rate, now: Instant) -> Result<Left, Duration> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let paid_at = clients.of(client, self.clients_max, now);
        let each = rate.within.as_secs_f64() / f64::from(rate.max.max(1));
        let debt = paid_at.saturating_duration_since(now).as_secs_f64() + each * f64::from(count);
        let over = debt - rate.within.as_secs_f64();
        // For a request of more than the full amount, the time is at most `rate.within`.
        if over > each * 1e-3 {
            return Err(Duration::from_secs_f64(over.min(rate.within.as_secs_f64())));
        }
        *paid_at = now + Duration::from_secs_f64(debt);
        let left = ((rate.within.as_secs_f64() - debt) / each + 1e-3).max(0.0);
        Ok(Left { count: left as u32, reset: Duration::from_secs_f64(debt) })
    }

    /// Gives back an amount that was taken and not used.
    pub(super) fn give_back(&self, client: &str, count: u32, rate: Rate) {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let paid_at = clients.of(client, self.clients_max, now);
        let had = rate.within.mul_f64(f64::from(count) / f64::from(rate.max.max(1)));
        *paid_at = paid_at.checked_sub(had).unwrap_or(now);
    }
}

impl Clients {
    fn of(&mut self, client: &str, max: usize, now: Instant) -> &mut Instant {
        if self.paid_at.len() >= max && !self.paid_at.contains_key(client) {
            if now.saturating_duration_since(self.swept) >= SWEEP_EVERY {
                self.swept = now;
                self.paid_at.retain(|_, paid_at| *paid_at > now);
            }
            if self.paid_at.len() >= max {
                return &mut self.of_others;
            }
        }
        self.paid_at.entry(client.to_owned()).or_insert(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { max: 10, within: Duration::from_secs(60) };

    #[test]
    fn a_client_gets_at_most_its_amount_in_the_time() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let rates = Rates::bounded(100, start);
        for left in (0..10).rev() {
            assert_eq!(rates.take_at("a", 1, RATE, at(0)).unwrap().count, left);
        }
        assert_eq!(rates.take_at("a", 1, RATE, at(0)), Err(Duration::from_secs(6)));
        assert_eq!(rates.take_at("a", 5, RATE, at(0)), Err(Duration::from_secs(30)));
        assert!(rates.take_at("b", 10, RATE, at(0)).is_ok(), "another client has its own limit");
        assert_eq!(rates.take_at("a", 1, RATE, at(6)).unwrap().count, 0);
        assert!(rates.take_at("a", 1, RATE, at(6)).is_err());
        assert_eq!(rates.take_at("a", 1, RATE, at(600)).unwrap(), Left { count: 9, reset: Duration::from_secs(6) });
        assert_eq!(rates.take_at("c", 11, RATE, at(0)), Err(Duration::from_secs(6)));
        // An amount that was given back can be used again.
        let rates = Rates::new();
        rates.take("a", 10, RATE).unwrap();
        rates.give_back("a", 4, RATE);
        assert!(rates.take("a", 4, RATE).is_ok() && rates.take("a", 1, RATE).is_err());
    }

    #[test]
    fn the_table_does_not_grow_with_the_number_of_clients() {
        let start = Instant::now();
        let rates = Rates::bounded(100, start);
        let refused = (0..1_000).filter(|i| rates.take_at(&i.to_string(), 1, RATE, start).is_err()).count();
        assert_eq!(refused, 890, "a hundred have their own, the others share ten");
        assert_eq!(rates.clients.lock().unwrap().paid_at.len(), 100);
        // A client whose time has passed is removed from the table.
        assert!(rates.take_at("late", 10, RATE, start + Duration::from_secs(60)).is_ok());
        assert_eq!(rates.clients.lock().unwrap().paid_at.len(), 1);
    }
}

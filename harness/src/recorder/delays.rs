//! How long sign-ins, refreshes and returns took.

use reports::latency::Latency;
use simulator::event::Wish;
use simulator::time::Instant;

const KINDS: usize = 3;

/// Times since a wish was due, and since the REGISTER that was accepted left. Mostly the two are one: such a time is
/// recorded once, for recording is dear.
#[derive(Clone, Debug, Default)]
pub(super) struct Delays {
    /// By wish: those whose REGISTER left when they were due.
    prompt: [Latency; KINDS],
    /// By wish: the others, since they were due.
    late: [Latency; KINDS],
    /// The others, since their REGISTER left.
    late_since_sent: Latency,
}

fn place(wish: Wish) -> Option<usize> {
    match wish {
        Wish::SignIn => Some(0),
        Wish::Refresh => Some(1),
        Wish::Return => Some(2),
        Wish::SignOut => None,
    }
}

impl Delays {
    /// A wish came true now. Sign-outs are not timed.
    #[inline]
    pub(super) fn record(&mut self, wish: Wish, now: Instant, due: Instant, began: Instant) {
        let Some(place) = place(wish) else { return };
        if due == began {
            return self.prompt[place].record(now.since(due).0);
        }
        self.late[place].record(now.since(due).0);
        self.late_since_sent.record(now.since(began).0);
    }

    /// Since due, of one kind of wish; empty for sign-outs.
    pub(super) fn of(&self, wish: Wish) -> Latency {
        place(wish).map_or_else(Latency::new, |place| sum([&self.prompt[place], &self.late[place]]))
    }

    /// Since due, of all.
    pub(super) fn since_due(&self) -> Latency {
        sum(self.prompt.iter().chain(&self.late))
    }

    /// Since sent, of all.
    pub(super) fn since_sent(&self) -> Latency {
        sum(self.prompt.iter().chain([&self.late_since_sent]))
    }
}

fn sum<'a>(parts: impl IntoIterator<Item = &'a Latency>) -> Latency {
    let mut whole = Latency::new();
    parts.into_iter().for_each(|part| whole.merge(part));
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_counts_under_its_wish_since_due_and_since_sent() {
        let mut delays = Delays::default();
        delays.record(Wish::SignIn, Instant(3_000_000), Instant(1_000_000), Instant(1_000_000));
        delays.record(Wish::SignIn, Instant(9_000_000), Instant(1_000_000), Instant(8_000_000));
        delays.record(Wish::Return, Instant(7_000_000), Instant(2_000_000), Instant(2_000_000));
        delays.record(Wish::SignOut, Instant(7_000_000), Instant(2_000_000), Instant(2_000_000));
        let sums =
            [delays.of(Wish::SignIn), delays.of(Wish::Refresh), delays.of(Wish::Return), delays.of(Wish::SignOut)];
        assert_eq!(sums.map(|latency| latency.sum_ns()), [10_000_000, 0, 5_000_000, 0]);
        assert_eq!((delays.since_due().sum_ns(), delays.since_due().count()), (15_000_000, 3));
        assert_eq!((delays.since_sent().sum_ns(), delays.since_sent().count()), (8_000_000, 3));
    }
}

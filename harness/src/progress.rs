//! How far a run is, on standard error once it has taken a second: one line drawn over, or a line each 10 %.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use harness::run::{Progress, portions};
use reports::units;

use crate::clock::Stopwatch;
use crate::screen;

/// Shows the progress of a work list.
pub(crate) struct Display {
    stopwatch: Stopwatch,
    redraws: bool,
    /// Whether all seeds cost about the same, so that the time to go can be told.
    foretells: bool,
    seeds: u64,
    /// What is counted: one and many.
    noun: [&'static str; 2],
    seeds_done: AtomicU64,
    portions_done: AtomicU64,
    shown: Mutex<Shown>,
}

/// What the reader has seen last.
#[derive(Default)]
struct Shown {
    at_s: f64,
    tenths: u64,
    drawn: bool,
}

impl Display {
    /// For so many seeds over all plans; `foretells`: whether they cost about the same.
    pub(crate) fn new(seeds: usize, stopwatch: Stopwatch, foretells: bool) -> Self {
        Self {
            stopwatch,
            redraws: screen::redraws(),
            foretells,
            seeds: seeds as u64,
            noun: ["seed", "seeds"],
            seeds_done: AtomicU64::new(0),
            portions_done: AtomicU64::new(0),
            shown: Mutex::default(),
        }
    }

    /// For as many as it takes; one of them, and many, are called so.
    pub(crate) fn open_ended(stopwatch: Stopwatch, noun: [&'static str; 2]) -> Self {
        Self { noun, ..Self::new(0, stopwatch, false) }
    }

    /// Takes the line away: what follows begins on a clean one.
    pub(crate) fn clear(&self) {
        if self.shown.lock().is_ok_and(|shown| shown.drawn) {
            screen::tell(CLEAR);
        }
    }

    /// Of 1.
    fn share(&self) -> f64 {
        let of_seeds = self.seeds_done.load(Ordering::Relaxed).saturating_mul(portions());
        // A seed may end before its time: then its portions lag behind.
        let done = self.portions_done.load(Ordering::Relaxed).max(of_seeds);
        done as f64 / self.seeds.saturating_mul(portions()).max(1) as f64
    }

    fn show(&self) {
        // Who finds another thread showing has nothing newer to say.
        if let Ok(mut shown) = self.shown.try_lock()
            && let Some(text) = self.due(&mut shown, self.share().min(1.0), self.stopwatch.seconds())
        {
            screen::tell(&text);
        }
    }

    /// What is to be shown now, if it is time.
    fn due(&self, shown: &mut Shown, share: f64, seconds: f64) -> Option<String> {
        // Without an end to come near, a line whenever their number has doubled.
        let doublings = || self.seeds_done.load(Ordering::Relaxed).checked_ilog2().map_or(0, u64::from);
        let tenths = if self.seeds == 0 { doublings() } else { (share * 10.0) as u64 };
        let is_time = if self.redraws { seconds - shown.at_s >= EACH_S } else { tenths > shown.tenths };
        if seconds < FIRST_S || !is_time {
            return None;
        }
        *shown = Shown { at_s: seconds, tenths, drawn: self.redraws };
        let line = self.line(share, seconds);
        Some(if self.redraws { format!("{CLEAR}{line}") } else { format!("{line}\n") })
    }

    fn line(&self, share: f64, seconds: f64) -> String {
        if self.seeds == 0 {
            let done = self.seeds_done.load(Ordering::Relaxed);
            return format!("  {} so far, {seconds:.0} s", units::things(done, self.noun[0], self.noun[1]));
        }
        let of_seeds = match self.seeds {
            1 => String::new(),
            seeds => format!("{} of {seeds} seeds, ", self.seeds_done.load(Ordering::Relaxed)),
        };
        let left = match seconds / share - seconds {
            left if self.foretells && left.is_finite() => format!(", about {left:.0} s to go"),
            _ => String::new(),
        };
        format!("  {:3.0}%  {of_seeds}{seconds:.0} s{left}", (share * 100.0).floor())
    }
}

impl Progress for Display {
    fn portion(&self) {
        self.portions_done.fetch_add(1, Ordering::Relaxed);
        self.show();
    }

    fn seed(&self) {
        let done = self.seeds_done.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::info!(done, of = self.seeds, "a seed is done");
        self.show();
    }
}

/// Shorter runs show nothing.
const FIRST_S: f64 = 1.0;
/// Between two drawings.
const EACH_S: f64 = 0.1;
/// To the first column, and erase the line.
const CLEAR: &str = "\r\x1b[K";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_counts_seeds_that_ended_early_as_whole() {
        let display = Display::new(4, Stopwatch::start(), true);
        (0..portions() / 2).for_each(|_| display.portion());
        assert!((display.share() - 0.125).abs() < 1e-9);
        display.seed();
        assert!((display.share() - 0.25).abs() < 1e-9);
    }

    #[test]
    fn a_line_says_what_is_done_and_what_is_left() {
        let display = Display::new(20, Stopwatch::start(), true);
        display.seeds_done.store(5, Ordering::Relaxed);
        assert_eq!(display.line(0.25, 2.0), "   25%  5 of 20 seeds, 2 s, about 6 s to go");
        assert_eq!(Display::new(1, Stopwatch::start(), true).line(0.5, 3.0), "   50%  3 s, about 3 s to go");
        assert_eq!(Display::new(1, Stopwatch::start(), false).line(0.5, 3.0), "   50%  3 s");
    }

    #[test]
    fn without_an_end_it_counts_the_seeds() {
        let display = Display { redraws: false, ..Display::open_ended(Stopwatch::start(), ["seed", "seeds"]) };
        let mut shown = Shown::default();
        display.seeds_done.store(12, Ordering::Relaxed);
        assert_eq!(display.due(&mut shown, 0.0, 2.0).as_deref(), Some("  12 seeds so far, 2 s\n"));
        display.seeds_done.store(13, Ordering::Relaxed);
        assert_eq!(display.due(&mut shown, 0.0, 3.0), None);
    }

    #[test]
    fn without_a_terminal_there_is_a_line_each_tenth_after_the_first_second() {
        let display = Display { redraws: false, ..Display::new(1, Stopwatch::start(), false) };
        let mut shown = Shown::default();
        let mut due = |share, seconds| display.due(&mut shown, share, seconds);
        assert_eq!(due(0.3, 0.9), None);
        assert_eq!(due(0.4, 1.2).as_deref(), Some("   40%  1 s\n"));
        assert_eq!(due(0.49, 1.4), None);
        assert_eq!(due(0.5, 1.5).as_deref(), Some("   50%  2 s\n"));
    }

    #[test]
    fn on_a_terminal_one_line_is_drawn_over() {
        let display = Display { redraws: true, ..Display::new(1, Stopwatch::start(), false) };
        let mut shown = Shown::default();
        assert_eq!(display.due(&mut shown, 0.4, 1.2).as_deref(), Some("\r\x1b[K   40%  1 s"));
        assert_eq!(display.due(&mut shown, 0.41, 1.25), None);
        assert!(display.due(&mut shown, 0.42, 1.4).is_some() && shown.drawn);
    }
}

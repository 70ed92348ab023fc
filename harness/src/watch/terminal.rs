//! The terminal of the dashboard: drawn on standard error, so that answers on standard output stay alone.

use std::io::{self, Stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

use super::Watch;
use super::board;
use crate::exit::INTERRUPTED;

/// Draws until the work is over. A terminal that does not play along ends the dashboard, never the run.
pub(super) fn show(watch: &Watch, interrupted: &AtomicBool) {
    if let Err(error) = draw(watch, interrupted) {
        tracing::warn!(%error, "the dashboard has ended");
    }
}

fn draw(watch: &Watch, interrupted: &AtomicBool) -> io::Result<()> {
    let mut screen = Screen::open()?;
    while !watch.is_over.load(Ordering::Relaxed) {
        let (about, pulse) = (watch.about(), watch.pulse());
        screen.0.draw(|frame| board::draw(frame, &about, &pulse))?;
        if !event::poll(BETWEEN)? {
            continue;
        }
        // In raw mode Ctrl-C is a key like others.
        if is_enough(&event::read()?) && interrupted.swap(true, Ordering::Relaxed) {
            drop(screen);
            std::process::exit(INTERRUPTED.into());
        }
    }
    Ok(())
}

/// `q`, Esc or Ctrl-C: the first ends the run and keeps what it has, the second ends pbxsim.
fn is_enough(event: &Event) -> bool {
    let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press, .. }) = event else { return false };
    match code {
        KeyCode::Char('q') | KeyCode::Esc => true,
        KeyCode::Char('c') => modifiers.contains(KeyModifiers::CONTROL),
        _ => false,
    }
}

/// A terminal that is given back as it was.
struct Screen(Terminal<CrosstermBackend<Stderr>>);

impl Screen {
    fn open() -> io::Result<Self> {
        enable_raw_mode()?;
        execute!(io::stderr(), EnterAlternateScreen)
            .and_then(|()| Terminal::new(CrosstermBackend::new(io::stderr())))
            .map(Self)
            .inspect_err(|_| {
                // The first error is the one to tell.
                let _ = disable_raw_mode();
            })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nobody is left to be told where this fails.
        let _ = execute!(io::stderr(), LeaveAlternateScreen);
        let _ = self.0.show_cursor();
        let _ = disable_raw_mode();
    }
}

/// Between two drawings.
const BETWEEN: Duration = Duration::from_millis(100);

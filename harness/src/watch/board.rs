//! The dashboard itself: from a pulse to a screen, 80 columns by 24 lines or more.

use harness::live::{Bar, Part, Pulse};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Sparkline};
use reports::render::safe;
use reports::units;

use super::About;

/// Draws everything anew; a screen that is too small gets as much as fits.
pub(super) fn draw(frame: &mut Frame<'_>, about: &About, pulse: &Pulse) {
    let [head, charts, licences, tail, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(8),
        Constraint::Length(bars_high(pulse)),
        Constraint::Min(3),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(Paragraph::new(headline(about, pulse, head.width)), head);
    let [left, right] = Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(charts);
    service(frame, left, pulse);
    latency(frame, right, pulse);
    frame.render_widget(bars(pulse, licences), licences);
    let [left, right] = Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(tail);
    frame.render_widget(lines("Events", about.starts_s, &pulse.events, left), left);
    frame.render_widget(lines("Refused and unanswered", about.starts_s, &pulse.log, right), right);
    frame.render_widget(Paragraph::new("q, Esc or Ctrl-C: stop and keep what there is").style(soft()), foot);
}

/// Title and time; below it how far all is.
fn headline(about: &About, pulse: &Pulse, width: u16) -> Vec<Line<'static>> {
    let clock = units::clock(about.starts_s, pulse.now_ns);
    let room = usize::from(width).saturating_sub(clock.len() + 1);
    let title: String = safe(&about.title).chars().take(room).collect();
    let gap = " ".repeat(room.saturating_sub(title.chars().count()) + 1);
    let first = Line::from(vec![Span::styled(title, strong()), Span::raw(gap), Span::styled(clock, strong())]);
    let seeds = match about.seeds {
        0 => format!("{} done", units::things(about.seeds_done, "seed", "seeds")),
        1 => format!("seed {}", about.seed),
        seeds => format!(
            "seed {} shown; {} of {} done",
            about.seed,
            units::count(about.seeds_done),
            units::things(seeds, "seed", "seeds")
        ),
    };
    let share = about.share.map_or(String::new(), |share| format!("{:3.0}%  ", (share * 100.0).floor()));
    vec![first, Line::styled(format!("{share}{seeds}; {:.0} s", about.seconds), soft())]
}

fn service(frame: &mut Frame<'_>, area: Rect, pulse: &Pulse) {
    let title = format!(" In service {} of {} ", units::count(pulse.registered), units::count(pulse.endpoints));
    let inside = boxed(frame, area, &title);
    let [chart, rates] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(inside);
    let levels: Vec<u64> = pulse.parts.iter().map(|part| part.registered).collect();
    spark(frame, chart, &levels, pulse.endpoints, Color::Blue);
    frame.render_widget(Paragraph::new(rate(pulse)).style(soft()), rates);
}

/// What happened in the last part that is whole.
fn rate(pulse: &Pulse) -> String {
    let whole = pulse.parts.len().checked_sub(2).and_then(|place| pulse.parts.get(place));
    let seconds = pulse.width_ns as f64 / 1e9;
    let per_s = |count: u64| format!("{:.1}", count as f64 / seconds);
    let Some(Part { accepted, failed, calls, .. }) = whole.filter(|_| seconds > 0.0) else { return String::new() };
    let calls = if pulse.calls > 0 || *calls > 0 {
        format!(", {}", units::things(pulse.calls, "call", "calls"))
    } else {
        String::new()
    };
    format!("{}/s accepted, {}/s failed{calls}", per_s(*accepted), per_s(*failed))
}

fn latency(frame: &mut Frame<'_>, area: Rect, pulse: &Pulse) {
    let longest: Vec<u64> = pulse.parts.iter().map(|part| part.longest_ns).collect();
    let top = longest.iter().copied().max().unwrap_or(0);
    let inside = boxed(frame, area, " Longest wait, from due to done ");
    let [chart, scale] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(inside);
    spark(frame, chart, &longest, top, Color::Magenta);
    let now = pulse.parts.last().map_or(0, |part| part.longest_ns);
    let text = if top == 0 {
        String::new()
    } else {
        format!("now {}, at most {}", units::duration(now), units::duration(top))
    };
    frame.render_widget(Paragraph::new(text).style(soft()), scale);
}

/// The latest levels that fit, from zero to `top`.
fn spark(frame: &mut Frame<'_>, area: Rect, levels: &[u64], top: u64, colour: Color) {
    let shown = &levels[levels.len().saturating_sub(usize::from(area.width))..];
    frame.render_widget(Sparkline::default().data(shown).max(top.max(1)).style(Style::new().fg(colour)), area);
}

fn bars_high(pulse: &Pulse) -> u16 {
    (shown(pulse).count().clamp(1, MOST_BARS) + 2) as u16
}

/// Stocks that somebody uses or that were bought.
fn shown(pulse: &Pulse) -> impl Iterator<Item = &Bar> {
    pulse.licences.iter().filter(|stock| stock.in_use > 0 || stock.pool.is_some())
}

fn bars(pulse: &Pulse, area: Rect) -> Paragraph<'static> {
    let width = usize::from(area.width.saturating_sub(2));
    let mut rows: Vec<Line> = shown(pulse).take(MOST_BARS).map(|stock| bar(stock, width)).collect();
    if rows.is_empty() {
        rows.push(Line::styled("none in use", soft()));
    }
    let more = shown(pulse).count().saturating_sub(MOST_BARS);
    let title = if more > 0 { format!(" Licences ({more} more) ") } else { " Licences ".to_owned() };
    Paragraph::new(rows).block(Block::new().borders(Borders::ALL).title(title))
}

/// Name, a bar as far as units are in use, and how many.
fn bar(stock: &Bar, width: usize) -> Line<'static> {
    let in_use = units::count(stock.in_use);
    let numbers =
        stock.pool.map_or_else(|| format!(" {in_use}"), |pool| format!(" {in_use} of {}", units::count(pool)));
    let name: String = safe(&stock.name).chars().take(NAME).collect();
    let room = width.saturating_sub(NAME + 1 + numbers.len()).min(BAR);
    let share =
        stock.pool.map_or(0.0, |pool| if pool == 0 { 1.0 } else { (stock.in_use as f64 / pool as f64).min(1.0) });
    let filled = (share * room as f64).round() as usize;
    let colour = if share >= 1.0 { Color::Red } else { Color::Green };
    Line::from(vec![
        Span::raw(format!("{name:<width$} ", width = NAME)),
        Span::styled("█".repeat(filled), Style::new().fg(colour)),
        Span::styled("░".repeat(room - filled), soft()),
        Span::raw(numbers),
    ])
}

/// The newest lines that fit, the newest last.
fn lines<'a>(
    title: &str,
    starts_s: u32,
    all: impl IntoIterator<Item = &'a (u64, String), IntoIter: DoubleEndedIterator>,
    area: Rect,
) -> Paragraph<'static> {
    let high = usize::from(area.height.saturating_sub(2));
    let mut newest: Vec<Line> = all
        .into_iter()
        .rev()
        .take(high)
        .map(|(at_ns, text)| Line::raw(format!("{} {}", units::clock(starts_s, *at_ns), safe(text))))
        .collect();
    newest.reverse();
    Paragraph::new(newest).block(Block::new().borders(Borders::ALL).title(format!(" {title} ")))
}

fn boxed(frame: &mut Frame<'_>, area: Rect, title: &str) -> Rect {
    let block = Block::new().borders(Borders::ALL).title(title.to_owned());
    let inside = block.inner(area);
    frame.render_widget(block, area);
    inside
}

fn strong() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

fn soft() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

/// Stocks shown.
const MOST_BARS: usize = 5;
/// Columns of a stock's name.
const NAME: usize = 34;
/// Columns of a bar at most.
const BAR: usize = 60;

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    fn about() -> About {
        About {
            title: "Nine o'clock sign-in, and the master dies".to_owned(),
            starts_s: 8 * 3_600 + 56 * 60,
            seed: 42,
            seeds: 20,
            seeds_done: 3,
            share: Some(0.187),
            seconds: 4.2,
        }
    }

    fn pulse() -> Pulse {
        let part = |i: u64| Part {
            registered: i * 90,
            accepted: 30 + i,
            failed: i % 3,
            calls: 0,
            longest_ns: (i % 7) * 900_000_000,
        };
        let licence = |name: &str, in_use, pool| Bar { name: name.to_owned(), in_use, pool };
        Pulse {
            now_ns: 905_000_000_000,
            lasts_ns: 1_800_000_000_000,
            endpoints: 5_804,
            registered: 5_490,
            calls: 12,
            width_ns: 15_000_000_000,
            parts: (0..61).map(part).collect(),
            licences: vec![
                licence("PBX-Port at master", 5_490, Some(6_100)),
                licence("PBX-SoftwarePhones at master", 700, Some(700)),
                licence("PBX-Operator at master", 3, None),
            ],
            events: VecDeque::from([
                (600_000_000_000, "master crashes".to_owned()),
                (605_491_000_000, "standby takes over".to_owned()),
            ]),
            log: VecDeque::from([(610_000_000_000, "desk-799: the connection is gone".to_owned())]),
        }
    }

    fn screen(width: u16, height: u16, about: &About, pulse: &Pulse) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a screen in memory");
        terminal.draw(|frame| draw(frame, about, pulse)).expect("it never fails");
        terminal.backend().to_string()
    }

    #[test]
    fn a_dashboard_of_80_by_24() {
        insta::assert_snapshot!(screen(80, 24, &about(), &pulse()));
    }

    #[test]
    fn a_dashboard_on_a_wide_screen() {
        insta::assert_snapshot!(screen(132, 40, &about(), &pulse()));
    }

    #[test]
    fn no_screen_is_too_small_or_too_early() {
        for (width, height) in [(1, 1), (5, 3), (20, 6), (80, 8), (500, 200)] {
            screen(width, height, &about(), &pulse());
            screen(width, height, &About::default(), &Pulse::default());
        }
    }

    #[test]
    fn hostile_names_move_nothing() {
        let text = "a\u{1b}[2J\u{7}\r\nb\u{202e}";
        let mut pulse = pulse();
        pulse.licences[0].name = text.to_owned();
        pulse.log[0].1 = text.to_owned();
        let shown = screen(80, 24, &About { title: text.to_owned(), ..about() }, &pulse);
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\r', '\u{202e}']) && shown.lines().count() == 24, "{shown}");
    }
}

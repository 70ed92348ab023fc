//! A ladder for a terminal.

use crate::ladder::{Fate, Ladder, Message, Note, Step, What};
use crate::render::safe::safe;
use crate::render::text::wrap::{cut, padded, width, wrapped};
use crate::units;

/// The ladder, in lines of at most 80 columns.
pub fn render(ladder: &Ladder) -> String {
    let drawn = Drawing::new(ladder);
    let mut lines = head(ladder);
    lines.push(drawn.names());
    let mut before = None;
    for step in &ladder.steps {
        lines.extend(before.and_then(|before| drawn.gap(before, step.at_ns)));
        lines.extend(drawn.step(step));
        before = Some(step.at_ns);
    }
    if ladder.steps.is_empty() {
        lines.push(format!("{}nothing happened here", " ".repeat(FIRST_LANE)));
    }
    lines.push(String::new());
    if ladder.left_out > 0 {
        lines.push(format!("  {} more are left out", units::things(ladder.left_out, "step", "steps")));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn head(ladder: &Ladder) -> Vec<String> {
    let seed = format!("seed {}", ladder.seed);
    let title = cut(&safe(&ladder.scenario), WIDTH - seed.len() - 2);
    let mut lines = vec![format!("{}{seed}", padded(&title, WIDTH - seed.len())), String::new()];
    let whose = match ladder.why.as_str() {
        "" => format!("The run of {}", safe(&ladder.endpoint)),
        why => format!("{}, {}", safe(&ladder.endpoint), safe(why)),
    };
    lines.extend(wrapped("  ", "  ", &whose));
    lines.push(String::new());
    lines
}

/// Lanes at their columns.
struct Drawing<'a> {
    ladder: &'a Ladder,
    /// Columns from one lane to the next.
    apart: usize,
}

impl<'a> Drawing<'a> {
    fn new(ladder: &'a Ladder) -> Self {
        Self { ladder, apart: (WIDTH - FIRST_LANE) / ladder.lanes.len().clamp(1, MOST_LANES) }
    }

    /// Lanes beyond the most that fit share the last column.
    fn column(&self, lane: usize) -> usize {
        FIRST_LANE + lane.min(MOST_LANES - 1) * self.apart
    }

    fn lanes(&self) -> usize {
        self.ladder.lanes.len().min(MOST_LANES)
    }

    fn names(&self) -> String {
        let mut line = padded("", FIRST_LANE);
        for lane in 0..self.lanes() {
            let shares = self.ladder.lanes.len() > MOST_LANES && lane + 1 == MOST_LANES;
            let name = if shares { "others".to_owned() } else { safe(self.ladder.name(lane)) };
            line.push_str(&padded(&cut(&name, self.apart - 1), self.apart));
        }
        line
    }

    /// Each lane as this character.
    fn row(&self, time: &str, lane: char) -> Vec<char> {
        let mut row: Vec<char> = padded(time, FIRST_LANE).chars().collect();
        row.resize(WIDTH, ' ');
        (0..self.lanes()).for_each(|index| row[self.column(index)] = lane);
        row
    }

    /// A pause that is longer than the eye would think.
    fn gap(&self, before: u64, now: u64) -> Option<String> {
        let pause = now.saturating_sub(before);
        let text = format!("{:>12}", units::duration(pause));
        (pause >= LONG_NS).then(|| self.row(&text, '┊').into_iter().collect())
    }

    fn step(&self, step: &Step) -> Vec<String> {
        let time = self.ladder.clock(step.at_ns);
        match &step.what {
            What::Message(message) => self.message(&time, message),
            What::Note(note) => self.note(&time, note),
        }
    }

    fn message(&self, time: &str, message: &Message) -> Vec<String> {
        let (from, to) = (self.column(message.from), self.column(message.to));
        let text = match (message.fate, self.named(message)) {
            (Fate::Heard(_), text) => text,
            (fate, text) => format!("{text}, {}", fate.word()),
        };
        if from == to {
            return self.beside(time, message.from, &format!("to {}: {text}", safe(self.ladder.name(message.to))), '○');
        }
        let mut row = self.row(time, '│');
        let (left, right) = (from.min(to), from.max(to));
        row[left + 1..right].fill('─');
        let is_heard = matches!(message.fate, Fate::Heard(_));
        let end = match message.fate {
            Fate::Heard(_) if to > from => '>',
            Fate::Heard(_) => '<',
            Fate::Open => '…',
            Fate::Unheard(_) | Fate::Lost => '✗',
        };
        row[if to > from { right - 1 } else { left + 1 }] = end;
        let room = right - left - 4;
        if is_heard || width(&text) <= room {
            label(&mut row, (left, right), &text);
            return vec![row.into_iter().collect()];
        }
        label(&mut row, (left, right), &self.named(message));
        vec![row.into_iter().collect(), self.under(left + 1, message.fate.word())]
    }

    /// Where lanes share a column, also whose it is.
    fn named(&self, message: &Message) -> String {
        let other = message.from.max(message.to);
        let text = safe(&message.text);
        if other >= MOST_LANES - 1 && self.ladder.lanes.len() > MOST_LANES {
            format!("{}: {text}", safe(self.ladder.name(other)))
        } else {
            text
        }
    }

    fn under(&self, column: usize, text: &str) -> String {
        let mut row = self.row("", '│');
        put(&mut row, column + 1, text);
        row.into_iter().collect()
    }

    fn note(&self, time: &str, note: &Note) -> Vec<String> {
        let shares = note.lane >= MOST_LANES - 1 && self.ladder.lanes.len() > MOST_LANES;
        let text = safe(&note.text);
        let text = if shares { format!("{}: {text}", safe(self.ladder.name(note.lane))) } else { text };
        self.beside(time, note.lane, &text, '●')
    }

    /// A mark at a lane, and words at its right, or at its left, or in lines of their own.
    fn beside(&self, time: &str, lane: usize, text: &str, mark: char) -> Vec<String> {
        let column = self.column(lane);
        let mut row = self.row(time, '│');
        row[column] = mark;
        let wide = width(text);
        if column + 2 + wide <= WIDTH {
            put(&mut row, column + 1, &format!(" {text} "));
        } else if FIRST_LANE + 2 + wide < column {
            put(&mut row, column - wide - 2, &format!(" {text} "));
        } else {
            let indent = " ".repeat(FIRST_LANE + 2);
            let words = wrapped(&indent, &indent, text);
            return std::iter::once(row.into_iter().collect()).chain(words).collect();
        }
        vec![row.into_iter().collect()]
    }
}

/// Words upon an arrow between two columns, with air around them where there is room.
fn label(row: &mut Vec<char>, (left, right): (usize, usize), text: &str) {
    let room = right - left - 4;
    if width(text) + 3 <= room {
        put(row, left + 3, &format!(" {text} "));
    } else {
        put(row, left + 2, &cut(text, room));
    }
}

/// Writes over a row; a wide character takes the place of the one behind it, too.
fn put(row: &mut Vec<char>, column: usize, text: &str) {
    let end = (column + width(text)).min(row.len());
    row.splice(column.min(end)..end, text.chars());
}

const WIDTH: usize = crate::render::text::WIDTH;
/// Behind the time, with a day.
const FIRST_LANE: usize = 15;
/// More would leave no room for words.
const MOST_LANES: usize = 4;
/// A pause of this length is drawn.
const LONG_NS: u64 = 1_000_000_000;

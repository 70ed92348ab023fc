//! Pieces that sections share: headings, tables, legends, data to unfold.

use maud::{Markup, html};

/// One section of the page.
pub(super) struct Section {
    /// Anchor, unique on the page.
    pub(super) id: String,
    /// Word in the contents.
    pub(super) name: &'static str,
    /// The heading, which says what was found.
    pub(super) heading: String,
    pub(super) body: Markup,
}

impl Section {
    /// With a heading of this level.
    pub(super) fn markup(&self, level: u8) -> Markup {
        html! {
            section id=(self.id) {
                (heading(level, &self.heading))
                (self.body)
            }
        }
    }
}

/// A heading of level 2 to 5.
pub(super) fn heading(level: u8, text: &str) -> Markup {
    html! {
        @match level {
            2 => h2 { (text) },
            3 => h3 { (text) },
            4 => h4 { (text) },
            _ => h5 { (text) },
        }
    }
}

/// A cell of a table.
pub(super) enum Cell {
    /// Words, at the left.
    Words(String),
    /// Words that lead to an anchor of this page.
    Link(String, String),
    /// A number with its unit, at the right.
    Number(String),
}

pub(super) fn words(text: impl Into<String>) -> Cell {
    Cell::Words(text.into())
}

pub(super) fn number(text: impl Into<String>) -> Cell {
    Cell::Number(text.into())
}

/// A table that scrolls by itself where it is too wide, also by keyboard. The first cell of a row is its name.
pub(super) fn table(caption: &str, heads: &[&str], rows: &[Vec<Cell>]) -> Markup {
    let is_name = |row: &Vec<Cell>| matches!(row.first(), Some(Cell::Words(text) | Cell::Link(_, text)) if text.chars().count() > 3);
    let names = rows.iter().any(is_name);
    let class = match (names, heads.len() > MOST_EASILY) {
        (true, true) => Some("names wide"),
        (true, false) => Some("names"),
        (false, true) => Some("wide"),
        (false, false) => None,
    };
    let is_number = |column: usize| rows.iter().any(|row| matches!(row.get(column), Some(Cell::Number(_))));
    html! {
        p.caption { (caption) }
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table class=[class] {
                thead { tr {
                    @for (column, head) in heads.iter().enumerate() {
                        th scope="col" class=[is_number(column).then_some("n")] { (head) }
                    }
                } }
                tbody { @for row in rows { tr { @for (column, cell) in row.iter().enumerate() { (self::cell(column, cell)) } } } }
            }
        }
    }
}

/// Columns that have room beside each other in any case.
const MOST_EASILY: usize = 10;

fn cell(column: usize, cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Words(text) if column == 0 => th scope="row" { (text) },
            Cell::Words(text) => td { (text) },
            Cell::Link(anchor, text) => th scope="row" { a href={ "#" (anchor) } { (text) } },
            Cell::Number(text) if column == 0 => th.n scope="row" { (text) },
            Cell::Number(text) => td.n { (text) },
        }
    }
}

/// What the colours of a chart mean: class of the swatch, words.
pub(super) fn legend(entries: &[(&str, String)]) -> Markup {
    html! {
        ul.legend {
            @for (class, text) in entries {
                li {
                    svg width="22" height="12" aria-hidden="true" {
                        @if class.starts_with("fill") {
                            rect class=(class) x="0" y="0" width="22" height="12" {}
                        } @else {
                            line class=(class) x1="0" x2="22" y1="6" y2="6" {}
                        }
                    }
                    " " (text)
                }
            }
        }
    }
}

/// A chart with what it shows above it.
pub(super) fn figure(caption: &str, chart: &Markup) -> Markup {
    html! { figure { figcaption { (caption) } (chart) } }
}

/// Numbers behind a chart, as comma-separated values to unfold and copy.
pub(super) fn data(of: &str, heads: &[String], rows: &[Vec<String>]) -> Markup {
    let line =
        |cells: &[String]| cells.iter().map(|cell| crate::render::csv::field(cell)).collect::<Vec<_>>().join(",");
    html! {
        details {
            summary { "The numbers of this chart: " (of) }
            pre tabindex="0" {
                (line(heads)) "\n"
                @for row in rows { (line(row)) "\n" }
            }
        }
    }
}

/// The text, cut in the middle where it is long: the ends tell names apart.
pub(super) fn short(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let half = (most - 1) / 2;
    let (head, tail): (String, String) =
        (text.chars().take(half).collect(), text.chars().skip(length - half).collect());
    format!("{head}…{tail}")
}

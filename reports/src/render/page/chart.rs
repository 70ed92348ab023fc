//! A chart as wide as its place: percentages across, pixels down, letters at their own size. No script measures it.
//!
//! The data lie in an inner picture of 1000 × 1000 that is stretched; strokes are not. Labels stand outside of it.

use maud::{Markup, html};

use crate::render::page::case::Mark;
use crate::render::page::scale::Tick;

/// A chart.
pub(super) struct Plot<'a> {
    /// What it shows, for those who cannot see it.
    pub(super) label: String,
    /// Height of the data, in pixels.
    pub(super) height: u32,
    pub(super) x: Vec<Tick>,
    pub(super) y: Vec<Tick>,
    /// What happened, as verticals with a letter.
    pub(super) marks: &'a [Mark<'a>],
    /// The data, in the inner picture.
    pub(super) body: Markup,
}

impl Plot<'_> {
    pub(super) fn markup(&self) -> Markup {
        let top = if self.marks.is_empty() { HALF_A_LINE } else { LETTERS };
        let bottom = top + self.height;
        html! {
            div.plot {
                svg.chart width="100%" height=(bottom + BELOW) role="img" aria-label=(self.label) {
                    @for tick in &self.y { (row(tick, top, self.height)) }
                    svg x="0" y=(top) width="100%" height=(self.height) viewBox="0 0 1000 1000" preserveAspectRatio="none" {
                        (self.body)
                    }
                    @for mark in self.marks {
                        line.mark x1=(percent(mark.at)) x2=(percent(mark.at)) y1=(top - 3) y2=(bottom) {}
                        text.letter x=(percent(mark.at)) y=(top - 6) text-anchor=(anchor(mark.at)) { (mark.letter) }
                    }
                    @for tick in &self.x { (column(tick, bottom)) }
                }
            }
        }
    }
}

fn row(tick: &Tick, top: u32, height: u32) -> Markup {
    let y = f64::from(top) + (1.0 - tick.at) * f64::from(height);
    html! {
        line.grid x1="0" x2="100%" y1=(round(y)) y2=(round(y)) {}
        text x="-6" y=(round(y + 4.0)) text-anchor="end" { (tick.label) }
    }
}

fn column(tick: &Tick, bottom: u32) -> Markup {
    html! {
        line.grid x1=(percent(tick.at)) x2=(percent(tick.at)) y1=(bottom) y2=(bottom + 4) {}
        text x=(percent(tick.at)) y=(bottom + 17) text-anchor=(anchor(tick.at)) { (tick.label) }
    }
}

/// Labels at an end lean inwards.
fn anchor(at: f64) -> &'static str {
    match at {
        at if at < 0.015 => "start",
        at if at > 0.985 => "end",
        _ => "middle",
    }
}

/// A level that stays for a bucket each: x and y from 0 to 1, y upwards.
pub(super) fn steps(levels: &[f64], width: f64) -> String {
    let Some(first) = levels.first() else { return String::new() };
    let mut path = format!("M0 {}", down(*first));
    let mut y = down(*first);
    for (i, level) in levels.iter().enumerate().skip(1) {
        let next = down(*level);
        if next != y {
            path.push_str(&format!("H{}V{next}", across(i as f64 * width)));
            y = next;
        }
    }
    path.push_str(&format!("H{}", across(levels.len() as f64 * width)));
    path
}

/// The area below such a level.
pub(super) fn area(levels: &[f64], width: f64) -> String {
    if levels.is_empty() { String::new() } else { format!("{}V1000H0Z", steps(levels, width)) }
}

/// A line through points.
pub(super) fn line(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let command = if path.is_empty() { 'M' } else { 'L' };
        path.push_str(&format!("{command}{} {}", across(x), down(y)));
    }
    path
}

/// A line of the inner picture whose width is not stretched.
pub(super) fn stroke(class: &str, path: &str) -> Markup {
    html! { path class=(class) d=(path) vector-effect="non-scaling-stroke" {} }
}

/// An area of the inner picture.
pub(super) fn fill(class: &str, path: &str) -> Markup {
    html! { path class=(class) d=(path) {} }
}

/// A share as a place across the chart.
pub(super) fn percent(at: f64) -> String {
    format!("{}%", round(at * 100.0))
}

fn across(x: f64) -> i64 {
    (x.clamp(0.0, 1.0) * 1000.0).round() as i64
}

fn down(y: f64) -> i64 {
    ((1.0 - y.clamp(0.0, 1.0)) * 1000.0).round() as i64
}

/// To hundredths, without trailing zeros.
fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

const HALF_A_LINE: u32 = 8;
const LETTERS: u32 = 20;
const BELOW: u32 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_levels_are_one_stroke() {
        assert_eq!(steps(&[0.0, 0.0, 0.5, 0.5, 1.0], 0.2), "M0 1000H400V500H800V0H1000");
        assert_eq!(area(&[1.0], 0.5), "M0 0H500V1000H0Z");
        assert_eq!(line([(0.0, 0.0), (1.0, 1.0)]), "M0 1000L1000 0");
        assert_eq!((steps(&[], 0.1), area(&[], 0.1)), (String::new(), String::new()));
    }
}

//! The header section as lines: where each begins, where its value stands, how far its folds reach.

use memchr::memchr;

use super::Fault;
use super::lexer::is_token;

/// One header field in the octets of a message.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Line {
    /// Where its name begins.
    pub(super) start: u16,
    /// Behind its name.
    pub(super) name_end: u16,
    /// Behind its colon; equal to `start` where the line has no name or no colon.
    pub(super) value: u16,
    /// Behind its last octet, the line break apart.
    pub(super) end: u16,
}

impl Line {
    pub(super) fn is_sound(self) -> bool {
        self.value > self.start
    }

    #[inline]
    pub(super) fn name(self, head: &[u8]) -> &[u8] {
        &head[usize::from(self.start)..usize::from(self.name_end)]
    }

    /// The value as it stands, white space around it too.
    #[inline]
    pub(super) fn value(self, head: &[u8]) -> &[u8] {
        &head[usize::from(self.value)..usize::from(self.end)]
    }
}

/// Walks the lines of a header section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines<'a> {
    head: &'a [u8],
    at: usize,
    /// Line breaks met that were CR and LF.
    pub(super) crlfs: u32,
}

/// What a step of the walk found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// A header field.
    Line(Line),
    /// The empty line; the octet behind it.
    End(usize),
    /// The octets ended before an empty line.
    Unfinished,
}

impl<'a> Lines<'a> {
    /// From `at` on, which is the beginning of a line.
    #[inline]
    pub(super) fn new(head: &'a [u8], at: usize) -> Self {
        Self { head, at, crlfs: 0 }
    }

    /// The next line with its folds (RFC 3261 §7.3.1). A line ends at LF, with CR before it or without.
    #[inline]
    pub(super) fn step(&mut self) -> Step {
        let start = self.at;
        let Some(mut end) = self.line_end() else { return Step::Unfinished };
        if end == start {
            return Step::End(self.at);
        }
        while matches!(self.head.get(self.at), Some(b' ' | b'\t')) {
            let Some(fold_end) = self.line_end() else { return Step::Unfinished };
            end = fold_end;
        }
        let (name_end, value) = name_and_colon(&self.head[start..end]).unwrap_or((0, 0));
        let place = |offset: usize| (start + offset) as u16;
        Step::Line(Line { start: start as u16, name_end: place(name_end), value: place(value), end: end as u16 })
    }

    /// Behind the last octet of the line at hand, its break apart; moves behind the break.
    #[inline]
    fn line_end(&mut self) -> Option<usize> {
        let lf = self.at + memchr(b'\n', &self.head[self.at..])?;
        let has_cr = lf > self.at && self.head[lf - 1] == b'\r';
        self.crlfs += u32::from(has_cr);
        self.at = lf + 1;
        Some(lf - usize::from(has_cr))
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        match self.step() {
            Step::Line(line) => Some(line),
            Step::End(_) | Step::Unfinished => None,
        }
    }
}

/// Where the name of a line ends and where its value begins. HCOLON allows white space before the colon (§25.1).
#[inline]
fn name_and_colon(line: &[u8]) -> Option<(usize, usize)> {
    let name_end = line.iter().position(|octet| !is_token(*octet)).filter(|length| *length > 0)?;
    let blanks = line[name_end..].iter().position(|octet| !matches!(octet, b' ' | b'\t'))?;
    let colon = name_end + blanks;
    (line[colon] == b':').then_some((name_end, colon + 1))
}

/// Looks for control octets: none may stand outside a quoted pair. `crlfs`: CRs that are part of line breaks.
#[inline]
pub(super) fn controls(head: &[u8], start: usize, crlfs: u32) -> Result<(), Fault> {
    if strange(head) == crlfs || Lines::new(head, start).all(|line| are_quoted(line.value(head))) {
        return Ok(());
    }
    Err(Fault::Control)
}

#[inline]
fn is_strange(octet: u8) -> bool {
    (octet < 0x20 && octet != b'\t' && octet != b'\n') || octet == 0x7f
}

/// Control octets other than HT and LF, in blocks that the compiler can count side by side.
#[inline]
fn strange(head: &[u8]) -> u32 {
    let in_block = |block: &[u8]| block.iter().fold(0u8, |count, octet| count + u8::from(is_strange(*octet)));
    head.chunks(128).map(|block| u32::from(in_block(block))).sum()
}

/// Whether no control octet stands outside a quoted pair.
pub(super) fn are_quoted(value: &[u8]) -> bool {
    let (mut in_quotes, mut place) = (false, 0);
    while let Some(octet) = value.get(place) {
        match octet {
            b'"' => in_quotes = !in_quotes,
            b'\\' if in_quotes => place += 1,
            b'\r' if value.get(place + 1) == Some(&b'\n') => {}
            octet if is_strange(*octet) => return false,
            _ => {}
        }
        place += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_and_values(head: &[u8]) -> Vec<(&[u8], &[u8])> {
        Lines::new(head, 0).map(|line| (line.name(head), line.value(head))).collect()
    }

    #[test]
    fn folds_belong_to_their_line_and_lf_alone_ends_one() {
        let head = b"To :\r\n sip:a\r\n\t;tag=1\nv:x\r\n\r\nbody: no\r\n";
        assert_eq!(names_and_values(head), [(&b"To"[..], &b"\r\n sip:a\r\n\t;tag=1"[..]), (b"v", b"x")]);
    }

    #[test]
    fn a_line_without_a_name_or_colon_is_not_sound() {
        for line in [
            &b"<sip:a;lr>\r\n\r\n"[..],
            b"Foobar roobar\r\n\r\n",
            b": x\r\n\r\n",
            b"To\x01: x\r\n\r\n",
            b" x: y\r\n\r\n",
        ] {
            assert!(!Lines::new(line, 0).next().unwrap().is_sound(), "{line:?}");
        }
    }

    #[test]
    fn the_walk_ends_at_the_empty_line_or_says_that_there_is_none() {
        let mut lines = Lines::new(b"a: b\r\n\r\nrest", 0);
        assert!(matches!(lines.step(), Step::Line(_)));
        assert_eq!(lines.step(), Step::End(8));
        let mut lines = Lines::new(b"a: b\r\n c", 0);
        assert_eq!(lines.step(), Step::Unfinished);
    }

    #[test]
    fn control_octets_are_found_wherever_they_stand() {
        let check = |value: &[u8]| {
            let head = [b"X: ", value, b"\r\n\r\n"].concat();
            let mut lines = Lines::new(&head, 0);
            while matches!(lines.step(), Step::Line(_)) {}
            controls(&head, 0, lines.crlfs)
        };
        assert_eq!(check("a \"b\u{1}\\\u{7f}\" ü".as_bytes()), Err(Fault::Control));
        assert_eq!(check(b"a \"b\\\x01\\\x7f\\\x00\" c"), Ok(()));
        assert_eq!(check(b"a \\\x01"), Err(Fault::Control));
        assert_eq!(check(b"a\r\n\tb"), Ok(()));
        assert_eq!(check(b"a\rb"), Err(Fault::Control));
        assert_eq!(check(&[b"x".repeat(300), b"\0".to_vec()].concat()), Err(Fault::Control));
    }
}

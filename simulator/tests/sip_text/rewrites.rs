//! Rewrites that change nothing: order of header fields, case and form of their names, folds, white space, fresh tags.

use rand_core::Rng;
use simulator::rng::{Stream, below};

use crate::corpora;
use crate::outcome::of_datagram;
use crate::torture;

/// For each message.
const REWRITES: u64 = 1_000;

/// Full and compact names (RFC 3261 §7.3.3).
const COMPACT: [(&str, &str); 9] = [
    ("call-id", "i"),
    ("contact", "m"),
    ("content-length", "l"),
    ("content-type", "c"),
    ("from", "f"),
    ("subject", "s"),
    ("supported", "k"),
    ("to", "t"),
    ("via", "v"),
];

struct Rewriter(Stream);

impl Rewriter {
    fn pick(&mut self, n: u64) -> u64 {
        below(self.0.next_u64(), n)
    }

    /// A message with the meaning of `octets`.
    fn rewrite(&mut self, octets: &[u8]) -> Vec<u8> {
        let ends = |at: usize| octets[at..].starts_with(b"\n\n") || octets[at..].starts_with(b"\n\r\n");
        let first = octets.iter().position(|octet| !octet.is_ascii_whitespace()).unwrap_or(0);
        let end = (first..octets.len()).find(|at| ends(*at)).map_or(octets.len(), |at| at + 1);
        let (head, rest) = octets.split_at(end);
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for line in head.split_inclusive(|octet| *octet == b'\n') {
            match lines.last_mut() {
                Some(last) if matches!(line.first(), Some(b' ' | b'\t')) => last.extend_from_slice(line),
                _ => lines.push(line.to_vec()),
            }
        }
        let breaks = lines.iter().take_while(|line| line.trim_ascii().is_empty()).count();
        let start = lines.drain(..=breaks).flatten().collect();
        let fields: Vec<Vec<u8>> = self.shuffled(lines).iter().map(|line| self.field(line)).collect();
        [start, fields.concat(), rest.to_vec()].concat()
    }

    /// In another order; fields of one name keep theirs (§7.3.1).
    fn shuffled(&mut self, mut lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        for place in (1..lines.len()).rev() {
            let other = self.pick(place as u64 + 1) as usize;
            let between = &lines[other..=place];
            let moves = [&lines[other], &lines[place]];
            let is_free =
                moves.iter().all(|moved| between.iter().filter(|line| name(line) == name(moved)).count() == 1);
            if is_free {
                lines.swap(place, other);
            }
        }
        lines
    }

    fn field(&mut self, line: &[u8]) -> Vec<u8> {
        let Some(colon) = line.iter().position(|octet| *octet == b':') else { return line.to_vec() };
        let known = name(line);
        let is_token = known.iter().all(|octet| octet.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(octet));
        if !is_token || known.is_empty() {
            return line.to_vec();
        }
        let blanks: &[u8] = [&b""[..], b" ", b"\t "][self.pick(3) as usize];
        let space: &[u8] = [&b""[..], b" ", b"\r\n ", b" \r\n\t"][self.pick(4) as usize];
        let value = line[colon + 1..].trim_ascii_start();
        // A fold before nothing would make a line of white space, which some take for the end.
        let space = if value.is_empty() { b"" } else { space };
        let value = if value.is_empty() { b"\r\n" } else { value };
        [&self.name(&known), blanks, b":", space, &self.tagged(&known, value)].concat()
    }

    fn name(&mut self, known: &[u8]) -> Vec<u8> {
        let forms = COMPACT.iter().find(|(full, short)| full.as_bytes() == known || short.as_bytes() == known);
        let text = forms.map_or(known, |(full, short)| [full.as_bytes(), short.as_bytes()][self.pick(2) as usize]);
        text.iter().map(|octet| if self.pick(2) == 0 { octet.to_ascii_uppercase() } else { *octet }).collect()
    }

    /// With another tag, where there is one.
    fn tagged(&mut self, known: &[u8], value: &[u8]) -> Vec<u8> {
        let is_addressed = [&b"from"[..], b"f", b"to", b"t"].contains(&known);
        let Some(at) = value.windows(5).position(|word| word == b";tag=").filter(|_| is_addressed) else {
            return value.to_vec();
        };
        let rest = &value[at + 5..];
        if rest.starts_with(b"\"") {
            return value.to_vec();
        }
        let end = rest.iter().position(|octet| b";, \t\r\n".contains(octet)).unwrap_or(rest.len());
        [&value[..at + 5], format!("{:x}", self.pick(u64::MAX)).as_bytes(), &rest[end..]].concat()
    }
}

/// Lower case, white space apart; the same for the compact form.
fn name(line: &[u8]) -> Vec<u8> {
    let colon = line.iter().position(|octet| *octet == b':').unwrap_or(line.len());
    let name = line[..colon].trim_ascii_end().to_ascii_lowercase();
    let full = COMPACT.iter().find(|(_, short)| short.as_bytes() == name);
    full.map_or(name, |(full, _)| full.as_bytes().to_vec())
}

#[test]
fn a_harmless_rewrite_changes_no_verdict() {
    let (mut changed, mut rewritten) = (0u64, 0u64);
    for case in corpora::all().iter().chain(&torture::cases()) {
        for seed in 0..REWRITES {
            let octets = Rewriter(Stream::new(seed)).rewrite(&case.octets);
            let (outcome, text) = (of_datagram(&octets), || String::from_utf8_lossy(&octets).into_owned());
            assert!(outcome.is_like(case.expected), "{} seed {seed}: {outcome:?}\n{}", case.name, text());
            rewritten += 1;
            changed += u64::from(octets != case.octets);
        }
    }
    assert!(changed * 100 > rewritten * 99, "{changed} of {rewritten} differ");
}

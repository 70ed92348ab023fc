//! `QUANTITY SUBJECT are OUTCOME` and `P% of ATTEMPTS take at most T`.

use reports::expectation::{AttemptKind, Bound, Claim, Group, Outcome, Quantity, Subject, When};

use super::cursor::Cursor;
use super::error::{SentenceError, Span, nearest, one_of, quoted};
use super::subject::WrittenSubject;
use super::value::Value;
use super::when::Written;
use super::words::{
    Fits, LATER_OUTCOMES, LATER_REASONS, OTHER_REASONS, OUTCOMES, OutcomeRow, PORTAL_REASONS, QUANTITY_BOUNDS,
    QUANTITY_SYNONYMS, REASONS, SHARE, TIME, attempt_word,
};

/// An outcome and its place.
struct WrittenOutcome {
    outcome: Outcome,
    fits: Fits,
    word: &'static str,
    span: Span,
}

impl Cursor<'_> {
    /// Whether a quantity comes next, in our words or in others.
    pub(super) fn is_quantity(&self) -> bool {
        let synonym = |(phrase, _): &(&str, &str)| self.is_at(phrase);
        self.is_number()
            || ["no", "all", "between"].contains(&self.peek())
            || QUANTITY_BOUNDS.iter().any(|(phrase, _)| self.is_at(phrase))
            || QUANTITY_SYNONYMS.iter().any(synonym)
    }

    /// Takes a share or a time.
    pub(super) fn share(&mut self) -> Result<Claim, SentenceError> {
        self.template = SHARE;
        let mark = self.mark();
        let is_bare = self.is_number();
        let quantity = self.quantity()?;
        let span = self.since(mark);
        let subject = self.subject()?;
        if self.is_at("take") {
            return self.time(is_bare.then_some(quantity), span, subject);
        }
        self.expect("are")?;
        let outcome = self.outcome(&subject)?;
        let mark = self.mark();
        let within_ns = if self.take("within") { Some(self.value()?.ns()?) } else { None };
        let within = within_ns.map(|_| self.since(mark));
        let when = self.when()?;
        match &subject.subject {
            Subject::Group(group) => check_group(group, &outcome, within, &when)?,
            Subject::Attempts(_) => check_attempts(&outcome, within, &when)?,
        }
        let is_part = matches!(quantity, Quantity::Percent(..) | Quantity::BetweenPercent(..));
        let when = if is_part { when.after_warm_up(self.names)? } else { when.when };
        Ok(Claim::Share { quantity, subject: subject.subject, outcome: outcome.outcome, within_ns, when })
    }

    fn time(&mut self, bare: Option<Quantity>, span: Span, subject: WrittenSubject) -> Result<Claim, SentenceError> {
        self.template = TIME;
        let Some(Quantity::Percent(_, percent_ppb)) = bare else {
            let message = "\"take\" wants a percentage alone before it";
            return Err(SentenceError::new(span, message, "write \"99% of\""));
        };
        let Subject::Attempts(attempts) = subject.subject else {
            let message = "users and endpoints take no time; attempts do";
            return Err(SentenceError::new(subject.noun, message, "write \"sign-ins\" or \"refreshes\""));
        };
        self.expect("take at most")?;
        let limit_ns = self.value()?.ns()?;
        let when = self.when()?;
        check_window(&when, "attempts are counted")?;
        Ok(Claim::Time { percent_ppb, attempts, limit_ns, when: when.after_warm_up(self.names)? })
    }

    fn quantity(&mut self) -> Result<Quantity, SentenceError> {
        for (phrase, ours) in QUANTITY_SYNONYMS {
            if self.is_at(phrase) {
                let span = self.span_of(phrase.split(' ').count());
                return Err(SentenceError::new(
                    span,
                    format!("\"{phrase}\" begins no sentence"),
                    format!("write \"{ours}\""),
                ));
            }
        }
        if self.take("no") {
            return Ok(Quantity::No);
        }
        if self.take("all") {
            return Ok(Quantity::All);
        }
        if self.take("between") {
            return self.between();
        }
        let bound = self.take_one(&QUANTITY_BOUNDS.map(|(phrase, _)| phrase)).map(|index| QUANTITY_BOUNDS[index].1);
        let value = self.value()?;
        let Some(bound) = bound.or(value.is_percent().then_some(Bound::AtLeast)) else {
            value.plain()?;
            let digits = value.count()?;
            let advice = format!("write \"exactly {digits}\", \"at least {digits}\" or \"at most {digits}\"");
            return Err(SentenceError::new(value.span, "a count needs a word before it", advice));
        };
        if value.is_percent() {
            let ppb = value.share_ppb()?;
            possible(bound, ppb, 1_000_000_000, value.span)?;
            self.expect("of")?;
            return Ok(Quantity::Percent(bound, ppb));
        }
        let count = value.count()?;
        possible(bound, count, u64::MAX, value.span)?;
        self.no_of()?;
        Ok(Quantity::Count(bound, count))
    }

    fn between(&mut self) -> Result<Quantity, SentenceError> {
        let low = self.value()?;
        self.expect("and")?;
        let high = self.value()?;
        if low.is_percent() {
            let (from, to) = (low.share_ppb()?, high.share_ppb()?);
            in_order(from <= to, &low, &high)?;
            self.expect("of")?;
            return Ok(Quantity::BetweenPercent(from, to));
        }
        let (from, to) = (low.count()?, high.count()?);
        in_order(from <= to, &low, &high)?;
        self.no_of()?;
        Ok(Quantity::BetweenCount(from, to))
    }

    fn no_of(&self) -> Result<(), SentenceError> {
        if self.is_at("of") {
            let message = "\"of\" stands behind percentages only";
            return Err(SentenceError::new(self.here(), message, "leave it out"));
        }
        Ok(())
    }

    fn outcome(&mut self, subject: &WrittenSubject) -> Result<WrittenOutcome, SentenceError> {
        let mark = self.mark();
        if self.is_at("refused a") && !self.is_at("refused a licence") {
            let advice = "did you mean \"refused a licence\"?";
            return Err(SentenceError::new(self.span_of(3), "nobody is refused anything but a licence", advice));
        }
        for row in &OUTCOMES {
            let phrase = row.doc.word.trim_end_matches(" REASON");
            if !self.take(phrase) {
                continue;
            }
            let outcome = match row.outcome {
                Outcome::RefusedFor(_) => Outcome::RefusedFor(self.reason()?),
                Outcome::RefusedALicence => {
                    self.licensed(mark)?;
                    Outcome::RefusedALicence
                }
                ref other => other.clone(),
            };
            let written = WrittenOutcome { outcome, fits: row.fits, word: phrase, span: self.since(mark) };
            return fitting(written, subject);
        }
        Err(self.no_outcome(subject))
    }

    fn no_outcome(&self, subject: &WrittenSubject) -> SentenceError {
        if let Some((_, what)) = LATER_OUTCOMES.iter().find(|(word, _)| *word == self.peek()) {
            return SentenceError::not_yet(self.here(), what);
        }
        let words = || OUTCOMES.iter().filter(|row| fits(row.fits, subject)).map(|row| row.doc.word);
        if self.is_done() {
            return self.broken(&format!("an outcome ({})", one_of(words())), []);
        }
        let message = format!("no outcome is called {}", quoted(self.peek()));
        let advice = match nearest(self.peek(), words()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write {}", one_of(words())),
        };
        SentenceError::new(self.here(), message, advice)
    }

    fn reason(&mut self) -> Result<String, SentenceError> {
        let word = self.peek();
        let mark = self.mark();
        if REASONS.iter().any(|(reason, _)| *reason == word) {
            self.skip(1);
            if !OTHER_REASONS.contains(&word) {
                self.licensed(mark)?;
            }
            return Ok(word.to_owned());
        }
        let words = || REASONS.iter().map(|(reason, _)| *reason);
        if self.is_done() {
            return Err(self.broken(&format!("a reason ({})", one_of(words())), []));
        }
        if PORTAL_REASONS.iter().any(|(reason, _)| *reason == word) {
            let message = format!("nobody but administrators is refused for {word}");
            return Err(SentenceError::new(self.here(), message, format!("write \"EVENT is refused for {word}\"")));
        }
        if LATER_REASONS.contains(&word) {
            return Err(SentenceError::not_yet(self.here(), &format!("refusals for {word} come")));
        }
        let joined = format!("{word}-{}", self.ahead(1));
        let advice = match nearest(word, words()).or_else(|| nearest(&joined, words())) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("reasons are {}", one_of(words())),
        };
        Err(SentenceError::new(self.here(), format!("no reason is called {}", quoted(word)), advice))
    }

    fn licensed(&self, mark: usize) -> Result<(), SentenceError> {
        if self.names.licensed {
            return Ok(());
        }
        let message = "this file has no \"licences\": nothing is ever refused one";
        Err(SentenceError::new(self.since(mark), message, "add the block, or leave this sentence out"))
    }
}

fn fits(fits: Fits, subject: &WrittenSubject) -> bool {
    match &subject.subject {
        Subject::Group(group) => {
            matches!(fits, Fits::Group | Fits::GroupOrCalls) || (fits == Fits::Lost && group.lost_in.is_some())
        }
        Subject::Attempts(attempts) => match attempts.kind {
            AttemptKind::SignIns | AttemptKind::Refreshes => {
                matches!(fits, Fits::Attempts | Fits::NoCalls | Fits::Requests | Fits::Answerable)
            }
            AttemptKind::Checkouts(_) | AttemptKind::Takeovers => matches!(fits, Fits::Attempts | Fits::NoCalls),
            AttemptKind::Calls { .. } => {
                matches!(fits, Fits::Attempts | Fits::Answerable | Fits::Calls | Fits::GroupOrCalls)
            }
        },
    }
}

fn fitting(written: WrittenOutcome, subject: &WrittenSubject) -> Result<WrittenOutcome, SentenceError> {
    if fits(written.fits, subject) {
        return Ok(written);
    }
    let word = written.word;
    let words: Vec<&str> =
        OUTCOMES.iter().filter(|row: &&OutcomeRow| fits(row.fits, subject)).map(|row| row.doc.word).collect();
    let (message, advice) = match (&subject.subject, written.fits) {
        (Subject::Group(_), Fits::Lost) => (
            "nobody is back without having been lost".to_owned(),
            "write \"endpoints lost in EVENT are back\", or \"are registered\"".to_owned(),
        ),
        (Subject::Group(_), Fits::Calls) => (
            format!("users and endpoints are not \"{word}\"; calls are"),
            format!("write \"calls\", or: are {}", one_of(words)),
        ),
        (Subject::Group(_), _) => (
            format!("users and endpoints are not \"{word}\"; attempts are"),
            format!("write \"sign-ins\" or \"refreshes\", or: are {}", one_of(words)),
        ),
        (Subject::Attempts(attempts), Fits::Group | Fits::Lost | Fits::GroupOrCalls) => (
            format!("{} are not \"{word}\"; users and endpoints are", attempt_word(&attempts.kind)),
            format!("write \"users\" or \"endpoints\", or: are {}", one_of(words)),
        ),
        (Subject::Attempts(attempts), _) => {
            (format!("{} are never \"{word}\"", attempt_word(&attempts.kind)), format!("write {}", one_of(words)))
        }
    };
    Err(SentenceError::new(written.span, message, advice))
}

fn check_group(
    group: &Group,
    outcome: &WrittenOutcome,
    within: Option<Span>,
    when: &Written,
) -> Result<(), SentenceError> {
    if outcome.outcome == Outcome::Dropped {
        return check_dropped(group, outcome.span, within, when);
    }
    let word = outcome.word;
    match (within, when.when) {
        (Some(span), When::At(_)) => {
            let message = "\"within\" and an instant say two different times";
            Err(SentenceError::new(span.to(when.span), message, "leave one of them out"))
        }
        (Some(_), When::Between { .. }) if group.lost_in.is_some() => {
            let message = "\"within\" counts from the event they were lost in";
            Err(SentenceError::new(when.span, message, "leave this window out"))
        }
        (Some(span), When::Whole) if group.lost_in.is_none() => {
            let message = "\"within\" counts from the beginning of a window, and there is none";
            Err(SentenceError::new(span, message, "add \"after EVENT\", or write \"at INSTANT\" instead"))
        }
        (None, When::Between { .. }) => {
            let message = format!("\"{word}\" is looked at in one instant, and this is a window");
            let advice = "write \"at INSTANT\" or \"at the end\", or add \"within T\" before the window";
            Err(SentenceError::new(when.span, message, advice))
        }
        _ => Ok(()),
    }
}

fn check_dropped(group: &Group, span: Span, within: Option<Span>, when: &Written) -> Result<(), SentenceError> {
    if group.lost_in.is_some() {
        let advice = "say they are \"back\" or \"registered\", or leave \"lost in\" out";
        return Err(SentenceError::new(span, "those lost in an event were all dropped", advice));
    }
    if let Some(within) = within {
        let advice = "write \"from EVENT to EVENT + T\"";
        return Err(SentenceError::new(within, "\"dropped\" takes a window, not \"within\"", advice));
    }
    check_window(when, "\"dropped\" is counted")
}

fn check_attempts(outcome: &WrittenOutcome, within: Option<Span>, when: &Written) -> Result<(), SentenceError> {
    let succeeds = matches!(outcome.outcome, Outcome::Accepted | Outcome::Answered);
    if let Some(within) = within.filter(|_| !succeeds) {
        let message = format!("\"within\" goes with \"accepted\" and \"answered\", not with \"{}\"", outcome.word);
        return Err(SentenceError::new(within, message, "leave it out, or say when: \"from INSTANT to INSTANT\""));
    }
    check_window(when, "attempts are counted")
}

/// An instant does not go with what is counted over a time.
pub(super) fn check_window(when: &Written, what: &str) -> Result<(), SentenceError> {
    if when.is_instant() {
        let message = format!("{what} over a window, and this is one instant");
        let advice = "leave it out (the whole run), or write during, before, after or from … to …";
        return Err(SentenceError::new(when.span, message, advice));
    }
    Ok(())
}

/// A bound that nothing can meet is a mistake, not an expectation.
fn possible(bound: Bound, value: u64, most: u64, span: Span) -> Result<(), SentenceError> {
    match bound {
        Bound::FewerThan if value == 0 => {
            Err(SentenceError::new(span, "this cannot hold: nothing is fewer than none", "write \"no\""))
        }
        Bound::MoreThan if value == most => {
            Err(SentenceError::new(span, "this cannot hold: nothing is more than all", "write \"all\""))
        }
        _ => Ok(()),
    }
}

/// The smaller one comes first.
pub(super) fn in_order(is_in_order: bool, low: &Value, high: &Value) -> Result<(), SentenceError> {
    if is_in_order {
        return Ok(());
    }
    let message = "this cannot hold: the larger number stands first";
    Err(SentenceError::new(low.span.to(high.span), message, "write the smaller number first"))
}

//! `EVENT is accepted`, `EVENT is refused [for REASON]`: what comes of what administrators do.

use reports::expectation::{Claim, Outcome};

use super::cursor::Cursor;
use super::error::{SentenceError, nearest, one_of, quoted};
use super::metrics::METRICS;
use super::names::Named;
use super::words::{ACTION, ADMINISTRATIVE, LATER_REASONS, PORTAL_REASONS, REASONS};

impl Cursor<'_> {
    /// Takes an action, if the sentence is one: it ends in "is accepted" or "is refused".
    pub(super) fn action(&mut self) -> Result<Option<Claim>, SentenceError> {
        let rest = self.rest();
        let ends =
            |two: &[super::cursor::Word<'_>]| two[0].text == "is" && ["accepted", "refused"].contains(&two[1].text);
        let Some(is) = rest.windows(2).position(ends) else { return Ok(None) };
        let span = rest[is].span().to(rest[is + 1].span());
        match self.named() {
            Some((count, Named::Occasion(_, occasion)))
                if count == is && !ADMINISTRATIVE.contains(&occasion.verb.as_str()) =>
            {
                let message = format!("\"{}\" is a {}: nobody accepts or refuses it", occasion.name, occasion.verb);
                let advice = format!("that is for {}", one_of(ADMINISTRATIVE));
                Err(SentenceError::new(span, message, advice))
            }
            Some((count, Named::Occasion(..))) if count == is => self.outcome_of_action().map(Some),
            _ if METRICS.iter().any(|doc| self.is_at(doc.word)) => Ok(None),
            _ => Err(self.no_occasion()),
        }
    }

    fn outcome_of_action(&mut self) -> Result<Claim, SentenceError> {
        self.template = ACTION;
        let (occasion, _) = self.occasion()?;
        self.expect("is")?;
        let outcome = if self.take("accepted") {
            Outcome::Accepted
        } else if self.take("refused for") {
            Outcome::RefusedFor(self.reason_of_action()?)
        } else {
            self.expect("refused")?;
            Outcome::Refused
        };
        Ok(Claim::Action { occasion, outcome })
    }

    fn reason_of_action(&mut self) -> Result<String, SentenceError> {
        let words = || REASONS.iter().chain(&PORTAL_REASONS).map(|(reason, _)| *reason);
        let word = self.peek();
        if words().any(|reason| reason == word) {
            self.skip(1);
            return Ok(word.to_owned());
        }
        if LATER_REASONS.contains(&word) {
            return Err(SentenceError::not_yet(self.here(), &format!("refusals for {word} come")));
        }
        let portal = || PORTAL_REASONS.iter().map(|(reason, _)| *reason);
        if self.is_done() {
            return Err(self.broken(&format!("a reason ({})", one_of(portal())), []));
        }
        let advice = match nearest(word, words()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("reasons are {}", one_of(portal())),
        };
        Err(SentenceError::new(self.here(), format!("no reason is called {}", quoted(word)), advice))
    }
}

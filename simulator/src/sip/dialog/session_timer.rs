//! The session timer (RFC 4028): who refreshes, how often, and when silence means that the other side is gone.

use crate::time::{Duration, Instant};

/// Least value of a session interval, in seconds (§5: 90 s), and what an absent Min-SE means.
pub const LEAST_S: u32 = 90;

/// Which side of a transaction refreshes, as its `refresher` parameter says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Refresher {
    /// Who sent the request.
    Client,
    /// Who answers it.
    Server,
}

/// What a request says: Session-Expires, Min-SE and Supported. 12 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Proposal {
    /// Session-Expires in seconds; 0: none.
    pub interval_s: u32,
    /// Min-SE in seconds; 0: none, which means 90 (§5).
    pub least_s: u32,
    /// Who is to refresh, if the client minds.
    pub refresher: Option<Refresher>,
    /// Whether the client supports `timer`.
    pub supported: bool,
}

/// What was agreed: Session-Expires of a 2xx. 8 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Agreed {
    /// In seconds.
    pub interval_s: u32,
    /// Who refreshes.
    pub refresher: Refresher,
}

/// What the server would like: its own side of the negotiation. 8 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Terms {
    /// The longest interval it puts up with, in seconds; 0: it asks for none by itself.
    pub interval_s: u32,
    /// The shortest, at least 90 s.
    pub least_s: u32,
}

impl Terms {
    /// The server's answer (§9): `Ok(None)` is a session without a timer.
    ///
    /// # Errors
    /// The Min-SE for a 422: the wish is below our least.
    pub fn answer(&self, wish: &Proposal) -> Result<Option<Agreed>, u32> {
        let least_s = self.least_s.max(LEAST_S);
        if wish.interval_s > 0 && wish.interval_s < least_s && wish.supported {
            return Err(least_s);
        }
        // Lowered to ours, but not below what the client can bear; below our least (it does not support timers, so that 422
        // would help nobody) it is taken as it is.
        let floor = wish.least_s.max(LEAST_S);
        let interval_s = match (wish.interval_s, self.interval_s) {
            (0, 0) => return Ok(None),
            (0, own) => own.max(floor).max(least_s),
            (theirs, 0) => theirs,
            (theirs, own) => theirs.min(own.max(floor).max(least_s)),
        };
        // Table 2: without support of the client the server refreshes; with it the client's word holds, and without one
        // the client refreshes, who is the one to lose the call.
        let refresher = match (wish.supported, wish.refresher) {
            (false, _) => Refresher::Server,
            (true, Some(refresher)) => refresher,
            (true, None) => Refresher::Client,
        };
        Ok(Some(Agreed { interval_s, refresher }))
    }
}

impl Proposal {
    /// No session timer is asked for; it is only supported.
    pub const SUPPORTED: Self = Self { interval_s: 0, least_s: 0, refresher: None, supported: true };

    /// The request once more after a 422 (§7.4): its Min-SE is heeded from now on. `None`: that was no more than was asked
    /// before, so that another try would go round in circles.
    pub fn raised(&self, least_s: u32) -> Option<Self> {
        let raised = Self { interval_s: self.interval_s.max(least_s), least_s: self.least_s.max(least_s), ..*self };
        (raised.interval_s > self.interval_s).then_some(raised)
    }
}

/// The timer of one dialog, on either side. 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionTimer {
    /// When we refresh.
    refresh_at: Instant,
    /// When the session is over if nobody has refreshed: for the side that waits a little earlier (§10).
    ends_at: Instant,
    interval_s: u32,
    ours: bool,
}

/// What a due timer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionTimeout {
    /// Nothing was due.
    Nothing,
    /// Send a re-INVITE or UPDATE.
    Refresh,
    /// The other side is gone: BYE (§10).
    Over,
}

impl SessionTimer {
    /// The session has no end.
    pub const NONE: Self = Self { refresh_at: Instant::NEVER, ends_at: Instant::NEVER, interval_s: 0, ours: false };

    /// A 2xx to INVITE or UPDATE was sent or received; `client`: the request was ours. Without an agreement the timer stops
    /// (§7.2, §9).
    pub fn on_success(&mut self, now: Instant, agreed: Option<Agreed>, client: bool) {
        *self = match agreed {
            None => Self::NONE,
            Some(agreed) => Self::started(now, agreed, client),
        };
    }

    fn started(now: Instant, agreed: Agreed, client: bool) -> Self {
        let interval = Duration::seconds(u64::from(agreed.interval_s));
        let ours = (agreed.refresher == Refresher::Client) == client;
        let refresh_at = if ours { now + Duration(interval.0 / 2) } else { Instant::NEVER };
        let ahead = Duration::seconds(32).min(Duration(interval.0 / 3));
        let ends_at = if ours { now + interval } else { now + (interval - ahead) };
        Self { refresh_at, ends_at, interval_s: agreed.interval_s, ours }
    }

    /// The wish of a refresh, so that roles stay as they are (§7.4).
    pub fn wish(&self, least_s: u32) -> Proposal {
        let refresher = if self.ours { Refresher::Client } else { Refresher::Server };
        Proposal { interval_s: self.interval_s, least_s, refresher: Some(refresher), supported: true }
    }

    /// Whether the session has an end.
    pub fn is_running(&self) -> bool {
        self.ends_at != Instant::NEVER
    }

    /// Whether it is ours to refresh.
    pub fn is_ours(&self) -> bool {
        self.ours
    }

    /// Fires what is due, the end first. A refresh is asked for once; if it fails for a while, its owner tries again.
    pub fn on_timeout(&mut self, now: Instant) -> SessionTimeout {
        if self.ends_at <= now {
            *self = Self::NONE;
            return SessionTimeout::Over;
        }
        if self.refresh_at > now {
            return SessionTimeout::Nothing;
        }
        self.refresh_at = Instant::NEVER;
        SessionTimeout::Refresh
    }

    /// The dialog is over.
    pub fn stop(&mut self) {
        *self = Self::NONE;
    }

    /// When it next wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.refresh_at.min(self.ends_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WISH: Proposal = Proposal { interval_s: 1_800, least_s: 90, refresher: None, supported: true };
    const TERMS: Terms = Terms { interval_s: 1_800, least_s: 90 };

    fn refresher(supported: bool, refresher: Option<Refresher>) -> Refresher {
        TERMS.answer(&Proposal { supported, refresher, ..WISH }).unwrap().unwrap().refresher
    }

    #[test]
    fn who_refreshes_is_table_2() {
        use Refresher::{Client, Server};
        assert_eq!(refresher(false, None), Server);
        assert_eq!(refresher(true, None), Client, "either may; ours is the client");
        assert_eq!(refresher(true, Some(Client)), Client);
        assert_eq!(refresher(true, Some(Server)), Server);
    }

    #[test]
    fn the_interval_is_the_shorter_one_but_nobodys_least_is_undercut() {
        // Proposal, its Min-SE, ours, our least; what is agreed.
        let rows = [
            (1_800, 90, 600, 90, Ok(Some(600))),
            (600, 90, 1_800, 90, Ok(Some(600))),
            (1_800, 900, 600, 90, Ok(Some(900))),
            (1_800, 90, 0, 90, Ok(Some(1_800))),
            (0, 0, 0, 90, Ok(None)),
            (0, 0, 600, 90, Ok(Some(600))),
            (0, 900, 600, 90, Ok(Some(900))),
            (90, 90, 600, 300, Err(300)),
            (60, 0, 0, 0, Err(90)),
            (300, 0, 100, 300, Ok(Some(300))),
        ];
        for (interval_s, least_s, ours_s, our_least_s, agreed) in rows {
            let wish = Proposal { interval_s, least_s, ..WISH };
            let answer = Terms { interval_s: ours_s, least_s: our_least_s }.answer(&wish);
            let interval = answer.map(|agreed| agreed.map(|agreed| agreed.interval_s));
            assert_eq!(interval, agreed, "{interval_s} at least {least_s}; ours {ours_s} at least {our_least_s}");
        }
    }

    #[test]
    fn a_422_is_followed_once_each_and_never_in_circles() {
        let first = Proposal { interval_s: 100, ..WISH };
        let second = first.raised(300).unwrap();
        assert_eq!((second.interval_s, second.least_s), (300, 300));
        assert_eq!(second.raised(300), None);
        assert_eq!(second.raised(200), None);
    }

    #[test]
    fn the_refresher_comes_at_half_time_and_the_other_gives_up_a_little_before_the_end() {
        let agreed = Some(Agreed { interval_s: 1_800, refresher: Refresher::Client });
        let (mut client, mut server) = (SessionTimer::NONE, SessionTimer::NONE);
        client.on_success(Instant::ZERO, agreed, true);
        server.on_success(Instant::ZERO, agreed, false);
        let at = |s: u64| Instant::ZERO + Duration::seconds(s);
        assert_eq!((client.poll_timeout(), server.poll_timeout()), (at(900), at(1_768)));
        assert_eq!(client.on_timeout(at(900)), SessionTimeout::Refresh);
        assert_eq!((client.poll_timeout(), client.on_timeout(at(1_800))), (at(1_800), SessionTimeout::Over));
        assert_eq!(server.on_timeout(at(1_768)), SessionTimeout::Over);
        assert!(!client.is_running() && !server.is_running());
    }

    #[test]
    fn of_a_short_interval_a_third_is_left() {
        let mut server = SessionTimer::NONE;
        server.on_success(Instant::ZERO, Some(Agreed { interval_s: 90, refresher: Refresher::Client }), false);
        assert_eq!(server.poll_timeout(), Instant::ZERO + Duration::seconds(60));
    }

    #[test]
    fn a_refresh_keeps_the_roles_whoever_sends_it() {
        let mut ours = SessionTimer::NONE;
        ours.on_success(Instant::ZERO, Some(Agreed { interval_s: 1_800, refresher: Refresher::Server }), false);
        assert!(ours.is_ours(), "we answered, and the server refreshes");
        let agreed = TERMS.answer(&ours.wish(90)).unwrap();
        ours.on_success(Instant(1), agreed, true);
        assert!(ours.is_ours());
    }
}
